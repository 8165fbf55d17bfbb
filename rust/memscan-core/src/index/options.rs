/*!
How an index is built and opened, and what a builder has taken in.
*/

use super::manifest::{Manifest, Parameters};
use crate::error::{Error, ErrorKind, Result};
use crate::units::{Unit, VectorPath};

/// How an index is built.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BuildOptions {
    /// What the texts are sequences of.
    pub unit: Unit,
    /// What cut the texts, for an index of tokens; kept in the index so that others can cut alike.
    pub tokenizer: Option<Tokenizer>,
    /// Whether the documents' text is stored. Without it no occurrence can be shown or checked.
    pub store_text: bool,
    /// The length of the runs that the filter knows, in units: 1 to 64. If not said, what suits the unit.
    pub filter_k: Option<u32>,
    /// The size of the filter, in bits for each different run: 1 to 64.
    pub filter_bits: u32,
    /// About how much memory the builder may use, in bytes; shards are cut to fit.
    pub memory_bytes: Option<u64>,
    /// The most units and documents, taken together, that go into one shard, if not as many as fit. No
    /// document is cut: one with more has a shard of its own.
    pub shard_units: Option<u32>,
    /// Whether an index that stands at the path is replaced.
    pub overwrite: bool,
    /// Whether to go on where a build that was killed has finished shards. It must be given the same documents.
    pub resume: bool,
}

/// A tokenizer, as its users keep it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tokenizer {
    /// What it is called.
    pub name: String,
    /// The contents of its `tokenizer.json`.
    pub json: String,
}

/// How an index is opened. Answers are the same at every setting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OpenOptions {
    /// Whether files are mapped; else they are read whole, and may then even be truncated.
    pub map_files: bool,
    /// Whether the filter is asked before the suffix array is.
    pub use_filter: bool,
    /// Which vectors cut the texts that are searched.
    pub vectors: VectorPath,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { map_files: true, use_filter: true, vectors: VectorPath::Widest }
    }
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            unit: Unit::Word,
            tokenizer: None,
            store_text: true,
            filter_k: None,
            filter_bits: 12,
            memory_bytes: None,
            shard_units: None,
            overwrite: false,
            resume: false,
        }
    }
}

impl BuildOptions {
    /// These options, with all that shapes an index as it is in `manifest`. The tokenizer is left out: only
    /// its file is known.
    pub(super) fn shaped_as(&self, manifest: &Manifest) -> Result<Self> {
        let Parameters { filter_k, filter_bits, store_text } = manifest.parameters;
        Ok(Self {
            unit: manifest.unit.kind()?,
            tokenizer: None,
            store_text,
            filter_k: Some(filter_k),
            filter_bits,
            ..self.clone()
        })
    }

    pub(super) fn parameters(&self) -> Parameters {
        Parameters {
            filter_k: self.filter_k.unwrap_or_else(|| self.unit.default_filter_k()),
            filter_bits: self.filter_bits,
            store_text: self.store_text,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let refuse = |message: String| Err(Error::new(ErrorKind::Input, message));
        let Parameters { filter_k, filter_bits, .. } = self.parameters();
        for (name, value) in [("filter_k", filter_k), ("filter_bits", filter_bits)] {
            if !(1..=64).contains(&value) {
                return refuse(format!("{name} is {value}; it must be from 1 to 64"));
            }
        }
        if self.shard_units == Some(0) {
            return refuse("shard_units is 0; a shard holds at least one unit".to_owned());
        }
        if self.tokenizer.is_some() && self.unit != Unit::Token {
            return refuse(format!("a tokenizer was given, and the units are {}", self.unit.plural()));
        }
        Ok(())
    }
}

/// What a builder has taken in so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BuildStatistics {
    /// Documents.
    pub documents: u64,
    /// Units in them.
    pub units: u64,
    /// Different units, counted once a shard.
    pub distinct_units: u64,
    /// Bytes of text.
    pub text_bytes: u64,
    /// Shards, with the one that is being filled.
    pub shards: u64,
}
