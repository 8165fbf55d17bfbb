/*!
Building one shard: read texts into units, then number, sort, filter and write.
*/

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::documents::{Document, DocumentsBuilder};
use super::format::{SectionFile, SectionWriter};
use super::manifest::{FileManifest, Parameters, ShardManifest};
use super::shard::FILES;
use super::text::{CHECKPOINT_UNITS, TextBuilder, count_characters};
use super::vocabulary::VocabularyBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::{DistinctKeys, FilterBuilder, key};
use crate::num::{index, wide};
use crate::progress::{Interrupt, Stage};
use crate::suffix::{self, SEPARATOR};
use crate::units::Segmenter;

/// While a shard is read its text holds word numbers, and this after every document.
const DOCUMENT_END: u32 = u32::MAX;

/// Positions a thread works on at a time.
const CHUNK: usize = 1 << 16;

/// A shard that takes documents.
#[derive(Debug)]
pub(super) struct ShardBuilder {
    folder: PathBuf,
    documents: DocumentsBuilder,
    text: TextBuilder,
    units: UnitsBuilder,
}

impl ShardBuilder {
    /// Start a shard in `folder`, which is made.
    pub(super) fn create(folder: PathBuf) -> Result<Self> {
        fs::create_dir(&folder).map_err(|error| Error::io("create", &folder, error))?;
        let text = TextBuilder::new(SectionWriter::create(folder.join("text.bin"))?)?;
        Ok(Self { folder, documents: DocumentsBuilder::default(), text, units: UnitsBuilder::default() })
    }

    /// Units and separators so far.
    pub(super) fn position_count(&self) -> usize {
        self.units.numbers.len()
    }

    pub(super) fn unit_count(&self) -> usize {
        self.units.numbers.len() - self.documents.len()
    }

    pub(super) fn distinct_count(&self) -> usize {
        self.units.vocabulary.len()
    }

