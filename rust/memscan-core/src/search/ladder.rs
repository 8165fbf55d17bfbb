/*!
How much of a generation the corpus has at each level of fidelity.

# Idea

A long match is seldom equal as a whole at a strict level: one comma is enough. Its parts may be. So the two texts
of an occurrence, which have the same units, are laid side by side, unit by unit and gap by gap; each run of at least L
units in which all agree at a level is covered at that level. What is covered is the union over the occurrences
examined.
*/

use std::ops::Range;

use super::fidelity::Fidelity;
use crate::index::count_characters;

/// The levels above `folded`, strictest first.
pub(crate) const LEVELS: [Fidelity; 3] = [Fidelity::Exact, Fidelity::Whitespace, Fidelity::Typography];

/// A text and where its units stand in it, in bytes.
#[derive(Debug)]
pub(crate) struct Pieces<'a> {
    pub(crate) text: &'a str,
    pub(crate) units: Vec<Range<usize>>,
}

impl<'a> Pieces<'a> {
    fn unit(&self, number: usize) -> &'a str {
        self.text.get(self.units[number].clone()).unwrap_or_default()
    }

    /// What stands between a unit and the next.
    fn gap(&self, number: usize) -> &'a str {
        self.text.get(self.units[number].end..self.units[number + 1].start).unwrap_or_default()
    }
}

/// What is covered at each of [`LEVELS`], as bytes of the generation.
#[derive(Debug, Default)]
pub(crate) struct Ladder {
    covered: [Vec<Range<usize>>; LEVELS.len()],
}

impl Ladder {
    /// Cover `bytes` as a whole at the levels from `fidelity` down.
    pub(crate) fn cover(&mut self, bytes: &Range<usize>, fidelity: Fidelity) {
        for (level, covered) in LEVELS.into_iter().zip(&mut self.covered) {
            if fidelity <= level && covered.last() != Some(bytes) {
                covered.push(bytes.clone());
            }
        }
    }

    /// Cover the runs in which `own`, which stands in the generation from byte `start`, agrees with `other`,
    /// and which have at least `min_length` units and `min_characters` characters.
    pub(crate) fn cover_runs(
        &mut self,
        (start, own): (usize, &Pieces<'_>),
        other: &Pieces<'_>,
        min_length: usize,
        min_characters: usize,
    ) {
        let count = own.units.len().min(other.units.len());
        let units: Vec<Fidelity> =
            (0..count).map(|unit| Fidelity::of(own.unit(unit), other.unit(unit))).collect();
        let gaps: Vec<Fidelity> =
            (1..count).map(|unit| Fidelity::of(own.gap(unit - 1), other.gap(unit - 1))).collect();
        for (level, covered) in LEVELS.into_iter().zip(&mut self.covered) {
            for run in runs(&units, &gaps, level) {
                let bytes = own.units[run.start].start..own.units[run.end - 1].end;
                let characters = own.text.get(bytes.clone()).unwrap_or_default().as_bytes();
                let is_long =
                    min_characters == 0 || crate::num::offset(count_characters(characters)) >= min_characters;
                if run.len() >= min_length && is_long {
                    covered.push(start + bytes.start..start + bytes.end);
                }
            }
        }
    }

    /// How many characters of `text` are covered at each level.
    pub(crate) fn characters(self, text: &str) -> [u64; LEVELS.len()] {
        self.covered.map(|mut covered| {
            covered.sort_unstable_by_key(|bytes| (bytes.start, bytes.end));
            let (mut characters, mut reached) = (0, 0);
            for bytes in covered {
                let start = bytes.start.max(reached).min(bytes.end);
                characters += count_characters(&text.as_bytes()[start..bytes.end]);
                reached = reached.max(bytes.end);
            }
            characters
        })
    }
}

/// The longest runs of units that agree at `level`, with the gaps between them.
fn runs(units: &[Fidelity], gaps: &[Fidelity], level: Fidelity) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (unit, _) in units.iter().enumerate().filter(|(_, fidelity)| **fidelity <= level) {
        match runs.last_mut() {
            Some(run) if run.end == unit && gaps[unit - 1] <= level => run.end = unit + 1,
            _ => runs.push(unit..unit + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Segmenter, Unit, VectorPath};

    fn pieces(text: &str) -> Pieces<'_> {
        let mut units = Vec::new();
        Segmenter::new(Unit::Word, VectorPath::Widest)
            .segment(text.into(), |unit| units.push(unit.start..unit.end));
        Pieces { text, units }
    }

    fn covered(own: &str, other: &str, min_length: usize) -> [u64; LEVELS.len()] {
        let mut ladder = Ladder::default();
        ladder.cover_runs((0, &pieces(own)), &pieces(other), min_length, 0);
        ladder.characters(own)
    }

    #[test]
    fn runs_that_agree_are_covered_at_their_levels() {
        let own = "one two\nthree “four” five, six SEVEN eight";
        let other = "one two three \"four\" five six seven eight";
        assert_eq!(covered(own, other, 1), [7 + 5 + 4 + 4 + 3 + 5, 13 + 4 + 4 + 3 + 5, 25 + 3 + 5]);
        assert_eq!(covered(own, other, 2), [7, 13, 25]);
        assert_eq!(covered(own, other, 3), [0, 13, 25]);
        assert_eq!(covered(own, other, 6), [0, 0, 0]);
        assert_eq!(covered(own, own, 8), [42; 3]);
        assert_eq!(covered("", "", 1), [0; 3]);
    }

    #[test]
    fn what_is_covered_twice_counts_once() {
        let mut ladder = Ladder::default();
        for bytes in [4..9, 0..5, 2..3, 20..22] {
            ladder.cover(&bytes, Fidelity::Whitespace);
        }
        ladder.cover(&(0..1), Fidelity::Exact);
        ladder.cover(&(0..40), Fidelity::Folded);
        assert_eq!(ladder.characters(&"é".repeat(20)), [1, 6, 6]);
    }
}
