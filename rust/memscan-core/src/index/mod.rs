/*!
An index: a folder with a manifest and one folder a shard (`docs/format.md`).

[`IndexBuilder`] writes it, once; [`Index::open`] maps it, in milliseconds whatever its size;
[`Index::verify`] reads all of it and checks what opening takes on trust.
*/

mod builder;
mod documents;
mod format;
mod manifest;
mod shard;
mod shard_builder;
mod summary;
mod text;
mod verify;
mod vocabulary;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use summary::FrequentIntervals;

pub use builder::{BuildOptions, BuildStatistics, IndexBuilder};
pub use documents::{Document, DocumentInfo};
pub use manifest::{FileManifest, Manifest, Parameters, ShardManifest, UnitRules};

pub(crate) use shard::Shard;
pub(crate) use summary::{Summary, summarise_interval};
pub(crate) use text::{CHECKPOINT_UNITS, TextReader, count_characters};

use crate::error::{Error, Result};
use crate::progress::Interrupt;

/// A finished index, open for reading. Immutable; share it between threads by reference.
#[derive(Debug)]
pub struct Index {
    path: PathBuf,
    manifest: Manifest,
    shards: Vec<Shard>,
    frequent_intervals: FrequentIntervals,
}

impl Index {
    /// Map the index at `path` and check its manifest and section tables.
    pub fn open(path: &Path) -> Result<Self> {
        let manifest = Manifest::read(path)?;
        let shards: Result<Vec<Shard>> =
            manifest.shards.iter().map(|shard| Shard::open(path, shard, manifest.parameters)).collect();
        Ok(Self {
            path: path.to_owned(),
            shards: shards?,
            manifest,
            frequent_intervals: FrequentIntervals::default(),
        })
    }

    /// Read every file, compare it with its hash, and check that it means what it should.
    ///
    /// Linear in the size of the index; needs 4 bytes of memory a unit of the largest shard.
    pub fn verify(&self, interrupt: &Interrupt) -> Result<()> {
        self.manifest.shards.par_iter().try_for_each(|shard| {
            shard.files.par_iter().try_for_each(|file| {
                interrupt.check()?;
                let path = self.path.join(&shard.folder).join(&file.name);
                let hash = hash_file(&path)?;
                if hash == file.hash {
                    return Ok(());
                }
                let message =
                    format!("`{}` has hash {}…, expected {}…", path.display(), &hash[..8], &file.hash[..8]);
                Err(Error::corrupt(message))
            })
        })?;
        self.shards.iter().try_for_each(|shard| verify::verify_shard(shard, interrupt))
    }

    /// The documents, in the order of the corpus.
    pub fn documents(&self) -> impl Iterator<Item = DocumentInfo<'_>> {
        self.shards.iter().flat_map(|shard| {
            let documents = shard.documents();
            (0..documents.len()).map(|document| documents.info(document))
        })
    }

    /// Where the index was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is made of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn shards(&self) -> &[Shard] {
        &self.shards
    }
}

/// Where the index that will stand at `target` is built.
fn building_folder(target: &Path) -> PathBuf {
    let mut name = target.file_name().map_or_else(OsString::new, ToOwned::to_owned);
    name.push(".building");
    target.with_file_name(name)
}

fn lock_file(folder: &Path) -> PathBuf {
    folder.join("lock")
}

/// The BLAKE3 hash of a file, in hexadecimal.
fn hash_file(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_mmap_rayon(path).map_err(|error| Error::io("read", path, error))?;
    Ok(hasher.finalize().to_hex().to_string())
}
