/*!
The bytes of a section file: the one place that knows them (`docs/format.md`).

A file holds named *sections*, each an array of little-endian integers. At its head stands a
table with the name, width, place and length of each. The table is checked whole before any
section is touched; opening costs the same whatever the size.
*/

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytemuck::Pod;

use super::folder::{check_length, open_finished};
use crate::error::{Error, Result};
use crate::num::{index, offset, position, wide};
use crate::raw::file::FileBytes;

#[cfg(target_endian = "big")]
compile_error!("index files are little-endian and mapped as they are");

/// The version of everything in an index folder, its manifest included.
pub(crate) const FORMAT_VERSION: u32 = 3;

/// The oldest version that is read. Version 2 has no named corpora.
pub(crate) const OLDEST_VERSION: u32 = 2;

const MAGIC: [u8; 8] = *b"MEMSCAN\0";
const HEADER_BYTES: usize = 64;
const ENTRY_BYTES: usize = 48;
const NAME_BYTES: usize = 24;
const TABLE_BYTES: usize = 1024;
/// Where the hash of the table stands, taken with these bytes zero.
const CHECKSUM: Range<usize> = 24..56;
const ALIGNMENT: u64 = 64;
const MOST_SECTIONS: usize = (TABLE_BYTES - HEADER_BYTES) / ENTRY_BYTES;

/// One line of the table.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Entry {
    name: String,
    width: u64,
    start: u64,
    count: u64,
}

impl Entry {
    fn to_bytes(&self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..self.name.len()].copy_from_slice(self.name.as_bytes());
        bytes[NAME_BYTES..][..8].copy_from_slice(&self.width.to_le_bytes());
        bytes[NAME_BYTES + 8..][..8].copy_from_slice(&self.start.to_le_bytes());
        bytes[NAME_BYTES + 16..].copy_from_slice(&self.count.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (name, numbers) = bytes.split_at(NAME_BYTES);
        let name_end = name.iter().position(|&byte| byte == 0).unwrap_or(NAME_BYTES);
        let (name, padding) = name.split_at(name_end);
        if !name.iter().all(u8::is_ascii_graphic) || padding.iter().any(|&byte| byte != 0) {
            return None;
        }
        let number =
            |place: usize| numbers[place * 8..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let name = String::from_utf8_lossy(name).into_owned();
        Some(Self { name, width: number(0), start: number(1), count: number(2) })
    }

    /// One past the last byte of the section, unless that overflows.
    fn end(&self) -> Option<u64> {
        self.count.checked_mul(self.width)?.checked_add(self.start)
    }
}

/// Writes a section file from front to back; the table is filled in last.
#[derive(Debug)]
pub(crate) struct SectionWriter {
    file: BufWriter<File>,
    path: PathBuf,
    entries: Vec<Entry>,
    place: u64,
}

impl SectionWriter {
    /// Start the file at `path`, which does not exist yet.
    pub(crate) fn create(path: PathBuf) -> Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = file.map_err(|error| Error::io("create", &path, error))?;
        let mut writer =
            Self { file: BufWriter::with_capacity(1 << 20, file), path, entries: Vec::new(), place: 0 };
        writer.put(&[0; TABLE_BYTES])?;
        Ok(writer)
    }

    /// Start the section `name`, whose elements [`Self::append`] then brings.
    pub(crate) fn begin<T: Pod>(&mut self, name: &str) -> Result<()> {
        assert!(name.len() <= NAME_BYTES && self.entries.len() < MOST_SECTIONS, "section table is too small");
        let padding = self.place.next_multiple_of(ALIGNMENT) - self.place;
        self.put(&[0; 64][..offset(padding)])?;
        let (width, start) = (wide(size_of::<T>()), self.place);
        self.entries.push(Entry { name: name.to_owned(), width, start, count: 0 });
        Ok(())
    }

    /// Add elements to the section begun last.
    pub(crate) fn append<T: Pod>(&mut self, elements: &[T]) -> Result<()> {
        let entry = self.entries.last_mut().expect("a section was begun");
        assert_eq!(entry.width, wide(size_of::<T>()), "a section has elements of one width");
        entry.count += wide(elements.len());
        self.put(bytemuck::cast_slice(elements))
    }

    /// Write a whole section.
    pub(crate) fn section<T: Pod>(&mut self, name: &str, elements: &[T]) -> Result<()> {
        self.begin::<T>(name)?;
        self.append(elements)
    }

