/*!
What a text is a sequence of.

A *word* unit is a word as a reader sees it, folded so that case, typography and Unicode
form make no difference; `docs/units.md` has the rules to the letter. Text flows through
[`Segmenter`], which hands out [`Word`]s from left to right:

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
mod segmenter;
mod table;
mod word;

pub use segmenter::{Segmenter, VectorPath};
pub use word::{Folded, Word};

/// Version of the rules in `docs/units.md`; indexes of another version are not opened.
pub const WORD_RULES_VERSION: u32 = 1;

/// The version of the Unicode Standard whose character properties the rules use.
pub const UNICODE_VERSION: &str = "18.0.0";
