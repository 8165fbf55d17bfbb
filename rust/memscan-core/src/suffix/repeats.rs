/*!
Repeats: for each place of a text, the longest run of symbols from there that stands elsewhere in the text too.

# Idea

Whatever shares most with a suffix stands beside it in the suffix array. What a suffix shares with the one before it
is worked out in the order of the text, not of the array: going one place on, it drops by at most one (Kasai et
al. 2001; Kärkkäinen, Manzini and Puglisi 2009). What it shares with the one after it, that one shares with it.

# Complexity

Linear; 8 bytes of memory a symbol.
*/

use super::symbol::Symbol;
use crate::num::{index, position};

/// The suffix before the first one.
const NONE: u32 = u32::MAX;

/// For each place of `text`, the length of the longest run from there that another of the `suffixes` starts
/// with. No run holds a separator. Zero where no suffix starts.
pub(crate) fn longest_repeats<S: Symbol>(text: &[S], suffixes: &[u32]) -> Vec<u32> {
    let mut before = vec![NONE; text.len()];
    let mut last = NONE;
    for &suffix in suffixes {
        if let Some(place) = before.get_mut(index(suffix)) {
            *place = std::mem::replace(&mut last, suffix);
        }
    }
    let mut lengths = shared_with(text, before);
    let mut ranks = suffixes.iter().map(|&suffix| index(suffix)).filter(|&place| place < text.len());
    let Some(mut place) = ranks.next() else { return lengths };
    for next in ranks {
        // Of the next one only what it shares with this one is known yet.
        lengths[place] = lengths[place].max(lengths[next]);
        place = next;
    }
    lengths
}

/// What the suffix at each place shares with the one that stands at `before` of that place.
fn shared_with<S: Symbol>(text: &[S], before: Vec<u32>) -> Vec<u32> {
    let mut lengths = before;
    let mut length = 0_usize;
    for (place, entry) in lengths.iter_mut().enumerate() {
        if *entry == NONE {
            (*entry, length) = (0, 0);
            continue;
        }
        let other = index(*entry);
        length += (text[place + length..].iter().zip(text.get(other + length..).unwrap_or_default()))
            .take_while(|(one, other)| one == other && **one != S::SEPARATOR)
            .count();
        *entry = position(length);
        length = length.saturating_sub(1);
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::super::build;
    use super::*;
    use crate::oracle::{all_texts, occurrences};

    #[test]
    fn agree_with_the_oracle_on_all_short_texts() {
        for text in all_texts(&[0, 1, 2], 8) {
            let suffixes = build(&mut text.clone()).expect("sorts");
            let expected: Vec<u32> = (0..text.len())
                .map(|place| {
                    let end = text[place..].iter().position(|&symbol| symbol == 0);
                    let most = end.unwrap_or(text.len() - place);
                    let repeats = |length: &usize| occurrences(&text, &text[place..place + length]).len() > 1;
                    position((1..=most).rev().find(repeats).unwrap_or(0))
                })
                .collect();
            assert_eq!(longest_repeats(&text, &suffixes), expected, "{text:?}");
        }
    }

    #[test]
    fn a_damaged_array_gives_no_panic() {
        let text = [1_u32, 2, 1, 2, 0];
        for damage in [0, 1, 4, 5, 1 << 31, u32::MAX] {
            for place in 0..4 {
                let mut suffixes = [2, 0, 3, 1];
                suffixes[place] = damage;
                longest_repeats(&text, &suffixes);
            }
        }
    }
}
