/*!
`manifest.json`: what an index is made of. Written last; without it a folder is no index.

The manifest names every file with its size and hash, and carries the hash of its own content as the
index's id. So one short string, quoted beside a result, stands for every byte of the index.
*/

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::format::{FORMAT_VERSION, OLDEST_VERSION};
use crate::error::{Error, ErrorKind, Result};
use crate::num::wide;
use crate::units::{UNICODE_VERSION, Unit};

/// The name of the manifest in an index folder.
pub(super) const MANIFEST_NAME: &str = "manifest.json";

/// The name of a manifest that is being written.
const NEW_MANIFEST_NAME: &str = "manifest.json.new";

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
    /// How many documents it holds, less those that were removed.
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
    /// `word`, `lexeme`, `byte` or `token`.
    pub kind: String,
    /// The version of the rules.
    pub rules_version: u32,
    /// The version of Unicode whose properties they use; none for bytes and tokens.
    pub unicode_version: Option<String>,
    /// What cut the texts into tokens, if the index was told.
    pub tokenizer: Option<TokenizerManifest>,
}

/// The tokenizer of an index of tokens: a file beside the manifest.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TokenizerManifest {
    /// What it is called.
    pub name: String,
    /// Where it is kept.
    pub file: FileManifest,
}

impl UnitRules {
    /// The rules of this library for `unit`.
    pub(super) fn new(unit: Unit, tokenizer: Option<TokenizerManifest>) -> Self {
        let has_properties = matches!(unit, Unit::Word | Unit::Lexeme);
        Self {
            kind: unit.name().to_owned(),
            rules_version: unit.rules_version(),
            unicode_version: has_properties.then(|| UNICODE_VERSION.to_owned()),
            tokenizer,
        }
    }

    /// The kind, which this library must know.
    pub(crate) fn kind(&self) -> Result<Unit> {
        Unit::named(&self.kind).filter(|unit| unit.rules_version() == self.rules_version).ok_or_else(|| {
            let Self { kind, rules_version, .. } = self;
            let message =
                format!("the index has units of kind `{kind}`, rules version {rules_version}, unknown here");
            Error::new(ErrorKind::Incompatible, message)
                .with_hint("use the library version that built it, or rebuild the index")
        })
    }
}

/// How an index was built.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The length of the runs that the filter knows, in units.
    pub filter_k: u32,
    /// The size of the filter, in bits for each different run.
    pub filter_bits: u32,
    /// Whether the documents' text is stored. Without it no occurrence can be shown or checked.
    pub store_text: bool,
}

/// One shard of an index.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ShardManifest {
    /// Its folder within the index.
    pub folder: String,
    /// The corpus it belongs to, if that was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpus: Option<String>,
    /// How many documents it holds, with those removed.
    pub documents: u64,
    /// How many units they have.
    pub units: u64,
    /// How many of these are different.
    pub distinct_units: u64,
    /// How many bytes the documents have.
    pub text_bytes: u64,
    /// The numbers of the documents that were removed, from zero, in order. Their units are still stored,
    /// and no longer found.
    pub removed: Vec<u32>,
    /// How many units they have.
    pub removed_units: u64,
    /// How many bytes they have.
    pub removed_bytes: u64,
    /// Its files.
    pub files: Vec<FileManifest>,
}

/// One file of an index.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FileManifest {
    /// What it is for.
    pub role: String,
    /// Its name within its folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    pub hash: String,
}

impl FileManifest {
    /// The size and hash of the finished file `name` in `folder`, which is made durable.
    pub(super) fn of(folder: &Path, role: &str, name: String) -> Result<Self> {
        let path = folder.join(&name);
        let synced = fs::File::open(&path).and_then(|file| file.sync_all());
        synced.map_err(|error| Error::io("sync", &path, error))?;
        let bytes = path.metadata().map_err(|error| Error::io("read", &path, error))?.len();
        Ok(Self { role: role.to_owned(), name, bytes, hash: super::folder::hash_file(&path)? })
    }
}

