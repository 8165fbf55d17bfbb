/*!
How alike two texts are that have the same units.

Four levels, each folding more than the one above it. The strictest that makes the two texts
equal is the fidelity of an occurrence.
*/

/// The strictest level at which two original texts are equal.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Fidelity {
    /// The same bytes.
    Exact,
    /// Equal after every run of white space becomes one space.
    Whitespace,
    /// Equal after quotes, dashes, ellipses, ligatures and no-break spaces are folded as well.
    Typography,
    /// Equal only as units.
    Folded,
}

impl Fidelity {
    /// The name of the level, as it stands in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Whitespace => "whitespace",
            Self::Typography => "typography",
            Self::Folded => "folded",
        }
    }

    /// The fidelity of two texts that have the same units.
    pub fn of(one: &str, other: &str) -> Self {
        if one == other {
            Self::Exact
        } else if are_equal(one, other, fold_whitespace, |character| character == ' ') {
            Self::Whitespace
        } else if are_equal(one, other, fold_typography, |character| matches!(character, ' ' | '-')) {
            Self::Typography
        } else {
            Self::Folded
        }
    }
}

/// What a character becomes at a level: one character, or several, of which the first is empty then.
type Folding = (Option<char>, &'static str);

fn is_no_break_space(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// One space for white space that may break.
fn fold_whitespace(character: char) -> Folding {
    let is_space = character.is_whitespace() && !is_no_break_space(character);
    (Some(if is_space { ' ' } else { character }), "")
}

/// A space for white space, straight quotes, a hyphen for a dash, full stops for ellipses, and letters for ligatures.
fn fold_typography(character: char) -> Folding {
    match character {
        '‘' | '’' | '‚' | '‛' | 'ʼ' | '＇' | '`' | '´' | '′' | '‹' | '›' => (Some('\''), ""),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' => (Some('"'), ""),
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '⸺' | '⸻' => (Some('-'), ""),
        '…' => (None, "..."),
        '‥' => (None, ".."),
        'ﬀ' => (None, "ff"),
        'ﬁ' => (None, "fi"),
        'ﬂ' => (None, "fl"),
        'ﬃ' => (None, "ffi"),
        'ﬄ' => (None, "ffl"),
        'ﬅ' | 'ﬆ' => (None, "st"),
        _ if character.is_whitespace() => (Some(' '), ""),
        _ => (Some(character), ""),
    }
}

/// A text that is folded as it is read; a run of a character that `is_merged` is one.
struct Folded<'t, F, M> {
    rest: &'t str,
    waiting: &'static str,
    last: Option<char>,
    fold: F,
    is_merged: M,
}

impl<F: Fn(char) -> Folding, M: Fn(char) -> bool> Iterator for Folded<'_, F, M> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            let character = match take_first(&mut self.waiting) {
                Some(character) => character,
                None => match (self.fold)(take_first(&mut self.rest)?) {
                    (Some(single), _) => single,
                    (None, several) => {
                        self.waiting = several;
                        continue;
                    }
                },
            };
            let repeats = self.last == Some(character) && (self.is_merged)(character);
            self.last = Some(character);
            if !repeats {
                return Some(character);
            }
        }
    }
}

fn take_first(text: &mut &str) -> Option<char> {
    let mut characters = text.chars();
    let first = characters.next();
    *text = characters.as_str();
    first
}

/// Whether two texts are equal after every character is folded, and runs of those that `is_merged` are one.
///
/// What has come out of both so far is the same, so both have the same last character. Where nothing waits, what
/// follows alike in both is passed over at once.
fn are_equal(
    one: &str,
    other: &str,
    fold: impl Fn(char) -> Folding + Copy,
    is_merged: impl Fn(char) -> bool + Copy,
) -> bool {
    let folded = |rest| Folded { rest, waiting: "", last: None, fold, is_merged };
    let (mut one, mut other) = (folded(one), folded(other));
    loop {
        if one.waiting.is_empty() && other.waiting.is_empty() {
            let (same, rest) = one.rest.split_at(common_length(one.rest, other.rest));
            if let Some(last) = same.chars().next_back() {
                let (single, several) = fold(last);
                let last = single.or_else(|| several.chars().next_back());
                (one.last, other.last) = (last, last);
                one.rest = rest;
                other.rest = &other.rest[same.len()..];
            }
        }
        match (one.next(), other.next()) {
            (None, None) => return true,
            (first, second) if first != second => return false,
            _ => {}
        }
    }
}

