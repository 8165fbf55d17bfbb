/*!
An index whose files say anything: what is asked of it is answered or refused.

# Input

The first byte chooses one of the indexes in [`SOUND`], the second how it is opened and whether it is then written anew.
Each twelve bytes after them are one [`Change`]. The hashes fit what was changed, so that opening gets past them.

# What must hold

Nothing panics, runs on for long or takes memory without bound. If `verify` finds the index sound, every question
is answered, and alike whether files are mapped or read and whether the filter is asked or not. What is written anew of
an index, sound or not, is sound.
*/

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use memscan_core::{BuildOptions, Index, Interrupt, OpenOptions, ScanOptions, Tokenizer, Unit, VectorPath};
use memscan_fuzz::files::IndexFiles;
use memscan_fuzz::questions::answers;
use memscan_fuzz::texts::{Owned, build};
use memscan_fuzz::use_one_thread;

const OPTIONS: ScanOptions =
    ScanOptions { min_length: 3, min_characters: 0, occurrences: 2, examined: 4, context: 3, seed: 0 };

/// More changes than this find nothing that fewer do not.
const MOST_CHANGES: usize = 16;

/// Sound indexes, each with the texts that it is asked about.
static SOUND: LazyLock<Vec<(IndexFiles, [String; 3])>> = LazyLock::new(|| {
    let plain = |unit| BuildOptions { unit, filter_k: Some(2), ..BuildOptions::default() };
    let tokenizer = Some(Tokenizer { name: "toy".to_owned(), json: "{}".to_owned() });
    vec![
        sound(plain(Unit::Word), 0),
        sound(BuildOptions { shard_units: Some(20), ..plain(Unit::Lexeme) }, 0),
        sound(plain(Unit::Byte), 0),
        sound(BuildOptions { tokenizer, ..plain(Unit::Token) }, 0),
        sound(BuildOptions { store_text: false, ..plain(Unit::Word) }, 1),
        sound(BuildOptions { store_text: false, ..plain(Unit::Token) }, 1),
        sound(BuildOptions { shard_units: Some(100), ..plain(Unit::Word) }, 2),
    ]
});

/// An index, of which `removed_count` documents were removed.
fn sound(options: BuildOptions, removed_count: usize) -> (IndexFiles, [String; 3]) {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("sound.memscan");
    let long = (0..300).map(|number| (number % 17).to_string()).collect::<Vec<_>>().join(" ");
    // More than one block of text in few units.
    let sparse = format!("start{}naïve ’twas end", " ".repeat(if removed_count == 2 { 70_000 } else { 5 }));
    let texts = ["Marley was dead: to begin with. Don’t — 漢字 กำ", &long, &sparse, "was dead to begin with"];
    let (unit, has_text) = (options.unit, options.store_text);
    let owned = |text: &str| if has_text { Owned::new(text, unit) } else { Owned::new(text, unit).bare() };
    let documents = texts.map(owned);
    let one_shard = options.shard_units.is_none() && has_text;
    build(&path, &documents, options).expect("builds");
    for id in ["1", "3"].iter().take(removed_count) {
        Index::remove(&path, &[id], &Interrupt::new()).expect("removes");
    }
    let mut files = IndexFiles::read(&path).expect("reads");
    if one_shard {
        files.store_plainly(texts.concat().as_bytes());
    }
    let queries = ["MARLEY WAS DEAD, to begin with 1 2 3 4 5 漢字", &long[..90], "\u{e000} start"];
    (files, queries.map(ToOwned::to_owned))
}

/// One change of an index: a kind, which section or file, which element, and a value.
struct Change {
    kind: u8,
    which: usize,
    place: usize,
    value: u64,
}

impl Change {
    fn parse(bytes: &[u8; 12]) -> Self {
        let [kind, which, place_low, place_high, value @ ..] = *bytes;
        let place = usize::from(u16::from_le_bytes([place_low, place_high]));
        Self { kind, which: usize::from(which), place, value: u64::from_le_bytes(value) }
    }

