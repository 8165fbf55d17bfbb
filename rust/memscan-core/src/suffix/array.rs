/*!
Finding in a suffix array.

# Idea

All suffixes that start with a query stand together: an *interval* of ranks. It is found by
narrowing. Say all suffixes of the interval share `length` symbols with the query.

1. Compare the query with the first and the last suffix of the interval. The order makes
   everything between share at least what both share: `length` grows to the lesser of the two.
2. If the query goes on, two binary searches cut the interval down to the suffixes
   whose next symbol is the query's. If none are left, `length` is the longest match.

# Complexity

`O(m + b · log n)` for a match of `m` symbols, where `b` is the number of times the interval is cut:
at most `m`, and in prose five or six, since then one suffix is left.
*/

use std::ops::Range;

use super::SEPARATOR;
use crate::num::{index, position};

/// A half-open run of ranks.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Interval {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Interval {
    pub(crate) fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// How many suffixes there are.
    pub(crate) fn count(self) -> u64 {
        u64::from(self.end.saturating_sub(self.start))
    }

    fn ranks(self) -> Range<usize> {
        index(self.start)..index(self.end)
    }
}

/// The longest prefix of a query that occurs, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct LongestMatch {
    /// In symbols; zero if not even the first occurs.
    pub(crate) length: usize,
    /// Every suffix that starts with it; empty if the length is zero.
    pub(crate) interval: Interval,
}

/// A text, its sorted suffixes, and where each first symbol begins among them.
///
/// Values read from a damaged file give wrong answers here, but no panic and no endless loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SuffixArray<'a> {
    text: &'a [u32],
    suffixes: &'a [u32],
    first_ranks: &'a [u32],
}

impl<'a> SuffixArray<'a> {
    pub(crate) fn new(text: &'a [u32], suffixes: &'a [u32], first_ranks: &'a [u32]) -> Self {
        Self { text, suffixes, first_ranks }
    }

    /// Where the suffixes of `interval` start in the text, in the order of their ranks.
    pub(crate) fn positions(&self, interval: Interval) -> &'a [u32] {
        self.suffixes.get(interval.ranks()).unwrap_or_default()
    }

    /// The longest prefix of `query` that occurs in the text.
    pub(crate) fn longest_match(&self, query: &[u32]) -> LongestMatch {
        let mut interval = query.first().map_or_else(Interval::default, |&symbol| self.starting_with(symbol));
        if interval.is_empty() {
            return LongestMatch { length: 0, interval: Interval::default() };
        }
        let mut length = 1;
        loop {
            let with_first = self.shared(query, interval.start, length);
            let with_last =
                if interval.count() == 1 { with_first } else { self.shared(query, interval.end - 1, length) };
            length = with_first.min(with_last);
            let Some(&symbol) = query.get(length) else {
                return LongestMatch { length, interval };
            };
            let narrowed = self.narrow(interval, length, symbol);
            if narrowed.is_empty() {
                return LongestMatch { length, interval };
            }
            interval = narrowed;
            length += 1;
        }
    }

    /// Whether all of `query` occurs in the text.
    pub(crate) fn occurs(&self, query: &[u32]) -> bool {
        self.longest_match(query).length == query.len()
    }

    fn starting_with(&self, symbol: u32) -> Interval {
        let bounds =
            symbol.checked_sub(1).and_then(|place| self.first_ranks.get(index(place)..)?.first_chunk());
        bounds.map_or_else(Interval::default, |&[start, end]| {
            let size = position(self.suffixes.len());
            Interval { start: start.min(size), end: end.min(size) }
        })
    }

    /// How many symbols `query` shares with the suffix at `rank`; the first `known` are equal.
    fn shared(&self, query: &[u32], rank: u32, known: usize) -> usize {
        let suffix = index(self.suffixes[index(rank)]);
        let rest = self.text.get(suffix.saturating_add(known)..).unwrap_or_default();
        let equal = query[known..].iter().zip(rest).take_while(|(a, b)| a == b).count();
        known + equal
    }

    /// The part of `interval` whose suffixes have `symbol` at `depth`.
    fn narrow(&self, interval: Interval, depth: usize, symbol: u32) -> Interval {
        let suffixes = &self.suffixes[interval.ranks()];
        let at_depth =
            |&suffix: &u32| self.text.get(index(suffix).saturating_add(depth)).copied().unwrap_or(SEPARATOR);
        let start = suffixes.partition_point(|suffix| at_depth(suffix) < symbol);
        let count = suffixes[start..].partition_point(|suffix| at_depth(suffix) == symbol);
        let start = index(interval.start) + start;
        Interval { start: position(start), end: position(start + count) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ABSENT, build, first_ranks};
    use super::*;
    use crate::oracle::{all_texts, occurrences};

    #[test]
    fn agrees_with_the_oracle_on_all_short_texts_and_queries() {
        for text in all_texts(&[SEPARATOR, 1, 2], 6) {
            let mut symbols = text.clone();
            let suffixes = build(&mut symbols).expect("sorts");
            let ranks = first_ranks(&text, 2);
            let array = SuffixArray::new(&text, &suffixes, &ranks);
            for query in all_texts(&[1, 2, ABSENT], 4) {
                let found = array.longest_match(&query);
                let length = (0..=query.len())
                    .rev()
                    .find(|&length| length == 0 || !occurrences(&text, &query[..length]).is_empty());
                assert_eq!(Some(found.length), length, "{query:?} in {text:?}");
                let mut places: Vec<usize> =
                    array.positions(found.interval).iter().map(|&p| index(p)).collect();
                places.sort_unstable();
                if found.length > 0 {
                    assert_eq!(places, occurrences(&text, &query[..found.length]), "{query:?} in {text:?}");
                } else {
                    assert!(places.is_empty());
                }
            }
        }
    }

    #[test]
    fn a_damaged_array_gives_no_panic() {
        let text = [1, 2, 1, 2, 0];
        for damage in [0, 1, 4, 5, 1 << 31, u32::MAX] {
            for place in 0..4 {
                let mut suffixes = [2, 0, 3, 1];
                suffixes[place] = damage;
                let mut ranks = [0, 2, 4];
                ranks[place % 3] = damage;
                for ranks in [[0, 2, 4], ranks] {
                    SuffixArray::new(&text, &suffixes, &ranks).longest_match(&[1, 2, 1]);
                }
            }
        }
    }
}
