/*!
A shard: up to 2^31 units of whole documents, with everything needed to search and show them.
*/

use std::path::{Path, PathBuf};

use super::documents::Documents;
use super::format::{Section, SectionFile};
use super::manifest::{Parameters, ShardManifest};
use super::text::TextStore;
use super::vocabulary::Vocabulary;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::num::{index, offset};
use crate::suffix::SuffixArray;

/// The files of a shard.
pub(super) const FILES: [&str; 6] =
    ["units.bin", "suffixes.bin", "filter.bin", "vocabulary.bin", "documents.bin", "text.bin"];

/// A mapped shard, checked as far as can be without reading it.
#[derive(Debug)]
pub(crate) struct Shard {
    folder: PathBuf,
    filter_k: usize,
    units_file: SectionFile,
    units: Section<u32>,
    suffixes_file: SectionFile,
    suffixes: Section<u32>,
    filter_file: SectionFile,
    filter: Section<u64>,
    vocabulary: Vocabulary,
    documents: Documents,
    text: TextStore,
}

impl Shard {
    /// Map the shard that `manifest` describes, within the index folder `root`.
    pub(super) fn open(root: &Path, manifest: &ShardManifest, parameters: Parameters) -> Result<Self> {
        let folder = root.join(&manifest.folder);
        let open = |name: &str| {
            let file = manifest.files.iter().find(|file| file.name == name);
            let file = file.ok_or_else(|| Error::corrupt(format!("the manifest lacks the file `{name}`")))?;
            SectionFile::open(&folder.join(name), file.bytes)
        };
        let [units, suffixes, filter, vocabulary, documents, text] = FILES;
        let (units_file, suffixes_file, filter_file) = (open(units)?, open(suffixes)?, open(filter)?);
        let unit_count = offset(manifest.units);
        let document_count = offset(manifest.documents);
        let position_count = unit_count.saturating_add(document_count);
        Ok(Self {
            filter_k: index(parameters.filter_k),
            units: units_file.section("units", Some(position_count))?,
            suffixes: suffixes_file.section("suffixes", Some(unit_count))?,
            filter: filter_file.section("filter", None)?,
            vocabulary: Vocabulary::new(open(vocabulary)?, offset(manifest.distinct_units))?,
            documents: Documents::new(open(documents)?, document_count)?,
            text: TextStore::new(open(text)?, manifest.text_bytes, position_count)?,
            units_file,
            suffixes_file,
            filter_file,
            folder,
        })
    }

    /// The symbols of the documents, each document followed by a separator.
    pub(crate) fn units(&self) -> &[u32] {
        self.units_file.get(&self.units)
    }

    /// Where the sorted suffixes start.
    pub(crate) fn suffixes(&self) -> &[u32] {
        self.suffixes_file.get(&self.suffixes)
    }

    /// The suffix array over the units.
    pub(crate) fn array(&self) -> SuffixArray<'_> {
        SuffixArray::new(self.units(), self.suffixes(), self.vocabulary.first_ranks())
    }

    /// The filter of k-grams.
    pub(crate) fn filter(&self) -> Filter<'_> {
        Filter::new(self.filter_file.get(&self.filter), self.filter_k)
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    pub(crate) fn documents(&self) -> &Documents {
        &self.documents
    }

    pub(crate) fn text(&self) -> &TextStore {
        &self.text
    }

    /// Where the shard stands, for messages.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}
