/*!
From a match to its occurrences: how many, in how many documents, and where in the original text.

# Idea

From a unit to its place: words and lexemes are cut again from the last checkpoint before them, bytes are
counted, and of tokens the places are stored.
*/

use std::ops::Range;

use crate::error::{Error, Result};
use crate::index::{CHECKPOINT_UNITS, Index, Shard, TextReader};
use crate::num::{index, wide};
use crate::units::{Segmenter, Unit};

/// Decompressed blocks of text that a thread keeps, of all shards together: matches that follow one another
/// stand in the same documents.
const KEPT_BLOCKS: usize = 128;

/// Blocks that it keeps of each shard at least.
const LEAST_KEPT_BLOCKS: usize = 2;

/// One place of a match in the corpus.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Occurrence {
    /// The document's id.
    pub document_id: String,
    /// The corpus it belongs to, if that has a name.
    pub corpus: Option<String>,
    /// Which units of the document it has.
    pub units: Range<u64>,
    /// Where the match stands in the document's text, in characters; the same as `units` if the index
    /// holds no text.
    pub characters: Range<u64>,
    /// Where the match stands in the document's text, in bytes; none if the index holds no text.
    pub bytes: Option<Range<u64>>,
    /// The document's own text there; empty, as the context is, if the index holds no text.
    pub text: String,
    /// The document's text before it.
    pub context_before: String,
    /// The document's text after it.
    pub context_after: String,
}

/// Finds places in the original text of an index. One a thread.
#[derive(Debug)]
pub(crate) struct Locator<'a> {
    index: &'a Index,
    readers: Vec<Option<TextReader<'a>>>,
}

/// An occurrence within its shard.
#[derive(Debug)]
pub(crate) struct Located {
    shard: usize,
    document: usize,
    units: Range<usize>,
    /// Where it stands in the shard's text; none if there is no text.
    bytes: Option<Range<u64>>,
    /// The original text.
    pub(crate) text: Option<String>,
}

impl<'a> Locator<'a> {
    pub(crate) fn new(index: &'a Index) -> Self {
        let most_kept = (KEPT_BLOCKS / index.shards().len().max(1)).max(LEAST_KEPT_BLOCKS);
        let reader = |shard: &'a Shard| Some(TextReader::keeping(shard.text()?, most_kept));
        Self { index, readers: index.shards().iter().map(reader).collect() }
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
        let Some(reader) = &mut self.readers[shard_number] else {
            return Ok(Located { shard: shard_number, document, units, bytes: None, text: None });
        };
        let (bytes, text) = match segmenter.unit() {
            Unit::Byte => read_bytes(shard, document, &units, hashes, reader)?,
            Unit::Token => read_tokens(shard, &units, reader)?,
            Unit::Word | Unit::Lexeme => cut_again(shard, document, &units, hashes, reader, segmenter)?,
        };
        Ok(Located { shard: shard_number, document, units, bytes: Some(bytes), text: Some(text) })
    }

    /// The occurrence as it is reported, with up to `context` characters around it.
    pub(crate) fn describe(&mut self, located: Located, context: usize) -> Result<Occurrence> {
        let Located { shard, document, units, bytes, text } = located;
        let documents = self.index.shards()[shard].documents();
        let start_of = |place: u64, start: u64| {
            let message = "a document starts after a match that was found in it";
            place.checked_sub(start).ok_or_else(|| Error::corrupt(message))
        };
        let unit_start = start_of(wide(units.start), u64::from(documents.unit_starts()[document]))?;
        let units = unit_start..unit_start + wide(units.len());
        let document_id = documents.id(document).to_owned();
        let corpus = self.index.corpora_of_shards().name_of(shard).map(str::to_owned);
        let (Some(reader), Some(bytes), Some(text)) = (&mut self.readers[shard], bytes, text) else {
            let (text, context_before, context_after) = Default::default();
            let characters = units.clone();
            return Ok(Occurrence {
                document_id,
                corpus,
                units,
                characters,
                bytes: None,
                text,
                context_before,
                context_after,
            });
        };
        let document_bytes = documents.byte_starts()[document]..documents.byte_starts()[document + 1];
        let characters_before = reader.characters_before(bytes.start)?;
        let character_start = start_of(characters_before, documents.character_starts()[document])?;
        let byte_start = start_of(bytes.start, document_bytes.start)?;
        let character_count = crate::index::count_characters(text.as_bytes());
        let widest = wide(context).saturating_mul(4);
        let before = bytes.start.saturating_sub(widest).max(document_bytes.start)..bytes.start;
        let after = bytes.end..bytes.end.saturating_add(widest).min(document_bytes.end);
        let (before, after) = (reader.read_inside(before)?, reader.read_inside(after)?);
        Ok(Occurrence {
            document_id,
            corpus,
            units,
            characters: character_start..character_start.saturating_add(character_count),
            bytes: Some(byte_start..byte_start + (bytes.end - bytes.start)),
            text,
            context_before: last_characters(&before, context).to_owned(),
            context_after: first_characters(&after, context).to_owned(),
        })
    }
}

