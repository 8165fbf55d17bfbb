/*!
Checking a shard whole: not only that its bytes are those written, but that they are right.

# Idea

The stored text is cut into units again, and gives the same symbols: so units, vocabulary, documents and
checkpoints are right. (Tokens only the tokenizer could cut again: of these the places are checked.) The suffix
array holds the position of each unit that was not removed once, and each suffix is
not less than the one before it. That takes no comparison of long suffixes (Burkhardt and Kärkkäinen
2003): two suffixes with the same first symbol are in the order of the suffixes one further on, whose
ranks are known. Every run of k units is in the filter.
*/

use super::shard::{Alphabet, BYTE_SYMBOLS, Shard};
use super::text::{CHECKPOINT_UNITS, TextReader, count_characters};
use super::vocabulary::Vocabulary;
use crate::error::{Error, Result};
use std::ops::Range;

use crate::filter::keys;
use crate::num::{index, offset, position, wide};
use crate::progress::Interrupt;
use crate::suffix::{SuffixArray, Symbol, first_ranks, sample};
use crate::units::{Segmenter, Unit};

pub(super) fn verify_shard(shard: &Shard, segmenter: Segmenter, interrupt: &Interrupt) -> Result<()> {
    verify_metadata(shard)?;
    interrupt.check()?;
    match shard.alphabet() {
        Alphabet::Bytes(array) => {
            let are_symbols = array.text().iter().all(|&symbol| usize::from(symbol) <= BYTE_SYMBOLS);
            require(shard, are_symbols, "a unit is no byte of a text")?;
            verify_text(shard, segmenter, interrupt)?;
            verify_array(shard, array, BYTE_SYMBOLS, |symbol| u32::from(symbol) - 1, interrupt)
        }
        Alphabet::Words(array, vocabulary) => {
            verify_vocabulary(shard, array.text(), vocabulary)?;
            verify_text(shard, segmenter, interrupt)?;
            let hashes = vocabulary.hashes();
            verify_array(shard, array, hashes.len(), |symbol| hashes[index(symbol) - 1], interrupt)
        }
    }
}

fn damaged(shard: &Shard, reason: &str) -> Error {
    Error::corrupt(format!("`{}`: {reason}", shard.folder().display()))
}

fn require(shard: &Shard, holds: bool, reason: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(damaged(shard, reason)) }
}

/// Every word is found by its bytes, and every symbol has a word.
fn verify_vocabulary(shard: &Shard, units: &[u32], vocabulary: &Vocabulary) -> Result<()> {
    for (place, &hash) in vocabulary.hashes().iter().enumerate() {
        let is_found = vocabulary.symbol(hash, vocabulary.word(place)) == position(place + 1);
        require(shard, is_found, "a word of the vocabulary is not found by its bytes")?;
    }
    let is_directory = vocabulary.directory() == super::vocabulary::directory(vocabulary.hashes());
    require(shard, is_directory, "the directory does not follow from the hashes")?;
    let symbol_count = vocabulary.hashes().len();
    let are_symbols = units.iter().all(|&symbol| index(symbol) <= symbol_count);
    require(shard, are_symbols, "a unit is no word of the vocabulary")
}

/// Every document has metadata that is a JSON object, and starts where the one before it ends.
fn verify_metadata(shard: &Shard) -> Result<()> {
    let documents = shard.documents();
    let is_object = |document| {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(documents.metadata(document))
            .is_ok()
    };
    require(shard, (0..documents.len()).all(is_object), "the metadata of a document is no JSON object")?;
    let starts = documents.unit_starts();
    let is_whole = starts[0] == 0 && starts.last().map(|&end| index(end)) == Some(shard.position_count());
    let is_in_order = is_whole && starts.windows(2).all(|pair| pair[0] < pair[1]);
    require(shard, is_in_order, "a document does not start where the one before it ends")
}

/// The stored text, cut again, gives the stored units, checkpoints and document table.
fn verify_text(shard: &Shard, segmenter: Segmenter, interrupt: &Interrupt) -> Result<()> {
    let documents = shard.documents();
    let separators = |document: usize| {
        let end = index(documents.unit_starts()[document + 1]);
        shard.symbols(end - 1..end).next() == Some(0)
    };
    require(shard, (0..documents.len()).all(separators), "a document does not end with a separator")?;
    let Some(text) = shard.text() else { return Ok(()) };
    let mut cut = Cut { shard, segmenter };
    let byte_starts = documents.byte_starts();
    let mut reader = TextReader::new(text);
    let mut characters = 0;
    for document in 0..documents.len() {
        interrupt.check()?;
        let is_start = documents.character_starts()[document] == characters;
        require(shard, is_start, "a document does not start where the one before it ends")?;
        let text = reader.read(byte_starts[document]..byte_starts[document + 1])?;
        characters += count_characters(text.as_bytes());
        let is_same = match cut.segmenter.unit() {
            Unit::Byte => cut.has_bytes(document, &text),
            Unit::Token => cut.has_places(document, &text, reader.checkpoints()),
            Unit::Word | Unit::Lexeme => cut.has_units(document, &text, reader.checkpoints()),
        };
        require(shard, is_same, "the stored text does not have the stored units")?;
    }
    let is_end = documents.character_starts()[documents.len()] == characters;
    require(shard, is_end, "the last document does not end where the text ends")
}

/// Compares the units of a shard with a text that is cut again.
#[derive(Debug)]
struct Cut<'a> {
    shard: &'a Shard,
    segmenter: Segmenter,
}

