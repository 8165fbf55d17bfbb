//! Running the core's work: off the interpreter's lock, in a pool of our own, stopped by signals.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use memscan_core::memory::{OutOfMemory, ensure_room, have_reserve};
use memscan_core::{Error, Interrupt, Result};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::errors::{internal, to_python};

/// How often signals are looked at.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(50);

/// How long interrupted work may take to stop before it is left to itself.
const GRACE: Duration = Duration::from_millis(500);

/// More threads than this only cost memory.
const MOST_THREADS: usize = 1024;

/// The pool used last.
static POOL: Mutex<Option<Pool>> = Mutex::new(None);

/// A pool, and what it was made for. A forked child has none of its parent's threads.
struct Pool {
    process_id: u32,
    thread_count: usize,
    threads: Arc<ThreadPool>,
}

/// The pool of this process with so many threads; one a core if not said.
fn pool(threads: Option<usize>) -> PyResult<Arc<ThreadPool>> {
    let available = || std::thread::available_parallelism().map_or(1, usize::from);
    let thread_count = threads.unwrap_or_else(available).clamp(1, MOST_THREADS);
    let process_id = std::process::id();
    let mut last = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    match last.take() {
        Some(pool) if pool.process_id != process_id => {
            // The parent's threads are not here to be ended, and their locks may be held for ever.
            std::mem::forget(pool);
        }
        Some(pool) if pool.thread_count == thread_count => {
            return Ok(Arc::clone(&last.insert(pool).threads));
        }
        _ => {}
    }
    let named = |number| format!("memscan-{number}");
    let threads = ThreadPoolBuilder::new().num_threads(thread_count).thread_name(named).build();
    let threads = Arc::new(threads.map_err(|error| to_python(&Error::no_threads(thread_count, &error)))?);
    Ok(Arc::clone(&last.insert(Pool { process_id, thread_count, threads }).threads))
}

/// Do long work in the pool of `threads`, looking at signals all the while.
///
/// When a signal's handler raises, the work is told to stop and the exception goes on.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    threads: Option<usize>,
    work: impl FnOnce(&Interrupt) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    have_reserve().map_err(|error| to_python(&error))?;
    let interrupt = Arc::new(Interrupt::new());
    let flag = Arc::clone(&interrupt);
    let (sender, receiver) = channel();
    pool(threads)?.spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&flag)));
        // Nobody listens any more if the work was interrupted.
        let _ = sender.send(outcome);
    });
    let receiver = Mutex::new(receiver);
    let wait =
        |longest| py.detach(|| receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(longest));
    loop {
        match wait(SIGNAL_INTERVAL) {
            Ok(outcome) => return finish(outcome),
            Err(RecvTimeoutError::Timeout) => {
                if let Err(signal) = py.check_signals() {
                    interrupt.raise();
                    let _ = wait(GRACE);
                    return Err(signal);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return Err(internal("a worker thread ended early")),
        }
    }
}

/// Do long work that reads what belongs to Python, as [`run`] does.
///
/// What is `lent` is dropped by this thread, which has the interpreter's lock. Dropped by a worker it would go on a
/// list behind a lock that a child, forked at that moment, waits for in vain.
pub(crate) fn run_on<L: Send + Sync + 'static, T: Send + 'static>(
    py: Python<'_>,
    threads: Option<usize>,
    lent: L,
    work: impl FnOnce(&L, &Interrupt) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    let lent = Arc::new(lent);
    let borrowed = Arc::clone(&lent);
    run(py, threads, move |interrupt| work(&borrowed, interrupt))
}

/// Do short work in this thread, off the interpreter's lock.
pub(crate) fn run_here<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    have_reserve().map_err(|error| to_python(&error))?;
    finish(py.detach(|| catch_unwind(AssertUnwindSafe(work))))
}

/// Make sure that work may take so much memory, with the whole reserve left.
pub(crate) fn make_room(bytes: usize) -> Result<()> {
    have_reserve().and_then(|()| ensure_room(bytes))
}

fn finish<T>(outcome: std::thread::Result<Result<T>>) -> PyResult<T> {
    match outcome {
        Ok(result) => result.map_err(|error| to_python(&error)),
        Err(panic) if OutOfMemory::is_why(panic.as_ref()) => Err(to_python(&OutOfMemory::error())),
        Err(panic) => Err(internal(message_of(panic.as_ref()))),
    }
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without a message")
}
