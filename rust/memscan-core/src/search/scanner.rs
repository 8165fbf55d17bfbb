/*!
What one thread needs to scan, and how it scans one text.
*/

use std::ops::Range;

use super::candidates::candidates;
use super::echo::{Echo, Prompt, longest_parts};
use super::fidelity::Fidelity;
use super::ladder::{Ladder, Pieces};
use super::locate::{Located, Locator, Occurrence, first_characters, last_characters};
use super::maximal::{CorpusMatch, ShardMatch, join_shards};
use super::query::Query;
use super::results::{
    CorpusCount, CorpusMatches, Generation, GenerationMatches, MOST_EVIDENCE_BYTES, ScanOptions, Span,
};
use super::shard_query::ShardQuery;
use super::spans::{CharacterCount, MatchedSpan, coverage, long_enough, longest};
use crate::error::Result;
use crate::filter::Filter;
use crate::index::{Choice, Index, Summary, count_characters, summarise};
use crate::memory;
use crate::num::wide;
use crate::progress::Interrupt;
use crate::suffix::Interval;
use crate::units::{Segmenter, Text, Unit};

/// What counting up the matches of a text takes, for each of them: their echoes, and the ranges they cover.
const ECHO_BYTES: usize = 256;

/// What is common, and so no evidence, besides each generation's own prompt.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sources<'a> {
    pub(crate) template: Option<&'a Prompt>,
    pub(crate) baseline: Option<&'a Index>,
}

