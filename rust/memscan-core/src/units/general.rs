/*!
Units of any text, code point by code point.
*/

use icu_segmenter::GraphemeClusterSegmenter;

use super::class::{Class, class_of};
use super::fold::fold;
use super::word::{Folded, Word};

/// Room for the folding of one unit, used again for the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    folded: String,
}

/// Hand the unit that starts at `place` to `sink`, if one does; return where to go on.
///
/// `place` is a boundary: nothing before it belongs to a unit that reaches it.
pub(super) fn segment(
    text: &str,
    place: usize,
    scratch: &mut Scratch,
    sink: &mut impl FnMut(Word<'_>),
) -> usize {
    let rest = &text[place..];
    let first = rest.chars().next().expect("the place is before the end of the text");
    let length = match class_of(first) {
        Class::Letter | Class::Mark => word_length(rest),
        Class::Ideographic => ideographic_length(rest),
        Class::Cluster => cluster_length(rest),
        Class::Separator | Class::Apostrophe | Class::Ignorable => return place + first.len_utf8(),
    };
    scratch.folded.clear();
    fold(&rest[..length], &mut scratch.folded);
    let end = place + length;
    sink(Word { start: place, end, folded: Folded::new(scratch.folded.as_bytes()) });
    end
}

/// Letters and marks, joined by ignorables and single apostrophes.
fn word_length(rest: &str) -> usize {
    let mut length = 0;
    let mut has_apostrophe = false;
    for (place, character) in rest.char_indices() {
        match class_of(character) {
            Class::Letter | Class::Mark => {
                length = place + character.len_utf8();
                has_apostrophe = false;
            }
            Class::Apostrophe if !has_apostrophe => has_apostrophe = true,
            Class::Ignorable => {}
            _ => break,
        }
    }
    length
}

/// One ideographic character and the marks after it.
fn ideographic_length(rest: &str) -> usize {
    let mut characters = rest.char_indices();
    let mut length = characters.next().map_or(0, |(_, first)| first.len_utf8());
    for (place, character) in characters {
        match class_of(character) {
            Class::Mark => length = place + character.len_utf8(),
            Class::Ignorable => {}
            _ => break,
        }
    }
    length
}

/// One grapheme cluster, as far as it consists of cluster characters, marks and ignorables,
/// less the ignorables at its end.
fn cluster_length(rest: &str) -> usize {
    let segmenter = GraphemeClusterSegmenter::new();
    let boundary = segmenter.segment_str(rest).nth(1).unwrap_or(rest.len());
    let mut length = 0;
    for (place, character) in rest[..boundary].char_indices() {
        match class_of(character) {
            Class::Cluster | Class::Mark => length = place + character.len_utf8(),
            Class::Ignorable => {}
            _ => break,
        }
    }
    length
}
