/*!
The whole engine against the oracle: indexes on disk, texts in, spans out.
*/

mod settings;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use proptest::prelude::*;

use crate::index::MOST_COUNTED;
use crate::num::{index, offset, position, wide};
use crate::oracle::{all_texts, matching_statistics, maximal_matches, occurrences};
use crate::{
    BuildOptions, Common, Document, DuplicateOptions, Duplicates, Echo, Fidelity, Folded, Generation,
    GenerationMatches, Index, IndexBuilder, Interrupt, ScanOptions, Segmenter, Span, Text, Tokens, Unit,
    VectorPath,
};

/// A text with its tokens, if these are the units.
struct Owned {
    unit: Unit,
    text: String,
    tokens: Option<(Vec<u32>, Vec<[u32; 2]>)>,
}

impl Owned {
    fn new(text: &str, unit: Unit) -> Self {
        Self { unit, text: text.to_owned(), tokens: (unit == Unit::Token).then(|| toy_tokens(text)) }
    }

    /// How many characters the units from `start` to `end` have.
    fn characters(&self, start: usize, end: usize) -> usize {
        let mut bytes = 0..0;
        let mut number = 0;
        Segmenter::new(self.unit, VectorPath::Widest).segment(self.borrow(), |unit| {
            if number == start {
                bytes.start = unit.start;
            }
            if number < end {
                bytes.end = unit.end;
            }
            number += 1;
        });
        self.text[bytes].chars().count()
    }

    fn borrow(&self) -> Text<'_> {
        let tokens = self.tokens.as_ref().map(|(ids, places)| Tokens { ids, places: Some(places) });
        Text { characters: &self.text, tokens }
    }
}

/// Pairs of ASCII characters are tokens; any other character is two, which share its place.
fn toy_tokens(text: &str) -> (Vec<u32>, Vec<[u32; 2]>) {
    let (mut ids, mut places) = (Vec::new(), Vec::new());
    let mut start = 0;
    while let Some(character) = text[start..].chars().next() {
        let pair = text.as_bytes()[start..].first_chunk::<2>().filter(|pair| pair.is_ascii());
        let (found, end) = if let Some(&[one, other]) = pair {
            (vec![u32::from(one) << 8 | u32::from(other)], start + 2)
        } else {
            let (code, end) = (u32::from(character), start + character.len_utf8());
            (vec![code & 0xff, 0x10_0000 + (code >> 8)], end)
        };
        places.extend(found.iter().map(|_| [position(start), position(end)]));
        ids.extend(found);
        start = end;
    }
    (ids, places)
}

fn build(folder: &Path, texts: &[String], options: &BuildOptions) -> Index {
    let path = folder.join("index.memscan");
    let options = BuildOptions { overwrite: true, ..options.clone() };
    let texts: Vec<Owned> = texts.iter().map(|text| Owned::new(text, options.unit)).collect();
    let mut builder = IndexBuilder::create(&path, options).expect("starts");
    add(&mut builder, &texts, 0);
    builder.finish(&|_| {}, &Interrupt::new()).expect("finishes");
    open(&path)
}

fn open(path: &Path) -> Index {
    let opened = Index::open(path).expect("opens");
    opened.verify(&Interrupt::new()).expect("is sound");
    opened
}

/// Add texts as documents, numbered from `first`, two at a time.
fn add(builder: &mut IndexBuilder, texts: &[Owned], first: usize) {
    let ids: Vec<String> = (first..first + texts.len()).map(|number| format!("document {number}")).collect();
    let documents: Vec<Document<'_>> = (ids.iter().zip(texts))
        .map(|(id, text)| Document { id, text: text.borrow(), metadata: "{}" })
        .collect();
    for some in documents.chunks(2) {
        builder.add(some, &|_| {}, &Interrupt::new()).expect("adds");
    }
}

/// Units as numbers from one up, the same for the corpus and the query; documents end with zero.
struct Numbered {
    unit: Unit,
    corpus: Vec<u32>,
    query: Vec<u32>,
    seen: HashMap<String, u32>,
}

impl Numbered {
    fn new(unit: Unit, texts: &[String], query: &str) -> Self {
        let mut numbered = Self { unit, corpus: Vec::new(), query: Vec::new(), seen: HashMap::new() };
        for text in texts {
            let units = numbered.of(text);
            numbered.corpus.extend(units);
            numbered.corpus.push(0);
        }
        numbered.query = numbered.of(query);
        numbered
    }

