//! Texts from Python: strings, and arrays of tokens where these are the units.

use memscan_core::{Text, Tokens};
use numpy::{PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;

/// The tokens of a text: ids of shape (n,), and places of shape (n, 2) unless there is no text.
pub(crate) struct PyTokens {
    ids: Vec<u32>,
    places: Option<Vec<[u32; 2]>>,
}

impl PyTokens {
    fn borrow(&self) -> Tokens<'_> {
        Tokens { ids: &self.ids, places: self.places.as_deref() }
    }
}

impl<'py> FromPyObject<'_, 'py> for PyTokens {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        type Arrays<'py> = (PyReadonlyArray1<'py, u32>, Option<PyReadonlyArray2<'py, u32>>);
        let (ids, places): Arrays<'py> = value.extract()?;
        let pairs = |places: PyReadonlyArray2<'py, u32>| {
            if places.shape()[1] != 2 {
                return Err(crate::errors::internal("places are no pairs"));
            }
            Ok(places.as_array().rows().into_iter().map(|row| [row[0], row[1]]).collect())
        };
        let places = places.map(pairs).transpose()?;
        Ok(Self { ids: ids.as_array().iter().copied().collect(), places })
    }
}

/// A text that may leave the interpreter's lock.
pub(crate) struct PyText {
    characters: PyBackedStr,
    tokens: Option<PyTokens>,
}

impl PyText {
    pub(crate) fn new(characters: PyBackedStr, tokens: Option<PyTokens>) -> Self {
        Self { characters, tokens }
    }

    pub(crate) fn borrow(&self) -> Text<'_> {
        Text { characters: &self.characters, tokens: self.tokens.as_ref().map(PyTokens::borrow) }
    }
}

/// Texts with their tokens, if these were given.
pub(crate) fn texts(characters: Vec<PyBackedStr>, tokens: Option<Vec<PyTokens>>) -> PyResult<Vec<PyText>> {
    let Some(tokens) = tokens else {
        return Ok(characters.into_iter().map(|text| PyText::new(text, None)).collect());
    };
    if tokens.len() != characters.len() {
        return Err(crate::errors::internal("there are more or fewer lists of tokens than texts"));
    }
    let pairs = characters.into_iter().zip(tokens);
    Ok(pairs.map(|(text, tokens)| PyText::new(text, Some(tokens))).collect())
}

/// Texts as the core takes them.
pub(crate) fn borrowed(texts: &[PyText]) -> Vec<Text<'_>> {
    texts.iter().map(PyText::borrow).collect()
}
