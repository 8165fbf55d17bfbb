/*!
One unit of a text: where it stands and what it folds to.
*/

use super::hash;

/// Folded bytes that fit the inline head.
const HEAD_BYTES: usize = 16;

/// The folded UTF-8 bytes of a word. Words are equal exactly when these are.
///
/// Nearly all words have at most 16 bytes and live in one integer. None ends in a NUL but one that is nothing
/// else, so zero padding loses nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Folded<'a> {
    /// The first 16 bytes, little-endian, padded with zeros.
    head: u128,
    /// All bytes if there are more than 16; else empty.
    long: &'a [u8],
}

impl<'a> Folded<'a> {
    /// The folding whose bytes are `bytes`, which hold no NUL.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut head = [0; HEAD_BYTES];
        let inline = bytes.len().min(HEAD_BYTES);
        head[..inline].copy_from_slice(&bytes[..inline]);
        let long = if bytes.len() > HEAD_BYTES { bytes } else { &[] };
        Self { head: u128::from_le_bytes(head), long }
    }

    /// The folding of at most 16 bytes that `head` holds, padded with zeros.
    #[inline]
    pub(crate) fn short(head: u128) -> Self {
        Self { head, long: &[] }
    }

    /// The first 16 bytes, little-endian, padded with zeros.
    #[inline]
    pub(crate) fn head(&self) -> u128 {
        self.head
    }

    /// All bytes if there are more than 16; else empty.
    #[inline]
    pub(crate) fn long(&self) -> &'a [u8] {
        self.long
    }

    /// Call `read` with the folded bytes.
    pub fn with_bytes<T>(&self, read: impl FnOnce(&[u8]) -> T) -> T {
        if self.long.is_empty() {
            let padding = self.head.leading_zeros() / 8;
            let length = HEAD_BYTES - usize::try_from(padding).expect("at most 16");
            read(&self.head.to_le_bytes()[..length])
        } else {
            read(self.long)
        }
    }

    /// The 32-bit hash of the folded bytes: where to look a word up, never whether two are equal.
    #[inline]
    pub fn hash(&self) -> u32 {
        if self.long.is_empty() { hash::short(self.head) } else { hash::long(self.long) }
    }
}

/// One unit of a text.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// Where it starts in the text, in bytes.
    pub start: usize,
    /// Where it ends in the text, in bytes.
    pub end: usize,
    /// What it folds to.
    pub folded: Folded<'a>,
}
