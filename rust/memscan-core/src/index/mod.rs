/*!
An index: a folder with a manifest and one folder a shard (`docs/format.md`).

[`IndexBuilder`] writes it, once; [`Index::open`] maps it, in milliseconds whatever its size;
[`Index::verify`] reads all of it and checks what opening takes on trust.
*/

mod builder;
mod corpora;
mod documents;
mod filling;
mod finishing;
mod folder;
mod format;
mod manifest;
mod options;
mod places;
mod progress;
mod reading;
mod revise;
mod shard;
mod shard_builder;
mod summary;
mod text;
mod verify;
mod vocabulary;

use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use summary::FrequentIntervals;

pub use builder::{IndexBuilder, abandon_build};
pub use documents::{Document, DocumentInfo};
pub use manifest::{FileManifest, Manifest, Parameters, ShardManifest, TokenizerManifest, UnitRules};
pub use options::{BuildOptions, BuildStatistics, OpenOptions, Tokenizer};

pub(crate) use corpora::Corpora;
pub(crate) use shard::{Alphabet, Shard, byte_symbol};
#[cfg(test)]
pub(crate) use summary::MOST_COUNTED;
pub(crate) use summary::{Choice, Summary, summarise};
pub(crate) use text::{CHECKPOINT_UNITS, TextReader, count_characters};

use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::num::position;
use crate::progress::Interrupt;
use crate::units::{Segmenter, Unit};

/// A finished index, open for reading. Immutable; share it between threads by reference.
#[derive(Debug)]
pub struct Index {
    path: PathBuf,
    options: OpenOptions,
    unit: Unit,
    manifest: Manifest,
    shards: Vec<Shard>,
    corpora: Corpora,
    frequent_intervals: FrequentIntervals,
}

impl Index {
    /// Map the index at `path` and check its manifest and section tables.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, OpenOptions::default())
    }

    /// Open the index at `path` as `options` say, and check its manifest and section tables.
    pub fn open_with(path: &Path, options: OpenOptions) -> Result<Self> {
        let manifest = Manifest::read(path)?;
        let id = manifest.id.clone();
        Self::of_manifest(path, manifest, options).or_else(|error| {
            // Where it was changed meanwhile, files that the manifest named may be gone.
            let now = Manifest::read(path)?;
            if now.id == id { Err(error) } else { Self::of_manifest(path, now, options) }
        })
    }

    fn of_manifest(path: &Path, manifest: Manifest, options: OpenOptions) -> Result<Self> {
        if let Some(tokenizer) = &manifest.unit.tokenizer {
            folder::open_finished(&path.join(&tokenizer.file.name), tokenizer.file.bytes)?;
        }
        let shards: Result<Vec<Shard>> =
            manifest.shards.iter().map(|shard| Shard::open(path, &manifest, shard, options)).collect();
        Ok(Self {
            path: path.to_owned(),
            options,
            unit: manifest.unit.kind()?,
            shards: shards?,
            corpora: Corpora::of(&manifest),
            manifest,
            frequent_intervals: FrequentIntervals::default(),
        })
    }

    /// Read every file, compare it with its hash, and check that it means what it should.
    ///
    /// Linear in the size of the index; needs 4 bytes of memory a unit of the largest shard.
    pub fn verify(&self, interrupt: &Interrupt) -> Result<()> {
        let shards = self.manifest.shards.iter();
        let files =
            shards.flat_map(|shard| shard.files.iter().map(|file| (self.path.join(&shard.folder), file)));
        let tokenizer = self.manifest.unit.tokenizer.iter().map(|one| (self.path.clone(), &one.file));
        let files: Vec<(PathBuf, &FileManifest)> = files.chain(tokenizer).collect();
        files.par_iter().try_for_each(|(folder, file)| {
            interrupt.check()?;
            let path = folder.join(&file.name);
            let hash = folder::hash_file(&path)?;
            if hash == file.hash {
                return Ok(());
            }
            let message =
                format!("`{}` has hash {}…, expected {}…", path.display(), &hash[..8], shortened(&file.hash));
            Err(Error::corrupt(message))
        })?;
        self.shards.iter().try_for_each(|shard| verify::verify_shard(shard, self.segmenter(), interrupt))
    }

    /// The documents that were not removed, in the order of the corpus.
    pub fn documents(&self) -> impl Iterator<Item = DocumentInfo<'_>> {
        self.shards.iter().enumerate().flat_map(|(number, shard)| {
            let documents = shard.documents();
            let corpus = self.corpora.name_of(number);
            (0..documents.len())
                .filter(|&document| shard.removed().binary_search(&position(document)).is_err())
                .map(move |document| DocumentInfo { corpus, ..documents.info(document) })
        })
    }

    /// The tokenizer's `tokenizer.json`, for an index of tokens that was told one.
    pub fn tokenizer_json(&self) -> Result<Option<String>> {
        let Some(tokenizer) = &self.manifest.unit.tokenizer else { return Ok(None) };
        let path = self.path.join(&tokenizer.file.name);
        let mut json = Vec::new();
        let mut file = folder::open_finished(&path, tokenizer.file.bytes)?;
        file.read_to_end(&mut json).map_err(|error| Error::io("read", &path, error))?;
        if blake3::hash(&json).to_hex().as_str() != tokenizer.file.hash {
            return Err(Error::corrupt(format!("`{}` does not have the hash it should", path.display())));
        }
        let json = String::from_utf8(json);
        json.map(Some).map_err(|_| Error::corrupt(format!("`{}` is not UTF-8", path.display())))
    }

    /// The named corpora, in order.
    pub fn corpora(&self) -> &[String] {
        self.corpora.names()
    }

    /// Where the index was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the texts are sequences of.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Whether it holds the documents' text.
    pub fn has_text(&self) -> bool {
        self.manifest.parameters.store_text
    }

    /// What it is made of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn shards(&self) -> &[Shard] {
        &self.shards
    }

    /// Cuts texts as those of the corpus were cut.
    pub(crate) fn segmenter(&self) -> Segmenter {
        Segmenter::new(self.unit, self.options.vectors)
    }

    /// Which corpus each shard belongs to.
    pub(crate) fn corpora_of_shards(&self) -> &Corpora {
        &self.corpora
    }

    /// The filter of each of `shards`.
    pub(crate) fn filters<'a>(&self, shards: impl IntoIterator<Item = &'a Shard>) -> Vec<Filter<'a>> {
        let filters = shards.into_iter().map(Shard::filter);
        filters.map(|filter| if self.options.use_filter { filter } else { filter.off() }).collect()
    }
}

/// The first characters of a hash that may be anything.
fn shortened(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
}
