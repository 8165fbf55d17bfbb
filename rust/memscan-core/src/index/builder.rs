/*!
Building an index: documents go in, a finished folder comes out, or nothing.

Everything is written to a folder beside the index, `NAME.building`, and renamed when the
manifest stands in it. A lock in that folder keeps a second builder out; the lock of a
builder that died is free, and what it left is cleared away.
*/

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::documents::Document;
use super::manifest::{MANIFEST_NAME, Manifest, Parameters, ShardManifest};
use super::shard_builder::ShardBuilder;
use super::{building_folder, lock_file};
use crate::error::{Error, ErrorKind, Result};
use crate::num::{index, wide};
use crate::progress::{Interrupt, Stage};
use crate::suffix::LONGEST_TEXT;

/// How an index is built.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BuildOptions {
    /// The length of the runs that the filter knows, in units: 1 to 64.
    pub filter_k: u32,
    /// The size of the filter, in bits for each different run: 1 to 64.
    pub filter_bits: u32,
    /// The most units and documents, taken together, that go into one shard. No document is cut: one
    /// with more has a shard of its own.
    pub shard_units: u32,
    /// Whether an index that stands at the path is replaced.
    pub overwrite: bool,
}

impl Default for BuildOptions {
    fn default() -> Self {
        let shard_units = u32::try_from(LONGEST_TEXT).expect("positions have 31 bits");
        Self { filter_k: 5, filter_bits: 12, shard_units, overwrite: false }
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
}

/// Takes documents and makes an index of them.
#[derive(Debug)]
pub struct IndexBuilder {
    target: PathBuf,
    building: PathBuf,
    lock: Option<File>,
    options: BuildOptions,
    finished: Vec<ShardManifest>,
    current: Option<ShardBuilder>,
    documents: u64,
    text_bytes: u64,
}

impl IndexBuilder {
    /// Start an index that will stand at `target`.
    pub fn create(target: &Path, options: BuildOptions) -> Result<Self> {
        check_options(&options)?;
        if target.symlink_metadata().is_ok() && !(options.overwrite && may_replace(target)) {
            let hint = if options.overwrite {
                "only an index is overwritten; give another path"
            } else {
                "give another path, or allow it to be overwritten (--overwrite)"
            };
            let message = format!("`{}` exists already", target.display());
            return Err(Error::new(ErrorKind::Output, message).with_hint(hint));
        }
        let building = building_folder(target);
        let lock = claim(&building)?;
        Ok(Self {
            target: target.to_owned(),
            building,
            lock: Some(lock),
            options,
            finished: Vec::new(),
            current: None,
            documents: 0,
            text_bytes: 0,
        })
    }

