/*!
What of a corpus stands elsewhere in it too.

# Idea

For each place of a shard, its own suffix array tells how long a run from there stands elsewhere in the shard
(`suffix/repeats.rs`). With other shards, a document is searched for as any query is, through their filters. Of both the
longer one counts. A run is reported unless another that is reported holds it: so each is as long as can be.

# Complexity

Linear in the corpus, and a search for each run that is reported.
*/

use std::ops::Range;

use rayon::prelude::*;

use super::candidates::candidates;
use super::locate::{Locator, Occurrence};
use super::shard_query::ShardQuery;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::Filter;
use crate::index::{Alphabet, Choice, Index, Shard, summarise};
use crate::num::{index, position};
use crate::progress::Interrupt;
use crate::suffix::{Symbol, longest_repeats};
use crate::units::{Segmenter, Unit};

/// Places of a run that are looked at for the documents they are in.
const PLACES_LOOKED_AT: usize = 64;

/// Which duplicates are reported, and how.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DuplicateOptions {
    /// The shortest run that is reported, in units; at least 1.
    pub min_length: usize,
    /// The most other documents that are named for each run.
    pub documents: usize,
    /// The most characters of context on either side.
    pub context: usize,
}

/// A run of units of a document that stands elsewhere in the corpus too, and no longer run around it does.
#[derive(Clone, Debug)]
pub struct Duplicate {
    /// Where it stands.
    pub occurrence: Occurrence,
    /// How often it stands in the corpus, here included: at least 2.
    pub count: u64,
    /// In how many documents; at least that many if `is_capped`.
    pub document_count: u64,
    /// Whether there are too many occurrences to look at each.
    pub is_capped: bool,
    /// The ids of the first other documents that hold it. None if it stands elsewhere only in its own.
    pub other_documents: Vec<String>,
}

/// Goes through the documents of an index, in their order, some at a time.
#[derive(Debug)]
pub struct Duplicates {
    options: DuplicateOptions,
    shard: usize,
    document: usize,
    /// How long a run from each place of the shard stands elsewhere in the shard; empty until it is
    /// worked out.
    repeats: Vec<u32>,
}

impl Duplicates {
    /// Start with the first document.
    pub fn new(options: DuplicateOptions) -> Result<Self> {
        if options.min_length == 0 {
            return Err(Error::new(ErrorKind::Input, "min_length is 0; it must be at least 1"));
        }
        Ok(Self { options, shard: 0, document: 0, repeats: Vec::new() })
    }

    /// The duplicates of the next documents of `index`, at most `count` of them, in their order; none after the
    /// last. It must be the same index each time.
    pub fn next(
        &mut self,
        index: &Index,
        count: usize,
        interrupt: &Interrupt,
    ) -> Result<Option<Vec<Duplicate>>> {
        let Some(shard) = index.shards().get(self.shard) else { return Ok(None) };
        interrupt.check()?;
        if self.document == 0 {
            self.repeats = match shard.alphabet() {
                Alphabet::Bytes(array) => longest_repeats(array.text(), shard.suffixes()),
                Alphabet::Words(array, _) => longest_repeats(array.text(), shard.suffixes()),
            };
        }
        let end = shard.documents().len().min(self.document.saturating_add(count.max(1)));
        let finder = || Finder::new(index, self.shard, self.options);
        let look = |finder: &mut Finder<'_>, document: usize| {
            interrupt.check()?;
            finder.duplicates(document, &self.repeats)
        };
        let found: Result<Vec<Vec<Duplicate>>> =
            (self.document..end).into_par_iter().map_init(finder, look).collect();
        self.document = end;
        if end == shard.documents().len() {
            (self.shard, self.document, self.repeats) = (self.shard + 1, 0, Vec::new());
        }
        Ok(Some(found?.into_iter().flatten().collect()))
    }
}

/// Looks for the duplicates of documents of one shard. One a thread.
#[derive(Debug)]
struct Finder<'a> {
    index: &'a Index,
    number: usize,
    shard: &'a Shard,
    options: DuplicateOptions,
    segmenter: Segmenter,
    locator: Locator<'a>,
    others: Vec<&'a Shard>,
    filters: Vec<Filter<'a>>,
}

impl<'a> Finder<'a> {
    fn new(index: &'a Index, number: usize, options: DuplicateOptions) -> Self {
        let segmenter = index.segmenter();
        let shard = &index.shards()[number];
        let shards = index.shards().iter().enumerate();
        let others: Vec<&Shard> = shards.filter(|(other, _)| *other != number).map(|(_, one)| one).collect();
        let filters = index.filters(others.iter().copied());
        Self { index, number, shard, options, segmenter, locator: Locator::new(index), others, filters }
    }

    fn duplicates(&mut self, document: usize, repeats: &[u32]) -> Result<Vec<Duplicate>> {
        if self.shard.removed().binary_search(&position(document)).is_ok() {
            return Ok(Vec::new());
        }
        let starts = self.shard.documents().unit_starts();
        // Less the separator that follows each document.
        let units = index(starts[document])..index(starts[document + 1]).saturating_sub(1);
        let own = repeats.get(units.clone());
        let own = own.ok_or_else(|| Error::corrupt("a document lies outside its shard"))?;
        if own.iter().zip((1..=units.len()).rev()).any(|(&length, most)| index(length) > most) {
            return Err(Error::corrupt("a document does not end with a separator"));
        }
        let hashes = self.shard.hashes(units.clone());
        let mut lengths: Vec<usize> = own.iter().map(|&length| index(length)).collect();
        self.look_elsewhere(&units, &hashes, &mut lengths);
        let runs = self.runs(&units, &lengths);
        runs.into_iter().map(|run| self.describe(&units, &hashes, run)).collect()
    }

