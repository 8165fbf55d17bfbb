//! `memscan._native.IndexBuilder`: takes documents, makes an index.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use memscan_core::{BuildOptions, BuildStatistics, Document, Error, ErrorKind, Stage, Tokenizer, Unit};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;

use crate::errors::to_python;
use crate::texts::PyTokens;
use crate::work::{run_here, run_on};

/// Takes documents and makes an index of them. After an error it can only be abandoned.
#[pyclass(frozen, module = "memscan._native")]
#[derive(Debug)]
pub(crate) struct IndexBuilder {
    builder: Arc<Mutex<Option<memscan_core::IndexBuilder>>>,
    building_path: PathBuf,
    threads: Option<usize>,
}

type Guard<'a> = MutexGuard<'a, Option<memscan_core::IndexBuilder>>;

impl IndexBuilder {
    fn of(builder: memscan_core::IndexBuilder, threads: Option<usize>) -> Self {
        let building_path = builder.building_path().to_owned();
        Self { builder: Arc::new(Mutex::new(Some(builder))), building_path, threads }
    }

    fn lock(&self) -> Guard<'_> {
        self.builder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The kind of units of that name.
pub(crate) fn unit_named(name: &str) -> PyResult<Unit> {
    Unit::named(name).ok_or_else(|| {
        let message = format!("unit is {name:?}; expected word, lexeme, byte or token");
        to_python(&Error::new(ErrorKind::Input, message))
    })
}

fn closed() -> Error {
    Error::new(ErrorKind::Input, "the builder was finished, abandoned or interrupted")
        .with_hint("start a new one")
}

#[pymethods]
impl IndexBuilder {
    #[new]
    #[pyo3(signature = (
        path, *, unit="word", tokenizer=None, store_text=true, filter_k=None, filter_bits=12,
        memory_bytes=None, shard_units=None, overwrite=false, resume=false, threads=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are Python's keywords")]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        unit: &str,
        tokenizer: Option<(String, String)>,
        store_text: bool,
        filter_k: Option<u32>,
        filter_bits: u32,
        memory_bytes: Option<u64>,
        shard_units: Option<u32>,
        overwrite: bool,
        resume: bool,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let options = BuildOptions {
            unit: unit_named(unit)?,
            tokenizer: tokenizer.map(|(name, json)| Tokenizer { name, json }),
            store_text,
            filter_k,
            filter_bits,
            memory_bytes,
            shard_units,
            overwrite,
            resume,
        };
        let builder = run_here(py, || memscan_core::IndexBuilder::create(&path, options))?;
        Ok(Self::of(builder, threads))
    }

    /// Add to the index at `path`, in new shards.
    #[staticmethod]
    #[pyo3(signature = (path, *, memory_bytes=None, shard_units=None, threads=None))]
    fn extend(
        py: Python<'_>,
        path: PathBuf,
        memory_bytes: Option<u64>,
        shard_units: Option<u32>,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let options = BuildOptions { memory_bytes, shard_units, ..BuildOptions::default() };
        let builder = run_here(py, || memscan_core::IndexBuilder::extend(&path, &options))?;
        Ok(Self::of(builder, threads))
    }

    /// Add documents: ids, texts, metadata as JSON objects, and tokens if these are the units; each a list of
    /// the same length.
    #[pyo3(signature = (ids, texts, metadata, tokens=None, *, corpus=None))]
    fn add(
        &self,
        py: Python<'_>,
        ids: Vec<PyBackedStr>,
        texts: Vec<PyBackedStr>,
        metadata: Vec<PyBackedStr>,
        tokens: Option<Vec<PyTokens>>,
        corpus: Option<String>,
    ) -> PyResult<()> {
        let builder = Arc::clone(&self.builder);
        let lent = (ids, crate::texts::texts(texts, tokens)?, metadata);
        run_on(py, self.threads, lent, move |(ids, texts, metadata), interrupt| {
            if ids.len() != texts.len() || ids.len() != metadata.len() {
                return Err(Error::new(ErrorKind::Input, "ids, texts and metadata differ in length"));
            }
            let documents: Vec<Document<'_>> = (ids.iter().zip(texts).zip(metadata))
                .map(|((id, text), metadata)| Document { id, text: text.borrow(), metadata })
                .collect();
            let mut guard = builder.lock().unwrap_or_else(PoisonError::into_inner);
            let filling = guard.as_mut().ok_or_else(closed)?;
            let begun = filling.begin_corpus(corpus.as_deref(), interrupt);
            let added = begun.and_then(|()| filling.add(&documents, &|_| {}, interrupt));
            if added.is_err() {
                guard.take();
            }
            added
        })
    }

    /// Finish the index; `progress` is called with the name of each stage.
    #[pyo3(signature = (progress=None))]
    fn finish(&self, py: Python<'_>, progress: Option<Py<PyAny>>) -> PyResult<()> {
        let builder = Arc::clone(&self.builder);
        run_on(py, self.threads, progress, move |progress, interrupt| {
            let tell = |stage: Stage| {
                if let Some(progress) = progress {
                    Python::attach(|py| {
                        if let Err(error) = progress.call1(py, (stage.to_string(),)) {
                            error.write_unraisable(py, None);
                        }
                    });
                }
            };
            let mut guard = builder.lock().unwrap_or_else(PoisonError::into_inner);
            let builder = guard.take().ok_or_else(closed)?;
            builder.finish(&tell, interrupt).map(|_| ())
        })
    }

    /// Remove what was written.
    fn abandon(&self, py: Python<'_>) -> PyResult<()> {
        run_here(py, || {
            match self.builder.try_lock() {
                Ok(mut guard) => drop(guard.take()),
                Err(TryLockError::Poisoned(poisoned)) => drop(poisoned.into_inner().take()),
                // Interrupted work still holds it: sorting cannot be stopped. What it wrote goes now;
                // it notices when it is done.
                Err(TryLockError::WouldBlock) => {
                    memscan_core::abandon_build(&self.building_path);
                }
            }
            Ok(())
        })
    }

    /// What was added so far: documents, units, distinct units, bytes of text.
    fn statistics(&self, py: Python<'_>) -> PyResult<Statistics> {
        let statistics =
            || self.lock().as_ref().map(memscan_core::IndexBuilder::statistics).ok_or_else(closed);
        run_here(py, statistics).map(Statistics::from)
    }
}

/// [`BuildStatistics`] as a dictionary.
#[derive(IntoPyObject)]
struct Statistics {
    documents: u64,
    units: u64,
    distinct_units: u64,
    text_bytes: u64,
    shards: u64,
}

impl From<BuildStatistics> for Statistics {
    fn from(statistics: BuildStatistics) -> Self {
        let BuildStatistics { documents, units, distinct_units, text_bytes, shards } = statistics;
        Self { documents, units, distinct_units, text_bytes, shards }
    }
}
