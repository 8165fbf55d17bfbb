/*!
Maximal matches, of one shard and of all.

The links of a [`Chain`] are longest matches from their starts, and none lies within the one before it: those that are
long enough are the maximal ones.
*/

use std::ops::Range;

use super::chain::Chain;
use crate::memory;
use crate::suffix::{Interval, SuffixArray, Symbol};

/// A maximal match in one shard.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ShardMatch {
    /// The units of the query.
    pub(crate) units: Range<usize>,
    /// The suffixes of the shard that start with them.
    pub(crate) interval: Interval,
}

/// The maximal matches of at least `min_length` units, from left to right.
pub(crate) fn maximal_matches<S: Symbol>(
    array: SuffixArray<'_, S>,
    query: &[S],
    min_length: usize,
) -> Vec<ShardMatch> {
    let mut chain = Chain::new(array, query);
    let mut matches = Vec::new();
    let mut start = 0;
    while start + min_length <= query.len() {
        let link = chain.link(start);
        let end = start + link.found.length;
        if link.found.length >= min_length {
            memory::push(&mut matches, ShardMatch { units: start..end, interval: link.found.interval });
        }
        if end == query.len() {
            break;
        }
        start = link.next;
    }
    matches
}

/// A maximal match in the whole corpus.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CorpusMatch {
    /// The units of the query.
    pub(crate) units: Range<usize>,
    /// The shards that hold them, in order, and where.
    pub(crate) intervals: Vec<(usize, Interval)>,
}

/// Join what the shards found, as if they were one: a match that another shard has within a longer
/// one is not maximal.
pub(crate) fn join_shards(mut found: Vec<(usize, ShardMatch)>) -> Vec<CorpusMatch> {
    drop(memory::with_capacity::<(usize, ShardMatch)>(found.len())); // what sorting takes, or unwind
    found.sort_by_key(|(shard, one)| (one.units.start, usize::MAX - one.units.end, *shard));
    let mut joined: Vec<CorpusMatch> = Vec::new();
    for (shard, ShardMatch { units, interval }) in found {
        match joined.last_mut() {
            Some(last) if last.units == units => {
                // Two matches of bytes may hold the same whole characters.
                if last.intervals.last().is_none_or(|&(other, _)| other != shard) {
                    last.intervals.push((shard, interval));
                }
            }
            Some(last) if units.end <= last.units.end => {}
            _ => memory::push(&mut joined, CorpusMatch { units, intervals: vec![(shard, interval)] }),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{self, all_texts};
    use crate::suffix::{build, first_ranks, sample};

    fn with_array<T>(text: &[u32], use_array: impl FnOnce(SuffixArray<'_, u32>) -> T) -> T {
        let suffixes = build(&mut text.to_vec()).expect("sorts");
        let samples = sample(text, &suffixes, 3);
        use_array(SuffixArray::new(text, &suffixes, &first_ranks(text, 3), &samples))
    }

    #[test]
    fn agrees_with_the_oracle_on_all_short_texts_and_queries() {
        for text in all_texts(&[0, 1, 2], 5) {
            with_array(&text, |array| {
                for query in all_texts(&[1, 2, 3], 5) {
                    for min_length in 1..=3 {
                        let found = maximal_matches(array, &query, min_length);
                        let found: Vec<_> =
                            found.iter().map(|one| (one.units.start, one.units.end)).collect();
                        let expected = oracle::maximal_matches(&text, &query, min_length);
                        assert_eq!(found, expected, "{query:?} in {text:?}, L {min_length}");
                    }
                }
            });
        }
    }

    #[test]
    fn texts_that_repeat_themselves_agree_with_the_oracle() {
        for unit in all_texts(&[1, 2], 3).iter().skip(1) {
            for (held, asked) in [(7, 20), (5, 31), (20, 9), (9, 9)] {
                let text = [&unit.repeat(held)[..], &[0, 2, 1, 0], &unit.repeat(held / 2), &[3]].concat();
                with_array(&text, |array| {
                    for cut in [0, 1, 4] {
                        let query =
                            [&[2, 1, 1][..], &unit.repeat(asked), &[1, 3, 2], &unit.repeat(cut)].concat();
                        let found = maximal_matches(array, &query, 1);
                        let found: Vec<_> =
                            found.iter().map(|one| (one.units.start, one.units.end, one.interval)).collect();
                        let expected: Vec<_> = oracle::maximal_matches(&text, &query, 1)
                            .into_iter()
                            .map(|(start, end)| {
                                (start, end, array.longest_match(&query[start..end]).interval)
                            })
                            .collect();
                        assert_eq!(found, expected, "{query:?} in {text:?}");
                    }
                });
            }
        }
    }

    #[test]
    fn shards_join_to_what_one_text_gives() {
        for one in all_texts(&[1, 2], 4) {
            for other in all_texts(&[1, 2], 4) {
                let whole = [&one[..], &[0], &other[..]].concat();
                for query in all_texts(&[1, 2], 5) {
                    let found = [(0, &one), (1, &other)].into_iter().flat_map(|(shard, text)| {
                        with_array(text, |array| maximal_matches(array, &query, 1))
                            .into_iter()
                            .map(move |found| (shard, found))
                    });
                    let joined = join_shards(found.collect());
                    let expected = with_array(&whole, |array| maximal_matches(array, &query, 1));
                    assert_eq!(joined.len(), expected.len());
                    for (joined, expected) in joined.iter().zip(&expected) {
                        assert_eq!(joined.units, expected.units);
                        let count: u64 = joined.intervals.iter().map(|(_, interval)| interval.count()).sum();
                        assert_eq!(count, expected.interval.count());
                    }
                }
            }
        }
    }
}