    fn of(&mut self, text: &str) -> Vec<u32> {
        let units: Vec<String> = match self.unit {
            Unit::Byte => text.bytes().map(|byte| byte.to_string()).collect(),
            Unit::Token => toy_tokens(text).0.iter().map(u32::to_string).collect(),
            Unit::Word | Unit::Lexeme => Segmenter::new(self.unit, VectorPath::Scalar).units(text),
        };
        let number = |unit| {
            let next = position(self.seen.len() + 1);
            *self.seen.entry(unit).or_insert(next)
        };
        units.into_iter().map(number).collect()
    }

    /// The maximal matches that are reported: of bytes, those of whole characters.
    fn maximal_matches(&self, query: &str, min_length: usize) -> Vec<(usize, usize)> {
        if self.unit != Unit::Byte {
            return maximal_matches(&self.corpus, &self.query, min_length);
        }
        let places: Vec<usize> = (0..=query.len()).filter(|&place| query.is_char_boundary(place)).collect();
        let pairs = places.iter().flat_map(|&start| places.iter().map(move |&end| (start, end)));
        let all: Vec<(usize, usize)> = pairs
            .filter(|&(start, end)| {
                end >= start + min_length && !occurrences(&self.corpus, &self.query[start..end]).is_empty()
            })
            .collect();
        let is_held = |one: &(usize, usize)| {
            all.iter().any(|other| other != one && other.0 <= one.0 && one.1 <= other.1)
        };
        all.iter().filter(|one| !is_held(one)).copied().collect()
    }
}

fn check_against_the_oracle(opened: &Index, texts: &[String], query: &str, options: &ScanOptions) {
    let unit = opened.unit();
    let mut numbers = Numbered::new(unit, texts, query);
    let prompt = Owned::new(&format!("{} {}", texts[0], texts[texts.len() - 1]), unit);
    let owned = Owned::new(query, unit);
    let generation = Generation { text: owned.borrow(), prompt: Some(prompt.borrow()) };
    let results = opened.scan(&[generation], options, &Interrupt::new()).expect("scans");
    let mut expected = numbers.maximal_matches(query, options.min_length);
    expected.retain(|&(start, end)| owned.characters(start, end) >= options.min_characters);
    let context = format!("{query:?} in {texts:?}, {unit:?}, {options:?}");
    check_spans(&results[0], &expected, &mut numbers, texts, query, &context);
    check_echo(&results[0], texts, &prompt.text, unit, options.min_length, &context);
    check_common(opened, owned.borrow(), prompt.borrow(), options, &results[0]);
    let lengths: Vec<usize> =
        opened.matching_statistics(owned.borrow()).expect("measures").into_iter().map(index).collect();
    assert_eq!(lengths, matching_statistics(&numbers.corpus, &numbers.query), "{context}");
    if !numbers.query.is_empty() {
        let count = wide(occurrences(&numbers.corpus, &numbers.query).len());
        assert_eq!(opened.count(owned.borrow()).expect("counts"), count, "{context}");
        let longest = opened.longest_match(owned.borrow(), 5).expect("finds");
        let by_length = |&(start, end): &(usize, usize)| (end - start, usize::MAX - start);
        let units = numbers.maximal_matches(query, 1).into_iter().max_by_key(by_length);
        let units = units.map(|(start, end)| wide(start)..wide(end));
        assert_eq!(longest.spans.first().map(|span| span.units.clone()), units, "{context}");
    }
}

