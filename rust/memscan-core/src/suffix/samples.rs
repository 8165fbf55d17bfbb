/*!
A coarse copy of the suffix array: the first symbols of every 32nd suffix, packed into one number each.

# Idea

A binary search over suffixes reads two places of memory a step, each far from the last. Most of its steps can be
made on numbers that stand side by side: as many symbols as fit into 64 bits, the first highest, so that numbers
are in the order of the suffixes. What is left is an interval of a few suffixes, or those that share all the
symbols of a key.
*/

use super::symbol::Symbol;
use crate::num::{index, position};

/// Of how many suffixes one is sampled. Few in unit tests, so that small arrays have samples.
pub(crate) const SAMPLE_RATE: usize = if cfg!(test) { 2 } else { 32 };

/// How symbols are packed into keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct KeyShape {
    symbol_bits: u32,
    symbols: usize,
}

impl KeyShape {
    /// The shape for symbols from 1 to `symbol_count`, and zero.
    pub(crate) fn new(symbol_count: usize) -> Self {
        let symbol_bits = (usize::BITS - symbol_count.leading_zeros()).clamp(1, 32);
        Self { symbol_bits, symbols: index(u64::BITS / symbol_bits) }
    }

    /// The least and the greatest key that a suffix can have which starts with all symbols of `query`, or
    /// with as many of them as a key holds. None of them is more than the text has.
    pub(crate) fn range<S: Symbol>(self, query: &[S]) -> (u64, u64) {
        let (mut least, mut free_bits) = (0, u64::BITS);
        for symbol in query.iter().take(self.symbols) {
            if symbol.number() >> (self.symbol_bits - 1) > 1 {
                // The text does not have it.
                break;
            }
            free_bits -= self.symbol_bits;
            least |= u64::from(symbol.number()) << free_bits;
        }
        (least, least | u64::MAX.checked_shr(u64::BITS - free_bits).unwrap_or(0))
    }

    /// The key of the suffix that starts at `place` of `text`.
    fn key<S: Symbol>(self, text: &[S], place: usize) -> u64 {
        self.range(text.get(place..).unwrap_or_default()).0
    }

    /// How many of the first `length` symbols two keys share.
    pub(crate) fn shared(self, one: u64, other: u64, length: usize) -> usize {
        index((one ^ other).leading_zeros() / self.symbol_bits).min(length).min(self.symbols)
    }
}

/// The keys of every 32nd suffix.
pub(crate) fn sample<S: Symbol>(text: &[S], suffixes: &[u32], symbol_count: usize) -> Vec<u64> {
    let shape = KeyShape::new(symbol_count);
    suffixes.iter().step_by(SAMPLE_RATE).map(|&suffix| shape.key(text, index(suffix))).collect()
}

/// How many samples there are of so many suffixes.
pub(crate) fn sample_count(suffix_count: usize) -> usize {
    suffix_count.div_ceil(SAMPLE_RATE)
}

/// The rank of a sampled suffix.
pub(super) fn rank_of(sample: usize) -> u32 {
    position(sample * SAMPLE_RATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_their_symbols() {
        for symbol_count in [1, 2, 3, 7, 8, 244, 245, 255, 256, 100_000, index(u32::MAX >> 1)] {
            let shape = KeyShape::new(symbol_count);
            let most = position(symbol_count);
            let texts: [&[u32]; 6] = [&[], &[0, 1], &[1], &[1, 0, most], &[1, most], &[most, most, most]];
            for pair in texts.windows(2) {
                assert!(shape.key(pair[0], 0) <= shape.key(pair[1], 0), "{pair:?} of {symbol_count}");
            }
            for text in texts {
                for length in 0..=text.len() {
                    let (least, greatest) = shape.range(&text[..length]);
                    let key = shape.key(text, 0);
                    assert!(least <= key && key <= greatest, "{text:?} of {symbol_count}");
                    assert_eq!(shape.shared(key, least, length), length.min(shape.symbols));
                }
            }
            let (least, greatest) = shape.range(&[1, u32::ABSENT, 1]);
            assert_eq!((least, greatest), shape.range(&[1_u32]), "what the text lacks bounds nothing");
        }
    }
}
