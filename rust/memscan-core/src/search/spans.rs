/*!
Matches within their text: where they stand, and what they hold together.
*/

use std::ops::Range;

use super::echo::Echo;
use super::ladder::Pieces;
use super::maximal::CorpusMatch;
use super::query::Query;
use super::results::{Coverage, ScanOptions};
use crate::index::count_characters;
use crate::num::wide;

/// A match and where it stands in its text.
#[derive(Debug)]
pub(super) struct MatchedSpan<'a> {
    pub(super) query: &'a Query<'a>,
    pub(super) found: &'a CorpusMatch,
    pub(super) bytes: Option<Range<usize>>,
    pub(super) characters: Range<u64>,
    pub(super) echo: Echo,
}

impl<'a> MatchedSpan<'a> {
    /// Matches come from left to right, and so do the places that are counted.
    pub(super) fn new(
        query: &'a Query<'a>,
        found: &'a CorpusMatch,
        echo: Echo,
        counted: &mut CharacterCount<'_>,
    ) -> Self {
        let bytes = query.bytes(&found.units);
        let characters = match &bytes {
            Some(bytes) => {
                let start = counted.before(bytes.start);
                start..start + count_characters(&query.text().as_bytes()[bytes.clone()])
            }
            None => wide(found.units.start)..wide(found.units.end),
        };
        Self { query, found, bytes, characters, echo }
    }

    /// Its text and where its units stand in it.
    pub(super) fn pieces(&self) -> Pieces<'a> {
        let bytes = self.bytes.clone().unwrap_or(0..0);
        let within = |unit: usize| {
            let unit = self.query.bytes(&(unit..unit + 1)).unwrap_or(0..0);
            unit.start.saturating_sub(bytes.start)..unit.end.saturating_sub(bytes.start)
        };
        Pieces {
            text: &self.query.text()[bytes.clone()],
            units: self.found.units.clone().map(within).collect(),
        }
    }
}

/// Those matches that have the least number of characters.
pub(super) fn long_enough(
    query: &Query<'_>,
    mut matches: Vec<CorpusMatch>,
    options: &ScanOptions,
) -> Vec<CorpusMatch> {
    if options.min_characters > 0 {
        matches.retain(|one| character_length(query, &one.units) >= wide(options.min_characters));
    }
    matches
}

/// Units in the longest match, or zero.
pub(super) fn longest(matches: &[CorpusMatch]) -> u64 {
    matches.iter().map(|one| wide(one.units.len())).max().unwrap_or(0)
}

/// How many characters a match has; none if only tokens are known.
fn character_length(query: &Query<'_>, units: &Range<usize>) -> u64 {
    query.bytes(units).map_or(0, |bytes| count_characters(&query.text().as_bytes()[bytes]))
}

/// How many units and characters the union of some matches holds, which come from left to right.
///
/// Each match adds what reaches past the one before it.
pub(super) fn coverage<'m>(query: &Query<'_>, matches: impl Iterator<Item = &'m Range<usize>>) -> Coverage {
    let (mut units, mut characters) = (0, 0);
    let (mut units_end, mut bytes_end) = (0, 0);
    for found in matches {
        units += wide(found.end - found.start.max(units_end));
        units_end = found.end;
        let bytes = query.bytes(found).unwrap_or(0..0);
        let first_byte = bytes.start.max(bytes_end).min(bytes.end);
        characters += count_characters(&query.text().as_bytes()[first_byte..bytes.end]);
        bytes_end = bytes.end;
    }
    Coverage { units, characters: query.has_text().then_some(characters) }
}

/// Counts the characters before places of a text that come from left to right.
#[derive(Debug)]
pub(super) struct CharacterCount<'a> {
    bytes: &'a [u8],
    counted: usize,
    characters: u64,
}

impl<'a> CharacterCount<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), counted: 0, characters: 0 }
    }

    fn before(&mut self, place: usize) -> u64 {
        self.characters += count_characters(&self.bytes[self.counted..place]);
        self.counted = place;
        self.characters
    }
}
