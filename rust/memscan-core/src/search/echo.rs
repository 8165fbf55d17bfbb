/*!
What of a span already stood in the generation's own prompt.

The echo of a span is the longest run of its units that stands in the prompt. It is found as every
match is: the prompt becomes a small suffix array of its own.
*/

use std::collections::HashMap;
use std::ops::Range;

use super::maximal::maximal_matches;
use super::query::Query;
use crate::error::Result;
use crate::num::position;
use crate::suffix::{SuffixArray, Symbol, build, first_ranks, sample};
use crate::units::{Segmenter, Text};

/// A prompt, ready to be searched.
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
            text.push(unit.folded.with_bytes(|bytes| {
                let known = symbols.get(bytes).copied();
                known.unwrap_or_else(|| {
                    let symbol = position(symbols.len() + 1);
                    symbols.insert(bytes.into(), symbol);
                    symbol
                })
            }));
        });
        text.push(u32::SEPARATOR);
        let suffixes = build(&mut text)?;
        let first_ranks = first_ranks(&text, symbols.len());
        let samples = sample(&text, &suffixes, symbols.len());
        Ok(Self { symbols, text, suffixes, first_ranks, samples })
    }

    /// The length of the longest run of the units of `range` that stands in the prompt.
    pub(crate) fn echo(&self, query: &Query<'_>, range: &Range<usize>, segmenter: &mut Segmenter) -> usize {
        let mut units = Vec::with_capacity(range.len());
        query.for_each_folding(range, segmenter, |_, bytes| {
            units.push(self.symbols.get(bytes).copied().unwrap_or(u32::ABSENT));
        });
        let array = SuffixArray::new(&self.text, &self.suffixes, &self.first_ranks, &self.samples);
        let matches = maximal_matches(array, &units, 1);
        matches.iter().map(|found| found.units.len()).max().unwrap_or(0)
    }
}
