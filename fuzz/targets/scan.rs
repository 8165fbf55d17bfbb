/*!
Any corpus, scanned for any text: the answers are those of the definitions, at every setting.

# Input

Eight bytes of options, and texts with U+001E between them: the query, its prompt, the documents. Bytes that are not UTF-8
become U+FFFD. A piece of a document may be added to the query, so that most inputs find something.

# What must hold

Matching statistics and maximal matches are those that the definitions give, worked out by comparing every place with
every other. A span's places say where its text stands, in the query and in the document, and the units there are the
same. Filter, vectors, mapped files and the cutting into shards change no answer. Named corpora are counted as if each
were alone, and of what stands in a baseline the longest part is told.
*/

#![no_main]

use std::path::Path;

use libfuzzer_sys::{Corpus, fuzz_target};
use memscan_core::{
    BuildOptions, Common, CorpusMatches, Fidelity, Generation, GenerationMatches, Index, Interrupt,
    OpenOptions, ScanOptions, Unit, VectorPath,
};
use memscan_fuzz::questions::answers;
use memscan_fuzz::texts::{Owned, build, build_named};
use memscan_fuzz::use_one_thread;

/// The control character that information is separated with.
const BETWEEN_TEXTS: char = '\u{1e}';

/// Longer inputs find nothing that shorter ones do not.
const MOST_BYTES: usize = 2048;

/// Each may be a shard, with its files.
const MOST_DOCUMENTS: usize = 6;

fuzz_target!(init: use_one_thread().expect("nothing runs before"), |data: &[u8]| -> Corpus {
    let Some((&options, texts)) = data.split_first_chunk::<8>() else { return Corpus::Reject };
    let texts = String::from_utf8_lossy(&texts[..texts.len().min(MOST_BYTES)]);
    let mut texts = texts.split(BETWEEN_TEXTS);
    let (query, prompt) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
    let documents: Vec<&str> = texts.take(MOST_DOCUMENTS).collect();
    if documents.is_empty() {
        return Corpus::Reject;
    }
    check(options, query, prompt, &documents);
    Corpus::Keep
});

fn check(options: [u8; 8], query: &str, prompt: &str, documents: &[&str]) {
    let [unit, build_options, min_length, rows, context, min_characters, piece_start, piece_length] = options;
    let unit = Unit::ALL[usize::from(unit) % Unit::ALL.len()];
    let piece: String = (documents[usize::from(piece_start) % documents.len()].chars())
        .skip(usize::from(piece_start))
        .take(usize::from(piece_length))
        .collect();
    let query = Owned::new(&format!("{query}{piece}"), unit);
    let prompt = Owned::new(prompt, unit);
    let documents: Vec<Owned> = documents.iter().map(|text| Owned::new(text, unit)).collect();
    let options = ScanOptions {
        min_length: usize::from(min_length % 24) + 1,
        min_characters: usize::from(min_characters / 8),
        occurrences: usize::from(rows % 4) + 1,
        examined: usize::from(rows / 16) + 1,
        context: usize::from(context),
        seed: u64::from(rows),
    };
    let folder = tempfile::tempdir().expect("makes a folder");
    let texts = [query, prompt];
    let mut expected: Option<Vec<String>> = None;
    let few_units = u32::from(build_options >> 3);
    for shard_units in [None, Some(few_units + 1)] {
        let path = folder.path().join(if shard_units.is_none() { "one" } else { "several" });
        let filter_k = Some(u32::from(build_options & 7) + 1);
        let build_options = BuildOptions { unit, filter_k, shard_units, ..BuildOptions::default() };
        if build(&path, &documents, build_options).is_err() {
            let is_empty = |text: &Owned| text.units(unit, VectorPath::Scalar).is_empty();
            assert!(documents.iter().all(is_empty), "only a corpus without units is refused");
            return;
        }
        let index = Index::open(&path).expect("opens");
        index.verify(&Interrupt::new()).expect("is sound");
        if shard_units.is_none() {
            check_spans(&index, &texts, &documents, &options);
        }
        for (map_files, use_filter, vectors) in
            [(true, true, VectorPath::Widest), (false, false, VectorPath::Scalar)]
        {
            let setting = OpenOptions { map_files, use_filter, vectors };
            let index = Index::open_with(&path, setting).expect("opens");
            let found = told(&index, &texts, &options);
            assert_eq!(*expected.get_or_insert(found.clone()), found, "{setting:?}, {shard_units:?}");
        }
    }
    let filter_k = Some(u32::from(build_options & 7) + 1);
    let build_options = BuildOptions { unit, filter_k, ..BuildOptions::default() };
    check_halves(folder.path(), &texts[0], &documents, &options, &build_options);
}

