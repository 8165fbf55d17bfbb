/*!
Folders: where an index is built, who may build there, and how a change of names lasts.
*/

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Where the index that will stand at `target` is built.
pub(super) fn building_folder(target: &Path) -> PathBuf {
    beside(target, ".building")
}

/// Where an index stands for a moment while another takes its place, on systems that cannot exchange them.
pub(super) fn replaced_folder(target: &Path) -> PathBuf {
    beside(target, ".replaced")
}

fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut name = target.file_name().map_or_else(OsString::new, ToOwned::to_owned);
    name.push(ending);
    target.with_file_name(name)
}

pub(super) fn lock_file(folder: &Path) -> PathBuf {
    folder.join("lock")
}

/// Make the folder to build in, or take it over from a builder that died. What `kept` says, once the folder is
/// ours, stays there.
pub(super) fn claim<T>(
    building: &Path,
    kept: impl FnOnce() -> Result<(T, Vec<PathBuf>)>,
) -> Result<(File, T)> {
    let lock_path = lock_file(building);
    let lock = loop {
        fs::create_dir_all(building).map_err(|error| Error::io("create", building, error))?;
        let lock = File::create(&lock_path).map_err(|error| Error::io("create", &lock_path, error))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                let message = format!("another build is under way in `{}`", building.display());
                Error::new(ErrorKind::Output, message).with_hint("wait for it, or give another path")
            }
            TryLockError::Error(error) => Error::io("lock", &lock_path, error),
        })?;
        // Whoever had it may have finished between the last two steps, and taken the file away.
        if is_lock_of(&lock, building) {
            break lock;
        }
    };
    let (found, mut kept) = kept()?;
    let is_nothing_kept = kept.is_empty();
    kept.push(lock_path);
    clear(building, &kept).inspect_err(|_| {
        if is_nothing_kept {
            let _ = fs::remove_dir_all(building);
        }
    })?;
    Ok((lock, found))
}

/// Remove everything from a folder but what is kept.
fn clear(building: &Path, kept: &[PathBuf]) -> Result<()> {
    let failed = |error| Error::io("read", building, error);
    for entry in fs::read_dir(building).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !kept.contains(&path) {
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(|error| Error::io("remove", &path, error))?;
        }
    }
    Ok(())
}

/// Whether `lock` is the lock that keeps others out of a folder, and not one that was there before.
#[cfg(unix)]
pub(super) fn is_lock_of(lock: &File, building: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(ours), Ok(there)) = (lock.metadata(), lock_file(building).symlink_metadata()) else {
        return false;
    };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

/// Here an open file is never removed.
#[cfg(not(unix))]
pub(super) fn is_lock_of(_: &File, _: &Path) -> bool {
    true
}

/// Let two folders change places in one step; false where the system cannot do that.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
pub(super) fn exchange(one: &Path, other: &Path) -> Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(Error::io("rename", one, error.into())),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) fn exchange(_: &Path, _: &Path) -> Result<bool> {
    Ok(false)
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
    let mut hasher = blake3::Hasher::new();
    let read = File::open(path).and_then(|mut file| hasher.update_reader(&mut file).map(|_| ()));
    read.map_err(|error| Error::io("read", path, error))?;
    Ok(hasher.finalize().to_hex().to_string())
}
