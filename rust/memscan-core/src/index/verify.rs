/*!
Checking a shard whole: not only that its bytes are those written, but that they are right.

# Idea

The stored text is cut into units again, and gives the same symbols: so units, vocabulary,
documents and checkpoints are right. The suffix array holds each unit's position once, and each suffix is
not less than the one before it. That takes no comparison of long suffixes (Burkhardt and Kärkkäinen
2003): two suffixes with the same first symbol are in the order of the suffixes one further on, whose
ranks are known. Every run of k units is in the filter.
*/

use super::Shard;
use super::text::{CHECKPOINT_UNITS, TextReader, count_characters};
use crate::error::{Error, Result};
use crate::num::{index, position, wide};
use crate::progress::Interrupt;
use crate::suffix::SEPARATOR;
use crate::units::Segmenter;

pub(super) fn verify_shard(shard: &Shard, interrupt: &Interrupt) -> Result<()> {
    for verify in [verify_vocabulary, verify_metadata, verify_text, verify_suffixes, verify_filter] {
        interrupt.check()?;
        verify(shard)?;
    }
    Ok(())
}

fn damaged(shard: &Shard, reason: &str) -> Error {
    Error::corrupt(format!("`{}`: {reason}", shard.folder().display()))
}

fn require(shard: &Shard, holds: bool, reason: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(damaged(shard, reason)) }
}

/// Every word is found by its bytes, and first ranks follow from the units.
fn verify_vocabulary(shard: &Shard) -> Result<()> {
    let vocabulary = shard.vocabulary();
    for (place, &hash) in vocabulary.hashes().iter().enumerate() {
        let is_found = vocabulary.symbol(hash, vocabulary.word(place)) == position(place + 1);
        require(shard, is_found, "a word of the vocabulary is not found by its bytes")?;
    }
    let symbol_count = vocabulary.hashes().len();
    let are_symbols = shard.units().iter().all(|&symbol| index(symbol) <= symbol_count);
    require(shard, are_symbols, "a unit is no word of the vocabulary")?;
    let ranks = crate::suffix::first_ranks(shard.units(), symbol_count);
    require(shard, ranks == vocabulary.first_ranks(), "the first ranks do not follow from the units")
}

/// Every document has metadata that is a JSON object.
fn verify_metadata(shard: &Shard) -> Result<()> {
    let documents = shard.documents();
    let is_object = |document| {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(documents.metadata(document))
            .is_ok()
    };
    require(shard, (0..documents.len()).all(is_object), "the metadata of a document is no JSON object")
}

/// The stored text, cut again, gives the stored units, checkpoints and document table.
fn verify_text(shard: &Shard) -> Result<()> {
    let (documents, vocabulary, units) = (shard.documents(), shard.vocabulary(), shard.units());
    let (unit_starts, byte_starts) = (documents.unit_starts(), documents.byte_starts());
    let checkpoints = shard.text().checkpoints();
    let mut reader = TextReader::new(shard.text());
    let mut segmenter = Segmenter::default();
    let (mut place, mut characters) = (0, 0);
    for document in 0..documents.len() {
        let is_start =
            index(unit_starts[document]) == place && documents.character_starts()[document] == characters;
        require(shard, is_start, "a document does not start where the one before it ends")?;
        let text = reader.read(byte_starts[document]..byte_starts[document + 1])?;
        characters += count_characters(text.as_bytes());
        let mut is_same = true;
        let mut check = |symbol: u32, byte: usize| {
            is_same &= units.get(place) == Some(&symbol);
            if place % CHECKPOINT_UNITS == 0 {
                let expected = byte_starts[document] + wide(byte);
                is_same &= checkpoints.get(place / CHECKPOINT_UNITS) == Some(&expected);
            }
            place += 1;
        };
        segmenter.segment(&text, |word| {
            let symbol = word.folded.with_bytes(|bytes| vocabulary.symbol(word.folded.hash(), bytes));
            check(symbol, word.start);
        });
        check(SEPARATOR, text.len());
        require(shard, is_same, "the stored text does not have the stored units")?;
    }
    let last = documents.len();
    let is_end = place == units.len()
        && index(unit_starts[last]) == place
        && documents.character_starts()[last] == characters;
    require(shard, is_end, "the last document does not end where the text ends")
}

/// The suffix array is a permutation of the units' positions, in order.
fn verify_suffixes(shard: &Shard) -> Result<()> {
    let (units, suffixes) = (shard.units(), shard.suffixes());
    // The rank of the suffix at each position, from one up; separators keep zero.
    let mut ranks = vec![0_u32; units.len()];
    for (rank, &suffix) in suffixes.iter().enumerate() {
        let is_unit = units.get(index(suffix)).is_some_and(|&symbol| symbol != SEPARATOR);
        let is_new = is_unit && ranks[index(suffix)] == 0;
        require(shard, is_new, "the suffix array does not hold each unit once")?;
        ranks[index(suffix)] = position(rank + 1);
    }
    // Every document ends with a separator, so a unit's suffix always goes on.
    let next = |suffix: u32| ranks.get(index(suffix) + 1).copied().unwrap_or(0);
    let in_order = suffixes.windows(2).all(|pair| {
        let (one, other) = (units[index(pair[0])], units[index(pair[1])]);
        one < other || (one == other && next(pair[0]) <= next(pair[1]))
    });
    require(shard, in_order, "the suffix array is not sorted")
}

/// The filter holds every run of k units.
fn verify_filter(shard: &Shard) -> Result<()> {
    let (filter, hashes) = (shard.filter(), shard.vocabulary().hashes());
    let mut run = Vec::new();
    for document in shard.units().split(|&symbol| symbol == SEPARATOR) {
        run.clear();
        run.extend(document.iter().map(|&symbol| hashes[index(symbol) - 1]));
        let starts = (run.len() + 1).saturating_sub(filter.k());
        let holds = (0..starts).all(|start| filter.may_hold(&run, start));
        require(shard, holds, "the filter lacks a run of units")?;
    }
    Ok(())
}