/// The first half of the documents and the rest, as named corpora of one index and as indexes of their own.
fn check_halves(
    folder: &Path,
    query: &Owned,
    documents: &[Owned],
    options: &ScanOptions,
    build_options: &BuildOptions,
) {
    let unit = build_options.unit;
    let (first, second) = documents.split_at(documents.len().div_ceil(2));
    let halves = [("first", first), ("second", second)];
    let both = folder.join("both");
    if build_named(&both, &halves.map(|(name, half)| (Some(name), half)), build_options.clone()).is_err() {
        return;
    }
    let both = Index::open(&both).expect("opens");
    both.verify(&Interrupt::new()).expect("is sound");
    let generation = Generation { text: query.borrow(), prompt: None };
    let scanned = |index: &Index, common: Common<'_>| -> GenerationMatches {
        let found = index.scan_apart_from(common, &[generation], options, &Interrupt::new());
        found.expect("scans").pop().expect("one text has one answer")
    };
    let found = scanned(&both, Common::default());
    for (name, half) in halves {
        let place = both.corpora().iter().position(|corpus| corpus == name);
        let path = folder.join(name);
        let Ok(()) = build(&path, half, build_options.clone()) else { continue };
        let alone = Index::open(&path).expect("opens");
        let own = scanned(&alone, Common::default());
        let expected = CorpusMatches {
            covered: own.covered,
            longest_match: own.longest_match,
            match_count: own.match_count,
        };
        assert_eq!(found.corpora[place.expect("it has units, so it has a name")], expected, "{name}");
        let common = Common { template: None, baseline: Some(&alone) };
        check_baseline(&scanned(&both, common), &matching_statistics(query, half, unit));
    }
}

/// The longest part of each span that the baseline has, by its matching statistics.
fn check_baseline(found: &GenerationMatches, lengths: &[u32]) {
    for span in &found.spans {
        let part = |start: u64| u64::from(lengths[small(start)]).min(span.units.end - start);
        assert_eq!(span.echo.baseline, span.units.clone().map(part).max());
    }
}

/// All answers; why a text without units is refused stands in place of one.
fn told(index: &Index, texts: &[Owned], options: &ScanOptions) -> Vec<String> {
    let tell = |answer: memscan_core::Result<String>| answer.unwrap_or_else(|error| error.to_string());
    answers(index, texts, options).into_iter().map(tell).collect()
}

