//! What do fake brokers have for a fetch, and what were they asked for?

use super::fake::FakeCluster;
use super::stage::request;
use bytes::Bytes;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::{
    BrokerId, FetchRequest, FetchResponse, RequestKind, ResponseKind, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::ErrorCode;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The partitions of `t`, one of each broker.
pub(super) const ALL: [(i32, i64); 3] = [(0, 0), (1, 0), (2, 0)];

/// The rack that clients tell: that of the proxy.
const RACK: &str = "rack1";

/// A fetch that waits for five seconds, of these partitions of `t` from these offsets.
pub(super) fn fetch(positions: &[(i32, i64)]) -> Message {
    request(12, &wanted(positions))
}

/// What such a fetch says.
pub(super) fn wanted(positions: &[(i32, i64)]) -> FetchRequest {
    let partitions = positions.iter().map(|(index, offset)| {
        FetchPartition::default()
            .with_partition(*index)
            .with_fetch_offset(*offset)
            .with_partition_max_bytes(1 << 20)
    });
    let topic = FetchTopic::default()
        .with_topic(TopicName(StrBytes::from_static_str("t")))
        .with_partitions(partitions.collect());
    FetchRequest::default()
        .with_max_wait_ms(5_000)
        .with_min_bytes(1)
        .with_max_bytes(50 << 20)
        .with_rack_id(StrBytes::from_static_str(RACK))
        .with_topics(vec![topic])
}

/// A fetch that a broker got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) broker: i32,
    pub(super) tells_rack: bool,
    /// The id of its session, and what it counts.
    pub(super) session: (i32, i32),
    /// What it names.
    pub(super) named: Vec<i32>,
    /// What it is about: with a session that is more.
    pub(super) partitions: Vec<i32>,
}

/// What brokers have.
#[derive(Clone, Debug, Default)]
pub(super) struct Logs(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    leaders: Vec<i32>,
    records: HashMap<(i32, i64), Bytes>,
    errors: HashMap<(i32, i32), ErrorCode>,
    replicas: HashMap<(i32, i32), i32>,
    delays: HashMap<i32, Duration>,
    high_watermark: i64,
    grants_no_sessions: bool,
    sessions: HashMap<(i32, i32), Session>,
    asked: Vec<Asked>,
}

/// A fetch session of a broker.
#[derive(Clone, Debug, Default)]
struct Session {
    epoch: i32,
    partitions: BTreeMap<i32, FetchPartition>,
    told: HashMap<i32, i64>,
}

impl Logs {
    /// Lets the brokers answer with what they have; if that is nothing, after the time that was asked for.
    pub(super) fn of(cluster: &FakeCluster) -> Self {
        let logs = Self::default();
        let state = Arc::clone(&logs.0);
        cluster.serve_fetches(move |(broker, leaders), request| {
            let mut state = state.lock().unwrap();
            state.leaders = leaders.to_vec();
            state.answer(broker, &mut request.clone())
        });
        logs
    }

    /// There are records at this offset of a partition.
    pub(super) fn append(&self, partition: i32, offset: i64) {
        self.append_all(partition, offset, Bytes::from_static(b"records"));
    }

    /// These are there.
    pub(super) fn append_all(&self, partition: i32, offset: i64, records: Bytes) {
        let mut state = self.0.lock().unwrap();
        state.records.insert((partition, offset), records);
    }

    /// This broker takes so long to say what it has.
    pub(super) fn delay(&self, broker: i32, delay: Duration) {
        self.0.lock().unwrap().delays.insert(broker, delay);
    }

    /// This broker says of a partition that something is wrong with it.
    pub(super) fn fail(&self, broker: i32, partition: i32, error: ErrorCode) {
        let mut state = self.0.lock().unwrap();
        state.errors.insert((broker, partition), error);
    }

    /// This broker names a replica for a partition to those who tell their rack.
    pub(super) fn prefer(&self, broker: i32, partition: i32, replica: i32) {
        let mut state = self.0.lock().unwrap();
        state.replicas.insert((broker, partition), replica);
    }

    /// Replicas have what they had not.
    pub(super) fn replicate(&self) {
        self.0.lock().unwrap().high_watermark += 1;
    }

    /// Brokers grant no sessions any more, and forget those they have.
    pub(super) fn grant_no_sessions(&self) {
        self.forget_sessions();
        self.0.lock().unwrap().grants_no_sessions = true;
    }

    pub(super) fn forget_sessions(&self) {
        self.0.lock().unwrap().sessions.clear();
    }

    /// Sessions that brokers have.
    pub(super) fn sessions(&self) -> usize {
        self.0.lock().unwrap().sessions.len()
    }

    /// What was asked since this was called last.
    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }

    /// Which brokers were asked since then for this partition.
    pub(super) fn asked_for(&self, partition: i32) -> Vec<i32> {
        let asked = self.asked().into_iter();
        asked
            .filter(|asked| asked.partitions.contains(&partition))
            .map(|asked| asked.broker)
            .collect()
    }
}

