/*!
The whole engine against the oracle: indexes on disk, texts in, spans out.
*/

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use proptest::prelude::*;

use crate::num::{index, offset, position};
use crate::oracle::{all_texts, matching_statistics, maximal_matches, occurrences};
use crate::{
    BuildOptions, Document, Fidelity, Folded, Generation, GenerationMatches, Index, IndexBuilder, Interrupt,
    ScanOptions, Segmenter, VectorPath,
};

fn build(folder: &Path, texts: &[String], options: BuildOptions) -> Index {
    let path = folder.join("index.memscan");
    let options = BuildOptions { overwrite: true, ..options };
    let mut builder = IndexBuilder::create(&path, options).expect("starts");
    let ids: Vec<String> = (0..texts.len()).map(|number| format!("document {number}")).collect();
    let documents: Vec<Document<'_>> =
        ids.iter().zip(texts).map(|(id, text)| Document { id, text, metadata: "{}" }).collect();
    for one in documents.chunks(2) {
        builder.add(one, &|_| {}, &Interrupt::new()).expect("adds");
    }
    builder.finish(&|_| {}, &Interrupt::new()).expect("finishes");
    let opened = Index::open(&path).expect("opens");
    opened.verify(&Interrupt::new()).expect("is sound");
    opened
}

/// Words as numbers from one up, the same for the corpus and the query; documents end with zero.
struct Numbered {
    corpus: Vec<u32>,
    query: Vec<u32>,
}

fn numbered(texts: &[String], query: &str) -> Numbered {
    let mut seen: Vec<String> = Vec::new();
    let mut number = |text: &str| -> Vec<u32> {
        let words = Segmenter::new(VectorPath::Scalar).words(text);
        let numbers = words.into_iter().map(|word| {
            let place = seen.iter().position(|other| *other == word).unwrap_or_else(|| {
                seen.push(word);
                seen.len() - 1
            });
            position(place + 1)
        });
        numbers.collect()
    };
    let corpus = texts.iter().flat_map(|text| [number(text), vec![0]].concat()).collect();
    Numbered { corpus, query: number(query) }
}

fn check_against_the_oracle(opened: &Index, texts: &[String], query: &str, options: &ScanOptions) {
    let numbers = numbered(texts, query);
    let prompt = format!("{} {}", texts[0], texts[texts.len() - 1]);
    let generation = Generation { text: query, prompt: Some(&prompt) };
    let results = opened.scan(&[generation], options, &Interrupt::new()).expect("scans");
    let expected = maximal_matches(&numbers.corpus, &numbers.query, options.min_length);
    let context = format!("{query:?} in {texts:?}, {options:?}");
    check_spans(&results[0], &expected, &numbers, texts, query, &context);
    check_echo(&results[0], texts, &prompt, &context);
    let lengths: Vec<usize> =
        opened.matching_statistics(query).expect("measures").into_iter().map(index).collect();
    assert_eq!(lengths, matching_statistics(&numbers.corpus, &numbers.query), "{context}");
    if !numbers.query.is_empty() {
        let count = crate::num::wide(occurrences(&numbers.corpus, &numbers.query).len());
        assert_eq!(opened.count(query).expect("counts"), count, "{context}");
        let longest = opened.longest_match(query, 5).expect("finds");
        let by_length = |&(start, end): &(usize, usize)| (end - start, usize::MAX - start);
        let all = maximal_matches(&numbers.corpus, &numbers.query, 1);
        let units = all.into_iter().max_by_key(by_length);
        assert_eq!(longest.spans.len(), usize::from(units.is_some()), "{context}");
        if let (Some(span), Some((start, end))) = (longest.spans.first(), units) {
            assert_eq!(span.unit_count, crate::num::wide(end - start), "{context}");
            assert_eq!(numbered(texts, &span.text).query, numbers.query[start..end], "{context}");
        }
    }
}

