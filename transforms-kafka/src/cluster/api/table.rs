//! What is known about each API, in a line?

use super::target::{Api, Partitions, Path, Sum, Target};
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
    topic: &["Topics", "Name"],
    partition: &["Topics", "Partitions", "PartitionIndex"],
    topics: &["Topics"],
    answered_topic: "Name",
    answered_partition: "PartitionIndex",
};

static EPOCHS: Partitions = Partitions {
    topic: &["Topics", "Topic"],
    partition: &["Topics", "Partitions", "Partition"],
    topics: &["Topics"],
    answered_topic: "Topic",
    answered_partition: "Partition",
};

static PRODUCERS: Partitions = Partitions {
    topic: &["Topics", "Name"],
    partition: &["Topics", "PartitionIndexes"],
    topics: &["Topics"],
    answered_topic: "Name",
    answered_partition: "PartitionIndex",
};

static MARKERS: Partitions = Partitions {
    topic: &["Markers", "Topics", "Name"],
    partition: &["Markers", "Topics", "PartitionIndexes"],
    topics: &["Markers", "Topics"],
    answered_topic: "Name",
    answered_partition: "PartitionIndex",
};

static SHARED: Partitions = Partitions {
    topic: &["Topics", "TopicId"],
    partition: &["Topics", "Partitions", "PartitionIndex"],
    topics: &["Responses"],
    answered_topic: "TopicId",
    answered_partition: "PartitionIndex",
};

