/*!
The same answers however an index is cut, opened and asked.
*/

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::{Owned, build, has_units, open, text};
use crate::{
    BuildOptions, DuplicateOptions, Duplicates, Generation, Index, Interrupt, OpenOptions, ScanOptions, Text,
    Unit, VectorPath,
};

/// Whatever the index says of `queries`, as text.
fn answers(opened: &Index, queries: &[Owned], options: &ScanOptions) -> String {
    let texts: Vec<Text<'_>> = queries.iter().map(Owned::borrow).collect();
    let prompts = texts.iter().rev();
    let generations: Vec<Generation<'_>> = (texts.iter().zip(prompts))
        .map(|(&text, &prompt)| Generation { text, prompt: Some(prompt) })
        .collect();
    let never = Interrupt::new();
    let mut duplicates = Duplicates::new(DuplicateOptions { min_length: 2, documents: 3, context: 4 });
    let duplicates = duplicates.as_mut().expect("starts");
    let mut found = Vec::new();
    while let Some(some) = duplicates.next(opened, 2, &never).expect("looks") {
        found.extend(some);
    }
    format!(
        "{:?}\n{:?}\n{:?}\n{found:?}",
        opened.scan(&generations, options, &never).expect("scans"),
        opened.statistics(&texts, true, &never).expect("measures"),
        opened.novelty(&texts, 4, &never).expect("counts"),
    )
}

/// The answers are the same with mapped files or read ones, with the filter or without, with vectors or
/// without, and with any number of threads.
fn check_settings(path: &Path, queries: &[Owned], options: &ScanOptions) {
    let expected = answers(&open(path), queries, options);
    for map_files in [true, false] {
        for use_filter in [true, false] {
            for vectors in [VectorPath::Widest, VectorPath::Scalar] {
                let setting = OpenOptions { map_files, use_filter, vectors };
                let opened = Index::open_with(path, setting).expect("opens");
                for pool in &*POOLS {
                    let found = pool.install(|| answers(&opened, queries, options));
                    assert_eq!(found, expected, "{setting:?}, {} threads", pool.current_num_threads());
                }
            }
        }
    }
}

static POOLS: LazyLock<Vec<rayon::ThreadPool>> = LazyLock::new(|| {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("starts");
    [1, 2, 16].into_iter().map(pool).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_do_not_depend_on_settings(
        unit in prop::sample::select(&Unit::ALL[..]),
        texts in prop::collection::vec(text(), 1..8),
        queries in prop::collection::vec(text(), 1..4),
        filter_k in 1..5_u32,
        min_length in 1..6_usize,
        occurrences in 1..4_usize,
        examined in 1..5_usize,
        seed in 0..3_u64,
    ) {
        prop_assume!(texts.iter().any(|text| has_units(unit, text)));
        let folder = tempfile::tempdir().expect("makes a folder");
        let queries: Vec<Owned> = queries.iter().chain(&texts).map(|text| Owned::new(text, unit)).collect();
        let scan = ScanOptions { min_length, min_characters: 0, occurrences, examined, context: 7, seed };
        let mut at_shards = Vec::new();
        for shard_units in [1, 30, 100_000] {
            let shard_units = Some(shard_units);
            let options = BuildOptions { unit, filter_k: Some(filter_k), shard_units, ..BuildOptions::default() };
            let opened = build(folder.path(), &texts, &options);
            check_settings(opened.path(), &queries, &scan);
            at_shards.push(answers(&opened, &queries, &scan));
        }
        prop_assert!(at_shards.iter().all(|answers| *answers == at_shards[0]));
    }
}
