//! What can a contestant do when requests come as fast as they are answered?

use super::{Answers, Counters, Ring, Target};
use crate::peers::Cutter;
use anyhow::{Result, ensure};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Read at a time.
const BUFFER: usize = 256 * 1024;

/// Starts clients that keep `depth` requests on their way each. They end with the set, or with what went wrong.
pub(crate) fn start(
    target: &Target,
    ring: &Ring,
    [connections, depth]: [usize; 2],
    counters: &Arc<Counters>,
) -> JoinSet<Result<()>> {
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        clients.spawn(client(
            target.clone(),
            ring.clone(),
            depth,
            Arc::clone(counters),
        ));
    }
    clients
}

async fn client(
    target: Target,
    mut ring: Ring,
    depth: usize,
    counters: Arc<Counters>,
) -> Result<()> {
    let mut stream = target.connect().await?;
    let mut buffer = vec![0; BUFFER];
    let mut cutter = Cutter::new();
    let mut answers = Answers::default();
    let mut sent_at = Instant::now();
    let mut due = depth;
    loop {
        let mut bytes = 0;
        while due > 0 {
            let (requests, count) = ring.take(due)?;
            sent_at = Instant::now();
            stream.write_all(requests).await?;
            // TLS keeps what it has not been told to send.
            stream.flush().await?;
            bytes += requests.len();
            due -= count;
        }
        let length = stream.read(&mut buffer).await?;
        ensure!(length > 0, "the connection was closed");
        cutter.feed(buffer.get(..length).unwrap_or_default(), &mut answers)?;
        due = answers.take();
        if depth == 1 && due == 1 {
            counters.latency(sent_at.elapsed());
        }
        counters.add(u64::try_from(due)?, u64::try_from(bytes + length)?);
    }
}