    /// Lengthen the runs that stand in other shards, up to the longest there.
    fn look_elsewhere(&self, units: &Range<usize>, hashes: &[u32], lengths: &mut [usize]) {
        let stretches = candidates(&self.filters, hashes, self.options.min_length);
        for (other, stretches) in self.others.iter().zip(stretches) {
            for stretch in stretches {
                let part = units.start + stretch.start..units.start + stretch.end;
                let query = translated(self.shard, other, part);
                for found in query.maximal_matches(self.options.min_length) {
                    let places = stretch.start + found.units.start..stretch.start + found.units.end;
                    let most = (1..=places.len()).rev();
                    for (length, found) in lengths[places].iter_mut().zip(most) {
                        *length = found.max(*length);
                    }
                }
            }
        }
    }

    /// The runs of units of the document that are reported, from left to right.
    fn runs(&self, units: &Range<usize>, lengths: &[usize]) -> Vec<Range<usize>> {
        let is_long = |run: &Range<usize>| run.len() >= self.options.min_length;
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut reached = 0;
        for (start, &length) in lengths.iter().enumerate() {
            // Ends never decrease: what does not reach further is held by one before it.
            if length < self.options.min_length || start + length <= reached {
                continue;
            }
            let run = self.whole_characters(units.start, start..start + length);
            if is_long(&run) && run.end > reached {
                reached = run.end;
                runs.push(run);
            }
        }
        runs
    }

    /// What is left of a run of bytes without the part of a character at its end; nothing if it starts with
    /// one: the next character's run reaches as far.
    fn whole_characters(&self, first: usize, run: Range<usize>) -> Range<usize> {
        if self.index.unit() != Unit::Byte || run.is_empty() {
            return run;
        }
        // The bytes after the first one of a character are 0x80 to 0xbf, the symbols one more.
        let is_boundary = |place: usize| {
            let symbol = self.shard.symbols(first + place..first + place + 1).next();
            symbol.is_none_or(|symbol| !(0x81..=0xc0).contains(&symbol))
        };
        let (start, end) = (run.start, run.end);
        let end = if is_boundary(start) { (start..=end).rev().find(|&end| is_boundary(end)) } else { None };
        start..end.unwrap_or(start)
    }

    fn describe(&mut self, units: &Range<usize>, hashes: &[u32], run: Range<usize>) -> Result<Duplicate> {
        let place = units.start + run.start..units.start + run.end;
        let mut intervals = Vec::new();
        for (number, shard) in self.index.shards().iter().enumerate() {
            let query = translated(self.shard, shard, place.clone());
            let found = query.longest_match(0..run.len());
            if found.length == run.len() {
                intervals.push((number, found.interval));
            }
        }
        let summary = summarise(self.index, &intervals, Choice::First(PLACES_LOOKED_AT));
        let here = (self.number, position(place.start));
        let located = self.locator.locate(here, &hashes[run], &mut self.segmenter)?;
        let occurrence = self.locator.describe(located, self.options.context)?;
        let mut other_documents: Vec<String> = Vec::new();
        for &(number, start) in &summary.places {
            let documents = self.index.shards()[number].documents();
            let id = documents.id(documents.at_position(start));
            if other_documents.len() < self.options.documents
                && id != occurrence.document_id
                && !other_documents.iter().any(|other| other == id)
            {
                other_documents.push(id.to_owned());
            }
        }
        Ok(Duplicate {
            occurrence,
            count: summary.count,
            document_count: summary.document_count,
            is_capped: summary.is_capped,
            other_documents,
        })
    }
}

/// Units of one shard as a query for another.
fn translated<'s>(own: &Shard, other: &'s Shard, units: Range<usize>) -> ShardQuery<'s> {
    let symbols = own.symbols(units);
    match (own.alphabet(), other.alphabet()) {
        (Alphabet::Words(_, words), Alphabet::Words(array, vocabulary)) => {
            let is_same = std::ptr::eq(words, vocabulary);
            let translate = |symbol: u32| match index(symbol).checked_sub(1).filter(|_| !is_same) {
                Some(place) => {
                    let hash = words.hashes().get(place).copied();
                    hash.map_or(u32::ABSENT, |hash| vocabulary.symbol(hash, words.word(place)))
                }
                None => symbol,
            };
            ShardQuery::Wide(array, symbols.map(translate).collect())
        }
        (_, Alphabet::Words(array, _)) => ShardQuery::Wide(array, symbols.map(|_| u32::ABSENT).collect()),
        (_, Alphabet::Bytes(array)) => {
            let narrow = |symbol: u32| u8::try_from(symbol).unwrap_or(u8::ABSENT);
            ShardQuery::Narrow(array, symbols.map(narrow).collect())
        }
    }
}
