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
    let is_directory = vocabulary.directory() == super::vocabulary::directory(vocabulary.hashes());
    require(shard, is_directory, "the directory does not follow from the hashes")?;
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::{BuildOptions, Document, Generation, Index, IndexBuilder, ScanOptions};

    const TABLE_BYTES: usize = 1024;
    const TEXTS: [&str; 3] = ["the cat sat on the mat", "the cat ran, and the naïve cat sat", "漢字 the mat"];

    fn built(folder: &Path) -> PathBuf {
        let path = folder.join("index");
        let options = BuildOptions { filter_k: 2, ..BuildOptions::default() };
        let mut builder = IndexBuilder::create(&path, options).expect("starts");
        let documents = TEXTS.map(|text| Document { id: "id", text, metadata: "{}" });
        builder.add(&documents, &|_| {}, &Interrupt::new()).expect("adds");
        builder.finish(&|_| {}, &Interrupt::new()).expect("finishes");
        path
    }

    /// Everything a search reads, wrong or not, must end in an answer or an error.
    fn search(opened: &Index) {
        let generations = TEXTS.map(|text| Generation { text, prompt: Some(text) });
        let options = ScanOptions { min_length: 2, ..ScanOptions::default() };
        let _ = opened.scan(&generations, &options, &Interrupt::new());
        let _ = opened.matching_statistics(TEXTS[0]);
        let _ = opened.find("the cat", &options);
        let _: Vec<_> = opened.documents().collect();
    }

    #[test]
    fn no_changed_byte_gets_past_the_hashes_and_none_makes_a_search_panic() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = built(folder.path());
        for name in super::super::shard::FILES {
            let file = path.join("shard-00000").join(name);
            let bytes = fs::read(&file).expect("reads");
            for place in 0..bytes.len() {
                for flip in [0x01, 0xff] {
                    let mut damaged = bytes.clone();
                    damaged[place] ^= flip;
                    fs::write(&file, &damaged).expect("writes");
                    let Ok(opened) = Index::open(&path) else { continue };
                    assert!(place >= TABLE_BYTES, "{name}: byte {place} of the table");
                    search(&opened);
                    assert!(opened.verify(&Interrupt::new()).is_err(), "{name}: byte {place}");
                }
            }
            fs::write(&file, &bytes).expect("writes");
        }
        Index::open(&path).expect("opens").verify(&Interrupt::new()).expect("is as it was");
    }

    /// The content itself is checked, not only its hash: a builder that wrote nonsense would be found.
    #[test]
    fn wrong_content_is_found_even_with_the_right_hash() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = built(folder.path());
        for name in ["units.bin", "suffixes.bin", "vocabulary.bin"] {
            let file = path.join("shard-00000").join(name);
            let bytes = fs::read(&file).expect("reads");
            let sections = bytes[TABLE_BYTES..].iter().enumerate().filter(|(_, byte)| **byte != 0);
            for (place, _) in sections {
                let mut damaged = bytes.clone();
                damaged[TABLE_BYTES + place] ^= 0x03;
                fs::write(&file, &damaged).expect("writes");
                let opened = Index::open(&path).expect("the table is sound");
                let verified = verify_shard(&opened.shards()[0], &Interrupt::new());
                assert!(verified.is_err(), "{name}: byte {place}");
            }
            fs::write(&file, &bytes).expect("writes");
        }
    }

    #[test]
    fn a_filter_that_lacks_a_run_is_found() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = built(folder.path());
        let file = path.join("shard-00000/filter.bin");
        let mut bytes = fs::read(&file).expect("reads");
        bytes[TABLE_BYTES..].fill(0);
        fs::write(&file, &bytes).expect("writes");
        let opened = Index::open(&path).expect("the table is sound");
        assert!(verify_shard(&opened.shards()[0], &Interrupt::new()).is_err());
    }
}