fn check_spans(index: &Index, texts: &[Owned; 2], documents: &[Owned], options: &ScanOptions) {
    let unit = index.unit();
    let [query, prompt] = texts;
    let generation = Generation { text: query.borrow(), prompt: Some(prompt.borrow()) };
    let found = index.scan(&[generation], options, &Interrupt::new()).expect("scans");
    let lengths = index.matching_statistics(query.borrow()).expect("measures");
    let defined = matching_statistics(query, documents, unit);
    assert_eq!(lengths, defined);
    // What is cut at the edge of a character and what is too short in characters is left to unit tests.
    if unit != Unit::Byte && options.min_characters == 0 {
        check_matches(&found[0], &defined, options.min_length);
    }
    let query_units = query.units(unit, VectorPath::Scalar);
    for span in &found[0].spans {
        let occurrence = &span.occurrence;
        let document = &documents[occurrence.document_id.parse::<usize>().expect("ids are numbers")];
        let own = span.units.clone();
        let units = &query_units[small(own.start)..small(own.end)];
        let document_units = document.units(unit, VectorPath::Scalar);
        let found_units = &document_units[small(occurrence.units.start)..small(occurrence.units.end)];
        let folded =
            |units: &[(Vec<u8>, _)]| -> Vec<Vec<u8>> { units.iter().map(|one| one.0.clone()).collect() };
        assert_eq!(folded(units), folded(found_units));
        let bytes = span.bytes.as_ref().expect("the text is known");
        assert_eq!(query.text[small(bytes.start)..small(bytes.end)], span.text);
        assert_eq!(sliced(&query.text, &span.characters), span.text);
        let before_and_after = (&*span.context_before, &*span.context_after);
        check_context(&query.text, small(bytes.start), small(bytes.end), before_and_after, options.context);
        let bytes = occurrence.bytes.as_ref().expect("the text is stored");
        assert_eq!(document.text[small(bytes.start)..small(bytes.end)], occurrence.text);
        assert_eq!(sliced(&document.text, &occurrence.characters), occurrence.text);
        let before_and_after = (&*occurrence.context_before, &*occurrence.context_after);
        check_context(
            &document.text,
            small(bytes.start),
            small(bytes.end),
            before_and_after,
            options.context,
        );
        assert_eq!(span.fidelity, Some(Fidelity::of(&span.text, &occurrence.text)));
        assert!(span.echo.prompt.expect("there is a prompt") <= own.end - own.start);
        assert!(1 <= span.document_count && span.document_count <= span.count);
        assert!(own.end - own.start >= u64::try_from(options.min_length).expect("it is small"));
    }
}

/// The matches are those starts that reach further than the start before them.
fn check_matches(found: &GenerationMatches, lengths: &[u32], min_length: usize) {
    let lengths = lengths.iter().map(|&length| usize::try_from(length).expect("texts are short"));
    let mut reached = 0;
    let mut expected = Vec::new();
    for (start, length) in lengths.enumerate() {
        if length >= min_length && start + length > reached {
            expected.push(start..start + length);
        }
        reached = reached.max(start + length);
    }
    let mut spans: Vec<_> =
        found.spans.iter().map(|span| small(span.units.start)..small(span.units.end)).collect();
    spans.dedup();
    assert_eq!(spans, expected);
}

/// For each unit of the query, the longest run from there that one of the documents has.
fn matching_statistics(query: &Owned, documents: &[Owned], unit: Unit) -> Vec<u32> {
    let folded = |text: &Owned| -> Vec<Vec<u8>> {
        text.units(unit, VectorPath::Scalar).into_iter().map(|(folded, _)| folded).collect()
    };
    let query = folded(query);
    let mut lengths = vec![0; query.len()];
    for document in documents {
        let document = folded(document);
        // How long a run from a unit of the query and the unit after one of the document is.
        let mut after = vec![0; document.len() + 1];
        for (unit, longest) in query.iter().zip(&mut lengths).rev() {
            for place in 0..document.len() {
                after[place] = if document[place] == *unit { after[place + 1] + 1 } else { 0 };
                *longest = after[place].max(*longest);
            }
        }
    }
    lengths
}

fn check_context(text: &str, start: usize, end: usize, (before, after): (&str, &str), most: usize) {
    assert!(text[..start].ends_with(before) && text[end..].starts_with(after));
    let (all_before, all_after) = (text[..start].chars().count(), text[end..].chars().count());
    assert_eq!(before.chars().count(), most.min(all_before));
    assert_eq!(after.chars().count(), most.min(all_after));
}

fn sliced(text: &str, characters: &std::ops::Range<u64>) -> String {
    text.chars().skip(small(characters.start)).take(small(characters.end - characters.start)).collect()
}

fn small(number: u64) -> usize {
    usize::try_from(number).expect("texts are short")
}
