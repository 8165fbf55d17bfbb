/*!
Many searches side by side.

# Idea

A binary search waits for memory twice a step: for the suffix in the middle, and for the text there. Searches
from different places of a query do not depend on each other. So a group of them goes on in step: all ask for
their suffix, then all ask for their text, then all compare. While one waits, the others are served.
*/

use super::array::{Bounds, Interval, Sampled, SuffixArray};
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

/// One search among the samples.
#[derive(Clone, Copy, Debug, Default)]
struct SampleLane {
    number: usize,
    interval: Interval,
    least: u64,
    start: usize,
    end: usize,
}

impl<S: Symbol> SuffixArray<'_, S> {
    /// The length of the longest match that starts at each of the first `lengths.len()` places of `query`, or
    /// `cap` where it is no shorter.
    ///
    /// At most [`LANES`] places.
    pub(crate) fn capped_lengths(&self, query: &[S], cap: usize, lengths: &mut [u32]) {
        let rest = |number: usize| &query[number..query.len().min(number + cap)];
        let mut lanes = [Lane::default(); LANES];
        let mut active = 0;
        self.sample_lanes(lengths, rest, |SampleLane { number, interval, start, .. }| {
            let Bounds { start, end, before, after } = self.narrowed(rest(number), interval, start);
            lanes[active] = Lane { number, start, end, before, after, suffix: 0 };
            self.ask_for_suffix(start.midpoint(end));
            active += 1;
        });
        let mut place = 0;
        while place < active {
            // Samples alone may have told it all.
            if lanes[place].start < lanes[place].end {
                place += 1;
            } else {
                finish(&mut lanes, &mut active, place, lengths);
            }
        }
        while active > 0 {
            for lane in &mut lanes[..active] {
                lane.suffix = self.suffix(lane.start.midpoint(lane.end));
                self.ask_for_text(lane.suffix.saturating_add(lane.before.min(lane.after)));
            }
            let mut place = 0;
            while place < active {
                if self.step(&mut lanes[place], rest) {
                    place += 1;
                } else {
                    finish(&mut lanes, &mut active, place, lengths);
                }
            }
        }
    }

    /// Search for each place among the samples, side by side, and hand over every lane that has suffixes.
    fn sample_lanes<'q>(
        &self,
        lengths: &mut [u32],
        rest: impl Fn(usize) -> &'q [S],
        mut take: impl FnMut(SampleLane),
    ) where
        S: 'q,
    {
        let mut lanes = [SampleLane::default(); LANES];
        let mut count = 0;
        for (number, length) in lengths.iter_mut().enumerate() {
            *length = 0;
            let interval =
                rest(number).first().map_or_else(Interval::default, |&one| self.starting_with(one));
            if !interval.is_empty() {
                let Sampled { first, samples, range: (least, _) } = self.samples(rest(number), interval);
                let (start, end) = (first, first + samples.len());
                lanes[count] = SampleLane { number, interval, least, start, end };
                self.ask_for_sample(start.midpoint(end));
                count += 1;
            }
        }
        let mut is_moving = true;
        while is_moving {
            is_moving = false;
            for lane in &mut lanes[..count] {
                if lane.start < lane.end {
                    let middle = lane.start.midpoint(lane.end);
                    if self.sample_at(middle) < lane.least {
                        lane.start = middle + 1;
                    } else {
                        lane.end = middle;
                    }
                    self.ask_for_sample(lane.start.midpoint(lane.end));
                    is_moving = true;
                }
            }
        }
        lanes[..count].iter().copied().for_each(&mut take);
    }

    /// Halve the interval of a lane; return whether anything is left of it.
    fn step<'q>(&self, lane: &mut Lane, rest: impl Fn(usize) -> &'q [S]) -> bool
    where
        S: 'q,
    {
        let rest = rest(lane.number);
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
        let goes_on = lane.start < lane.end;
        if goes_on {
            self.ask_for_suffix(lane.start.midpoint(lane.end));
        }
        goes_on
    }

    fn suffix(&self, rank: u32) -> usize {
        index(self.suffixes()[index(rank)])
    }
}

/// Write down the length of a lane, and let the last one take its place.
fn finish(lanes: &mut [Lane; LANES], active: &mut usize, place: usize, lengths: &mut [u32]) {
    let lane = lanes[place];
    lengths[lane.number] = position(lane.before.max(lane.after));
    *active -= 1;
    lanes[place] = lanes[*active];
}
