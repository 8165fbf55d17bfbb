/*!
What one thread needs to scan, and how it scans one text.
*/

use std::ops::Range;

use super::candidates::candidates;
use super::echo::Prompt;
use super::fidelity::Fidelity;
use super::locate::{Locator, Occurrence, first_characters, last_characters, summarise};
use super::maximal::{CorpusMatch, ShardMatch, join_shards};
use super::query::Query;
use super::results::{Generation, GenerationMatches, MOST_EVIDENCE_BYTES, ScanOptions, Span};
use super::shard_query::ShardQuery;
use crate::error::Result;
use crate::filter::Filter;
use crate::index::{Index, count_characters};
use crate::num::wide;
use crate::progress::Interrupt;
use crate::units::Segmenter;

/// Buffers and readers of one thread.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    index: &'a Index,
    pub(crate) segmenter: Segmenter,
    locator: Locator<'a>,
    filters: Vec<Filter<'a>>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(index: &'a Index) -> Self {
        Self {
            index,
            segmenter: index.segmenter(),
            locator: Locator::new(index),
            filters: index.filters(index.shards()),
        }
    }

    /// Everything that is reported of one generation.
    pub(crate) fn scan(
        &mut self,
        generation: &Generation<'_>,
        options: &ScanOptions,
        interrupt: &Interrupt,
    ) -> Result<GenerationMatches> {
        let query = Query::new(generation.text, &mut self.segmenter)?;
        let mut matches = self.matches(&query, options.min_length);
        if options.min_characters > 0 {
            matches.retain(|one| character_length(&query, one) >= wide(options.min_characters));
        }
        let (covered_units, covered_characters) = coverage(&query, &matches);
        let mut result = GenerationMatches {
            unit_count: wide(query.len()),
            character_count: query.has_text().then(|| count_characters(query.text().as_bytes())),
            covered_units,
            covered_characters,
            longest_match: matches.iter().map(|one| wide(one.units.len())).max().unwrap_or(0),
            match_count: wide(matches.len()),
            ..GenerationMatches::default()
        };
        let prompt = match generation.prompt {
            Some(prompt) if !matches.is_empty() => Some(Prompt::new(prompt, &mut self.segmenter)?),
            _ => None,
        };
        let mut counted = CharacterCount::new(query.text());
        let mut evidence_bytes = 0;
        for found in &matches {
            interrupt.check()?;
            let span = MatchedSpan::new(&query, found, &mut counted);
            let first_row = result.spans.len();
            self.add_rows(&span, prompt.as_ref(), options, &mut result.spans)?;
            result.listed_count += 1;
            let rows = &result.spans[first_row..];
            evidence_bytes +=
                rows.iter().map(|row| row.text.len() + row.occurrence.text.len()).sum::<usize>();
            if evidence_bytes > MOST_EVIDENCE_BYTES {
                break;
            }
        }
        Ok(result)
    }

    /// The maximal matches of at least `min_length` units, in the whole corpus.
    pub(crate) fn matches(&mut self, query: &Query<'_>, min_length: usize) -> Vec<CorpusMatch> {
        let mut found = Vec::new();
        let stretches = candidates(&self.filters, query.hashes(), min_length);
        for (number, (shard, stretches)) in self.index.shards().iter().zip(stretches).enumerate() {
            for stretch in stretches {
                let part = query.in_shard(&stretch, shard, &mut self.segmenter);
                let mut matches = part.maximal_matches(min_length);
                if query.may_cut_characters() {
                    matches = whole_characters(query, &part, matches, stretch.start);
                    matches.retain(|one| one.units.len() >= min_length);
                }
                found.extend(matches.into_iter().map(|mut one| {
                    one.units = one.units.start + stretch.start..one.units.end + stretch.start;
                    (number, one)
                }));
            }
        }
        join_shards(found)
    }

    /// The most faithful of the occurrences at `places`, best first; among equals, the first in
    /// the corpus. They must have the units `hashes`.
    pub(crate) fn best(
        &mut self,
        places: &[(usize, u32)],
        hashes: &[u32],
        text: Option<&str>,
        options: &ScanOptions,
    ) -> Result<Vec<(Option<Fidelity>, Occurrence)>> {
        let mut located = Vec::new();
        let mut exact_count = 0;
        for &place in places {
            let one = self.locator.locate(place, hashes, &mut self.segmenter)?;
            let fidelity = text.zip(one.text.as_deref()).map(|(text, other)| Fidelity::of(text, other));
            // Without texts to compare all occurrences are alike.
            exact_count += usize::from(fidelity.is_none_or(|fidelity| fidelity == Fidelity::Exact));
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

    /// Add a row for each reported occurrence of a match.
    fn add_rows(
        &mut self,
        span: &MatchedSpan<'_>,
        prompt: Option<&Prompt>,
        options: &ScanOptions,
        rows: &mut Vec<Span>,
    ) -> Result<()> {
        let MatchedSpan { query, found, bytes, characters } = span;
        let (text, units) = (query.text(), &found.units);
        let inside = bytes.clone().unwrap_or(0..0);
        let echo_units = prompt.map(|prompt| wide(prompt.echo(query, units, &mut self.segmenter)));
        let summary = summarise(found, self.index, options.examined.max(options.occurrences));
        let own_text = bytes.as_ref().map(|_| &text[inside.clone()]);
        let best = self.best(&summary.first, &query.hashes()[units.clone()], own_text, options)?;
        rows.extend(best.into_iter().map(|(fidelity, occurrence)| Span {
            units: wide(units.start)..wide(units.end),
            characters: characters.clone(),
            bytes: bytes.as_ref().map(|bytes| wide(bytes.start)..wide(bytes.end)),
            occurrence,
            fidelity,
            count: summary.count,
            document_count: summary.document_count,
            is_capped: summary.is_capped,
            echo_units,
            text: text[inside.clone()].to_owned(),
            context_before: last_characters(&text[..inside.start], options.context).to_owned(),
            context_after: first_characters(&text[inside.end..], options.context).to_owned(),
        }));
        Ok(())
    }
}

/// The matches less what they cut of a character at either end. What is left may occur more often.
///
/// The maximal ones among these are the maximal matches of whole characters: each of those lies within a
/// maximal match of bytes, and so within what is left of it.
fn whole_characters(
    query: &Query<'_>,
    part: &ShardQuery<'_>,
    matches: Vec<ShardMatch>,
    start: usize,
) -> Vec<ShardMatch> {
    let trim = |found: ShardMatch| {
        let units = found.units.start + start..found.units.end + start;
        let whole = query.whole_characters(&units);
        let is_whole = whole == units;
        let units = whole.start - start..whole.end - start;
        let interval = if is_whole { found.interval } else { part.longest_match(units.clone()).interval };
        ShardMatch { units, interval }
    };
    matches.into_iter().map(trim).collect()
}

/// A match and where it stands in its text.
#[derive(Debug)]
struct MatchedSpan<'a> {
    query: &'a Query<'a>,
    found: &'a CorpusMatch,
    bytes: Option<Range<usize>>,
    characters: Range<u64>,
}

