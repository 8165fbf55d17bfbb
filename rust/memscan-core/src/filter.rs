/*!
Which runs of `k` units the corpus has: approximately, and at once.

# Idea

A register-blocked Bloom filter (Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient
Bloom Filters", 2007). The hash of a k-gram picks one 64-bit word and five bits in it. If
one of them is not set, the corpus surely lacks the k-gram. So one look-up touches one cache
line, and most of any text that the corpus does not hold ends there.

# Complexity

One multiplication a unit and one memory access a look-up. With 12 bits a key about 1 % of
absent k-grams pass.
*/

use std::sync::atomic::{AtomicU64, Ordering};

use crate::num::{scale, wide};
use crate::raw::prefetch::prefetch;

/// Bits set for each key.
const BITS_PER_KEY: u32 = 5;

/// How many keys ahead words are asked for while the filter is filled.
const KEYS_AHEAD: usize = 32;

/// What the first unit of a run is multiplied with, and how that changes from unit to unit.
const FIRST_MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
const STEP: u64 = 0xd134_2543_de82_ef95;
/// `STEP` times this is one, modulo 2^64.
const STEP_INVERSE: u64 = inverse(STEP);
const START: u64 = 0x2436_3f84_a885_a309;

/// The 64-bit key of a run of units, from their 32-bit hashes.
#[inline]
pub(crate) fn key(hashes: &[u32]) -> u64 {
    // Multilinear hashing (Lemire and Kaser 2014) with multipliers from a geometric sequence.
    let mut multiplier = FIRST_MULTIPLIER;
    let mut sum = START;
    for &hash in hashes {
        sum = sum.wrapping_add((u64::from(hash) + 1).wrapping_mul(multiplier));
        multiplier = multiplier.wrapping_mul(STEP);
    }
    mixed(sum)
}

/// The keys of all runs of `k` units, from left to right.
///
/// The sum of a run follows from that of the one before it: what leaves is taken off, the rest is divided
/// by the step of the multipliers, what enters is put on (Karp and Rabin 1987).
pub(crate) fn keys(hashes: &[u32], k: usize) -> impl Iterator<Item = u64> + '_ {
    let term = |hash: u32, multiplier: u64| (u64::from(hash) + 1).wrapping_mul(multiplier);
    let mut last_multiplier = FIRST_MULTIPLIER;
    (1..k).for_each(|_| last_multiplier = last_multiplier.wrapping_mul(STEP));
    let mut sum = 0_u64;
    hashes.iter().enumerate().filter_map(move |(place, &hash)| {
        let leaving = place.checked_sub(k).map_or(0, |before| term(hashes[before], FIRST_MULTIPLIER));
        sum = sum.wrapping_sub(leaving).wrapping_mul(STEP_INVERSE).wrapping_add(term(hash, last_multiplier));
        (place + 1 >= k).then(|| mixed(sum.wrapping_add(START)))
    })
}

#[inline]
fn mixed(sum: u64) -> u64 {
    let mixed = (sum ^ (sum >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

/// The inverse of an odd number modulo 2^64: each step of Newton's doubles the bits that are right.
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut turn = 0;
    while turn < 5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
        turn += 1;
    }
    inverse
}

/// The word of a filter of `words` words that `key` falls into.
#[inline]
fn word_of(key: u64, words: usize) -> usize {
    scale(key, wide(words))
}

/// The five bits of `key` within its word. They come from the low half of the key, the word
/// from the high half.
#[inline]
fn bits_of(key: u64) -> u64 {
    (0..BITS_PER_KEY).fold(0, |bits, turn| bits | 1 << ((key >> (6 * turn)) & 63))
}

/// A finished filter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter<'a> {
    words: &'a [u64],
    k: usize,
}

impl<'a> Filter<'a> {
    pub(crate) fn new(words: &'a [u64], k: usize) -> Self {
        Self { words, k }
    }

    /// A filter that says nothing: it knows only runs longer than any match.
    pub(crate) fn off(self) -> Self {
        Self { k: usize::MAX, ..self }
    }

    /// The length of the runs it knows, in units.
    pub(crate) fn k(&self) -> usize {
        self.k
    }

    /// False if the corpus surely lacks the run of `k` units that starts at `place`.
    #[inline]
    pub(crate) fn may_hold(&self, hashes: &[u32], place: usize) -> bool {
        self.may_hold_key(key(&hashes[place..place + self.k]))
    }

    /// Ask memory for what [`Self::may_hold_key`] will look at.
    #[inline]
    pub(crate) fn ask_for(&self, key: u64) {
        prefetch(self.words, word_of(key, self.words.len()));
    }

    /// False if the corpus surely lacks the run of this key.
    #[inline]
    pub(crate) fn may_hold_key(&self, key: u64) -> bool {
        let bits = bits_of(key);
        self.words.get(word_of(key, self.words.len())).is_some_and(|word| word & bits == bits)
    }
}

