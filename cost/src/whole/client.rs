//! How does a client ask without chance deciding what arrives together?

use super::socket::Socket;
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use kafka_protocol::messages::{ApiKey, ResponseHeader, ResponseKind};
use kafka_protocol::protocol::Decodable;

/// Sends several requests at once and waits for all answers.
#[derive(Debug)]
pub(super) struct Client {
    socket: Socket,
    requests: Vec<Bytes>,
    depth: usize,
    /// Which of the requests is next.
    next: usize,
}

impl Client {
    pub(super) fn new(socket: Socket, requests: &[Bytes], depth: usize) -> Self {
        Self {
            socket,
            requests: requests.to_vec(),
            depth,
            next: 0,
        }
    }

    /// Asks so many times, and returns how many requests that were.
    pub(super) async fn ask(&mut self, rounds: u64) -> Result<u64> {
        let mut together = Vec::new();
        for _ in 0..rounds {
            together.clear();
            for _ in 0..self.depth {
                let next = self.next % self.requests.len();
                together.extend_from_slice(self.requests.get(next).context("no requests")?);
                self.next += 1;
            }
            self.socket.write_all(&together).await?;
            for _ in 0..self.depth {
                self.answer().await?;
            }
        }
        Ok(rounds * u64::try_from(self.depth)?)
    }

    /// Asks everything once, and expects answers without errors.
    pub(super) async fn check_answers(&mut self) -> Result<()> {
        for request in self.requests.clone() {
            self.socket.write_all(&request).await?;
            check(&request, &self.answer().await?)?;
        }
        Ok(())
    }

    async fn answer(&mut self) -> Result<Bytes> {
        loop {
            if let Some(answer) = self.socket.frame()? {
                return Ok(answer);
            }
            ensure!(self.socket.read().await?, "the connection was closed");
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the rest is what no case asks for"
)]
fn check(request: &[u8], answer: &[u8]) -> Result<()> {
    let code = |at: usize| {
        let bytes = request.get(at..).and_then(<[u8]>::first_chunk);
        bytes.map(|bytes| i16::from_be_bytes(*bytes))
    };
    let (key, version) = code(4).zip(code(6)).context("a short request")?;
    let key = ApiKey::try_from(key).map_err(|()| anyhow::anyhow!("an unknown api key"))?;
    let mut answer = Bytes::copy_from_slice(answer);
    ResponseHeader::decode(&mut answer, key.response_header_version(version))?;
    let answer = ResponseKind::decode(key, &mut answer, version)?;
    let errors: Vec<i16> = match &answer {
        ResponseKind::Produce(produced) => {
            let topics = produced.responses.iter();
            let partitions = topics.flat_map(|topic| &topic.partition_responses);
            partitions.map(|partition| partition.error_code).collect()
        }
        ResponseKind::Fetch(fetched) => {
            let topics = fetched.responses.iter();
            let partitions = topics.flat_map(|topic| &topic.partitions);
            partitions
                .map(|partition| {
                    let is_empty = partition.records.as_ref().is_none_or(Bytes::is_empty);
                    partition.error_code + i16::from(is_empty)
                })
                .collect()
        }
        ResponseKind::Metadata(metadata) => metadata
            .topics
            .iter()
            .map(|topic| topic.error_code)
            .collect(),
        ResponseKind::Heartbeat(heartbeat) => vec![heartbeat.error_code],
        other => anyhow::bail!("an answer that nobody waits for: {other:?}"),
    };
    ensure!(
        !errors.is_empty() && errors.iter().all(|error| *error == 0),
        "an answer about nothing, or an error: {errors:?}"
    );
    Ok(())
}
