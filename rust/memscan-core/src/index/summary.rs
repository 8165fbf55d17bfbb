/*!
How often the suffixes of an interval stand in the corpus, and in how many documents.

# Idea

The length of an interval is the count. Its positions, sorted, are the occurrences in the order of the
corpus, and walking along the documents counts these. An interval of thousands is
boilerplate, and many generations repeat it: its summary is kept. One longer than
[`MOST_COUNTED`] is sampled evenly, and its document count is marked as capped.
*/

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Index, Shard};
use crate::num::offset;
use crate::suffix::Interval;

/// The most occurrences of which the documents are counted.
const MOST_COUNTED: u64 = 1 << 20;

/// Intervals at least this long are summarised once and kept.
const FREQUENT: u64 = 1 << 12;

/// Summaries kept before they are all forgotten.
const MOST_KEPT: usize = 1 << 14;

/// How often a match stands in the corpus, and its first places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) count: u64,
    pub(crate) document_count: u64,
    pub(crate) is_capped: bool,
    /// The first places in the order of the corpus: shard and position.
    pub(crate) first: Vec<(usize, u32)>,
}

/// The summaries of intervals that take long to sum up.
#[derive(Debug, Default)]
pub(super) struct FrequentIntervals(Mutex<HashMap<FrequentKey, Arc<Summary>>>);

/// Shard, interval and how many first places are wanted.
type FrequentKey = (usize, Interval, usize);

/// Sum up the suffixes of one interval of a shard, with the first `wanted` places.
pub(crate) fn summarise_interval(
    index: &Index,
    shard: usize,
    interval: Interval,
    wanted: usize,
) -> Arc<Summary> {
    if interval.count() < FREQUENT {
        return Arc::new(sum_up(&index.shards()[shard], shard, interval, wanted));
    }
    let FrequentIntervals(kept) = &index.frequent_intervals;
    let key = (shard, interval, wanted);
    if let Some(summary) = kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Arc::clone(summary);
    }
    let summary = Arc::new(sum_up(&index.shards()[shard], shard, interval, wanted));
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() == MOST_KEPT {
        kept.clear();
    }
    kept.insert(key, Arc::clone(&summary));
    summary
}

fn sum_up(shard: &Shard, shard_number: usize, interval: Interval, wanted: usize) -> Summary {
    let count = interval.count();
    let all = shard.positions(interval);
    let is_capped = count > MOST_COUNTED;
    let mut positions: Vec<u32> = if is_capped {
        (0..MOST_COUNTED).map(|turn| all[offset(turn * count / MOST_COUNTED)]).collect()
    } else {
        all.to_vec()
    };
    positions.sort_unstable();
    let documents = shard.documents();
    let ends = &documents.unit_starts()[1..];
    let (mut document_count, mut rest) = (0, &positions[..]);
    while let Some(&first) = rest.first() {
        let end = ends.get(documents.at_position(first)).copied().unwrap_or(u32::MAX);
        let within = rest.partition_point(|&position| position < end).max(1);
        rest = &rest[within..];
        document_count += 1;
    }
    positions.truncate(wanted);
    let first = positions.into_iter().map(|position| (shard_number, position)).collect();
    Summary { count, document_count, is_capped, first }
}
