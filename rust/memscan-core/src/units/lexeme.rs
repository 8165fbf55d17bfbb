/*!
Lexemes: identifiers and numbers, and every other sign by itself. Nothing is folded.

# Idea

A table says of each ASCII byte whether it belongs to an identifier, separates, or is a sign of its
own; a code point that is not ASCII is looked up by its properties. How far letters and digits go on, a mask of
64 bytes tells at once. A lexeme starts afresh wherever one
can start, so a text is cut alike from any lexeme on.
*/

use icu_properties::CodePointSetData;
use icu_properties::props::{WhiteSpace, XidContinue};

use super::table::Table;
use super::word::{Folded, Word};
use crate::num::index;
use crate::raw::vector::{BLOCK, Classify};

/// What a character does in source code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Role {
    /// Belongs to an identifier or a number.
    Continue,
    /// Is a lexeme by itself.
    Sign,
    /// Separates.
    Space,
}

static ROLES: Table<Role> = Table::new(work_out);

/// The roles of ASCII, so that source code needs no other table.
const ASCII: [Role; 128] = {
    let mut roles = [Role::Sign; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            roles[byte as usize] = Role::Continue;
        } else if matches!(byte, b'\t'..=b'\r' | b' ') {
            roles[byte as usize] = Role::Space;
        }
        byte += 1;
    }
    roles
};

fn work_out(character: char) -> Role {
    if CodePointSetData::new::<WhiteSpace>().contains(character) {
        Role::Space
    } else if CodePointSetData::new::<XidContinue>().contains(character) {
        Role::Continue
    } else {
        Role::Sign
    }
}

/// Hand every lexeme of `text` to `sink`, from left to right.
#[inline]
pub(super) fn segment(classify: Classify, text: &str, sink: &mut impl FnMut(Word<'_>)) {
    let bytes = text.as_bytes();
    let mut blocks = Blocks { classify, bytes, start: 0, end: 0, alphanumeric: 0 };
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        let (role, width) = role_at(text, place, byte);
        let start = place;
        match role {
            Role::Space => {
                place += width;
                continue;
            }
            Role::Continue => place = identifier_end(text, &mut blocks, place),
            Role::Sign => place += width,
        }
        sink(Word { start, end: place, folded: folded(bytes, start, place) });
    }
}

/// The role of the character at `place`, whose first byte is `byte`, and its length in bytes.
#[inline]
fn role_at(text: &str, place: usize, byte: u8) -> (Role, usize) {
    match ASCII.get(usize::from(byte)) {
        Some(&role) => (role, 1),
        None => foreign_role(text, place),
    }
}

fn foreign_role(text: &str, place: usize) -> (Role, usize) {
    let character = text[place..].chars().next().expect("the place is before the end of the text");
    (ROLES.get(character), character.len_utf8())
}

/// Where the identifier ends that goes on up to `place`. Its letters and digits are taken many at a time.
#[inline]
fn identifier_end(text: &str, blocks: &mut Blocks<'_>, mut place: usize) -> usize {
    loop {
        place += blocks.alphanumeric_at(place);
        let Some(&byte) = text.as_bytes().get(place) else { return place };
        match role_at(text, place, byte) {
            (Role::Continue, width) => place += width,
            _ => return place,
        }
    }
}

/// Which bytes of the block at hand are letters or digits.
#[derive(Debug)]
struct Blocks<'a> {
    classify: Classify,
    bytes: &'a [u8],
    start: usize,
    end: usize,
    alphanumeric: u64,
}

impl Blocks<'_> {
    /// How many letters and digits of ASCII stand from `place` on, as far as one block shows.
    #[inline]
    fn alphanumeric_at(&mut self, place: usize) -> usize {
        if place >= self.end || place < self.start {
            self.load(place);
        }
        index((self.alphanumeric >> (place - self.start)).trailing_ones())
    }

    #[inline]
    fn load(&mut self, place: usize) {
        let rest = self.bytes.get(place..).unwrap_or_default();
        let masks = if let Some(block) = rest.first_chunk::<BLOCK>() {
            (self.classify)(block)
        } else {
            let mut block = [b' '; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            (self.classify)(&block)
        };
        (self.start, self.end, self.alphanumeric) = (place, place + BLOCK, masks.alphanumeric);
    }
}

