/*!
The class of a code point: what it does to the units around it (`docs/units.md`).
*/

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, Script};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointMapData, CodePointSetData};

use super::table::Table;

/// What a code point does to the units around it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// Ends a unit.
    Separator,
    /// Belongs to a word.
    Letter,
    /// Belongs to the unit before it, of whatever kind; else begins a word.
    Mark,
    /// Is a unit of its own, with the marks after it.
    Ideographic,
    /// Belongs to a grapheme cluster that is a unit of its own.
    Cluster,
    /// Joins two word characters, once.
    Apostrophe,
    /// Joins two characters of a unit, in any number.
    Ignorable,
}

/// Whether `character` is one of the five apostrophes.
pub(super) const fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{ff07}')
}

static CLASSES: Table<Class> = Table::new(classify);

/// The class of `character`.
#[inline]
pub(super) fn class_of(character: char) -> Class {
    CLASSES.get(character)
}

fn classify(character: char) -> Class {
    if is_apostrophe(character) {
        return Class::Apostrophe;
    }
    if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character) {
        return Class::Ignorable;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    let is_mark = GeneralCategoryGroup::Mark.contains(category);
    let is_letter =
        GeneralCategoryGroup::Letter.contains(category) || GeneralCategoryGroup::Number.contains(category);
    if !is_mark && !is_letter {
        return Class::Separator;
    }
    match CodePointMapData::<Script>::new().get(character) {
        Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar => Class::Cluster,
        _ if is_mark || is_halfwidth_voicing_mark(character) => Class::Mark,
        _ if is_ideographic(character) => Class::Ideographic,
        _ => Class::Letter,
    }
}

/// Halfwidth katakana write a voiced syllable as two characters.
const fn is_halfwidth_voicing_mark(character: char) -> bool {
    matches!(character, '\u{ff9e}' | '\u{ff9f}')
}

fn is_ideographic(character: char) -> bool {
    let scripts = ScriptWithExtensions::new();
    [Script::Han, Script::Hiragana, Script::Katakana]
        .into_iter()
        .any(|script| scripts.has_script(character, script))
}