    /// Fill in the table. The file is made durable when its hash is taken.
    pub(crate) fn finish(mut self) -> Result<()> {
        let mut table = [0; TABLE_BYTES];
        table[..8].copy_from_slice(&MAGIC);
        table[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        table[12..16].copy_from_slice(&position(self.entries.len()).to_le_bytes());
        table[16..24].copy_from_slice(&self.place.to_le_bytes());
        for (line, entry) in table[HEADER_BYTES..].chunks_exact_mut(ENTRY_BYTES).zip(&self.entries) {
            line.copy_from_slice(&entry.to_bytes());
        }
        let checksum = blake3::hash(&table);
        table[CHECKSUM].copy_from_slice(checksum.as_bytes());
        let written = self
            .file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.write_all(&table))
            .and_then(|()| self.file.flush());
        written.map_err(|error| Error::io("write", &self.path, error))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.place += wide(bytes.len());
        self.file.write_all(bytes).map_err(|error| Error::io("write", &self.path, error))
    }
}

/// Where a section of elements of `T` stands in its file.
#[derive(Clone, Debug)]
pub(crate) struct Section<T> {
    bytes: Range<usize>,
    element: PhantomData<T>,
}

/// An open section file whose table has been checked.
#[derive(Debug)]
pub(crate) struct SectionFile {
    contents: FileBytes,
    path: PathBuf,
    entries: Vec<Entry>,
}

impl SectionFile {
    /// Open the file at `path`, which the manifest says has `expected_bytes`; map it, or read it whole.
    pub(crate) fn open(path: &Path, expected_bytes: u64, map: bool) -> Result<Self> {
        let shown = path.display();
        let file = open_finished(path, expected_bytes)?;
        let contents = if map { FileBytes::map(&file, path) } else { FileBytes::read(&file, path) }?;
        check_length(path, wide(contents.bytes().len()), expected_bytes)?;
        let entries = read_table(contents.bytes())
            .map_err(|reason| Error::corrupt(format!("`{shown}` has a damaged section table: {reason}")))?;
        Ok(Self { contents, path: path.to_owned(), entries })
    }

    /// The section `name`, which must hold `count` elements if that is given.
    pub(crate) fn section<T: Pod>(&self, name: &str, count: Option<usize>) -> Result<Section<T>> {
        let shown = self.path.display();
        let entry = self.entries.iter().find(|entry| entry.name == name);
        let entry = entry.ok_or_else(|| Error::corrupt(format!("`{shown}` lacks the section `{name}`")))?;
        let width = wide(size_of::<T>());
        if entry.width != width {
            let message =
                format!("section `{name}` of `{shown}` is {} bytes wide, expected {width}", entry.width);
            return Err(Error::corrupt(message));
        }
        if count.is_some_and(|count| wide(count) != entry.count) {
            let (found, expected) = (entry.count, count.unwrap_or_default());
            let message = format!("section `{name}` of `{shown}` has {found} elements, expected {expected}");
            return Err(Error::corrupt(message));
        }
        let end = entry.end().expect("the table was checked");
        Ok(Section { bytes: offset(entry.start)..offset(end), element: PhantomData })
    }

    /// The elements of a section of this file.
    #[inline]
    pub(crate) fn get<T: Pod>(&self, section: &Section<T>) -> &[T] {
        bytemuck::cast_slice(&self.contents.bytes()[section.bytes.clone()])
    }

    /// Where the section `name` starts and ends in the file, in bytes.
    pub(crate) fn place_of(&self, name: &str) -> Result<(u64, u64)> {
        let entry = self.entries.iter().find(|entry| entry.name == name);
        let place = entry.and_then(|entry| Some((entry.start, entry.end()?)));
        place.ok_or_else(|| Error::corrupt(format!("`{}` lacks the section `{name}`", self.path.display())))
    }