fn check_spans(
    result: &GenerationMatches,
    expected: &[(usize, usize)],
    numbers: &mut Numbered,
    texts: &[String],
    query: &str,
    context: &str,
) {
    let are_tokens = numbers.unit == Unit::Token;
    let (mut covered, mut covered_characters) = (BTreeSet::new(), BTreeSet::new());
    let mut spans = result.spans.iter().peekable();
    for &(start, end) in expected {
        let units = numbers.query[start..end].to_vec();
        let places = occurrences(&numbers.corpus, &units);
        let document_of =
            |place: usize| numbers.corpus[..place].iter().filter(|&&symbol| symbol == 0).count();
        let looked_at = &places[..places.len().min(offset(MOST_COUNTED))];
        let documents: BTreeSet<usize> = looked_at.iter().map(|&place| document_of(place)).collect();
        let place = spans.peek().map(|first| first.units.clone());
        assert_eq!(place, Some(wide(start)..wide(end)), "{context}");
        let mut before = Fidelity::Exact;
        while let Some(span) = spans.next_if(|span| Some(&span.units) == place.as_ref()) {
            assert_eq!(span.count, wide(places.len()), "{context}");
            assert_eq!(span.document_count, wide(documents.len()), "{context}");
            assert_eq!(span.is_capped, looked_at.len() < places.len(), "{context}");
            assert_eq!(slice(query, &span.characters), span.text, "{context}");
            assert_eq!(sliced(query, span.bytes.as_ref()), Some(&*span.text), "{context}");
            let (found, number) = (&span.occurrence, span.occurrence.document_id.replace("document ", ""));
            let number = number.parse::<usize>().expect("is a number");
            let document = &texts[number];
            assert_eq!(slice(document, &found.characters), found.text, "{context}");
            assert_eq!(sliced(document, found.bytes.as_ref()), Some(&*found.text), "{context}");
            let context_at =
                document.find(&format!("{}{}{}", found.context_before, found.text, found.context_after));
            assert!(context_at.is_some(), "{context}");
            let document_units = numbers.of(document);
            assert_eq!(
                document_units[offset(found.units.start)..offset(found.units.end)],
                units,
                "{context}"
            );
            if !are_tokens {
                assert_eq!(numbers.of(&span.text), units, "{context}");
                assert_eq!(numbers.of(&found.text), units, "{context}");
            }
            let fidelity = Fidelity::of(&span.text, &found.text);
            assert_eq!(span.fidelity, Some(fidelity), "{context}");
            assert!(before <= fidelity, "best first: {context}");
            before = fidelity;
            covered_characters.extend(span.characters.clone());
        }
        covered.extend(start..end);
    }
    assert_eq!(spans.next().map(|span| &span.text), None, "{context}");
    assert_eq!(result.match_count, wide(expected.len()), "{context}");
    assert_eq!(result.covered.units, wide(covered.len()), "{context}");
    assert_eq!(result.covered.characters, Some(wide(covered_characters.len())), "{context}");
    assert_eq!(result.unit_count, wide(numbers.query.len()), "{context}");
    let longest = expected.iter().map(|(start, end)| end - start).max().unwrap_or(0);
    assert_eq!(result.longest_match, wide(longest), "{context}");
}

/// The echo of each span is the longest run of its units that stands in the prompt.
fn check_echo(
    result: &GenerationMatches,
    texts: &[String],
    prompt: &str,
    unit: Unit,
    min_length: usize,
    context: &str,
) {
    for span in &result.spans {
        let [start, end] = [offset(span.units.start), offset(span.units.end)];
        let document =
            &texts[span.occurrence.document_id.replace("document ", "").parse::<usize>().expect("is")];
        let mut numbers = Numbered::new(unit, texts, prompt);
        let found = &span.occurrence.units;
        let units = &numbers.of(document)[offset(found.start)..offset(found.end)];
        assert_eq!(units.len(), end - start, "{context}");
        let longest = matching_statistics(&numbers.query, units).into_iter().max().unwrap_or(0);
        assert_eq!(span.echo.prompt, Some(wide(longest)), "{context}");
    }
    let left = |span: &&Span| span.echo.discounted(span.units.end - span.units.start);
    let spans = result.spans.iter().filter(|span| left(span) >= wide(min_length));
    let units: BTreeSet<u64> = spans.clone().flat_map(|span| span.units.clone()).collect();
    let characters: BTreeSet<u64> = spans.clone().flat_map(|span| span.characters.clone()).collect();
    assert_eq!(result.discounted.units, wide(units.len()), "{context}");
    assert_eq!(result.discounted.characters, Some(wide(characters.len())), "{context}");
    assert_eq!(result.longest_discounted, spans.clone().map(|span| left(&span)).max().unwrap_or(0));
}

/// A template is what a prompt is, and an index that is its own baseline has nothing left.
fn check_common(
    opened: &Index,
    text: Text<'_>,
    prompt: Text<'_>,
    options: &ScanOptions,
    expected: &GenerationMatches,
) {
    let generation = Generation { text, prompt: None };
    let common = Common { template: Some(prompt), baseline: Some(opened) };
    let found = opened.scan_apart_from(common, &[generation], options, &Interrupt::new()).expect("scans");
    assert_eq!(found[0].covered, expected.covered);
    assert_eq!((found[0].discounted.units, found[0].longest_discounted), (0, 0));
    assert_eq!(found[0].spans.len(), expected.spans.len());
    for (found, expected) in found[0].spans.iter().zip(&expected.spans) {
        let length = found.units.end - found.units.start;
        let echo = Echo { prompt: None, template: expected.echo.prompt, baseline: Some(length) };
        assert_eq!((found.echo, &found.text), (echo, &expected.text));
    }
}

