use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::{
    BuildOptions, Document, DuplicateOptions, Duplicates, Generation, Index, IndexBuilder, ScanOptions, Text,
    Tokens,
};

const TABLE_BYTES: usize = 1024;
const TEXTS: [&str; 3] = ["the cat sat on the mat", "the cat ran, and the naïve cat sat", "漢字 the mat"];

/// Every character is a token.
fn with_text<T>(text: &str, unit: Unit, use_text: impl FnOnce(Text<'_>) -> T) -> T {
    let ids: Vec<u32> = text.chars().map(u32::from).collect();
    let end = |start: usize, character: char| position(start + character.len_utf8());
    let places: Vec<[u32; 2]> =
        text.char_indices().map(|(start, one)| [position(start), end(start, one)]).collect();
    let tokens = (unit == Unit::Token).then_some(Tokens { ids: &ids, places: Some(&places) });
    use_text(Text { characters: text, tokens })
}

fn built(folder: &Path, unit: Unit) -> PathBuf {
    let path = folder.join("index");
    let options = BuildOptions { unit, filter_k: Some(2), overwrite: true, ..BuildOptions::default() };
    let mut builder = IndexBuilder::create(&path, options).expect("starts");
    for (id, text) in ["one", "other", "last"].into_iter().zip(TEXTS) {
        with_text(text, unit, |text| {
            let document = Document { id, text, metadata: "{}" };
            builder.add(&[document], &|_| {}, &Interrupt::new()).expect("adds");
        });
    }
    builder.finish(&|_| {}, &Interrupt::new()).expect("finishes");
    Index::remove(&path, &["last"], &Interrupt::new()).expect("removes");
    path
}

/// Everything a search reads, wrong or not, must end in an answer or an error.
fn search(opened: &Index) {
    let options = ScanOptions { min_length: 2, ..ScanOptions::default() };
    for text in TEXTS {
        with_text(text, opened.unit(), |text| {
            let generation = Generation { text, prompt: Some(text) };
            let _ = opened.scan(&[generation], &options, &Interrupt::new());
            let _ = opened.matching_statistics(text);
            let _ = opened.find(text, &options);
        });
    }
    let options = DuplicateOptions { min_length: 2, documents: 1, context: 3 };
    let mut duplicates = Duplicates::new(options).expect("starts");
    while let Ok(Some(_)) = duplicates.next(opened, 1, &Interrupt::new()) {}
    let _: Vec<_> = opened.documents().collect();
}

fn files(shard: &Path) -> Vec<PathBuf> {
    fs::read_dir(shard).expect("reads").map(|entry| entry.expect("reads").path()).collect()
}

#[test]
fn no_changed_byte_gets_past_the_hashes_and_none_makes_anything_panic() {
    let folder = tempfile::tempdir().expect("makes a folder");
    for unit in Unit::ALL {
        let path = built(folder.path(), unit);
        for file in files(&path.join("shard-00000")) {
            let bytes = fs::read(&file).expect("reads");
            for place in 0..bytes.len() {
                for flip in [0x01, 0xff] {
                    let mut damaged = bytes.clone();
                    damaged[place] ^= flip;
                    fs::write(&file, &damaged).expect("writes");
                    let Ok(opened) = Index::open(&path) else { continue };
                    assert!(place >= TABLE_BYTES, "{}: byte {place} of the table", file.display());
                    search(&opened);
                    assert!(opened.verify(&Interrupt::new()).is_err(), "{}: {place}", file.display());
                    let _ = verify_shard(&opened.shards()[0], opened.segmenter(), &Interrupt::new());
                }
            }
            fs::write(&file, &bytes).expect("writes");
        }
        Index::open(&path).expect("opens").verify(&Interrupt::new()).expect("is as it was");
    }
}

/// Every element of every section in turn has a value that points outside, or to the first or last of something.
#[test]
fn no_extreme_value_gets_past_the_hashes_and_none_makes_anything_panic() {
    let folder = tempfile::tempdir().expect("makes a folder");
    for unit in Unit::ALL {
        let path = built(folder.path(), unit);
        for file in files(&path.join("shard-00000")) {
            let bytes = fs::read(&file).expect("reads");
            for element in elements(&bytes) {
                for value in [0, 1, 1 << 16, u64::MAX >> 33, u64::MAX] {
                    let mut damaged = bytes.clone();
                    let width = element.len();
                    damaged[element.clone()].copy_from_slice(&value.to_le_bytes()[..width]);
                    fs::write(&file, &damaged).expect("writes");
                    let opened = Index::open(&path).expect("the table is sound");
                    search(&opened);
                    let verified = opened.verify(&Interrupt::new());
                    assert_eq!(verified.is_ok(), damaged == bytes, "{}: {element:?}", file.display());
                    let _ = verify_shard(&opened.shards()[0], opened.segmenter(), &Interrupt::new());
                }
            }
            fs::write(&file, &bytes).expect("writes");
        }
    }
}

/// Where the elements of all sections of a file stand in it.
fn elements(bytes: &[u8]) -> Vec<Range<usize>> {
    let number =
        |place: usize| bytes[place..].first_chunk().map_or(0, |one| offset(u64::from_le_bytes(*one)));
    let lines = (64..TABLE_BYTES).step_by(48).take_while(|&line| number(line + 24) != 0);
    let sections = lines.map(|line| [24, 32, 40].map(|field| number(line + field)));
    let elements = |[width, start, count]: [usize; 3]| {
        (0..count).map(move |place| start + place * width..start + (place + 1) * width)
    };
    sections.flat_map(elements).collect()
}

/// The content itself is checked, not only its hash: a builder that wrote nonsense would be found.
#[test]
fn wrong_content_is_found_even_with_the_right_hash() {
    let folder = tempfile::tempdir().expect("makes a folder");
    for unit in Unit::ALL {
        let path = built(folder.path(), unit);
        for file in files(&path.join("shard-00000")) {
            let is_checked = ["units", "suffixes", "vocabulary"]
                .iter()
                .any(|name| file.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name)));
            if !is_checked {
                continue;
            }
            let bytes = fs::read(&file).expect("reads");
            let sections = bytes[TABLE_BYTES..].iter().enumerate().filter(|(_, byte)| **byte != 0);
            for (place, _) in sections {
                let mut damaged = bytes.clone();
                damaged[TABLE_BYTES + place] ^= 0x03;
                fs::write(&file, &damaged).expect("writes");
                let opened = Index::open(&path).expect("the table is sound");
                let verified = verify_shard(&opened.shards()[0], opened.segmenter(), &Interrupt::new());
                // Which token it was, only the tokenizer could tell.
                let is_id = unit == Unit::Token && !file.ends_with("suffixes-1.bin");
                assert!(verified.is_err() || is_id, "{}: byte {place}", file.display());
            }
            fs::write(&file, &bytes).expect("writes");
        }
    }
}

