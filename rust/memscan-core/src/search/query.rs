/*!
A text to search for, as units: their hashes for the filter, their places, and their symbols in a shard.
*/

use std::ops::Range;

use super::shard_query::ShardQuery;
use crate::error::{Error, ErrorKind, Result};
use crate::index::{Alphabet, Shard, byte_symbol};
use crate::memory;
use crate::num::{index, position};
use crate::units::{Segmenter, Text, Tokens, Unit};

/// The units of one text.
#[derive(Debug)]
pub(crate) struct Query<'t> {
    text: Text<'t>,
    hashes: Vec<u32>,
    places: Places<'t>,
}

/// Where each unit of a query starts and ends in its text, in bytes.
#[derive(Debug)]
enum Places<'t> {
    /// As the segmenter found them.
    Cut(Vec<[u32; 2]>),
    /// As the tokenizer found them.
    Given(&'t [[u32; 2]]),
    /// Each unit is a byte.
    Bytes,
    /// Only the tokens are known.
    Unknown,
}

impl<'t> Query<'t> {
    /// Cut `text` into units.
    pub(crate) fn new(text: Text<'t>, segmenter: &mut Segmenter) -> Result<Self> {
        text.check(segmenter.unit())?;
        if u32::try_from(text.characters.len().max(text.most_units())).is_err() {
            let length = text.characters.len();
            let message = format!("a text of {length} bytes is too long: the limit is 4 GiB");
            return Err(Error::new(ErrorKind::Limit, message).with_hint("cut the text into several"));
        }
        let mut hashes = Vec::new();
        let places = match (segmenter.unit(), text.tokens) {
            (Unit::Byte, _) => {
                memory::extend(&mut hashes, text.characters.bytes().map(u32::from));
                Places::Bytes
            }
            (_, Some(Tokens { places, .. })) => {
                segmenter.segment(text, |unit| memory::push(&mut hashes, unit.folded.hash()));
                places.map_or(Places::Unknown, Places::Given)
            }
            (_, None) => {
                // Most words have five letters or more, with the space after them.
                let mut places = memory::with_capacity(text.characters.len() / 5);
                hashes = memory::with_capacity(text.characters.len() / 5);
                segmenter.segment(text, |unit| {
                    memory::push(&mut hashes, unit.folded.hash());
                    memory::push(&mut places, [position(unit.start), position(unit.end)]);
                });
                Places::Cut(places)
            }
        };
        Ok(Self { text, hashes, places })
    }

    /// The text; empty if only its tokens are known.
    pub(crate) fn text(&self) -> &'t str {
        self.text.characters
    }

    /// Whether the text is known, and not only its tokens.
    pub(crate) fn has_text(&self) -> bool {
        self.text.has_characters()
    }

    /// How many units there are.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The hashes of the units.
    pub(crate) fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// The bytes of the text that the units of `range`, which is not empty, span; none if only the
    /// tokens are known.
    pub(crate) fn bytes(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let spanned =
            |places: &[[u32; 2]]| Some(index(places[range.start][0])..index(places[range.end - 1][1]));
        match &self.places {
            Places::Cut(places) => spanned(places),
            Places::Given(places) => spanned(places),
            Places::Bytes => Some(range.clone()),
            Places::Unknown => None,
        }
    }

    /// The whole characters within the units of `range`. Only bytes can cut a character.
    pub(crate) fn whole_characters(&self, range: &Range<usize>) -> Range<usize> {
        let Places::Bytes = self.places else { return range.clone() };
        let is_boundary = |place: &usize| self.text.characters.is_char_boundary(*place);
        let start = range.clone().find(is_boundary).unwrap_or(range.end);
        let end = (start..=range.end).rev().find(is_boundary).unwrap_or(start);
        start..end
    }

    /// Whether a unit may be a part of a character.
    pub(crate) fn may_cut_characters(&self) -> bool {
        matches!(self.places, Places::Bytes)
    }

    /// The units of `range`, ready to be searched for in `shard`.
    ///
    /// Units are looked up by their folded bytes; a hash is never taken for a unit.
    pub(crate) fn in_shard<'s>(
        &self,
        range: &Range<usize>,
        shard: &'s Shard,
        segmenter: &mut Segmenter,
    ) -> ShardQuery<'s> {
        match shard.alphabet() {
            Alphabet::Bytes(array) => {
                let bytes = &self.text.characters.as_bytes()[range.clone()];
                let mut symbols = memory::with_capacity(range.len());
                symbols.extend(bytes.iter().map(|&byte| byte_symbol(byte)));
                ShardQuery::Narrow(array, symbols)
            }
            Alphabet::Words(array, vocabulary) => {
                let mut symbols = memory::with_capacity(range.len());
                self.for_each_folding(range, segmenter, |hash, bytes| {
                    symbols.push(vocabulary.symbol(hash, bytes));
                });
                ShardQuery::Wide(array, symbols)
            }
        }
    }

    /// Call `use_folding` with the hash and folded bytes of each unit of `range`.
    pub(crate) fn for_each_folding(
        &self,
        range: &Range<usize>,
        segmenter: &mut Segmenter,
        mut use_folding: impl FnMut(u32, &[u8]),
    ) {
        if range.is_empty() {
            return;
        }
        let part = match (self.text.tokens, self.bytes(range)) {
            (Some(tokens), _) => Text {
                characters: "",
                tokens: Some(Tokens { ids: &tokens.ids[range.clone()], places: None }),
            },
            // A unit depends only on the text from its own start: cut again, the units are the same.
            (None, Some(bytes)) => self.text.characters[bytes].into(),
            (None, None) => return,
        };
        segmenter.segment(part, |unit| {
            unit.folded.with_bytes(|bytes| use_folding(unit.folded.hash(), bytes));
        });
    }
}
