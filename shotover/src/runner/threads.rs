//! On which threads are clients served?

use std::io;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Handle};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};
use tokio_util::task::TaskTracker;

/// Threads per worker for what blocks: looking up names and reading files.
const MAX_BLOCKING_THREADS: usize = 4;

/// How long the end of the process waits for its threads.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);

/// Threads with a runtime each. A task stays on the thread it was spawned on.
#[derive(Debug)]
pub(super) struct Threads {
    runtimes: Vec<Handle>,
    running: TaskTracker,
    stop: CancellationToken,
    lost: CancellationToken,
}

impl Threads {
    /// Starts `count` threads with stacks of `stack_bytes`.
    pub(super) fn start(count: NonZeroUsize, stack_bytes: usize) -> io::Result<Self> {
        let (stop, lost) = (CancellationToken::new(), CancellationToken::new());
        let mut started = Self {
            runtimes: Vec::new(),
            running: TaskTracker::new(),
            stop,
            lost,
        };
        for number in 0..count.get() {
            started.add(number, stack_bytes)?;
        }
        Ok(started)
    }

    fn add(&mut self, number: usize, stack_bytes: usize) -> io::Result<()> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .thread_stack_size(stack_bytes)
            .max_blocking_threads(MAX_BLOCKING_THREADS)
            .build()?;
        let handle = runtime.handle().clone();
        let stop = self.stop.clone();
        let lost = self.lost.clone().drop_guard();
        let running = self.running.token();
        let serve = move || {
            runtime.block_on(stop.cancelled());
            // Does not wait for a name that is still being looked up.
            runtime.shutdown_background();
            drop((lost, running));
        };
        thread::Builder::new()
            .name(format!("worker-{number}"))
            .stack_size(stack_bytes)
            .spawn(serve)?;
        self.runtimes.push(handle);
        Ok(())
    }

    /// The runtime of each thread.
    pub(super) fn runtimes(&self) -> Vec<Handle> {
        self.runtimes.clone()
    }

    /// Ends when a thread has ended on its own, which only a defect in the runtime itself could make it do.
    pub(super) fn lost(&self) -> WaitForCancellationFuture<'_> {
        self.lost.cancelled()
    }

    /// Drops what still runs on the threads and waits for them, but not for one that is caught in a computation.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.running.close();
        if timeout(STOP_TIMEOUT, self.running.wait()).await.is_err() {
            tracing::warn!(
                threads = self.running.len(),
                "threads are still busy: the process ends without waiting for them"
            );
        }
    }
}

impl Drop for Threads {
    /// Without `stop`, as when starting fails half-way, the threads end on their own.
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[tokio::test]
    async fn each_runtime_has_its_own_thread() {
        let threads = Threads::start(NonZeroUsize::new(3).unwrap(), 1024 * 1024).unwrap();
        let (sender, names) = channel();
        let tasks = TaskTracker::new();
        for runtime in threads.runtimes() {
            let sender = sender.clone();
            let name = async move {
                sender
                    .send(thread::current().name().unwrap().to_owned())
                    .unwrap()
            };
            tasks.spawn_on(name, &runtime);
        }
        drop(sender);
        let mut names: Vec<String> = names.iter().collect();
        names.sort();
        assert_eq!(names, ["worker-0", "worker-1", "worker-2"]);
        threads.stop().await;
    }

    #[tokio::test]
    async fn stopping_drops_the_tasks_that_still_run() {
        let threads = Threads::start(NonZeroUsize::MIN, 1024 * 1024).unwrap();
        let dropped = CancellationToken::new();
        let guard = dropped.clone().drop_guard();
        let forever = async move {
            std::future::pending::<()>().await;
            drop(guard);
        };
        TaskTracker::new().spawn_on(forever, &threads.runtimes()[0]);
        threads.stop().await;
        assert!(dropped.is_cancelled());
    }

    #[tokio::test]
    async fn a_panic_ends_its_task_and_not_the_thread() {
        let threads = Threads::start(NonZeroUsize::MIN, 1024 * 1024).unwrap();
        let tasks = TaskTracker::new();
        let runtime = &threads.runtimes()[0];
        let panicked = tasks.spawn_on(async { panic!("in one connection") }, runtime);
        let (sender, done) = channel();
        tasks.spawn_on(
            async move { sender.send(panicked.await.is_err()).unwrap() },
            runtime,
        );
        assert!(done.recv().unwrap());
        assert!(!threads.lost.is_cancelled());
        threads.stop().await;
    }
}