fn check_spans(
    result: &GenerationMatches,
    expected: &[(usize, usize)],
    numbers: &Numbered,
    texts: &[String],
    query: &str,
    context: &str,
) {
    let (mut covered, mut covered_characters) = (BTreeSet::new(), BTreeSet::new());
    let mut spans = result.spans.iter().peekable();
    for &(start, end) in expected {
        let units = &numbers.query[start..end];
        let places = occurrences(&numbers.corpus, units);
        let document_of =
            |place: usize| numbers.corpus[..place].iter().filter(|&&symbol| symbol == 0).count();
        let documents: BTreeSet<usize> = places.iter().map(|&place| document_of(place)).collect();
        let place = spans.peek().map(|first| first.characters.clone());
        assert!(place.is_some(), "no span for {start}..{end}: {context}");
        let mut before = Fidelity::Exact;
        while let Some(span) = spans.next_if(|span| Some(&span.characters) == place.as_ref()) {
            assert_eq!(span.unit_count, crate::num::wide(end - start), "{context}");
            assert_eq!(span.count, crate::num::wide(places.len()), "{context}");
            assert_eq!(span.document_count, crate::num::wide(documents.len()), "{context}");
            assert_eq!(slice(query, &span.characters), span.text, "{context}");
            assert_eq!(query.get(offset(span.bytes.start)..offset(span.bytes.end)), Some(&*span.text));
            let (found, number) = (&span.occurrence, span.occurrence.document_id.replace("document ", ""));
            let document = &texts[number.parse::<usize>().expect("is a number")];
            assert_eq!(slice(document, &found.characters), found.text, "{context}");
            assert_eq!(document.get(offset(found.bytes.start)..offset(found.bytes.end)), Some(&*found.text));
            let context_at =
                document.find(&format!("{}{}{}", found.context_before, found.text, found.context_after));
            assert!(context_at.is_some(), "{context}");
            assert_eq!(numbered(texts, &span.text).query, units, "{context}");
            assert_eq!(numbered(texts, &found.text).query, units, "{context}");
            assert_eq!(span.fidelity, Fidelity::of(&span.text, &found.text), "{context}");
            assert!(before <= span.fidelity, "best first: {context}");
            before = span.fidelity;
        }
        covered.extend(start..end);
        covered_characters.extend(place.into_iter().flatten());
    }
    assert_eq!(spans.next().map(|span| &span.text), None, "{context}");
    assert_eq!(result.match_count, crate::num::wide(expected.len()), "{context}");
    assert_eq!(result.covered_units, crate::num::wide(covered.len()), "{context}");
    assert_eq!(result.covered_characters, crate::num::wide(covered_characters.len()), "{context}");
    assert_eq!(result.unit_count, crate::num::wide(numbers.query.len()), "{context}");
    let longest = expected.iter().map(|(start, end)| end - start).max().unwrap_or(0);
    assert_eq!(result.longest_match, crate::num::wide(longest), "{context}");
}

/// The echo of each span is the longest run of its units that stands in the prompt.
fn check_echo(result: &GenerationMatches, texts: &[String], prompt: &str, context: &str) {
    let echoing: Vec<String> = texts.iter().cloned().chain([prompt.to_owned()]).collect();
    for span in &result.spans {
        let numbers = numbered(&echoing, &span.text);
        let prompt_start = numbers.corpus.len() - 1 - numbered(&echoing, prompt).query.len();
        let prompt_units = &numbers.corpus[prompt_start..];
        let longest = matching_statistics(prompt_units, &numbers.query).into_iter().max().unwrap_or(0);
        assert_eq!(span.echo_units, Some(crate::num::wide(longest)), "{context}");
    }
}

fn slice(text: &str, characters: &std::ops::Range<u64>) -> String {
    let (start, length) = (offset(characters.start), offset(characters.end - characters.start));
    text.chars().skip(start).take(length).collect()
}

fn spelled(symbols: &[u32]) -> String {
    symbols.iter().map(|&symbol| ["a", "b", "c"][index(symbol) - 1]).collect::<Vec<_>>().join(" ")
}

