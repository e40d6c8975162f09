//! A client of a sink, in front of brokers that do what they are told.

use super::fake::FakeCluster;
use crate::cluster::advertise::{AddressTemplate, Advertise, Presentation, ShotoverNode};
use crate::cluster::shared::{Cluster, ContactPoint};
use crate::cluster::sink::KafkaSinkClusterBuilder;
use bytes::Bytes;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    ApiVersionsRequest, BrokerId, FindCoordinatorRequest, GroupId, HeartbeatRequest,
    MetadataRequest, ProduceRequest, ResponseKind, TopicName,
};
use kafka_protocol::protocol::{Request, StrBytes};
use shotover::codec::{Portion, Wanted};
use shotover::message::{Message, MessageId, Messages};
use shotover::observability::Metrics;
use shotover::transforms::{ClientDetails, TransformChain, TransformChainBuilder, TransformError};
use shotover::wire::produce::only;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long a broker may say nothing.
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// What is read at a time of the rest of an answer.
const MOST_AT_A_TIME: usize = 10_000;

/// What arrives at a time of a request.
const PIECE: usize = 40_000;

/// How long anybody waits for an answer, or for the rest of one.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// A proxy in front of fake brokers.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub(super) brokers: FakeCluster,
    pub(super) cluster: Arc<Cluster>,
    metrics: Metrics,
}

impl Proxy {
    /// One proxy, whose clients see the brokers.
    pub(super) fn new() -> Self {
        let node = node(0, "b{broker_id}.proxy:9192", "no rack of a broker");
        Self::with(Presentation::Brokers, vec![node])
    }

    /// Two proxies, which clients take for the brokers: number 10 stands for the brokers 1 and 3, number 11 for 2.
    pub(super) fn apart() -> Self {
        Self::beside("proxy:9192")
    }

    /// The same, where number 11 is at this address to its peers.
    pub(super) fn beside(peer: &str) -> Self {
        let mut nodes = vec![
            node(10, "proxy10:9192", "rack1"),
            node(11, "proxy11:9192", "rack2"),
        ];
        nodes[1].address_for_peers = peer.parse().unwrap();
        Self::with(Presentation::Proxies, nodes)
    }

    fn with(presentation: Presentation, nodes: Vec<ShotoverNode>) -> Self {
        let (brokers, metrics) = (FakeCluster::new(), Metrics::new());
        let local = nodes[0].broker_id;
        let contact_points = (1..=3)
            .map(|id| ContactPoint::new(format!("kafka{id}:9092").parse().unwrap()))
            .collect();
        let cluster = Cluster::new(
            contact_points,
            Box::new(brokers.clone()),
            (presentation, Advertise::new(nodes, local)),
            (READ_TIMEOUT, metrics.sink("sink")),
        );
        Self {
            brokers,
            cluster: Arc::new(cluster),
            metrics,
        }
    }

    /// How often this was counted.
    pub(super) fn counted(&self, metric: &str) -> u64 {
        let (series, text) = (format!("{metric}{{sink=\"sink\"}} "), self.metrics.encode());
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(&series));
        value.unwrap().parse().unwrap()
    }

    pub(super) fn client(&self, connection_id: u64) -> Client {
        self.client_of(connection_id, None)
    }

    /// A client that has connected to this name.
    pub(super) fn client_of(&self, connection_id: u64, server_name: Option<&str>) -> Client {
        let builder = KafkaSinkClusterBuilder {
            cluster: Arc::clone(&self.cluster),
            _watcher: JoinSet::new(),
        };
        let details = ClientDetails {
            connection_id,
            peer: "127.0.0.1:50000".parse().unwrap(),
            local: "127.0.0.1:9192".parse().unwrap(),
            server_name: server_name.map(Into::into),
            source: Arc::from("test"),
        };
        let places: Vec<(
            &'static str,
            Box<dyn shotover::transforms::TransformBuilder>,
        )> = vec![("KafkaSinkCluster", Box::new(builder))];
        Client {
            chain: TransformChainBuilder::new(places).build(&details),
        }
    }
}

fn node(id: i32, address: &str, rack: &str) -> ShotoverNode {
    ShotoverNode {
        broker_id: BrokerId(id),
        address_for_clients: AddressTemplate::new(address).unwrap(),
        address_for_peers: "proxy:9192".parse().unwrap(),
        rack: rack.into(),
        health: Arc::default(),
    }
}

/// A client connection.
#[derive(Debug)]
pub(super) struct Client {
    chain: TransformChain,
}

