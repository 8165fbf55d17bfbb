/*!
Building an index: documents go in, a finished folder comes out, or nothing.

Everything is written to a folder beside the index, `NAME.building`, and renamed when the
manifest stands in it. A lock in that folder keeps a second builder out; the lock of a
builder that died is free, and what it left is cleared away.

To add to an index, shards are built there as well, then moved into it, and the manifest that names them
is put in place last.
*/

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::documents::Document;
use super::finishing::{Finishing, at_once};
use super::folder::{
    building_folder, claim, exchange, is_lock_of, lock_file, remove_folder, rename, replaced_folder,
    sync_folder,
};
use super::manifest::{FileManifest, MANIFEST_NAME, Manifest, TokenizerManifest, UnitRules};
use super::options::{BuildOptions, BuildStatistics, Tokenizer};
use super::progress::{self as finished_shards, FinishedShard, Read, Reading, progress_file};
use super::shard_builder::ShardBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::num::{index, offset, wide};
use crate::progress::{Interrupt, Stage};
use crate::suffix::LONGEST_TEXT;
use crate::units::Unit;

/// Takes documents and makes an index of them.
#[derive(Debug)]
pub struct IndexBuilder {
    target: PathBuf,
    building: PathBuf,
    lock: Option<File>,
    options: BuildOptions,
    /// The index that is added to.
    base: Option<Manifest>,
    finishing: Finishing,
    current: Option<ShardBuilder>,
    /// The corpus that documents are added to.
    corpus: Option<String>,
    /// Of the shards before the current one.
    closed: BuildStatistics,
    /// What was read, and had been read at the end of each shard.
    reading: Reading,
    shard_ends: Vec<Read>,
    /// Shards that a killed build finished, whose documents are still to be read again.
    kept: VecDeque<FinishedShard>,
    /// How many shards were written down as finished.
    recorded: usize,
    documents: u64,
    text_bytes: u64,
}

impl IndexBuilder {
    /// Start an index that will stand at `target`.
    pub fn create(target: &Path, options: BuildOptions) -> Result<Self> {
        options.check()?;
        if target.symlink_metadata().is_ok() && !(options.overwrite && may_replace(target)) {
            let hint = if options.overwrite {
                "only an index is overwritten; give another path"
            } else {
                "give another path, or allow it to be overwritten (--overwrite)"
            };
            let message = format!("`{}` exists already", target.display());
            return Err(Error::new(ErrorKind::Output, message).with_hint(hint));
        }
        Self::start(target, options)
    }

    /// Start to add documents to the index at `target`, as new shards, cut as `options` say; all that
    /// shapes an index stays as it is there.
    pub fn extend(target: &Path, options: &BuildOptions) -> Result<Self> {
        let base = Manifest::read(target)?;
        let options = BuildOptions { overwrite: false, ..options.shaped_as(&base)? };
        options.check()?;
        let mut builder = Self::start(target, options)?;
        // Read again: another may have changed it before the lock was ours.
        builder.base = Some(Manifest::read(target)?);
        Ok(builder)
    }

    fn start(target: &Path, options: BuildOptions) -> Result<Self> {
        let building = building_folder(target);
        let (lock, kept) = claim(&building, || {
            let kept = if options.resume { finished_shards::read(&building, &options)? } else { Vec::new() };
            let mut paths = vec![progress_file(&building)];
            paths.extend(kept.iter().map(|one| building.join(&one.shard.folder)));
            let paths = if kept.is_empty() { Vec::new() } else { paths };
            Ok((kept, paths))
        })?;
        Ok(Self {
            target: target.to_owned(),
            building,
            lock: Some(lock),
            options,
            base: None,
            finishing: Finishing::default(),
            current: None,
            corpus: None,
            closed: BuildStatistics::default(),
            reading: Reading::default(),
            shard_ends: Vec::new(),
            recorded: kept.len(),
            kept: kept.into(),
            documents: 0,
            text_bytes: 0,
        })
    }