#[test]
fn all_small_corpora_and_queries_in_one_shard_and_in_two() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let queries: Vec<String> = all_texts(&[1, 2, 3], 3).iter().map(|query| spelled(query)).collect();
    for one in all_texts(&[1, 2], 3).iter().skip(1) {
        for other in all_texts(&[1, 2], 2) {
            let texts = [spelled(one), spelled(&other)];
            for shard_units in [1, 1000] {
                let options = BuildOptions { filter_k: 2, shard_units, ..BuildOptions::default() };
                let opened = build(folder.path(), &texts, options);
                assert_eq!(opened.manifest().shards.len(), if shard_units == 1 { 2 } else { 1 });
                for query in &queries {
                    for min_length in 1..=3 {
                        let options = ScanOptions { min_length, occurrences: 3, examined: 3, context: 4 };
                        check_against_the_oracle(&opened, &texts, query, &options);
                    }
                }
            }
        }
    }
}

/// Two words with the same hash.
fn colliding_words() -> (String, String) {
    let mut seen = HashMap::new();
    let words = (0_u64..).map(|number| format!("w{number}"));
    let mut repeated = words.filter_map(|word| {
        let hash = Folded::new(word.as_bytes()).hash();
        seen.insert(hash, word.clone()).map(|earlier| (earlier, word))
    });
    repeated.next().expect("among 2^32 hashes, some hundred thousand words collide")
}

#[test]
fn words_with_the_same_hash_stay_two_words() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let (one, other) = colliding_words();
    let phrase = |word: &str| format!("the first and {word} and the last");
    let both = build(folder.path(), &[phrase(&one), phrase(&other)], BuildOptions::default());
    for word in [&one, &other] {
        assert_eq!(both.count(word).expect("counts"), 1);
        assert_eq!(both.count(&phrase(word)).expect("counts"), 1);
    }
    drop(both);
    let only_one = build(folder.path(), &[phrase(&one)], BuildOptions::default());
    assert_eq!(only_one.count(&other).expect("counts"), 0);
    assert_eq!(only_one.matching_statistics(&phrase(&other)).expect("measures"), [3, 2, 1, 0, 3, 2, 1]);
    let generation = Generation { text: &phrase(&other), prompt: None };
    let options = ScanOptions { min_length: 7, ..ScanOptions::default() };
    let results = only_one.scan(&[generation], &options, &Interrupt::new()).expect("scans");
    assert_eq!(results[0].match_count, 0, "the filter lets the phrase through, the vocabulary does not");
}

/// Texts of few words in many spellings, with all that separates and joins.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec!["don't", "don’t", "DONT", "a", "A", "b", "ﬁne", "Fine", "Straße", "STRASSE"]),
        3 => prop::sample::select(vec![" ", " ", " ", "\n", "  ", ", ", "—", "\r\n", "…", "\u{a0}", "'", "’", "''"]),
        2 => prop::sample::select(vec!["漢", "か\u{3099}", "が", "ｶ\u{ff9e}", "ไทย", "น้ำ", "é", "e\u{301}", "İ", "i\u{307}"]),
        1 => prop::sample::select(vec!["😀", "👩\u{200d}👩", "\u{ad}", "\u{200d}", "\u{fe0f}", "\0", "\u{feff}", "1", "½"]),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_texts_agree_with_the_oracle(
        texts in prop::collection::vec(text(), 1..5),
        queries in prop::collection::vec(text(), 1..4),
        filter_k in 1..5_u32,
        shard_units in prop::sample::select(vec![1_u32, 30, 100_000]),
        min_length in 1..6_usize,
        occurrences in 1..4_usize,
    ) {
        prop_assume!(texts.iter().any(|text| !Segmenter::default().words(text).is_empty()));
        let folder = tempfile::tempdir().expect("makes a folder");
        let options = BuildOptions { filter_k, shard_units, ..BuildOptions::default() };
        let opened = build(folder.path(), &texts, options);
        let options = ScanOptions { min_length, occurrences, examined: 16, context: 7 };
        for query in queries.iter().chain(&texts) {
            check_against_the_oracle(&opened, &texts, query, &options);
        }
    }
}
