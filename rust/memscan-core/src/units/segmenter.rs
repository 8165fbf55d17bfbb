/*!
Cutting a text into words: fast where it is ASCII, carefully where it is not.
*/

use super::general::Scratch;
use super::word::Word;
use super::{ascii, general};
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

/// Cuts texts into words. Cheap to make; keep one a thread for its buffers.
#[derive(Debug)]
pub struct Segmenter {
    path_name: &'static str,
    classify: Classify,
    scratch: Scratch,
}

impl Default for Segmenter {
    fn default() -> Self {
        Self::new(VectorPath::Widest)
    }
}

impl Segmenter {
    /// A segmenter that uses the vectors `path` asks for.
    pub fn new(path: VectorPath) -> Self {
        let (path_name, classify) = match path {
            VectorPath::Widest => vector::best(),
            VectorPath::Scalar => ("scalar", vector::classify_plain as Classify),
        };
        Self { path_name, classify, scratch: Scratch::default() }
    }

    /// The name of the vector instructions in use: `avx512`, `avx2`, `sse2` or `scalar`.
    pub fn path_name(&self) -> &'static str {
        self.path_name
    }

    /// Hand every word of `text` to `sink`, from left to right.
    #[inline]
    pub fn segment(&mut self, text: &str, mut sink: impl FnMut(Word<'_>)) {
        let mut place = 0;
        while place < text.len() {
            if text.as_bytes()[place].is_ascii() {
                place = ascii::segment(self.classify, text.as_bytes(), place, &mut sink);
            }
            if place < text.len() {
                place = general::segment(text, place, &mut self.scratch, &mut sink);
            }
        }
    }

    /// The folded words of `text`, as strings.
    pub fn words(&mut self, text: &str) -> Vec<String> {
        let mut words = Vec::new();
        self.segment(text, |word| {
            words.push(word.folded.with_bytes(|bytes| String::from_utf8_lossy(bytes).into_owned()));
        });
        words
    }
}
