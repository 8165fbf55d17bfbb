/*!
How a caller watches and stops long work: a stage by callback, a flag looked at often.
*/

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::memory;

/// A flag that asks running work to stop soon. Shared by reference between threads.
#[derive(Debug, Default)]
pub struct Interrupt(AtomicBool);

impl Interrupt {
    /// A flag that is not raised.
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Ask the work that holds this flag to stop.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether someone asked for the work to stop.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// An error of kind [`ErrorKind::Interrupted`] if the flag is raised, and one of kind [`ErrorKind::Memory`] if the
    /// system refuses memory.
    pub fn check(&self) -> Result<()> {
        if self.is_raised() {
            return Err(Error::new(ErrorKind::Interrupted, "interrupted"));
        }
        memory::check()
    }
}

/// A step of building an index that takes long enough to be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Stage {
    /// Sort the suffixes of a shard, fill its filter and write both.
    Sorting,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sorting => "sorting suffixes",
        })
    }
}
