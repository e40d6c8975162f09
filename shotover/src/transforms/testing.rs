//! What tests of transforms stand on: requests of a client, a chain from YAML, and a broker that does as it is told.

use super::{
    ChainState, ClientDetails, Transform, TransformBuilder, TransformChain, TransformChainBuilder,
    TransformConfig, TransformError,
};
use crate::message::{Message, MessageId, Messages};
use crate::observability::Metrics;
use crate::topology::{BuildContext, Check, Finding};
use crate::wire::value::Structure;
use crate::wire::{ApiKey, encode_request_header};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::ProduceRequest;
use kafka_protocol::messages::TopicName;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::protocol::{Request, StrBytes};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

pub(crate) fn client() -> ClientDetails {
    ClientDetails {
        connection_id: 1,
        peer: "10.0.0.1:50000".parse().unwrap(),
        local: "[::ffff:127.0.0.1]:9192".parse().unwrap(),
        server_name: None,
        source: Arc::from("test"),
    }
}

/// The request that a client sends after `sequence` others.
pub(crate) fn request<R: Request>(sequence: u64, version: i16, body: &R) -> Message {
    let made = Message::new_request(version, "tester", body).unwrap();
    let frame = made.into_frame().unwrap().contiguous();
    Message::from_request_frame(MessageId::from_client(sequence), frame).unwrap()
}

/// The same with these contents; what they leave out has its default.
pub(crate) fn request_of(
    sequence: u64,
    (key, version): (ApiKey, i16),
    contents: &Structure,
) -> Message {
    let mut body = BytesMut::new();
    let schema = key.request_schema();
    schema.encode(version, contents, &mut body).unwrap();
    let mut frame = BytesMut::from(&[0; 4][..]);
    encode_request_header(&mut frame, key, version, 7, Some(b"tester"));
    frame.extend_from_slice(&body);
    let length = i32::try_from(frame.len() - 4).unwrap();
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Message::from_request_frame(MessageId::from_client(sequence), frame.freeze()).unwrap()
}

pub(crate) fn default_request(sequence: u64, key: ApiKey, version: i16) -> Message {
    request_of(sequence, (key, version), &Structure::new())
}

/// One record batch, which is none, for partition 3 of the topic.
pub(crate) fn produce(topic: &'static str, acks: i16) -> ProduceRequest {
    let partition = PartitionProduceData::default()
        .with_index(3)
        .with_records(Some(Bytes::from_static(b"records")));
    let topic = TopicProduceData::default()
        .with_name(TopicName(StrBytes::from_static_str(topic)))
        .with_partition_data(vec![partition]);
    ProduceRequest::default()
        .with_acks(acks)
        .with_topic_data(vec![topic])
}

fn config(yaml: &str) -> Box<dyn TransformConfig> {
    crate::yaml::from_str("test.yaml", yaml).unwrap()
}

/// What is wrong with the values of a transform, each as `path: message`.
pub(crate) fn problems(yaml: &str) -> Vec<String> {
    let mut check = Check::new();
    config(yaml).check(&mut check);
    let line = |Finding { path, message }| format!("{path}: {message}");
    check.into_findings().into_iter().map(line).collect()
}

/// What is wrong with the text itself.
pub(crate) fn unreadable(yaml: &str) -> String {
    crate::yaml::from_str::<Box<dyn TransformConfig>>("test.yaml", yaml)
        .unwrap_err()
        .to_string()
}

/// The place in a chain that this YAML stands for, which is right.
pub(crate) async fn built(yaml: &str, metrics: &Metrics) -> Box<dyn TransformBuilder> {
    assert_eq!(problems(yaml), [""; 0]);
    let config = config(yaml);
    let context = BuildContext::new(metrics.clone(), Arc::from("test"), String::new());
    config.build(&context.at(0, config.as_ref())).await.unwrap()
}

