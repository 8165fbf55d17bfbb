/*!
How often a match stands in the corpus, in how many documents, and some of its places.

# Idea

The lengths of its intervals are the count. The positions in an interval, sorted, are the occurrences in the order
of the corpus, and walking along the documents counts these. Shards follow one another in that order, so nothing
here depends on how the corpus is cut into them.

Boilerplate is not enumerated to its end: the documents are counted and the places chosen among the first
[`MOST_COUNTED`] occurrences, and the document count is marked as capped. An interval of thousands is
what many generations repeat: its summary is kept.
*/

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::thread;

use super::{Index, Shard};
use crate::num::{offset, scale, wide};
use crate::suffix::Interval;

/// The most occurrences that are looked at. Few in unit tests, so that these reach it.
pub(crate) const MOST_COUNTED: u64 = if cfg!(test) { 12 } else { 1 << 20 };

/// Intervals at least this long are summarised once and kept.
const FREQUENT: u64 = if cfg!(test) { 6 } else { 1 << 12 };

/// Summaries kept before they are all forgotten.
const MOST_KEPT: usize = 1 << 14;

/// Tries for the lock on these before doing without them.
const MOST_TRIES: usize = 100;

/// Which occurrences are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Choice {
    /// So many, from the first.
    First(usize),
    /// So many, one from each of as many equal parts of all, chosen at random.
    Spread { count: usize, seed: u64 },
}

impl Choice {
    /// The ranks that are chosen of `count` occurrences in the order of the corpus, ascending.
    pub(crate) fn ranks(self, count: u64) -> Vec<u64> {
        match self {
            Self::First(wanted) => (0..count.min(wide(wanted))).collect(),
            Self::Spread { count: wanted, .. } if count <= wide(wanted) => (0..count).collect(),
            Self::Spread { count: wanted, seed } => {
                let start_of = |part: usize| offset(count) * part / wanted;
                (0..wanted)
                    .map(|part| {
                        let (start, end) = (start_of(part), start_of(part + 1));
                        wide(start + scale(random(seed, wide(part)), wide(end - start)))
                    })
                    .collect()
            }
        }
    }
}

/// The number at `place` of the sequence of `seed` (`SplitMix64`; Steele, Lea and Flood 2014).
fn random(seed: u64, place: u64) -> u64 {
    let state = seed.wrapping_add((place + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// How often a match stands in the corpus, and some of its places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) count: u64,
    pub(crate) document_count: u64,
    pub(crate) is_capped: bool,
    /// The chosen places in the order of the corpus: shard and position.
    pub(crate) places: Vec<(usize, u32)>,
}

/// The summaries of intervals that take long to sum up.
#[derive(Debug, Default)]
pub(super) struct FrequentIntervals(Mutex<HashMap<FrequentKey, Arc<Part>>>);

/// Shard, interval, how many of its occurrences are looked at, and which are chosen.
type FrequentKey = (usize, Interval, u64, Vec<u64>);

/// What one interval adds to a summary.
#[derive(Debug)]
struct Part {
    document_count: u64,
    positions: Vec<u32>,
}

/// Sum up the intervals of one match, which are in the order of the shards.
pub(crate) fn summarise(index: &Index, intervals: &[(usize, Interval)], choice: Choice) -> Summary {
    let count = intervals.iter().map(|(_, interval)| interval.count()).sum();
    let looked_at = MOST_COUNTED.min(count);
    let ranks = choice.ranks(looked_at);
    let mut summary = Summary { count, is_capped: count > looked_at, ..Summary::default() };
    let (mut before, mut chosen) = (0, &ranks[..]);
    for &(shard, interval) in intervals {
        let taken = interval.count().min(looked_at - before);
        if taken == 0 {
            break;
        }
        let (own, later) = chosen.split_at(chosen.partition_point(|&rank| rank < before + taken));
        let own = own.iter().map(|rank| rank - before).collect();
        let part = index.part((shard, interval, taken, own));
        summary.document_count += part.document_count;
        summary.places.extend(part.positions.iter().map(|&position| (shard, position)));
        (before, chosen) = (before + taken, later);
    }
    summary
}

impl Index {
    fn part(&self, key: FrequentKey) -> Arc<Part> {
        let sum_up = |(shard, interval, taken, ranks): &FrequentKey| {
            Arc::new(Part::new(&self.shards()[*shard], *interval, *taken, ranks))
        };
        if key.1.count() < FREQUENT {
            return sum_up(&key);
        }
        let FrequentIntervals(kept) = &self.frequent_intervals;
        if let Some(part) = lock_soon(kept).and_then(|kept| kept.get(&key).map(Arc::clone)) {
            return part;
        }
        let part = sum_up(&key);
        if let Some(mut kept) = lock_soon(kept) {
            if kept.len() == MOST_KEPT {
                kept.clear();
            }
            kept.insert(key, Arc::clone(&part));
        }
        part
    }
}

/// The lock, unless others hold it for long: a thread that a forked child lacks holds it for ever.
fn lock_soon<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    for _ in 0..MOST_TRIES {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => thread::yield_now(),
        }
    }
    None
}

