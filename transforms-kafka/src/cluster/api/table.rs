//! What is known about each API, in a line?

use super::spread::{Entities, Named, Spread};
use super::target::{Api, Partitions, Path, Sum, Target};
use crate::cluster::advertise::Presentation;
use shotover::wire::{ApiKey, ErrorCode};

const GROUP: &[Path] = &[&["GroupId"]];
const GROUPS: &[Path] = &[&["Groups"]];
const GROUP_IDS: &[Path] = &[&["GroupIds"]];
const GROUPS_NAMES: &[Path] = &[&["GroupsNames"]];
const GROUP_IN_GROUPS: &[Path] = &[&["Groups", "GroupId"]];
/// Before version 8 for one group.
const OFFSET_FETCH_GROUP: &[Path] = &[&["GroupId"], &["Groups", "GroupId"]];
const TRANSACTION: &[Path] = &[&["TransactionalId"]];
const TRANSACTIONS: &[Path] = &[&["TransactionalIds"]];
/// Before version 4 for one transaction.
const ADDED_TO_TRANSACTION: &[Path] = &[
    &["V3AndBelowTransactionalId"],
    &["Transactions", "TransactionalId"],
];

static NAMED: Partitions = Partitions {
    asked: &["Topics"],
    partition: &["Partitions", "PartitionIndex"],
    epoch: &["Partitions", "CurrentLeaderEpoch"],
    topics: &["Topics"],
    topic: "Name",
    answered_partition: "PartitionIndex",
};

static EPOCHS: Partitions = Partitions {
    asked: &["Topics"],
    partition: &["Partitions", "Partition"],
    epoch: &["Partitions", "CurrentLeaderEpoch"],
    topics: &["Topics"],
    topic: "Topic",
    answered_partition: "Partition",
};

static PRODUCERS: Partitions = Partitions {
    asked: &["Topics"],
    partition: &["PartitionIndexes"],
    epoch: &[],
    topics: &["Topics"],
    topic: "Name",
    answered_partition: "PartitionIndex",
};

static MARKERS: Partitions = Partitions {
    asked: &["Markers", "Topics"],
    partition: &["PartitionIndexes"],
    epoch: &[],
    topics: &["Markers", "Topics"],
    topic: "Name",
    answered_partition: "PartitionIndex",
};

static SHARED: Partitions = Partitions {
    asked: &["Topics"],
    partition: &["Partitions", "PartitionIndex"],
    epoch: &[],
    topics: &["Responses"],
    topic: "TopicId",
    answered_partition: "PartitionIndex",
};

static GROUPS_WITH_OFFSETS: Entities = Entities::groups("Groups", Named::By("GroupId"), "Groups");
static DESCRIBED_GROUPS: Entities = Entities::groups("Groups", Named::Itself, "Groups");
static DESCRIBED_BY_ID: Entities = Entities::groups("GroupIds", Named::Itself, "Groups");
static DELETED_GROUPS: Entities = Entities::groups("GroupsNames", Named::Itself, "Results");
static ADDED_PARTITIONS: Entities = Entities::transactions(
    "Transactions",
    Named::By("TransactionalId"),
    "ResultsByTransaction",
);
static DESCRIBED_TRANSACTIONS: Entities =
    Entities::transactions("TransactionalIds", Named::Itself, "TransactionStates");
static DESCRIBED_RESOURCES: Entities = Entities::resources("Results");
static ALTERED_RESOURCES: Entities = Entities::resources("Responses");
static CREATED_TOPICS: Entities = Entities::topics("Topics");
static CREATED_PARTITIONS: Entities = Entities::topics("Results");

