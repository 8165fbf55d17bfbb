/*!
What is asked of a scan, and what it answers.
*/

use std::ops::Range;

use super::fidelity::Fidelity;
use super::locate::Occurrence;
use crate::error::{Error, ErrorKind, Result};
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
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { min_length: 10, min_characters: 0, occurrences: 1, examined: 16, context: 200 }
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
    /// The longest part of it that stands in the prompt, in units; none without a prompt.
    pub echo_units: Option<u64>,
    /// The generation's own text there; empty, as the context is, if only tokens are known.
    pub text: String,
    /// The generation's text before it.
    pub context_before: String,
    /// The generation's text after it.
    pub context_after: String,
}

/// What a generation has in common with the corpus.
#[derive(Clone, Debug, Default)]
pub struct GenerationMatches {
    /// Units in the text.
    pub unit_count: u64,
    /// Characters in the text; none if only tokens are known.
    pub character_count: Option<u64>,
    /// Units in the union of the spans.
    pub covered_units: u64,
    /// Characters in the union of the spans; none if only tokens are known.
    pub covered_characters: Option<u64>,
    /// Units in the longest match of at least the minimum length, or zero.
    pub longest_match: u64,
    /// How many maximal matches there are.
    pub match_count: u64,
    /// How many of them are in `spans`: all, unless they pass [`MOST_EVIDENCE_BYTES`].
    pub listed_count: u64,
    /// The matches, from left to right, each with its occurrences, best first.
    pub spans: Vec<Span>,
}
