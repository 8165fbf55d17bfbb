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

use crate::filter::{Filter, key};

/// Keys worked out before any is looked up: so many cache lines are asked for at once, in each filter.
const KEYS_AT_ONCE: usize = 32;

/// For each filter, the stretches of units, from left to right, that hold every match of at least
/// `min_length` units, each as a whole. All filters know runs of one length.
pub(crate) fn candidates(
    filters: &[Filter<'_>],
    hashes: &[u32],
    min_length: usize,
) -> Vec<Vec<Range<usize>>> {
    let k = filters.first().map_or(1, Filter::k);
    if hashes.len() < min_length {
        return vec![Vec::new(); filters.len()];
    }
    if min_length < k {
        return filters.iter().map(|_| std::iter::once(0..hashes.len()).collect()).collect();
    }
    let in_a_row = min_length - k + 1;
    let passing = passing(filters, hashes, in_a_row);
    filters
        .iter()
        .zip(passing)
        .map(|(filter, places)| stretches(*filter, hashes, &places, in_a_row))
        .collect()
}

/// For each filter, the multiples of `step` where a run starts that the corpus may hold.
fn passing(filters: &[Filter<'_>], hashes: &[u32], step: usize) -> Vec<Vec<usize>> {
    let k = filters.first().map_or(1, Filter::k);
    let mut passing = vec![Vec::new(); filters.len()];
    let runs = hashes.windows(k).step_by(step);
    let mut keys = Vec::with_capacity(KEYS_AT_ONCE);
    let mut runs = runs.peekable();
    let mut first = 0;
    while runs.peek().is_some() {
        keys.clear();
        for run in runs.by_ref().take(KEYS_AT_ONCE) {
            let key = key(run);
            for filter in filters {
                filter.ask_for(key);
            }
            keys.push(key);
        }
        for (filter, passing) in filters.iter().zip(&mut passing) {
            let held = keys.iter().enumerate().filter(|&(_, &key)| filter.may_hold_key(key));
            passing.extend(held.map(|(place, _)| (first + place) * step));
        }
        first += keys.len();
    }
    passing
}

/// What stands around the places that pass: at least `in_a_row` runs, one after another.
fn stretches(filter: Filter<'_>, hashes: &[u32], places: &[usize], in_a_row: usize) -> Vec<Range<usize>> {
    let k = filter.k();
    let run_count = (hashes.len() + 1).saturating_sub(k);
    let mut stretches = Vec::new();
    let mut known_absent_before = 0;
    for &place in places {
        if place < known_absent_before {
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
                let nothing = vec![0; 64];
                for query in all_texts(&[1, 2, 3], 5) {
                    for min_length in 1..=5 {
                        let filters = [Filter::new(&words, k), Filter::new(&nothing, k)];
                        let found = candidates(&filters, &query, min_length);
                        assert!(min_length < k || found[1].is_empty());
                        let stretches = &found[0];
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
