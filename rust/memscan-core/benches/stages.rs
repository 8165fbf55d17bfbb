//! Each stage of the engine on one core, beside the limit of the machine that it approaches.
//!
//! `cargo bench --bench stages -- FOLDER` reads `corpus.jsonl` and `queries.jsonl` there: a JSON object with a
//! `text` on each line. Figures go to standard output as JSON. Each is the best of several runs.

#![expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
#![expect(clippy::unwrap_used, reason = "a benchmark that fails should say where")]
#![expect(clippy::cast_precision_loss, reason = "rates need no more digits")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use memscan_core::{
    BuildOptions, Document, Generation, Index, IndexBuilder, Interrupt, ScanOptions, Segmenter, Text, Unit,
    VectorPath,
};
use serde_json::{Value, json};

const RUNS: usize = 5;
const READS: usize = 1 << 22;
const MEGA: f64 = 1e6;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let Some(folder) = folder.map(PathBuf::from) else { return };
    let (corpus, queries) = (texts(&folder.join("corpus.jsonl")), texts(&folder.join("queries.jsonl")));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let figures = pool.install(|| measure(&folder, &corpus, &queries));
    println!("{}", serde_json::to_string_pretty(&figures).unwrap());
}

fn texts(path: &Path) -> Vec<String> {
    let lines = std::fs::read_to_string(path).unwrap();
    let text = |line: &str| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    lines.lines().map(text).collect()
}

/// The least time of several runs, in seconds, and what the last one gave.
fn best<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let mut least = f64::MAX;
    let mut result = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        result = Some(black_box(run()));
        least = least.min(start.elapsed().as_secs_f64());
    }
    (least, result.unwrap())
}

fn megabytes(texts: &[String]) -> f64 {
    texts.iter().map(String::len).sum::<usize>() as f64 / MEGA
}

fn measure(folder: &Path, corpus: &[String], queries: &[String]) -> Value {
    let index_path = folder.join("stages.memscan");
    let (corpus_megabytes, query_megabytes) = (megabytes(corpus), megabytes(queries));
    let (copy, _) = best(|| corpus.concat());
    let mut figures = json!({
        "corpus_megabytes": corpus_megabytes,
        "query_megabytes": query_megabytes,
        "limit: copy the text, MB/s": corpus_megabytes / copy,
        "limit: random reads in 256 MiB, million/s": random_reads() / MEGA,
    });
    for (unit, path) in [
        (Unit::Word, VectorPath::Widest),
        (Unit::Word, VectorPath::Scalar),
        (Unit::Lexeme, VectorPath::Widest),
        (Unit::Lexeme, VectorPath::Scalar),
    ] {
        let (seconds, _) = best(|| segmented(corpus, unit, path));
        figures[format!("segment into {}, {path:?}, MB/s", unit.plural())] =
            json!(corpus_megabytes / seconds);
    }
    let (seconds, ()) = best(|| build(&index_path, corpus));
    figures["build, words, MB/s"] = json!(corpus_megabytes / seconds);
    let (seconds, index) = best(|| Index::open(&index_path).unwrap());
    figures["open, ms"] = json!(seconds * 1e3);
    let (cutting, _) = best(|| segmented(queries, Unit::Word, VectorPath::Widest));
    let (seconds, matches) = best(|| scan(&index, queries));
    figures["scan, MB/s"] = json!(query_megabytes / seconds);
    figures["scan, matches"] = json!(matches);
    figures["scan, times as long as segmentation"] = json!(seconds / cutting);
    let texts: Vec<Text<'_>> = queries.iter().map(|text| text.as_str().into()).collect();
    let (seconds, units) = best(|| {
        let lengths = index.statistics(&texts, false, &Interrupt::new()).unwrap();
        lengths.iter().map(Vec::len).sum::<usize>()
    });
    figures["matching statistics, million units/s"] = json!(units as f64 / MEGA / seconds);
    std::fs::remove_dir_all(&index_path).unwrap();
    figures
}

/// Reads a second from places that do not depend on each other and are in no cache.
fn random_reads() -> f64 {
    let memory: Vec<u64> = (0..1 << 25).collect();
    let (seconds, _) = best(|| {
        let mut state = 1_u64;
        (0..READS).fold(0, |sum: u64, _| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            sum.wrapping_add(memory[usize::try_from(state >> 39).unwrap()])
        })
    });
    READS as f64 / seconds
}

fn segmented(texts: &[String], unit: Unit, path: VectorPath) -> u32 {
    let mut segmenter = Segmenter::new(unit, path);
    let mut sum = 0;
    for text in texts {
        segmenter.segment(text.as_str().into(), |word| sum ^= word.folded.hash());
    }
    sum
}

fn build(path: &Path, corpus: &[String]) {
    let options = BuildOptions { overwrite: true, ..BuildOptions::default() };
    let mut builder = IndexBuilder::create(path, options).unwrap();
    for (number, text) in corpus.iter().enumerate() {
        let id = number.to_string();
        let document = Document { id: &id, text: text.as_str().into(), metadata: "{}" };
        builder.add(&[document], &|_| {}, &Interrupt::new()).unwrap();
    }
    builder.finish(&|_| {}, &Interrupt::new()).unwrap();
}

fn scan(index: &Index, queries: &[String]) -> u64 {
    let generations: Vec<Generation<'_>> =
        queries.iter().map(|text| Generation { text: text.as_str().into(), prompt: None }).collect();
    let results = index.scan(&generations, &ScanOptions::default(), &Interrupt::new()).unwrap();
    results.iter().map(|result| result.match_count).sum()
}
