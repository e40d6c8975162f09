//! How much does a contestant keep for clients that have nothing to say?

use super::Target;
use super::connect::{Stream, ask};
use crate::workload::Request;
use anyhow::Result;
use std::fmt;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

/// Clients that connect at the same time; more would wait in the listener's backlog.
const AT_ONCE: usize = 100;

/// Clients that are connected.
pub(crate) struct Crowd {
    streams: Vec<Box<dyn Stream>>,
}

/// Connects so many clients; each has had its requests answered.
pub(crate) async fn connect(
    target: &Target,
    requests: &[Request],
    connections: usize,
) -> Result<Crowd> {
    let mut streams = Vec::new();
    let mut joining = JoinSet::new();
    for _ in 0..connections {
        if joining.len() == AT_ONCE {
            streams.extend(joining.join_next().await.transpose()?.transpose()?);
        }
        joining.spawn(one(target.clone(), requests.to_vec()));
    }
    while let Some(joined) = joining.join_next().await {
        streams.push(joined??);
    }
    Ok(Crowd { streams })
}

/// Connects so many clients; each has asked, and reads no answer.
pub(crate) async fn connect_unread(
    target: &Target,
    requests: &[Request],
    connections: usize,
) -> Result<Crowd> {
    let mut streams = Vec::new();
    for _ in 0..connections {
        let mut stream = target.connect().await?;
        for request in requests {
            stream.write_all(&request.frame).await?;
        }
        stream.flush().await?;
        streams.push(stream);
    }
    Ok(Crowd { streams })
}

async fn one(target: Target, requests: Vec<Request>) -> Result<Box<dyn Stream>> {
    let mut stream = target.connect().await?;
    for request in requests {
        ask(&mut stream, &request).await?;
    }
    Ok(stream)
}

impl Crowd {
    pub(crate) fn len(&self) -> usize {
        self.streams.len()
    }

    pub(super) fn into_streams(self) -> Vec<Box<dyn Stream>> {
        self.streams
    }
}

impl fmt::Debug for Crowd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crowd")
            .field("clients", &self.len())
            .finish()
    }
}
