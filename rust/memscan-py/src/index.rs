//! `memscan._native.Index`: an open index.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use memscan_core::{
    BuildOptions, Common, DocumentInfo, DuplicateOptions, Generation, Novelty, OpenOptions, ScanOptions,
    VectorPath, unit_characters,
};
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;

use crate::batches;
use crate::errors::to_python;
use crate::texts::{PyText, PyTokens, borrowed};
use crate::work::{make_room, run, run_here, run_on};

/// One row a text, one column a length.
type Counts<'py> = Bound<'py, PyArray2<i64>>;

/// An open index. Immutable; any number of threads may use it.
#[pyclass(frozen, module = "memscan._native")]
#[derive(Debug)]
pub(crate) struct Index(Arc<memscan_core::Index>);

#[pymethods]
impl Index {
    /// Open the index at `path`.
    #[staticmethod]
    #[pyo3(signature = (path, *, mmap=true, use_filter=true, use_vectors=true))]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        mmap: bool,
        use_filter: bool,
        use_vectors: bool,
    ) -> PyResult<Self> {
        let vectors = if use_vectors { VectorPath::Widest } else { VectorPath::Scalar };
        let options = OpenOptions { map_files: mmap, use_filter, vectors };
        run_here(py, || memscan_core::Index::open_with(&path, options)).map(|index| Self(Arc::new(index)))
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

    /// The tokenizer's `tokenizer.json`, for an index of tokens that was told one.
    fn tokenizer_json(&self, py: Python<'_>) -> PyResult<Option<String>> {
        run_here(py, || self.0.tokenizer_json())
    }

    /// Remove the documents with these ids from the index at `path`; return how many there were.
    #[staticmethod]
    fn remove(py: Python<'_>, path: PathBuf, ids: Vec<String>) -> PyResult<u64> {
        run(py, Some(1), move |interrupt| {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            memscan_core::Index::remove(&path, &ids, interrupt)
        })
    }

    /// Write the index at `path` anew, without what was removed.
    #[staticmethod]
    #[pyo3(signature = (path, *, memory_bytes=None, shard_units=None, threads=None))]
    fn compact(
        py: Python<'_>,
        path: PathBuf,
        memory_bytes: Option<u64>,
        shard_units: Option<u32>,
        threads: Option<usize>,
    ) -> PyResult<()> {
        let options = BuildOptions { memory_bytes, shard_units, ..BuildOptions::default() };
        run(py, threads, move |interrupt| {
            memscan_core::Index::compact(&path, &options, &|_| {}, interrupt).map(|_| ())
        })
    }

    /// Start to look for what stands twice in the corpus.
    #[pyo3(signature = (*, min_length, documents, context, threads=None))]
    fn duplicates(
        &self,
        min_length: usize,
        documents: usize,
        context: usize,
        threads: Option<usize>,
    ) -> PyResult<Duplicates> {
        let options = DuplicateOptions { min_length, documents, context };
        let state = memscan_core::Duplicates::new(options).map_err(|error| to_python(&error))?;
        Ok(Duplicates { index: Arc::clone(&self.0), state: Arc::new(Mutex::new(state)), threads })
    }

    /// Scan texts; return their spans and one row for each text.
    #[pyo3(signature = (
        texts, prompts, *, tokens=None, prompt_tokens=None, min_length, min_characters=0, occurrences, examined,
        context, seed=0, template=None, template_tokens=None, baseline=None, threads=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are Python's keywords")]
    fn scan_batch(
        &self,
        py: Python<'_>,
        texts: Vec<PyBackedStr>,
        prompts: Option<Vec<Option<PyBackedStr>>>,
        tokens: Option<Vec<PyTokens>>,
        prompt_tokens: Option<Vec<Option<PyTokens>>>,
        min_length: usize,
        min_characters: usize,
        occurrences: usize,
        examined: usize,
        context: usize,
        seed: u64,
        template: Option<PyBackedStr>,
        template_tokens: Option<PyTokens>,
        baseline: Option<PyRef<'_, Self>>,
        threads: Option<usize>,
    ) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
        let index = Arc::clone(&self.0);
        let baseline = baseline.map(|baseline| Arc::clone(&baseline.0));
        let template = template.map(|template| PyText::new(template, template_tokens));
        let options = ScanOptions { min_length, min_characters, occurrences, examined, context, seed };
        let texts = crate::texts::texts(texts, tokens)?;
        let prompts = paired(prompts, prompt_tokens, texts.len())?;
        let lent = (texts, prompts, template);
        let (spans, measures) = run_on(py, threads, lent, move |(texts, prompts, template), interrupt| {
            let generations: Vec<Generation<'_>> = (texts.iter().zip(prompts))
                .map(|(text, prompt)| Generation {
                    text: text.borrow(),
                    prompt: prompt.as_ref().map(PyText::borrow),
                })
                .collect();
            let template = template.as_ref().map(PyText::borrow);
            let common = Common { template, baseline: baseline.as_deref() };
            let results = index.scan_apart_from(common, &generations, &options, interrupt)?;
            let corpora = index.corpora();
            make_room(batches::room(&results))?;
            Ok((batches::spans(&results, corpora), batches::generations(&results, corpora)))
        })?;
        Ok((batches::to_python(py, spans)?, batches::to_python(py, measures)?))
    }

    /// Where a whole text stands: count, document count, whether that is capped, occurrences.
    #[pyo3(signature = (text, *, tokens=None, limit, examined, context))]
    fn find(
        &self,
        py: Python<'_>,
        text: PyBackedStr,
        tokens: Option<PyTokens>,
        limit: usize,
        examined: usize,
        context: usize,
    ) -> PyResult<(u64, u64, bool, Py<PyAny>)> {
        let options =
            ScanOptions { min_length: 1, occurrences: limit, examined, context, ..ScanOptions::default() };
        let text = PyText::new(text, tokens);
        let found = run_here(py, || self.0.find(text.borrow(), &options))?;
        let occurrences = batches::occurrences(py, &found.occurrences)?;
        Ok((found.count, found.document_count, found.is_capped, occurrences))
    }

    /// How often a whole text stands in the corpus.
    #[pyo3(signature = (text, *, tokens=None))]
    fn count(&self, py: Python<'_>, text: PyBackedStr, tokens: Option<PyTokens>) -> PyResult<u64> {
        let text = PyText::new(text, tokens);
        run_here(py, || self.0.count(text.borrow()))
    }

    /// The longest match of a text, as a span; none if not even one unit occurs.
    #[pyo3(signature = (text, *, tokens=None, context))]
    fn longest_match(
        &self,
        py: Python<'_>,
        text: PyBackedStr,
        tokens: Option<PyTokens>,
        context: usize,
    ) -> PyResult<Py<PyAny>> {
        let text = PyText::new(text, tokens);
        let result = run_here(py, || self.0.longest_match(text.borrow(), context))?;
        batches::to_python(py, batches::spans(&[result], self.0.corpora()))
    }

    /// For each text, the length of the longest match that starts at each unit, or that ends there.
    #[pyo3(signature = (texts, *, tokens=None, backward=false, threads=None))]
    fn matching_statistics<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<PyBackedStr>,
        tokens: Option<Vec<PyTokens>>,
        backward: bool,
        threads: Option<usize>,
    ) -> PyResult<Vec<Bound<'py, PyArray1<u32>>>> {
        let index = Arc::clone(&self.0);
        let texts = crate::texts::texts(texts, tokens)?;
        let lengths = run_on(py, threads, texts, move |texts, interrupt| {
            index.statistics(&borrowed(texts), backward, interrupt)
        })?;
        Ok(lengths.into_iter().map(|lengths| PyArray1::from_vec(py, lengths)).collect())
    }

    /// For each text, how many runs of 1 to `longest` units it has, and how many of these the corpus lacks:
    /// two arrays of shape (texts, longest).
    #[pyo3(signature = (texts, *, tokens=None, longest, threads=None))]
    fn novelty<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<PyBackedStr>,
        tokens: Option<Vec<PyTokens>>,
        longest: usize,
        threads: Option<usize>,
    ) -> PyResult<(Counts<'py>, Counts<'py>)> {
        let index = Arc::clone(&self.0);
        let texts = crate::texts::texts(texts, tokens)?;
        let counts = run_on(py, threads, texts, move |texts, interrupt| {
            index.novelty(&borrowed(texts), longest, interrupt)
        })?;
        let rows = |counts_of: fn(&Novelty) -> &Vec<u64>| {
            let flat: Vec<i64> = counts
                .iter()
                .flat_map(|one| counts_of(one).iter().map(|count| count.cast_signed()))
                .collect();
            PyArray1::from_vec(py, flat).reshape([counts.len(), longest])
        };
        Ok((rows(|one| &one.runs)?, rows(|one| &one.novel)?))
    }

    /// Where each unit stands: start and end in characters, shape (n, 2).
    #[pyo3(signature = (text, *, tokens=None))]
    fn unit_spans<'py>(
        &self,
        py: Python<'py>,
        text: PyBackedStr,
        tokens: Option<PyTokens>,
    ) -> PyResult<Bound<'py, PyArray2<i64>>> {
        let text = PyText::new(text, tokens);
        let spans = run_here(py, || unit_characters(text.borrow(), self.0.unit()))?;
        let flat: Vec<i64> = spans.into_iter().flatten().map(u64::cast_signed).collect();
        let rows = flat.len() / 2;
        PyArray1::from_vec(py, flat).reshape([rows, 2])
    }
}