/// How many bytes two texts begin with alike, in whole characters.
fn common_length(one: &str, other: &str) -> usize {
    const AT_ONCE: usize = 16;
    let (one_bytes, other_bytes) = (one.as_bytes(), other.as_bytes());
    let chunks = one_bytes.chunks_exact(AT_ONCE).zip(other_bytes.chunks_exact(AT_ONCE));
    let start = AT_ONCE * chunks.take_while(|(one, other)| one == other).count();
    let pairs = one_bytes[start..].iter().zip(&other_bytes[start..]);
    let length = start + pairs.take_while(|(one, other)| one == other).count();
    (0..=length).rev().find(|&end| one.is_char_boundary(end)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_is_told_from_the_next() {
        for (one, other, expected) in [
            ("dead as a door-nail", "dead as a door-nail", Fidelity::Exact),
            ("dead as\r\na door-nail", "dead as a  door-nail", Fidelity::Whitespace),
            ("dead\u{2003}as", "dead as", Fidelity::Whitespace),
            ("dead\u{a0}as", "dead as", Fidelity::Typography),
            ("“What’s Christmas”", "\"What's Christmas\"", Fidelity::Typography),
            ("nail--and – nail", "nail—and ‐ nail", Fidelity::Typography),
            ("wait… ﬁne", "wait... fine", Fidelity::Typography),
            ("MARLEY WAS DEAD", "Marley was dead", Fidelity::Folded),
            ("dead, as", "dead as", Fidelity::Folded),
            ("dead - as", "dead-as", Fidelity::Folded),
            ("caf\u{e9}", "cafe\u{301}", Fidelity::Folded),
        ] {
            assert_eq!(Fidelity::of(one, other), expected, "{one:?} and {other:?}");
            assert_eq!(Fidelity::of(other, one), expected, "{other:?} and {one:?}");
        }
    }

    /// The definition: fold each text as a whole, then compare.
    fn slowly(one: &str, other: &str) -> Fidelity {
        let whole = |text: &str, fold: fn(char) -> Folding, merged: &[char]| {
            let mut folded: Vec<char> = Vec::new();
            for character in text.chars() {
                let (single, several) = fold(character);
                for character in single.into_iter().chain(several.chars()) {
                    if !(merged.contains(&character) && folded.last() == Some(&character)) {
                        folded.push(character);
                    }
                }
            }
            folded
        };
        let alike = |fold, merged| whole(one, fold, merged) == whole(other, fold, merged);
        match () {
            () if one == other => Fidelity::Exact,
            () if alike(fold_whitespace, &[' ']) => Fidelity::Whitespace,
            () if alike(fold_typography, &[' ', '-']) => Fidelity::Typography,
            () => Fidelity::Folded,
        }
    }

    #[test]
    fn passing_over_what_is_alike_changes_nothing() {
        let alphabet = ["a", " ", "\n", "-", "—", "…", ".", "ﬁ", "f", "\u{a0}"];
        let mut texts = vec![String::new()];
        for _ in 0..3 {
            let longer = texts.iter().flat_map(|text| alphabet.map(|one| format!("{text}{one}")));
            texts = std::iter::once(String::new()).chain(longer).collect();
        }
        for one in &texts {
            for other in &texts {
                assert_eq!(Fidelity::of(one, other), slowly(one, other), "{one:?} and {other:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn long_texts_that_differ_in_places_agree_with_the_definition(
            pieces in proptest::collection::vec((0..8_usize, 0..8_usize), 0..60),
        ) {
            let written = ["word of sixteen bytes", "é", " ", "  ", "–", "--", "…", "..."];
            let text = |choose: fn(&(usize, usize)) -> usize| -> String {
                pieces.iter().map(|pair| written[choose(pair)]).collect()
            };
            // Mostly alike: the second choice counts where it is another way to write the first.
            let kind = |place: usize| place / 2;
            let one = text(|pair| pair.0);
            let other: String = pieces
                .iter()
                .map(|&(first, second)| written[if kind(first) == kind(second) { second } else { first }])
                .collect();
            proptest::prop_assert_eq!(Fidelity::of(&one, &other), slowly(&one, &other));
        }
    }
}