/// Duplicates are the maximal runs of each document that stand twice in the corpus.
fn check_duplicates(opened: &Index, texts: &[String], min_length: usize) {
    let unit = opened.unit();
    let options = DuplicateOptions { min_length, documents: 3, context: 4 };
    let mut duplicates = Duplicates::new(options).expect("starts");
    let mut found = Vec::new();
    while let Some(some) = duplicates.next(opened, 2, &Interrupt::new()).expect("looks") {
        found.extend(some);
    }
    let mut found = found.into_iter();
    for (number, text) in texts.iter().enumerate() {
        let mut numbers = Numbered::new(unit, texts, "");
        let units = numbers.of(text);
        let is_whole = |place: usize| unit != Unit::Byte || text.is_char_boundary(place);
        let runs = (0..units.len())
            .flat_map(|start| (start + min_length..=units.len()).map(move |end| (start, end)));
        let twice: Vec<(usize, usize)> = runs
            .filter(|&(start, end)| is_whole(start) && is_whole(end))
            .filter(|&(start, end)| occurrences(&numbers.corpus, &units[start..end]).len() > 1)
            .collect();
        let is_held = |one: &(usize, usize)| {
            twice.iter().any(|other| other != one && other.0 <= one.0 && one.1 <= other.1)
        };
        for &(start, end) in twice.iter().filter(|one| !is_held(one)) {
            let next = found.next().expect("is found");
            let places = occurrences(&numbers.corpus, &units[start..end]);
            assert_eq!(next.occurrence.document_id, format!("document {number}"), "{texts:?}, {unit:?}");
            assert_eq!(next.occurrence.units, wide(start)..wide(end), "{texts:?}, {unit:?}, {min_length}");
            assert_eq!(next.count, wide(places.len()));
            let documents: BTreeSet<usize> = (places.iter().take(offset(MOST_COUNTED)))
                .map(|&place| numbers.corpus[..place].iter().filter(|&&symbol| symbol == 0).count())
                .collect();
            assert_eq!(next.document_count, wide(documents.len()));
            let others: Vec<String> = (documents.iter().filter(|&&other| other != number).take(3))
                .map(|other| format!("document {other}"))
                .collect();
            assert_eq!(next.other_documents, others);
        }
    }
    assert!(found.next().is_none(), "{texts:?}, {unit:?}, {min_length}");
}

fn sliced<'a>(text: &'a str, bytes: Option<&std::ops::Range<u64>>) -> Option<&'a str> {
    text.get(offset(bytes?.start)..offset(bytes?.end))
}

fn slice(text: &str, characters: &std::ops::Range<u64>) -> String {
    let (start, length) = (offset(characters.start), offset(characters.end - characters.start));
    text.chars().skip(start).take(length).collect()
}

fn spelled(symbols: &[u32]) -> String {
    symbols.iter().map(|&symbol| ["a", "b", "c"][index(symbol) - 1]).collect::<Vec<_>>().join(" ")
}