/// The chain of one client, with the contract checked.
pub(crate) fn chain_of(places: Vec<(&'static str, Box<dyn TransformBuilder>)>) -> TransformChain {
    TransformChainBuilder::new(places).build(&client())
}

/// A transform in front of a broker.
pub(crate) async fn in_front_of(broker: &Broker, yaml: &str, metrics: &Metrics) -> TransformChain {
    let builder = built(yaml, metrics).await;
    chain_of(vec![
        ("Tested", builder),
        ("Broker", Box::new(broker.clone())),
    ])
}

/// A transform at the end of its chain.
pub(crate) async fn alone(yaml: &str) -> TransformChain {
    chain_of(vec![("Tested", built(yaml, &Metrics::new()).await)])
}

/// Waits until the chain has something to say, and lets it say it.
pub(crate) async fn next(chain: &mut TransformChain) -> Messages {
    poll_fn(|cx| chain.poll_progress(cx)).await;
    chain.process(Messages::new()).await.unwrap()
}

/// Which requests of the client these messages belong to.
pub(crate) fn sequences(messages: &[Message]) -> Vec<u64> {
    let sequences = messages
        .iter()
        .map(|message| message.id().client_sequence());
    sequences.map(|sequence| sequence.unwrap()).collect()
}

/// The end of a chain under the control of the test. Unless told otherwise it answers at once, with nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Broker(Arc<Mutex<Strings>>);

#[derive(Debug, Default)]
struct Strings {
    received: Messages,
    answers: Messages,
    is_silent: bool,
    is_full: bool,
    is_busy: bool,
    hangs: bool,
    failure: Option<&'static str>,
    waker: Option<Waker>,
}

impl Broker {
    /// A broker that answers when [`answer`](Self::answer) says so.
    pub(crate) fn silent() -> Self {
        let broker = Self::default();
        broker.strings().is_silent = true;
        broker
    }

    fn strings(&self) -> MutexGuard<'_, Strings> {
        self.0.lock().unwrap()
    }

    fn pull(&self, pull: impl FnOnce(&mut Strings)) {
        let mut strings = self.strings();
        pull(&mut strings);
        if let Some(waker) = strings.waker.take() {
            waker.wake();
        }
    }

    /// The requests that came since it was last asked.
    pub(crate) fn received(&self) -> Messages {
        std::mem::take(&mut self.strings().received)
    }

    pub(crate) fn answer(&self, answer: Message) {
        self.pull(|strings| strings.answers.push(answer));
    }

    /// Answers all these with nothing.
    pub(crate) fn answer_all(&self, requests: &[Message]) {
        for request in requests {
            self.answer(request.empty_response().unwrap());
        }
    }

    /// Gives up on one connection.
    pub(crate) fn fail(&self, reason: &'static str) {
        self.pull(|strings| strings.failure = Some(reason));
    }

    /// Waits within the next call, against the contract.
    pub(crate) fn hang(&self) {
        self.pull(|strings| strings.hangs = true);
    }

    pub(crate) fn set_full(&self, is_full: bool) {
        self.pull(|strings| strings.is_full = is_full);
    }

    pub(crate) fn set_busy(&self, is_busy: bool) {
        self.pull(|strings| strings.is_busy = is_busy);
    }
}

impl TransformBuilder for Broker {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(Puppet(self.clone()))
    }
}

struct Puppet(Broker);

#[async_trait]
impl Transform for Puppet {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let hangs = self.0.strings().hangs;
        if hangs {
            std::future::pending::<()>().await;
        }
        let mut strings = self.0.strings();
        if let Some(reason) = strings.failure.take() {
            return Err(TransformError::broker(reason));
        }
        for request in chain.requests.drain(..) {
            if !strings.is_silent && request.expects_response() {
                strings.answers.push(request.empty_response()?);
            }
            strings.received.push(request);
        }
        Ok(std::mem::take(&mut strings.answers))
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut strings = self.0.strings();
        strings.waker = Some(cx.waker().clone());
        if strings.answers.is_empty() && strings.failure.is_none() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }

    fn has_capacity(&self) -> bool {
        !self.0.strings().is_full
    }

    fn is_busy(&self) -> bool {
        self.0.strings().is_busy
    }
}
