/*!
One error for the whole library: a kind for programs, a message and a hint for people.

A message says what failed, the value, and what was expected; the hint says the way out and
is shown on a line of its own.
*/

use std::fmt;
use std::io;
use std::path::Path;

/// What every fallible function of this library returns.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, for programs to branch on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused a file operation.
    Io,
    /// The path holds no index.
    NotAnIndex,
    /// The index was written by rules or a format this library does not read.
    Incompatible,
    /// The index is damaged.
    Corrupt,
    /// The input is larger than the format allows.
    Limit,
    /// The caller's input cannot be used.
    Input,
    /// The output cannot be written where it was asked for.
    Output,
    /// The caller asked for the work to stop.
    Interrupted,
    /// The system refuses memory.
    Memory,
    /// A promise of the library itself was broken.
    Internal,
}

/// Why an operation failed.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    source: Option<io::Error>,
}

impl Error {
    /// An error of `kind` that says `message`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, source: None }
    }

    /// The same error with a way out for the reader.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A failed file operation on `path`, with the operation named by `verb`.
    pub fn io(verb: &str, path: &Path, source: io::Error) -> Self {
        let message = format!("cannot {verb} `{}`: {source}", path.display());
        Self { kind: ErrorKind::Io, message, hint: None, source: Some(source) }
    }

    /// A damaged index; the hint is always the same.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, message)
            .with_hint("rebuild the index, or copy it again from where it is sound")
    }

    /// The system starts no more threads.
    pub fn no_threads(count: usize, reason: &dyn std::error::Error) -> Self {
        Self::new(ErrorKind::Limit, format!("cannot start {count} threads: {reason}"))
            .with_hint("use fewer threads, or allow the process more memory and threads")
    }

    /// What went wrong, for programs.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The way out, where there is one.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The operating system's error number, for errors of kind [`ErrorKind::Io`].
    pub fn os_error(&self) -> Option<i32> {
        self.source.as_ref().and_then(io::Error::raw_os_error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