impl<'a> MatchedSpan<'a> {
    /// Matches come from left to right, and so do the places that are counted.
    fn new(query: &'a Query<'a>, found: &'a CorpusMatch, counted: &mut CharacterCount<'_>) -> Self {
        let bytes = query.bytes(&found.units);
        let characters = match &bytes {
            Some(bytes) => {
                let start = counted.before(bytes.start);
                start..start + count_characters(&query.text().as_bytes()[bytes.clone()])
            }
            None => wide(found.units.start)..wide(found.units.end),
        };
        Self { query, found, bytes, characters }
    }
}

/// How many characters a match has; none if only tokens are known.
fn character_length(query: &Query<'_>, found: &CorpusMatch) -> u64 {
    query.bytes(&found.units).map_or(0, |bytes| count_characters(&query.text().as_bytes()[bytes]))
}

/// How many units and characters the union of the matches holds.
///
/// Each match adds what reaches past the one before it.
fn coverage(query: &Query<'_>, matches: &[CorpusMatch]) -> (u64, Option<u64>) {
    let (mut units, mut characters) = (0, 0);
    let (mut units_end, mut bytes_end) = (0, 0);
    for found in matches {
        units += wide(found.units.end - found.units.start.max(units_end));
        units_end = found.units.end;
        let bytes = query.bytes(&found.units).unwrap_or(0..0);
        let first_byte = bytes.start.max(bytes_end).min(bytes.end);
        characters += count_characters(&query.text().as_bytes()[first_byte..bytes.end]);
        bytes_end = bytes.end;
    }
    (units, query.has_text().then_some(characters))
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
