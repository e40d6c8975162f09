//! What is a client told whose request is refused?
//!
//! The error a broker gives to a client that may not do this. Clients give up on all of these at once and report them;
//! whatever a client would take for a passing state of the cluster it would try again for ever.

use crate::message::Message;
use crate::wire::value::Value;
use crate::wire::{ApiKey, ErrorCode};

/// What stands beside the error, where the API has room for a text.
pub(super) const TEXT: &str = "this proxy does not allow it";

/// The `KeyType` of a FindCoordinator request that looks for a transaction's.
const TRANSACTION: i64 = 1;

/// The error that refuses this request.
pub(super) fn error_for(request: &Message) -> ErrorCode {
    let key = request.api_key();
    let is_transactional = if key == ApiKey::FindCoordinator {
        field(request, "KeyType") == Some(Value::Int(TRANSACTION))
    } else {
        key == ApiKey::InitProducerId
            && matches!(field(request, "TransactionalId"), Some(Value::Bytes(_)))
    };
    if is_transactional {
        ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    } else {
        error_of(key)
    }
}

/// The error that refuses requests of this API, unless they are about a transaction.
#[expect(clippy::too_many_lines, reason = "a line per key")]
const fn error_of(key: ApiKey) -> ErrorCode {
    match key {
        ApiKey::Produce
        | ApiKey::Fetch
        | ApiKey::ListOffsets
        | ApiKey::Metadata
        | ApiKey::CreateTopics
        | ApiKey::DeleteTopics
        | ApiKey::CreatePartitions
        | ApiKey::DeleteRecords
        | ApiKey::OffsetForLeaderEpoch
        | ApiKey::DescribeProducers
        | ApiKey::DescribeTopicPartitions
        | ApiKey::ShareFetch
        | ApiKey::ShareAcknowledge => ErrorCode::TOPIC_AUTHORIZATION_FAILED,
        ApiKey::FindCoordinator
        | ApiKey::OffsetCommit
        | ApiKey::OffsetFetch
        | ApiKey::OffsetDelete
        | ApiKey::JoinGroup
        | ApiKey::SyncGroup
        | ApiKey::Heartbeat
        | ApiKey::LeaveGroup
        | ApiKey::DescribeGroups
        | ApiKey::DeleteGroups
        | ApiKey::ConsumerGroupHeartbeat
        | ApiKey::ConsumerGroupDescribe
        | ApiKey::ShareGroupHeartbeat
        | ApiKey::ShareGroupDescribe
        | ApiKey::StreamsGroupHeartbeat
        | ApiKey::StreamsGroupDescribe
        | ApiKey::DescribeShareGroupOffsets
        | ApiKey::AlterShareGroupOffsets
        | ApiKey::DeleteShareGroupOffsets => ErrorCode::GROUP_AUTHORIZATION_FAILED,
        ApiKey::AddPartitionsToTxn
        | ApiKey::AddOffsetsToTxn
        | ApiKey::EndTxn
        | ApiKey::TxnOffsetCommit
        | ApiKey::DescribeTransactions => ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        ApiKey::CreateDelegationToken
        | ApiKey::RenewDelegationToken
        | ApiKey::ExpireDelegationToken
        | ApiKey::DescribeDelegationToken => ErrorCode::DELEGATION_TOKEN_AUTHORIZATION_FAILED,
        // One of the errors after which Java's client sends no telemetry any more (KIP-714).
        ApiKey::GetTelemetrySubscriptions | ApiKey::PushTelemetry => ErrorCode::UNSUPPORTED_VERSION,
        ApiKey::InitProducerId
        | ApiKey::ListGroups
        | ApiKey::ListTransactions
        | ApiKey::WriteTxnMarkers
        | ApiKey::SaslHandshake
        | ApiKey::SaslAuthenticate
        | ApiKey::ApiVersions
        | ApiKey::DescribeAcls
        | ApiKey::CreateAcls
        | ApiKey::DeleteAcls
        | ApiKey::DescribeConfigs
        | ApiKey::AlterConfigs
        | ApiKey::IncrementalAlterConfigs
        | ApiKey::ListConfigResources
        | ApiKey::AlterReplicaLogDirs
        | ApiKey::DescribeLogDirs
        | ApiKey::ElectLeaders
        | ApiKey::AlterPartitionReassignments
        | ApiKey::ListPartitionReassignments
        | ApiKey::DescribeClientQuotas
        | ApiKey::AlterClientQuotas
        | ApiKey::DescribeUserScramCredentials
        | ApiKey::AlterUserScramCredentials
        | ApiKey::DescribeCluster
        | ApiKey::DescribeQuorum
        | ApiKey::UpdateFeatures
        | ApiKey::UnregisterBroker
        | ApiKey::AddRaftVoter
        | ApiKey::RemoveRaftVoter
        | ApiKey::UpdateRaftVoter
        | ApiKey::Vote
        | ApiKey::BeginQuorumEpoch
        | ApiKey::EndQuorumEpoch
        | ApiKey::AlterPartition
        | ApiKey::Envelope
        | ApiKey::FetchSnapshot
        | ApiKey::BrokerRegistration
        | ApiKey::BrokerHeartbeat
        | ApiKey::AllocateProducerIds
        | ApiKey::ControllerRegistration
        | ApiKey::AssignReplicasToDirs
        | ApiKey::InitializeShareGroupState
        | ApiKey::ReadShareGroupState
        | ApiKey::WriteShareGroupState
        | ApiKey::DeleteShareGroupState
        | ApiKey::ReadShareGroupStateSummary => ErrorCode::CLUSTER_AUTHORIZATION_FAILED,
    }
}

/// A field at the top of a request; none if the request cannot be read or has no such field.
fn field(request: &Message, name: &str) -> Option<Value> {
    let schema = request.api_key().request_schema();
    let body = request.body_bytes().ok()?;
    let request = schema.decode(request.api_version(), &body).ok()?;
    request.get(name).cloned()
}
