/*!
`manifest.json`: what an index is made of. Written last; without it a folder is no index.

The manifest names every file with its size and hash, and carries the hash of its own content as the
index's id. So one short string, quoted beside a result, stands for every byte of the index.
*/

use std::fs;
use std::io::Write;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::format::FORMAT_VERSION;
use crate::error::{Error, ErrorKind, Result};
use crate::units::{UNICODE_VERSION, WORD_RULES_VERSION};

/// The name of the manifest in an index folder.
pub(super) const MANIFEST_NAME: &str = "manifest.json";

const FORMAT_NAME: &str = "memscan index";

/// More than any manifest needs: ten thousand shards.
const MOST_BYTES: u64 = 64 << 20;

/// What an index is made of.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    /// Always `memscan index`.
    pub format: String,
    /// The version of the folder's format.
    pub format_version: u32,
    /// The version of the library that built it.
    pub library_version: String,
    /// The hash of all that follows and precedes, in hexadecimal.
    pub id: String,
    /// What the texts are sequences of.
    pub unit: UnitRules,
    /// How it was built.
    pub parameters: Parameters,
    /// How many documents it holds.
    pub documents: u64,
    /// How many units they have.
    pub units: u64,
    /// How many bytes they have.
    pub text_bytes: u64,
    /// The shards, in the order of the corpus.
    pub shards: Vec<ShardManifest>,
}

/// What the texts are sequences of.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRules {
    /// `word`.
    pub kind: String,
    /// The version of the rules.
    pub rules_version: u32,
    /// The version of Unicode whose properties they use.
    pub unicode_version: String,
}

/// How an index was built.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The length of the runs that the filter knows, in units.
    pub filter_k: u32,
    /// The size of the filter, in bits for each different run.
    pub filter_bits: u32,
    /// The most units and separators a shard holds.
    pub shard_units: u32,
}

/// One shard of an index.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ShardManifest {
    /// Its folder within the index.
    pub folder: String,
    /// How many documents it holds.
    pub documents: u64,
    /// How many units they have.
    pub units: u64,
    /// How many of these are different.
    pub distinct_units: u64,
    /// How many bytes the documents have.
    pub text_bytes: u64,
    /// Its files.
    pub files: Vec<FileManifest>,
}

/// One file of a shard.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FileManifest {
    /// Its name within the shard's folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    pub hash: String,
}

impl Manifest {
    /// The manifest of an index of `shards`, with its id.
    pub(super) fn new(parameters: Parameters, shards: Vec<ShardManifest>) -> Self {
        let mut manifest = Self {
            format: FORMAT_NAME.to_owned(),
            format_version: FORMAT_VERSION,
            library_version: env!("CARGO_PKG_VERSION").to_owned(),
            id: String::new(),
            unit: UnitRules {
                kind: "word".to_owned(),
                rules_version: WORD_RULES_VERSION,
                unicode_version: UNICODE_VERSION.to_owned(),
            },
            parameters,
            documents: shards.iter().map(|shard| shard.documents).sum(),
            units: shards.iter().map(|shard| shard.units).sum(),
            text_bytes: shards.iter().map(|shard| shard.text_bytes).sum(),
            shards,
        };
        manifest.id = manifest.content_hash();
        manifest
    }

