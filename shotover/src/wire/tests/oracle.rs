//! What does the `kafka-protocol` crate make of a body? For tests.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey as Key, RequestKind, ResponseKind};

use crate::wire::ApiKey;
use crate::wire::schema::Schema;

/// Versions from which on the crate, generated from Kafka 4.1, cannot read what Kafka 4.3 can.
const GAPS: &[(ApiKey, i16)] = &[
    (ApiKey::ListOffsets, 11),
    (ApiKey::OffsetCommit, 10),
    (ApiKey::OffsetFetch, 10),
    (ApiKey::InitProducerId, 6),
    (ApiKey::WriteTxnMarkers, 2),
    (ApiKey::DescribeLogDirs, 5),
    (ApiKey::BrokerHeartbeat, 2),
    (ApiKey::ShareFetch, 2),
    (ApiKey::ShareAcknowledge, 2),
    (ApiKey::AddRaftVoter, 1),
    (ApiKey::WriteShareGroupState, 1),
    (ApiKey::ReadShareGroupStateSummary, 1),
    (ApiKey::StreamsGroupHeartbeat, 0),
    (ApiKey::StreamsGroupDescribe, 0),
    (ApiKey::DescribeShareGroupOffsets, 1),
];

/// Whether the crate knows this version.
pub(super) fn knows(key: ApiKey, version: i16) -> bool {
    !GAPS
        .iter()
        .any(|(gap, first)| *gap == key && *first <= version)
}

/// Which of the two messages of a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Direction {
    Request,
    Response,
}

impl Direction {
    pub(super) const BOTH: [Self; 2] = [Self::Request, Self::Response];

    pub(super) fn schema(self, key: ApiKey) -> &'static Schema {
        match self {
            Self::Request => key.request_schema(),
            Self::Response => key.response_schema(),
        }
    }
}

/// A message as the crate represents it.
#[derive(Debug, PartialEq)]
pub(super) enum Theirs {
    Request(RequestKind),
    Response(ResponseKind),
}

/// Decodes the message and says how many bytes that took.
pub(super) fn decode(
    direction: Direction,
    key: ApiKey,
    version: i16,
    body: &[u8],
) -> Result<(Theirs, usize), String> {
    let mut bytes = Bytes::copy_from_slice(body);
    let theirs = Key::try_from(key.code()).unwrap();
    let message = match direction {
        Direction::Request => RequestKind::decode(theirs, &mut bytes, version).map(Theirs::Request),
        Direction::Response => {
            ResponseKind::decode(theirs, &mut bytes, version).map(Theirs::Response)
        }
    };
    match message {
        Ok(message) => Ok((message, body.len() - bytes.len())),
        Err(error) => Err(format!("{key} v{version}: {error:#}")),
    }
}

/// Encodes the message.
pub(super) fn encode(message: &Theirs, version: i16) -> BytesMut {
    let mut out = BytesMut::new();
    match message {
        Theirs::Request(request) => request.encode(&mut out, version).unwrap(),
        Theirs::Response(response) => response.encode(&mut out, version).unwrap(),
    }
    out
}

macro_rules! defaults {
    ($($key:ident)*) => {
        /// The message as it is if no field is set.
        pub(super) fn default(direction: Direction, key: ApiKey) -> Theirs {
            fn request<T: Default>(kind: fn(T) -> RequestKind) -> Theirs {
                Theirs::Request(kind(T::default()))
            }
            fn response<T: Default>(kind: fn(T) -> ResponseKind) -> Theirs {
                Theirs::Response(kind(T::default()))
            }
            match (direction, key) {
                $((Direction::Request, ApiKey::$key) => request(RequestKind::$key),)*
                $((Direction::Response, ApiKey::$key) => response(ResponseKind::$key),)*
                (_, ApiKey::StreamsGroupHeartbeat | ApiKey::StreamsGroupDescribe) => {
                    panic!("the crate does not know {key}")
                }
            }
        }
    };
}

defaults! {
    Produce Fetch ListOffsets Metadata OffsetCommit OffsetFetch FindCoordinator JoinGroup
    Heartbeat LeaveGroup SyncGroup DescribeGroups ListGroups SaslHandshake ApiVersions
    CreateTopics DeleteTopics DeleteRecords InitProducerId OffsetForLeaderEpoch AddPartitionsToTxn
    AddOffsetsToTxn EndTxn WriteTxnMarkers TxnOffsetCommit DescribeAcls CreateAcls DeleteAcls
    DescribeConfigs AlterConfigs AlterReplicaLogDirs DescribeLogDirs SaslAuthenticate
    CreatePartitions CreateDelegationToken RenewDelegationToken ExpireDelegationToken
    DescribeDelegationToken DeleteGroups ElectLeaders IncrementalAlterConfigs
    AlterPartitionReassignments ListPartitionReassignments OffsetDelete DescribeClientQuotas
    AlterClientQuotas DescribeUserScramCredentials AlterUserScramCredentials Vote BeginQuorumEpoch
    EndQuorumEpoch DescribeQuorum AlterPartition UpdateFeatures Envelope FetchSnapshot
    DescribeCluster DescribeProducers BrokerRegistration BrokerHeartbeat UnregisterBroker
    DescribeTransactions ListTransactions AllocateProducerIds ConsumerGroupHeartbeat
    ConsumerGroupDescribe ControllerRegistration GetTelemetrySubscriptions PushTelemetry
    AssignReplicasToDirs ListConfigResources DescribeTopicPartitions ShareGroupHeartbeat
    ShareGroupDescribe ShareFetch ShareAcknowledge AddRaftVoter RemoveRaftVoter UpdateRaftVoter
    InitializeShareGroupState ReadShareGroupState WriteShareGroupState DeleteShareGroupState
    ReadShareGroupStateSummary DescribeShareGroupOffsets AlterShareGroupOffsets
    DeleteShareGroupOffsets
}
