/*!
Matching statistics: for each unit of a text, the longest match that starts there; and what follows.

# Idea

Most matches are short, and those of neighbouring units are searched for side by side, up to a cap. Where a
match reaches the cap it is followed to its end, and to where the next maximal match starts (`chain`):
all units between have matches with the same end. So a long passage costs a few searches and not one a
unit.

Everything else comes from these lengths. A run of n units stands in the corpus exactly where the length is at
least n. The longest match that *ends* at a unit starts at the first unit whose match reaches it: ends never
decrease.

# Complexity

`O(log n)` steps a unit.
*/

use rayon::prelude::*;

use super::chain::Chain;
use super::query::Query;
use crate::error::Result;
use crate::index::Index;
use crate::memory;
use crate::num::{index, position, wide};
use crate::progress::Interrupt;
use crate::suffix::{LANES, SuffixArray, Symbol};
use crate::units::{Segmenter, Text};

impl Index {
    /// The length of the longest match that starts at each unit of `text`.
    ///
    /// Lengths drop by at most one from each unit to the next: dropping the first unit of a
    /// match leaves a match. Bytes count as units here, even if they are parts of characters.
    pub fn matching_statistics(&self, text: Text<'_>) -> Result<Vec<u32>> {
        self.lengths(text, &mut self.segmenter())
    }

    fn lengths(&self, text: Text<'_>, segmenter: &mut Segmenter) -> Result<Vec<u32>> {
        let query = Query::new(text, segmenter)?;
        let units = 0..query.len();
        let mut lengths = memory::zeros(query.len());
        for shard in self.shards() {
            let found = query.in_shard(&units, shard, segmenter).matching_statistics();
            lengths.iter_mut().zip(found).for_each(|(length, found)| *length = found.max(*length));
        }
        Ok(lengths)
    }

    /// For each text its matching statistics, or the length of the longest match that *ends* with each unit.
    pub fn statistics(
        &self,
        texts: &[Text<'_>],
        backward: bool,
        interrupt: &Interrupt,
    ) -> Result<Vec<Vec<u32>>> {
        let measure = |segmenter: &mut Segmenter, text: &Text<'_>| {
            interrupt.check()?;
            let lengths = self.lengths(*text, segmenter)?;
            Ok(if backward { backward_statistics(&lengths) } else { lengths })
        };
        texts.par_iter().map_init(|| self.segmenter(), measure).collect()
    }

    /// How many of the runs of 1 to `longest` units of each text the corpus lacks, in the order of the texts.
    pub fn novelty(&self, texts: &[Text<'_>], longest: usize, interrupt: &Interrupt) -> Result<Vec<Novelty>> {
        let count = |segmenter: &mut Segmenter, text: &Text<'_>| {
            interrupt.check()?;
            let mut novelty = Novelty::new(longest);
            novelty.add(&self.lengths(*text, segmenter)?);
            Ok(novelty)
        };
        texts.par_iter().map_init(|| self.segmenter(), count).collect()
    }
}

/// From this length on a match is followed to its end. In unit tests few are long.
const CAP: usize = if cfg!(test) { 3 } else { 32 };

/// The length of the longest match that starts at each unit of `query`.
pub(crate) fn matching_statistics<S: Symbol>(array: SuffixArray<'_, S>, query: &[S]) -> Vec<u32> {
    let mut lengths = memory::zeros(query.len());
    let mut start = 0;
    while start < query.len() {
        let group = start..query.len().min(start + LANES);
        array.capped_lengths(&query[start..], CAP, &mut lengths[group.clone()]);
        let is_long = |length: &u32| index(*length) >= CAP;
        start = match lengths[group.clone()].iter().position(is_long) {
            Some(place) => follow(array, query, group.start + place, &mut lengths),
            None => group.end,
        };
    }
    lengths
}

/// Set the lengths from `start` on as long as matches are long; return where to go on.
///
/// That is after `start` in any case, so that a damaged file gives no endless loop.
fn follow<S: Symbol>(array: SuffixArray<'_, S>, query: &[S], start: usize, lengths: &mut [u32]) -> usize {
    let mut chain = Chain::new(array, query);
    let mut start = start;
    while start < query.len() {
        let link = chain.link(start);
        if link.found.length < CAP {
            lengths[start] = position(link.found.length);
            return start + 1;
        }
        let end = start + link.found.length;
        for (length, place) in lengths[start..link.next.min(end)].iter_mut().zip(start..) {
            *length = position(end - place);
        }
        start = link.next;
    }
    start
}