impl Client {
    /// Sends requests and returns what is answered at once.
    pub(super) async fn send(&mut self, requests: Messages) -> Result<Messages, TransformError> {
        self.chain.process(requests).await
    }

    /// From now on long answers are given while they arrive.
    pub(super) fn take_open_answers(&mut self) {
        self.chain.take_open_answers();
    }

    /// All of an answer, the rest of which is read so much at a time.
    pub(super) async fn rest_of(
        &mut self,
        open: Message,
        at_a_time: usize,
    ) -> Result<Bytes, TransformError> {
        let (id, mut missing) = (open.id(), open.missing());
        let mut all = open.into_frame().unwrap().contiguous().to_vec();
        while missing > 0 {
            let wanted = Wanted::in_memory(at_a_time);
            let poll = poll_fn(|cx| self.chain.poll_rest(id, wanted, cx));
            let Portion::Read(rest) = timeout(LONGEST_WAIT, poll).await.expect("no rest")? else {
                panic!("piped")
            };
            assert_eq!(rest.len(), missing.min(at_a_time));
            missing -= rest.len();
            all.extend_from_slice(&rest);
        }
        Ok(all.into())
    }

    /// Whether this Produce request for one partition may come while it arrives.
    pub(super) fn may_begin(&mut self, request: &Message) -> bool {
        let body = request.body_bytes().unwrap();
        let partition = only(request.api_version(), &body).unwrap();
        self.chain.takes_open_request(&partition)
    }

    /// Hands on the rest of a request as it is wanted, and waits for the answer. Nothing more is handed on once it is there.
    pub(super) async fn go_on(
        &mut self,
        id: MessageId,
        rest: &Bytes,
    ) -> Result<Messages, TransformError> {
        let mut pieces = rest.chunks(PIECE).map(|piece| rest.slice_ref(piece));
        loop {
            let piece = poll_fn(|cx| {
                if self.chain.poll_progress(cx).is_ready() {
                    return Poll::Ready(None);
                }
                let wanted = ready!(self.chain.poll_wanted(id, cx)).unwrap();
                assert!(wanted.most >= PIECE);
                // Once all are handed on, none is wanted.
                Poll::Ready(Some(pieces.next().unwrap()))
            });
            match timeout(LONGEST_WAIT, piece).await.expect("no answer") {
                Some(piece) => self.chain.take_rest(id, Portion::Read(piece))?,
                None => {
                    let answers = self.chain.process(Messages::new()).await?;
                    if !answers.is_empty() {
                        return Ok(answers);
                    }
                }
            }
        }
    }

    /// Whether more would be read from the client.
    pub(super) fn is_busy(&self) -> bool {
        self.chain.is_busy()
    }

    pub(super) fn has_capacity(&self) -> bool {
        self.chain.has_capacity()
    }

    /// The next answers.
    pub(super) async fn answers(&mut self) -> Result<Messages, TransformError> {
        loop {
            poll_fn(|cx| self.chain.poll_progress(cx)).await;
            let answers = self.chain.process(Messages::new()).await?;
            if !answers.is_empty() {
                return Ok(answers);
            }
        }
    }

    /// Sends requests and waits until all of them are answered.
    pub(super) async fn ask_all(&mut self, requests: Messages) {
        let count = requests.len();
        let at_once = self.send(requests).await.unwrap().len();
        self.await_answers(count - at_once).await;
    }

    /// Waits for so many answers, and no more than those come.
    pub(super) async fn await_answers(&mut self, count: usize) {
        let mut answers = 0;
        while answers < count {
            answers += self.answers().await.unwrap().len();
        }
        assert_eq!(answers, count);
    }

    /// Sends a request and waits for its answer.
    pub(super) async fn ask(&mut self, request: Message) -> Result<Message, TransformError> {
        let mut answers = self.send(vec![request]).await?;
        if answers.is_empty() {
            answers = timeout(LONGEST_WAIT, self.answers())
                .await
                .expect("no answer")?;
        }
        assert_eq!(answers.len(), 1);
        Ok(answers.remove(0))
    }

    /// Sends a request and decodes its answer.
    pub(super) async fn hear(&mut self, request: Message) -> ResponseKind {
        let answer = self.ask(request).await.unwrap();
        self.read(answer).await.unwrap()
    }