/// The line of the API.
#[expect(clippy::too_many_lines, reason = "a line per key")]
pub(super) const fn api(key: ApiKey) -> Api {
    match key {
        ApiKey::Produce => Api::leader(&NAMED)
            .to(Target::Produce)
            .lost_as(ErrorCode::REQUEST_TIMED_OUT),
        ApiKey::Fetch => Api::leader(&NAMED).to(Target::Fetch),
        ApiKey::ListOffsets => Api::leader(&NAMED),
        // An answer without brokers would make clients forget all of them.
        ApiKey::Metadata => Api::closing(Target::Metadata),
        ApiKey::OffsetCommit => Api::group(GROUP),
        ApiKey::OffsetFetch => Api::group(OFFSET_FETCH_GROUP),
        ApiKey::FindCoordinator => Api::coordinator(Target::FindCoordinator),
        ApiKey::JoinGroup => Api::group(GROUP),
        ApiKey::Heartbeat => Api::group(GROUP),
        ApiKey::LeaveGroup => Api::group(GROUP),
        ApiKey::SyncGroup => Api::group(GROUP),
        ApiKey::DescribeGroups => Api::group(GROUPS),
        ApiKey::ListGroups => Api::all(Sum::Groups, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS),
        ApiKey::SaslHandshake => Api::closing(Target::SaslHandshake),
        ApiKey::ApiVersions => Api::closing(Target::ApiVersions),
        ApiKey::CreateTopics => Api::controller(),
        ApiKey::DeleteTopics => Api::controller(),
        ApiKey::DeleteRecords => Api::leader(&NAMED).lost_as(ErrorCode::REQUEST_TIMED_OUT),
        ApiKey::InitProducerId => Api::transaction(TRANSACTION),
        ApiKey::OffsetForLeaderEpoch => Api::leader(&EPOCHS),
        ApiKey::AddPartitionsToTxn => Api::transaction(ADDED_TO_TRANSACTION),
        ApiKey::AddOffsetsToTxn => Api::transaction(TRANSACTION),
        ApiKey::EndTxn => Api::transaction(TRANSACTION),
        ApiKey::WriteTxnMarkers => Api::leader(&MARKERS),
        ApiKey::TxnOffsetCommit => Api::group(GROUP).lost_as(ErrorCode::REQUEST_TIMED_OUT),
        ApiKey::DescribeAcls => Api::any(),
        ApiKey::CreateAcls => Api::controller(),
        ApiKey::DeleteAcls => Api::controller(),
        ApiKey::DescribeConfigs => Api::any().to(Target::Configs),
        ApiKey::AlterConfigs => Api::controller().to(Target::Configs),
        ApiKey::AlterReplicaLogDirs => Api::all(Sum::MovedReplicas, ErrorCode::REQUEST_TIMED_OUT),
        ApiKey::DescribeLogDirs => Api::all(Sum::LogDirs, ErrorCode::REQUEST_TIMED_OUT),
        ApiKey::SaslAuthenticate => Api::closing(Target::SaslAuthenticate),
        ApiKey::CreatePartitions => Api::controller(),
        ApiKey::CreateDelegationToken => Api::controller(),
        ApiKey::RenewDelegationToken => Api::controller(),
        ApiKey::ExpireDelegationToken => Api::controller(),
        ApiKey::DescribeDelegationToken => Api::any(),
        ApiKey::DeleteGroups => Api::group(GROUPS_NAMES),
        ApiKey::ElectLeaders => Api::controller(),
        ApiKey::IncrementalAlterConfigs => Api::controller().to(Target::Configs),
        ApiKey::AlterPartitionReassignments => Api::controller(),
        ApiKey::ListPartitionReassignments => Api::controller(),
        ApiKey::OffsetDelete => Api::group(GROUP),
        ApiKey::DescribeClientQuotas => Api::any(),
        ApiKey::AlterClientQuotas => Api::controller(),
        ApiKey::DescribeUserScramCredentials => Api::any(),
        ApiKey::AlterUserScramCredentials => Api::controller(),
        ApiKey::Vote => Api::refused(),
        ApiKey::BeginQuorumEpoch => Api::refused(),
        ApiKey::EndQuorumEpoch => Api::refused(),
        ApiKey::DescribeQuorum => Api::controller(),
        ApiKey::AlterPartition => Api::refused(),
        ApiKey::UpdateFeatures => Api::controller(),
        ApiKey::Envelope => Api::refused(),
        ApiKey::FetchSnapshot => Api::refused(),
        ApiKey::DescribeCluster => Api::any(),
        ApiKey::DescribeProducers => Api::leader(&PRODUCERS),
        ApiKey::BrokerRegistration => Api::refused(),
        ApiKey::BrokerHeartbeat => Api::refused(),
        ApiKey::UnregisterBroker => Api::controller(),
        ApiKey::DescribeTransactions => Api::transaction(TRANSACTIONS),
        ApiKey::ListTransactions => {
            Api::all(Sum::Transactions, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS)
        }
        ApiKey::AllocateProducerIds => Api::refused(),
        ApiKey::ConsumerGroupHeartbeat => Api::group(GROUP),
        ApiKey::ConsumerGroupDescribe => Api::group(GROUP_IDS),
        ApiKey::ControllerRegistration => Api::refused(),
        // Each broker keeps count of a client's pushes by itself, and nothing in them says which one (KIP-714):
        // clients that are not offered them send no telemetry.
        ApiKey::GetTelemetrySubscriptions => Api::telemetry(Target::Any),
        // Metrics that are pushed twice are counted twice.
        ApiKey::PushTelemetry => Api::telemetry(Target::Controller),
        ApiKey::AssignReplicasToDirs => Api::refused(),
        ApiKey::ListConfigResources => Api::any(),
        ApiKey::DescribeTopicPartitions => Api::any(),
        ApiKey::ShareGroupHeartbeat => Api::group(GROUP),
        ApiKey::ShareGroupDescribe => Api::group(GROUP_IDS),
        ApiKey::ShareFetch => Api::share(&SHARED),
        ApiKey::ShareAcknowledge => Api::share(&SHARED),
        ApiKey::AddRaftVoter => Api::controller(),
        ApiKey::RemoveRaftVoter => Api::controller(),
        ApiKey::UpdateRaftVoter => Api::refused(),
        ApiKey::InitializeShareGroupState => Api::coordinator(Target::ShareState),
        ApiKey::ReadShareGroupState => Api::coordinator(Target::ShareState),
        ApiKey::WriteShareGroupState => Api::coordinator(Target::ShareState),
        ApiKey::DeleteShareGroupState => Api::coordinator(Target::ShareState),
        ApiKey::ReadShareGroupStateSummary => Api::coordinator(Target::ShareState),
        ApiKey::StreamsGroupHeartbeat => Api::group(GROUP),
        ApiKey::StreamsGroupDescribe => Api::group(GROUP_IDS),
        ApiKey::DescribeShareGroupOffsets => Api::group(GROUP_IN_GROUPS),
        ApiKey::AlterShareGroupOffsets => Api::group(GROUP),
        ApiKey::DeleteShareGroupOffsets => Api::group(GROUP),
    }
}

/// Whether clients are told that the API exists.
pub(crate) const fn is_offered(key: ApiKey) -> bool {
    !matches!(api(key).target, Target::Refused)
}

/// Whether a request may be sent to another broker when it is not known what became of it: it asks for something that
/// every broker can say, and changes nothing but, with Metadata, a topic that is created by being asked for.
pub(crate) const fn idempotent(key: ApiKey) -> bool {
    matches!(
        api(key).target,
        Target::Any | Target::Metadata | Target::FindCoordinator
    )
}