impl Manifest {
    /// The manifest of an index of `shards`, with its id.
    pub(super) fn new(unit: UnitRules, parameters: Parameters, shards: Vec<ShardManifest>) -> Self {
        let totals = totals(&shards).expect("no more was removed of a shard than it has");
        let mut manifest = Self {
            format: FORMAT_NAME.to_owned(),
            format_version: FORMAT_VERSION,
            library_version: env!("CARGO_PKG_VERSION").to_owned(),
            id: String::new(),
            unit,
            parameters,
            documents: totals[0],
            units: totals[1],
            text_bytes: totals[2],
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

    /// Write the manifest into `folder`, in place of one that stands there.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MANIFEST_NAME);
        let new = folder.join(NEW_MANIFEST_NAME);
        let written = fs::File::create(&new).and_then(|mut file| {
            file.write_all(self.to_json().as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        });
        let written = written.map_err(|error| Error::io("write", &new, error));
        written.and_then(|()| super::folder::rename(&new, &path)).inspect_err(|_| {
            let _ = fs::remove_file(&new);
        })?;
        super::folder::sync_folder(folder)
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

    pub(super) fn check(&self, folder: &Path) -> Result<()> {
        let shown = folder.display();
        let unit = self.unit.kind()?;
        let rules = UnitRules::new(unit, None);
        if self.unit.unicode_version != rules.unicode_version {
            let message = format!(
                "`{shown}` was built with Unicode {}; this library has {UNICODE_VERSION}",
                self.unit.unicode_version.as_deref().unwrap_or("none")
            );
            return Err(Error::new(ErrorKind::Incompatible, message).with_hint("rebuild the index"));
        }
        let names = self.shards.iter().flat_map(|shard| {
            std::iter::once(&shard.folder).chain(shard.files.iter().map(|file| &file.name))
        });
        for name in names.chain(self.unit.tokenizer.iter().map(|tokenizer| &tokenizer.file.name)) {
            if !is_plain_name(name) {
                return Err(Error::corrupt(format!("the manifest of `{shown}` names the path `{name}`")));
            }
        }
        let is_filter_sound = (1..=64).contains(&self.parameters.filter_k);
        let are_shards_sound = self.shards.iter().all(ShardManifest::is_sound);
        let are_totals_sound = totals(&self.shards) == Some([self.documents, self.units, self.text_bytes]);
        if self.shards.is_empty() || !is_filter_sound || !are_shards_sound || !are_totals_sound {
            return Err(Error::corrupt(format!("the manifest of `{shown}` has impossible parameters")));
        }
        let mut folders = HashSet::new();
        match self.shards.iter().find(|shard| !folders.insert(&shard.folder)) {
            Some(ShardManifest { folder, .. }) => {
                Err(Error::corrupt(format!("the manifest of `{shown}` names `{folder}` twice")))
            }
            None => Ok(()),
        }
    }
}

/// How many documents, units and bytes of text the shards hold, less what was removed; none if there cannot be so
/// many.
pub(super) fn totals(shards: &[ShardManifest]) -> Option<[u64; 3]> {
    let less = |count: u64, removed: u64, total: u64| total.checked_add(count.checked_sub(removed)?);
    shards.iter().try_fold([0; 3], |[documents, units, text_bytes], shard| {
        Some([
            less(shard.documents, wide(shard.removed.len()), documents)?,
            less(shard.units, shard.removed_units, units)?,
            less(shard.text_bytes, shard.removed_bytes, text_bytes)?,
        ])
    })
}

impl ShardManifest {
    /// Whether what was removed was there, and no more units are different than there are.
    pub(super) fn is_sound(&self) -> bool {
        let is_in_order = self.removed.windows(2).all(|pair| pair[0] < pair[1]);
        let is_there = self.removed.last().is_none_or(|&last| u64::from(last) < self.documents);
        let is_part = self.removed_units <= self.units && self.removed_bytes <= self.text_bytes;
        is_in_order && is_there && is_part && self.distinct_units <= self.units
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
    if !(OLDEST_VERSION..=FORMAT_VERSION).contains(&head.format_version) {
        let message = format!(
            "`{}` has index format version {}; this library reads versions {OLDEST_VERSION} to {FORMAT_VERSION}",
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
    let replaced = super::folder::replaced_folder(folder);
    if replaced.join(MANIFEST_NAME).is_file() {
        let message = format!("`{shown}` is not there: it was just to be replaced when a process died");
        let hint = format!("rename `{}`, which is the index as it was", replaced.display());
        return Error::new(ErrorKind::NotAnIndex, message).with_hint(hint);
    }
    if super::folder::building_folder(folder).is_dir() {
        return Error::new(ErrorKind::NotAnIndex, format!("`{shown}` is an incomplete build")).with_hint(
            "run the same `memscan index build` again: with --resume it goes on, else it starts afresh",
        );
    }
    let what = match folder.metadata() {
        Err(_) => "does not exist",
        Ok(metadata) if metadata.is_dir() => "is a folder without a manifest",
        Ok(_) => "is not a folder",
    };
    Error::new(ErrorKind::NotAnIndex, format!("`{shown}` is not an index: it {what}"))
        .with_hint("build one with `memscan index build CORPUS... -o INDEX`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(folder: &str) -> ShardManifest {
        ShardManifest {
            folder: folder.to_owned(),
            corpus: None,
            documents: 3,
            units: 9,
            distinct_units: 4,
            text_bytes: 50,
            removed: vec![1],
            removed_units: 2,
            removed_bytes: 10,
            files: Vec::new(),
        }
    }

    #[test]
    fn only_totals_that_the_shards_add_up_to_are_taken() {
        let parameters = Parameters { filter_k: 5, filter_bits: 12, store_text: true };
        let sound =
            Manifest::new(UnitRules::new(Unit::Word, None), parameters, vec![shard("one"), shard("other")]);
        let check = |manifest: &Manifest| manifest.check(Path::new("index"));
        assert_eq!([sound.documents, sound.units, sound.text_bytes], [4, 14, 80]);
        check(&sound).expect("is sound");
        for change in [
            |manifest: &mut Manifest| manifest.documents += 1,
            |manifest: &mut Manifest| manifest.units = 0,
            |manifest: &mut Manifest| manifest.text_bytes = u64::MAX,
            |manifest: &mut Manifest| manifest.shards[1].text_bytes = u64::MAX,
            |manifest: &mut Manifest| manifest.shards[1].removed_bytes = 51,
        ] {
            let mut changed = sound.clone();
            change(&mut changed);
            let error = check(&changed).expect_err("is refused");
            assert_eq!(error.kind(), ErrorKind::Corrupt);
        }
    }
}
