/*!
Which bytes of a block of 64 are ASCII letters or digits, apostrophes, or not ASCII.

One function in four forms: 512, 256 and 128 bits wide, and in plain integers. All give the
same masks; [`best`] picks the widest that this processor has.
*/

/// Bytes looked at together.
pub(crate) const BLOCK: usize = 64;

/// What the bytes of a block are; bit `i` speaks of byte `i`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Masks {
    /// `0-9`, `A-Z`, `a-z`.
    pub(crate) alphanumeric: u64,
    /// `'`.
    pub(crate) apostrophe: u64,
    /// Not ASCII.
    pub(crate) foreign: u64,
}

/// A way to classify a block.
pub(crate) type Classify = fn(&[u8; BLOCK]) -> Masks;

/// The name and function of each way this processor has, widest first; the last is plain.
pub(crate) fn available() -> Vec<(&'static str, Classify)> {
    let mut ways: Vec<(&'static str, Classify)> = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512bw") {
            ways.push(("avx512", x86::classify_512));
        }
        if is_x86_feature_detected!("avx2") {
            ways.push(("avx2", x86::classify_256));
        }
        ways.push(("sse2", x86::classify_128));
    }
    ways.push(("scalar", classify_plain));
    ways
}

/// The widest way this processor has.
pub(crate) fn best() -> (&'static str, Classify) {
    available()[0]
}

const HIGH: u64 = 0x8080_8080_8080_8080;

/// Eight bytes at a time in a general register.
pub(crate) fn classify_plain(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks { alphanumeric: 0, apostrophe: 0, foreign: 0 };
    for (index, bytes) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        let foreign = word & HIGH;
        let ascii = word & !HIGH;
        let letter = at_least(ascii | repeat(0x20), b'a') & !at_least(ascii | repeat(0x20), b'z' + 1);
        let digit = at_least(ascii, b'0') & !at_least(ascii, b'9' + 1);
        let apostrophe = at_least(ascii, b'\'') & !at_least(ascii, b'\'' + 1);
        let place = index * 8;
        masks.alphanumeric |= gather((letter | digit) & !foreign) << place;
        masks.apostrophe |= gather(apostrophe & !foreign) << place;
        masks.foreign |= gather(foreign) << place;
    }
    masks
}

/// The high bit of each byte that is at least `bound`; all bytes and `bound` are below 128.
const fn at_least(bytes: u64, bound: u8) -> u64 {
    ((bytes | HIGH) - repeat(bound)) & HIGH
}

const fn repeat(byte: u8) -> u64 {
    byte as u64 * 0x0101_0101_0101_0101
}

/// The eight high bits of the bytes, as the low eight bits.
const fn gather(high_bits: u64) -> u64 {
    (high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(target_arch = "x86_64")]
#[expect(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "the instructions take bytes as signed"
)]
mod x86 {
    #[allow(clippy::wildcard_imports, reason = "the names of the instructions say what they are")]
    use std::arch::x86_64::*;

    use super::{BLOCK, Masks};

    pub(super) fn classify_512(block: &[u8; BLOCK]) -> Masks {
        // SAFETY: `available` hands this function out only where AVX-512BW was detected.
        unsafe { wide_512(block) }
    }

    pub(super) fn classify_256(block: &[u8; BLOCK]) -> Masks {
        // SAFETY: `available` hands this function out only where AVX2 was detected.
        unsafe { wide_256(block) }
    }

