/*!
Texts, with tokens for the indexes that need them, and indexes built of them.
*/

use std::path::Path;

use memscan_core::{
    BuildOptions, Document, IndexBuilder, Interrupt, Result, Segmenter, Text, Tokens, Unit, VectorPath,
};

/// A text, and its tokens if these are the units.
#[derive(Clone, Debug)]
pub struct Owned {
    /// The text.
    pub text: String,
    tokens: Option<(Vec<u32>, Vec<[u32; 2]>)>,
    /// Whether only the tokens are told.
    is_bare: bool,
}

impl Owned {
    /// `text`, with tokens if `unit` asks for them.
    pub fn new(text: &str, unit: Unit) -> Self {
        Self {
            text: text.to_owned(),
            tokens: (unit == Unit::Token).then(|| toy_tokens(text)),
            is_bare: false,
        }
    }

    /// The same, of which only the tokens are told, if there are any.
    #[must_use]
    pub fn bare(self) -> Self {
        Self { is_bare: self.tokens.is_some(), ..self }
    }

    /// The text as an index takes it.
    pub fn borrow(&self) -> Text<'_> {
        let places = |places| if self.is_bare { None } else { Some(places) };
        let tokens =
            (self.tokens.as_ref()).map(|(ids, spans)| Tokens { ids, places: places(spans.as_slice()) });
        Text { characters: if self.is_bare { "" } else { &self.text }, tokens }
    }

    /// What the units fold to, and which bytes of the text they have.
    pub fn units(&self, unit: Unit, path: VectorPath) -> Vec<(Vec<u8>, std::ops::Range<usize>)> {
        let mut units = Vec::new();
        Segmenter::new(unit, path).segment(self.borrow(), |found| {
            units.push((found.folded.with_bytes(<[u8]>::to_vec), found.start..found.end));
        });
        units
    }
}

/// Pairs of ASCII characters are tokens; any other character is two, which share its place.
fn toy_tokens(text: &str) -> (Vec<u32>, Vec<[u32; 2]>) {
    let place = |byte: usize| u32::try_from(byte).expect("inputs are short");
    let (mut ids, mut places) = (Vec::new(), Vec::new());
    let mut start = 0;
    while let Some(character) = text[start..].chars().next() {
        let pair = text.as_bytes()[start..].first_chunk::<2>().filter(|pair| pair.is_ascii());
        let (found, end) = if let Some(&[one, other]) = pair {
            (vec![u32::from(one) << 8 | u32::from(other)], start + 2)
        } else {
            let code = u32::from(character);
            (vec![code & 0xff, 0x10_0000 + (code >> 8)], start + character.len_utf8())
        };
        places.extend(found.iter().map(|_| [place(start), place(end)]));
        ids.extend(found);
        start = end;
    }
    (ids, places)
}

/// Build an index of `documents` at `path`; their ids are their numbers.
///
/// # Errors
///
/// What the builder refuses.
pub fn build(path: &Path, documents: &[Owned], options: BuildOptions) -> Result<()> {
    build_named(path, &[(None, documents)], options)
}

/// Build an index of corpora, some with names; ids are the numbers of the documents within their corpus.
///
/// # Errors
///
/// What the builder refuses.
pub fn build_named(path: &Path, corpora: &[(Option<&str>, &[Owned])], options: BuildOptions) -> Result<()> {
    let never = Interrupt::new();
    let mut builder = IndexBuilder::create(path, options)?;
    for (name, documents) in corpora {
        builder.begin_corpus(*name, &never)?;
        add(&mut builder, documents, &never)?;
    }
    builder.finish(&|_| {}, &never)?;
    Ok(())
}

fn add(builder: &mut IndexBuilder, documents: &[Owned], never: &Interrupt) -> Result<()> {
    let ids: Vec<String> = (0..documents.len()).map(|number| number.to_string()).collect();
    let documents: Vec<Document<'_>> = (ids.iter().zip(documents))
        .map(|(id, text)| Document { id, text: text.borrow(), metadata: r#"{"year":1843}"# })
        .collect();
    builder.add(&documents, &|_| {}, never)
}
