/*!
The suffix array: all suffixes of a text of symbols, sorted.

A *symbol* is the number of a unit in the vocabulary of one index, from 1 up. The documents of
a text stand one after another, each followed by [`SEPARATOR`]; no query holds a separator,
so no match crosses one. Suffixes that start with a separator are left out of the array.

- [`build`] sorts, in linear time.
- [`SuffixArray`] finds: the interval of all suffixes that start with a query.
*/

mod array;
mod build;
mod gallop;

pub(crate) use array::{Interval, SuffixArray};
pub(crate) use build::{LONGEST_TEXT, build, first_ranks};
pub(crate) use gallop::most_steps;

/// Stands after every document, and nowhere else.
pub(crate) const SEPARATOR: u32 = 0;

/// A symbol of queries for units that the text does not have.
pub(crate) const ABSENT: u32 = u32::MAX;