/// A filter being filled, by many threads at once.
#[derive(Debug)]
pub(crate) struct FilterBuilder {
    words: Vec<AtomicU64>,
}

impl FilterBuilder {
    /// An empty filter for `keys` different keys at `bits_per_key` each.
    pub(crate) fn new(keys: u64, bits_per_key: u32) -> Self {
        let words = (keys * u64::from(bits_per_key)).div_ceil(64).max(1);
        Self { words: (0..words).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Put keys in. The words of those to come are asked for before they are changed: so memory is waited
    /// for side by side.
    pub(crate) fn insert(&self, keys: &[u64]) {
        for (place, &key) in keys.iter().enumerate() {
            if let Some(&later) = keys.get(place + KEYS_AHEAD) {
                prefetch(&self.words, word_of(later, self.words.len()));
            }
            let word = &self.words[word_of(key, self.words.len())];
            let bits = bits_of(key);
            if word.load(Ordering::Relaxed) & bits != bits {
                word.fetch_or(bits, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn into_words(self) -> Vec<u64> {
        self.words.into_iter().map(AtomicU64::into_inner).collect()
    }
}

/// How many different keys there are, to within about one percent: `HyperLogLog` (Flajolet, Fusy,
/// Gandouet and Meunier 2007), so that a repetitive corpus gets a small filter.
#[derive(Clone, Debug)]
pub(crate) struct DistinctKeys {
    registers: Vec<u8>,
}

impl DistinctKeys {
    const REGISTER_BITS: u32 = 14;

    pub(crate) fn new() -> Self {
        Self { registers: vec![0; 1 << Self::REGISTER_BITS] }
    }

    pub(crate) fn add(&mut self, key: u64) {
        let register = crate::num::offset(key >> (64 - Self::REGISTER_BITS));
        let rest = (key << Self::REGISTER_BITS) | 1;
        let rank = u8::try_from(rest.leading_zeros() + 1).expect("at most 65");
        self.registers[register] = self.registers[register].max(rank);
    }

    pub(crate) fn merge(mut self, other: &Self) -> Self {
        for (mine, theirs) in self.registers.iter_mut().zip(&other.registers) {
            *mine = (*mine).max(*theirs);
        }
        self
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, positive and far below 2^53"
    )]
    pub(crate) fn estimate(&self) -> u64 {
        let count = self.registers.len() as f64;
        let sum: f64 = self.registers.iter().map(|&rank| 0.5_f64.powi(i32::from(rank))).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let empty: f64 = self.registers.iter().map(|&rank| if rank == 0 { 1.0 } else { 0.0 }).sum();
        let estimate = if raw <= 2.5 * count && empty > 0.0 { count * (count / empty).ln() } else { raw };
        estimate.ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: u32) -> impl Iterator<Item = u64> {
        (0..count).map(|number| key(&[number, number ^ 7, 3]))
    }

    #[test]
    fn holds_every_key_that_was_put_in_and_few_others() {
        let builder = FilterBuilder::new(10_000, 12);
        let hashes: Vec<u32> = (0..10_002_u32).map(|place| place.wrapping_mul(2_654_435_761)).collect();
        for place in 0..10_000 {
            builder.insert(&[key(&hashes[place..place + 3])]);
        }
        let words = builder.into_words();
        let filter = Filter::new(&words, 3);
        assert!((0..10_000).all(|place| filter.may_hold(&hashes, place)));
        let others: Vec<u32> =
            (0..100_000_u32).map(|place| place.wrapping_mul(40_503) ^ 0x5bd1_e995).collect();
        let passed = (0..others.len() - 3).filter(|&place| filter.may_hold(&others, place)).count();
        assert!(passed < 2_000, "{passed} of 100,000 absent keys pass");
    }

    #[test]
    fn keys_follow_from_those_before_them() {
        assert_eq!(STEP.wrapping_mul(STEP_INVERSE), 1);
        let hashes: Vec<u32> = (0..40_u32).map(|place| place.wrapping_mul(0x9e37_79b9)).collect();
        for k in 1..=64 {
            for length in 0..hashes.len() {
                let expected: Vec<u64> = hashes[..length].windows(k).map(key).collect();
                assert_eq!(super::keys(&hashes[..length], k).collect::<Vec<_>>(), expected, "k {k}");
            }
        }
    }

    #[test]
    fn distinct_keys_are_counted_once() {
        for count in [0, 1, 100, 10_000, 1_000_000] {
            let mut distinct = DistinctKeys::new();
            for key in keys(count).chain(keys(count)) {
                distinct.add(key);
            }
            let (estimate, count) = (distinct.estimate(), u64::from(count));
            assert!(estimate.abs_diff(count) <= count / 33 + 1, "{estimate} for {count}");
        }
    }
}