    /// The manifest as JSON, one field a line.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a manifest has only strings and numbers")
    }

    fn content_hash(&self) -> String {
        let content = Self { id: String::new(), ..self.clone() };
        blake3::hash(content.to_json().as_bytes()).to_hex().to_string()
    }

    /// Write the manifest into `folder`.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MANIFEST_NAME);
        let written = fs::File::create_new(&path).and_then(|mut file| {
            file.write_all(self.to_json().as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        });
        written.map_err(|error| Error::io("write", &path, error))
    }

    /// Read and check the manifest of the index in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST_NAME);
        let metadata = path.symlink_metadata().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => not_an_index(folder),
            _ => Error::io("open", &path, error),
        })?;
        let shown = path.display();
        if !metadata.is_file() || metadata.len() > MOST_BYTES {
            return Err(Error::corrupt(format!("`{shown}` is not a manifest")));
        }
        let bytes = fs::read(&path).map_err(|error| Error::io("read", &path, error))?;
        check_version(&bytes, folder)?;
        let manifest: Self = serde_json::from_slice(&bytes)
            .map_err(|error| Error::corrupt(format!("`{shown}` cannot be read: {error}")))?;
        if manifest.id != manifest.content_hash() {
            return Err(Error::corrupt(format!("`{shown}` does not have the content its id stands for")));
        }
        manifest.check(folder)?;
        Ok(manifest)
    }

    fn check(&self, folder: &Path) -> Result<()> {
        let shown = folder.display();
        if self.unit.kind != "word" || self.unit.rules_version != WORD_RULES_VERSION {
            let message = format!(
                "`{shown}` has units of kind `{}`, rules version {}; this library reads `word`, version {}",
                self.unit.kind, self.unit.rules_version, WORD_RULES_VERSION
            );
            return Err(Error::new(ErrorKind::Incompatible, message)
                .with_hint("use the library version that built it, or rebuild the index"));
        }
        if self.unit.unicode_version != UNICODE_VERSION {
            let message = format!(
                "`{shown}` was built with Unicode {}; this library has {UNICODE_VERSION}",
                self.unit.unicode_version
            );
            return Err(Error::new(ErrorKind::Incompatible, message).with_hint("rebuild the index"));
        }
        let names = self.shards.iter().flat_map(|shard| {
            std::iter::once(&shard.folder).chain(shard.files.iter().map(|file| &file.name))
        });
        for name in names {
            if !is_plain_name(name) {
                return Err(Error::corrupt(format!("the manifest of `{shown}` names the path `{name}`")));
            }
        }
        let is_filter_sound = (1..=64).contains(&self.parameters.filter_k);
        if self.shards.is_empty() || !is_filter_sound {
            return Err(Error::corrupt(format!("the manifest of `{shown}` has impossible parameters")));
        }
        Ok(())
    }
}

/// Whether a name stays in its folder, on every system.
fn is_plain_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let is_one = matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
    is_one && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Whether the manifest is one at all, and of a version that this library reads: asked
/// before its other fields, which another version may have changed.
fn check_version(bytes: &[u8], folder: &Path) -> Result<()> {
    #[derive(Deserialize)]
    struct Head {
        format: String,
        format_version: u32,
        library_version: String,
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|error| {
        Error::corrupt(format!("the manifest of `{}` cannot be read: {error}", folder.display()))
    })?;
    if head.format != FORMAT_NAME {
        return Err(not_an_index(folder));
    }
    if head.format_version != FORMAT_VERSION {
        let message = format!(
            "`{}` has index format version {}; this library reads version {FORMAT_VERSION}",
            folder.display(),
            head.format_version
        );
        let hint =
            format!("it was written by memscan {}: use that version, or rebuild it", head.library_version);
        return Err(Error::new(ErrorKind::Incompatible, message).with_hint(hint));
    }
    Ok(())
}

fn not_an_index(folder: &Path) -> Error {
    let shown = folder.display();
    if super::building_folder(folder).is_dir() {
        return Error::new(ErrorKind::NotAnIndex, format!("`{shown}` is an incomplete build"))
            .with_hint("run the same `memscan index build` again; it starts afresh");
    }
    let what = match folder.metadata() {
        Err(_) => "does not exist",
        Ok(metadata) if metadata.is_dir() => "is a folder without a manifest",
        Ok(_) => "is not a folder",
    };
    Error::new(ErrorKind::NotAnIndex, format!("`{shown}` is not an index: it {what}"))
        .with_hint("build one with `memscan index build CORPUS... -o INDEX`")
}
