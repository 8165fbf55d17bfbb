/*!
The files of an index, taken apart, changed, and put together again.

# Idea

A changed byte is nearly always caught by a hash, and nothing behind the hashes is then tried. So the tables, their
checksums, the files' sizes and hashes and the manifest's id are worked out again, as by somebody who wants the index
to be believed (`docs/format.md`).
*/

use std::fs;
use std::io;
use std::path::Path;

use memscan_core::{Manifest, ShardManifest};

const TABLE_BYTES: usize = 1024;
const HEADER_BYTES: usize = 64;
const ENTRY_BYTES: usize = 48;
const ALIGNMENT: usize = 64;
const CHECKSUM: std::ops::Range<usize> = 24..56;

/// The files of an index. A change is of one of its numbers, which any value may choose.
#[derive(Clone, Debug)]
pub struct IndexFiles {
    /// What the index is made of; sizes, hashes, totals and id are worked out when it is written.
    pub manifest: Manifest,
    files: Vec<SectionFile>,
    tokenizer: Option<Vec<u8>>,
}

/// A file of sections.
#[derive(Clone, Debug)]
struct SectionFile {
    shard: usize,
    name: String,
    version: u32,
    sections: Vec<Section>,
    /// What is written over the table: where, and which byte.
    table_changes: Vec<(usize, u8)>,
    /// How many bytes are left out at the end.
    cut_bytes: usize,
    /// Whether the manifest has the hash from before the changes.
    keeps_hash: bool,
}

/// A section and its elements.
#[derive(Clone, Debug)]
pub struct Section {
    name: [u8; 24],
    width: usize,
    bytes: Vec<u8>,
}

impl Section {
    /// How many elements there are.
    pub fn count(&self) -> usize {
        self.bytes.len() / self.width
    }

    /// The element at `place`, counted round.
    pub fn element(&self, place: usize) -> u64 {
        let mut bytes = [0; 8];
        if let Some(place) = place.checked_rem(self.count()) {
            bytes[..self.width].copy_from_slice(&self.bytes[place * self.width..][..self.width]);
        }
        u64::from_le_bytes(bytes)
    }

    /// Set the element at `place`, counted round, to the low bytes of `value`.
    pub fn set(&mut self, place: usize, value: u64) {
        if let Some(place) = place.checked_rem(self.count()) {
            self.bytes[place * self.width..][..self.width]
                .copy_from_slice(&value.to_le_bytes()[..self.width]);
        }
    }

    /// Cut the section to `count` elements, or add zeros up to there.
    pub fn resize(&mut self, count: usize) {
        self.bytes.resize(count * self.width, 0);
    }
}

impl IndexFiles {
    /// The files of the sound index at `path`. Text that is short is kept without compression, so that its bytes can be
    /// changed.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        let manifest: Manifest = serde_json::from_slice(&fs::read(path.join("manifest.json"))?)?;
        let mut files = Vec::new();
        for (number, shard) in manifest.shards.iter().enumerate() {
            for file in &shard.files {
                let bytes = fs::read(path.join(&shard.folder).join(&file.name))?;
                files.push(SectionFile::parse(number, file.name.clone(), &bytes));
            }
        }
        let tokenizer = manifest.unit.tokenizer.as_ref().map(|one| fs::read(path.join(&one.file.name)));
        Ok(Self { files, tokenizer: tokenizer.transpose()?, manifest })
    }

    /// Store `text` as one block without compression, in the first shard.
    pub fn store_plainly(&mut self, text: &[u8]) {
        let blocks = self.files.iter_mut().flat_map(|file| &mut file.sections);
        let mut blocks = blocks.filter(|section| section.name.starts_with(b"block"));
        if let (Some(blocks), Some(ends)) = (blocks.next(), blocks.next()) {
            blocks.bytes = plain_frame(text);
            ends.set(0, wide(blocks.bytes.len()));
        }
    }

    /// One of all sections.
    pub fn section(&mut self, number: usize) -> &mut Section {
        let sections: Vec<&mut Section> = self.files.iter_mut().flat_map(|file| &mut file.sections).collect();
        let number = number % sections.len();
        sections.into_iter().nth(number).expect("it is less than their number")
    }

    /// Write `byte` over a place in the table of a file; the table's hash is worked out after it.
    pub fn change_table(&mut self, number: usize, place: usize, byte: u8) {
        self.file(number).table_changes.push((place % TABLE_BYTES, byte));
    }

    /// Leave out bytes at the end of a file. The manifest has its new size.
    pub fn cut(&mut self, number: usize, bytes: usize) {
        self.file(number).cut_bytes = bytes;
    }

    /// Let the manifest have the hash of a file from before the changes.
    pub fn keep_hash(&mut self, number: usize) {
        self.file(number).keeps_hash = true;
    }

    /// One of the numbers that the manifest has of the shards.
    pub fn manifest_number(&mut self, number: usize) -> &mut u64 {
        let of_shards = self.manifest.shards.iter_mut().flat_map(|shard| {
            [
                &mut shard.documents,
                &mut shard.units,
                &mut shard.distinct_units,
                &mut shard.text_bytes,
                &mut shard.removed_units,
                &mut shard.removed_bytes,
            ]
        });
        let numbers: Vec<&mut u64> = of_shards.collect();
        let number = number % numbers.len();
        numbers.into_iter().nth(number).expect("it is less than their number")
    }

    /// Write the index into the folder `path`, with the hashes and totals it should have.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut manifest = self.manifest.clone();
        for shard in &manifest.shards {
            fs::create_dir_all(path.join(&shard.folder))?;
        }
        for file in &self.files {
            let bytes = file.to_bytes();
            let shard = &mut manifest.shards[file.shard];
            fs::write(path.join(&shard.folder).join(&file.name), &bytes)?;
            for told in shard.files.iter_mut().filter(|told| told.name == file.name) {
                told.bytes = wide(bytes.len());
                if !file.keeps_hash {
                    told.hash = blake3::hash(&bytes).to_hex().to_string();
                }
            }
        }
        if let (Some(json), Some(tokenizer)) = (&self.tokenizer, &manifest.unit.tokenizer) {
            fs::write(path.join(&tokenizer.file.name), json)?;
        }
        manifest.documents = total(&manifest, |shard| [shard.documents, wide(shard.removed.len())]);
        manifest.units = total(&manifest, |shard| [shard.units, shard.removed_units]);
        manifest.text_bytes = total(&manifest, |shard| [shard.text_bytes, shard.removed_bytes]);
        manifest.id.clear();
        manifest.id = blake3::hash(manifest.to_json().as_bytes()).to_hex().to_string();
        fs::write(path.join("manifest.json"), manifest.to_json())
    }

    fn file(&mut self, number: usize) -> &mut SectionFile {
        let number = number % self.files.len();
        &mut self.files[number]
    }
}

