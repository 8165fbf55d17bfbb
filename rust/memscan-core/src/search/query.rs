/*!
A text as it is searched: its units, with their hashes and their places.
*/

use std::ops::Range;

use crate::error::{Error, ErrorKind, Result};
use crate::index::Shard;
use crate::num::{index, position};
use crate::units::Segmenter;

/// The units of one text.
#[derive(Debug)]
pub(crate) struct Query<'t> {
    text: &'t str,
    hashes: Vec<u32>,
    /// Where each unit starts and ends, in bytes.
    places: Vec<[u32; 2]>,
}

impl<'t> Query<'t> {
    /// Cut `text` into units.
    pub(crate) fn new(text: &'t str, segmenter: &mut Segmenter) -> Result<Self> {
        if u32::try_from(text.len()).is_err() {
            let message = format!("a text of {} bytes is too long: the limit is 4 GiB", text.len());
            return Err(Error::new(ErrorKind::Limit, message).with_hint("cut the text into several"));
        }
        let (mut hashes, mut places) = (Vec::new(), Vec::new());
        segmenter.segment(text, |word| {
            hashes.push(word.folded.hash());
            places.push([position(word.start), position(word.end)]);
        });
        Ok(Self { text, hashes, places })
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// How many units there are.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The hashes of the units.
    pub(crate) fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// The bytes of the text that the units of `range`, which is not empty, span.
    pub(crate) fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        index(self.places[range.start][0])..index(self.places[range.end - 1][1])
    }

    /// The symbols that the units of `range` have in `shard`.
    ///
    /// The words are looked up by their folded bytes; a hash is never taken for a word.
    pub(crate) fn symbols(&self, range: &Range<usize>, shard: &Shard, segmenter: &mut Segmenter) -> Vec<u32> {
        let mut symbols = Vec::with_capacity(range.len());
        self.for_each_folding(range, segmenter, |hash, bytes| {
            symbols.push(shard.vocabulary().symbol(hash, bytes));
        });
        symbols
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
        // A unit depends only on the text from its own start: cut again, the units are the same.
        segmenter.segment(&self.text[self.bytes(range)], |word| {
            word.folded.with_bytes(|bytes| use_folding(word.folded.hash(), bytes));
        });
    }
}