#[test]
fn all_small_corpora_and_queries_of_every_unit_in_one_shard_and_in_two() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let queries: Vec<String> = all_texts(&[1, 2, 3], 3).iter().map(|query| spelled(query)).collect();
    for unit in Unit::ALL {
        for one in all_texts(&[1, 2], if unit == Unit::Word { 3 } else { 2 }).iter().skip(1) {
            for other in all_texts(&[1, 2], 2) {
                let texts = [spelled(one), spelled(&other)];
                for shard_units in [1, 1000] {
                    let options = BuildOptions {
                        unit,
                        filter_k: Some(2),
                        shard_units: Some(shard_units),
                        ..BuildOptions::default()
                    };
                    let opened = build(folder.path(), &texts, &options);
                    assert_eq!(opened.manifest().shards.len(), if shard_units == 1 { 2 } else { 1 });
                    for query in &queries {
                        for min_length in 1..=3 {
                            let options = ScanOptions {
                                min_length,
                                occurrences: 3,
                                examined: 3,
                                context: 4,
                                ..ScanOptions::default()
                            };
                            check_against_the_oracle(&opened, &texts, query, &options);
                        }
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
    let both = build(folder.path(), &[phrase(&one), phrase(&other)], &BuildOptions::default());
    for word in [&one, &other] {
        assert_eq!(both.count(word.as_str().into()).expect("counts"), 1);
        assert_eq!(both.count(phrase(word).as_str().into()).expect("counts"), 1);
    }
    drop(both);
    let only_one = build(folder.path(), &[phrase(&one)], &BuildOptions::default());
    assert_eq!(only_one.count(other.as_str().into()).expect("counts"), 0);
    assert_eq!(
        only_one.matching_statistics(phrase(&other).as_str().into()).expect("measures"),
        [3, 2, 1, 0, 3, 2, 1]
    );
    let absent = phrase(&other);
    let generation = Generation { text: absent.as_str().into(), prompt: None };
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

/// Whether a text has any unit at all.
fn has_units(unit: Unit, text: &str) -> bool {
    let owned = Owned::new(text, unit);
    !Segmenter::new(unit, VectorPath::Widest).units(owned.borrow()).is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_texts_agree_with_the_oracle(
        unit in prop::sample::select(&Unit::ALL[..]),
        texts in prop::collection::vec(text(), 1..5),
        queries in prop::collection::vec(text(), 1..4),
        filter_k in 1..5_u32,
        shard_units in prop::sample::select(vec![1_u32, 30, 100_000]),
        min_length in 1..6_usize,
        min_characters in prop::sample::select(vec![0_usize, 0, 4, 9]),
        occurrences in 1..4_usize,
    ) {
        prop_assume!(texts.iter().any(|text| has_units(unit, text)));
        let folder = tempfile::tempdir().expect("makes a folder");
        let shard_units = Some(shard_units);
        let options = BuildOptions { unit, filter_k: Some(filter_k), shard_units, ..BuildOptions::default() };
        let opened = build(folder.path(), &texts, &options);
        let options = ScanOptions { min_length, min_characters, occurrences, examined: 16, context: 7, seed: 0 };
        for query in queries.iter().chain(&texts) {
            check_against_the_oracle(&opened, &texts, query, &options);
        }
        check_duplicates(&opened, &texts, min_length);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_index_that_was_changed_is_as_if_built_so(
        unit in prop::sample::select(&Unit::ALL[..]),
        texts in prop::collection::vec(text(), 2..6),
        removals in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        query in text(),
        shard_units in prop::sample::select(vec![1_u32, 30, 100_000]),
        min_length in 1..4_usize,
    ) {
        prop_assume!(has_units(unit, &texts[0]) && has_units(unit, &texts[1]));
        let folder = tempfile::tempdir().expect("makes a folder");
        let options = BuildOptions { unit, shard_units: Some(shard_units), ..BuildOptions::default() };
        let built = build(folder.path(), &texts[..1], &options);
        let path = built.path().to_owned();
        drop(built);
        let mut builder = IndexBuilder::extend(&path, &options).expect("starts");
        let more: Vec<Owned> = texts[1..].iter().map(|text| Owned::new(text, unit)).collect();
        add(&mut builder, &more, 1);
        builder.finish(&|_| {}, &Interrupt::new()).expect("finishes");
        let scan = ScanOptions { min_length, min_characters: 0, occurrences: 2, examined: 16, context: 7, seed: 0 };
        check_against_the_oracle(&open(&path), &texts, &query, &scan);

        let mut left = texts.clone();
        for removal in removals {
            let number = removal.index(left.len());
            if !std::mem::take(&mut left[number]).is_empty() {
                let id = format!("document {number}");
                prop_assert_eq!(Index::remove(&path, &[&id], &Interrupt::new()).expect("removes"), 1);
                let again = Index::remove(&path, &[&id], &Interrupt::new());
                prop_assert!(again.is_err(), "it is gone");
            }
        }
        // Where a document was is an empty one, for the oracle.
        check_against_the_oracle(&open(&path), &left, &query, &scan);
        check_duplicates(&open(&path), &left, min_length);
        if left.iter().any(|text| has_units(unit, text)) {
            Index::compact(&path, &options, &|_| {}, &Interrupt::new()).expect("compacts");
            let compacted = open(&path);
            check_against_the_oracle(&compacted, &left, &query, &scan);
            prop_assert!(compacted.manifest().shards.iter().all(|shard| shard.removed.is_empty()));
        }
    }
}
