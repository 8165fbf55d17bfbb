/*!
Changing a finished index: documents are removed, or everything is written anew.

# Idea

A document is removed by leaving its suffixes out: what is left of a suffix array is still sorted, and is the
suffix array of what is left. So no search has to know of removals, and every count is right. The new array is
written beside the old one; the manifest that names it is put in place last, and then the old one goes.
The text of a removed document is stored until the index is compacted.
*/

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::documents::Document;
use super::folder::{building_folder, claim, remove_folder, sync_folder};
use super::format::SectionWriter;
use super::manifest::{FileManifest, Manifest, ShardManifest};
use super::options::{BuildOptions, Tokenizer};
use super::reading::{OwnedTokens, ShardReader};
use super::shard::{Alphabet, role};
use super::{Index, IndexBuilder, Shard};
use crate::error::{Error, ErrorKind, Result};
use crate::num::{index, position, wide};
use crate::progress::{Interrupt, Stage};
use crate::suffix::sample;
use crate::units::{Text, Unit};

/// Text that is written anew at a time, in bytes.
const BATCH_BYTES: usize = 16 << 20;

impl Index {
    /// Remove the documents with these ids from the index at `path`, and return how many there were. An
    /// id that the index does not have is an error, and nothing is removed.
    pub fn remove(path: &Path, ids: &[&str], interrupt: &Interrupt) -> Result<u64> {
        let manifest = Manifest::read(path)?;
        let building = building_folder(path);
        let (lock, ()) = claim(&building, || Ok(((), Vec::new())))?;
        let removed = remove_locked(path, &manifest.id, ids, interrupt);
        // Under the lock: another may wait for the folder.
        remove_folder(&building)?;
        drop(lock);
        removed
    }

    /// Write the index at `path` anew, without what was removed, in as few shards as `options` allow.
    pub fn compact(
        path: &Path,
        options: &BuildOptions,
        progress: &(dyn Fn(Stage) + Sync),
        interrupt: &Interrupt,
    ) -> Result<Manifest> {
        let old = Self::open(path)?;
        let tokenizer = old.tokenizer_json()?.map(|json| {
            let name = old.manifest.unit.tokenizer.as_ref().map(|one| one.name.clone()).unwrap_or_default();
            Tokenizer { name, json }
        });
        let options = BuildOptions { tokenizer, overwrite: true, ..options.shaped_as(&old.manifest)? };
        if !old.has_text() && old.unit() != Unit::Token {
            let message = format!("`{}` holds no text to write anew", path.display());
            return Err(Error::new(ErrorKind::Input, message).with_hint("build it again from the corpus"));
        }
        let mut builder = IndexBuilder::create(path, options)?;
        for (shard, described) in old.shards().iter().zip(&old.manifest.shards) {
            builder.begin_corpus(described.corpus.as_deref(), interrupt)?;
            copy(shard, &mut builder, progress, interrupt)?;
        }
        builder.finish(progress, interrupt)
    }
}

/// Add all documents of `shard` that were not removed.
fn copy(
    shard: &Shard,
    builder: &mut IndexBuilder,
    progress: &(dyn Fn(Stage) + Sync),
    interrupt: &Interrupt,
) -> Result<()> {
    let mut reader = ShardReader::new(shard, builder.unit() == Unit::Token);
    let mut batch: Vec<(usize, String, Option<OwnedTokens>)> = Vec::new();
    let mut batch_bytes = 0;
    let mut flush = |batch: &mut Vec<(usize, String, Option<OwnedTokens>)>| {
        let documents: Vec<Document<'_>> = batch
            .iter()
            .map(|(document, text, tokens)| Document {
                id: shard.documents().id(*document),
                text: Text { characters: text, tokens: tokens.as_ref().map(OwnedTokens::borrow) },
                metadata: shard.documents().metadata(*document),
            })
            .collect();
        let added = builder.add(&documents, progress, interrupt);
        batch.clear();
        added
    };
    for document in 0..shard.documents().len() {
        if shard.removed().binary_search(&position(document)).is_ok() {
            continue;
        }
        let (text, tokens) = reader.read(document)?;
        batch_bytes += text.len() + tokens.as_ref().map_or(0, |tokens| 12 * tokens.ids.len());
        batch.push((document, text, tokens));
        if batch_bytes >= BATCH_BYTES {
            flush(&mut batch)?;
            batch_bytes = 0;
        }
    }
    flush(&mut batch)
}