#[inline]
fn folded(bytes: &[u8], start: usize, end: usize) -> Folded<'_> {
    let length = end - start;
    match bytes[start..].first_chunk::<16>() {
        Some(chunk) if length <= 16 => {
            Folded::short(u128::from_le_bytes(*chunk) & (u128::MAX >> (128 - 8 * length)))
        }
        _ => Folded::new(&bytes[start..end]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::raw::vector::available;

    fn lexemes(text: &str) -> Vec<(usize, &str)> {
        let ways = available().into_iter().map(|(_, classify)| {
            let mut found = Vec::new();
            segment(classify, text, &mut |word| {
                let own = &text[word.start..word.end];
                // A NUL is a lexeme, whose padding cannot be told from its byte: it reads as no bytes.
                word.folded.with_bytes(|bytes| assert_eq!(bytes, own.trim_matches('\0').as_bytes()));
                found.push((word.start, own));
            });
            found
        });
        let mut found: Vec<_> = ways.collect();
        found.dedup();
        assert_eq!(found.len(), 1, "every way gives the same lexemes of {text:?}");
        found.remove(0)
    }

    /// The definition: properties of characters, one after another.
    fn by_definition(text: &str) -> Vec<(usize, &str)> {
        let is_continue = |character| work_out(character) == Role::Continue;
        let mut found = Vec::new();
        let mut characters = text.char_indices().peekable();
        while let Some((start, character)) = characters.next() {
            let mut end = start + character.len_utf8();
            if character.is_whitespace() {
                continue;
            }
            while is_continue(character)
                && let Some((place, next)) = characters.next_if(|(_, next)| is_continue(*next))
            {
                end = place + next.len_utf8();
            }
            found.push((start, &text[start..end]));
        }
        found
    }

    #[test]
    fn source_code_is_cut_into_names_numbers_and_signs() {
        let words: Vec<_> =
            lexemes("fn naïve_2(x: &str) -> 3.14e-5 {\n\tx+=\"ü€\"\0}").iter().map(|l| l.1).collect();
        let expected = [
            "fn", "naïve_2", "(", "x", ":", "&", "str", ")", "-", ">", "3", ".", "14e", "-", "5", "{", "x",
            "+", "=", "\"", "ü", "€", "\"", "\0", "}",
        ];
        assert_eq!(words, expected);
        assert_eq!(lexemes("a\u{a0}b\u{2003}c\u{1c}d").len(), 5, "a separator of files is a sign");
    }

    #[test]
    fn the_table_of_ascii_follows_the_properties() {
        for byte in 0..128_u8 {
            assert_eq!(ASCII[usize::from(byte)], work_out(char::from(byte)), "{byte}");
        }
    }

    #[test]
    fn identifiers_at_every_place_of_a_block() {
        for name in ["x", "a_b", "_", "long_identifier_of_32_characters", "naïve", "a.b"] {
            for place in 0..130 {
                for text in [" ".repeat(place) + name, "ab ".repeat(place) + name, "a".repeat(place) + name] {
                    assert_eq!(lexemes(&text), by_definition(&text));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_as_defined_and_alike_from_any_lexeme_on(
            text in "([a-z_0-9 (){}.\\n\\t\\x00\"é漢\u{301}\u{ad}😀\u{2003}]|\\PC){0,60}"
        ) {
            let found = lexemes(&text);
            prop_assert_eq!(&found, &by_definition(&text));
            for (number, (start, own)) in found.iter().enumerate() {
                prop_assert_eq!(lexemes(own), [(0, *own)]);
                let rest: Vec<_> = found[number..].iter().map(|(place, own)| (place - start, *own)).collect();
                prop_assert_eq!(lexemes(&text[*start..]), rest);
            }
        }
    }
}
