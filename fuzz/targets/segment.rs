/*!
Any text, cut into all units: with vectors as without, in order, between characters.

# Input

The text, whose bytes that are not UTF-8 become U+FFFD.

# What must hold

Units come in order, do not overlap, are not empty and start and end between characters (of bytes, which cut characters,
only the order). A unit depends only on the text from its own start: cut from any unit on, the text gives the same
units. Nothing but white space is left out of lexemes. Folded bytes keep their hash.
*/

#![no_main]

use libfuzzer_sys::fuzz_target;
use memscan_core::{Folded, Segmenter, Text, Unit, VectorPath, unit_characters};
use memscan_fuzz::texts::Owned;

/// Start, end, folded bytes and hash of each unit.
type Units = Vec<(usize, usize, Vec<u8>, u32)>;

fn cut(text: Text<'_>, unit: Unit, path: VectorPath) -> Units {
    let mut units = Vec::new();
    Segmenter::new(unit, path).segment(text, |found| {
        units.push((found.start, found.end, found.folded.with_bytes(<[u8]>::to_vec), found.folded.hash()));
    });
    units
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for unit in Unit::ALL {
        let owned = Owned::new(&text, unit);
        let units = cut(owned.borrow(), unit, VectorPath::Widest);
        assert_eq!(units, cut(owned.borrow(), unit, VectorPath::Scalar), "with and without vectors");
        check_places(&text, unit, &units);
        check_characters(&owned, unit, &units);
        if unit != Unit::Token {
            // One unit for each text, so that long texts take no longer than linear time.
            let chosen = data.iter().map(|&byte| usize::from(byte)).sum::<usize>();
            check_rest(&text, unit, &units, chosen % units.len().max(1));
        }
        for (_, _, folded, hash) in &units {
            assert_eq!(Folded::new(folded).hash(), *hash, "{folded:?}");
        }
    }
});

fn check_places(text: &str, unit: Unit, units: &Units) {
    let mut before = 0;
    for &(start, end, ..) in units {
        if unit != Unit::Token {
            assert!(before <= start && start < end, "{start}..{end} after {before}");
            let between = &text.as_bytes()[before..start];
            let is_left_out =
                unit == Unit::Word || between.is_empty() || text[before..start].trim().is_empty();
            assert!(is_left_out, "{between:?} belongs to no unit");
            before = end;
        }
        let is_whole = text.is_char_boundary(start) && text.is_char_boundary(end);
        assert!(is_whole || unit == Unit::Byte, "{start}..{end}");
    }
    let is_all = unit == Unit::Word || unit == Unit::Token || text[before..].trim().is_empty();
    assert!(is_all, "{:?} belongs to no unit", &text[before..]);
}

fn check_characters(owned: &Owned, unit: Unit, units: &Units) {
    let characters = unit_characters(owned.borrow(), unit).expect("the text has what the unit asks for");
    assert_eq!(characters.len(), units.len());
    for ([start, end], (start_byte, end_byte, ..)) in characters.into_iter().zip(units) {
        let [start, end] = [start, end].map(|place| usize::try_from(place).expect("texts are short"));
        if owned.text.is_char_boundary(*start_byte) && owned.text.is_char_boundary(*end_byte) {
            let found = [*start_byte, *end_byte].map(|byte| owned.text[..byte].chars().count());
            assert_eq!([start, end], found);
        } else {
            assert_eq!(end, start + 1, "a part of a character stands where the character does");
        }
    }
}

/// The text from a unit on gives the same units, and the unit alone is that unit.
fn check_rest(text: &str, unit: Unit, units: &Units, chosen: usize) {
    let Some(&(start, end, ref folded, hash)) = units.get(chosen) else { return };
    let (Some(alone), Some(rest)) = (text.get(start..end), text.get(start..)) else { return };
    assert_eq!(cut(alone.into(), unit, VectorPath::Widest), [(0, end - start, folded.clone(), hash)]);
    let expected: Units = (units[chosen..].iter())
        .map(|(from, to, folded, hash)| (from - start, to - start, folded.clone(), *hash))
        .collect();
    assert_eq!(cut(rest.into(), unit, VectorPath::Widest), expected, "from {start} on");
}
