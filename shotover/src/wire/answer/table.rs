//! Where does the answer to each request say what went wrong?

use super::entities;
use super::plan::Plan;
use crate::wire::{ApiKey, ErrorCode};

const FETCH_SESSION_ERRORS: &[ErrorCode] = &[
    ErrorCode::FETCH_SESSION_ID_NOT_FOUND,
    ErrorCode::INVALID_FETCH_SESSION_EPOCH,
    ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR,
];

const SHARE_SESSION_ERRORS: &[ErrorCode] = &[
    ErrorCode::SHARE_SESSION_NOT_FOUND,
    ErrorCode::INVALID_SHARE_SESSION_EPOCH,
    ErrorCode::SHARE_SESSION_LIMIT_REACHED,
];

/// The plan for the answer to this request.
#[expect(clippy::too_many_lines, reason = "a line per key")]
pub(super) const fn plan(key: ApiKey, version: i16) -> Plan {
    match key {
        ApiKey::Produce => Plan::lists(entities::PRODUCE),
        ApiKey::Fetch => Plan::lists_or_top(entities::FETCH, FETCH_SESSION_ERRORS),
        ApiKey::ListOffsets => Plan::lists(entities::PARTITIONS),
        ApiKey::Metadata => {
            Plan::lists_or_top(entities::METADATA, &[ErrorCode::REBOOTSTRAP_REQUIRED])
        }
        ApiKey::OffsetCommit => Plan::lists(entities::PARTITIONS),
        ApiKey::OffsetFetch => match version {
            ..=1 => Plan::lists(entities::OFFSET_FETCH_PARTITIONS),
            2..=7 => Plan::top_and_lists(entities::OFFSET_FETCH_SUCCESS),
            8.. => Plan::lists(entities::OFFSET_FETCH_GROUPS),
        },
        ApiKey::FindCoordinator => match version {
            ..=3 => Plan::top().numbers(entities::NOWHERE),
            4.. => Plan::lists(entities::COORDINATORS),
        },
        ApiKey::JoinGroup => Plan::top().echoing(&["MemberId"]),
        ApiKey::Heartbeat => Plan::top(),
        ApiKey::LeaveGroup => Plan::top_and_lists(entities::LEAVE_GROUP),
        ApiKey::SyncGroup => Plan::top(),
        ApiKey::DescribeGroups => Plan::lists(entities::DESCRIBE_GROUPS),
        ApiKey::ListGroups => Plan::top(),
        ApiKey::SaslHandshake => Plan::top(),
        ApiKey::ApiVersions => Plan::top(),
        ApiKey::CreateTopics => Plan::lists(entities::CREATE_TOPICS),
        ApiKey::DeleteTopics => Plan::lists(entities::DELETE_TOPICS),
        ApiKey::DeleteRecords => Plan::lists(entities::DELETE_RECORDS),
        ApiKey::InitProducerId => Plan::top(),
        ApiKey::OffsetForLeaderEpoch => Plan::lists(entities::LEADER_EPOCHS),
        ApiKey::AddPartitionsToTxn => match version {
            ..=3 => Plan::lists(entities::ADD_PARTITIONS),
            4.. => Plan::lists_or_top(entities::ADD_PARTITIONS_OF_TRANSACTIONS, &[]),
        },
        ApiKey::AddOffsetsToTxn => Plan::top(),
        ApiKey::EndTxn => Plan::top(),
        ApiKey::WriteTxnMarkers => Plan::lists(entities::TXN_MARKERS),
        ApiKey::TxnOffsetCommit => Plan::lists(entities::PARTITIONS),
        ApiKey::DescribeAcls => Plan::top(),
        ApiKey::CreateAcls => Plan::lists(entities::CREATE_ACLS),
        ApiKey::DeleteAcls => Plan::lists(entities::DELETE_ACLS),
        ApiKey::DescribeConfigs => Plan::lists(entities::DESCRIBE_CONFIGS),
        ApiKey::AlterConfigs => Plan::lists(entities::ALTER_CONFIGS),
        ApiKey::AlterReplicaLogDirs => Plan::lists(entities::MOVED_REPLICAS),
        ApiKey::DescribeLogDirs => match version {
            ..=2 => Plan::lists(entities::LOG_DIR),
            3.. => Plan::top(),
        },
        ApiKey::SaslAuthenticate => Plan::top(),
        ApiKey::CreatePartitions => Plan::lists(entities::CREATE_PARTITIONS),
        ApiKey::CreateDelegationToken => Plan::top(),
        ApiKey::RenewDelegationToken => Plan::top(),
        ApiKey::ExpireDelegationToken => Plan::top(),
        ApiKey::DescribeDelegationToken => Plan::top(),
        ApiKey::DeleteGroups => Plan::lists(entities::DELETE_GROUPS),
        ApiKey::ElectLeaders => Plan::top_and_lists(entities::ELECTIONS),
        ApiKey::IncrementalAlterConfigs => Plan::lists(entities::ALTER_CONFIGS),
        ApiKey::AlterPartitionReassignments => {
            Plan::top_and_lists(entities::REASSIGNMENTS).echoing(&["AllowReplicationFactorChange"])
        }
        ApiKey::ListPartitionReassignments => Plan::top(),
        ApiKey::OffsetDelete => Plan::top_and_lists(entities::DELETED_OFFSETS),
        ApiKey::DescribeClientQuotas => Plan::top(),
        ApiKey::AlterClientQuotas => Plan::lists(entities::QUOTAS),
        ApiKey::DescribeUserScramCredentials => Plan::top_and_lists(entities::SCRAM_USERS),
        ApiKey::AlterUserScramCredentials => Plan::lists(entities::ALTERED_SCRAM_USERS),
        ApiKey::Vote => Plan::top_and_lists(entities::LEADERLESS_PARTITIONS),
        ApiKey::BeginQuorumEpoch => Plan::top_and_lists(entities::LEADERLESS_PARTITIONS),
        ApiKey::EndQuorumEpoch => Plan::top_and_lists(entities::LEADERLESS_PARTITIONS),
        ApiKey::DescribeQuorum => Plan::top_and_lists(entities::LEADERLESS_PARTITIONS),
        ApiKey::AlterPartition => Plan::top_and_lists(entities::LEADERLESS_PARTITIONS),
        ApiKey::UpdateFeatures => Plan::top_and_lists(entities::FEATURES),
        ApiKey::Envelope => Plan::top(),
        ApiKey::FetchSnapshot => Plan::top_and_lists(entities::SNAPSHOTS),
        ApiKey::DescribeCluster => Plan::top().echoing(&["EndpointType"]),
        ApiKey::DescribeProducers => Plan::lists(entities::PRODUCERS),
        ApiKey::BrokerRegistration => Plan::top(),
        ApiKey::BrokerHeartbeat => Plan::top(),
        ApiKey::UnregisterBroker => Plan::top(),
        ApiKey::DescribeTransactions => Plan::lists(entities::TRANSACTIONS),
        ApiKey::ListTransactions => Plan::top(),
        ApiKey::AllocateProducerIds => Plan::top(),
        ApiKey::ConsumerGroupHeartbeat => Plan::top().echoing(&["MemberId", "MemberEpoch"]),
        ApiKey::ConsumerGroupDescribe => Plan::lists(entities::GROUP_IDS),
        ApiKey::ControllerRegistration => Plan::top(),
        ApiKey::GetTelemetrySubscriptions => Plan::top().echoing(&["ClientInstanceId"]),
        ApiKey::PushTelemetry => Plan::top(),
        ApiKey::AssignReplicasToDirs => Plan::top_and_lists(entities::DIRECTORIES),
        ApiKey::ListConfigResources => Plan::top(),
        ApiKey::DescribeTopicPartitions => Plan::lists(entities::METADATA),
        ApiKey::ShareGroupHeartbeat => Plan::top().echoing(&["MemberId", "MemberEpoch"]),
        ApiKey::ShareGroupDescribe => Plan::lists(entities::GROUP_IDS),
        ApiKey::ShareFetch => Plan::lists_or_top(entities::SHARE_FETCH, SHARE_SESSION_ERRORS),
        ApiKey::ShareAcknowledge => {
            Plan::lists_or_top(entities::SHARE_ACKNOWLEDGE, SHARE_SESSION_ERRORS)
        }
        ApiKey::AddRaftVoter => Plan::top(),
        ApiKey::RemoveRaftVoter => Plan::top(),
        ApiKey::UpdateRaftVoter => Plan::top(),
        ApiKey::InitializeShareGroupState => Plan::lists(entities::SHARE_STATE),
        ApiKey::ReadShareGroupState => Plan::lists(entities::SHARE_STATE),
        ApiKey::WriteShareGroupState => Plan::lists(entities::SHARE_STATE),
        ApiKey::DeleteShareGroupState => Plan::lists(entities::SHARE_STATE),
        ApiKey::ReadShareGroupStateSummary => Plan::lists(entities::SHARE_STATE),
        ApiKey::StreamsGroupHeartbeat => Plan::top().echoing(&["MemberId", "MemberEpoch"]),
        ApiKey::StreamsGroupDescribe => Plan::lists(entities::GROUP_IDS),
        ApiKey::DescribeShareGroupOffsets => Plan::lists(entities::SHARE_OFFSETS),
        ApiKey::AlterShareGroupOffsets => Plan::top_and_lists(entities::ALTERED_SHARE_OFFSETS),
        ApiKey::DeleteShareGroupOffsets => Plan::top_and_lists(entities::DELETED_SHARE_OFFSETS),
    }
}
