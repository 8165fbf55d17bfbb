/*!
Finding in a suffix array.

# Idea

Among all suffixes, one that shares the longest prefix with the query is a neighbour of the place
where the query would be inserted.

1. Binary search for that place, among the suffixes with the query's first symbol: first on samples of them
   (`samples`), then on the few that are left. Whatever lies
   between two suffixes shares with the query at least what both of them share, so comparisons begin there
   (Manber and Myers 1993).
2. The longest match is the longer of what the two neighbours share with the query.
3. All suffixes with that prefix stand around the neighbour: an *interval* of ranks, found by
   doubling steps to either side. Nearly always it holds one suffix, and two comparisons tell.

# Complexity

`O(m + log n)` comparisons of symbols for a match of `m` symbols, in practice; `O(m log n)` at worst.
*/

use std::ops::Range;

use super::Symbol;
use super::gallop::most_steps;
use super::samples::{KeyShape, rank_of, sample_count};
use crate::num::{index, position};
use crate::raw::prefetch::prefetch;

/// Symbols compared at once.
const CHUNK: usize = 16;

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

    /// The ranks.
    pub(crate) fn ranks(self) -> Range<usize> {
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
pub(crate) struct SuffixArray<'a, S> {
    text: &'a [S],
    suffixes: &'a [u32],
    first_ranks: &'a [u32],
    samples: &'a [u64],
    shape: KeyShape,
}

impl<'a, S: Symbol> SuffixArray<'a, S> {
    /// An array whose parts were made by the functions of their names, for one number of symbols.
    pub(crate) fn new(
        text: &'a [S],
        suffixes: &'a [u32],
        first_ranks: &'a [u32],
        samples: &'a [u64],
    ) -> Self {
        let shape = KeyShape::new(first_ranks.len().saturating_sub(1));
        Self { text, suffixes, first_ranks, samples, shape }
    }

    /// The text.
    pub(crate) fn text(&self) -> &'a [S] {
        self.text
    }

    /// Where the suffixes of `interval` start in the text, in the order of their ranks.
    #[cfg(test)]
    pub(crate) fn positions(&self, interval: Interval) -> &'a [u32] {
        self.suffixes.get(interval.ranks()).unwrap_or_default()
    }

    /// The longest prefix of `query` that occurs in the text.
    pub(crate) fn longest_match(&self, query: &[S]) -> LongestMatch {
        let Neighbour { rank, length } = self.neighbour(query);
        LongestMatch { length, interval: self.interval(&query[..length], rank) }
    }

    /// Whether all of `query` occurs in the text.
    pub(crate) fn occurs(&self, query: &[S]) -> bool {
        self.neighbour(query).length == query.len()
    }

    /// A suffix that shares as much with `query` as any.
    fn neighbour(&self, query: &[S]) -> Neighbour {
        let interval = query.first().map_or_else(Interval::default, |&symbol| self.starting_with(symbol));
        if interval.is_empty() {
            return Neighbour { rank: 0, length: 0 };
        }
        let Sampled { first, samples, range: (least, _) } = self.samples(query, interval);
        let sample = first + samples.partition_point(|&key| key < least);
        let Bounds { mut start, mut end, mut before, mut after } = self.narrowed(query, interval, sample);
        while start < end {
            let middle = start.midpoint(end);
            let length = self.shared(query, middle, before.min(after));
            if self.is_less(middle, length, query) {
                (start, before) = (middle + 1, length);
            } else {
                (end, after) = (middle, length);
            }
        }
        if start < interval.end && after >= before {
            Neighbour { rank: start, length: after }
        } else {
            Neighbour { rank: start - 1, length: before }
        }
    }

    /// The samples of an interval, and the keys that suffixes which start with `query` can have.
    #[inline]
    pub(super) fn samples(&self, query: &[S], interval: Interval) -> Sampled<'a> {
        let ranks = interval.ranks();
        let first = sample_count(ranks.start);
        let samples = self.samples.get(first..sample_count(ranks.end)).unwrap_or_default();
        Sampled { first, samples, range: self.shape.range(query) }
    }

    /// Where in `interval`, whose suffixes start with the first symbol of `query`, that would be inserted;
    /// `sample` is the first one that is not less than the least key of the query.
    pub(super) fn narrowed(&self, query: &[S], interval: Interval, sample: usize) -> Bounds {
        let Sampled { first, samples, range: (least, greatest) } = self.samples(query, interval);
        let Interval { start, end } = interval;
        let mut bounds = Bounds { start, end, before: 1, after: 1 };
        let shared = |key: u64| self.shape.shared(key, least, query.len());
        if let Some(&key) = sample.checked_sub(first + 1).and_then(|place| samples.get(place)) {
            (bounds.start, bounds.before) = (rank_of(sample - 1) + 1, shared(key).max(1));
        }
        let rest = samples.get(sample - first..).unwrap_or_default();
        let within = most_steps(rest.len(), |step| rest[step - 1] <= greatest);
        if let Some(&key) = rest.get(within) {
            (bounds.end, bounds.after) = (rank_of(sample + within), shared(key).max(1));
        }
        bounds
    }

    /// Every suffix that starts with `prefix`, of which the one at `rank` does.
    fn interval(&self, prefix: &[S], rank: u32) -> Interval {
        let Some(&symbol) = prefix.first() else { return Interval::default() };
        let bounds = self.starting_with(symbol);
        let holds = |rank: u32| {
            let suffix = self.suffixes.get(index(rank)).map(|&suffix| index(suffix));
            suffix.and_then(|suffix| self.text.get(suffix..)).is_some_and(|rest| rest.starts_with(prefix))
        };
        let below = most_steps(index(rank - bounds.start), |step| holds(rank - position(step)));
        let above = most_steps(index(bounds.end - 1 - rank), |step| holds(rank + position(step)));
        Interval { start: rank - position(below), end: rank + position(above) + 1 }
    }

    pub(super) fn starting_with(&self, symbol: S) -> Interval {
        let bounds = symbol
            .number()
            .checked_sub(1)
            .and_then(|place| self.first_ranks.get(index(place)..)?.first_chunk());
        bounds.map_or_else(Interval::default, |&[start, end]| {
            let size = position(self.suffixes.len());
            Interval { start: start.min(size), end: end.min(size) }
        })
    }

    /// How many symbols `query` shares with the suffix at `rank`; the first `known` are equal.
    fn shared(&self, query: &[S], rank: u32, known: usize) -> usize {
        self.shared_at(query, index(self.suffixes[index(rank)]), known)
    }

    /// Whether the suffix at `rank`, which shares `length` symbols with `query`, is less than it.
    fn is_less(&self, rank: u32, length: usize, query: &[S]) -> bool {
        self.is_less_at(query, index(self.suffixes[index(rank)]), length)
    }

    /// How many symbols `query` shares with the text from `suffix` on; the first `known` are equal.
    #[inline]
    pub(super) fn shared_at(&self, query: &[S], suffix: usize, known: usize) -> usize {
        let rest = self.text.get(suffix.saturating_add(known)..).unwrap_or_default();
        known + common_prefix(&query[known..], rest)
    }

    /// Whether the text from `suffix` on, which shares `length` symbols with `query`, is less than it.
    #[inline]
    pub(super) fn is_less_at(&self, query: &[S], suffix: usize, length: usize) -> bool {
        let next = self.text.get(suffix.saturating_add(length)).copied().unwrap_or(S::SEPARATOR);
        query.get(length).is_some_and(|&symbol| next < symbol)
    }

    pub(super) fn suffixes(&self) -> &'a [u32] {
        self.suffixes
    }

    #[inline]
    pub(super) fn ask_for_suffix(&self, rank: u32) {
        prefetch(self.suffixes, index(rank));
    }

    #[inline]
    pub(super) fn sample_at(&self, place: usize) -> u64 {
        self.samples[place]
    }

    #[inline]
    pub(super) fn ask_for_sample(&self, place: usize) {
        prefetch(self.samples, place);
    }

    #[inline]
    pub(super) fn ask_for_text(&self, place: usize) {
        prefetch(self.text, place);
    }
}

