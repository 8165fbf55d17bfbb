/*!
The four kinds of units.
*/

/// What a text is a sequence of. Chosen when an index is built.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Unit {
    /// Words as a reader sees them, folded: prose.
    #[default]
    Word,
    /// Identifiers, numbers and single signs, as they stand: source code.
    Lexeme,
    /// The bytes of the UTF-8 text.
    Byte,
    /// The ids that a tokenizer gives. The caller runs the tokenizer.
    Token,
}

impl Unit {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Word, Self::Lexeme, Self::Byte, Self::Token];

    /// The name of the kind, as it stands in manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Lexeme => "lexeme",
            Self::Byte => "byte",
            Self::Token => "token",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// What several are called in messages.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Word => "words",
            Self::Lexeme => "lexemes",
            Self::Byte => "bytes",
            Self::Token => "tokens",
        }
    }

    /// The version of the rules in `docs/units.md`; indexes of another version are not opened.
    pub const fn rules_version(self) -> u32 {
        1
    }

    /// The shortest match that is worth reporting, unless one says otherwise.
    pub const fn default_min_length(self) -> usize {
        match self {
            Self::Word => 10,
            Self::Lexeme => 20,
            Self::Byte | Self::Token => 50,
        }
    }

    /// The length of the runs that the filter knows, unless one says otherwise: long enough that most
    /// runs of one text stand in no other, and well below the shortest match.
    pub const fn default_filter_k(self) -> u32 {
        match self {
            Self::Word => 5,
            Self::Lexeme | Self::Token => 8,
            Self::Byte => 20,
        }
    }
}
