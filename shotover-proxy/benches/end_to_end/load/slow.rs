//! What do many connections cost on which little is said?

use super::idle::Crowd;
use super::{Answers, Counters, Ring};
use crate::peers::Cutter;
use anyhow::{Result, ensure};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Makes the clients of a crowd ask in turn, so many times per second together. They end with what went wrong.
pub(crate) fn start(
    crowd: Crowd,
    ring: &Ring,
    per_second: u32,
    counters: &Arc<Counters>,
) -> Result<JoinSet<Result<()>>> {
    let apart = Duration::from_secs(1) / per_second;
    let interval = apart * u32::try_from(crowd.len())?;
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for (number, stream) in (0..).zip(crowd.into_streams()) {
        let (ring, counters) = (ring.clone(), Arc::clone(counters));
        clients.spawn(client(
            stream,
            ring,
            (start + apart * number, interval),
            counters,
        ));
    }
    Ok(clients)
}

async fn client(
    mut stream: Box<dyn super::connect::Stream>,
    mut ring: Ring,
    (mut due, interval): (Instant, Duration),
    counters: Arc<Counters>,
) -> Result<()> {
    // Answers are short: thousands of buffers would be a load of their own.
    let mut buffer = [0; 512];
    let mut cutter = Cutter::new();
    let mut answers = Answers::default();
    loop {
        sleep_until(due).await;
        due += interval;
        let (request, _) = ring.take(1)?;
        let mut bytes = request.len();
        stream.write_all(request).await?;
        stream.flush().await?;
        while answers.take() == 0 {
            let length = stream.read(&mut buffer).await?;
            ensure!(length > 0, "the connection was closed");
            cutter.feed(buffer.get(..length).unwrap_or_default(), &mut answers)?;
            bytes += length;
        }
        counters.add(1, u64::try_from(bytes)?);
    }
}
