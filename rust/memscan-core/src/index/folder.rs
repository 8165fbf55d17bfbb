/*!
Folders: where an index is built, who may build there, and how a change of names lasts.
*/

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Bytes read at a time.
const READ_BYTES: usize = 1 << 20;

/// Where the index that will stand at `target` is built.
pub(super) fn building_folder(target: &Path) -> PathBuf {
    let mut name = target.file_name().map_or_else(OsString::new, ToOwned::to_owned);
    name.push(".building");
    target.with_file_name(name)
}

pub(super) fn lock_file(folder: &Path) -> PathBuf {
    folder.join("lock")
}

/// Make the folder to build in, or take it over from a builder that died. What `kept` says, once the folder is
/// ours, stays there.
pub(super) fn claim<T: Default>(
    building: &Path,
    kept: impl FnOnce() -> Result<(T, Vec<PathBuf>)>,
) -> Result<(File, T)> {
    let failed = |verb: &'static str| move |error| Error::io(verb, building, error);
    fs::create_dir_all(building).map_err(failed("create"))?;
    let lock_path = lock_file(building);
    let lock = File::create(&lock_path).map_err(|error| Error::io("create", &lock_path, error))?;
    if lock.try_lock().is_err() {
        let message = format!("another build is under way in `{}`", building.display());
        return Err(Error::new(ErrorKind::Output, message).with_hint("wait for it, or give another path"));
    }
    let (found, kept) = kept()?;
    for entry in fs::read_dir(building).map_err(failed("read"))? {
        let path = entry.map_err(failed("read"))?.path();
        if path != lock_path && !kept.contains(&path) {
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(|error| Error::io("remove", &path, error))?;
        }
    }
    Ok((lock, found))
}

pub(super) fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| Error::io("rename", from, error))
}

/// Make the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Error::io("sync", folder, error))
}

/// Open a file of a finished index, which the manifest says has `expected_bytes`. What is no regular file is
/// not opened: a pipe might never end, and a link leads elsewhere.
pub(super) fn open_finished(path: &Path, expected_bytes: u64) -> Result<File> {
    let shown = path.display();
    let metadata = path.symlink_metadata().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::corrupt(format!("`{shown}` is missing")),
        _ => Error::io("open", path, error),
    })?;
    if !metadata.is_file() {
        return Err(Error::corrupt(format!("`{shown}` is not a regular file")));
    }
    check_length(path, metadata.len(), expected_bytes)?;
    File::open(path).map_err(|error| Error::io("open", path, error))
}

pub(super) fn check_length(path: &Path, actual_bytes: u64, expected_bytes: u64) -> Result<()> {
    if actual_bytes == expected_bytes {
        return Ok(());
    }
    let shown = path.display();
    Err(Error::corrupt(format!("`{shown}` has {actual_bytes} bytes, expected {expected_bytes}")))
}

/// Refuse what is no folder, or leads to one elsewhere.
pub(super) fn check_folder(path: &Path) -> Result<()> {
    let shown = path.display();
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(Error::corrupt(format!("`{shown}` is not a folder"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::corrupt(format!("`{shown}` is missing")))
        }
        Err(error) => Err(Error::io("open", path, error)),
    }
}

/// The BLAKE3 hash of a file, in hexadecimal. The file is read, not mapped: a large one does not crowd out
/// what else is in memory.
pub(super) fn hash_file(path: &Path) -> Result<String> {
    let failed = |error| Error::io("read", path, error);
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let count = file.read(&mut buffer).map_err(failed)?;
        if count == 0 {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(&buffer[..count]);
    }
}
