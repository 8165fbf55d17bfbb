/*!
Scanning generations: for each, its maximal matches with their evidence.

Texts are scanned in parallel, in the caller's thread pool, and answers come in the order of the texts.
*/

use std::ops::Range;

use rayon::prelude::*;

use super::candidates::candidates;
use super::echo::Prompt;
use super::fidelity::Fidelity;
use super::locate::{Locator, Occurrence, first_characters, last_characters, summarise};
use super::maximal::{CorpusMatch, join_shards, maximal_matches};
use super::query::Query;
use crate::error::{Error, ErrorKind, Result};
use crate::index::{Index, count_characters};
use crate::num::wide;
use crate::progress::Interrupt;
use crate::units::Segmenter;

/// A text to scan.
#[derive(Clone, Copy, Debug)]
pub struct Generation<'a> {
    /// The text.
    pub text: &'a str,
    /// What the text answers, if that is known.
    pub prompt: Option<&'a str>,
}

/// What a scan reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ScanOptions {
    /// The shortest match that is reported, in units; at least 1.
    pub min_length: usize,
    /// The most occurrences reported for a match; at least 1.
    pub occurrences: usize,
    /// The most occurrences compared with the text to find the most faithful; at least `occurrences`.
    pub examined: usize,
    /// The most characters of context on either side.
    pub context: usize,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { min_length: 10, occurrences: 1, examined: 16, context: 200 }
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
    /// Where it stands in the generation, in characters.
    pub characters: Range<u64>,
    /// Where it stands in the generation, in bytes.
    pub bytes: Range<u64>,
    /// Its length in units.
    pub unit_count: u64,
    /// Where it stands in the corpus.
    pub occurrence: Occurrence,
    /// How alike the two texts are.
    pub fidelity: Fidelity,
    /// How often it stands in the corpus.
    pub count: u64,
    /// In how many documents; at least that many if `is_capped`.
    pub document_count: u64,
    /// Whether there are too many occurrences to look at each.
    pub is_capped: bool,
    /// The longest part of it that stands in the prompt, in units; none without a prompt.
    pub echo_units: Option<u64>,
    /// The generation's own text there.
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
    /// Characters in the text.
    pub character_count: u64,
    /// Units in the union of the spans.
    pub covered_units: u64,
    /// Characters in the union of the spans.
    pub covered_characters: u64,
    /// Units in the longest match of at least the minimum length, or zero.
    pub longest_match: u64,
    /// How many maximal matches there are.
    pub match_count: u64,
    /// The matches, from left to right, each with its occurrences, best first.
    pub spans: Vec<Span>,
}

