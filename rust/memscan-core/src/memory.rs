/*!
Memory that the system refuses is an error, where the caller wants it to be.

# Idea

Rust ends the process when memory is refused. Two things together keep it alive. Small requests are served out of a
reserve, and work that sees it gone stops: a program makes [`ReservingAllocator`] its global allocator, and calls
[`have_reserve`] before long work. Large requests, those that grow with a text, are made by the functions here: where
one is refused the thread unwinds with [`OutOfMemory`], which whoever called the library catches.
*/

use std::any::Any;
use std::panic::resume_unwind;

use crate::error::{Error, ErrorKind, Result};
use crate::raw::reserve;
pub use crate::raw::reserve::ReservingAllocator;

/// What a thread unwinds with when the system refuses memory.
#[derive(Clone, Copy, Debug)]
pub struct OutOfMemory;

impl OutOfMemory {
    /// The error for it.
    pub fn error() -> Error {
        Error::new(ErrorKind::Memory, "out of memory: the system refuses more")
    }

    /// Whether a thread ended for this reason.
    pub fn is_why(payload: &(dyn Any + Send)) -> bool {
        payload.is::<Self>()
    }
}

/// Put the reserve aside again, if it was used or never taken.
pub fn have_reserve() -> Result<()> {
    if reserve::take() { Ok(()) } else { Err(OutOfMemory::error()) }
}

/// Ask for so much memory and give it back, before many requests that need it together.
pub fn ensure_room(bytes: usize) -> Result<()> {
    Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| OutOfMemory::error())
}

/// An error if the system refused memory since the reserve was taken.
pub(crate) fn check() -> Result<()> {
    if reserve::is_short() { Err(OutOfMemory::error()) } else { Ok(()) }
}

/// An empty vector with room for so many; unwinds with [`OutOfMemory`] if there is none.
pub(crate) fn with_capacity<T>(count: usize) -> Vec<T> {
    let mut items = Vec::new();
    items.try_reserve_exact(count).unwrap_or_else(|_| give_up());
    items
}

/// So many zeros, likewise.
pub(crate) fn zeros(count: usize) -> Vec<u32> {
    let mut items = with_capacity(count);
    items.resize(count, 0);
    items
}

/// Append to a vector that grows with a text; unwinds with [`OutOfMemory`] where it cannot grow.
#[inline]
pub(crate) fn push<T>(items: &mut Vec<T>, item: T) {
    if items.len() == items.capacity() {
        grow(items);
    }
    items.push(item);
}

/// Append many, likewise.
pub(crate) fn extend<T>(items: &mut Vec<T>, more: impl ExactSizeIterator<Item = T>) {
    items.try_reserve(more.len()).unwrap_or_else(|_| give_up());
    items.extend(more);
}

#[cold]
fn grow<T>(items: &mut Vec<T>) {
    items.try_reserve(1).unwrap_or_else(|_| give_up());
}

fn give_up() -> ! {
    resume_unwind(Box::new(OutOfMemory))
}
