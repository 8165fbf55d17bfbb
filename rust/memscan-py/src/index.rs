//! `memscan._native.Index`: an open index.

use std::path::PathBuf;
use std::sync::Arc;

use memscan_core::{DocumentInfo, Error, ErrorKind, Generation, ScanOptions, unit_characters};
use numpy::{PyArray1, PyArray2, ToPyArray};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;

use crate::batches;
use crate::work::{run, run_here};

/// An open index. Immutable; any number of threads may use it.
#[pyclass(frozen, module = "memscan._native")]
#[derive(Debug)]
pub(crate) struct Index(Arc<memscan_core::Index>);

#[pymethods]
impl Index {
    /// Map the index at `path`.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        run_here(py, || memscan_core::Index::open(&path)).map(|index| Self(Arc::new(index)))
    }

    #[getter]
    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    /// The manifest's JSON text.
    fn manifest(&self) -> String {
        self.0.manifest().to_json()
    }

    /// One row a document: its id, sizes and metadata.
    fn documents(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let documents: Vec<DocumentInfo<'_>> = self.0.documents().collect();
        batches::documents(py, &documents)
    }

    /// Read the whole index and check it.
    #[pyo3(signature = (*, threads=None))]
    fn verify(&self, py: Python<'_>, threads: Option<usize>) -> PyResult<()> {
        let index = Arc::clone(&self.0);
        run(py, threads, move |interrupt| index.verify(interrupt))
    }

    /// Scan texts; return their spans and one row for each text.
    #[pyo3(signature = (texts, prompts, *, min_length, occurrences, examined, context, threads=None))]
    #[expect(clippy::too_many_arguments, reason = "they are Python's keywords")]
    fn scan_batch(
        &self,
        py: Python<'_>,
        texts: Vec<PyBackedStr>,
        prompts: Option<Vec<Option<PyBackedStr>>>,
        min_length: usize,
        occurrences: usize,
        examined: usize,
        context: usize,
        threads: Option<usize>,
    ) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
        let index = Arc::clone(&self.0);
        let options = ScanOptions { min_length, occurrences, examined, context };
        let results = run(py, threads, move |interrupt| {
            if prompts.as_ref().is_some_and(|prompts| prompts.len() != texts.len()) {
                return Err(Error::new(ErrorKind::Input, "there are more or fewer prompts than texts"));
            }
            let prompt = |place: usize| prompts.as_ref().and_then(|prompts| prompts.get(place)?.as_deref());
            let generations: Vec<Generation<'_>> = texts
                .iter()
                .enumerate()
                .map(|(place, text)| Generation { text, prompt: prompt(place) })
                .collect();
            index.scan(&generations, &options, interrupt)
        })?;
        Ok((batches::spans(py, &results)?, batches::generations(py, &results)?))
    }

    /// Where a whole text stands: count, document count, whether that is capped, occurrences.
    #[pyo3(signature = (text, *, limit, examined, context))]
    fn find(
        &self,
        py: Python<'_>,
        text: &str,
        limit: usize,
        examined: usize,
        context: usize,
    ) -> PyResult<(u64, u64, bool, Py<PyAny>)> {
        let options = ScanOptions { min_length: 1, occurrences: limit, examined, context };
        let found = run_here(py, || self.0.find(text, &options))?;
        let occurrences = batches::occurrences(py, &found.occurrences)?;
        Ok((found.count, found.document_count, found.is_capped, occurrences))
    }

    /// How often a whole text stands in the corpus.
    fn count(&self, py: Python<'_>, text: &str) -> PyResult<u64> {
        run_here(py, || self.0.count(text))
    }

    /// The longest match of a text, as a span; none if not even one word occurs.
    #[pyo3(signature = (text, *, context))]
    fn longest_match(&self, py: Python<'_>, text: &str, context: usize) -> PyResult<Py<PyAny>> {
        let result = run_here(py, || self.0.longest_match(text, context))?;
        batches::spans(py, &[result])
    }

    /// The length of the longest match that starts at each unit.
    fn matching_statistics<'py>(
        &self,
        py: Python<'py>,
        text: PyBackedStr,
    ) -> PyResult<Bound<'py, PyArray1<u32>>> {
        let index = Arc::clone(&self.0);
        let lengths = run(py, Some(1), move |_| index.matching_statistics(&text))?;
        Ok(PyArray1::from_vec(py, lengths))
    }

    /// Where each unit stands: start and end in characters, shape (n, 2).
    #[expect(clippy::unused_self, reason = "the unit is a property of the index")]
    fn unit_spans<'py>(&self, py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyArray2<i64>>> {
        let spans = run_here(py, || Ok(unit_characters(text)))?;
        let flat: Vec<i64> = spans.into_iter().flatten().map(u64::cast_signed).collect();
        let rows = flat.len() / 2;
        flat.to_pyarray(py).cast_into::<PyArray1<i64>>()?.reshape_rows(rows)
    }
}

/// An array of pairs from one of numbers.
trait ReshapeRows<'py> {
    fn reshape_rows(self, rows: usize) -> PyResult<Bound<'py, PyArray2<i64>>>;
}

impl<'py> ReshapeRows<'py> for Bound<'py, PyArray1<i64>> {
    fn reshape_rows(self, rows: usize) -> PyResult<Bound<'py, PyArray2<i64>>> {
        numpy::PyArrayMethods::reshape(&self, [rows, 2])
    }
}