    /// The path the file was opened at.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// The section table of a file, if the file can be used: sections in order, inside the file,
/// aligned, without overlap, and with nothing but padding between them.
fn read_table(bytes: &[u8]) -> std::result::Result<Vec<Entry>, &'static str> {
    let table = bytes.first_chunk::<TABLE_BYTES>().ok_or("the file is shorter than its table")?;
    let field = |place: usize| table[place..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    if table[..8] != MAGIC {
        return Err("the first bytes are not those of a section file");
    }
    if !(OLDEST_VERSION..=FORMAT_VERSION).contains(&field(8)) {
        return Err("the file is of a format version that the manifest's cannot have");
    }
    let mut unsigned = *table;
    unsigned[CHECKSUM].fill(0);
    if blake3::hash(&unsigned) != table[CHECKSUM] {
        return Err("the table does not have the hash it carries");
    }
    let count = index(field(12));
    if count > MOST_SECTIONS {
        return Err("there are more sections than a table holds");
    }
    let lines = &table[HEADER_BYTES..][..count * ENTRY_BYTES];
    let file_bytes = table[16..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    if file_bytes != wide(bytes.len()) {
        return Err("the table gives another file length");
    }
    let entries: Option<Vec<Entry>> = lines.chunks_exact(ENTRY_BYTES).map(Entry::from_bytes).collect();
    let entries = entries.ok_or("a section has no valid name")?;
    let mut place = wide(TABLE_BYTES);
    for entry in &entries {
        if !matches!(entry.width, 1 | 4 | 8) {
            return Err("a section has elements of an unknown width");
        }
        if entry.start != place.next_multiple_of(ALIGNMENT) {
            return Err("a section does not start where the one before it ends");
        }
        place = entry
            .end()
            .filter(|&end| end <= file_bytes)
            .ok_or("a section reaches past the end of the file")?;
    }
    if place != file_bytes {
        return Err("there are bytes after the last section");
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &Path) -> PathBuf {
        let path = folder.join("sections.bin");
        let mut writer = SectionWriter::create(path.clone()).expect("creates");
        writer.section::<u32>("numbers", &[1, 2, 3]).expect("writes");
        writer.begin::<u8>("letters").expect("begins");
        writer.append(b"ab").expect("writes");
        writer.append(b"c").expect("writes");
        writer.section::<u64>("none", &[]).expect("writes");
        writer.finish().expect("finishes");
        path
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = written(folder.path());
        let length = path.metadata().expect("exists").len();
        let file = SectionFile::open(&path, length, true).expect("opens");
        assert_eq!(file.get(&file.section::<u32>("numbers", Some(3)).expect("is there")), [1, 2, 3]);
        assert_eq!(file.get(&file.section::<u8>("letters", None).expect("is there")), b"abc");
        assert!(file.get(&file.section::<u64>("none", Some(0)).expect("is there")).is_empty());
        assert!(file.section::<u64>("numbers", None).is_err());
        assert!(file.section::<u32>("numbers", Some(2)).is_err());
        assert!(file.section::<u32>("letter", None).is_err());
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = written(folder.path());
        let bytes = std::fs::read(&path).expect("reads");
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).expect("writes");
            assert!(SectionFile::open(&path, wide(length), true).is_err(), "cut to {length}");
            assert!(SectionFile::open(&path, wide(bytes.len()), false).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn a_table_with_any_byte_changed_is_refused() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let bytes = std::fs::read(written(folder.path())).expect("reads");
        assert!(read_table(&bytes).is_ok());
        for place in 0..TABLE_BYTES {
            for flip in [1, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[place] ^= flip;
                assert!(read_table(&damaged).is_err(), "byte {place} with {flip:#x}");
            }
        }
    }

    /// A table whose entries are as given, with a hash that fits.
    fn forged(entries: &[Entry], file_bytes: u64) -> Vec<u8> {
        let mut bytes = vec![0; offset(file_bytes)];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&position(entries.len()).to_le_bytes());
        bytes[16..24].copy_from_slice(&file_bytes.to_le_bytes());
        for (line, entry) in bytes[HEADER_BYTES..].chunks_exact_mut(ENTRY_BYTES).zip(entries) {
            line.copy_from_slice(&entry.to_bytes());
        }
        let checksum = blake3::hash(&bytes[..TABLE_BYTES]);
        bytes[CHECKSUM].copy_from_slice(checksum.as_bytes());
        bytes
    }

    #[test]
    fn a_forged_table_is_refused() {
        let entry = |width, start, count| Entry { name: "a".to_owned(), width, start, count };
        let table = wide(TABLE_BYTES);
        assert!(read_table(&forged(&[entry(4, table, 2)], table + 8)).is_ok());
        for (entries, file_bytes) in [
            (vec![entry(4, table, 1 << 63)], table + 8),
            (vec![entry(8, table, u64::MAX)], table + 8),
            (vec![entry(8, u64::MAX - 7, 1)], table + 8),
            (vec![entry(4, 0, 2)], table + 8),
            (vec![entry(4, table + 4, 1)], table + 8),
            (vec![entry(3, table, 1)], table + 3),
            (vec![entry(4, table, 1)], table + 8),
            (vec![entry(4, table, 2), entry(4, table, 2)], table + 8),
            (vec![entry(4, table, 2), entry(4, table + 128, 0)], table + 128),
        ] {
            assert!(read_table(&forged(&entries, file_bytes)).is_err(), "{entries:?}");
        }
    }
}
