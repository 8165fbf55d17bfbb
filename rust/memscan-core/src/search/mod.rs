/*!
Search: from a text to the passages of it that the corpus holds, and where.

1. [`query`]: the text becomes units, each with its hash and its place.
2. [`candidates`]: the filter leaves the few stretches that may hold a match.
3. [`shard_query`], [`chain`], [`maximal`]: the suffix array finds the maximal matches in a stretch, in each shard; what
   the shards find is joined as if there were one.
4. [`locate`]: from a match to its occurrences: counts, documents, places in the original text.
5. [`fidelity`], [`ladder`] and [`echo`]: how alike the two texts are, in all and in parts, and what stood in the prompt
   or is common.

[`scan`] does all of it for many texts in parallel; [`find`] answers for one; [`statistics`] tells of every unit
how long a match is there; [`duplicates`] of the corpus what it holds twice.
*/

mod candidates;
mod chain;
mod duplicates;
mod echo;
mod fidelity;
mod find;
mod ladder;
mod locate;
mod maximal;
mod query;
mod results;
mod scan;
mod scanner;
mod shard_query;
mod spans;
mod statistics;

pub use duplicates::{Duplicate, DuplicateOptions, Duplicates};
pub use echo::Echo;
pub use fidelity::Fidelity;
pub use find::{Found, unit_characters};
pub use locate::Occurrence;
pub use results::{
    Common, CorpusCount, CorpusMatches, Coverage, Generation, GenerationMatches, MOST_EVIDENCE_BYTES,
    ScanOptions, Span,
};
pub use statistics::Novelty;