impl State {
    fn answer(&mut self, broker: i32, request: &mut Message) -> (Duration, ResponseKind) {
        let RequestKind::Fetch(body) = request.request().unwrap() else {
            panic!()
        };
        let (mut session, error) = self.session(broker, body);
        let tells_rack = !body.rack_id.is_empty();
        self.asked.push(Asked {
            broker,
            tells_rack,
            session: (body.session_id, body.session_epoch),
            named: named(body).map(|partition| partition.partition).collect(),
            partitions: session.partitions.keys().copied().collect(),
        });
        let mut is_over = body.min_bytes == 0 || session.partitions.is_empty();
        let mut partitions = Vec::new();
        for asked in session.partitions.values() {
            let data = self.data(broker, asked, tells_rack);
            let records = data.records.as_ref().is_some_and(|data| !data.is_empty());
            let is_said = data.error_code != 0 || data.preferred_read_replica.0 != -1 || records;
            is_over |= is_said;
            let told = session.told.insert(asked.partition, data.high_watermark);
            if body.session_epoch <= 0 || is_said || told != Some(data.high_watermark) {
                partitions.push(data);
            }
        }
        let session_id = self.keep(broker, (body, error), session);
        let topic = FetchableTopicResponse::default()
            .with_topic(TopicName(StrBytes::from_static_str("t")))
            .with_partitions(partitions);
        let answer = FetchResponse::default()
            .with_error_code(error)
            .with_session_id(session_id)
            .with_responses(vec![topic]);
        let wait = Duration::from_millis(u64::try_from(body.max_wait_ms).unwrap());
        let delay = self.delays.get(&broker).copied().unwrap_or_default();
        let wait = if is_over { delay } else { wait };
        (wait, ResponseKind::Fetch(answer))
    }

    /// What a request is about, and what is wrong with it.
    fn session(&mut self, broker: i32, body: &FetchRequest) -> (Session, i16) {
        let mut session = Session::default();
        if body.session_epoch <= 0 {
            self.sessions.remove(&(broker, body.session_id));
        } else {
            match self.sessions.get(&(broker, body.session_id)) {
                None => return (session, ErrorCode::FETCH_SESSION_ID_NOT_FOUND.0),
                Some(known) if known.epoch != body.session_epoch => {
                    return (session, ErrorCode::INVALID_FETCH_SESSION_EPOCH.0);
                }
                Some(known) => session = known.clone(),
            }
        }
        for topic in &body.forgotten_topics_data {
            for partition in &topic.partitions {
                session.partitions.remove(partition);
            }
        }
        let named = named(body).map(|partition| (partition.partition, partition.clone()));
        session.partitions.extend(named);
        (session, 0)
    }

    /// Keeps a session, if there is to be one, and returns its id.
    fn keep(
        &mut self,
        broker: i32,
        (body, error): (&FetchRequest, i16),
        mut session: Session,
    ) -> i32 {
        let is_new = body.session_epoch == 0;
        if error != 0 || body.session_epoch < 0 || is_new && self.grants_no_sessions {
            return 0;
        }
        let id = match is_new {
            true => i32::try_from(100 + self.asked.len()).unwrap() * 10 + broker,
            false => body.session_id,
        };
        session.epoch = body.session_epoch + 1;
        self.sessions.insert((broker, id), session);
        id
    }

    fn data(&self, broker: i32, asked: &FetchPartition, tells_rack: bool) -> PartitionData {
        let index = asked.partition;
        let leader = self.leaders[usize::try_from(index).unwrap()];
        let data = PartitionData::default()
            .with_partition_index(index)
            .with_high_watermark(self.high_watermark)
            .with_preferred_read_replica(BrokerId(-1))
            .with_records(Some(Bytes::new()));
        let is_replica = self.replicas.get(&(leader, index)) == Some(&broker);
        if let Some(error) = self.errors.get(&(broker, index)) {
            return data.with_error_code(error.0);
        }
        if leader != broker && !is_replica {
            return data.with_error_code(ErrorCode::NOT_LEADER_OR_FOLLOWER.0);
        }
        if let Some(replica) = self.replicas.get(&(broker, index)).filter(|_| tells_rack) {
            return data.with_preferred_read_replica(BrokerId(*replica));
        }
        let records = self.records.get(&(index, asked.fetch_offset)).cloned();
        data.with_records(Some(records.unwrap_or_default()))
    }
}

fn named(body: &FetchRequest) -> impl Iterator<Item = &FetchPartition> {
    body.topics.iter().flat_map(|topic| &topic.partitions)
}

/// Partition, error and number of bytes of all that was fetched, in the order of the answer. No replica is named to
/// clients that see proxies.
pub(super) fn fetched(answer: &ResponseKind) -> Vec<(i32, i16, usize)> {
    let ResponseKind::Fetch(body) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(body.error_code, 0);
    body.responses
        .iter()
        .flat_map(|topic| &topic.partitions)
        .map(|partition| {
            assert_eq!(partition.preferred_read_replica.0, -1);
            let records = partition.records.as_ref().map_or(0, Bytes::len);
            (partition.partition_index, partition.error_code, records)
        })
        .collect()
}
