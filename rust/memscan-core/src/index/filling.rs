/*!
Filling the filter of a shard from its units, which stand in a file already.

# Idea

Two passes over the file, piece by piece and in parallel: one estimates how many different runs there
are, the other puts them in. Only the pieces at hand are in memory. The keys of all runs of a piece are
worked out one from the other.
*/

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use rayon::prelude::*;

use super::format::{SectionFile, SectionWriter};
use super::manifest::Parameters;
use crate::error::{Error, Result};
use crate::filter::{DistinctKeys, FilterBuilder, keys};
use crate::num::{index, offset, wide};
use crate::progress::Interrupt;
use crate::suffix::Symbol;

/// Runs a thread works on at a time.
const CHUNK: usize = 1 << 16;

/// Write the filter over the units in the file at `path`; `hash` gives that of each symbol.
pub(super) fn write_filter<S: Symbol>(
    path: &Path,
    hash: impl Fn(S) -> u32 + Send + Sync,
    parameters: Parameters,
    mut writer: SectionWriter,
    interrupt: &Interrupt,
) -> Result<()> {
    let units = UnitsFile::open(path, size_of::<S>())?;
    let k = index(parameters.filter_k);
    let starts = units.count.saturating_sub(k - 1);
    let pieces = || {
        (0..starts).into_par_iter().step_by(CHUNK).map(|start| {
            interrupt.check()?;
            let symbols: Vec<S> = units.read(start, (start + CHUNK).min(starts) + k - 1)?;
            Ok(keys_of(&symbols, &hash, k))
        })
    };
    let estimate = |keys: Result<Vec<u64>>| {
        let mut distinct = DistinctKeys::new();
        keys?.into_iter().for_each(|key| distinct.add(key));
        Ok(distinct)
    };
    let distinct =
        pieces().map(estimate).try_reduce(DistinctKeys::new, |one, other| Ok(one.merge(&other)))?;
    let filter = FilterBuilder::new(distinct.estimate(), parameters.filter_bits);
    pieces().try_for_each(|keys: Result<Vec<u64>>| {
        filter.insert(&keys?);
        Ok(())
    })?;
    writer.section("filter", &filter.into_words())?;
    writer.finish()
}

/// The keys of all runs of `k` symbols that hold no separator.
fn keys_of<S: Symbol>(symbols: &[S], hash: &impl Fn(S) -> u32, k: usize) -> Vec<u64> {
    let mut all = Vec::with_capacity(symbols.len());
    let mut run = Vec::with_capacity(symbols.len());
    for stretch in symbols.split(|&symbol| symbol == S::SEPARATOR) {
        run.clear();
        run.extend(stretch.iter().map(|&symbol| hash(symbol)));
        all.extend(keys(&run, k));
    }
    all
}

/// The units of a shard in their file, read piece by piece.
#[derive(Debug)]
struct UnitsFile<'a> {
    path: &'a Path,
    start: u64,
    count: usize,
}

impl<'a> UnitsFile<'a> {
    fn open(path: &'a Path, width: usize) -> Result<Self> {
        let bytes = path.metadata().map_err(|error| Error::io("read", path, error))?.len();
        let (start, end) = SectionFile::open(path, bytes, true)?.place_of("units")?;
        Ok(Self { path, start, count: offset(end - start) / width })
    }

    fn read<S: Symbol>(&self, start: usize, end: usize) -> Result<Vec<S>> {
        let mut symbols = vec![S::SEPARATOR; end - start];
        let read = File::open(self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.start + wide(start * size_of::<S>())))?;
            file.read_exact(bytemuck::cast_slice_mut(&mut symbols))
        });
        read.map_err(|error| Error::io("read", self.path, error))?;
        Ok(symbols)
    }
}
