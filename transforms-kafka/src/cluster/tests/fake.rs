//! Brokers that are told what to say, on a network where connections fail on demand.

use crate::broker::{BrokerStream, DialError, Dialing};
use crate::cluster::shared::Network;
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::*;
use kafka_protocol::protocol::StrBytes;
use shotover::codec::{Decoded, FrameReader, RequestDecoder};
use shotover::message::{Message, Messages};
use shotover::topology::Address;
use shotover::wire::ApiKey;
use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// The id of the topic `t`.
pub(super) const TOPIC_ID: Uuid = Uuid::from_u128(7);

/// What a broker does with a request.
pub(super) enum Reply {
    Answer(Box<ResponseKind>),
    /// This, after a while, during which nothing else is answered.
    Later(Duration, Box<ResponseKind>),
    /// Nothing, for ever; not even to what comes after.
    Silence,
    HangUp,
    /// What brokers do that are not told otherwise.
    Usual,
}

impl Reply {
    pub(super) fn answer(body: ResponseKind) -> Self {
        Self::Answer(Box::new(body))
    }
}

/// What a broker has for a Fetch, given its id and those of the leaders, and how long it takes to say so.
type Fetches = Box<dyn FnMut((i32, &[i32]), &Message) -> (Duration, ResponseKind) + Send>;

type Script = Box<dyn FnMut(i32, &Message) -> Reply + Send>;

/// What becomes of attempts to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Accepts,
    Refuses,
    /// Nothing is heard for three seconds, which is how long one tries.
    Vanished,
}

struct State {
    script: Script,
    reach: HashMap<i32, Reach>,
    leaders: Vec<i32>,
    /// Of all partitions; -1 if brokers do not tell.
    epoch: i32,
    coordinator: i32,
    /// The controller of a cluster with ZooKeeper.
    controller: Option<i32>,
    gone: Vec<i32>,
    /// The one that brokers tell another host of.
    moved: Option<i32>,
    fetches: Option<Fetches>,
    dials: Vec<i32>,
    seen: Vec<(i32, ApiKey)>,
    hang_up: CancellationToken,
}

/// Three brokers, 1 to 3. They have the topic `t`, whose partitions are led by 1, 2 and 3.
#[derive(Clone)]
pub(super) struct FakeCluster {
    state: Arc<Mutex<State>>,
    tasks: TaskTracker,
}

impl std::fmt::Debug for FakeCluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FakeCluster")
    }
}

