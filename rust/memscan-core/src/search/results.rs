/*!
What is asked of a scan, and what it answers.
*/

use std::ops::Range;

use super::echo::Echo;
use super::fidelity::Fidelity;
use super::locate::Occurrence;
use crate::error::{Error, ErrorKind, Result};
use crate::index::{Choice, Index};
use crate::units::Text;

/// The most bytes of evidence collected for one generation; the match that passes it is the last.
///
/// A text that repeats itself, against a corpus that does so too, may have as many matches as
/// units, each nearly as long as the text. Counts and coverage are exact all the same.
pub const MOST_EVIDENCE_BYTES: usize = 64 << 20;

/// A text to scan.
#[derive(Clone, Copy, Debug)]
pub struct Generation<'a> {
    /// The text.
    pub text: Text<'a>,
    /// What the text answers, if that is known.
    pub prompt: Option<Text<'a>>,
}

/// What a scan reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ScanOptions {
    /// The shortest match that is reported, in units; at least 1.
    pub min_length: usize,
    /// The fewest characters of a match that is reported; what only has tokens has no characters.
    pub min_characters: usize,
    /// The most occurrences reported for a match; at least 1.
    pub occurrences: usize,
    /// The most occurrences compared with the text to find the most faithful; at least `occurrences`.
    pub examined: usize,
    /// The most characters of context on either side.
    pub context: usize,
    /// Of the random choice of occurrences that are compared, where there are more.
    pub seed: u64,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { min_length: 10, min_characters: 0, occurrences: 1, examined: 16, context: 200, seed: 0 }
    }
}

impl ScanOptions {
    pub(crate) fn check(&self) -> Result<()> {
        for (name, value) in
            [("min_length", self.min_length), ("occurrences", self.occurrences), ("examined", self.examined)]
        {
            if value == 0 {
                return Err(Error::new(ErrorKind::Input, format!("{name} is 0; it must be at least 1")));
            }
        }
        Ok(())
    }

    /// The occurrences that are compared.
    pub(crate) fn choice(&self) -> Choice {
        Choice::Spread { count: self.examined.max(self.occurrences), seed: self.seed }
    }
}

/// A maximal match with an occurrence of it.
#[derive(Clone, Debug)]
pub struct Span {
    /// Which units of the generation it has.
    pub units: Range<u64>,
    /// Where it stands in the generation, in characters; the same as `units` if only tokens are known.
    pub characters: Range<u64>,
    /// Where it stands in the generation, in bytes; none if only tokens are known.
    pub bytes: Option<Range<u64>>,
    /// Where it stands in the corpus.
    pub occurrence: Occurrence,
    /// How alike the two texts are; none if either is not known.
    pub fidelity: Option<Fidelity>,
    /// How often it stands in the corpus.
    pub count: u64,
    /// In how many documents; at least that many if `is_capped`.
    pub document_count: u64,
    /// Whether there are too many occurrences to look at each.
    pub is_capped: bool,
    /// The named corpora that it stands in, and how often.
    pub corpora: Vec<CorpusCount>,
    /// The longest parts of it that stand in the prompt and in what is common.
    pub echo: Echo,
    /// The generation's own text there; empty, as the context is, if only tokens are known.
    pub text: String,
    /// The generation's text before it.
    pub context_before: String,
    /// The generation's text after it.
    pub context_after: String,
}

/// How much of a text some matches hold together.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Coverage {
    /// Units in their union.
    pub units: u64,
    /// Characters in it; none if only tokens are known.
    pub characters: Option<u64>,
}

/// How often a match stands in a named corpus.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CorpusCount {
    /// The number of the corpus among those of the index.
    pub corpus: usize,
    /// How often; at least once.
    pub count: u64,
    /// In how many of its documents; at least that many if `is_capped`.
    pub document_count: u64,
    /// Whether there are too many occurrences to look at each.
    pub is_capped: bool,
}

/// What a generation has in common with one named corpus, as if that were all.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CorpusMatches {
    /// What the union of the maximal matches holds.
    pub covered: Coverage,
    /// Units in the longest of them, or zero.
    pub longest_match: u64,
    /// How many there are.
    pub match_count: u64,
}

/// What is common to all generations, and so no evidence of copying.
#[derive(Clone, Copy, Debug, Default)]
pub struct Common<'a> {
    /// What all prompts share.
    pub template: Option<Text<'a>>,
    /// Idioms, licences, scripture, a benchmark's own text; of the same units as the corpus.
    pub baseline: Option<&'a Index>,
}

/// What a generation has in common with the corpus.
#[derive(Clone, Debug, Default)]
pub struct GenerationMatches {
    /// Units in the text.
    pub unit_count: u64,
    /// Characters in the text; none if only tokens are known.
    pub character_count: Option<u64>,
    /// What the union of the matches holds.
    pub covered: Coverage,
    /// What the union of those matches holds that have the minimum length without their echo.
    pub discounted: Coverage,
    /// Characters inside runs of at least the minimum length that are equal as `exact`, as `whitespace` and
    /// as `typography` to an occurrence that was examined; none if there are no texts to compare.
    pub covered_characters_at: Option<[u64; 3]>,
    /// Units in the longest match of at least the minimum length, or zero.
    pub longest_match: u64,
    /// Units in what is left without its echo of the match of which most is left; zero if less than the
    /// minimum length.
    pub longest_discounted: u64,
    /// What it has in common with each named corpus.
    pub corpora: Vec<CorpusMatches>,
    /// How many maximal matches there are.
    pub match_count: u64,
    /// How many of them are in `spans`: all, unless they pass [`MOST_EVIDENCE_BYTES`].
    pub listed_count: u64,
    /// The matches, from left to right, each with its occurrences, best first.
    pub spans: Vec<Span>,
}
