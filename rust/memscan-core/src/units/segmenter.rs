/*!
Cutting a text into units: of prose fast where it is ASCII, carefully where it is not.
*/

use super::general::Scratch;
use super::text::{Text, Tokens};
use super::unit::Unit;
use super::word::{Folded, Word};
use super::{ascii, general, lexeme};
use crate::num::index;
use crate::raw::vector::{self, Classify};

/// How wide the vectors of the ASCII path are. All give the same words.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum VectorPath {
    /// The widest that this processor has.
    #[default]
    Widest,
    /// Plain integers, as on a processor without vectors.
    Scalar,
}

/// Cuts texts into units. Cheap to make; keep one a thread for its buffers.
#[derive(Debug)]
pub struct Segmenter {
    unit: Unit,
    path_name: &'static str,
    classify: Classify,
    scratch: Scratch,
}

impl Default for Segmenter {
    fn default() -> Self {
        Self::new(Unit::Word, VectorPath::Widest)
    }
}

impl Segmenter {
    /// A segmenter that cuts into `unit`s and uses the vectors `path` asks for.
    pub fn new(unit: Unit, path: VectorPath) -> Self {
        let (path_name, classify) = match path {
            VectorPath::Widest => vector::best(),
            VectorPath::Scalar => ("scalar", vector::classify_plain as Classify),
        };
        Self { unit, path_name, classify, scratch: Scratch::default() }
    }

    /// What it cuts into.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The name of the vector instructions in use: `avx512`, `avx2`, `sse2` or `scalar`.
    pub fn path_name(&self) -> &'static str {
        self.path_name
    }

    /// Hand every unit of `text` to `sink`, from left to right. Tokens are those given with the text.
    #[inline]
    pub fn segment(&mut self, text: Text<'_>, mut sink: impl FnMut(Word<'_>)) {
        match (self.unit, text.tokens) {
            (Unit::Word, _) => self.segment_words(text.characters, &mut sink),
            (Unit::Lexeme, _) => lexeme::segment(self.classify, text.characters, &mut sink),
            (Unit::Byte, _) => segment_bytes(text.characters, &mut sink),
            (Unit::Token, Some(tokens)) => segment_tokens(tokens, &mut sink),
            (Unit::Token, None) => {}
        }
    }

    #[inline]
    fn segment_words(&mut self, text: &str, sink: &mut impl FnMut(Word<'_>)) {
        let mut place = 0;
        while place < text.len() {
            if text.as_bytes()[place].is_ascii() {
                place = ascii::segment(self.classify, text.as_bytes(), place, sink);
            }
            if place < text.len() {
                place = general::segment(text, place, &mut self.scratch, sink);
            }
        }
    }

    /// The units of `text` as they are compared, as strings: words folded.
    pub fn units<'t>(&mut self, text: impl Into<Text<'t>>) -> Vec<String> {
        let mut units = Vec::new();
        self.segment(text.into(), |unit| {
            units.push(unit.folded.with_bytes(|bytes| {
                // A NUL cannot be told from padding.
                let bytes = if bytes.is_empty() { b"\0" } else { bytes };
                String::from_utf8_lossy(bytes).into_owned()
            }));
        });
        units
    }
}

fn segment_bytes(text: &str, sink: &mut impl FnMut(Word<'_>)) {
    for (start, &byte) in text.as_bytes().iter().enumerate() {
        sink(Word { start, end: start + 1, folded: Folded::short(u128::from(byte)) });
    }
}

/// A token folds to the bytes of its id.
fn segment_tokens(tokens: Tokens<'_>, sink: &mut impl FnMut(Word<'_>)) {
    for (number, &id) in tokens.ids.iter().enumerate() {
        let [start, end] = tokens.places.map_or([0, 0], |places| places[number]);
        sink(Word { start: index(start), end: index(end), folded: Folded::short(u128::from(id)) });
    }
}
