/*!
The 32-bit hash of a word's folded bytes.

It places a word in the filter and in the vocabulary. Two words may share a hash: the
vocabulary then compares their bytes, and the filter only becomes a little less selective.
The constants are the first digits of the golden ratio and of pi; the mixing step, a
64-by-64-bit product folded onto itself, is the one of wyhash (Wang Yi, public domain).

The values are part of the index format.
*/

use crate::num::low;

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const PI: u64 = 0x2436_3f84_a885_a309;

/// The hash of at most 16 bytes, padded with zeros.
#[inline]
pub(super) fn short(head: u128) -> u32 {
    let (head_low, head_high) = halves(head);
    squeeze(mix(head_low ^ GOLDEN, head_high ^ PI))
}

/// The hash of more than 16 bytes.
pub(super) fn long(bytes: &[u8]) -> u32 {
    let state = bytes.chunks(16).fold(GOLDEN, |state, chunk| {
        let mut padded = [0; 16];
        padded[..chunk.len()].copy_from_slice(chunk);
        let (chunk_low, chunk_high) = halves(u128::from_le_bytes(padded));
        mix(chunk_low ^ state, chunk_high ^ PI).wrapping_add(GOLDEN)
    });
    squeeze(state)
}

#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let (product_low, product_high) = halves(u128::from(a) * u128::from(b));
    product_low ^ product_high
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
fn halves(value: u128) -> (u64, u64) {
    (value as u64, (value >> 64) as u64)
}

#[inline]
fn squeeze(value: u64) -> u32 {
    low(value ^ (value >> 32))
}
