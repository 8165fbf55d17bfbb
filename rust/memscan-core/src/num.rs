/*!
Every integer cast of the library, each with the reason why it loses nothing.

Positions are `u32` on disk (a shard holds fewer than 2^31 of them) and `usize` in memory;
byte offsets of a whole corpus are `u64` on disk.
*/

#![expect(clippy::cast_possible_truncation, reason = "the functions below are the checked casts")]

const _: () = assert!(usize::BITS >= 64, "memscan maps files of many gigabytes: it needs 64 bits");

/// A position as an index into memory.
#[inline]
pub(crate) const fn index(position: u32) -> usize {
    position as usize
}

/// A byte offset as an index into memory; `usize` has 64 bits, as asserted above.
#[inline]
pub(crate) const fn offset(bytes: u64) -> usize {
    bytes as usize
}

/// A length as it is written to disk; `usize` has 64 bits.
#[inline]
pub(crate) const fn wide(length: usize) -> u64 {
    length as u64
}

/// An index that is known to fit a position.
///
/// # Panics
///
/// If it does not: the builder's limits keep all positions below 2^31.
#[inline]
pub(crate) fn position(index: usize) -> u32 {
    debug_assert!(u32::try_from(index).is_ok(), "position {index} needs more than 32 bits");
    index as u32
}

/// The low 32 bits.
#[inline]
pub(crate) const fn low(value: u64) -> u32 {
    value as u32
}

/// The high 64 bits of a product: a number below `bound`, evenly spread over `value`'s range.
#[inline]
pub(crate) const fn scale(value: u64, bound: u64) -> usize {
    ((value as u128 * bound as u128) >> 64) as usize
}

/// A number that is known to fit a byte.
#[cfg(test)]
pub(crate) fn byte(number: u32) -> u8 {
    debug_assert!(number <= 255, "{number} needs more than 8 bits");
    number as u8
}

/// The low 8 bits.
#[inline]
pub(crate) const fn low_byte(value: u64) -> u8 {
    value as u8
}