/// Where there is a text, comparing it finds this first.
#[test]
fn a_symbol_that_no_byte_has_is_found_without_the_text() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("index");
    let options = BuildOptions { unit: Unit::Byte, store_text: false, ..BuildOptions::default() };
    let mut builder = IndexBuilder::create(&path, options).expect("starts");
    let document = Document { id: "one", text: TEXTS[0].into(), metadata: "{}" };
    builder.add(&[document], &|_| {}, &Interrupt::new()).expect("adds");
    builder.finish(&|_| {}, &Interrupt::new()).expect("finishes");
    let file = path.join("shard-00000/units.bin");
    let mut bytes = fs::read(&file).expect("reads");
    bytes[TABLE_BYTES] = 0xf6;
    fs::write(&file, &bytes).expect("writes");
    let opened = Index::open(&path).expect("the table is sound");
    let error = verify_shard(&opened.shards()[0], opened.segmenter(), &Interrupt::new());
    assert!(error.expect_err("is found").to_string().contains("a unit is no byte"));
}

#[test]
fn a_filter_that_lacks_a_run_is_found() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = built(folder.path(), Unit::Word);
    let file = path.join("shard-00000/filter.bin");
    let mut bytes = fs::read(&file).expect("reads");
    bytes[TABLE_BYTES..].fill(0);
    fs::write(&file, &bytes).expect("writes");
    let opened = Index::open(&path).expect("the table is sound");
    assert!(verify_shard(&opened.shards()[0], opened.segmenter(), &Interrupt::new()).is_err());
}
