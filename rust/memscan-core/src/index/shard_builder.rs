/*!
Building one shard: read texts into units, then number, sort, filter and write.
*/

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::documents::{Document, DocumentsBuilder};
use super::filling::write_filter;
use super::folder::{rename, sync_folder};
use super::format::SectionWriter;
use super::manifest::{FileManifest, Parameters, ShardManifest};
use super::places::PlacesBuilder;
use super::shard::{BYTE_SYMBOLS, byte_symbol, role};
use super::text::{CHECKPOINT_UNITS, TextBuilder, count_characters};
use super::vocabulary::{SortedWords, VocabularyBuilder};
use crate::error::{Error, ErrorKind, Result};
use crate::num::{index, wide};
use crate::progress::Interrupt;
use crate::suffix::{self, Symbol, first_ranks, sample};
use crate::units::{Segmenter, Unit, VectorPath};

/// While a shard is read its text holds word numbers, and this after every document.
const DOCUMENT_END: u32 = u32::MAX;

/// Symbols a thread renumbers at a time.
const CHUNK: usize = 1 << 16;

/// Memory for each position of a shard while it is sorted: its symbol, its suffix, its part of a filter of
/// the default size, and what sorting needs beside.
const WIDE_POSITION_BYTES: usize = 11;
const NARROW_POSITION_BYTES: usize = 8;

/// Tells the folders of this process apart.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

/// A shard that takes documents.
#[derive(Debug)]
pub(super) struct ShardBuilder {
    /// Where it is built: a folder of its own, so that a thread that still works on an abandoned build cannot
    /// disturb the next one.
    folder: PathBuf,
    /// Where it will be when it is finished.
    finished: PathBuf,
    corpus: Option<String>,
    documents: DocumentsBuilder,
    text: Option<TextBuilder>,
    units: UnitsBuilder,
}

impl ShardBuilder {
    /// Start a shard of `unit`s of a corpus that will be in the folder `finished`.
    pub(super) fn create(
        finished: PathBuf,
        corpus: Option<String>,
        unit: Unit,
        store_text: bool,
    ) -> Result<Self> {
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = finished.with_extension(number.to_string());
        fs::create_dir(&folder).map_err(|error| Error::io("create", &folder, error))?;
        let text = || TextBuilder::new(writer(&folder, role::TEXT)?);
        let text = store_text.then(text).transpose()?;
        let documents = DocumentsBuilder::default();
        Ok(Self { folder, finished, corpus, documents, text, units: UnitsBuilder::new(unit) })
    }

    /// Units and separators so far.
    pub(super) fn position_count(&self) -> usize {
        self.units.position_count()
    }

    pub(super) fn unit_count(&self) -> usize {
        self.position_count() - self.documents.len()
    }

    pub(super) fn distinct_count(&self) -> usize {
        self.units.distinct_count()
    }

    /// About how much memory it takes to finish the shard, in bytes.
    pub(super) fn memory_to_finish(&self) -> usize {
        self.units.memory_to_finish() + self.documents.memory()
    }

