/*!
Named corpora: which of them each shard belongs to.
*/

use super::manifest::Manifest;

/// The named corpora of an index. A shard holds documents of one, or of none that is named.
#[derive(Debug)]
pub(crate) struct Corpora {
    names: Vec<String>,
    of_shards: Vec<Option<usize>>,
}

impl Corpora {
    pub(super) fn of(manifest: &Manifest) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut number_of = |name: &String| {
            names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            })
        };
        let of_shards =
            manifest.shards.iter().map(|shard| shard.corpus.as_ref().map(&mut number_of)).collect();
        Self { names, of_shards }
    }

    /// Their names, in the order of the shards.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of the corpus that a shard belongs to.
    pub(crate) fn number_of(&self, shard: usize) -> Option<usize> {
        self.of_shards.get(shard).copied().flatten()
    }

    /// The name of the corpus that a shard belongs to.
    pub(crate) fn name_of(&self, shard: usize) -> Option<&str> {
        Some(&self.names[self.number_of(shard)?])
    }
}