/// The line of the API.
#[expect(clippy::too_many_lines, reason = "a line per key")]
pub(super) const fn api(key: ApiKey) -> Api {
    match key {
        ApiKey::Produce => Api::leader(&NAMED)
            .to(Target::Produce)
            .lost_as(ErrorCode::REQUEST_TIMED_OUT)
            .parted(Spread::Records),
        ApiKey::Fetch => Api::leader(&NAMED).to(Target::Fetch).whole(),
        ApiKey::ListOffsets => Api::leader(&NAMED).parted(Spread::Partitions(&NAMED)),
        // An answer without brokers would make clients forget all of them.
        ApiKey::Metadata => Api::closing(Target::Metadata).whole(),
        ApiKey::OffsetCommit => Api::group(GROUP).whole(),
        // See `moves_clients`.
        ApiKey::OffsetFetch => Api::group(OFFSET_FETCH_GROUP)
            .failing_as(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS)
            .parted(Spread::Entities(&GROUPS_WITH_OFFSETS)),
        ApiKey::FindCoordinator => Api::coordinator(Target::FindCoordinator).whole(),
        ApiKey::JoinGroup => Api::group(GROUP).whole(),
        ApiKey::Heartbeat => Api::group(GROUP).whole(),
        ApiKey::LeaveGroup => Api::group(GROUP).whole(),
        ApiKey::SyncGroup => Api::group(GROUP).whole(),
        ApiKey::DescribeGroups => Api::group(GROUPS).parted(Spread::Entities(&DESCRIBED_GROUPS)),
        ApiKey::ListGroups => {
            Api::all(Sum::Groups, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS).whole()
        }
        ApiKey::SaslHandshake => Api::closing(Target::SaslHandshake).whole(),
        ApiKey::ApiVersions => Api::closing(Target::ApiVersions).whole(),
        ApiKey::CreateTopics => Api::controller().parted(Spread::Placed(&CREATED_TOPICS)),
        ApiKey::DeleteTopics => Api::controller().whole(),
        ApiKey::DeleteRecords => Api::leader(&NAMED)
            .lost_as(ErrorCode::REQUEST_TIMED_OUT)
            .parted(Spread::Partitions(&NAMED)),
        ApiKey::InitProducerId => Api::transaction(TRANSACTION).whole(),
        ApiKey::OffsetForLeaderEpoch => Api::leader(&EPOCHS).parted(Spread::Partitions(&EPOCHS)),
        ApiKey::AddPartitionsToTxn => {
            Api::transaction(ADDED_TO_TRANSACTION).parted(Spread::Entities(&ADDED_PARTITIONS))
        }
        ApiKey::AddOffsetsToTxn => Api::transaction(TRANSACTION).whole(),
        ApiKey::EndTxn => Api::transaction(TRANSACTION).whole(),
        ApiKey::WriteTxnMarkers => Api::leader(&MARKERS).whole(),
        ApiKey::TxnOffsetCommit => Api::group(GROUP)
            .lost_as(ErrorCode::REQUEST_TIMED_OUT)
            .whole(),
        ApiKey::DescribeAcls => Api::any().whole(),
        ApiKey::CreateAcls => Api::controller().whole(),
        ApiKey::DeleteAcls => Api::controller().whole(),
        ApiKey::DescribeConfigs => Api::any()
            .to(Target::Configs)
            .failing_as(ErrorCode::REQUEST_TIMED_OUT)
            .parted(Spread::Resources(&DESCRIBED_RESOURCES)),
        ApiKey::AlterConfigs => Api::controller()
            .to(Target::Configs)
            .parted(Spread::Resources(&ALTERED_RESOURCES)),
        ApiKey::AlterReplicaLogDirs => {
            Api::all(Sum::MovedReplicas, ErrorCode::REQUEST_TIMED_OUT).withheld()
        }
        ApiKey::DescribeLogDirs => Api::all(Sum::LogDirs, ErrorCode::REQUEST_TIMED_OUT).withheld(),
        ApiKey::SaslAuthenticate => Api::closing(Target::SaslAuthenticate).whole(),
        ApiKey::CreatePartitions => Api::controller().parted(Spread::Placed(&CREATED_PARTITIONS)),
        ApiKey::CreateDelegationToken => Api::controller().whole(),
        ApiKey::RenewDelegationToken => Api::controller().whole(),
        ApiKey::ExpireDelegationToken => Api::controller().whole(),
        ApiKey::DescribeDelegationToken => Api::any().whole(),
        ApiKey::DeleteGroups => Api::group(GROUPS_NAMES).parted(Spread::Entities(&DELETED_GROUPS)),
        ApiKey::ElectLeaders => Api::controller().whole(),
        ApiKey::IncrementalAlterConfigs => Api::controller()
            .to(Target::Configs)
            .parted(Spread::Resources(&ALTERED_RESOURCES)),
        ApiKey::AlterPartitionReassignments => Api::controller().withheld(),
        ApiKey::ListPartitionReassignments => Api::controller().withheld(),
        ApiKey::OffsetDelete => Api::group(GROUP).whole(),
        ApiKey::DescribeClientQuotas => Api::any().whole(),
        ApiKey::AlterClientQuotas => Api::controller().whole(),
        ApiKey::DescribeUserScramCredentials => Api::any().whole(),
        ApiKey::AlterUserScramCredentials => Api::controller().whole(),
        ApiKey::Vote => Api::refused(),
        ApiKey::BeginQuorumEpoch => Api::refused(),
        ApiKey::EndQuorumEpoch => Api::refused(),
        ApiKey::DescribeQuorum => Api::controller().withheld(),
        ApiKey::AlterPartition => Api::refused(),
        ApiKey::UpdateFeatures => Api::controller().whole(),
        ApiKey::Envelope => Api::refused(),
        ApiKey::FetchSnapshot => Api::refused(),
        ApiKey::DescribeCluster => Api::any().whole(),
        ApiKey::DescribeProducers => Api::leader(&PRODUCERS).parted(Spread::Partitions(&PRODUCERS)),
        ApiKey::BrokerRegistration => Api::refused(),
        ApiKey::BrokerHeartbeat => Api::refused(),
        ApiKey::UnregisterBroker => Api::controller().withheld(),
        ApiKey::DescribeTransactions => {
            Api::transaction(TRANSACTIONS).parted(Spread::Entities(&DESCRIBED_TRANSACTIONS))
        }
        ApiKey::ListTransactions => {
            Api::all(Sum::Transactions, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS).whole()
        }
        ApiKey::AllocateProducerIds => Api::refused(),
        ApiKey::ConsumerGroupHeartbeat => Api::group(GROUP).whole(),
        ApiKey::ConsumerGroupDescribe => {
            Api::group(GROUP_IDS).parted(Spread::Entities(&DESCRIBED_BY_ID))
        }
        ApiKey::ControllerRegistration => Api::refused(),
        // Each broker keeps count of a client's pushes by itself, and nothing in them says which one (KIP-714):
        // clients that are not offered them send no telemetry.
        ApiKey::GetTelemetrySubscriptions => Api::telemetry(Target::Any).withheld(),
        // Metrics that are pushed twice are counted twice.
        ApiKey::PushTelemetry => Api::telemetry(Target::Controller).withheld(),
        ApiKey::AssignReplicasToDirs => Api::refused(),
        ApiKey::ListConfigResources => Api::any().whole(),
        ApiKey::DescribeTopicPartitions => Api::any().whole(),
        ApiKey::ShareGroupHeartbeat => Api::group(GROUP).withheld(),
        ApiKey::ShareGroupDescribe => {
            Api::group(GROUP_IDS).parted(Spread::Entities(&DESCRIBED_BY_ID))
        }
        ApiKey::ShareFetch => Api::share(&SHARED).withheld(),
        ApiKey::ShareAcknowledge => Api::share(&SHARED).withheld(),
        ApiKey::AddRaftVoter => Api::controller().withheld(),
        ApiKey::RemoveRaftVoter => Api::controller().withheld(),
        ApiKey::UpdateRaftVoter => Api::refused(),
        ApiKey::InitializeShareGroupState => Api::coordinator(Target::ShareState).withheld(),
        ApiKey::ReadShareGroupState => Api::coordinator(Target::ShareState).withheld(),
        ApiKey::WriteShareGroupState => Api::coordinator(Target::ShareState).withheld(),
        ApiKey::DeleteShareGroupState => Api::coordinator(Target::ShareState).withheld(),
        ApiKey::ReadShareGroupStateSummary => Api::coordinator(Target::ShareState).withheld(),
        ApiKey::StreamsGroupHeartbeat => Api::group(GROUP).whole(),
        ApiKey::StreamsGroupDescribe => {
            Api::group(GROUP_IDS).parted(Spread::Entities(&DESCRIBED_BY_ID))
        }
        ApiKey::DescribeShareGroupOffsets => {
            Api::group(GROUP_IN_GROUPS).parted(Spread::Entities(&GROUPS_WITH_OFFSETS))
        }
        ApiKey::AlterShareGroupOffsets => Api::group(GROUP).whole(),
        ApiKey::DeleteShareGroupOffsets => Api::group(GROUP).whole(),
    }
}

/// Whether clients are told that the API exists.
pub(crate) const fn is_offered(key: ApiKey, presentation: Presentation) -> bool {
    match presentation {
        Presentation::Brokers => !matches!(api(key).target, Target::Refused),
        Presentation::Proxies => !matches!(api(key).spread, Spread::Withheld),
    }
}

/// Whether requests go where they go when clients see the brokers, also where they do not.
pub(crate) const fn goes_whole(key: ApiKey) -> bool {
    matches!(api(key).spread, Spread::Whole)
}

/// Whether a request may be sent to another broker, too, when it is not known what becomes of it: it asks for something that
/// every broker can say, and changes nothing but, with Metadata and FindCoordinator, a topic that is created by being asked
/// for.
pub(crate) const fn idempotent(key: ApiKey) -> bool {
    matches!(
        api(key).target,
        Target::Any | Target::Metadata | Target::FindCoordinator
    )
}