fn remove_locked(path: &Path, id: &str, ids: &[&str], interrupt: &Interrupt) -> Result<u64> {
    let old = Index::open(path)?;
    if old.manifest.id != id {
        let message = format!("`{}` was changed by another meanwhile", path.display());
        return Err(Error::new(ErrorKind::Output, message).with_hint("try again"));
    }
    let wanted: HashSet<&str> = ids.iter().copied().collect();
    let mut missing = wanted.clone();
    let mut doomed: Vec<Vec<u32>> = Vec::new();
    for shard in &old.shards {
        let documents = shard.documents();
        let is_doomed = |document: &u32| {
            wanted.contains(documents.id(index(*document)))
                && shard.removed().binary_search(document).is_err()
        };
        let numbers: Vec<u32> = (0..position(documents.len())).filter(is_doomed).collect();
        for &number in &numbers {
            missing.remove(documents.id(index(number)));
        }
        doomed.push(numbers);
    }
    if !missing.is_empty() {
        let mut missing: Vec<&str> = missing.into_iter().collect();
        missing.sort_unstable();
        let message = format!("`{}` has no document `{}`", path.display(), missing.join("`, `"));
        return Err(Error::new(ErrorKind::Input, message)
            .with_hint("nothing was removed; `memscan index info --documents` lists the ids"));
    }
    let mut change = Change::default();
    let manifest = change.leave_out(&old, &doomed, interrupt).and_then(|shards| {
        let manifest = Manifest::new(old.manifest.unit.clone(), old.manifest.parameters, shards);
        manifest.write(path).map(|()| manifest)
    });
    let needless = match Manifest::read(path) {
        Ok(there) if there.id == old.manifest.id => &change.written[..],
        Ok(_) => &change.replaced,
        Err(_) => &[],
    };
    for path in needless {
        let removed = fs::remove_file(path).map_err(|error| Error::io("remove", path, error));
        if manifest.is_ok() {
            removed?;
        }
    }
    manifest.map(|_| doomed.iter().map(|numbers| wide(numbers.len())).sum())
}

/// The files that a removal replaces, and those that take their places.
#[derive(Debug, Default)]
struct Change {
    written: Vec<PathBuf>,
    replaced: Vec<PathBuf>,
}

impl Change {
    /// Write what the shards need to be without the documents `doomed`; return what now describes them.
    fn leave_out(
        &mut self,
        old: &Index,
        doomed: &[Vec<u32>],
        interrupt: &Interrupt,
    ) -> Result<Vec<ShardManifest>> {
        let mut shards = Vec::new();
        for ((shard, described), numbers) in old.shards.iter().zip(&old.manifest.shards).zip(doomed) {
            interrupt.check()?;
            if numbers.is_empty() {
                shards.push(described.clone());
                continue;
            }
            let name = format!("{}-{}.bin", role::SUFFIXES, shard.removed().len() + numbers.len());
            let folder = old.path.join(&described.folder);
            self.written.push(folder.join(&name));
            let (new, old_name) = leave_out(&folder, shard, described, numbers, name)?;
            self.replaced.push(folder.join(old_name));
            shards.push(new);
        }
        Ok(shards)
    }
}