impl Index {
    /// Scan `generations`; the answers are in their order.
    pub fn scan(
        &self,
        generations: &[Generation<'_>],
        options: &ScanOptions,
        interrupt: &Interrupt,
    ) -> Result<Vec<GenerationMatches>> {
        options.check()?;
        let scan_one = |scanner: &mut Scanner<'_>, generation: &Generation<'_>| {
            interrupt.check()?;
            scanner.scan(generation, options, interrupt)
        };
        generations.par_iter().map_init(|| Scanner::new(self), scan_one).collect()
    }
}

/// What one thread needs to scan.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    index: &'a Index,
    pub(crate) segmenter: Segmenter,
    pub(crate) locator: Locator<'a>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(index: &'a Index) -> Self {
        Self { index, segmenter: Segmenter::default(), locator: Locator::new(index) }
    }

    /// The maximal matches of at least `min_length` units, in the whole corpus.
    pub(crate) fn matches(&mut self, query: &Query<'_>, min_length: usize) -> Vec<CorpusMatch> {
        let mut found = Vec::new();
        for (number, shard) in self.index.shards().iter().enumerate() {
            for stretch in candidates(shard.filter(), query.hashes(), min_length) {
                let symbols = query.symbols(&stretch, shard, &mut self.segmenter);
                let matches = maximal_matches(shard.array(), &symbols, min_length);
                found.extend(matches.into_iter().map(|mut one| {
                    one.units = one.units.start + stretch.start..one.units.end + stretch.start;
                    (number, one)
                }));
            }
        }
        join_shards(found)
    }

    pub(crate) fn scan(
        &mut self,
        generation: &Generation<'_>,
        options: &ScanOptions,
        interrupt: &Interrupt,
    ) -> Result<GenerationMatches> {
        let query = Query::new(generation.text, &mut self.segmenter)?;
        let matches = self.matches(&query, options.min_length);
        let mut result = GenerationMatches {
            unit_count: wide(query.len()),
            character_count: count_characters(generation.text.as_bytes()),
            longest_match: matches.iter().map(|one| wide(one.units.len())).max().unwrap_or(0),
            match_count: wide(matches.len()),
            ..GenerationMatches::default()
        };
        let prompt = match generation.prompt {
            Some(prompt) if !matches.is_empty() => Some(Prompt::new(prompt, &mut self.segmenter)?),
            _ => None,
        };
        let mut covered = 0..0;
        let mut characters = CharacterCount::new(generation.text);
        for found in &matches {
            interrupt.check()?;
            let bytes = query.bytes(&found.units);
            let character_start = characters.before(bytes.start);
            let character_end =
                character_start + count_characters(&generation.text.as_bytes()[bytes.clone()]);
            // Matches come from left to right: each adds what reaches past the one before it.
            let new_start = found.units.start.max(covered.end);
            if new_start < found.units.end {
                result.covered_units += wide(found.units.len() - (new_start - found.units.start));
                let new = query.bytes(&(new_start..found.units.end));
                let joins = new_start > found.units.start;
                let new = if joins { query.bytes(&(new_start - 1..new_start)).end..new.end } else { new };
                result.covered_characters += count_characters(&generation.text.as_bytes()[new]);
                covered = found.units.clone();
            }
            let echo_units =
                prompt.as_ref().map(|prompt| wide(prompt.echo(&query, &found.units, &mut self.segmenter)));
            let summary = summarise(found, self.index, options.examined.max(options.occurrences));
            let text = &generation.text[bytes.clone()];
            let hashes = &query.hashes()[found.units.clone()];
            for (fidelity, occurrence) in self.best(&summary.first, hashes, text, options)? {
                result.spans.push(Span {
                    characters: character_start..character_end,
                    bytes: wide(bytes.start)..wide(bytes.end),
                    unit_count: wide(found.units.len()),
                    occurrence,
                    fidelity,
                    count: summary.count,
                    document_count: summary.document_count,
                    is_capped: summary.is_capped,
                    echo_units,
                    text: text.to_owned(),
                    context_before: last_characters(&generation.text[..bytes.start], options.context)
                        .to_owned(),
                    context_after: first_characters(&generation.text[bytes.end..], options.context)
                        .to_owned(),
                });
            }
        }
        Ok(result)
    }

    /// The most faithful of the occurrences at `places`, best first; among equals, the first in
    /// the corpus.
    pub(crate) fn best(
        &mut self,
        places: &[(usize, u32)],
        hashes: &[u32],
        text: &str,
        options: &ScanOptions,
    ) -> Result<Vec<(Fidelity, Occurrence)>> {
        let mut located = Vec::new();
        let mut exact_count = 0;
        for &place in places {
            let one = self.locator.locate(place, hashes, &mut self.segmenter)?;
            let fidelity = Fidelity::of(text, &one.text);
            exact_count += usize::from(fidelity == Fidelity::Exact);
            located.push((fidelity, one));
            if exact_count == options.occurrences {
                break;
            }
        }
        located.sort_by_key(|(fidelity, _)| *fidelity);
        located.truncate(options.occurrences);
        let describe = |(fidelity, one)| Ok((fidelity, self.locator.describe(one, options.context)?));
        located.into_iter().map(describe).collect()
    }
}

/// Counts the characters before places of a text that come from left to right.
#[derive(Debug)]
struct CharacterCount<'a> {
    bytes: &'a [u8],
    counted: usize,
    characters: u64,
}

impl<'a> CharacterCount<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), counted: 0, characters: 0 }
    }

    fn before(&mut self, place: usize) -> u64 {
        self.characters += count_characters(&self.bytes[self.counted..place]);
        self.counted = place;
        self.characters
    }
}
