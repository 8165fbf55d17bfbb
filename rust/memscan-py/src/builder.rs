//! `memscan._native.IndexBuilder`: takes documents, makes an index.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use memscan_core::{BuildOptions, BuildStatistics, Document, Error, ErrorKind, Stage};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;

use crate::work::{run, run_here};

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
    fn lock(&self) -> Guard<'_> {
        self.builder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Input, "the builder was finished, abandoned or interrupted")
        .with_hint("start a new one")
}

#[pymethods]
impl IndexBuilder {
    #[new]
    #[pyo3(signature = (path, *, filter_k=5, filter_bits=12, shard_units=None, overwrite=false, threads=None))]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        filter_k: u32,
        filter_bits: u32,
        shard_units: Option<u32>,
        overwrite: bool,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let shard_units = shard_units.unwrap_or(BuildOptions::default().shard_units);
        let options = BuildOptions { filter_k, filter_bits, shard_units, overwrite };
        let builder = run_here(py, || memscan_core::IndexBuilder::create(&path, options))?;
        let building_path = builder.building_path().to_owned();
        Ok(Self { builder: Arc::new(Mutex::new(Some(builder))), building_path, threads })
    }

    /// Add documents: ids, texts, and metadata as JSON objects, each a list of the same length.
    fn add(
        &self,
        py: Python<'_>,
        ids: Vec<PyBackedStr>,
        texts: Vec<PyBackedStr>,
        metadata: Vec<PyBackedStr>,
    ) -> PyResult<()> {
        let builder = Arc::clone(&self.builder);
        run(py, self.threads, move |interrupt| {
            if ids.len() != texts.len() || ids.len() != metadata.len() {
                return Err(Error::new(ErrorKind::Input, "ids, texts and metadata differ in length"));
            }
            let documents: Vec<Document<'_>> = (ids.iter().zip(&texts).zip(&metadata))
                .map(|((id, text), metadata)| Document { id, text, metadata })
                .collect();
            let mut guard = builder.lock().unwrap_or_else(PoisonError::into_inner);
            let added = guard.as_mut().ok_or_else(closed)?.add(&documents, &|_| {}, interrupt);
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
        let tell = move |stage: Stage| {
            if let Some(progress) = &progress {
                Python::attach(|py| {
                    if let Err(error) = progress.call1(py, (stage.to_string(),)) {
                        error.write_unraisable(py, None);
                    }
                });
            }
        };
        run(py, self.threads, move |interrupt| {
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
                    let _ = std::fs::remove_dir_all(&self.building_path);
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
}

impl From<BuildStatistics> for Statistics {
    fn from(statistics: BuildStatistics) -> Self {
        let BuildStatistics { documents, units, distinct_units, text_bytes } = statistics;
        Self { documents, units, distinct_units, text_bytes }
    }
}
