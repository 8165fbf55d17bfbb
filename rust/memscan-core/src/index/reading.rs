/*!
Reading the documents of an index back: their text, and their tokens where these are the units.
*/

use super::Shard;
use super::shard::Alphabet;
use super::text::{CHECKPOINT_UNITS, TextReader};
use crate::error::{Error, Result};
use crate::num::index;
use crate::units::Tokens;

/// The tokens of a document.
#[derive(Debug)]
pub(crate) struct OwnedTokens {
    pub(crate) ids: Vec<u32>,
    pub(crate) places: Option<Vec<[u32; 2]>>,
}

impl OwnedTokens {
    pub(crate) fn borrow(&self) -> Tokens<'_> {
        Tokens { ids: &self.ids, places: self.places.as_deref() }
    }
}

/// Reads the documents of one shard.
#[derive(Debug)]
pub(crate) struct ShardReader<'a> {
    shard: &'a Shard,
    text: Option<TextReader<'a>>,
    is_tokens: bool,
}

impl<'a> ShardReader<'a> {
    pub(crate) fn new(shard: &'a Shard, is_tokens: bool) -> Self {
        Self { shard, text: shard.text().map(TextReader::new), is_tokens }
    }

    /// The text of a document, which is empty if the index holds none, and its tokens.
    pub(crate) fn read(&mut self, document: usize) -> Result<(String, Option<OwnedTokens>)> {
        let starts = self.shard.documents().byte_starts();
        let (start, end) = (starts[document], starts[document + 1]);
        let text = self.text.as_mut().map(|reader| reader.read(start..end)).transpose()?;
        let tokens = self.is_tokens.then(|| self.tokens(document, start)).transpose()?;
        Ok((text.unwrap_or_default(), tokens))
    }

    fn tokens(&self, document: usize, text_start: u64) -> Result<OwnedTokens> {
        let damaged = || {
            let folder = self.shard.folder().display();
            Error::corrupt(format!("the tokens of document {document} of `{folder}` cannot be read"))
        };
        let starts = self.shard.documents().unit_starts();
        // Less the separator that follows each document.
        let units = index(starts[document])..index(starts[document + 1]).saturating_sub(1);
        let Alphabet::Words(array, vocabulary) = self.shard.alphabet() else { return Err(damaged()) };
        let symbols = array.text().get(units.clone()).ok_or_else(damaged)?;
        let id_of = |&symbol: &u32| {
            let place = index(symbol).checked_sub(1).filter(|&place| place < vocabulary.hashes().len());
            let mut bytes = [0; 4];
            let word = place.map(|place| vocabulary.word(place)).filter(|word| word.len() <= 4)?;
            bytes[..word.len()].copy_from_slice(word);
            Some(u32::from_le_bytes(bytes))
        };
        let ids: Option<Vec<u32>> = symbols.iter().map(id_of).collect();
        let ids = ids.ok_or_else(damaged)?;
        let (Some(places), Some(text)) = (self.shard.places(), &self.text) else {
            return Ok(OwnedTokens { ids, places: None });
        };
        let all = places.starting_at(units.start / CHECKPOINT_UNITS, text.checkpoints());
        let all = all.ok_or_else(damaged)?.skip(units.start % CHECKPOINT_UNITS).take(ids.len());
        let within = |place: u64| u32::try_from(place.checked_sub(text_start)?).ok();
        let places: Option<Vec<[u32; 2]>> =
            all.map(|place| Some([within(place.start)?, within(place.end)?])).collect();
        let places = places.filter(|places| places.len() == ids.len()).ok_or_else(damaged)?;
        Ok(OwnedTokens { ids, places: Some(places) })
    }
}