impl Cut<'_> {
    /// The positions of a document, less its separator.
    fn units(&self, document: usize) -> Range<usize> {
        let starts = self.shard.documents().unit_starts();
        index(starts[document])..index(starts[document + 1]) - 1
    }

    fn has_bytes(&self, document: usize, text: &str) -> bool {
        self.shard.symbols(self.units(document)).eq(text.bytes().map(|byte| u32::from(byte) + 1))
    }

    fn has_units(&mut self, document: usize, text: &str, checkpoints: &[u64]) -> bool {
        let (shard, units) = (self.shard, self.units(document));
        let Alphabet::Words(array, vocabulary) = shard.alphabet() else { return false };
        let text_start = shard.documents().byte_starts()[document];
        let (mut place, mut is_same) = (units.start, true);
        let mut check = |symbol: u32, byte: usize| {
            is_same &= array.text().get(place) == Some(&symbol);
            if place % CHECKPOINT_UNITS == 0 {
                is_same &= checkpoints.get(place / CHECKPOINT_UNITS) == Some(&(text_start + wide(byte)));
            }
            place += 1;
        };
        self.segmenter.segment(text.into(), |unit| {
            let symbol = unit.folded.with_bytes(|bytes| vocabulary.symbol(unit.folded.hash(), bytes));
            check(symbol, unit.start);
        });
        check(u32::SEPARATOR, text.len());
        is_same && place == units.end + 1
    }

    /// Places are in order, within the document, and between characters.
    fn has_places(&self, document: usize, text: &str, checkpoints: &[u64]) -> bool {
        let units = self.units(document);
        let start = self.shard.documents().byte_starts()[document];
        let first = units.start / CHECKPOINT_UNITS;
        let places = self.shard.places().and_then(|places| places.starting_at(first, checkpoints));
        let Some(places) = places else { return false };
        let mut places = places.skip(units.start % CHECKPOINT_UNITS);
        let mut before = [0, 0];
        for _ in units {
            let place = places.next().and_then(|place| {
                let within = |byte: u64| Some(offset(byte.checked_sub(start)?));
                Some([within(place.start)?, within(place.end)?])
            });
            let Some([start, end]) = place else { return false };
            let is_in_order = before[0] <= start && before[1] <= end && start <= end;
            if !is_in_order || !text.is_char_boundary(start) || !text.is_char_boundary(end) {
                return false;
            }
            before = [start, end];
        }
        let end = start + wide(text.len());
        places.next() == Some(end..end)
    }
}

fn verify_array<S: Symbol>(
    shard: &Shard,
    array: SuffixArray<'_, S>,
    symbol_count: usize,
    hash: impl Fn(S) -> u32,
    interrupt: &Interrupt,
) -> Result<()> {
    verify_suffixes(shard, array.text(), symbol_count)?;
    interrupt.check()?;
    verify_filter(shard, array.text(), hash)
}

/// The suffix array is a permutation of the positions of the units that were not removed, in order; the first
/// ranks follow from them.
fn verify_suffixes<S: Symbol>(shard: &Shard, units: &[S], symbol_count: usize) -> Result<()> {
    let suffixes = shard.suffixes();
    let mut kept = units.to_vec();
    for &document in shard.removed() {
        let starts = shard.documents().unit_starts();
        kept[index(starts[index(document)])..index(starts[index(document) + 1])].fill(S::SEPARATOR);
    }
    let ranks_expected = first_ranks(&kept, symbol_count);
    require(shard, ranks_expected == shard.first_ranks(), "the first ranks do not follow from the units")?;
    let are_samples = sample(units, suffixes, symbol_count) == shard.samples();
    require(shard, are_samples, "the samples do not follow from the suffixes")?;
    // The rank of the suffix at each position, from one up; separators keep zero.
    let mut ranks = vec![0_u32; units.len()];
    for (rank, &suffix) in suffixes.iter().enumerate() {
        let is_unit = kept.get(index(suffix)).is_some_and(|&symbol| symbol != S::SEPARATOR);
        let is_new = is_unit && ranks[index(suffix)] == 0;
        require(shard, is_new, "the suffix array does not hold each unit once")?;
        ranks[index(suffix)] = position(rank + 1);
    }
    let expected = kept.iter().filter(|&&symbol| symbol != S::SEPARATOR).count();
    require(shard, expected == suffixes.len(), "the suffix array does not hold each unit once")?;
    // Every document ends with a separator, so a unit's suffix always goes on.
    let next = |suffix: u32| ranks.get(index(suffix) + 1).copied().unwrap_or(0);
    let in_order = suffixes.windows(2).all(|pair| {
        let (one, other) = (units[index(pair[0])], units[index(pair[1])]);
        one < other || (one == other && next(pair[0]) <= next(pair[1]))
    });
    require(shard, in_order, "the suffix array is not sorted")
}

/// The filter holds every run of k units.
fn verify_filter<S: Symbol>(shard: &Shard, units: &[S], hash: impl Fn(S) -> u32) -> Result<()> {
    let filter = shard.filter();
    let mut run = Vec::new();
    for document in units.split(|&symbol| symbol == S::SEPARATOR) {
        run.clear();
        run.extend(document.iter().map(|&symbol| hash(symbol)));
        let holds = keys(&run, filter.k()).all(|key| filter.may_hold_key(key));
        require(shard, holds, "the filter lacks a run of units")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
