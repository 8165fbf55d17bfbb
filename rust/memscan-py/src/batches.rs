//! From the core's rows to Arrow's columns.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, LargeStringArray, RecordBatch, StringArray,
};
use memscan_core::{Coverage, DocumentInfo, Duplicate, Fidelity, GenerationMatches, Occurrence, Span};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;

use crate::corpora;
use crate::errors::internal;

/// The numbers and names of a row, with room for those of named corpora.
const NUMBERS_BYTES: usize = 512;

/// The columns of a table, by name.
pub(crate) type Columns = Vec<(&'static str, ArrayRef)>;

/// A table as an Arrow record batch of Python's.
pub(crate) fn to_python(py: Python<'_>, columns: Columns) -> PyResult<Py<PyAny>> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    );
    let batch = batch.map_err(|error| internal(&error.to_string()))?;
    Ok(PyRecordBatch::new(batch).into_pyarrow(py)?.unbind())
}

fn integers<'a, T: 'a>(rows: &'a [T], value: impl Fn(&'a T) -> u64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| value(row).cast_signed())))
}

/// A column with nulls.
fn known_integers<'a, T: 'a>(rows: &'a [T], value: impl Fn(&'a T) -> Option<u64>) -> ArrayRef {
    Arc::new(rows.iter().map(|row| value(row).map(u64::cast_signed)).collect::<Int64Array>())
}

/// A column of texts with nulls.
fn known_texts<'a, T: 'a>(rows: &'a [T], value: impl Fn(&'a T) -> Option<&'a str>) -> ArrayRef {
    Arc::new(rows.iter().map(value).collect::<LargeStringArray>())
}

fn texts<'a, T: 'a>(rows: &'a [T], value: impl Fn(&'a T) -> &'a str) -> ArrayRef {
    Arc::new(LargeStringArray::from_iter_values(rows.iter().map(value)))
}

/// A column of names with nulls.
fn known_names<'a, T: 'a>(rows: &'a [T], value: impl Fn(&'a T) -> Option<&'a str>) -> ArrayRef {
    Arc::new(rows.iter().map(value).collect::<StringArray>())
}

fn names<'a, T: 'a>(rows: &'a [T], value: impl Fn(&'a T) -> &'a str) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(rows.iter().map(value)))
}

/// What is known of a span only if there is a text: without one there are units, and nothing else to show.
fn known<T>(span: &Span, value: T) -> Option<T> {
    span.bytes.as_ref().map(|_| value)
}

/// About how much memory the columns of some results take while they grow: a column has twice what it holds.
pub(crate) fn room(results: &[GenerationMatches]) -> usize {
    let texts = |span: &Span| {
        let Span { occurrence, text, context_before, context_after, .. } = span;
        let own = text.len() + context_before.len() + context_after.len();
        own + occurrence.text.len() + occurrence.context_before.len() + occurrence.context_after.len()
    };
    let of_span = |span: &Span| 2 * (NUMBERS_BYTES + texts(span));
    let of_result =
        |result: &GenerationMatches| 2 * NUMBERS_BYTES + result.spans.iter().map(of_span).sum::<usize>();
    results.iter().map(of_result).sum()
}

/// The spans of all generations, each with the number of its generation.
pub(crate) fn spans(results: &[GenerationMatches], corpora: &[String]) -> Columns {
    let rows: Vec<(u64, &Span)> = (0..)
        .zip(results)
        .flat_map(|(number, result)| result.spans.iter().map(move |span| (number, span)))
        .collect();
    let capped: Vec<bool> = rows.iter().map(|(_, span)| span.is_capped).collect();
    let length = |span: &Span| span.characters.end - span.characters.start;
    let mut columns: Columns = vec![
        ("generation", integers(&rows, |(number, _)| *number)),
        ("start", integers(&rows, |(_, span)| span.characters.start)),
        ("end", integers(&rows, |(_, span)| span.characters.end)),
        ("byte_start", known_integers(&rows, |(_, span)| Some(span.bytes.as_ref()?.start))),
        ("byte_end", known_integers(&rows, |(_, span)| Some(span.bytes.as_ref()?.end))),
        ("unit_start", integers(&rows, |(_, span)| span.units.start)),
        ("unit_end", integers(&rows, |(_, span)| span.units.end)),
        ("n_units", integers(&rows, |(_, span)| span.units.end - span.units.start)),
        ("n_chars", known_integers(&rows, |(_, span)| known(span, length(span)))),
    ];
    let places: Vec<(Option<Fidelity>, &Occurrence)> =
        rows.iter().map(|(_, span)| (span.fidelity, &span.occurrence)).collect();
    columns.extend(places_of(&places));
    columns.extend([
        ("fidelity", fidelities(&places)),
        ("count", integers(&rows, |(_, span)| span.count)),
        ("document_count", integers(&rows, |(_, span)| span.document_count)),
        ("count_is_capped", Arc::new(BooleanArray::from(capped)) as ArrayRef),
        ("corpora", corpora::counts(corpora, rows.iter().map(|(_, span)| &span.corpora[..]))),
        ("echo_units", known_integers(&rows, |(_, span)| span.echo.prompt)),
        ("template_units", known_integers(&rows, |(_, span)| span.echo.template)),
        ("baseline_units", known_integers(&rows, |(_, span)| span.echo.baseline)),
        (
            "discounted_units",
            integers(&rows, |(_, span)| span.echo.discounted(span.units.end - span.units.start)),
        ),
        ("text", known_texts(&rows, |(_, span)| known(span, &span.text))),
        ("context_before", known_texts(&rows, |(_, span)| known(span, &span.context_before))),
        ("context_after", known_texts(&rows, |(_, span)| known(span, &span.context_after))),
    ]);
    columns.extend(texts_of(&places));
    columns
}

