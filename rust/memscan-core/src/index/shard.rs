/*!
A shard: up to 2^31 units of whole documents, with everything needed to search and show them.
*/

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::documents::Documents;
use super::folder::check_folder;
use super::format::{Section, SectionFile};
use super::manifest::{Manifest, ShardManifest};
use super::options::OpenOptions;
use super::places::Places;
use super::text::{CHECKPOINT_UNITS, TextStore};
use super::vocabulary::Vocabulary;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::num::{index, offset};
use crate::suffix::{Interval, SuffixArray, Symbol, sample_count};
use crate::units::Unit;

/// What a file of a shard is for; the file is called so, with `.bin`, until a newer one takes its place.
pub(super) mod role {
    pub(in super::super) const UNITS: &str = "units";
    pub(in super::super) const SUFFIXES: &str = "suffixes";
    pub(in super::super) const FILTER: &str = "filter";
    /// Not for bytes.
    pub(in super::super) const VOCABULARY: &str = "vocabulary";
    pub(in super::super) const DOCUMENTS: &str = "documents";
    /// Only if the text is stored.
    pub(in super::super) const TEXT: &str = "text";
    /// Only for tokens whose text is stored.
    pub(in super::super) const PLACES: &str = "places";

    pub(in super::super) const ALL: [&str; 7] =
        [UNITS, SUFFIXES, FILTER, VOCABULARY, DOCUMENTS, TEXT, PLACES];

    /// What the first file of a role is called.
    pub(in super::super) fn file_name(role: &str) -> String {
        format!("{role}.bin")
    }
}

/// Symbols that bytes of UTF-8 can have: from 1 to 245.
pub(super) const BYTE_SYMBOLS: usize = 0xf5;

/// The symbol of a byte. No byte of UTF-8 is above 0xf4.
#[inline]
pub(crate) fn byte_symbol(byte: u8) -> u8 {
    byte.wrapping_add(1)
}

/// An open shard, checked as far as can be without reading it.
#[derive(Debug)]
pub(crate) struct Shard {
    folder: PathBuf,
    filter_k: usize,
    units_file: SectionFile,
    suffixes_file: SectionFile,
    suffixes: Section<u32>,
    first_ranks: Section<u32>,
    samples: Section<u64>,
    filter_file: SectionFile,
    filter: Section<u64>,
    units: Units,
    documents: Documents,
    removed: Vec<u32>,
    text: Option<TextStore>,
    places: Option<Places>,
}

/// The symbols of a shard, in the width they have.
#[derive(Debug)]
enum Units {
    Bytes(Section<u8>),
    Words(Section<u32>, Vocabulary),
}

/// How units become the symbols of a shard, and the suffix array over these.
#[derive(Debug)]
pub(crate) enum Alphabet<'a> {
    /// Each byte has its own symbol.
    Bytes(SuffixArray<'a, u8>),
    /// Units are looked up.
    Words(SuffixArray<'a, u32>, &'a Vocabulary),
}

impl Shard {
    /// Open the shard that `shard` describes, of the index `manifest` within the folder `root`.
    pub(super) fn open(
        root: &Path,
        manifest: &Manifest,
        shard: &ShardManifest,
        options: OpenOptions,
    ) -> Result<Self> {
        let folder = root.join(&shard.folder);
        check_folder(&folder)?;
        let open = |role: &str| {
            let file = shard.files.iter().find(|file| file.role == role);
            let file = file.ok_or_else(|| Error::corrupt(format!("the manifest names no file of {role}")))?;
            SectionFile::open(&folder.join(&file.name), file.bytes, options.map_files)
        };
        let unit = manifest.unit.kind()?;
        let document_count = offset(shard.documents);
        let position_count = offset(shard.units).saturating_add(document_count);
        let suffix_count = offset(shard.units.saturating_sub(shard.removed_units));
        let units_file = open(role::UNITS)?;
        let (units, symbol_count) = if unit == Unit::Byte {
            (Units::Bytes(units_file.section("units", Some(position_count))?), BYTE_SYMBOLS)
        } else {
            let count = offset(shard.distinct_units);
            let vocabulary = Vocabulary::new(open(role::VOCABULARY)?, count)?;
            (Units::Words(units_file.section("units", Some(position_count))?, vocabulary), count)
        };
        let (suffixes_file, filter_file) = (open(role::SUFFIXES)?, open(role::FILTER)?);
        let store = manifest.parameters.store_text;
        let checkpoint_count = if unit == Unit::Byte { 0 } else { position_count.div_ceil(CHECKPOINT_UNITS) };
        let text = || TextStore::new(open(role::TEXT)?, shard.text_bytes, checkpoint_count);
        let places = || Places::new(open(role::PLACES)?, position_count);
        Ok(Self {
            filter_k: index(manifest.parameters.filter_k),
            suffixes: suffixes_file.section("suffixes", Some(suffix_count))?,
            first_ranks: suffixes_file.section("first_ranks", Some(symbol_count + 1))?,
            samples: suffixes_file.section("samples", Some(sample_count(suffix_count)))?,
            filter: filter_file.section("filter", None)?,
            documents: Documents::new(open(role::DOCUMENTS)?, document_count)?,
            removed: shard.removed.clone(),
            text: store.then(text).transpose()?,
            places: (store && unit == Unit::Token).then(places).transpose()?,
            units,
            units_file,
            suffixes_file,
            filter_file,
            folder,
        })
    }

