//! What does a test do with traffic?

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow};
use test_helpers::clients::Librdkafka;
use test_helpers::wait::wait_until;

use super::produce::produce;
use super::progress::{PARTITIONS, Progress};
use super::read::{Reader, read};

/// How often clients ask what has changed, where it does not matter.
pub(crate) const REFRESH: Duration = Duration::from_secs(5);
/// Longest time until records flow again after an outage.
const FLOWING: Duration = Duration::from_secs(60);

/// A producer, a reader and two members of groups, each a thread with a client of its own.
#[derive(Debug)]
pub(crate) struct Traffic {
    topic: String,
    progress: Arc<Progress>,
    threads: Vec<Worker>,
}

/// One of them.
#[derive(Debug)]
struct Worker {
    name: String,
    thread: JoinHandle<Result<()>>,
}

impl Traffic {
    /// Creates `topic` through the proxies at `address`, and starts. So often do clients ask what has changed.
    pub(crate) fn start(address: &str, topic: &str, refresh: Duration) -> Result<Self> {
        let client = Librdkafka::new(address)
            .set("request.timeout.ms", "5000")
            .set("reconnect.backoff.max.ms", "500")
            .set(
                "topic.metadata.refresh.interval.ms",
                &refresh.as_millis().to_string(),
            );
        client.create_topic(topic, PARTITIONS, 3)?;
        let progress = Arc::new(Progress::default());
        let mut traffic = Self {
            topic: topic.to_owned(),
            progress: Arc::clone(&progress),
            threads: Vec::new(),
        };
        let (producer, its_topic) = (client.clone(), topic.to_owned());
        traffic.spawn("producer", move || {
            produce(&producer, &its_topic, &progress)
        });
        for reader in [
            Reader::Alone,
            Reader::Member("classic"),
            Reader::Member("consumer"),
        ] {
            let (client, topic) = (client.clone(), topic.to_owned());
            let progress = Arc::clone(&traffic.progress);
            let reading = move || read(reader, &client, &topic, &progress);
            traffic.spawn(&format!("{reader:?}"), reading);
        }
        Ok(traffic)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() -> Result<()> + Send + 'static) {
        self.threads.push(Worker {
            name: format!("{name} of {:?}", self.topic),
            thread: std::thread::spawn(work),
        });
    }

    /// Waits for the end of one that has ended too early.
    fn check(&mut self) -> Result<()> {
        let ended = |worker: &Worker| worker.thread.is_finished();
        match self.threads.iter().position(ended) {
            Some(place) => Err(self.threads.remove(place).join().unwrap_err()),
            None => Ok(()),
        }
    }

    /// Lets the producer end, and waits until everybody has read what it wrote.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.progress.end();
        let end = self.threads.drain(..).try_for_each(Worker::join);
        if let Err(error) = &end {
            print(error, &[self]);
        }
        end
    }
}

impl Worker {
    /// What became of it.
    fn join(self) -> Result<()> {
        let result = self.thread.join();
        result
            .unwrap_or_else(|_| Err(anyhow!("the panic is printed above")))
            .context(self.name)
    }
}

/// Shows what failed, how far all are, and then what their producers said, which is long.
#[expect(clippy::print_stdout, reason = "shown when the test fails")]
fn print(error: &Error, traffics: &[Traffic]) {
    println!("{error:#}");
    for traffic in traffics {
        println!("{}: {}", traffic.topic, traffic.progress);
    }
    for traffic in traffics {
        let (topic, said) = (&traffic.topic, traffic.progress.said());
        println!("the producer of {topic} said:\n{said}");
    }
}

/// Waits until every partition has acknowledged a record that was sent after this call, and it was read.
pub(crate) fn all_flow(traffics: &mut [Traffic]) -> Result<()> {
    let sent: Vec<Vec<i64>> = traffics
        .iter()
        .map(|traffic| traffic.progress.sent())
        .collect();
    let flow = wait_until("records of all partitions flow", FLOWING, || {
        let mut flowing = true;
        for (traffic, sent) in traffics.iter_mut().zip(&sent) {
            traffic.check()?;
            flowing &= traffic.progress.is_beyond(sent);
        }
        Ok(flowing.then_some(()))
    });
    let flow = flow.with_context(|| format!("records behind {sent:?}"));
    if let Err(error) = &flow {
        print(error, traffics);
    }
    flow
}
