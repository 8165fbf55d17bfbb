/*!
Lines of JSON that are as plain as nearly all are: an object of strings, numbers, booleans and nulls.

Of these the fields that are asked for are told apart from the rest, without the interpreter's lock. Whatever is
not as plain, or is wrong, comes back as it is: what becomes of it is decided where all formats are read.
*/

use std::borrow::Cow;
use std::fmt::{Formatter, Result as Written};

use memscan_core::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict, PyString};
use serde::de::{DeserializeSeed, Deserializer, Error as Refusal, MapAccess, Visitor};

use crate::work::run_here;

/// An object with more other fields is left to others: each is compared with all before.
const MOST_FIELDS: usize = 64;

/// The names of the fields that are asked for.
#[derive(Clone, Copy)]
struct Names<'n> {
    text: &'n str,
    id: Option<&'n str>,
    prompt: Option<&'n str>,
    model: Option<&'n str>,
}

/// What is asked for, and the other fields in their order.
#[derive(Default)]
struct Record<'a> {
    text: Option<Scalar<'a>>,
    id: Option<Scalar<'a>>,
    prompt: Option<Scalar<'a>>,
    model: Option<Scalar<'a>>,
    rest: Vec<(Cow<'a, str>, Scalar<'a>)>,
}

enum Scalar<'a> {
    Null,
    Boolean(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'a, str>),
}

/// A line as the tuple that Python gets, or as its bytes.
enum Line<'a> {
    Plain { text: Cow<'a, str>, id: Name<'a>, prompt: Name<'a>, model: Name<'a>, rest: Rest<'a> },
    Other(&'a [u8]),
}

type Name<'a> = Option<Cow<'a, str>>;
type Rest<'a> = Vec<(Cow<'a, str>, Scalar<'a>)>;

/// For each line of a part of `chunk`, which ends with the end of a line: its text, id, prompt and model
/// and a dictionary of the rest, as a tuple; or its bytes.
#[pyfunction]
#[pyo3(signature = (chunk, start, end, *, text, id=None, prompt=None, model=None))]
#[expect(clippy::too_many_arguments, reason = "they are Python's keywords")]
pub(crate) fn project_lines<'py>(
    py: Python<'py>,
    chunk: PyBackedBytes,
    start: usize,
    end: usize,
    text: &str,
    id: Option<&str>,
    prompt: Option<&str>,
    model: Option<&str>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let names = Names { text, id, prompt, model };
    let outside = || Error::new(ErrorKind::Input, "a part of a chunk is not inside it");
    let lines = run_here(py, || {
        let part = chunk.get(start..end).ok_or_else(outside)?;
        let lines = part.split_inclusive(|&byte| byte == b'\n');
        Ok(lines.map(|line| project(line.strip_suffix(b"\n").unwrap_or(line), names)).collect::<Vec<_>>())
    })?;
    lines.into_iter().map(|line| line.into_python(py)).collect()
}

fn project<'a>(line: &'a [u8], names: Names<'_>) -> Line<'a> {
    let mut json = serde_json::Deserializer::from_slice(line);
    let record = names.deserialize(&mut json).and_then(|record| json.end().map(|()| record));
    record.ok().and_then(Record::into_line).unwrap_or(Line::Other(line))
}

impl<'a> Record<'a> {
    /// None if a field that is asked for is of another kind than it should be.
    fn into_line(self) -> Option<Line<'a>> {
        let Some(Scalar::Text(text)) = self.text else { return None };
        let id = match self.id {
            Some(Scalar::Signed(number)) => Some(Cow::Owned(number.to_string())),
            Some(Scalar::Unsigned(number)) => Some(Cow::Owned(number.to_string())),
            other => text_or_none(other)?.filter(|id| !id.is_empty()),
        };
        let (prompt, model) = (text_or_none(self.prompt)?, text_or_none(self.model)?);
        Some(Line::Plain { text, id, prompt, model, rest: self.rest })
    }
}

/// What a field has for text: none if it is absent or null; nothing at all if it is something else.
fn text_or_none(value: Option<Scalar<'_>>) -> Option<Name<'_>> {
    match value {
        None | Some(Scalar::Null) => Some(None),
        Some(Scalar::Text(text)) => Some(Some(text)),
        Some(_) => None,
    }
}

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = Record<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Record<'de>, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = Record<'de>;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> Written {
        formatter.write_str("an object of scalars")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<Record<'de>, M::Error> {
        let mut record = Record::default();
        while let Some(key) = fields.next_key_seed(Key)? {
            let value = fields.next_value_seed(Value)?;
            let asked_for = match Some(key.as_ref()) {
                name if name == Some(self.text) => &mut record.text,
                name if name == self.id => &mut record.id,
                name if name == self.prompt => &mut record.prompt,
                name if name == self.model => &mut record.model,
                _ => {
                    let is_twice = record.rest.iter().any(|(name, _)| *name == key);
                    if is_twice || record.rest.len() == MOST_FIELDS {
                        return Err(M::Error::custom("a field stands twice, or there are too many"));
                    }
                    record.rest.push((key, value));
                    continue;
                }
            };
            if asked_for.replace(value).is_some() {
                return Err(M::Error::custom("a field stands twice"));
            }
        }
        Ok(record)
    }
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Cow<'de, str>, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> Written {
        formatter.write_str("a key")
    }

    fn visit_borrowed_str<E: Refusal>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Refusal>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

struct Value;

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Scalar<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Scalar<'de>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Scalar<'de>;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> Written {
        formatter.write_str("a scalar")
    }

    fn visit_unit<E: Refusal>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E: Refusal>(self, value: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Boolean(value))
    }

    fn visit_i64<E: Refusal>(self, value: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Signed(value))
    }

    fn visit_u64<E: Refusal>(self, value: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Unsigned(value))
    }

    /// A zero may have been an integer with a sign, which is none here.
    fn visit_f64<E: Refusal>(self, value: f64) -> Result<Scalar<'de>, E> {
        if value == 0.0 {
            Err(E::custom("a zero with a sign or a fraction"))
        } else {
            Ok(Scalar::Float(value))
        }
    }

    fn visit_borrowed_str<E: Refusal>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Refusal>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }
}

impl Line<'_> {
    fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        match self {
            Line::Other(line) => Ok(PyBytes::new(py, line).into_any()),
            Line::Plain { text, id, prompt, model, rest } => {
                let metadata = PyDict::new(py);
                for (name, value) in &rest {
                    metadata.set_item(PyString::intern(py, name), value.to_python(py)?)?;
                }
                let fields = (text.as_ref(), id.as_deref(), prompt.as_deref(), model.as_deref(), metadata);
                fields.into_pyobject(py).map(Bound::into_any)
            }
        }
    }
}

impl Scalar<'_> {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Scalar::Null => py.None().into_bound(py),
            Scalar::Boolean(value) => value.into_pyobject(py)?.to_owned().into_any(),
            Scalar::Signed(value) => value.into_pyobject(py)?.into_any(),
            Scalar::Unsigned(value) => value.into_pyobject(py)?.into_any(),
            Scalar::Float(value) => value.into_pyobject(py)?.into_any(),
            Scalar::Text(value) => value.as_ref().into_pyobject(py)?.into_any(),
        })
    }
}
