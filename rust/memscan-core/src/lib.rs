/*!
What do language-model outputs reproduce of a corpus? Exactly, fast, with evidence.

A corpus becomes a suffix array over folded words, with a small filter in front of it and the
original text behind it. A text is cut into words the same way; the filter drops what the corpus
cannot hold, the suffix array finds the *maximal matches* in the rest, and the original text shows
how faithful each is.

```
use memscan_core::{BuildOptions, Document, Fidelity, Generation, Index, IndexBuilder, Interrupt, ScanOptions};

# fn main() -> memscan_core::Result<()> {
# let folder = tempfile::tempdir().expect("makes a folder");
# let path = folder.path().join("carol.memscan");
let text = "Marley was dead: to begin with.\nThere is no doubt whatever about that.";
let mut builder = IndexBuilder::create(&path, BuildOptions::default())?;
let document = Document { id: "carol", text: text.into(), metadata: "{}" };
builder.add(&[document], &|_| {}, &Interrupt::new())?;
builder.finish(&|_| {}, &Interrupt::new())?;

let index = Index::open(&path)?;
let generation = Generation { text: "MARLEY WAS DEAD, to begin with!".into(), prompt: None };
let options = ScanOptions { min_length: 5, ..ScanOptions::default() };
let result = &index.scan(&[generation], &options, &Interrupt::new())?[0];
assert_eq!(result.spans[0].units, 0..6);
assert_eq!(result.spans[0].occurrence.text, "Marley was dead: to begin with");
assert_eq!(result.spans[0].fidelity, Some(Fidelity::Folded));
# Ok(())
# }
```

# Costs

| what | cost |
|---|---|
| build | linear in the corpus, whatever it repeats; about 8 bytes of memory a word of a shard |
| open | a few file mappings, whatever the size |
| scan, nothing found | the cutting into words, and one look-up of the filter every few words |
| scan, something found | a few searches of the suffix array and one or two blocks of text for each match |

# Layers

Data flows one way: `units` -> `suffix`, `filter` -> `index` -> `search`. Work runs in the rayon pool of
the caller. Nothing here prints, knows the time or reads the environment.
*/

#[cfg(test)]
mod agreement;
mod error;
mod filter;
mod index;
pub mod memory;
mod num;
#[cfg(test)]
mod oracle;
mod progress;
mod raw;
mod search;
mod suffix;
mod units;

pub use error::{Error, ErrorKind, Result};
pub use index::{
    BuildOptions, BuildStatistics, Document, DocumentInfo, FileManifest, Index, IndexBuilder, Manifest,
    OpenOptions, Parameters, ShardManifest, Tokenizer, TokenizerManifest, UnitRules, abandon_build,
};
pub use progress::{Interrupt, Stage};
pub use search::{
    Common, CorpusCount, CorpusMatches, Coverage, Duplicate, DuplicateOptions, Duplicates, Echo, Fidelity,
    Found, Generation, GenerationMatches, MOST_EVIDENCE_BYTES, Novelty, Occurrence, ScanOptions, Span,
    unit_characters,
};
pub use units::{Folded, Segmenter, Text, Tokens, UNICODE_VERSION, Unit, VectorPath, Word};