    /// Add documents, in the order of the corpus.
    ///
    /// After an error the builder can only be abandoned.
    pub fn add(
        &mut self,
        documents: &[Document<'_>],
        progress: &(dyn Fn(Stage) + Sync),
        interrupt: &Interrupt,
    ) -> Result<()> {
        documents.iter().try_for_each(check_metadata)?;
        let mut rest = documents;
        while !rest.is_empty() {
            interrupt.check()?;
            let count = self.fitting(rest);
            if count == 0 {
                self.finish_shard(progress, interrupt)?;
                continue;
            }
            let (now, later) = rest.split_at(count);
            self.shard()?.add(now, interrupt)?;
            self.documents += wide(now.len());
            self.text_bytes += now.iter().map(|document| wide(document.text.len())).sum::<u64>();
            rest = later;
        }
        Ok(())
    }

    /// The folder that is written to, until the index is finished.
    pub fn building_path(&self) -> &Path {
        &self.building
    }

    /// What was added so far.
    pub fn statistics(&self) -> BuildStatistics {
        let shards = self.finished.iter();
        let (units, distinct) = shards
            .fold((0, 0), |(units, distinct), shard| (units + shard.units, distinct + shard.distinct_units));
        let current = self.current.as_ref();
        BuildStatistics {
            documents: self.documents,
            units: units + current.map_or(0, |shard| wide(shard.unit_count())),
            distinct_units: distinct + current.map_or(0, |shard| wide(shard.distinct_count())),
            text_bytes: self.text_bytes,
        }
    }

    /// Finish the index and move it to its place.
    pub fn finish(mut self, progress: &(dyn Fn(Stage) + Sync), interrupt: &Interrupt) -> Result<Manifest> {
        if self.statistics().units == 0 {
            let message = match self.documents {
                0 => "the corpus has no documents".to_owned(),
                count => format!("the corpus has no words: {count} documents without one"),
            };
            return Err(
                Error::new(ErrorKind::Input, message).with_hint("check the corpus paths and the text field")
            );
        }
        self.finish_shard(progress, interrupt)?;
        let BuildOptions { filter_k, filter_bits, shard_units, .. } = self.options;
        let parameters = Parameters { filter_k, filter_bits, shard_units };
        let manifest = Manifest::new(parameters, std::mem::take(&mut self.finished));
        manifest.write(&self.building)?;
        self.publish()?;
        Ok(manifest)
    }

    /// How many of `documents` go into the current shard: all that surely fit, and at least one if the
    /// shard is empty. A text has at most as many units as bytes.
    fn fitting(&self, documents: &[Document<'_>]) -> usize {
        let limit = index(self.options.shard_units).min(LONGEST_TEXT);
        let mut filled = self.current.as_ref().map_or(0, ShardBuilder::position_count);
        let is_empty = filled == 0;
        let fitting = documents.iter().take_while(|document| {
            filled = filled.saturating_add(document.text.len() + 1);
            filled <= limit
        });
        fitting.count().max(usize::from(is_empty))
    }

    fn shard(&mut self) -> Result<&mut ShardBuilder> {
        if self.current.is_none() {
            let folder = self.building.join(format!("shard-{:05}", self.finished.len()));
            self.current = Some(ShardBuilder::create(folder)?);
        }
        Ok(self.current.as_mut().expect("it was just made"))
    }

    fn finish_shard(&mut self, progress: &(dyn Fn(Stage) + Sync), interrupt: &Interrupt) -> Result<()> {
        let Some(shard) = self.current.take() else { return Ok(()) };
        let BuildOptions { filter_k, filter_bits, shard_units, .. } = self.options;
        let parameters = Parameters { filter_k, filter_bits, shard_units };
        self.finished.push(shard.finish(parameters, progress, interrupt)?);
        Ok(())
    }

    /// Move the finished folder to its place, over the index that stands there if that may be.
    fn publish(&mut self) -> Result<()> {
        let lock = self.lock.take();
        let replaced = self.building.with_extension("replaced");
        let rename =
            |from: &Path, to: &Path| fs::rename(from, to).map_err(|error| Error::io("rename", from, error));
        if self.options.overwrite && self.target.symlink_metadata().is_ok() {
            remove_folder(&replaced)?;
            rename(&self.target, &replaced)?;
        }
        rename(&self.building, &self.target)?;
        drop(lock);
        let path = lock_file(&self.target);
        fs::remove_file(&path).map_err(|error| Error::io("remove", &path, error))?;
        remove_folder(&replaced)?;
        if let Some(parent) = self.target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            let synced = File::open(parent).and_then(|folder| folder.sync_all());
            synced.map_err(|error| Error::io("sync", parent, error))?;
        }
        Ok(())
    }
}

impl Drop for IndexBuilder {
    /// What was not finished is cleared away, unless someone did that and began anew.
    fn drop(&mut self) {
        if self.lock.as_ref().is_some_and(is_still_linked) {
            let _ = fs::remove_dir_all(&self.building);
        }
    }
}

/// Whether a file has not been removed since it was opened.
#[cfg(unix)]
fn is_still_linked(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|metadata| metadata.nlink() > 0)
}

/// Here an open file is never removed.
#[cfg(not(unix))]
fn is_still_linked(_: &File) -> bool {
    true
}

fn check_options(options: &BuildOptions) -> Result<()> {
    for (name, value) in [("filter_k", options.filter_k), ("filter_bits", options.filter_bits)] {
        if !(1..=64).contains(&value) {
            let message = format!("{name} is {value}; it must be from 1 to 64");
            return Err(Error::new(ErrorKind::Input, message));
        }
    }
    if options.shard_units == 0 {
        return Err(Error::new(ErrorKind::Input, "shard_units is 0; a shard holds at least one unit"));
    }
    Ok(())
}

fn check_metadata(document: &Document<'_>) -> Result<()> {
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(document.metadata);
    object.map(|_| ()).map_err(|error| {
        let message = format!("the metadata of document `{}` is no JSON object: {error}", document.id);
        Error::new(ErrorKind::Input, message)
    })
}

/// Only an index is overwritten, never another folder or file.
fn may_replace(target: &Path) -> bool {
    target.join(MANIFEST_NAME).is_file()
}

fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// Make the folder to build in, or take it over from a builder that died.
fn claim(building: &Path) -> Result<File> {
    let failed = |verb: &'static str| move |error| Error::io(verb, building, error);
    fs::create_dir_all(building).map_err(failed("create"))?;
    let lock_path = lock_file(building);
    let lock = File::create(&lock_path).map_err(|error| Error::io("create", &lock_path, error))?;
    if lock.try_lock().is_err() {
        let message = format!("another build is under way in `{}`", building.display());
        return Err(Error::new(ErrorKind::Output, message).with_hint("wait for it, or give another path"));
    }
    for entry in fs::read_dir(building).map_err(failed("read"))? {
        let path = entry.map_err(failed("read"))?.path();
        if path != lock_path {
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(|error| Error::io("remove", &path, error))?;
        }
    }
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Index;

    const OVERWRITE: BuildOptions =
        BuildOptions { filter_k: 2, filter_bits: 12, shard_units: 100, overwrite: true };
    const NEW: BuildOptions = BuildOptions { overwrite: false, ..OVERWRITE };

    fn build(path: &Path, text: &str, options: BuildOptions) -> Result<Manifest> {
        let mut builder = IndexBuilder::create(path, options)?;
        let document = Document { id: "one", text, metadata: "{}" };
        builder.add(&[document], &|_| {}, &Interrupt::new())?;
        builder.finish(&|_| {}, &Interrupt::new())
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("reads");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("reads").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_second_builder_at_one_place_is_refused_until_the_first_is_gone() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("index");
        let first = IndexBuilder::create(&path, NEW).expect("starts");
        let second = IndexBuilder::create(&path, NEW).expect_err("is refused");
        assert_eq!(second.kind(), ErrorKind::Output);
        drop(first);
        assert!(names(folder.path()).is_empty(), "a builder that is dropped leaves nothing");
        build(&path, "some words", NEW).expect("builds");
        assert_eq!(names(folder.path()), ["index"]);
        assert_eq!(names(&path), ["manifest.json", "shard-00000"]);
    }

    #[test]
    fn what_a_killed_builder_left_is_no_index_and_is_cleared_away() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("index");
        let left = folder.path().join("index.building");
        fs::create_dir_all(left.join("shard-00000")).expect("makes a folder");
        fs::write(left.join("shard-00000/units.bin"), b"half").expect("writes");
        fs::write(left.join("lock"), b"").expect("writes");
        let error = Index::open(&path).expect_err("is no index");
        assert_eq!(error.kind(), ErrorKind::NotAnIndex);
        assert!(error.to_string().contains("incomplete build"), "{error}");
        build(&path, "some words", NEW).expect("builds");
        Index::open(&path).expect("opens").verify(&Interrupt::new()).expect("is sound");
        assert_eq!(names(folder.path()), ["index"]);
    }

