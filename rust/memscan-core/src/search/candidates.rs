/*!
The stretches of a query that may hold a match: what the filter lets through.

# Idea

A match of at least L units holds L - k + 1 runs of k units, one after another, and the corpus has
them all. One of them starts at a multiple of L - k + 1: so only these are looked up, and
most of a query ends there. Around each one that passes, its neighbours are looked up until
one fails on either side. A stretch with fewer than L - k + 1 in a row holds no match.

# Complexity

About `m / (L - k + 1)` look-ups for a query of `m` units that has nothing in common with the corpus.
*/

use std::ops::Range;

use crate::filter::Filter;

/// Stretches of units, from left to right, that hold every match of at least `min_length`
/// units, each as a whole.
pub(crate) fn candidates(filter: Filter<'_>, hashes: &[u32], min_length: usize) -> Vec<Range<usize>> {
    let k = filter.k();
    if hashes.len() < min_length {
        return Vec::new();
    }
    if min_length < k {
        return std::iter::once(0..hashes.len()).collect();
    }
    let in_a_row = min_length - k + 1;
    let run_count = (hashes.len() + 1).saturating_sub(k);
    let mut stretches = Vec::new();
    let (mut place, mut known_absent_before) = (0, 0);
    while place < run_count {
        if !filter.may_hold(hashes, place) {
            place += in_a_row;
            continue;
        }
        let mut first = place;
        while first > known_absent_before && filter.may_hold(hashes, first - 1) {
            first -= 1;
        }
        let mut end = place + 1;
        while end < run_count && filter.may_hold(hashes, end) {
            end += 1;
        }
        if end - first >= in_a_row {
            stretches.push(first..end + k - 1);
        }
        known_absent_before = end + 1;
        place = (end / in_a_row + 1) * in_a_row;
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{FilterBuilder, key};
    use crate::oracle::{all_texts, maximal_matches};

    #[test]
    fn every_match_of_all_short_texts_lies_in_a_stretch() {
        for text in all_texts(&[1, 2, 3], 5) {
            for k in 1..=3 {
                let builder = FilterBuilder::new(64, 12);
                text.windows(k).for_each(|run| builder.insert(&[key(run)]));
                let words = builder.into_words();
                for query in all_texts(&[1, 2, 3], 5) {
                    for min_length in 1..=5 {
                        let stretches = candidates(Filter::new(&words, k), &query, min_length);
                        assert!(stretches.windows(2).all(|pair| pair[0].start < pair[1].start));
                        for (start, end) in maximal_matches(&text, &query, min_length) {
                            let is_held = stretches.iter().any(|held| held.start <= start && end <= held.end);
                            assert!(
                                is_held,
                                "{start}..{end} of {query:?} in {text:?}, k {k}, L {min_length}"
                            );
                        }
                    }
                }
            }
        }
    }
}
