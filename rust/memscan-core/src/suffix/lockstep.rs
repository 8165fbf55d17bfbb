/*!
Many searches side by side.

# Idea

A binary search waits for memory twice a step: for the suffix in the middle, and for the text there. Searches
from different places of a query do not depend on each other. So a group of them goes on in step: all ask for
their suffix, then all ask for their text, then all compare. While one waits, the others are served.
*/

use super::array::{Interval, SuffixArray};
use super::symbol::Symbol;
use crate::num::{index, position};

/// Searches that go on together.
pub(crate) const LANES: usize = 32;

/// One search: the state of [`SuffixArray::longest_match`] between two steps.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    /// Which of the places it is for.
    number: usize,
    start: u32,
    end: u32,
    /// What the suffixes just before `start` and just at `end` share with the query.
    before: usize,
    after: usize,
    /// The suffix in the middle.
    suffix: usize,
}

impl<S: Symbol> SuffixArray<'_, S> {
    /// The length of the longest match that starts at each of the first `lengths.len()` places of `query`, or
    /// `cap` where it is no shorter.
    ///
    /// At most [`LANES`] places.
    pub(crate) fn capped_lengths(&self, query: &[S], cap: usize, lengths: &mut [u32]) {
        let mut lanes = [Lane::default(); LANES];
        let mut active = 0;
        for (number, length) in lengths.iter_mut().enumerate() {
            let Interval { start, end } = self.starting_with(query[number]);
            *length = 0;
            if start < end {
                lanes[active] = Lane { number, start, end, before: 1, after: 1, suffix: 0 };
                self.ask_for_suffix(start.midpoint(end));
                active += 1;
            }
        }
        while active > 0 {
            for lane in &mut lanes[..active] {
                lane.suffix = self.suffix(lane.start.midpoint(lane.end));
                self.ask_for_text(lane.suffix.saturating_add(lane.before.min(lane.after)));
            }
            let mut place = 0;
            while place < active {
                let lane = &mut lanes[place];
                let rest = &query[lane.number..query.len().min(lane.number + cap)];
                let middle = lane.start.midpoint(lane.end);
                let shared = self.shared_at(rest, lane.suffix, lane.before.min(lane.after));
                if shared == rest.len() {
                    // Nothing shares more.
                    (lane.before, lane.end) = (shared, lane.start);
                } else if self.is_less_at(rest, lane.suffix, shared) {
                    (lane.start, lane.before) = (middle + 1, shared);
                } else {
                    (lane.end, lane.after) = (middle, shared);
                }
                if lane.start < lane.end {
                    self.ask_for_suffix(lane.start.midpoint(lane.end));
                    place += 1;
                } else {
                    lengths[lane.number] = position(lane.before.max(lane.after));
                    active -= 1;
                    lanes[place] = lanes[active];
                }
            }
        }
    }

    fn suffix(&self, rank: u32) -> usize {
        index(self.suffixes()[index(rank)])
    }
}