/// The samples of an interval.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampled<'a> {
    /// The number of the first.
    pub(super) first: usize,
    pub(super) samples: &'a [u64],
    /// The least and the greatest key of the query.
    pub(super) range: (u64, u64),
}

/// Between which ranks a query would be inserted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) start: u32,
    pub(super) end: u32,
    /// What the suffixes just before `start` and just at `end` share with the query; all share one.
    pub(super) before: usize,
    pub(super) after: usize,
}

/// A suffix that shares as much with a query as any.
#[derive(Clone, Copy, Debug)]
struct Neighbour {
    rank: u32,
    length: usize,
}

/// How many symbols two texts have in common from their starts. Mostly few, so the first are compared one by
/// one.
#[inline]
fn common_prefix<S: Symbol>(one: &[S], other: &[S]) -> usize {
    let differs = one.iter().zip(other).take(CHUNK).position(|(one, other)| one != other);
    differs.unwrap_or_else(|| common_prefix_of_long(one, other))
}

fn common_prefix_of_long<S: Symbol>(one: &[S], other: &[S]) -> usize {
    let (one_chunks, _) = one.as_chunks::<CHUNK>();
    let (other_chunks, _) = other.as_chunks::<CHUNK>();
    let equal_chunks = one_chunks.iter().zip(other_chunks).take_while(|(one, other)| one == other).count();
    let start = equal_chunks * CHUNK;
    start + one[start..].iter().zip(&other[start..]).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::super::{build, first_ranks, sample};
    use super::*;
    use crate::oracle::{all_texts, occurrences};

    fn check_all_short_texts_and_queries<S: Symbol>() {
        let symbols_of =
            |numbers: &[u32]| -> Vec<S> { numbers.iter().map(|&number| S::new(number)).collect() };
        for text in all_texts(&[0, 1, 2], 6) {
            let symbols = symbols_of(&text);
            let suffixes = build(&mut symbols.clone()).expect("sorts");
            let ranks = first_ranks(&symbols, 2);
            let samples = sample(&symbols, &suffixes, 2);
            let array = SuffixArray::new(&symbols, &suffixes, &ranks, &samples);
            for query in all_texts(&[1, 2, S::ABSENT.number()], 4) {
                let found = array.longest_match(&symbols_of(&query));
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
    fn agrees_with_the_oracle_on_all_short_texts_and_queries_of_either_width() {
        check_all_short_texts_and_queries::<u8>();
        check_all_short_texts_and_queries::<u32>();
    }

    #[test]
    fn a_damaged_array_gives_no_panic() {
        let text = [1_u32, 2, 1, 2, 0];
        for damage in [0, 1, 4, 5, 1 << 31, u32::MAX] {
            for place in 0..4 {
                let mut suffixes = [2, 0, 3, 1];
                suffixes[place] = damage;
                let mut ranks = [0, 2, 4];
                ranks[place % 3] = damage;
                for ranks in [[0, 2, 4], ranks] {
                    for sample in [0, u64::from(damage), u64::MAX] {
                        let samples = [sample, 1];
                        let array = SuffixArray::new(&text, &suffixes, &ranks, &samples);
                        array.longest_match(&[1, 2, 1]);
                        array.capped_lengths(&[1, 2, 1], 3, &mut [0; 3]);
                    }
                }
            }
        }
    }
}
