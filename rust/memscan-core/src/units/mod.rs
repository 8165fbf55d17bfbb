/*!
What a text is a sequence of.

One of four [kinds](Unit): words, lexemes, bytes or tokens. `docs/units.md` has the rules to the letter.
Text flows through [`Segmenter`], which hands out each unit as a [`Word`], from left to right. What follows
speaks of words, which are folded so that case, typography and Unicode form make no difference:

1. Blocks of 64 ASCII bytes are classified at once, and the words in them cut from bit masks
   (`ascii`).
2. Whatever touches a byte that is not ASCII is cut code point by code point (`general`).

Both start afresh at any unit boundary: a unit depends only on the text from its own start.
So a text can be cut from any unit on, which is how an index finds a unit's place without
having stored it.

# Complexity

Linear; about one nanosecond a byte for ASCII.
*/

#[cfg(test)]
mod agreement;
mod ascii;
mod class;
mod fold;
mod general;
mod hash;
mod lexeme;
mod segmenter;
mod table;
mod text;
mod unit;
mod word;

pub use segmenter::{Segmenter, VectorPath};
pub use text::{Text, Tokens};
pub use unit::Unit;
pub use word::{Folded, Word};

/// The version of the Unicode Standard whose character properties the rules use.
pub const UNICODE_VERSION: &str = "18.0.0";