    /// Decodes an answer, whose rest is read if it is open: the frame is as long as it says.
    pub(super) async fn read(&mut self, answer: Message) -> Result<ResponseKind, TransformError> {
        let request = answer.request_ref();
        let frame = self.rest_of(answer, MOST_AT_A_TIME).await?;
        let length = i32::try_from(frame.len() - 4).unwrap();
        assert_eq!(frame[..4], length.to_be_bytes());
        let mut whole = Message::from_response_frame(request, frame).unwrap();
        Ok(whole.response().unwrap().clone())
    }

    /// Whether nothing is answered within this time.
    pub(super) async fn hears_nothing_for(&mut self, time: Duration) -> bool {
        timeout(time, self.answers()).await.is_err()
    }
}

pub(super) fn request<R: Request>(version: i16, body: &R) -> Message {
    Message::new_request(version, "c", body).unwrap()
}

/// What a client wants to know first.
pub(super) fn hello() -> Message {
    request(3, &ApiVersionsRequest::default())
}

pub(super) fn metadata() -> Message {
    request(12, &MetadataRequest::default())
}

pub(super) fn heartbeat(group: &'static str) -> Message {
    let group = GroupId(StrBytes::from_static_str(group));
    request(4, &HeartbeatRequest::default().with_group_id(group))
}

pub(super) fn find_coordinator(group: &'static str) -> Message {
    let group = StrBytes::from_static_str(group);
    request(3, &FindCoordinatorRequest::default().with_key(group))
}

/// Records for one partition of `t`.
pub(in crate::cluster) fn produce(partition: i32, acks: i16) -> Message {
    produce_to("t", partition, acks)
}

pub(in crate::cluster) fn produce_to(topic: &'static str, partition: i32, acks: i16) -> Message {
    records(topic, &[partition], Bytes::from_static(b"records"), acks)
}

/// So many bytes of records for a partition of `t`.
pub(in crate::cluster) fn long_produce(bytes: usize) -> Message {
    records("t", &[0], vec![0; bytes].into(), -1)
}

/// Records for several partitions of `t`.
pub(in crate::cluster) fn produce_all(partitions: &[i32], acks: i16) -> Message {
    records("t", partitions, Bytes::from_static(b"records"), acks)
}

/// A batch for each of these partitions of `t`, of a producer that has sent so many records before.
pub(super) fn numbered(partitions: &[i32], sequence: i32) -> Message {
    numbered_in_epoch(partitions, (0, sequence))
}

/// The same of a producer that began anew so many times.
pub(super) fn numbered_in_epoch(partitions: &[i32], numbers: (i16, i32)) -> Message {
    records("t", partitions, batch(61, numbers).into(), -1)
}

/// A batch of so many bytes for partition 0 of `t`, of a producer that has sent so many records before.
pub(super) fn long_numbered(bytes: usize, sequence: i32) -> Message {
    records("t", &[0], batch(bytes, (0, sequence)).into(), -1)
}

fn batch(bytes: usize, (epoch, sequence): (i16, i32)) -> Vec<u8> {
    let mut batch = vec![0; bytes];
    batch[16] = 2;
    batch[43..51].copy_from_slice(&7_i64.to_be_bytes());
    batch[51..53].copy_from_slice(&epoch.to_be_bytes());
    batch[53..57].copy_from_slice(&sequence.to_be_bytes());
    batch
}

/// Records for partitions of several topics.
pub(super) fn produce_to_topics(topics: &[(&'static str, &[i32])]) -> Message {
    records_of(topics, &Bytes::from_static(b"records"), -1)
}

fn records(topic: &'static str, partitions: &[i32], records: Bytes, acks: i16) -> Message {
    records_of(&[(topic, partitions)], &records, acks)
}

/// The same records for each of the partitions, in the last version that names topics.
fn records_of(topics: &[(&'static str, &[i32])], records: &Bytes, acks: i16) -> Message {
    let topics = topics.iter().map(|(topic, partitions)| {
        let data = partitions.iter().map(|index| {
            PartitionProduceData::default()
                .with_index(*index)
                .with_records(Some(records.clone()))
        });
        TopicProduceData::default()
            .with_name(TopicName(StrBytes::from_static_str(topic)))
            .with_partition_data(data.collect())
    });
    let body = ProduceRequest::default()
        .with_acks(acks)
        .with_timeout_ms(1_000)
        .with_topic_data(topics.collect());
    request(12, &body)
}

/// The error codes of a Produce answer.
pub(super) fn errors(answer: &ResponseKind) -> Vec<i16> {
    let ResponseKind::Produce(produced) = answer else {
        panic!("{answer:?}");
    };
    produced
        .responses
        .iter()
        .flat_map(|topic| &topic.partition_responses)
        .map(|partition| partition.error_code)
        .collect()
}