fn not_these_units(shard: &Shard) -> Error {
    let folder = shard.folder().display();
    Error::corrupt(format!("the stored text of `{folder}` does not have the units found in it"))
}

/// Words and lexemes: the text is cut again from the last checkpoint.
fn cut_again(
    shard: &Shard,
    document: usize,
    units: &Range<usize>,
    hashes: &[u32],
    reader: &mut TextReader<'_>,
    segmenter: &mut Segmenter,
) -> Result<(Range<u64>, String)> {
    let stretch = stretch_to_read(shard, reader.checkpoints(), document, units);
    let (first_unit, read) = stretch.ok_or_else(|| not_these_units(shard))?;
    let text = reader.read(read.clone())?;
    let (mut place, mut is_same) = (first_unit, true);
    let mut found = 0..0;
    segmenter.segment(text.as_str().into(), |unit| {
        if units.contains(&place) {
            is_same &= unit.folded.hash() == hashes[place - units.start];
            found = if place == units.start { unit.start } else { found.start }..unit.end;
        }
        place += 1;
    });
    if !is_same || place < units.end {
        return Err(not_these_units(shard));
    }
    Ok((read.start + wide(found.start)..read.start + wide(found.end), text[found].to_owned()))
}

/// Bytes: as many as units, from the start of the document.
fn read_bytes(
    shard: &Shard,
    document: usize,
    units: &Range<usize>,
    hashes: &[u32],
    reader: &mut TextReader<'_>,
) -> Result<(Range<u64>, String)> {
    let documents = shard.documents();
    let within = wide(units.start).checked_sub(u64::from(documents.unit_starts()[document]));
    let start = within.and_then(|within| documents.byte_starts()[document].checked_add(within));
    let start = start.ok_or_else(|| not_these_units(shard))?;
    let bytes = start..start.saturating_add(wide(units.len()));
    let text = reader.read(bytes.clone())?;
    if !text.bytes().map(u32::from).eq(hashes.iter().copied()) {
        return Err(not_these_units(shard));
    }
    Ok((bytes, text))
}

/// Tokens: where the tokenizer said. That the text has these tokens only the tokenizer can tell.
fn read_tokens(
    shard: &Shard,
    units: &Range<usize>,
    reader: &mut TextReader<'_>,
) -> Result<(Range<u64>, String)> {
    let places = shard.places().ok_or_else(|| not_these_units(shard))?;
    let bytes = places.bytes(units, reader.checkpoints()).ok_or_else(|| not_these_units(shard))?;
    let text = reader.read(bytes.clone())?;
    Ok((bytes, text))
}

/// The stretch of the shard's text to cut again for `units` of `document`: the unit it starts
/// with, and its bytes. None if the units lie outside the shard.
fn stretch_to_read(
    shard: &Shard,
    checkpoints: &[u64],
    document: usize,
    units: &Range<usize>,
) -> Option<(usize, Range<u64>)> {
    let documents = shard.documents();
    let (unit_starts, byte_starts) = (documents.unit_starts(), documents.byte_starts());
    let before = units.start / CHECKPOINT_UNITS;
    let (first_unit, start) = match before * CHECKPOINT_UNITS {
        unit if unit > index(unit_starts[document]) => (unit, *checkpoints.get(before)?),
        _ => (index(unit_starts[document]), byte_starts[document]),
    };
    let after = units.end.div_ceil(CHECKPOINT_UNITS);
    let is_within = after * CHECKPOINT_UNITS < index(unit_starts[document + 1]);
    let end = if is_within { checkpoints.get(after).copied() } else { None };
    Some((first_unit, start..end.unwrap_or(byte_starts[document + 1])))
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