    #[test]
    fn only_an_index_is_overwritten_and_only_when_asked() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("index");
        let first = build(&path, "some words", NEW).expect("builds");
        assert_eq!(build(&path, "other words", NEW).expect_err("is refused").kind(), ErrorKind::Output);
        fs::create_dir(folder.path().join("index.replaced")).expect("makes a folder");
        let second = build(&path, "other words", OVERWRITE).expect("builds");
        assert_ne!(first.id, second.id);
        assert_eq!(Index::open(&path).expect("opens").manifest().id, second.id);
        assert_eq!(names(folder.path()), ["index"]);
        let other = folder.path().join("documents");
        fs::create_dir(&other).expect("makes a folder");
        assert_eq!(build(&other, "words", OVERWRITE).expect_err("is refused").kind(), ErrorKind::Output);
    }

    #[test]
    fn the_same_corpus_and_options_give_the_same_id() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let [one, other] = ["one", "other"].map(|name| build(&folder.path().join(name), "some words", NEW));
        assert_eq!(one.expect("builds").id, other.expect("builds").id);
    }

    #[test]
    fn a_manifest_with_any_byte_changed_is_refused() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("index");
        build(&path, "some words", NEW).expect("builds");
        let manifest = path.join(MANIFEST_NAME);
        let bytes = fs::read(&manifest).expect("reads");
        for place in 0..bytes.len() - 1 {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            fs::write(&manifest, &damaged).expect("writes");
            // White space between fields is no content: changed to other white space it may pass.
            let opened = Index::open(&path);
            assert!(opened.is_err() || bytes[place].is_ascii_whitespace(), "byte {place}");
        }
    }
}
