/*!
Part of a query in the symbols of one shard: where the two widths of symbols meet one search.
*/

use std::ops::Range;

use super::maximal::{ShardMatch, maximal_matches};
use super::statistics::matching_statistics;
use crate::suffix::{LongestMatch, SuffixArray};

/// Units of a query, as symbols of a shard, and the shard's suffix array.
#[derive(Debug)]
pub(crate) enum ShardQuery<'a> {
    /// Symbols of one byte.
    Narrow(SuffixArray<'a, u8>, Vec<u8>),
    /// Symbols of four.
    Wide(SuffixArray<'a, u32>, Vec<u32>),
}

impl ShardQuery<'_> {
    /// The maximal matches of at least `min_length` units, from left to right.
    pub(crate) fn maximal_matches(&self, min_length: usize) -> Vec<ShardMatch> {
        match self {
            Self::Narrow(array, symbols) => maximal_matches(*array, symbols, min_length),
            Self::Wide(array, symbols) => maximal_matches(*array, symbols, min_length),
        }
    }

    /// The length of the longest match that starts at each unit.
    pub(crate) fn matching_statistics(&self) -> Vec<u32> {
        match self {
            Self::Narrow(array, symbols) => matching_statistics(*array, symbols),
            Self::Wide(array, symbols) => matching_statistics(*array, symbols),
        }
    }

    /// The longest prefix of the units of `range` that occurs.
    pub(crate) fn longest_match(&self, range: Range<usize>) -> LongestMatch {
        match self {
            Self::Narrow(array, symbols) => array.longest_match(&symbols[range]),
            Self::Wide(array, symbols) => array.longest_match(&symbols[range]),
        }
    }
}