    /// The documents that follow belong to the corpus of that name, or to none that is named. Each has
    /// shards of its own, so that everything can be told apart by corpus.
    pub fn begin_corpus(&mut self, name: Option<&str>, interrupt: &Interrupt) -> Result<()> {
        if name.is_some_and(|name| name.trim().is_empty() || name.chars().any(char::is_control)) {
            let message = "a corpus must have a name with a visible character and no control characters";
            return Err(Error::new(ErrorKind::Input, message));
        }
        if self.corpus.as_deref() != name {
            self.finish_shard(interrupt)?;
            self.corpus = name.map(str::to_owned);
        }
        Ok(())
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
        documents.iter().try_for_each(|document| self.check_document(document))?;
        let mut rest = self.read_again(documents)?;
        while !rest.is_empty() {
            interrupt.check()?;
            let count = self.fitting(rest);
            if count == 0 {
                progress(Stage::Sorting);
                self.finish_shard(interrupt)?;
                continue;
            }
            let (now, later) = rest.split_at(count);
            self.shard()?.add(now, interrupt)?;
            for document in now {
                self.reading.add(self.corpus.as_deref(), document);
            }
            self.documents += wide(now.len());
            self.text_bytes += now.iter().map(|document| wide(document.text.characters.len())).sum::<u64>();
            rest = later;
        }
        self.record()
    }

