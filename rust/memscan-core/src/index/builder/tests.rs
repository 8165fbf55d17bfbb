use super::*;
use crate::Index;

const OVERWRITE: bool = true;
const NEW: bool = false;

fn build(path: &Path, text: &str, overwrite: bool) -> Result<Manifest> {
    let options = BuildOptions { filter_k: Some(2), overwrite, ..BuildOptions::default() };
    let mut builder = IndexBuilder::create(path, options)?;
    let document = Document { id: "one", text: text.into(), metadata: "{}" };
    builder.add(&[document], &|_| {}, &Interrupt::new())?;
    builder.finish(&|_| {}, &Interrupt::new())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("reads");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("reads").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_second_builder_at_one_place_is_refused_until_the_first_is_gone() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("index");
    let first = IndexBuilder::create(&path, BuildOptions::default()).expect("starts");
    let second = IndexBuilder::create(&path, BuildOptions::default()).expect_err("is refused");
    assert_eq!(second.kind(), ErrorKind::Output);
    drop(first);
    assert!(names(folder.path()).is_empty(), "a builder that is dropped leaves nothing");
    build(&path, "some words", NEW).expect("builds");
    assert_eq!(names(folder.path()), ["index"]);
    assert_eq!(names(&path), ["manifest.json", "shard-00000"]);
}

#[test]
fn what_a_killed_builder_left_is_no_index_and_is_cleared_away() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("index");
    let left = folder.path().join("index.building");
    fs::create_dir_all(left.join("shard-00000")).expect("makes a folder");
    fs::write(left.join("shard-00000/units.bin"), b"half").expect("writes");
    fs::write(left.join("lock"), b"").expect("writes");
    let error = Index::open(&path).expect_err("is no index");
    assert_eq!(error.kind(), ErrorKind::NotAnIndex);
    assert!(error.to_string().contains("incomplete build"), "{error}");
    build(&path, "some words", NEW).expect("builds");
    Index::open(&path).expect("opens").verify(&Interrupt::new()).expect("is sound");
    assert_eq!(names(folder.path()), ["index"]);
}

#[test]
fn a_build_is_resumed_where_shards_were_finished() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let texts: Vec<String> = (0..9).map(|number| format!("text {number} of some words").repeat(20)).collect();
    let build = |name: &str, count: usize, resume: bool, texts: &[String]| {
        let options = BuildOptions { shard_units: Some(400), resume, ..BuildOptions::default() };
        let mut builder = IndexBuilder::create(&folder.path().join(name), options)?;
        for (number, text) in texts.iter().take(count).enumerate() {
            let name = if number < 4 { "one" } else { "other" };
            builder.begin_corpus(Some(name), &Interrupt::new())?;
            let id = number.to_string();
            let document = Document { id: &id, text: text.as_str().into(), metadata: "{}" };
            builder.add(&[document], &|_| {}, &Interrupt::new())?;
        }
        let is_whole = count == texts.len();
        is_whole.then(|| builder.finish(&|_| {}, &Interrupt::new())).transpose()
    };
    let whole = build("whole", 9, false, &texts).expect("builds").expect("is whole");
    assert!(whole.shards.len() > 3);
    for count in 0..9 {
        assert!(build("cut", count, false, &texts).expect("begins").is_none());
        let has_progress = progress_file(&folder.path().join("cut.building")).exists();
        assert_eq!(folder.path().join("cut.building").exists(), has_progress);
        let resumed = build("cut", 9, true, &texts).expect("resumes").expect("is whole");
        assert_eq!(resumed.id, whole.id, "cut after {count}");
        Index::open(&folder.path().join("cut")).expect("opens").verify(&Interrupt::new()).expect("is sound");
        assert_eq!(names(&folder.path().join("cut")).len(), 1 + whole.shards.len());
        fs::remove_dir_all(folder.path().join("cut")).expect("removes");
    }
    assert!(build("cut", 8, false, &texts).expect("begins").is_none());
    let left = || fs::read(progress_file(&folder.path().join("cut.building"))).expect("is there");
    let before = left();
    let mut others = texts.clone();
    others[0].push('s');
    for (texts, reason) in [(&others[..], "not those"), (&texts[..1], "not those")] {
        let error = build("cut", texts.len(), true, texts).expect_err("is refused");
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(left(), before, "nothing is lost");
    }
    let damaged = folder.path().join("cut.building/shard-00000/units.bin");
    fs::write(&damaged, b"").expect("writes");
    let error = build("cut", 9, true, &texts).expect_err("is refused");
    assert!(error.to_string().contains("is damaged"), "{error}");
    let afresh = build("cut", 9, false, &texts).expect("builds").expect("is whole");
    assert_eq!(afresh.id, whole.id);
}

#[test]
fn only_an_index_is_overwritten_and_only_when_asked() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("index");
    let first = build(&path, "some words", NEW).expect("builds");
    assert_eq!(build(&path, "other words", NEW).expect_err("is refused").kind(), ErrorKind::Output);
    let second = build(&path, "other words", OVERWRITE).expect("builds");
    assert_ne!(first.id, second.id);
    assert_eq!(Index::open(&path).expect("opens").manifest().id, second.id);
    assert_eq!(names(folder.path()), ["index"]);
    let other = folder.path().join("documents");
    fs::create_dir(&other).expect("makes a folder");
    assert_eq!(build(&other, "words", OVERWRITE).expect_err("is refused").kind(), ErrorKind::Output);
}

/// Each call is a job of the pool, as it is for a caller that hands its work to one.
#[test]
fn many_shards_are_finished_in_a_small_pool() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let words: Vec<String> = (0..20_000_u32).map(|n| (n.wrapping_mul(n) % 997).to_string()).collect();
    let text = words.join(" ");
    for threads in [1, 2, 3] {
        let path = folder.path().join(format!("index of {threads}"));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("starts");
        let options = BuildOptions { shard_units: Some(50_000), ..BuildOptions::default() };
        let mut builder = IndexBuilder::create(&path, options).expect("starts");
        for _ in 0..30 {
            let document = Document { id: "one", text: text.as_str().into(), metadata: "{}" };
            pool.install(|| builder.add(&[document], &|_| {}, &Interrupt::new())).expect("adds");
        }
        let manifest = pool.install(|| builder.finish(&|_| {}, &Interrupt::new())).expect("finishes");
        assert_eq!(manifest.shards.len(), 30);
        Index::open(&path).expect("opens").verify(&Interrupt::new()).expect("is sound");
    }
}

#[test]
fn the_same_corpus_and_options_give_the_same_id() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let [one, other] = ["one", "other"].map(|name| build(&folder.path().join(name), "some words", NEW));
    assert_eq!(one.expect("builds").id, other.expect("builds").id);
}

#[test]
fn a_manifest_with_any_byte_changed_is_refused() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("index");
    build(&path, "some words", NEW).expect("builds");
    let manifest = path.join(MANIFEST_NAME);
    let bytes = fs::read(&manifest).expect("reads");
    for place in 0..bytes.len() - 1 {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1;
        fs::write(&manifest, &damaged).expect("writes");
        // White space between fields is no content: changed to other white space it may pass.
        let opened = Index::open(&path);
        assert!(opened.is_err() || bytes[place].is_ascii_whitespace(), "byte {place}");
    }
}
