//! Where in each response do addresses of brokers stand?

use crate::wire::ApiKey;

/// The fields that hold addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wire) enum Place {
    /// There are none.
    Nowhere,
    /// `Host` and `Port` at the top.
    Top,
    /// `Host` and `Port` in the structures of this array at the top.
    List(&'static str),
    /// Arrays called `Listeners` in the structures of this array at the top, to be emptied.
    Listeners(&'static str),
}

/// Where addresses stand in the response of this key and version.
#[expect(clippy::too_many_lines, reason = "a line per key")]
pub(in crate::wire) const fn place(key: ApiKey, version: i16) -> Place {
    match key {
        ApiKey::Metadata | ApiKey::DescribeCluster => Place::List("Brokers"),
        ApiKey::FindCoordinator => match version {
            ..=3 => Place::Top,
            4.. => Place::List("Coordinators"),
        },
        // Where the new leaders are, so that clients need not ask (KIP-951).
        ApiKey::Produce | ApiKey::Fetch | ApiKey::ShareFetch | ApiKey::ShareAcknowledge => {
            Place::List("NodeEndpoints")
        }
        // The controllers' own network: of no use to clients.
        ApiKey::DescribeQuorum => Place::Listeners("Nodes"),
        // Hosts of clients: what an access rule matches, where a Streams application can be queried.
        ApiKey::DescribeAcls
        | ApiKey::DeleteAcls
        | ApiKey::StreamsGroupHeartbeat
        | ApiKey::StreamsGroupDescribe => Place::Nowhere,
        // Endpoints of controllers, on a listener that clients never reach.
        ApiKey::Vote
        | ApiKey::BeginQuorumEpoch
        | ApiKey::EndQuorumEpoch
        | ApiKey::FetchSnapshot
        | ApiKey::UpdateRaftVoter => Place::Nowhere,
        ApiKey::ListOffsets
        | ApiKey::OffsetCommit
        | ApiKey::OffsetFetch
        | ApiKey::JoinGroup
        | ApiKey::Heartbeat
        | ApiKey::LeaveGroup
        | ApiKey::SyncGroup
        | ApiKey::DescribeGroups
        | ApiKey::ListGroups
        | ApiKey::SaslHandshake
        | ApiKey::ApiVersions
        | ApiKey::CreateTopics
        | ApiKey::DeleteTopics
        | ApiKey::DeleteRecords
        | ApiKey::InitProducerId
        | ApiKey::OffsetForLeaderEpoch
        | ApiKey::AddPartitionsToTxn
        | ApiKey::AddOffsetsToTxn
        | ApiKey::EndTxn
        | ApiKey::WriteTxnMarkers
        | ApiKey::TxnOffsetCommit
        | ApiKey::CreateAcls
        | ApiKey::DescribeConfigs
        | ApiKey::AlterConfigs
        | ApiKey::AlterReplicaLogDirs
        | ApiKey::DescribeLogDirs
        | ApiKey::SaslAuthenticate
        | ApiKey::CreatePartitions
        | ApiKey::CreateDelegationToken
        | ApiKey::RenewDelegationToken
        | ApiKey::ExpireDelegationToken
        | ApiKey::DescribeDelegationToken
        | ApiKey::DeleteGroups
        | ApiKey::ElectLeaders
        | ApiKey::IncrementalAlterConfigs
        | ApiKey::AlterPartitionReassignments
        | ApiKey::ListPartitionReassignments
        | ApiKey::OffsetDelete
        | ApiKey::DescribeClientQuotas
        | ApiKey::AlterClientQuotas
        | ApiKey::DescribeUserScramCredentials
        | ApiKey::AlterUserScramCredentials
        | ApiKey::AlterPartition
        | ApiKey::UpdateFeatures
        | ApiKey::Envelope
        | ApiKey::DescribeProducers
        | ApiKey::BrokerRegistration
        | ApiKey::BrokerHeartbeat
        | ApiKey::UnregisterBroker
        | ApiKey::DescribeTransactions
        | ApiKey::ListTransactions
        | ApiKey::AllocateProducerIds
        | ApiKey::ConsumerGroupHeartbeat
        | ApiKey::ConsumerGroupDescribe
        | ApiKey::ControllerRegistration
        | ApiKey::GetTelemetrySubscriptions
        | ApiKey::PushTelemetry
        | ApiKey::AssignReplicasToDirs
        | ApiKey::ListConfigResources
        | ApiKey::DescribeTopicPartitions
        | ApiKey::ShareGroupHeartbeat
        | ApiKey::ShareGroupDescribe
        | ApiKey::AddRaftVoter
        | ApiKey::RemoveRaftVoter
        | ApiKey::InitializeShareGroupState
        | ApiKey::ReadShareGroupState
        | ApiKey::WriteShareGroupState
        | ApiKey::DeleteShareGroupState
        | ApiKey::ReadShareGroupStateSummary
        | ApiKey::DescribeShareGroupOffsets
        | ApiKey::AlterShareGroupOffsets
        | ApiKey::DeleteShareGroupOffsets => Place::Nowhere,
    }
}