    fn make(&self, files: &mut IndexFiles) {
        let Self { which, place, value, .. } = *self;
        let small = usize::from(value.to_le_bytes()[0]);
        match self.kind % 12 {
            0 | 1 => files.section(which).set(place, value),
            2 => {
                let section = files.section(which);
                section.set(place, section.element(place).wrapping_add(value));
            }
            3 => {
                let section = files.section(which);
                let (one, other) = (section.element(place), section.element(small));
                section.set(place, other);
                section.set(small, one);
            }
            4 => {
                let section = files.section(which);
                let count = section.count();
                section.resize((count + place).saturating_sub(small));
            }
            5 => files.change_table(which, place, value.to_le_bytes()[0]),
            6 => files.cut(which, place),
            7 => files.keep_hash(which),
            8 => *files.manifest_number(which) = value,
            9 => {
                let number = files.manifest_number(which);
                *number = number.wrapping_add(value);
            }
            10 => self.change_parameters(files),
            _ => self.change_shards(files),
        }
    }

    fn change_parameters(&self, files: &mut IndexFiles) {
        let number = u32::try_from(self.value & 0xffff_ffff).expect("32 bits are left");
        let parameters = &mut files.manifest.parameters;
        match self.which % 5 {
            0 => parameters.filter_k = number,
            1 => parameters.filter_bits = number,
            2 => parameters.store_text = !parameters.store_text,
            3 => {
                let unit = Unit::ALL[self.place % Unit::ALL.len()];
                let rules = SOUND.iter().map(|(files, _)| &files.manifest.unit);
                let mut rules = rules.filter(|rules| rules.kind == unit.name()).cloned();
                files.manifest.unit = rules.next_back().expect("there is an index of each unit");
            }
            _ => files.manifest.unit.tokenizer = None,
        }
    }

    fn change_shards(&self, files: &mut IndexFiles) {
        let number = u32::try_from(self.value & 0xffff_ffff).expect("32 bits are left");
        let shards = &mut files.manifest.shards;
        let shard = self.place % shards.len();
        let file_count = shards[shard].files.len();
        match self.which % 5 {
            0 => shards[shard].removed.push(number),
            4 => shards[shard].corpus = Some(number.to_string()),
            1 => shards[shard].removed.clear(),
            2 => shards[shard].files.swap(self.place % file_count, self.which / 4 % file_count),
            _ => {
                let name = shards[shard].files[self.which / 4 % file_count].name.clone();
                shards[shard].files[usize::from(self.value.to_le_bytes()[0]) % file_count].name = name;
            }
        }
    }
}

fuzz_target!(init: use_one_thread().expect("nothing runs before"), |data: &[u8]| -> Corpus {
    let Some((&[which, how], changes)) = data.split_first_chunk() else { return Corpus::Reject };
    let (sound, texts) = &SOUND[usize::from(which) % SOUND.len()];
    let mut files = sound.clone();
    for change in changes.as_chunks().0.iter().take(MOST_CHANGES) {
        Change::parse(change).make(&mut files);
    }
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("index.memscan");
    std::fs::create_dir(&path).and_then(|()| files.write(&path)).expect("writes");
    let [map_files, use_filter, is_revised] = [1, 2, 4].map(|bit| how & bit != 0);
    let options = OpenOptions { map_files, use_filter, vectors: VectorPath::Widest };
    let Ok(index) = Index::open_with(&path, options) else { return Corpus::Keep };
    // A change may have given it other units.
    let texts: Vec<Owned> = texts.iter().map(|text| Owned::new(text, index.unit())).collect();
    let is_sound = index.verify(&Interrupt::new()).is_ok();
    let found = answers(&index, &texts, &OPTIONS);
    if is_sound {
        let other = OpenOptions { map_files: !map_files, use_filter: !use_filter, vectors: VectorPath::Scalar };
        let other = Index::open_with(&path, other).expect("opens a second time");
        for (one, other) in found.iter().zip(answers(&other, &texts, &OPTIONS)) {
            let one = one.as_ref().expect("a sound index answers");
            assert_eq!(*one, other.expect("a sound index answers"), "at any setting");
        }
    }
    if is_revised {
        drop(index);
        revise(&path);
    }
    Corpus::Keep
});

/// Remove a document, then write what is left anew.
fn revise(path: &Path) {
    let never = Interrupt::new();
    let _ = Index::remove(path, &["0"], &never);
    if Index::compact(path, &BuildOptions::default(), &|_| {}, &never).is_ok() {
        let index = Index::open(path).expect("opens what was just written");
        index.verify(&never).expect("is sound");
    }
}