    #[target_feature(enable = "avx512bw")]
    fn wide_512(block: &[u8; BLOCK]) -> Masks {
        // SAFETY: the block has 64 bytes, and the load needs no alignment.
        let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
        let lower = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
        let letter = _mm512_cmple_epu8_mask(
            _mm512_sub_epi8(lower, _mm512_set1_epi8(b'a' as i8)),
            _mm512_set1_epi8(25),
        );
        let digit =
            _mm512_cmple_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(b'0' as i8)), _mm512_set1_epi8(9));
        Masks {
            alphanumeric: letter | digit,
            apostrophe: _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'\'' as i8)),
            foreign: _mm512_movepi8_mask(bytes),
        }
    }

    #[target_feature(enable = "avx2")]
    fn wide_256(block: &[u8; BLOCK]) -> Masks {
        let (halves, _) = block.as_chunks::<32>();
        let (low, high) = (half_256(&halves[0]), half_256(&halves[1]));
        join(&[low, high], 32)
    }

    #[target_feature(enable = "avx2")]
    fn half_256(bytes: &[u8; 32]) -> Masks {
        // SAFETY: the array has 32 bytes, and the load needs no alignment.
        let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
        let lower = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
        let letter = within_256(lower, b'a', 25);
        let digit = within_256(bytes, b'0', 9);
        let apostrophe = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'\'' as i8));
        Masks {
            alphanumeric: mask_256(_mm256_or_si256(letter, digit)),
            apostrophe: mask_256(apostrophe),
            foreign: mask_256(bytes),
        }
    }

    /// Bytes from `first` to `first + span`, as all ones.
    #[target_feature(enable = "avx2")]
    fn within_256(bytes: __m256i, first: u8, span: i8) -> __m256i {
        let shifted = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first as i8));
        _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8(span)), shifted)
    }

    #[target_feature(enable = "avx2")]
    fn mask_256(bytes: __m256i) -> u64 {
        u64::from(_mm256_movemask_epi8(bytes) as u32)
    }

    pub(super) fn classify_128(block: &[u8; BLOCK]) -> Masks {
        // SAFETY: every x86-64 processor has SSE2.
        unsafe { wide_128(block) }
    }

    #[target_feature(enable = "sse2")]
    fn wide_128(block: &[u8; BLOCK]) -> Masks {
        let (quarters, _) = block.as_chunks::<16>();
        let parts = [
            quarter_128(&quarters[0]),
            quarter_128(&quarters[1]),
            quarter_128(&quarters[2]),
            quarter_128(&quarters[3]),
        ];
        join(&parts, 16)
    }

    #[target_feature(enable = "sse2")]
    fn quarter_128(bytes: &[u8; 16]) -> Masks {
        // SAFETY: the array has 16 bytes, and the load needs no alignment.
        let bytes = unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) };
        let lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        let letter = within_128(lower, b'a', 25);
        let digit = within_128(bytes, b'0', 9);
        let apostrophe = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\'' as i8));
        Masks {
            alphanumeric: mask_128(_mm_or_si128(letter, digit)),
            apostrophe: mask_128(apostrophe),
            foreign: mask_128(bytes),
        }
    }

    /// Bytes from `first` to `first + span`, as all ones.
    #[target_feature(enable = "sse2")]
    fn within_128(bytes: __m128i, first: u8, span: i8) -> __m128i {
        let shifted = _mm_sub_epi8(bytes, _mm_set1_epi8(first as i8));
        _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(span)), shifted)
    }

    #[target_feature(enable = "sse2")]
    fn mask_128(bytes: __m128i) -> u64 {
        u64::from(_mm_movemask_epi8(bytes) as u32)
    }

    /// The masks of a block from those of its parts of `width` bytes, first part lowest.
    fn join(parts: &[Masks], width: usize) -> Masks {
        let mut whole = Masks { alphanumeric: 0, apostrophe: 0, foreign: 0 };
        for (index, part) in parts.iter().enumerate() {
            whole.alphanumeric |= part.alphanumeric << (index * width);
            whole.apostrophe |= part.apostrophe << (index * width);
            whole.foreign |= part.foreign << (index * width);
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_definition(block: &[u8; BLOCK]) -> Masks {
        let mask = |is: fn(&u8) -> bool| {
            block.iter().enumerate().filter(|(_, byte)| is(byte)).fold(0, |mask, (bit, _)| mask | 1 << bit)
        };
        Masks {
            alphanumeric: mask(u8::is_ascii_alphanumeric),
            apostrophe: mask(|byte| *byte == b'\''),
            foreign: mask(|byte| !byte.is_ascii()),
        }
    }

    #[test]
    fn every_way_agrees_on_every_byte_at_every_place() {
        for (name, classify) in available() {
            for byte in 0..=255 {
                for place in 0..BLOCK {
                    let mut block = [b' '; BLOCK];
                    block[place] = byte;
                    assert_eq!(classify(&block), by_definition(&block), "{name}, byte {byte} at {place}");
                }
            }
        }
    }

    #[test]
    fn every_way_agrees_on_blocks_of_mixed_bytes() {
        let mut state = 1_u64;
        for _ in 0..10_000 {
            let block = std::array::from_fn(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                state.to_le_bytes()[6]
            });
            for (name, classify) in available() {
                assert_eq!(classify(&block), by_definition(&block), "{name} on {block:?}");
            }
        }
    }
}
