/*!
From a match to its occurrences: how many, in how many documents, and where in the original text.

# Idea

From a unit to its place: the text is cut again from the last checkpoint before it.
*/

use std::ops::Range;

use super::maximal::CorpusMatch;
use crate::error::{Error, Result};
use crate::index::{CHECKPOINT_UNITS, Index, Shard, Summary, TextReader, summarise_interval};
use crate::num::{index, position, wide};
use crate::units::Segmenter;

/// One place of a match in the corpus.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Occurrence {
    /// The document's id.
    pub document_id: String,
    /// Where the match stands in the document's text, in characters.
    pub characters: Range<u64>,
    /// Where the match stands in the document's text, in bytes.
    pub bytes: Range<u64>,
    /// The document's own text there.
    pub text: String,
    /// The document's text before it.
    pub context_before: String,
    /// The document's text after it.
    pub context_after: String,
}

/// Sum up the occurrences of a match, with its first `wanted` places.
pub(crate) fn summarise(found: &CorpusMatch, index: &Index, wanted: usize) -> Summary {
    let mut whole = Summary::default();
    for &(shard, interval) in &found.intervals {
        let part = summarise_interval(index, shard, interval, wanted);
        whole.count += part.count;
        whole.document_count += part.document_count;
        whole.is_capped |= part.is_capped;
        let room = wanted - whole.first.len();
        whole.first.extend(part.first.iter().take(room));
    }
    whole
}

/// Finds places in the original text of an index. One a thread.
#[derive(Debug)]
pub(crate) struct Locator<'a> {
    index: &'a Index,
    readers: Vec<TextReader<'a>>,
}

/// The original text of an occurrence, within its shard.
#[derive(Debug)]
pub(crate) struct Located {
    shard: usize,
    document: usize,
    bytes: Range<u64>,
    pub(crate) text: String,
}

impl<'a> Locator<'a> {
    pub(crate) fn new(index: &'a Index) -> Self {
        Self { index, readers: index.shards().iter().map(|shard| TextReader::new(shard.text())).collect() }
    }

    /// The original text of the units from `start` of `shard`, which must have `hashes`.
    ///
    /// An index whose text does not have the units its suffix array claims is damaged.
    pub(crate) fn locate(
        &mut self,
        (shard_number, start): (usize, u32),
        hashes: &[u32],
        segmenter: &mut Segmenter,
    ) -> Result<Located> {
        let shard = &self.index.shards()[shard_number];
        let units = index(start)..index(start) + hashes.len();
        let document = shard.documents().at_position(start);
        let (first_unit, read) = stretch_to_read(shard, document, &units);
        let text = self.readers[shard_number].read(read.clone())?;
        let (mut place, mut is_same) = (first_unit, true);
        let mut found = 0..0;
        segmenter.segment(&text, |word| {
            if units.contains(&place) {
                is_same &= word.folded.hash() == hashes[place - units.start];
                found = if place == units.start { word.start } else { found.start }..word.end;
            }
            place += 1;
        });
        if !is_same || place < units.end {
            let folder = shard.folder().display();
            return Err(Error::corrupt(format!(
                "the stored text of `{folder}` does not have the units found in it"
            )));
        }
        let bytes = read.start + wide(found.start)..read.start + wide(found.end);
        Ok(Located { shard: shard_number, document, bytes, text: text[found].to_owned() })
    }

    /// The occurrence as it is reported, with up to `context` characters around it.
    pub(crate) fn describe(&mut self, located: Located, context: usize) -> Result<Occurrence> {
        let Located { shard, document, bytes, text } = located;
        let documents = self.index.shards()[shard].documents();
        let reader = &mut self.readers[shard];
        let document_bytes = documents.byte_starts()[document]..documents.byte_starts()[document + 1];
        let characters_before = reader.characters_before(bytes.start)?;
        let start_of = |place: u64, start: u64| {
            let message = "a document starts after a match that was found in it";
            place.checked_sub(start).ok_or_else(|| Error::corrupt(message))
        };
        let character_start = start_of(characters_before, documents.character_starts()[document])?;
        let byte_start = start_of(bytes.start, document_bytes.start)?;
        let character_count = crate::index::count_characters(text.as_bytes());
        let widest = wide(context).saturating_mul(4);
        let before = bytes.start.saturating_sub(widest).max(document_bytes.start)..bytes.start;
        let after = bytes.end..bytes.end.saturating_add(widest).min(document_bytes.end);
        let (before, after) = (reader.read_inside(before)?, reader.read_inside(after)?);
        Ok(Occurrence {
            document_id: documents.id(document).to_owned(),
            characters: character_start..character_start + character_count,
            bytes: byte_start..byte_start + (bytes.end - bytes.start),
            text,
            context_before: last_characters(&before, context).to_owned(),
            context_after: first_characters(&after, context).to_owned(),
        })
    }
}

/// The stretch of the shard's text to cut again for `units` of `document`: the unit it starts
/// with, and its bytes.
fn stretch_to_read(shard: &Shard, document: usize, units: &Range<usize>) -> (usize, Range<u64>) {
    let documents = shard.documents();
    let checkpoints = shard.text().checkpoints();
    let (unit_starts, byte_starts) = (documents.unit_starts(), documents.byte_starts());
    let before = units.start / CHECKPOINT_UNITS;
    let (first_unit, start) = match before * CHECKPOINT_UNITS {
        unit if unit > index(unit_starts[document]) => (unit, checkpoints[before]),
        _ => (index(unit_starts[document]), byte_starts[document]),
    };
    let after = units.end.div_ceil(CHECKPOINT_UNITS);
    let is_within = position(after * CHECKPOINT_UNITS) < unit_starts[document + 1];
    let end = if is_within { checkpoints.get(after).copied() } else { None };
    (first_unit, start..end.unwrap_or(byte_starts[document + 1]))
}

/// At most the last `count` characters of `text`.
pub(crate) fn last_characters(text: &str, count: usize) -> &str {
    let start = text.char_indices().rev().take(count).last().map_or(text.len(), |(place, _)| place);
    &text[start..]
}

/// At most the first `count` characters of `text`.
pub(crate) fn first_characters(text: &str, count: usize) -> &str {
    let end = text.char_indices().nth(count).map_or(text.len(), |(place, _)| place);
    &text[..end]
}
