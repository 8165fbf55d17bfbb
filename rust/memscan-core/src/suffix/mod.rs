/*!
The suffix array: all suffixes of a text of symbols, sorted.

A *symbol* is the number of a unit within one shard, from 1 up: its place in the vocabulary, or the value
of a byte and one. The documents of a text stand one after another, each followed by a separator; no query
holds one, so no match crosses one. Suffixes that start with a separator are left out of the array.

- [`build`] sorts, in linear time.
- [`SuffixArray`] finds: the interval of all suffixes that start with a query; of many places of a query side
  by side, how much of it occurs.
*/

mod array;
mod build;
mod gallop;
mod lockstep;
mod repeats;
mod samples;
mod symbol;

pub(crate) use array::{Interval, LongestMatch, SuffixArray};
pub(crate) use build::{LONGEST_TEXT, build, first_ranks};
pub(crate) use gallop::most_steps;
pub(crate) use lockstep::LANES;
pub(crate) use repeats::longest_repeats;
pub(crate) use samples::{sample, sample_count};
pub(crate) use symbol::Symbol;
