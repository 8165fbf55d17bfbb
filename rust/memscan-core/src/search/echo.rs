/*!
What of a match is no evidence of copying: it stood in the generation's own prompt, or is common.

# Idea

An echo is the longest part of a match that stands in a source: the prompt, a template that all prompts share, or an
index of common material. The maximal matches of the whole generation in the source are found once, as every match is: a
prompt becomes a small suffix array of its own. The longest part of a match is then one of these that lies in it, or
what it cuts of the first or the last: a sliding maximum, linear in all matches together.

The discount is that of Aerni et al. (2024), "Measuring Non-Adversarial Reproduction of Training Data in Large Language
Models": a match less its echo must still have the minimum length to count.
*/

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use super::maximal::maximal_matches;
use super::query::Query;
use crate::error::Result;
use crate::memory;
use crate::num::{position, wide};
use crate::suffix::{SuffixArray, Symbol, build, first_ranks, sample};
use crate::units::{Segmenter, Text};

/// The longest parts of a match, in units, that stand elsewhere; none where there is nothing to look in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Echo {
    /// In the generation's own prompt.
    pub prompt: Option<u64>,
    /// In the template.
    pub template: Option<u64>,
    /// In the index of common material.
    pub baseline: Option<u64>,
}

impl Echo {
    /// What is left of so many units without the longest echo.
    pub fn discounted(&self, units: u64) -> u64 {
        let longest = [self.prompt, self.template, self.baseline].into_iter().flatten().max();
        units.saturating_sub(longest.unwrap_or(0))
    }
}

/// What sorting the suffixes of a prompt takes, for each of its units.
const SORTING_BYTES: usize = 32;

/// A prompt or template, ready to be searched.
#[derive(Debug)]
pub(crate) struct Prompt {
    symbols: HashMap<Box<[u8]>, u32>,
    text: Vec<u32>,
    suffixes: Vec<u32>,
    first_ranks: Vec<u32>,
    samples: Vec<u64>,
}

impl Prompt {
    /// Sort the suffixes of `prompt`.
    pub(crate) fn new(prompt: Text<'_>, segmenter: &mut Segmenter) -> Result<Self> {
        prompt.check(segmenter.unit())?;
        let mut symbols: HashMap<Box<[u8]>, u32> = HashMap::new();
        let mut text = Vec::new();
        segmenter.segment(prompt, |unit| {
            let symbol = unit.folded.with_bytes(|bytes| {
                let known = symbols.get(bytes).copied();
                known.unwrap_or_else(|| {
                    let symbol = position(symbols.len() + 1);
                    symbols.insert(bytes.into(), symbol);
                    symbol
                })
            });
            memory::push(&mut text, symbol);
        });
        text.push(u32::SEPARATOR);
        memory::ensure_room(SORTING_BYTES * text.len())?;
        let suffixes = build(&mut text)?;
        let first_ranks = first_ranks(&text, symbols.len());
        let samples = sample(&text, &suffixes, symbols.len());
        Ok(Self { symbols, text, suffixes, first_ranks, samples })
    }

    /// The maximal matches of the query in the prompt, of at least one unit, from left to right.
    pub(crate) fn matches(&self, query: &Query<'_>, segmenter: &mut Segmenter) -> Vec<Range<usize>> {
        let mut units = memory::with_capacity(query.len());
        query.for_each_folding(&(0..query.len()), segmenter, |_, bytes| {
            units.push(self.symbols.get(bytes).copied().unwrap_or(u32::ABSENT));
        });
        let array = SuffixArray::new(&self.text, &self.suffixes, &self.first_ranks, &self.samples);
        maximal_matches(array, &units, 1).into_iter().map(|found| found.units).collect()
    }
}

/// The length of the longest part of each span that lies within one of `runs`. Of both, starts and ends ascend.
pub(crate) fn longest_parts<'s>(
    spans: impl IntoIterator<Item = &'s Range<usize>>,
    runs: &[Range<usize>],
) -> Vec<u64> {
    let (mut first, mut end) = (0, 0);
    // Runs inside the span, of which none later is longer, in order; the first is the longest.
    let mut longest: VecDeque<usize> = VecDeque::new();
    let part_of = |span: &Range<usize>| {
        while first < runs.len() && runs[first].start < span.start {
            first += 1;
        }
        while end < runs.len() && runs[end].end <= span.end {
            while longest.back().is_some_and(|&last| runs[last].len() <= runs[end].len()) {
                longest.pop_back();
            }
            longest.push_back(end);
            end += 1;
        }
        while longest.front().is_some_and(|&run| run < first) {
            longest.pop_front();
        }
        let cut = |run: &Range<usize>| run.end.min(span.end).saturating_sub(run.start.max(span.start));
        let inside = longest.front().map_or(0, |&run| runs[run].len());
        let at_start = first.checked_sub(1).map_or(0, |before| cut(&runs[before]));
        let at_end = runs.get(end).map_or(0, cut);
        wide(inside.max(at_start).max(at_end))
    };
    spans.into_iter().map(part_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All lists of ranges within `0..length` of which starts and ends ascend.
    fn lists(length: usize, after: &Range<usize>) -> Vec<Vec<Range<usize>>> {
        let mut all = vec![Vec::new()];
        for start in after.start..length {
            for end in after.end.max(start + 1)..=length {
                let first = start..end;
                for mut rest in lists(length, &(start + 1..end + 1)) {
                    rest.insert(0, first.clone());
                    all.push(rest);
                }
            }
        }
        all
    }

    #[test]
    fn longest_parts_are_those_of_trying_every_run() {
        let all = lists(4, &(0..0));
        for spans in &all {
            for runs in &all {
                let slow = |span: &Range<usize>| {
                    let cut =
                        |run: &Range<usize>| run.end.min(span.end).saturating_sub(run.start.max(span.start));
                    wide(runs.iter().map(cut).max().unwrap_or(0))
                };
                let expected: Vec<u64> = spans.iter().map(slow).collect();
                assert_eq!(longest_parts(spans, runs), expected, "{spans:?} in {runs:?}");
            }
        }
    }

    #[test]
    fn the_longest_echo_is_discounted() {
        let echo = Echo { prompt: Some(3), template: None, baseline: Some(5) };
        assert_eq!(echo.discounted(12), 7);
        assert_eq!(Echo::default().discounted(12), 12);
    }
}