/// Write the suffix array of `shard` without its documents `numbers` to the file `name`; return what now describes the shard, and
/// the name of the file that is no longer needed.
fn leave_out(
    folder: &Path,
    shard: &Shard,
    described: &ShardManifest,
    numbers: &[u32],
    name: String,
) -> Result<(ShardManifest, String)> {
    let documents = shard.documents();
    let unit_starts = documents.unit_starts();
    let mut is_removed = vec![false; shard.position_count()];
    let mut symbols_removed = vec![0_u32; shard.first_ranks().len()];
    for &number in numbers {
        let units = index(unit_starts[index(number)])..index(unit_starts[index(number) + 1]);
        if let Some(positions) = is_removed.get_mut(units.clone()) {
            positions.fill(true);
        }
        for symbol in shard.symbols(units) {
            if let Some(count) = symbols_removed.get_mut(index(symbol)) {
                *count += 1;
            }
        }
    }
    let is_kept = |suffix: &u32| !is_removed.get(index(*suffix)).copied().unwrap_or(true);
    let suffixes: Vec<u32> = shard.suffixes().iter().copied().filter(is_kept).collect();
    let mut less = 0;
    let first_ranks: Vec<u32> = (shard.first_ranks().iter().zip(1..))
        .map(|(&rank, symbol)| {
            let first = rank.saturating_sub(less);
            less += symbols_removed.get(symbol).copied().unwrap_or(0);
            first
        })
        .collect();

    let symbol_count = first_ranks.len() - 1;
    let samples = match shard.alphabet() {
        Alphabet::Bytes(array) => sample(array.text(), &suffixes, symbol_count),
        Alphabet::Words(array, _) => sample(array.text(), &suffixes, symbol_count),
    };

    let old = described.files.iter().find(|file| file.role == role::SUFFIXES);
    let old_name = old.map(|file| file.name.clone()).unwrap_or_default();
    if described.files.iter().any(|file| file.name == name) {
        let message = format!("`{}` is there already: only a removal makes it", folder.join(&name).display());
        return Err(Error::corrupt(message));
    }
    // What stands there was left by one that died before its manifest was in place.
    let path = folder.join(&name);
    if path.exists() {
        fs::remove_file(&path).map_err(|error| Error::io("remove", &path, error))?;
    }
    let mut writer = SectionWriter::create(path)?;
    writer.section("suffixes", &suffixes)?;
    writer.section("first_ranks", &first_ranks)?;
    writer.section("samples", &samples)?;
    writer.finish()?;
    sync_folder(folder)?;

    let mut removed = [shard.removed(), numbers].concat();
    removed.sort_unstable();
    let info = numbers.iter().map(|&number| documents.info(index(number)));
    let removed_before = (described.removed_units, described.removed_bytes);
    let (removed_units, removed_bytes) = info.fold(removed_before, |(units, bytes), info| {
        (units.saturating_add(info.unit_count), bytes.saturating_add(info.byte_count))
    });
    let mut files: Vec<FileManifest> =
        described.files.iter().filter(|file| file.role != role::SUFFIXES).cloned().collect();
    files.insert(1.min(files.len()), FileManifest::of(folder, role::SUFFIXES, name)?);
    let new = ShardManifest { removed, removed_units, removed_bytes, files, ..described.clone() };
    if !new.is_sound() {
        let message = format!("`{}` has fewer units or bytes than its documents", folder.display());
        return Err(Error::corrupt(message));
    }
    Ok((new, old_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_larger_than_its_shard_is_not_removed() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let (path, never) = (folder.path().join("index"), Interrupt::new());
        let mut builder = IndexBuilder::create(&path, BuildOptions::default()).expect("starts");
        for id in ["one", "other"] {
            let document = Document { id, text: "some words".into(), metadata: "{}" };
            builder.add(&[document], &|_| {}, &never).expect("adds");
        }
        let mut manifest = builder.finish(&|_| {}, &never).expect("finishes");
        manifest.shards[0].removed_bytes = 11;
        let changed = Manifest::new(manifest.unit, manifest.parameters, manifest.shards);
        changed.write(&path).expect("writes");
        let error = Index::remove(&path, &["one"], &never).expect_err("is refused");
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!(Index::open(&path).expect("is as it was").manifest(), &changed);
    }
}