/// Occurrences by themselves.
pub(crate) fn occurrences(py: Python<'_>, found: &[(Option<Fidelity>, Occurrence)]) -> PyResult<Py<PyAny>> {
    let places: Vec<(Option<Fidelity>, &Occurrence)> =
        found.iter().map(|(fidelity, occurrence)| (*fidelity, occurrence)).collect();
    let mut columns = places_of(&places);
    columns.push(("fidelity", fidelities(&places)));
    columns.extend(texts_of(&places));
    to_python(py, columns)
}

fn places_of(places: &[(Option<Fidelity>, &Occurrence)]) -> Columns {
    vec![
        ("document_id", names(places, |(_, place)| &place.document_id)),
        ("corpus", known_names(places, |(_, place)| place.corpus.as_deref())),
        ("document_start", integers(places, |(_, place)| place.characters.start)),
        ("document_end", integers(places, |(_, place)| place.characters.end)),
        ("document_byte_start", known_integers(places, |(_, place)| Some(place.bytes.as_ref()?.start))),
        ("document_byte_end", known_integers(places, |(_, place)| Some(place.bytes.as_ref()?.end))),
        ("document_unit_start", integers(places, |(_, place)| place.units.start)),
        ("document_unit_end", integers(places, |(_, place)| place.units.end)),
    ]
}

fn fidelities(places: &[(Option<Fidelity>, &Occurrence)]) -> ArrayRef {
    Arc::new(places.iter().map(|(fidelity, _)| fidelity.map(Fidelity::name)).collect::<StringArray>())
}

fn texts_of(places: &[(Option<Fidelity>, &Occurrence)]) -> Columns {
    fn known<'a>(place: &Occurrence, text: &'a str) -> Option<&'a str> {
        place.bytes.as_ref().map(|_| text)
    }
    vec![
        ("document_text", known_texts(places, |(_, place)| known(place, &place.text))),
        ("document_context_before", known_texts(places, |(_, place)| known(place, &place.context_before))),
        ("document_context_after", known_texts(places, |(_, place)| known(place, &place.context_after))),
    ]
}

/// One row for each run that stands twice in the corpus.
pub(crate) fn duplicates(py: Python<'_>, found: &[Duplicate]) -> PyResult<Py<PyAny>> {
    let places: Vec<(Option<Fidelity>, &Occurrence)> =
        found.iter().map(|one| (None, &one.occurrence)).collect();
    let length = |place: &Occurrence| place.units.end - place.units.start;
    let characters =
        |place: &Occurrence| place.bytes.as_ref().map(|_| place.characters.end - place.characters.start);
    let capped: Vec<bool> = found.iter().map(|one| one.is_capped).collect();
    let mut others = ListBuilder::new(StringBuilder::new());
    for one in found {
        one.other_documents.iter().for_each(|id| others.values().append_value(id));
        others.append(true);
    }
    let mut columns = places_of(&places);
    columns.extend([
        ("n_units", integers(&places, |(_, place)| length(place))),
        ("n_chars", known_integers(&places, |(_, place)| characters(place))),
        ("count", integers(found, |one| one.count)),
        ("document_count", integers(found, |one| one.document_count)),
        ("count_is_capped", Arc::new(BooleanArray::from(capped)) as ArrayRef),
        ("other_document_ids", Arc::new(others.finish()) as ArrayRef),
    ]);
    columns.extend(texts_of(&places));
    to_python(py, columns)
}

/// One row a generation.
pub(crate) fn generations(results: &[GenerationMatches], corpora: &[String]) -> Columns {
    let coverage = |covered: fn(&GenerationMatches) -> &Coverage| {
        let shares = results.iter().map(|result| share(covered(result).units, result.unit_count));
        Arc::new(shares.collect::<Float64Array>()) as ArrayRef
    };
    let at = |level: usize| known_integers(results, move |result| Some(result.covered_characters_at?[level]));
    vec![
        ("n_units", integers(results, |result| result.unit_count)),
        ("n_chars", known_integers(results, |result| result.character_count)),
        ("covered_units", integers(results, |result| result.covered.units)),
        ("coverage", coverage(|result| &result.covered)),
        ("covered_chars", known_integers(results, |result| result.covered.characters)),
        ("covered_chars_exact", at(0)),
        ("covered_chars_whitespace", at(1)),
        ("covered_chars_typography", at(2)),
        ("covered_units_discounted", integers(results, |result| result.discounted.units)),
        ("coverage_discounted", coverage(|result| &result.discounted)),
        ("covered_chars_discounted", known_integers(results, |result| result.discounted.characters)),
        ("longest_match_discounted", integers(results, |result| result.longest_discounted)),
        ("longest_match", integers(results, |result| result.longest_match)),
        ("n_spans", integers(results, |result| result.match_count)),
        ("corpora", corpora::matches(corpora, results)),
        ("listed_spans", integers(results, |result| result.listed_count)),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "counts of units are far below 2^53")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// One row a document.
pub(crate) fn documents(py: Python<'_>, documents: &[DocumentInfo<'_>]) -> PyResult<Py<PyAny>> {
    let columns: Columns = vec![
        ("document_id", names(documents, |document| document.id)),
        ("n_units", integers(documents, |document| document.unit_count)),
        ("n_chars", integers(documents, |document| document.character_count)),
        ("n_bytes", integers(documents, |document| document.byte_count)),
        ("metadata", texts(documents, |document| document.metadata)),
        ("corpus", known_names(documents, |document| document.corpus)),
    ];
    to_python(py, columns)
}