/// Buffers and readers of one thread.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    index: &'a Index,
    pub(crate) segmenter: Segmenter,
    locator: Locator<'a>,
    filters: Vec<Filter<'a>>,
    template: Option<&'a Prompt>,
    baseline: Option<Box<Self>>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(index: &'a Index) -> Self {
        Self::with_sources(index, Sources::default())
    }

    pub(crate) fn with_sources(index: &'a Index, sources: Sources<'a>) -> Self {
        Self {
            index,
            segmenter: index.segmenter(),
            locator: Locator::new(index),
            filters: index.filters(index.shards()),
            template: sources.template,
            baseline: sources.baseline.map(|baseline| Box::new(Self::new(baseline))),
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
        let found = self.found(&query, options.min_length, query.may_cut_characters());
        let corpora = self.corpora(&query, &found, options);
        let matches = long_enough(&query, join_shards(found), options);
        let has_texts = query.has_text() && self.index.has_text();
        let mut result = GenerationMatches {
            unit_count: wide(query.len()),
            character_count: query.has_text().then(|| count_characters(query.text().as_bytes())),
            covered: coverage(&query, matches.iter().map(|one| &one.units)),
            discounted: coverage(&query, std::iter::empty()),
            covered_characters_at: has_texts.then_some([0; 3]),
            longest_match: longest(&matches),
            corpora,
            match_count: wide(matches.len()),
            ..GenerationMatches::default()
        };
        if !matches.is_empty() {
            self.add_evidence(&query, generation.prompt, &matches, options, interrupt, &mut result)?;
        }
        Ok(result)
    }

    /// What is known of matches beyond where they are.
    fn add_evidence(
        &mut self,
        query: &Query<'_>,
        prompt: Option<Text<'_>>,
        matches: &[CorpusMatch],
        options: &ScanOptions,
        interrupt: &Interrupt,
        result: &mut GenerationMatches,
    ) -> Result<()> {
        let echoes = self.echoes(query, prompt, matches)?;
        let left = |(one, echo): (&CorpusMatch, &Echo)| echo.discounted(wide(one.units.len()));
        let is_left = |length: &u64| *length >= wide(options.min_length);
        let discounted = matches.iter().zip(&echoes).filter(|pair| is_left(&left(*pair)));
        result.discounted = coverage(query, discounted.map(|(one, _)| &one.units));
        let lengths = matches.iter().zip(&echoes).map(left);
        result.longest_discounted = lengths.filter(is_left).max().unwrap_or(0);
        let mut counted = CharacterCount::new(query.text());
        let mut ladder = Ladder::default();
        let mut evidence_bytes = 0;
        for (found, echo) in matches.iter().zip(echoes) {
            interrupt.check()?;
            let span = MatchedSpan::new(query, found, echo, &mut counted);
            let first_row = result.spans.len();
            self.add_rows(&span, options, &mut ladder, &mut result.spans)?;
            result.listed_count += 1;
            let rows = &result.spans[first_row..];
            evidence_bytes +=
                rows.iter().map(|row| row.text.len() + row.occurrence.text.len()).sum::<usize>();
            if evidence_bytes > MOST_EVIDENCE_BYTES {
                break;
            }
        }
        if result.covered_characters_at.is_some() {
            result.covered_characters_at = Some(ladder.characters(query.text()));
        }
        Ok(())
    }

    /// The echo of each match.
    fn echoes(
        &mut self,
        query: &Query<'_>,
        prompt: Option<Text<'_>>,
        matches: &[CorpusMatch],
    ) -> Result<Vec<Echo>> {
        memory::ensure_room(ECHO_BYTES * matches.len())?;
        let mut echoes = vec![Echo::default(); matches.len()];
        let mut put = |runs: Vec<Range<usize>>, place: fn(&mut Echo) -> &mut Option<u64>| {
            let parts = longest_parts(matches.iter().map(|one| &one.units), &runs);
            echoes.iter_mut().zip(parts).for_each(|(echo, part)| *place(echo) = Some(part));
        };
        if let Some(prompt) = prompt {
            let prompt = Prompt::new(prompt, &mut self.segmenter)?;
            put(prompt.matches(query, &mut self.segmenter), |echo| &mut echo.prompt);
        }
        if let Some(template) = self.template {
            put(template.matches(query, &mut self.segmenter), |echo| &mut echo.template);
        }
        if let Some(baseline) = &mut self.baseline {
            put(baseline.runs(query), |echo| &mut echo.baseline);
        }
        Ok(echoes)
    }

    /// The maximal matches of at least `min_length` units, in the whole corpus; of bytes, those of whole
    /// characters.
    pub(crate) fn matches(&mut self, query: &Query<'_>, min_length: usize) -> Vec<CorpusMatch> {
        join_shards(self.found(query, min_length, query.may_cut_characters()))
    }

    /// What of the query stands in the corpus: its maximal matches of any length, whole characters or not.
    fn runs(&mut self, query: &Query<'_>) -> Vec<Range<usize>> {
        join_shards(self.found(query, 1, false)).into_iter().map(|one| one.units).collect()
    }

    /// What the query has in common with each named corpus.
    fn corpora(
        &self,
        query: &Query<'_>,
        found: &[(usize, ShardMatch)],
        options: &ScanOptions,
    ) -> Vec<CorpusMatches> {
        let corpora = self.index.corpora_of_shards();
        let of_corpus = |number: usize| {
            let own = found.iter().filter(|(shard, _)| corpora.number_of(*shard) == Some(number));
            let matches = long_enough(query, join_shards(own.cloned().collect()), options);
            CorpusMatches {
                covered: coverage(query, matches.iter().map(|one| &one.units)),
                longest_match: longest(&matches),
                match_count: wide(matches.len()),
            }
        };
        (0..corpora.names().len()).map(of_corpus).collect()
    }

    /// How often a match stands in each named corpus that has it.
    fn corpus_counts(&self, found: &CorpusMatch) -> Vec<CorpusCount> {
        let corpora = self.index.corpora_of_shards();
        let count_in = |corpus: usize| {
            let own = found.intervals.iter().filter(|(shard, _)| corpora.number_of(*shard) == Some(corpus));
            let own: Vec<(usize, Interval)> = own.copied().collect();
            let Summary { count, document_count, is_capped, .. } =
                summarise(self.index, &own, Choice::First(0));
            (count > 0).then_some(CorpusCount { corpus, count, document_count, is_capped })
        };
        (0..corpora.names().len()).filter_map(count_in).collect()
    }

    /// What each shard has of the query.
    fn found(&mut self, query: &Query<'_>, min_length: usize, trim: bool) -> Vec<(usize, ShardMatch)> {
        let mut found = Vec::new();
        let stretches = candidates(&self.filters, query.hashes(), min_length);
        for (number, (shard, stretches)) in self.index.shards().iter().zip(stretches).enumerate() {
            for stretch in stretches {
                let part = query.in_shard(&stretch, shard, &mut self.segmenter);
                let mut matches = part.maximal_matches(min_length);
                if trim {
                    matches = whole_characters(query, &part, matches, stretch.start);
                    matches.retain(|one| one.units.len() >= min_length);
                }
                memory::extend(
                    &mut found,
                    matches.into_iter().map(|mut one| {
                        one.units = one.units.start + stretch.start..one.units.end + stretch.start;
                        (number, one)
                    }),
                );
            }
        }
        found
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
        let examined = self.examine(places, hashes, text, options)?;
        self.most_faithful(examined, options)
    }

    /// The occurrences at `places` with their fidelity, until enough are exact.
    fn examine(
        &mut self,
        places: &[(usize, u32)],
        hashes: &[u32],
        text: Option<&str>,
        options: &ScanOptions,
    ) -> Result<Vec<(Option<Fidelity>, Located)>> {
        let mut examined = Vec::new();
        let mut exact_count = 0;
        for &place in places {
            let one = self.locator.locate(place, hashes, &mut self.segmenter)?;
            let fidelity = text.zip(one.text.as_deref()).map(|(text, other)| Fidelity::of(text, other));
            // Without texts to compare all occurrences are alike.
            exact_count += usize::from(fidelity.is_none_or(|fidelity| fidelity == Fidelity::Exact));
            examined.push((fidelity, one));
            if exact_count == options.occurrences {
                break;
            }
        }
        Ok(examined)
    }

    fn most_faithful(
        &mut self,
        mut examined: Vec<(Option<Fidelity>, Located)>,
        options: &ScanOptions,
    ) -> Result<Vec<(Option<Fidelity>, Occurrence)>> {
        examined.sort_by_key(|(fidelity, _)| *fidelity);
        examined.truncate(options.occurrences);
        let describe = |(fidelity, one)| Ok((fidelity, self.locator.describe(one, options.context)?));
        examined.into_iter().map(describe).collect()
    }

    /// Add a row for each reported occurrence of a match.
    fn add_rows(
        &mut self,
        span: &MatchedSpan<'_>,
        options: &ScanOptions,
        ladder: &mut Ladder,
        rows: &mut Vec<Span>,
    ) -> Result<()> {
        let MatchedSpan { query, found, bytes, characters, echo } = span;
        let (text, units) = (query.text(), &found.units);
        let inside = bytes.clone().unwrap_or(0..0);
        let summary = summarise(self.index, &found.intervals, options.choice());
        let own_text = bytes.as_ref().map(|_| &text[inside.clone()]);
        let examined = self.examine(&summary.places, &query.hashes()[units.clone()], own_text, options)?;
        self.climb(ladder, span, &examined, options);
        let best = self.most_faithful(examined, options)?;
        let corpora = self.corpus_counts(found);
        memory::extend(
            rows,
            best.into_iter().map(|(fidelity, occurrence)| Span {
                units: wide(units.start)..wide(units.end),
                characters: characters.clone(),
                bytes: bytes.as_ref().map(|bytes| wide(bytes.start)..wide(bytes.end)),
                occurrence,
                fidelity,
                count: summary.count,
                document_count: summary.document_count,
                is_capped: summary.is_capped,
                corpora: corpora.clone(),
                echo: *echo,
                text: text[inside.clone()].to_owned(),
                context_before: last_characters(&text[..inside.start], options.context).to_owned(),
                context_after: first_characters(&text[inside.end..], options.context).to_owned(),
            }),
        );
        Ok(())
    }

    /// Cover what the occurrences examined of a match have at each level.
    fn climb(
        &mut self,
        ladder: &mut Ladder,
        span: &MatchedSpan<'_>,
        examined: &[(Option<Fidelity>, Located)],
        options: &ScanOptions,
    ) {
        let Some(bytes) = &span.bytes else { return };
        let Some(best) = examined.iter().filter_map(|(fidelity, _)| *fidelity).min() else { return };
        ladder.cover(bytes, best);
        // Of tokens only whole occurrences are compared: where they stand in the document is not at hand.
        if best == Fidelity::Exact || self.segmenter.unit() == Unit::Token {
            return;
        }
        let own = span.pieces();
        for (_, other) in examined {
            let Some(text) = &other.text else { continue };
            let mut units = Vec::with_capacity(own.units.len());
            self.segmenter.segment(text.as_str().into(), |unit| units.push(unit.start..unit.end));
            let other = Pieces { text, units };
            let own = (bytes.start, &own);
            ladder.cover_runs(own, &other, options.min_length, options.min_characters);
        }
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