impl SectionFile {
    /// The sections of a file that the builder wrote.
    fn parse(shard: usize, name: String, bytes: &[u8]) -> Self {
        let number =
            |place: usize| bytes[place..].first_chunk().map_or(0, |found| u64::from_le_bytes(*found));
        let small = |place: usize| usize::try_from(number(place)).expect("the index is small");
        let version = bytes[8..].first_chunk().map_or(0, |found| u32::from_le_bytes(*found));
        let count = bytes[12..].first_chunk().map_or(0, |found| u32::from_le_bytes(*found));
        let sections = bytes[HEADER_BYTES..].chunks_exact(ENTRY_BYTES).zip(0..count).map(|(line, number)| {
            let place = HEADER_BYTES + ENTRY_BYTES * usize::try_from(number).expect("there are few");
            let (width, start, count) = (small(place + 24), small(place + 32), small(place + 40));
            let name = *line.first_chunk().expect("a line is longer than a name");
            Section { name, width, bytes: bytes[start..start + width * count].to_vec() }
        });
        let sections = sections.collect();
        Self { shard, name, version, sections, table_changes: Vec::new(), cut_bytes: 0, keeps_hash: false }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let number = |number: usize| wide(number).to_le_bytes();
        let mut bytes = vec![0; TABLE_BYTES];
        for (section, line) in self.sections.iter().zip(0..) {
            bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
            let numbers = [section.width, bytes.len(), section.count()].map(number).concat();
            let line = &mut bytes[HEADER_BYTES + ENTRY_BYTES * line..][..ENTRY_BYTES];
            line[..24].copy_from_slice(&section.name);
            line[24..].copy_from_slice(&numbers);
            bytes.extend_from_slice(&section.bytes);
        }
        bytes[..8].copy_from_slice(b"MEMSCAN\0");
        bytes[8..12].copy_from_slice(&self.version.to_le_bytes());
        bytes[12..16].copy_from_slice(&number(self.sections.len())[..4]);
        let length = number(bytes.len());
        bytes[16..24].copy_from_slice(&length);
        for &(place, byte) in &self.table_changes {
            bytes[place] = byte;
        }
        bytes[CHECKSUM].fill(0);
        let checksum = blake3::hash(&bytes[..TABLE_BYTES]);
        bytes[CHECKSUM].copy_from_slice(checksum.as_bytes());
        bytes.truncate(bytes.len().saturating_sub(self.cut_bytes));
        bytes
    }
}

/// A zstd frame that holds `text` as it is: RFC 8878, section 3.1.1.
fn plain_frame(text: &[u8]) -> Vec<u8> {
    const MAGIC: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();
    /// One segment, whose size is told in four bytes.
    const DESCRIPTOR: u8 = 0b1010_0000;
    const IS_LAST: u32 = 1;
    let size = u32::try_from(text.len()).expect("it is short");
    let block = (size << 3 | IS_LAST).to_le_bytes();
    [&MAGIC[..], &[DESCRIPTOR], &size.to_le_bytes(), &block[..3], text].concat()
}

/// What all shards have less what was removed of them. A change may have made this impossible.
fn total(manifest: &Manifest, counts: impl Fn(&ShardManifest) -> [u64; 2]) -> u64 {
    let shards = manifest.shards.iter().map(counts);
    shards.fold(0, |total, [count, removed]| total.wrapping_add(count).wrapping_sub(removed))
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).expect("a usize has at most 64 bits")
}
