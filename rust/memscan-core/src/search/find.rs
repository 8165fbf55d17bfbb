/*!
Answers about one text: where it stands as a whole, its longest match, its matching statistics.
*/

use std::ops::Range;

use super::fidelity::Fidelity;
use super::locate::{Occurrence, summarise};
use super::maximal::{CorpusMatch, matching_statistics};
use super::query::Query;
use super::results::{Generation, GenerationMatches, ScanOptions};
use super::scanner::Scanner;
use crate::error::{Error, ErrorKind, Result};
use crate::index::Index;
use crate::progress::Interrupt;
use crate::suffix::Interval;
use crate::units::Segmenter;

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
    pub occurrences: Vec<(Fidelity, Occurrence)>,
}

impl Index {
    /// Where `text` stands in the corpus as a whole: its units, one after another.
    pub fn find(&self, text: &str, options: &ScanOptions) -> Result<Found> {
        options.check()?;
        let mut scanner = Scanner::new(self);
        let query = Query::new(text, &mut scanner.segmenter)?;
        let whole = self.whole(&query, &mut scanner)?;
        let summary = summarise(&whole, self, options.examined.max(options.occurrences));
        let span = query.bytes(&(0..query.len()));
        let occurrences = scanner.best(&summary.first, query.hashes(), &text[span], options)?;
        Ok(Found {
            count: summary.count,
            document_count: summary.document_count,
            is_capped: summary.is_capped,
            occurrences,
        })
    }

    /// How often `text` stands in the corpus as a whole.
    pub fn count(&self, text: &str) -> Result<u64> {
        let mut scanner = Scanner::new(self);
        let query = Query::new(text, &mut scanner.segmenter)?;
        let whole = self.whole(&query, &mut scanner)?;
        Ok(whole.intervals.iter().map(|(_, interval)| interval.count()).sum())
    }

    /// The longest match of `text` with the best of its occurrences; the first in the text if
    /// several are as long. At most one span.
    pub fn longest_match(&self, text: &str, context: usize) -> Result<GenerationMatches> {
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

    /// The length of the longest match that starts at each unit of `text`.
    ///
    /// Lengths drop by at most one from each unit to the next: dropping the first unit of a
    /// match leaves a match.
    pub fn matching_statistics(&self, text: &str) -> Result<Vec<u32>> {
        let mut scanner = Scanner::new(self);
        let query = Query::new(text, &mut scanner.segmenter)?;
        let matches: Vec<Range<usize>> =
            scanner.matches(&query, 1).into_iter().map(|one| one.units).collect();
        Ok(matching_statistics(&matches, query.len()))
    }

    /// The suffixes of each shard that start with all of `query`.
    fn whole(&self, query: &Query<'_>, scanner: &mut Scanner<'_>) -> Result<CorpusMatch> {
        if query.len() == 0 {
            return Err(Error::new(ErrorKind::Input, "the text has no words to look for"));
        }
        let units = 0..query.len();
        let mut intervals: Vec<(usize, Interval)> = Vec::new();
        for (number, shard) in self.shards().iter().enumerate() {
            let symbols = query.symbols(&units, shard, &mut scanner.segmenter);
            let found = shard.array().longest_match(&symbols);
            if found.length == units.len() {
                intervals.push((number, found.interval));
            }
        }
        Ok(CorpusMatch { units, intervals })
    }
}

/// Where each unit of `text` stands: start and end, in characters.
pub fn unit_characters(text: &str) -> Vec<[u64; 2]> {
    let mut spans = Vec::new();
    let (mut counted, mut characters) = (0, 0);
    Segmenter::default().segment(text, |word| {
        let mut before = |place: usize| {
            characters += crate::index::count_characters(&text.as_bytes()[counted..place]);
            counted = place;
            characters
        };
        spans.push([before(word.start), before(word.end)]);
    });
    spans
}