/// The length of the longest match that ends with each unit, from those of the matches that start there.
pub(crate) fn backward_statistics(lengths: &[u32]) -> Vec<u32> {
    let mut first = 0;
    (0..lengths.len())
        .map(|unit| {
            while first <= unit && first + index(lengths[first]) <= unit {
                first += 1;
            }
            position(unit + 1 - first)
        })
        .collect()
}

/// How many runs of 1, 2, ... units a text has, and how many of them the corpus lacks.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Novelty {
    /// How many runs of n units there are, at place n - 1.
    pub runs: Vec<u64>,
    /// How many of them do not stand in the corpus.
    pub novel: Vec<u64>,
}

impl Novelty {
    /// No runs, of up to `longest` units.
    pub fn new(longest: usize) -> Self {
        Self { runs: vec![0; longest], novel: vec![0; longest] }
    }

    /// Count the runs of a text with these matching statistics.
    pub(crate) fn add(&mut self, lengths: &[u32]) {
        let longest = self.runs.len();
        // Of how many places the longest match has a length, up to the longest that is asked for.
        let mut places = vec![0_u64; longest + 1];
        for &length in lengths {
            places[index(length).min(longest)] += 1;
        }
        let mut known: u64 = 0;
        for n in (1..=longest).rev() {
            known += places[n];
            let runs = wide((lengths.len() + 1).saturating_sub(n));
            self.runs[n - 1] += runs;
            self.novel[n - 1] += runs - known;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{self, all_texts, occurrences};
    use crate::suffix::{build, first_ranks, sample};

    #[test]
    fn agree_with_the_oracle_on_all_short_texts_and_queries() {
        for text in all_texts(&[0, 1, 2], 5) {
            let suffixes = build(&mut text.clone()).expect("sorts");
            let ranks = first_ranks(&text, 3);
            let samples = sample(&text, &suffixes, 3);
            let array = SuffixArray::new(&text, &suffixes, &ranks, &samples);
            for query in all_texts(&[1, 2, 3], 5) {
                let lengths = matching_statistics(array, &query);
                let expected: Vec<u32> =
                    oracle::matching_statistics(&text, &query).into_iter().map(position).collect();
                assert_eq!(lengths, expected, "{query:?} in {text:?}");
                check_backward(&text, &query, &lengths);
                check_novelty(&text, &query, &lengths);
            }
        }
    }

    fn check_backward(text: &[u32], query: &[u32], lengths: &[u32]) {
        let longest = |end: usize| {
            let occurs = |start: &usize| !occurrences(text, &query[*start..end]).is_empty();
            end - (0..end).find(occurs).unwrap_or(end)
        };
        let expected: Vec<u32> = (1..=query.len()).map(|end| position(longest(end))).collect();
        assert_eq!(backward_statistics(lengths), expected, "{query:?} in {text:?}");
    }

    fn check_novelty(text: &[u32], query: &[u32], lengths: &[u32]) {
        let mut novelty = Novelty::new(3);
        novelty.add(lengths);
        for n in 1..=3 {
            let runs: Vec<_> = query.windows(n).collect();
            let novel = runs.iter().filter(|run| occurrences(text, run).is_empty()).count();
            assert_eq!((novelty.runs[n - 1], novelty.novel[n - 1]), (wide(runs.len()), wide(novel)));
        }
    }

    #[test]
    fn long_matches_and_groups_of_searches_meet() {
        let text: Vec<u32> = (0..200).map(|place| 1 + place * place % 7).chain([0]).collect();
        let suffixes = build(&mut text.clone()).expect("sorts");
        let ranks = first_ranks(&text, 7);
        let samples = sample(&text, &suffixes, 7);
        let array = SuffixArray::new(&text, &suffixes, &ranks, &samples);
        for cut in [1, 2, 31, 32, 33, 64, 90] {
            let mut query = text[..100].to_vec();
            query[cut] = 8;
            query.extend(&text[cut..cut + 50]);
            let expected: Vec<u32> =
                oracle::matching_statistics(&text, &query).into_iter().map(position).collect();
            assert_eq!(matching_statistics(array, &query), expected, "cut at {cut}");
        }
    }
}
