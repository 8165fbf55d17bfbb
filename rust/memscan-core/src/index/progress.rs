/*!
What a build has finished, so that it can be resumed after it was killed.

# Idea

Beside the shards of an unfinished build stands `progress.json`: which of them are finished, how many documents they
hold together, and a hash of these. Who resumes hands over the same documents again. Those of finished shards are
only hashed; if the hash is the one that was written, the shard is kept.
*/

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::documents::Document;
use super::folder::{hash_file, rename, sync_folder};
use super::format::FORMAT_VERSION;
use super::manifest::{Manifest, ShardManifest, UnitRules, totals};
use super::options::BuildOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::num::wide;

const NAME: &str = "progress.json";
const NEW_NAME: &str = "progress.json.new";

/// The file that says what is finished of the build in a folder.
pub(super) fn progress_file(building: &Path) -> PathBuf {
    building.join(NAME)
}

/// What is finished of a build.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    /// A hash of all that shapes the index.
    settings: String,
    shards: Vec<FinishedShard>,
}

/// A finished shard, and what had been read when it was full.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FinishedShard {
    pub(super) read: Read,
    pub(super) shard: ShardManifest,
}

/// How many documents were read, and a hash of them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Read {
    pub(super) documents: u64,
    hash: String,
}

/// Hashes documents as they are read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    documents: u64,
    hasher: blake3::Hasher,
}

impl Reading {
    pub(super) fn add(&mut self, corpus: Option<&str>, document: &Document<'_>) {
        self.documents += 1;
        let mut part = |bytes: &[u8]| {
            self.hasher.update(&wide(bytes.len()).to_le_bytes()).update(bytes);
        };
        part(corpus.unwrap_or_default().as_bytes());
        part(document.id.as_bytes());
        part(document.metadata.as_bytes());
        part(document.text.characters.as_bytes());
        if let Some(tokens) = document.text.tokens {
            part(bytemuck::cast_slice(tokens.ids));
            part(bytemuck::cast_slice(tokens.places.unwrap_or_default()));
        }
    }

    pub(super) fn so_far(&self) -> Read {
        Read { documents: self.documents, hash: self.hasher.finalize().to_hex().to_string() }
    }
}

/// Write down which shards of the build in `building` are finished.
pub(super) fn write(building: &Path, options: &BuildOptions, shards: Vec<FinishedShard>) -> Result<()> {
    let progress = Progress { settings: settings(options), shards };
    let json = serde_json::to_vec(&progress).expect("it has only strings and numbers");
    let new = building.join(NEW_NAME);
    let written = fs::File::create(&new).and_then(|mut file| {
        file.write_all(&json)?;
        file.sync_all()
    });
    written.map_err(|error| Error::io("write", &new, error))?;
    rename(&new, &progress_file(building))?;
    sync_folder(building)
}

/// The finished shards of the build in `building`, whose files are as they were written; none if nothing
/// is finished.
pub(super) fn read(building: &Path, options: &BuildOptions) -> Result<Vec<FinishedShard>> {
    let path = progress_file(building);
    let json = match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(|error| Error::io("read", &path, error))?,
    };
    let cannot = |reason: &str| {
        let message = format!("the build in `{}` cannot be resumed: {reason}", building.display());
        Error::new(ErrorKind::Output, message).with_hint("build without --resume to start afresh")
    };
    let progress: Progress = serde_json::from_slice(&json).map_err(|error| cannot(&error.to_string()))?;
    if progress.settings != settings(options) {
        return Err(cannot("it was begun with other options or another version"));
    }
    let shards: Vec<ShardManifest> = progress.shards.iter().map(|one| one.shard.clone()).collect();
    if totals(&shards).is_none() {
        return Err(cannot("its shards have impossible sizes"));
    }
    if !shards.is_empty() {
        let rules = UnitRules::new(options.unit, None);
        Manifest::new(rules, options.parameters(), shards).check(building)?;
    }
    for FinishedShard { shard, .. } in &progress.shards {
        for file in &shard.files {
            let path = building.join(&shard.folder).join(&file.name);
            if hash_file(&path)? != file.hash {
                return Err(cannot(&format!("`{}` is damaged", path.display())));
            }
        }
    }
    Ok(progress.shards)
}

/// The error that the documents are not those that the build was begun with.
pub(super) fn other_documents(building: &Path) -> Error {
    let message = format!(
        "the documents are not those of the unfinished build in `{}`: it cannot be resumed",
        building.display()
    );
    Error::new(ErrorKind::Input, message).with_hint("build without --resume to start afresh")
}

/// A hash of all that shapes an index, but for the memory that its build may take.
fn settings(options: &BuildOptions) -> String {
    let tokenizer = options.tokenizer.as_ref().map(|one| (&one.name, &one.json));
    let rules = UnitRules::new(options.unit, None);
    let shaping = (
        FORMAT_VERSION,
        env!("CARGO_PKG_VERSION"),
        (rules, options.parameters()),
        options.shard_units,
        tokenizer,
    );
    let json = serde_json::to_vec(&shaping).expect("it has only strings and numbers");
    blake3::hash(&json).to_hex().to_string()
}