impl Part {
    /// The first `taken` occurrences in the order of the corpus, and those of them at `ranks`.
    fn new(shard: &Shard, interval: Interval, taken: u64, ranks: &[u64]) -> Self {
        let positions = first_positions(shard.positions(interval), offset(taken));
        let documents = shard.documents();
        let ends = &documents.unit_starts()[1..];
        let (mut document_count, mut rest) = (0, &positions[..]);
        while let Some(&first) = rest.first() {
            let end = ends.get(documents.at_position(first)).copied().unwrap_or(u32::MAX);
            let within = rest.partition_point(|&position| position < end).max(1);
            rest = &rest[within..];
            document_count += 1;
        }
        let chosen = ranks.iter().filter_map(|&rank| positions.get(offset(rank)).copied());
        Self { document_count, positions: chosen.collect() }
    }
}

/// The least `count` of some positions, sorted, in linear time and memory for twice as many.
fn first_positions(all: &[u32], count: usize) -> Vec<u32> {
    let mut least: Vec<u32> = Vec::with_capacity(all.len().min(2 * count));
    for some in all.chunks(count.max(1)) {
        least.extend_from_slice(some);
        if least.len() > count {
            least.select_nth_unstable(count);
            least.truncate(count);
        }
    }
    least.sort_unstable();
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_part_is_chosen_and_the_seed_says_which() {
        for count in 0..60 {
            let all: Vec<u64> = (0..count).collect();
            for wanted in 1..20 {
                assert_eq!(Choice::First(wanted).ranks(count), all[..wanted.min(all.len())]);
                let of_seed = |seed| Choice::Spread { count: wanted, seed }.ranks(count);
                let ranks = of_seed(7);
                assert_eq!(ranks.len(), wanted.min(all.len()));
                for (part, rank) in (0..).zip(&ranks) {
                    let parts = wide(ranks.len());
                    assert!((count * part / parts..count * (part + 1) / parts).contains(rank));
                }
            }
        }
        let of_seed = |seed| Choice::Spread { count: 16, seed }.ranks(1_000_000);
        assert_eq!(of_seed(1), of_seed(1));
        assert_ne!(of_seed(1), of_seed(2));
    }

    #[test]
    fn a_lock_that_is_never_given_back_is_done_without() {
        let mutex = Mutex::new(7);
        assert_eq!(lock_soon(&mutex).as_deref(), Some(&7));
        let held = mutex.lock();
        assert!(lock_soon(&mutex).is_none());
        drop(held);
        assert!(lock_soon(&mutex).is_some());
    }

    #[test]
    fn the_least_positions_are_those_of_sorting() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state
        };
        for length in 0..50 {
            let all: Vec<u32> = (0..length).map(|_| next()).collect();
            let mut sorted = all.clone();
            sorted.sort_unstable();
            for count in 0..=all.len() {
                assert_eq!(first_positions(&all, count), sorted[..count]);
            }
        }
    }
}
