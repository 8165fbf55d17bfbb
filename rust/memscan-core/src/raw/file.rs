/*!
A file as a slice of memory: mapped, or read whole.

# Promise

An index is written once and renamed into place; nothing of this library ever changes a file
of a finished index. Whoever truncates such a file in place while it is mapped ends the
process with a bus error, as with every program that maps files; replacing it by rename is safe.
Of a file that was read whole nothing is looked at again.
*/

use std::fs::File;
use std::io::Read;
use std::path::Path;

use memmap2::{Mmap, MmapMut};

use crate::error::{Error, Result};
use crate::num::offset;

/// The bytes of a whole file, from an address that is a multiple of the size of a page.
#[derive(Debug)]
pub(crate) struct FileBytes(Option<Mmap>);

impl FileBytes {
    /// Map `file`, which stands at `path`.
    pub(crate) fn map(file: &File, path: &Path) -> Result<Self> {
        if length(file, path)? == 0 {
            return Ok(Self(None));
        }
        // SAFETY: the mapping is private and read-only, and files of an index are not changed
        // in place once they are finished (see the promise above).
        let map = unsafe { Mmap::map(file) };
        map.map(|map| Self(Some(map))).map_err(|error| Error::io("map", path, error))
    }

    /// Read `file`, which stands at `path`, into memory that the operating system may lay out in large
    /// pages. There must be enough of it: this is an error, never the end of the process.
    pub(crate) fn read(mut file: &File, path: &Path) -> Result<Self> {
        let length = length(file, path)?;
        if length == 0 {
            return Ok(Self(None));
        }
        let failed = |error| Error::io("read", path, error);
        let mut bytes = MmapMut::map_anon(offset(length)).map_err(failed)?;
        #[cfg(target_os = "linux")]
        // It is only faster with large pages; where there are none, it works all the same.
        let _ = bytes.advise(memmap2::Advice::HugePage);
        file.read_exact(&mut bytes).map_err(failed)?;
        bytes.make_read_only().map(|bytes| Self(Some(bytes))).map_err(failed)
    }

    /// The file's bytes.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

fn length(file: &File, path: &Path) -> Result<u64> {
    Ok(file.metadata().map_err(|error| Error::io("read", path, error))?.len())
}
