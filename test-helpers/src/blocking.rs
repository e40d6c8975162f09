//! How does a blocking function wait for a future?

use std::future::Future;
use std::sync::OnceLock;
use std::thread;

use anyhow::{Context, Result, anyhow};
use tokio::runtime::{Builder, Runtime};

/// Lives as long as the process: clients of a container engine keep tasks in it from one call to the next.
static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Waits for `future`. The caller may be inside a runtime of its own.
pub(crate) fn block_on<T: Send>(future: impl Future<Output = Result<T>> + Send) -> Result<T> {
    let runtime = match RUNTIME.get() {
        Some(runtime) => runtime,
        None => {
            let runtime = Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()?;
            RUNTIME.get_or_init(|| runtime)
        }
    };
    thread::scope(|scope| {
        let waiting = scope.spawn(|| runtime.block_on(future));
        waiting
            .join()
            .map_err(|_| anyhow!("the panic is printed above"))
            .context("waiting for a future")?
    })
}
