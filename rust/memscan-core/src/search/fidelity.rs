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
        } else if whitespace_folded(one).eq(whitespace_folded(other)) {
            Self::Whitespace
        } else if typography_folded(one).eq(typography_folded(other)) {
            Self::Typography
        } else {
            Self::Folded
        }
    }
}

fn is_no_break_space(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// The characters of `text`, with one space for each run of white space that may break.
fn whitespace_folded(text: &str) -> impl Iterator<Item = char> + '_ {
    let fold = |character: char| {
        let is_space = character.is_whitespace() && !is_no_break_space(character);
        if is_space { ' ' } else { character }
    };
    without_repeats(text.chars().map(fold), |character| character == ' ')
}

/// The characters of `text` with one space for each run of white space, straight quotes, one hyphen
/// for each run of dashes, full stops for ellipses, and letters for ligatures.
fn typography_folded(text: &str) -> impl Iterator<Item = char> + '_ {
    let folded = text.chars().flat_map(|character| {
        let (single, several) = match character {
            '‘' | '’' | '‚' | '‛' | 'ʼ' | '＇' | '`' | '´' | '′' | '‹' | '›' => {
                (Some('\''), "")
            }
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
        };
        single.into_iter().chain(several.chars())
    });
    without_repeats(folded, |character| matches!(character, ' ' | '-'))
}

/// Leave out every character for which `is_merged` holds and that repeats the one before it.
fn without_repeats(
    characters: impl Iterator<Item = char>,
    is_merged: impl Fn(char) -> bool,
) -> impl Iterator<Item = char> {
    let mut before = None;
    characters.filter(move |&character| {
        let repeats = is_merged(character) && before == Some(character);
        before = Some(character);
        !repeats
    })
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
}