    /// Add documents: their text is compressed beside being cut into units.
    pub(super) fn add(&mut self, documents: &[Document<'_>], interrupt: &Interrupt) -> Result<()> {
        let Self { text, units, documents: table, .. } = self;
        let store = || match text {
            Some(text) => documents.iter().try_for_each(|document| text.append(document.text.characters)),
            None => Ok(()),
        };
        let cut = || {
            documents.iter().try_for_each(|document| {
                interrupt.check()?;
                let characters = count_characters(document.text.characters.as_bytes());
                let text_start = table.bytes();
                table.push(document, units.position_count(), characters);
                units.add(document, text_start)
            })
        };
        let (stored, cut) = rayon::join(store, cut);
        stored.and(cut)
    }

    /// Number, sort, filter and write everything.
    pub(super) fn finish(self, parameters: Parameters, interrupt: &Interrupt) -> Result<ShardManifest> {
        let Self { folder, finished, corpus, documents, text, units } = self;
        let shard = Unsorted {
            documents: documents.len(),
            text_bytes: documents.bytes(),
            distinct: units.distinct_count(),
            parameters,
            folder,
            finished,
            corpus,
        };
        documents.write(units.position_count(), shard.writer(role::DOCUMENTS)?)?;
        match units {
            UnitsBuilder::Bytes(BytesBuilder { symbols, .. }) => {
                text.map_or(Ok(()), |text| text.finish(&[]))?;
                shard.finish(symbols, BYTE_SYMBOLS, |symbol| u32::from(symbol) - 1, interrupt)
            }
            UnitsBuilder::Words(words) => {
                if let Some(text) = text {
                    text.finish(&words.checkpoints)?;
                    if let Some(places) = &words.places {
                        places.write(shard.writer(role::PLACES)?)?;
                    }
                }
                let (words, symbols) = words.into_symbols()?;
                words.write(shard.writer(role::VOCABULARY)?)?;
                let hashes = words.hashes;
                let hash = |symbol: u32| hashes[index(symbol) - 1];
                shard.finish(symbols, hashes.len(), hash, interrupt)
            }
        }
    }
}

/// A writer of the file of a role in the folder of a shard.
fn writer(folder: &Path, role: &str) -> Result<SectionWriter> {
    SectionWriter::create(folder.join(role::file_name(role)))
}

/// A shard of which only the symbols are still in memory.
#[derive(Debug)]
struct Unsorted {
    folder: PathBuf,
    finished: PathBuf,
    corpus: Option<String>,
    documents: usize,
    text_bytes: u64,
    distinct: usize,
    parameters: Parameters,
}

impl Unsorted {
    fn writer(&self, role: &str) -> Result<SectionWriter> {
        writer(&self.folder, role)
    }

    fn finish<S: Symbol>(
        self,
        mut symbols: Vec<S>,
        symbol_count: usize,
        hash: impl Fn(S) -> u32 + Send + Sync,
        interrupt: &Interrupt,
    ) -> Result<ShardManifest> {
        interrupt.check()?;
        let mut units_file = self.writer(role::UNITS)?;
        units_file.section("units", &symbols)?;
        units_file.finish()?;
        let first_ranks = first_ranks(&symbols, symbol_count);
        // The sorting works on the symbols in memory; what is done beside it reads them from the file.
        let (suffixes, filtered) = rayon::join(
            || suffix::build(&mut symbols),
            || {
                let path = self.folder.join(role::file_name(role::UNITS));
                write_filter(&path, hash, self.parameters, self.writer(role::FILTER)?, interrupt)
            },
        );
        filtered?;
        let suffixes = suffixes?;
        let samples = sample(&symbols, &suffixes, symbol_count);
        drop(symbols);
        interrupt.check()?;
        let mut suffixes_file = self.writer(role::SUFFIXES)?;
        suffixes_file.section("suffixes", &suffixes)?;
        suffixes_file.section("first_ranks", &first_ranks)?;
        suffixes_file.section("samples", &samples)?;
        suffixes_file.finish()?;
        let units = wide(suffixes.len());
        drop(suffixes);
        self.describe(units)
    }

    fn describe(self, units: u64) -> Result<ShardManifest> {
        let Self { folder, finished, corpus, documents, text_bytes, distinct, .. } = self;
        let files: Result<Vec<FileManifest>> = role::ALL
            .par_iter()
            .filter_map(|role| {
                let path = folder.join(role::file_name(role));
                match path.try_exists() {
                    Ok(false) => None,
                    Ok(true) => Some(FileManifest::of(&folder, role, role::file_name(role))),
                    Err(error) => Some(Err(Error::io("read", &path, error))),
                }
            })
            .collect();
        let files = files?;
        sync_folder(&folder)?;
        rename(&folder, &finished)?;
        let folder_name = finished.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(ShardManifest {
            folder: folder_name.expect("a shard's folder has a name"),
            corpus,
            documents: wide(documents),
            units,
            distinct_units: wide(distinct),
            text_bytes,
            removed: Vec::new(),
            removed_units: 0,
            removed_bytes: 0,
            files,
        })
    }
}

/// The units of a shard as they come.
#[derive(Debug)]
enum UnitsBuilder {
    Bytes(BytesBuilder),
    Words(WordsBuilder),
}

impl UnitsBuilder {
    fn new(unit: Unit) -> Self {
        match unit {
            Unit::Byte => Self::Bytes(BytesBuilder { symbols: Vec::new(), seen: [false; 256] }),
            _ => Self::Words(WordsBuilder::new(unit)),
        }
    }

