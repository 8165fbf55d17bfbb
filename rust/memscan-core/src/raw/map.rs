/*!
A file as a slice of memory.

# Promise

An index is written once and renamed into place; nothing of this library ever changes a file
of a finished index. Whoever truncates such a file in place while it is mapped ends the
process with a bus error, as with every program that maps files; replacing it by rename is safe.
*/

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;

use crate::error::{Error, Result};

/// A read-only mapping of a whole file.
#[derive(Debug)]
pub(crate) struct Mapped(Option<Mmap>);

impl Mapped {
    /// Map `file`, which stands at `path`.
    pub(crate) fn new(file: &File, path: &Path) -> Result<Self> {
        let length = file.metadata().map_err(|error| Error::io("read", path, error))?.len();
        if length == 0 {
            return Ok(Self(None));
        }
        // SAFETY: the mapping is private and read-only, and files of an index are not changed
        // in place once they are finished (see the promise above).
        let map = unsafe { Mmap::map(file) };
        map.map(|map| Self(Some(map))).map_err(|error| Error::io("map", path, error))
    }

    /// The file's bytes.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}