impl FakeCluster {
    pub(super) fn new() -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                script: Box::new(|_, _| Reply::Usual),
                reach: HashMap::new(),
                leaders: vec![1, 2, 3],
                epoch: -1,
                coordinator: 2,
                controller: None,
                gone: Vec::new(),
                moved: None,
                fetches: None,
                dials: Vec::new(),
                seen: Vec::new(),
                hang_up: CancellationToken::new(),
            })),
            tasks: TaskTracker::new(),
        }
    }

    /// From now on, brokers ask this what to do.
    pub(super) fn script(&self, script: impl FnMut(i32, &Message) -> Reply + Send + 'static) {
        self.state.lock().unwrap().script = Box::new(script);
    }

    /// From now on, this broker says so of all records, and others do what they usually do.
    pub(super) fn fail_records(&self, which: i32, error: i16) {
        self.script(
            move |broker, request| match request.clone().request().unwrap() {
                RequestKind::Produce(body) if broker == which => {
                    Reply::answer(ResponseKind::Produce(produced(body, error)))
                }
                _ => Reply::Usual,
            },
        );
    }

    /// From now on, this broker says nothing once it is asked this, and others do what they usually do.
    pub(super) fn silence(&self, which: i32, api: ApiKey) {
        self.script(
            move |broker, request| match broker == which && request.api_key() == api {
                true => Reply::Silence,
                false => Reply::Usual,
            },
        );
    }

    /// From now on, brokers that have no other script ask this what to answer to a Fetch.
    pub(super) fn serve_fetches(
        &self,
        fetches: impl FnMut((i32, &[i32]), &Message) -> (Duration, ResponseKind) + Send + 'static,
    ) {
        self.state.lock().unwrap().fetches = Some(Box::new(fetches));
    }

    pub(super) fn reach(&self, broker: i32, reach: Reach) {
        self.state.lock().unwrap().reach.insert(broker, reach);
    }

    pub(super) fn lead(&self, leaders: &[i32]) {
        self.state.lock().unwrap().leaders = leaders.to_vec();
    }

    /// The same by an election, which from now on brokers tell of.
    pub(super) fn elect(&self, leaders: &[i32]) {
        self.lead(leaders);
        self.state.lock().unwrap().epoch += 1;
    }

    /// Brokers do not tell of this one any more.
    pub(super) fn leave(&self, broker: i32) {
        self.leave_all(&[broker]);
    }

    /// The same of these.
    pub(super) fn leave_all(&self, brokers: &[i32]) {
        self.state.lock().unwrap().gone = brokers.to_vec();
    }

    /// This one has another host, and accepts no connections at the former one.
    pub(super) fn move_host(&self, broker: i32) {
        self.state.lock().unwrap().moved = Some(broker);
    }

    pub(super) fn coordinate(&self, broker: i32) {
        self.state.lock().unwrap().coordinator = broker;
    }

    /// Brokers keep with ZooKeeper, and tell that this one is the controller.
    pub(super) fn control(&self, broker: i32) {
        self.state.lock().unwrap().controller = Some(broker);
    }

    /// Which brokers were asked this, in order.
    pub(super) fn asked(&self, api: ApiKey) -> Vec<i32> {
        let state = self.state.lock().unwrap();
        let seen = state.seen.iter().filter(|(_, key)| *key == api);
        seen.map(|(broker, _)| *broker).collect()
    }

    /// How often a broker was connected to, or tried to.
    pub(super) fn dials(&self, broker: i32) -> usize {
        let state = self.state.lock().unwrap();
        state.dials.iter().filter(|id| **id == broker).count()
    }

    /// Closes every connection.
    pub(super) fn hang_up(&self) {
        let next = CancellationToken::new();
        std::mem::replace(&mut self.state.lock().unwrap().hang_up, next).cancel();
    }

    fn serve(&self, hang_up: CancellationToken, broker: i32, socket: DuplexStream) {
        let cluster = self.clone();
        self.tasks.spawn(async move {
            hang_up
                .run_until_cancelled(cluster.run(broker, socket))
                .await;
        });
    }

    async fn run(&self, broker: i32, mut socket: DuplexStream) {
        let (mut reader, mut decoder) = (FrameReader::new(), RequestDecoder::default());
        loop {
            let mut requests = Messages::new();
            while let Some(decoded) = decoder.next_request(&mut reader, &mut requests).unwrap() {
                let request = match decoded {
                    Decoded::Request => requests.pop().unwrap(),
                    Decoded::ApiVersionsTooNew(request) => request,
                };
                let mut reply = self.reply(broker, &request);
                if let Reply::Later(delay, body) = reply {
                    tokio::time::sleep(delay).await;
                    reply = Reply::Answer(body);
                }
                match reply {
                    Reply::Answer(body) => {
                        let answer = request.respond(&body).unwrap();
                        let frame = answer.into_frame().unwrap().contiguous();
                        // A proxy that is gone is noticed by the next read.
                        drop(socket.write_all(&frame).await);
                    }
                    Reply::Silence => return std::future::pending().await,
                    Reply::HangUp => return,
                    Reply::Usual | Reply::Later(..) => {}
                }
            }
            match poll_fn(|cx| reader.poll_read(&mut socket, cx)).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    }

    fn reply(&self, broker: i32, request: &Message) -> Reply {
        let mut state = self.state.lock().unwrap();
        let state = &mut *state;
        state.seen.push((broker, request.api_key()));
        match (state.script)(broker, request) {
            Reply::Usual => {}
            told @ (Reply::Answer(_) | Reply::Later(..) | Reply::Silence | Reply::HangUp) => {
                return told;
            }
        }
        if !request.expects_response() {
            return Reply::Usual;
        }
        if let (ApiKey::Fetch, Some(fetches)) = (request.api_key(), &mut state.fetches) {
            let (delay, answer) = fetches((broker, &state.leaders), request);
            return Reply::Later(delay, Box::new(answer));
        }
        Reply::Answer(Box::new(state.usual(&mut request.clone())))
    }
}