    /// Add documents: their text is compressed beside being cut into units.
    pub(super) fn add(&mut self, documents: &[Document<'_>], interrupt: &Interrupt) -> Result<()> {
        let Self { text, units, documents: table, .. } = self;
        let (stored, cut) = rayon::join(
            || documents.iter().try_for_each(|document| text.append(document.text)),
            || {
                documents.iter().try_for_each(|document| {
                    interrupt.check()?;
                    let characters = count_characters(document.text.as_bytes());
                    table.push(document, units.numbers.len(), characters);
                    units.add(document, table.bytes() - wide(document.text.len()))
                })
            },
        );
        stored.and(cut)
    }

    /// Number, sort, filter and write everything.
    pub(super) fn finish(
        self,
        parameters: Parameters,
        progress: &(dyn Fn(Stage) + Sync),
        interrupt: &Interrupt,
    ) -> Result<ShardManifest> {
        let Self { folder, documents, text, units } = self;
        let UnitsBuilder { vocabulary, numbers: mut symbols, checkpoints, .. } = units;
        let (document_count, text_bytes) = (documents.len(), documents.bytes());
        let position_count = symbols.len();
        let [units_name, suffixes_name, _, vocabulary_name, documents_name, _] = FILES;
        let create = |name: &str| SectionWriter::create(folder.join(name));
        text.finish(&checkpoints)?;
        documents.write(position_count, create(documents_name)?)?;

        let (words, symbol_of_number) = vocabulary.into_sorted()?;
        symbols.par_chunks_mut(CHUNK).for_each(|chunk| {
            for symbol in chunk {
                *symbol = if *symbol == DOCUMENT_END { SEPARATOR } else { symbol_of_number[index(*symbol)] };
            }
        });
        drop(symbol_of_number);
        words.write(&symbols, create(vocabulary_name)?)?;
        write_one("units", &symbols, create(units_name)?)?;

        progress(Stage::Sorting);
        interrupt.check()?;
        let distinct_units = wide(words.hashes.len());
        // The sorting works on the symbols in memory; what is done beside it reads them from the file.
        let (suffixes, filtered) = rayon::join(
            || suffix::build(&mut symbols),
            || write_filter(&folder, &words.hashes, parameters, position_count, interrupt),
        );
        filtered?;
        let suffixes = suffixes?;
        drop((symbols, words));

        progress(Stage::Writing);
        interrupt.check()?;
        write_one("suffixes", &suffixes, create(suffixes_name)?)?;
        let units = wide(suffixes.len());
        drop(suffixes);

        let files: Result<Vec<FileManifest>> = FILES.par_iter().map(|name| describe(&folder, name)).collect();
        let folder_name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(ShardManifest {
            folder: folder_name.expect("a shard's folder has a name"),
            documents: wide(document_count),
            units,
            distinct_units,
            text_bytes,
            files: files?,
        })
    }
}

/// The text of a shard as word numbers, and where to find them again.
#[derive(Debug, Default)]
struct UnitsBuilder {
    segmenter: Segmenter,
    vocabulary: VocabularyBuilder,
    numbers: Vec<u32>,
    checkpoints: Vec<u64>,
}

impl UnitsBuilder {
    /// Add the units of a document whose text starts at `text_start` of the shard's text.
    fn add(&mut self, document: &Document<'_>, text_start: u64) -> Result<()> {
        let Self { segmenter, vocabulary, numbers, checkpoints } = self;
        let mut push = |number: u32, byte: usize| {
            if numbers.len() % CHECKPOINT_UNITS == 0 {
                checkpoints.push(text_start + wide(byte));
            }
            numbers.push(number);
        };
        segmenter.segment(document.text, |word| push(vocabulary.number(&word.folded), word.start));
        push(DOCUMENT_END, document.text.len());
        if self.numbers.len() > suffix::LONGEST_TEXT {
            let message =
                format!("document `{}` has too many units: a shard holds fewer than 2^31", document.id);
            return Err(Error::new(ErrorKind::Limit, message).with_hint("cut the document into several"));
        }
        Ok(())
    }
}

/// Write the filter over the units that stand in `folder` already.
fn write_filter(
    folder: &Path,
    hashes: &[u32],
    parameters: Parameters,
    position_count: usize,
    interrupt: &Interrupt,
) -> Result<()> {
    let [units_name, _, filter_name, ..] = FILES;
    let path = folder.join(units_name);
    let bytes = path.metadata().map_err(|error| Error::io("read", &path, error))?.len();
    let file = SectionFile::open(&path, bytes)?;
    let symbols = file.get(&file.section::<u32>("units", Some(position_count))?);
    let words = fill_filter(symbols, hashes, parameters);
    interrupt.check()?;
    write_one("filter", &words, SectionWriter::create(folder.join(filter_name))?)
}

/// The filter over all runs of k units that lie within one document.
fn fill_filter(symbols: &[u32], hashes: &[u32], parameters: Parameters) -> Vec<u64> {
    let k = index(parameters.filter_k);
    let starts = symbols.len().saturating_sub(k - 1);
    let pieces = || {
        let piece = |start: usize| &symbols[start..(start + CHUNK).min(starts) + k - 1];
        (0..starts).into_par_iter().step_by(CHUNK).map(move |start| keys(piece(start), hashes, k))
    };
    let distinct = pieces()
        .map(|keys| {
            let mut distinct = DistinctKeys::new();
            for key in keys {
                distinct.add(key);
            }
            distinct
        })
        .reduce(DistinctKeys::new, |one, other| one.merge(&other));
    let filter = FilterBuilder::new(distinct.estimate(), parameters.filter_bits);
    pieces().for_each(|keys| filter.insert(&keys));
    filter.into_words()
}

/// The keys of all runs of `k` symbols that hold no separator.
fn keys(symbols: &[u32], hashes: &[u32], k: usize) -> Vec<u64> {
    let mut keys = Vec::with_capacity(symbols.len());
    let mut run = Vec::with_capacity(symbols.len());
    for stretch in symbols.split(|&symbol| symbol == SEPARATOR) {
        run.clear();
        run.extend(stretch.iter().map(|&symbol| hashes[index(symbol) - 1]));
        keys.extend(run.windows(k).map(key));
    }
    keys
}

fn write_one<T: bytemuck::Pod>(name: &str, elements: &[T], mut writer: SectionWriter) -> Result<()> {
    writer.section(name, elements)?;
    writer.finish()
}

/// The size and hash of a finished file.
fn describe(folder: &Path, name: &str) -> Result<FileManifest> {
    let path = folder.join(name);
    let bytes = path.metadata().map_err(|error| Error::io("read", &path, error))?.len();
    Ok(FileManifest { name: name.to_owned(), bytes, hash: super::hash_file(&path)? })
}
