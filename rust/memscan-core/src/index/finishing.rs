/*!
Shards that are being finished while the next one is filled.

# Idea

Sorting uses one core. So a full shard is finished in the background, and as many at once as the caller's pool
has threads to spare. Each holds its share of the memory.

They run in a pool of their own. In the caller's, a thread that finishes a shard and waits for a part of it may
take up the caller's next call meanwhile; if that call then waits for the shard, which is suspended beneath it, both
wait for ever. The last shard, which nothing runs beside, is finished in the caller's pool, with all its threads.
*/

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};

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
    pool: Option<ThreadPool>,
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
        if at_once() == 0 {
            self.finished.push(shard.finish(parameters, interrupt)?);
            return Ok(());
        }
        while self.under_way.len() >= at_once() {
            self.wait(interrupt)?;
        }
        let (sender, receiver) = channel();
        let stop = Arc::clone(&self.stop);
        self.pool()?.spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| shard.finish(parameters, &stop)));
            let result = outcome.unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, "a panic")));
            // Nobody listens any more if the builder was abandoned.
            let _ = sender.send(result);
        });
        self.under_way.push_back(receiver);
        Ok(())
    }

    /// Finish the last shard, if there is one, and return the manifests of all.
    pub(super) fn finish(
        &mut self,
        last: Option<ShardBuilder>,
        parameters: Parameters,
        interrupt: &Interrupt,
    ) -> Result<Vec<ShardManifest>> {
        let last = last.map(|shard| shard.finish(parameters, interrupt)).transpose()?;
        while !self.under_way.is_empty() {
            self.wait(interrupt)?;
        }
        self.finished.extend(last);
        Ok(std::mem::take(&mut self.finished))
    }

    fn pool(&mut self) -> Result<&ThreadPool> {
        if self.pool.is_none() {
            let named = |number| format!("memscan-shard-{number}");
            let pool = ThreadPoolBuilder::new().num_threads(at_once()).thread_name(named).build();
            self.pool = Some(pool.map_err(|error| Error::no_threads(at_once(), &error))?);
        }
        Ok(self.pool.as_ref().expect("it was just made"))
    }

    /// Take up a shard that another build finished.
    pub(super) fn adopt(&mut self, shard: ShardManifest) {
        self.finished.push(shard);
    }

    /// The shards that are finished by now.
    pub(super) fn finished(&mut self) -> Result<&[ShardManifest]> {
        while let Some(result) = self.under_way.front().and_then(|receiver| receiver.try_recv().ok()) {
            self.under_way.pop_front();
            self.finished.push(result?);
        }
        Ok(&self.finished)
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
            match receiver.recv_timeout(PATIENCE) {
                Ok(result) => break result,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(ErrorKind::Internal, "a shard's thread ended early"));
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
