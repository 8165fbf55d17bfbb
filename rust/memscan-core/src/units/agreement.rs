//! Every way to cut a text gives the same words.

use proptest::prelude::*;

use super::general::Scratch;
use super::segmenter::{Segmenter, VectorPath};
use super::{general, unit::Unit, word::Word};

/// Start, end, folded bytes and hash of each word.
type Words = Vec<(usize, usize, Vec<u8>, u32)>;

fn kept(words: &mut Words) -> impl FnMut(Word<'_>) + '_ {
    |word| words.push((word.start, word.end, word.folded.with_bytes(<[u8]>::to_vec), word.folded.hash()))
}

fn fast(text: &str, path: VectorPath) -> Words {
    let mut words = Vec::new();
    Segmenter::new(Unit::Word, path).segment(text.into(), kept(&mut words));
    words
}

/// The general path alone, even where the text is ASCII.
fn slow(text: &str) -> Words {
    let (mut words, mut scratch, mut place) = (Vec::new(), Scratch::default(), 0);
    while place < text.len() {
        place = general::segment(text, place, &mut scratch, &mut kept(&mut words));
    }
    words
}

fn check(text: &str) {
    let expected = slow(text);
    assert_eq!(fast(text, VectorPath::Widest), expected, "{text:?}");
    assert_eq!(fast(text, VectorPath::Scalar), expected, "{text:?}");
    for (start, end, folded, hash) in &expected {
        let alone = fast(&text[*start..*end], VectorPath::Widest);
        assert_eq!(
            alone,
            [(0, end - start, folded.clone(), *hash)],
            "a word by itself is one word: {text:?}"
        );
        let rest = fast(&text[*start..], VectorPath::Widest);
        let expected_rest = expected.iter().filter(|word| word.0 >= *start);
        let expected_rest: Words = expected_rest
            .map(|(from, to, bytes, hash)| (from - start, to - start, bytes.clone(), *hash))
            .collect();
        assert_eq!(rest, expected_rest, "a text is cut alike from any word on: {text:?}");
    }
}

#[test]
fn all_short_texts_of_every_class() {
    let alphabet = ['a', '\'', ' ', 'é', '’', '\u{301}', '\u{ad}', '漢', 'ก', '\u{200b}'];
    let mut texts = vec![String::new()];
    for _ in 0..4 {
        let longer = texts.iter().flat_map(|text| alphabet.map(|character| format!("{text}{character}")));
        texts = longer.collect();
        for text in &texts {
            check(text);
        }
    }
}

#[test]
fn words_at_every_place_of_a_block() {
    for word in ["word", "it's", "x", "a-b", "tis'", "naïve", "supercalifragilistic", "l''a", "漢字"] {
        for place in 0..130 {
            for after in
                ["", " ", "'", "’", ".", " more words after it, to go on past the end of a block of 64"]
            {
                check(&format!("{}{word}{after}", " ".repeat(place)));
                check(&format!("{}{word}{after}", "ab ".repeat(place)));
            }
        }
    }
    check(&"long".repeat(100));
    check(&"it's".repeat(100));
    check(&format!("{}é", "long".repeat(100)));
}

proptest! {
    #[test]
    fn any_text(text in "\\PC{0,80}") {
        check(&text);
    }

    #[test]
    fn text_of_words_and_joiners(text in "[a-dA-D0-2'’éß ﬁ,.\\u{301}\\u{ad}\\u{200d}か\\u{3099}漢ไทย\\n-]{0,200}") {
        check(&text);
    }
}

/// What every code point does to the words around it and what it folds to, in one hash.
///
/// If this changes, texts are cut or folded otherwise than in the indexes that people have: give the
/// rules another version, or `UNICODE_VERSION` if its data are the reason.
#[test]
fn the_rules_are_those_of_their_version() {
    let mut hasher = blake3::Hasher::new();
    for character in (0..=0x0010_ffff).filter_map(char::from_u32) {
        let class = super::class::class_of(character);
        hasher.update(format!("{class:?}").as_bytes());
        // A cluster character may join what stands before and after it.
        let is_cluster = class == super::class::Class::Cluster;
        let text = if is_cluster { format!("ក{character}កก") } else { character.to_string() };
        for (_, _, folded, hash) in slow(&text) {
            hasher.update(&folded);
            hasher.update(&hash.to_le_bytes());
        }
    }
    let rules = (Unit::Word.rules_version(), super::UNICODE_VERSION, hasher.finalize().to_hex());
    assert_eq!(
        rules.2.as_str(),
        "477bf6a7c308302b77ced3ad415ba69f9f24c040ef6d8bb70886c75a8dfa557b",
        "{rules:?}"
    );
}
