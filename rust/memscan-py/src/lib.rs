//! The Python module `memscan._native`: a table of names. Types convert, release the
//! interpreter's lock and wrap; everything else is in `memscan-core`.

#![expect(clippy::needless_pass_by_value, reason = "arguments from Python arrive owned")]

mod batches;
mod builder;
mod errors;
mod index;
mod work;

use memscan_core::{Segmenter, UNICODE_VERSION};
use pyo3::prelude::*;

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::builder::IndexBuilder;
    #[pymodule_export]
    use super::index::Index;
    #[pymodule_export]
    use super::{is_debug_build, segment, unicode_version, vector_path, version};
}

/// The folded words of a text.
#[pyfunction]
fn segment(py: Python<'_>, text: &str) -> Vec<String> {
    py.detach(|| Segmenter::default().words(text))
}

/// The version of the library.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The version of Unicode whose character properties the unit rules use.
#[pyfunction]
fn unicode_version() -> &'static str {
    UNICODE_VERSION
}

/// The vector instructions in use: `avx512`, `avx2`, `sse2` or `scalar`.
#[pyfunction]
fn vector_path() -> &'static str {
    Segmenter::default().path_name()
}

/// Whether the module was built without optimisation.
#[pyfunction]
fn is_debug_build() -> bool {
    cfg!(debug_assertions)
}