    /// Pass over the documents of shards that are finished, and return the rest.
    fn read_again<'d, 't>(&mut self, documents: &'d [Document<'t>]) -> Result<&'d [Document<'t>]> {
        let mut rest = documents;
        while let (Some(kept), Some((document, later))) = (self.kept.front(), rest.split_first()) {
            self.reading.add(self.corpus.as_deref(), document);
            self.documents += 1;
            self.text_bytes += wide(document.text.characters.len());
            rest = later;
            if self.documents < kept.read.documents {
                continue;
            }
            let FinishedShard { read, shard } = self.kept.pop_front().expect("it is there");
            if read != self.reading.so_far() {
                return Err(finished_shards::other_documents(&self.building));
            }
            self.closed.units += shard.units;
            self.closed.distinct_units += shard.distinct_units;
            self.shard_ends.push(read);
            self.finishing.adopt(shard);
        }
        Ok(rest)
    }

    /// Write down which shards are finished, if more are than were.
    fn record(&mut self) -> Result<()> {
        let is_new = self.base.is_none() && self.kept.is_empty();
        let finished = self.finishing.finished()?;
        if !is_new || finished.len() <= self.recorded {
            return Ok(());
        }
        self.recorded = finished.len();
        let shards = self.shard_ends.iter().zip(finished);
        let shards = shards.map(|(read, shard)| FinishedShard { read: read.clone(), shard: shard.clone() });
        finished_shards::write(&self.building, &self.options, shards.collect())
    }

    /// What the texts are sequences of.
    pub fn unit(&self) -> Unit {
        self.options.unit
    }

    /// The folder that is written to, until the index is finished.
    pub fn building_path(&self) -> &Path {
        &self.building
    }

    /// What was added so far.
    pub fn statistics(&self) -> BuildStatistics {
        let current = self.current.as_ref();
        BuildStatistics {
            documents: self.documents,
            units: self.closed.units + current.map_or(0, |shard| wide(shard.unit_count())),
            distinct_units: self.closed.distinct_units
                + current.map_or(0, |shard| wide(shard.distinct_count())),
            text_bytes: self.text_bytes,
            shards: wide(self.finishing.len() + usize::from(current.is_some())),
        }
    }

    /// Finish the index and move it to its place.
    pub fn finish(mut self, progress: &(dyn Fn(Stage) + Sync), interrupt: &Interrupt) -> Result<Manifest> {
        if self.statistics().units == 0 {
            let unit = self.options.unit.plural();
            let message = match self.documents {
                0 => "the corpus has no documents".to_owned(),
                count => format!("the corpus has no {unit}: {count} documents without one"),
            };
            return Err(
                Error::new(ErrorKind::Input, message).with_hint("check the corpus paths and the text field")
            );
        }
        if !self.kept.is_empty() {
            return Err(finished_shards::other_documents(&self.building));
        }
        progress(Stage::Sorting);
        let shards = self.finishing.finish(self.current.take(), self.options.parameters(), interrupt)?;
        if let Some(base) = self.base.take() {
            let all = base.shards.into_iter().chain(shards).collect();
            let manifest = Manifest::new(base.unit, base.parameters, all);
            self.join(&manifest)?;
            return Ok(manifest);
        }
        let tokenizer = self.options.tokenizer.as_ref();
        let tokenizer = tokenizer.map(|one| self.keep_tokenizer(one)).transpose()?;
        let rules = UnitRules::new(self.options.unit, tokenizer);
        let manifest = Manifest::new(rules, self.options.parameters(), shards);
        manifest.write(&self.building)?;
        self.publish()?;
        Ok(manifest)
    }

    fn check_document(&self, document: &Document<'_>) -> Result<()> {
        let refuse = |reason: &str| {
            let message = format!("document `{}`: {reason}", document.id);
            Err(Error::new(ErrorKind::Input, message))
        };
        let metadata = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(document.metadata);
        if let Err(error) = metadata {
            return refuse(&format!("the metadata is no JSON object: {error}"));
        }
        if let Err(error) = document.text.check(self.options.unit) {
            return refuse(&error.to_string());
        }
        if self.options.store_text && !document.text.has_characters() {
            return refuse("only its tokens are known, and the index is to store the text");
        }
        if self.options.unit == Unit::Token && u32::try_from(document.text.characters.len()).is_err() {
            return refuse("a text in tokens has at most 4 GiB");
        }
        Ok(())
    }

    /// How many of `documents` go into the current shard: all that surely fit, and at least one if the
    /// shard is empty.
    fn fitting(&self, documents: &[Document<'_>]) -> usize {
        let limit = self.options.shard_units.map_or(LONGEST_TEXT, index).min(LONGEST_TEXT);
        let current = self.current.as_ref();
        let mut filled = current.map_or(0, ShardBuilder::position_count);
        let is_empty = filled == 0;
        if !is_empty && current.is_some_and(|shard| shard.memory_to_finish() >= self.shard_memory()) {
            return 0;
        }
        let fitting = documents.iter().take_while(|document| {
            filled = filled.saturating_add(document.text.most_units() + 1);
            filled <= limit
        });
        fitting.count().max(usize::from(is_empty))
    }

    /// The memory that finishing a shard may take. While some are finished, one more is filled, for which
    /// half as much is enough.
    fn shard_memory(&self) -> usize {
        let Some(bytes) = self.options.memory_bytes else { return usize::MAX };
        let halves = wide(2 * at_once() + 1).max(2);
        offset(bytes / halves * 2)
    }

    fn shard(&mut self) -> Result<&mut ShardBuilder> {
        if self.current.is_none() {
            let corpus = self.corpus.clone();
            let folder =
                self.building.join(format!("shard-{:05}", self.first_number() + self.finishing.len()));
            self.current =
                Some(ShardBuilder::create(folder, corpus, self.options.unit, self.options.store_text)?);
        }
        Ok(self.current.as_mut().expect("it was just made"))
    }

    /// The number of the first new shard: one more than any that is there.
    fn first_number(&self) -> usize {
        let number = |folder: &str| folder.rsplit('-').next()?.parse::<usize>().ok();
        let shards = self.base.iter().flat_map(|base| &base.shards);
        shards.filter_map(|shard| number(&shard.folder)).max().map_or(0, |last| last + 1)
    }

    fn finish_shard(&mut self, interrupt: &Interrupt) -> Result<()> {
        let Some(shard) = self.current.take() else { return Ok(()) };
        self.closed.units += wide(shard.unit_count());
        self.closed.distinct_units += wide(shard.distinct_count());
        self.shard_ends.push(self.reading.so_far());
        self.finishing.push(shard, self.options.parameters(), interrupt)
    }

    fn keep_tokenizer(&self, tokenizer: &Tokenizer) -> Result<TokenizerManifest> {
        const NAME: &str = "tokenizer.json";
        let path = self.building.join(NAME);
        fs::write(&path, &tokenizer.json).map_err(|error| Error::io("write", &path, error))?;
        let file = FileManifest::of(&self.building, "tokenizer", NAME.to_owned())?;
        Ok(TokenizerManifest { name: tokenizer.name.clone(), file })
    }

    /// Move the finished folder to its place, over the index that stands there if that may be.
    fn publish(&mut self) -> Result<()> {
        let is_folder = self.target.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        let may_exchange = self.options.overwrite && is_folder && may_replace(&self.target);
        let is_exchanged = may_exchange && exchange(&self.building, &self.target)?;
        if is_exchanged {
            // Where the index was built there is now the old one, to be cleared away under the same lock.
            rename(&lock_file(&self.target), &lock_file(&self.building))?;
            self.recorded = 0;
        } else {
            self.replace()?;
            self.lock = None;
            let path = lock_file(&self.target);
            fs::remove_file(&path).map_err(|error| Error::io("remove", &path, error))?;
            remove_folder(&replaced_folder(&self.target))?;
        }
        // Where all was one shard, none was finished before the index was.
        let _ = fs::remove_file(progress_file(&self.target));
        if let Some(parent) = self.target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_folder(parent)?;
        }
        if is_exchanged { remove_folder(&self.building) } else { Ok(()) }
    }

    /// Put the finished folder in the place of what stands there, if that may be, in two steps.
    fn replace(&self) -> Result<()> {
        let replaced = replaced_folder(&self.target);
        if !self.options.overwrite || self.target.symlink_metadata().is_err() {
            return rename(&self.building, &self.target);
        }
        remove_folder(&replaced)?;
        rename(&self.target, &replaced)?;
        rename(&self.building, &self.target).inspect_err(|_| {
            let _ = fs::rename(&replaced, &self.target);
        })
    }

    /// Move the finished shards into the index that stands there, and then put the manifest in place.
    fn join(&mut self, manifest: &Manifest) -> Result<()> {
        let mut moved = Vec::new();
        let joined = self.move_shards(manifest, &mut moved).and_then(|()| manifest.write(&self.target));
        if joined.is_err() && Manifest::read(&self.target).is_ok_and(|there| there.id != manifest.id) {
            for place in moved {
                let _ = fs::remove_dir_all(place);
            }
        }
        joined
    }

    fn move_shards(&self, manifest: &Manifest, moved: &mut Vec<PathBuf>) -> Result<()> {
        for shard in &manifest.shards {
            let built = self.building.join(&shard.folder);
            if built.is_dir() {
                let place = self.target.join(&shard.folder);
                // What stands there was left by one that died before its manifest was in place.
                remove_folder(&place)?;
                rename(&built, &place)?;
                moved.push(place);
            }
        }
        sync_folder(&self.target)
    }
}

impl Drop for IndexBuilder {
    /// What was not finished is cleared away, and what was replaced; unless someone did that and began anew, or
    /// shards are finished from which it can be resumed.
    fn drop(&mut self) {
        // Files are closed first: to clear away needs some that can be opened.
        self.current = None;
        self.finishing = Finishing::default();
        if self.recorded == 0 && self.lock.as_ref().is_some_and(|lock| is_lock_of(lock, &self.building)) {
            let _ = fs::remove_dir_all(&self.building);
        }
    }
}

/// Clear away what an unfinished build left in its folder `building`, unless it can be resumed.
pub fn abandon_build(building: &Path) {
    if !progress_file(building).exists() {
        let _ = fs::remove_dir_all(building);
    }
}

/// Only an index is overwritten, never another folder or file.
fn may_replace(target: &Path) -> bool {
    target.join(MANIFEST_NAME).is_file()
}

#[cfg(test)]
mod tests;