impl State {
    fn usual(&self, request: &mut Message) -> ResponseKind {
        match request.request().unwrap() {
            RequestKind::ApiVersions(_) => ResponseKind::ApiVersions(self.versions()),
            RequestKind::Metadata(_) => ResponseKind::Metadata(self.metadata()),
            RequestKind::FindCoordinator(_) => ResponseKind::FindCoordinator(
                FindCoordinatorResponse::default()
                    .with_node_id(BrokerId(self.coordinator))
                    .with_host(self.host(self.coordinator))
                    .with_port(9092),
            ),
            RequestKind::Produce(produce) => ResponseKind::Produce(produced(produce, 0)),
            RequestKind::Heartbeat(_) => ResponseKind::Heartbeat(HeartbeatResponse::default()),
            RequestKind::SaslHandshake(_) => {
                ResponseKind::SaslHandshake(SaslHandshakeResponse::default())
            }
            RequestKind::SaslAuthenticate(_) => {
                ResponseKind::SaslAuthenticate(SaslAuthenticateResponse::default())
            }
            RequestKind::ListGroups(_) => ResponseKind::ListGroups(ListGroupsResponse::default()),
            RequestKind::Fetch(_) => ResponseKind::Fetch(FetchResponse::default()),
            other => panic!("no usual answer to {other:?}"),
        }
    }

    fn versions(&self) -> ApiVersionsResponse {
        let mut versions = versions();
        if self.controller.is_some() {
            let quorum = ApiKey::DescribeQuorum.code();
            versions.api_keys.retain(|api| api.api_key != quorum);
        }
        versions
    }

    fn host(&self, broker: i32) -> StrBytes {
        let place = match self.moved == Some(broker) {
            true => "elsewhere",
            false => "kafka",
        };
        StrBytes::from_string(format!("{place}{broker}"))
    }

    fn metadata(&self) -> MetadataResponse {
        let there = (1..=3).filter(|id| !self.gone.contains(id));
        let brokers = there.map(|id| {
            MetadataResponseBroker::default()
                .with_node_id(BrokerId(id))
                .with_host(self.host(id))
                .with_port(9092)
                .with_rack(Some(StrBytes::from_string(format!("rack{id}"))))
        });
        let partitions = (0..).zip(&self.leaders).map(|(index, leader)| {
            MetadataResponsePartition::default()
                .with_partition_index(index)
                .with_leader_id(BrokerId(*leader))
                .with_leader_epoch(self.epoch)
        });
        let topic = MetadataResponseTopic::default()
            .with_name(Some(TopicName(StrBytes::from_static_str("t"))))
            .with_topic_id(TOPIC_ID)
            .with_partitions(partitions.collect());
        MetadataResponse::default()
            .with_controller_id(BrokerId(self.controller.unwrap_or(-1)))
            .with_brokers(brokers.collect())
            .with_topics(vec![topic])
    }
}

/// What every broker can do.
pub(in crate::cluster) fn versions() -> ApiVersionsResponse {
    let keys = ApiKey::ALL.iter().map(|key| {
        ApiVersion::default()
            .with_api_key(key.code())
            .with_min_version(*key.versions().start())
            .with_max_version(*key.versions().end())
    });
    ApiVersionsResponse::default().with_api_keys(keys.collect())
}

/// The answer to a Produce request, with the same error for every partition.
pub(super) fn produced(request: &ProduceRequest, error: i16) -> ProduceResponse {
    let topics = request.topic_data.iter().map(|topic| {
        let partitions = topic.partition_data.iter().map(|partition| {
            PartitionProduceResponse::default()
                .with_index(partition.index)
                .with_error_code(error)
        });
        TopicProduceResponse::default()
            .with_name(topic.name.clone())
            .with_topic_id(topic.topic_id)
            .with_partition_responses(partitions.collect())
    });
    ProduceResponse::default().with_responses(topics.collect())
}

impl Network for FakeCluster {
    fn dial(&self, address: &Address) -> Dialing {
        let number = address.host().trim_start_matches(char::is_alphabetic);
        let broker: i32 = number.parse().unwrap();
        let mut state = self.state.lock().unwrap();
        state.dials.push(broker);
        let reach = match state.host(broker) == *address.host() {
            true => state.reach.get(&broker).copied(),
            false => Some(Reach::Refuses),
        };
        let hang_up = state.hang_up.clone();
        drop(state);
        let address = address.clone();
        match reach.unwrap_or(Reach::Accepts) {
            Reach::Accepts => {
                let (near, far) = duplex(1 << 20);
                self.serve(hang_up, broker, far);
                Box::pin(async { Ok(Box::new(near) as Box<BrokerStream>) })
            }
            Reach::Refuses => Box::pin(async { Err(refused(address)) }),
            Reach::Vanished => Box::pin(async {
                tokio::time::sleep(Duration::from_secs(3)).await;
                Err(refused(address))
            }),
        }
    }
}

fn refused(broker: Address) -> DialError {
    DialError::Resolve {
        broker,
        source: std::io::ErrorKind::ConnectionRefused.into(),
    }
}
