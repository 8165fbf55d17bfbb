//! The Python module `memscan._native`: a table of names. Types convert, release the
//! interpreter's lock and wrap; everything else is in `memscan-core`.

#![expect(clippy::needless_pass_by_value, reason = "arguments from Python arrive owned")]

mod batches;
mod builder;
mod corpora;
mod errors;
mod index;
mod project;
mod texts;
mod work;

use memscan_core::memory::ReservingAllocator;
use memscan_core::{Segmenter, UNICODE_VERSION, VectorPath};
use pyo3::prelude::*;

#[global_allocator]
static ALLOCATOR: ReservingAllocator = ReservingAllocator;

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::builder::IndexBuilder;
    #[pymodule_export]
    use super::index::{Duplicates, Index};
    #[pymodule_export]
    use super::project::project_lines;
    #[pymodule_export]
    use super::{is_debug_build, segment, unicode_version, unit_defaults, vector_path, version};
}

/// The units of a text as they are compared: words folded.
#[pyfunction]
#[pyo3(signature = (text, unit="word"))]
fn segment(py: Python<'_>, text: &str, unit: &str) -> PyResult<Vec<String>> {
    let unit = builder::unit_named(unit)?;
    Ok(py.detach(|| Segmenter::new(unit, VectorPath::Widest).units(text)))
}

/// What goes without saying of a unit: its shortest match and the length of the runs its filter knows.
#[pyfunction]
fn unit_defaults(unit: &str) -> PyResult<(usize, u32)> {
    let unit = builder::unit_named(unit)?;
    Ok((unit.default_min_length(), unit.default_filter_k()))
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