    /// How units become symbols, and the suffix array over the symbols of the documents, each document
    /// followed by a separator.
    pub(crate) fn alphabet(&self) -> Alphabet<'_> {
        match &self.units {
            Units::Bytes(units) => Alphabet::Bytes(self.array(units)),
            Units::Words(units, vocabulary) => Alphabet::Words(self.array(units), vocabulary),
        }
    }

    fn array<S: Symbol>(&self, units: &Section<S>) -> SuffixArray<'_, S> {
        SuffixArray::new(self.units_file.get(units), self.suffixes(), self.first_ranks(), self.samples())
    }

    /// The symbols of `units`, as numbers; separators are zero.
    pub(crate) fn symbols(&self, units: Range<usize>) -> Box<dyn Iterator<Item = u32> + '_> {
        match self.alphabet() {
            Alphabet::Bytes(array) => {
                let symbols = array.text().get(units).unwrap_or_default();
                Box::new(symbols.iter().map(|&symbol| u32::from(symbol)))
            }
            Alphabet::Words(array, _) => {
                Box::new(array.text().get(units).unwrap_or_default().iter().copied())
            }
        }
    }

    /// The hashes of `units`, which hold no separator.
    pub(crate) fn hashes(&self, units: Range<usize>) -> Vec<u32> {
        let symbols = self.symbols(units).map(|symbol| symbol.wrapping_sub(1));
        match self.alphabet() {
            Alphabet::Bytes(_) => symbols.collect(),
            Alphabet::Words(_, vocabulary) => {
                let hashes = vocabulary.hashes();
                symbols.map(|place| hashes.get(index(place)).copied().unwrap_or(0)).collect()
            }
        }
    }

    /// How many units and separators there are.
    pub(crate) fn position_count(&self) -> usize {
        match self.alphabet() {
            Alphabet::Bytes(array) => array.text().len(),
            Alphabet::Words(array, _) => array.text().len(),
        }
    }

    /// Where the sorted suffixes start.
    pub(crate) fn suffixes(&self) -> &[u32] {
        self.suffixes_file.get(&self.suffixes)
    }

    /// For each symbol, from 1 up, the rank of the first suffix that starts with it.
    pub(super) fn first_ranks(&self) -> &[u32] {
        self.suffixes_file.get(&self.first_ranks)
    }

    /// The first symbols of some suffixes.
    pub(super) fn samples(&self) -> &[u64] {
        self.suffixes_file.get(&self.samples)
    }

    /// Where the suffixes of `interval` start, in the order of their ranks.
    pub(crate) fn positions(&self, interval: Interval) -> &[u32] {
        self.suffixes().get(interval.ranks()).unwrap_or_default()
    }

    /// The filter of k-grams.
    pub(crate) fn filter(&self) -> Filter<'_> {
        Filter::new(self.filter_file.get(&self.filter), self.filter_k)
    }

    pub(crate) fn documents(&self) -> &Documents {
        &self.documents
    }

    /// The numbers of the documents that were removed and are still stored, in order.
    pub(crate) fn removed(&self) -> &[u32] {
        &self.removed
    }

    /// The original text, if it is stored.
    pub(crate) fn text(&self) -> Option<&TextStore> {
        self.text.as_ref()
    }

    /// Where tokens stand in the text, if that is stored.
    pub(crate) fn places(&self) -> Option<&Places> {
        self.places.as_ref()
    }

    /// Where the shard stands, for messages.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}
