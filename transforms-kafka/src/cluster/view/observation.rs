//! What did an answer say about the cluster?

use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::wire::Topic;

/// One thing an answer said. Names are copies: a slice would keep the frame it came from alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Observation {
    /// These are all brokers that are registered.
    Brokers(Vec<BrokerSeen>),
    /// This is one of them (KIP-951).
    Broker(BrokerSeen),
    /// This is the controller, or with KRaft any broker.
    Controller(BrokerId),
    /// This is all of a topic.
    Topic(TopicSeen),
    /// The cluster says that there is no such topic.
    NoSuchTopic(TopicKey),
    /// A partition has this leader (KIP-951).
    Leader {
        topic: TopicKey,
        partition: i32,
        leader: Leader,
    },
    /// That broker does not lead this partition, whatever was believed.
    NotLeader {
        topic: TopicKey,
        partition: i32,
        broker: BrokerId,
    },
    /// That broker coordinates this group or transaction.
    Coordinator {
        key: CoordinatorKey,
        broker: BrokerId,
    },
    /// That broker does not coordinate it, whatever was believed.
    NotCoordinator {
        key: CoordinatorKey,
        broker: BrokerId,
    },
}

/// A broker as the cluster tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BrokerSeen {
    pub(crate) id: BrokerId,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) rack: RackSeen,
}

/// The rack of a broker as the cluster tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RackSeen {
    /// The version of the answer has no racks.
    Untold,
    /// It is in this one, or in none.
    Told(Option<String>),
}

impl RackSeen {
    /// The rack, given what was known before.
    pub(super) fn or<'a>(&'a self, known: Option<&'a str>) -> Option<&'a str> {
        match self {
            Self::Untold => known,
            Self::Told(rack) => rack.as_deref(),
        }
    }
}

/// A topic as the cluster tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicSeen {
    pub(crate) name: Bytes,
    /// None where the version of the answer has no ids, or the topic has none.
    pub(crate) id: Option<[u8; 16]>,
    /// In ascending order of their indexes, each once.
    pub(crate) partitions: Vec<PartitionSeen>,
}

/// A partition as the cluster tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartitionSeen {
    pub(crate) index: i32,
    /// None while an election is under way.
    pub(crate) leader: Option<BrokerId>,
    /// None where the version of the answer has no epochs.
    pub(crate) epoch: Option<i32>,
}

/// Who leads a partition, and since which election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leader {
    pub(crate) broker: BrokerId,
    pub(crate) epoch: Option<i32>,
}

/// How a request names a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TopicKey {
    Name(Bytes),
    Id([u8; 16]),
}

impl TopicKey {
    /// The same, without a copy.
    pub(crate) fn as_topic(&self) -> Topic<'_> {
        match self {
            Self::Name(name) => Topic::Name(name),
            Self::Id(id) => Topic::Id(*id),
        }
    }
}

impl From<Topic<'_>> for TopicKey {
    fn from(topic: Topic<'_>) -> Self {
        match topic {
            Topic::Name(name) => Self::Name(Bytes::copy_from_slice(name)),
            Topic::Id(id) => Self::Id(id),
        }
    }
}

/// What has a coordinator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CoordinatorKey {
    pub(crate) kind: CoordinatorKind,
    pub(crate) name: Bytes,
}

/// The `KeyType` of FindCoordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CoordinatorKind {
    /// Groups of every kind: classic, consumer, share and streams.
    Group,
    /// Transactional ids.
    Transaction,
    /// `group:topic id:partition` of a share group's state (KIP-932).
    Share,
}

impl CoordinatorKind {
    /// The number that stands for it in FindCoordinator.
    pub(crate) fn key_type(self) -> i8 {
        match self {
            Self::Group => 0,
            Self::Transaction => 1,
            Self::Share => 2,
        }
    }
}
