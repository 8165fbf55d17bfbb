/*!
Folding: the text of a unit, less everything that should make no difference.

`toNFKC_Casefold(NFD(X))` (The Unicode Standard, section 3.13, D146 and D147), and then the
apostrophes dropped. Three ways, each for what the ones before it cannot do:

1. ASCII, apostrophes and soft hyphens: byte by byte.
2. Letters that fold to one letter by themselves and touch no neighbour: by table.
3. All else: as the standard words it.
*/

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

use super::class::{Class, class_of, is_apostrophe};
use super::table::Table;

/// Append the folding of `unit` to `folded`.
pub(super) fn fold(unit: &str, folded: &mut String) {
    let length = folded.len();
    if !(fold_simple(unit, folded)) {
        folded.truncate(length);
        fold_fully(unit, folded);
    }
}

/// Fold `unit` if each of its characters folds by itself; else return false.
fn fold_simple(unit: &str, folded: &mut String) -> bool {
    for character in unit.chars() {
        if character.is_ascii() {
            if character != '\'' {
                folded.push(character.to_ascii_lowercase());
            }
        } else {
            match SINGLES.get(character) {
                Single::Nothing => {}
                Single::Letter(letter) => folded.push(letter),
                Single::Several => return false,
            }
        }
    }
    true
}

/// What a character folds to, where that is no matter of its neighbours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Single {
    Nothing,
    Letter(char),
    Several,
}

static SINGLES: Table<Single> = Table::new(work_out_single);

fn work_out_single(character: char) -> Single {
    match class_of(character) {
        Class::Apostrophe | Class::Ignorable => return Single::Nothing,
        Class::Letter | Class::Ideographic if !may_compose_backwards(character) => {}
        _ => return Single::Several,
    }
    let mut folded = String::new();
    fold_fully(character.encode_utf8(&mut [0; 4]), &mut folded);
    let mut characters = folded.chars();
    match (characters.next(), characters.next()) {
        (Some(letter), None) if matches!(class_of(letter), Class::Letter | Class::Ideographic) => {
            if may_compose_backwards(letter) {
                Single::Several
            } else {
                Single::Letter(letter)
            }
        }
        _ => Single::Several,
    }
}

/// Letters that may compose with the character before them. (Marks are left out anyway.)
///
/// Hangul vowels and finals, and the vowel signs of Kirat Rai, which are letters.
const fn may_compose_backwards(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{11ff}' | '\u{16d40}'..='\u{16d7f}')
}

fn fold_fully(unit: &str, folded: &mut String) {
    let decomposed = DecomposingNormalizer::new_nfd();
    let mut mapped = String::with_capacity(unit.len() + 8);
    for character in decomposed.normalize(unit).chars() {
        push_nfkc_casefold(character, &mut mapped);
    }
    let composed = ComposingNormalizer::new_nfc();
    folded.extend(composed.normalize(&mapped).chars().filter(|&character| !is_apostrophe(character)));
}

/// The property `NFKC_Casefold` of one character: case folding, NFKC and the removal of
/// ignorables, over and over until nothing changes.
fn push_nfkc_casefold(character: char, mapped: &mut String) {
    let (casing, nfkc) = (CaseMapper::new(), ComposingNormalizer::new_nfkc());
    let mut current = String::from(character);
    loop {
        let cased = casing.fold_string(&current);
        let mut next = nfkc.normalize(&cased).into_owned();
        next.retain(|character| class_of(character) != Class::Ignorable);
        if next == current {
            break;
        }
        current = next;
    }
    mapped.push_str(&current);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn folding(unit: &str) -> String {
        let mut folded = String::new();
        fold(unit, &mut folded);
        folded
    }

    fn all_characters() -> impl Iterator<Item = char> {
        (0..=0x0010_ffff).filter_map(char::from_u32)
    }

    #[test]
    fn words_that_read_alike_fold_alike() {
        for (variants, folded) in [
            (vec!["don't", "don’t", "DON'T", "dont", "don\u{2bc}t", "don\u{ff07}t"], "dont"),
            (vec!["ﬁne", "fine", "FINE", "ｆｉｎｅ"], "fine"),
            (vec!["Straße", "STRASSE", "straſſe"], "strasse"),
            (vec!["é", "e\u{301}", "É", "E\u{301}"], "é"),
            (vec!["İ", "i\u{307}", "I\u{307}"], "i\u{307}"),
            (vec!["co\u{ad}operate", "cooperate"], "cooperate"),
            (vec!["Σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ"], "σίσυφοσ"),
            (vec!["が", "か\u{3099}"], "が"),
            (vec!["ガ", "カ\u{3099}", "ｶ\u{ff9e}"], "ガ"),
            (vec!["한", "\u{1112}\u{1161}\u{11ab}"], "한"),
            (vec!["ŉ", "n"], "n"),
        ] {
            for variant in variants {
                assert_eq!(folding(variant), folded, "{variant:?}");
            }
        }
    }

    #[test]
    fn folding_is_idempotent_and_never_empty_for_a_unit_character() {
        for character in all_characters() {
            let class = class_of(character);
            if matches!(class, Class::Letter | Class::Mark | Class::Ideographic | Class::Cluster) {
                let once = folding(&character.to_string());
                assert!(!once.is_empty(), "{character:?} folds to nothing");
                assert_eq!(folding(&once), once, "{character:?}");
                assert!(!once.contains('\0'));
            }
        }
    }

    #[test]
    fn the_table_folds_as_the_standard_words_it() {
        for character in all_characters() {
            if let Single::Letter(letter) = SINGLES.get(character) {
                let mut fully = String::new();
                fold_fully(&character.to_string(), &mut fully);
                assert_eq!(fully, letter.to_string());
            }
        }
    }

    #[test]
    fn no_letter_of_the_table_composes_with_what_stands_before_it() {
        let nfd = DecomposingNormalizer::new_nfd();
        let mut second_characters = HashSet::new();
        for character in all_characters() {
            let decomposed = nfd.normalize(character.encode_utf8(&mut [0; 4])).into_owned();
            second_characters.extend(decomposed.chars().skip(1));
        }
        assert!(second_characters.len() > 50, "the normaliser decomposes");
        for character in second_characters {
            assert!(!matches!(SINGLES.get(character), Single::Letter(_)), "{character:?} composes backwards");
        }
    }

    #[test]
    fn canonically_equivalent_texts_fold_alike() {
        let (nfd, nfc) = (DecomposingNormalizer::new_nfd(), ComposingNormalizer::new_nfc());
        for character in all_characters().filter(|&character| class_of(character) == Class::Letter) {
            for unit in [format!("a{character}b"), format!("{character}\u{301}\u{345}")] {
                assert_eq!(folding(&nfd.normalize(&unit)), folding(&nfc.normalize(&unit)), "{unit:?}");
            }
        }
    }
}
