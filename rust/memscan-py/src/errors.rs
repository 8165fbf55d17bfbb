//! From the core's one error to Python's exceptions.

use memscan_core::{Error, ErrorKind};
use pyo3::PyErr;
use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyOSError};

mod python {
    pyo3::import_exception!(memscan.errors, CorruptIndexError);
    pyo3::import_exception!(memscan.errors, IncompatibleIndexError);
    pyo3::import_exception!(memscan.errors, InputError);
    pyo3::import_exception!(memscan.errors, InternalError);
    pyo3::import_exception!(memscan.errors, LimitError);
    pyo3::import_exception!(memscan.errors, NotAnIndexError);
    pyo3::import_exception!(memscan.errors, OutputError);
}

/// The exception for an error of the core.
pub(crate) fn to_python(error: &Error) -> PyErr {
    let arguments = (error.to_string(), error.hint().map(str::to_owned));
    match error.kind() {
        ErrorKind::Corrupt => python::CorruptIndexError::new_err(arguments),
        ErrorKind::Incompatible => python::IncompatibleIndexError::new_err(arguments),
        ErrorKind::NotAnIndex => python::NotAnIndexError::new_err(arguments),
        ErrorKind::Limit => python::LimitError::new_err(arguments),
        ErrorKind::Input => python::InputError::new_err(arguments),
        ErrorKind::Output => python::OutputError::new_err(arguments),
        ErrorKind::Interrupted => PyKeyboardInterrupt::new_err(()),
        ErrorKind::Memory => PyMemoryError::new_err(error.to_string()),
        // Given its number, OSError becomes the subclass that fits: FileNotFoundError, ...
        ErrorKind::Io => PyOSError::new_err((error.os_error(), error.to_string())),
        _ => internal(&error.to_string()),
    }
}

/// The exception for a broken promise of our own code.
pub(crate) fn internal(message: &str) -> PyErr {
    let hint = "this is a fault of memscan: please report it with the input that caused it";
    python::InternalError::new_err((message.to_owned(), Some(hint.to_owned())))
}
