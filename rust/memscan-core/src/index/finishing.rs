/*!
Shards that are being finished while the next one is filled.

# Idea

Sorting uses one core. So a full shard is finished in the background, in the caller's pool, and as many
at once as the pool has threads to spare. Each holds its share of the memory.
*/

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::time::Duration;

use rayon::Yield;

use super::manifest::{Parameters, ShardManifest};
use super::shard_builder::ShardBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::progress::Interrupt;

/// More shards at once only make each smaller.
const MOST_AT_ONCE: usize = 8;

/// How long to wait before looking at the caller's interrupt again.
const PATIENCE: Duration = Duration::from_millis(20);

/// How many shards are finished at once, beside the one that is filled: zero if there is one thread.
pub(super) fn at_once() -> usize {
    (rayon::current_num_threads() - 1).min(MOST_AT_ONCE)
}

/// Shards in the order of the corpus, finished or about to be.
#[derive(Debug, Default)]
pub(super) struct Finishing {
    finished: Vec<ShardManifest>,
    under_way: VecDeque<Receiver<Result<ShardManifest>>>,
    stop: Arc<Interrupt>,
}

impl Finishing {
    /// Finish `shard`, now or in the background.
    pub(super) fn push(
        &mut self,
        shard: ShardBuilder,
        parameters: Parameters,
        interrupt: &Interrupt,
    ) -> Result<()> {
        while self.under_way.len() >= at_once().max(1) {
            self.wait(interrupt)?;
        }
        if at_once() == 0 {
            self.finished.push(shard.finish(parameters, interrupt)?);
            return Ok(());
        }
        let (sender, receiver) = channel();
        let stop = Arc::clone(&self.stop);
        rayon::spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| shard.finish(parameters, &stop)));
            let result = outcome.unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, "a panic")));
            // Nobody listens any more if the builder was abandoned.
            let _ = sender.send(result);
        });
        self.under_way.push_back(receiver);
        Ok(())
    }

    /// The manifests of all shards.
    pub(super) fn finish(&mut self, interrupt: &Interrupt) -> Result<Vec<ShardManifest>> {
        while !self.under_way.is_empty() {
            self.wait(interrupt)?;
        }
        Ok(std::mem::take(&mut self.finished))
    }

    /// How many shards there are.
    pub(super) fn len(&self) -> usize {
        self.finished.len() + self.under_way.len()
    }

    /// Wait for the first shard that is under way.
    fn wait(&mut self, interrupt: &Interrupt) -> Result<()> {
        let Some(receiver) = self.under_way.front() else { return Ok(()) };
        let result = loop {
            interrupt.check()?;
            match receiver.try_recv() {
                Ok(result) => break result,
                Err(TryRecvError::Disconnected) => return Err(ended_early()),
                Err(TryRecvError::Empty) => {}
            }
            // A thread of the pool helps; the shard may be waiting for just this one.
            if rayon::yield_now() != Some(Yield::Executed) {
                match receiver.recv_timeout(PATIENCE) {
                    Ok(result) => break result,
                    Err(RecvTimeoutError::Disconnected) => return Err(ended_early()),
                    Err(RecvTimeoutError::Timeout) => {}
                }
            }
        };
        self.under_way.pop_front();
        self.finished.push(result?);
        Ok(())
    }
}

impl Drop for Finishing {
    /// What is under way is in vain.
    fn drop(&mut self) {
        self.stop.raise();
    }
}

fn ended_early() -> Error {
    Error::new(ErrorKind::Internal, "a shard was not finished: its thread ended early")
}
