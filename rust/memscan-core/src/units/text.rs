/*!
A text, and its tokens where these are the units.
*/

use crate::error::{Error, ErrorKind, Result};
use crate::num::{index, wide};
use crate::units::Unit;

/// A text to index or to scan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text<'a> {
    /// The text itself; empty if only its tokens are known.
    pub characters: &'a str,
    /// What a tokenizer made of it; given exactly if the units are tokens.
    pub tokens: Option<Tokens<'a>>,
}

/// What a tokenizer made of a text.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    /// The ids.
    pub ids: &'a [u32],
    /// Where each stands in the text, in bytes: start and end, neither ever less than the one before.
    /// None if there is no text.
    pub places: Option<&'a [[u32; 2]]>,
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(characters: &'a str) -> Self {
        Self { characters, tokens: None }
    }
}

impl Text<'_> {
    /// At least as many as the units there are.
    pub(crate) fn most_units(&self) -> usize {
        self.tokens.map_or(self.characters.len(), |tokens| tokens.ids.len())
    }

    /// Whether the characters are known, and not only the tokens.
    pub(crate) fn has_characters(&self) -> bool {
        self.tokens.is_none_or(|tokens| tokens.places.is_some())
    }

    /// An error unless the text can be cut into `unit`s.
    pub(crate) fn check(&self, unit: Unit) -> Result<()> {
        let refuse = |message: String| Err(Error::new(ErrorKind::Input, message));
        match (unit, self.tokens) {
            (Unit::Token, None) => {
                refuse("a text for an index of tokens comes without its tokens".to_owned())
            }
            (Unit::Token, Some(tokens)) => self.check_tokens(tokens),
            (_, Some(_)) => refuse(format!("tokens were given, and the units are {}", unit.plural())),
            (_, None) => Ok(()),
        }
    }

    fn check_tokens(&self, tokens: Tokens<'_>) -> Result<()> {
        let refuse = |message: String| Err(Error::new(ErrorKind::Input, message));
        let Some(places) = tokens.places else {
            return match self.characters {
                "" => Ok(()),
                _ => refuse("tokens of a text were given without their places".to_owned()),
            };
        };
        if places.len() != tokens.ids.len() {
            return refuse(format!("{} tokens have {} places", tokens.ids.len(), places.len()));
        }
        let mut before = [0, 0];
        for (number, &[start, end]) in places.iter().enumerate() {
            let is_in_order = before[0] <= start && before[1] <= end && start <= end;
            let is_place = |byte: u32| self.characters.is_char_boundary(index(byte));
            if !is_in_order || !is_place(start) || !is_place(end) {
                let length = wide(self.characters.len());
                return refuse(format!(
                    "token {number} cannot stand at bytes {start} to {end} of a text of {length} bytes"
                ));
            }
            before = [start, end];
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_in_order_and_between_characters_are_taken() {
        let check = |places: &[[u32; 2]], ids: &[u32]| {
            let tokens = Some(Tokens { ids, places: Some(places) });
            Text { characters: "aé😀", tokens }.check(Unit::Token).is_ok()
        };
        assert!(check(&[[0, 1], [1, 3], [3, 7]], &[5, 6, 7]));
        assert!(check(&[[0, 1], [3, 7], [3, 7]], &[5, 6, 6]), "two tokens may share a character");
        assert!(check(&[[0, 0], [0, 1]], &[5, 6]), "a token may have no characters");
        assert!(!check(&[[0, 1], [1, 2]], &[5, 6]), "in the midst of a character");
        assert!(!check(&[[1, 3], [0, 3]], &[5, 6]));
        assert!(!check(&[[0, 3], [1, 1]], &[5, 6]));
        assert!(!check(&[[3, 1]], &[5]));
        assert!(!check(&[[0, 8]], &[5]), "past the end");
        assert!(!check(&[[0, 1]], &[5, 6]), "one place for two tokens");
    }

    #[test]
    fn tokens_are_given_exactly_for_units_that_are_tokens() {
        let only_ids = Text { characters: "", tokens: Some(Tokens { ids: &[1], places: None }) };
        assert!(only_ids.check(Unit::Token).is_ok());
        assert!(!only_ids.has_characters());
        assert!(Text { characters: "a", ..only_ids }.check(Unit::Token).is_err());
        assert!(Text::from("a").check(Unit::Token).is_err());
        for unit in [Unit::Word, Unit::Lexeme, Unit::Byte] {
            assert!(only_ids.check(unit).is_err());
            assert!(Text::from("a").check(unit).is_ok());
        }
    }
}