    fn position_count(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.symbols.len(),
            Self::Words(words) => words.numbers.len(),
        }
    }

    fn distinct_count(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.seen.iter().filter(|&&is_seen| is_seen).count(),
            Self::Words(words) => words.vocabulary.len(),
        }
    }

    fn memory_to_finish(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.symbols.len() * NARROW_POSITION_BYTES,
            Self::Words(words) => {
                let places = words.places.as_ref().map_or(0, PlacesBuilder::memory);
                let checkpoints = size_of_val(&words.checkpoints[..]);
                let numbers = words.numbers.len() * WIDE_POSITION_BYTES;
                numbers + words.vocabulary.memory() + checkpoints + places
            }
        }
    }

    /// Add the units of a document whose text starts at `text_start` of the shard's text.
    fn add(&mut self, document: &Document<'_>, text_start: u64) -> Result<()> {
        match self {
            Self::Bytes(bytes) => bytes.add(document.text.characters.as_bytes()),
            Self::Words(words) => words.add(document, text_start),
        }
        if self.position_count() > suffix::LONGEST_TEXT {
            let message =
                format!("document `{}` has too many units: a shard holds fewer than 2^31", document.id);
            return Err(Error::new(ErrorKind::Limit, message).with_hint("cut the document into several"));
        }
        Ok(())
    }
}

/// The symbols of bytes, and which bytes there are.
#[derive(Debug)]
struct BytesBuilder {
    symbols: Vec<u8>,
    seen: [bool; 256],
}

impl BytesBuilder {
    fn add(&mut self, bytes: &[u8]) {
        self.symbols.extend(bytes.iter().map(|&byte| byte_symbol(byte)));
        for &byte in bytes {
            self.seen[usize::from(byte)] = true;
        }
        self.symbols.push(u8::SEPARATOR);
    }
}

/// Units of a shard as the numbers of words, and where to find them again.
#[derive(Debug)]
struct WordsBuilder {
    segmenter: Segmenter,
    vocabulary: VocabularyBuilder,
    numbers: Vec<u32>,
    checkpoints: Vec<u64>,
    places: Option<PlacesBuilder>,
}

impl WordsBuilder {
    fn new(unit: Unit) -> Self {
        Self {
            segmenter: Segmenter::new(unit, VectorPath::Widest),
            vocabulary: VocabularyBuilder::default(),
            numbers: Vec::new(),
            checkpoints: Vec::new(),
            places: (unit == Unit::Token).then(PlacesBuilder::default),
        }
    }

    fn add(&mut self, document: &Document<'_>, text_start: u64) {
        let Self { segmenter, vocabulary, numbers, checkpoints, places } = self;
        let mut push = |number: u32, start: usize, end: usize| {
            if numbers.len().is_multiple_of(CHECKPOINT_UNITS) {
                checkpoints.push(text_start + wide(start));
            }
            if let Some(places) = places {
                places.push(text_start + wide(start)..text_start + wide(end));
            }
            numbers.push(number);
        };
        segmenter.segment(document.text, |unit| {
            push(vocabulary.number(&unit.folded), unit.start, unit.end);
        });
        let end = document.text.characters.len();
        push(DOCUMENT_END, end, end);
    }

    /// The words in the order of their symbols, and the symbols of the shard.
    fn into_symbols(self) -> Result<(SortedWords, Vec<u32>)> {
        let Self { vocabulary, numbers: mut symbols, .. } = self;
        let (words, symbol_of_number) = vocabulary.into_sorted()?;
        symbols.par_chunks_mut(CHUNK).for_each(|chunk| {
            for symbol in chunk {
                *symbol =
                    if *symbol == DOCUMENT_END { u32::SEPARATOR } else { symbol_of_number[index(*symbol)] };
            }
        });
        Ok((words, symbols))
    }
}
