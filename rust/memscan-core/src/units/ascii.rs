/*!
Words of ASCII text, cut from bit masks.

# Idea

1. Classify 64 bytes at once: one mask says which are letters or digits.
2. An apostrophe with a letter on both sides joins: three shifted masks tell.
3. Where the mask turns from zero to one a word starts, from one to zero it ends.
4. A word's bytes are letters, digits and apostrophes; setting bit 5 of each makes all of
   them lower case and changes no digit. So folding up to 16 bytes is one `or` and one mask.
5. A word that may go on past the block, or touches a byte that is not ASCII, is left for
   the next block or for the general path.
*/

use super::word::{Folded, Word};
use crate::raw::vector::{BLOCK, Classify};

const LOWER_CASE: u128 = u128::from_le_bytes([0x20; 16]);

/// Hand the words of `bytes[start..]` to `sink`, up to where the general path must go on;
/// return that place. Words before it are complete.
#[inline]
pub(super) fn segment(
    classify: Classify,
    bytes: &[u8],
    start: usize,
    sink: &mut impl FnMut(Word<'_>),
) -> usize {
    let mut place = start;
    while place < bytes.len() {
        let masks = match bytes[place..].first_chunk::<BLOCK>() {
            Some(block) => classify(block),
            None => classify(&padded(&bytes[place..])),
        };
        let joined = masks.apostrophe & (masks.alphanumeric << 1) & (masks.alphanumeric >> 1);
        let words = masks.alphanumeric | joined;
        let ascii_length = masks.foreign.trailing_zeros();
        let ascii = ones(ascii_length);
        // An apostrophe in the last place may join with what follows: the word before it is open.
        let last = ascii ^ (ascii >> 1);
        let mut starts = words & !(words << 1) & ascii;
        let mut ends = !words & (words << 1) & ascii & !(masks.apostrophe & last);
        while ends != 0 {
            let (word_start, word_end) = (bit(starts), bit(ends));
            starts &= starts - 1;
            ends &= ends - 1;
            let has_apostrophe = joined & ones_between(word_start, word_end) != 0;
            emit(bytes, place + word_start, place + word_end, has_apostrophe, sink);
        }
        let is_all_ascii = ascii_length == u64::BITS;
        match (starts != 0, is_all_ascii) {
            (true, true) if bit(starts) > 0 => place += bit(starts),
            (true, _) => return place + bit(starts),
            (false, true) => place += BLOCK,
            (false, false) => return place + bit(masks.foreign),
        }
    }
    bytes.len()
}

/// The place of the lowest one.
#[inline]
fn bit(mask: u64) -> usize {
    crate::num::index(mask.trailing_zeros())
}

/// The lowest `count` bits.
#[inline]
fn ones(count: u32) -> u64 {
    u64::MAX.checked_shr(u64::BITS - count).unwrap_or(0)
}

/// Bits from `start` to before `end`, which is at most 63.
#[inline]
fn ones_between(start: usize, end: usize) -> u64 {
    (1 << end) - (1 << start)
}

fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

#[inline]
fn emit(bytes: &[u8], start: usize, end: usize, has_apostrophe: bool, sink: &mut impl FnMut(Word<'_>)) {
    let length = end - start;
    if length <= 16 && !has_apostrophe {
        let head = match bytes[start..].first_chunk::<16>() {
            Some(chunk) => u128::from_le_bytes(*chunk),
            None => near_the_end(&bytes[start..]),
        };
        let kept = u128::MAX >> (128 - 8 * length);
        sink(Word { start, end, folded: Folded::short((head | LOWER_CASE) & kept) });
    } else {
        emit_long(bytes, start, end, sink);
    }
}

#[cold]
fn near_the_end(rest: &[u8]) -> u128 {
    let mut chunk = [0; 16];
    chunk[..rest.len()].copy_from_slice(rest);
    u128::from_le_bytes(chunk)
}

/// A word of up to 63 bytes, perhaps with apostrophes.
fn emit_long(bytes: &[u8], start: usize, end: usize, sink: &mut impl FnMut(Word<'_>)) {
    let mut folded = [0; BLOCK];
    let mut length = 0;
    for byte in bytes[start..end].iter().filter(|byte| **byte != b'\'') {
        folded[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    sink(Word { start, end, folded: Folded::new(&folded[..length]) });
}
