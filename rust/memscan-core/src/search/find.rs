/*!
Answers about one text: where it stands as a whole, its longest match.
*/

use super::fidelity::Fidelity;
use super::locate::Occurrence;
use super::maximal::CorpusMatch;
use super::query::Query;
use super::results::{Generation, GenerationMatches, ScanOptions};
use super::scanner::Scanner;
use crate::error::{Error, ErrorKind, Result};
use crate::index::{Index, summarise};
use crate::progress::Interrupt;
use crate::suffix::Interval;
use crate::units::{Segmenter, Text, Unit, VectorPath};

/// Where a whole text stands in the corpus, as a sequence of units.
#[derive(Clone, Debug)]
pub struct Found {
    /// How often.
    pub count: u64,
    /// In how many documents; at least that many if `is_capped`.
    pub document_count: u64,
    /// Whether there are too many occurrences to look at each.
    pub is_capped: bool,
    /// The most faithful occurrences, best first.
    pub occurrences: Vec<(Option<Fidelity>, Occurrence)>,
}

impl Index {
    /// Where `text` stands in the corpus as a whole: its units, one after another.
    pub fn find(&self, text: Text<'_>, options: &ScanOptions) -> Result<Found> {
        options.check()?;
        let mut scanner = Scanner::new(self);
        let query = Query::new(text, &mut scanner.segmenter)?;
        let whole = self.whole(&query, &mut scanner)?;
        let summary = summarise(self, &whole.intervals, options.choice());
        let own_text = query.bytes(&(0..query.len())).map(|bytes| &query.text()[bytes]);
        let occurrences = scanner.best(&summary.places, query.hashes(), own_text, options)?;
        Ok(Found {
            count: summary.count,
            document_count: summary.document_count,
            is_capped: summary.is_capped,
            occurrences,
        })
    }

    /// How often `text` stands in the corpus as a whole.
    pub fn count(&self, text: Text<'_>) -> Result<u64> {
        let mut scanner = Scanner::new(self);
        let query = Query::new(text, &mut scanner.segmenter)?;
        let whole = self.whole(&query, &mut scanner)?;
        Ok(whole.intervals.iter().map(|(_, interval)| interval.count()).sum())
    }

    /// The longest match of `text` with the best of its occurrences; the first in the text if
    /// several are as long. At most one span.
    pub fn longest_match(&self, text: Text<'_>, context: usize) -> Result<GenerationMatches> {
        let options = ScanOptions { min_length: 1, context, ..ScanOptions::default() };
        let mut scanner = Scanner::new(self);
        let query = Query::new(text, &mut scanner.segmenter)?;
        let longest = scanner.matches(&query, 1).iter().map(|one| one.units.len()).max().unwrap_or(0);
        let options = ScanOptions { min_length: longest.max(1), ..options };
        let generation = Generation { text, prompt: None };
        let mut result = scanner.scan(&generation, &options, &Interrupt::new())?;
        result.spans.truncate(1);
        Ok(result)
    }

    /// The suffixes of each shard that start with all of `query`.
    fn whole(&self, query: &Query<'_>, scanner: &mut Scanner<'_>) -> Result<CorpusMatch> {
        if query.len() == 0 {
            let message = format!("the text has no {} to look for", self.unit().plural());
            return Err(Error::new(ErrorKind::Input, message));
        }
        let units = 0..query.len();
        let mut intervals: Vec<(usize, Interval)> = Vec::new();
        for (number, shard) in self.shards().iter().enumerate() {
            let part = query.in_shard(&units, shard, &mut scanner.segmenter);
            let found = part.longest_match(units.clone());
            if found.length == units.len() {
                intervals.push((number, found.interval));
            }
        }
        Ok(CorpusMatch { units, intervals })
    }
}

/// Where each `unit` of `text` stands: start and end, in characters.
///
/// A byte that is a part of a character stands where the character does.
pub fn unit_characters(text: Text<'_>, unit: Unit) -> Result<Vec<[u64; 2]>> {
    text.check(unit)?;
    let bytes = text.characters.as_bytes();
    let mut spans = Vec::new();
    let (mut counted, mut characters) = (0, 0);
    Segmenter::new(unit, VectorPath::Widest).segment(text, |unit| {
        let mut before = |place: usize| {
            characters += crate::index::count_characters(&bytes[counted..place]);
            counted = place;
            characters
        };
        let is_boundary = |place: &usize| text.characters.is_char_boundary(*place);
        let first = (0..=unit.start).rev().find(is_boundary).unwrap_or(unit.start);
        let last = (unit.end..bytes.len()).find(is_boundary).unwrap_or(bytes.len());
        let start = before(first);
        spans.push([start, start + crate::index::count_characters(&bytes[first..last])]);
    });
    Ok(spans)
}