/// Goes through the documents of an index, in their order, for what stands twice in the corpus.
#[pyclass(frozen, module = "memscan._native")]
#[derive(Debug)]
pub(crate) struct Duplicates {
    index: Arc<memscan_core::Index>,
    state: Arc<Mutex<memscan_core::Duplicates>>,
    threads: Option<usize>,
}

#[pymethods]
impl Duplicates {
    /// The rows of the next documents, at most `count` of them; none after the last.
    fn next_batch(&self, py: Python<'_>, count: usize) -> PyResult<Option<Py<PyAny>>> {
        let (index, state) = (Arc::clone(&self.index), Arc::clone(&self.state));
        let found = run(py, self.threads, move |interrupt| {
            state.lock().unwrap_or_else(PoisonError::into_inner).next(&index, count, interrupt)
        })?;
        found.map(|found| batches::duplicates(py, &found)).transpose()
    }
}

/// Prompts with their tokens, none where there is no prompt.
fn paired(
    prompts: Option<Vec<Option<PyBackedStr>>>,
    tokens: Option<Vec<Option<PyTokens>>>,
    count: usize,
) -> PyResult<Vec<Option<PyText>>> {
    let Some(prompts) = prompts else { return Ok((0..count).map(|_| None).collect()) };
    let tokens = tokens.unwrap_or_else(|| prompts.iter().map(|_| None).collect());
    if prompts.len() != count || tokens.len() != count {
        return Err(crate::errors::internal("there are more or fewer prompts than texts"));
    }
    let pairs = prompts.into_iter().zip(tokens);
    Ok(pairs.map(|(prompt, tokens)| Some(PyText::new(prompt?, tokens))).collect())
}
