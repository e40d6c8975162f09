//! Which request is this, and in which versions does it exist?

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use thiserror::Error;

use super::Encoding;
use super::schema::{self, Schema};

macro_rules! api_keys {
    ($($name:ident = $code:literal,)*) => {
        /// The requests of Kafka 4.3, under their names in Kafka's sources.
        ///
        /// Keys 4 to 7, from before KRaft, no longer exist.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(i16)]
        #[expect(missing_docs, reason = "the names are Kafka's")]
        pub enum ApiKey {
            $($name = $code,)*
        }

        impl ApiKey {
            /// All keys, in the order of their codes.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The number that stands for this key on the wire.
            pub const fn code(self) -> i16 {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The key with this number, if Kafka 4.3 has one.
            pub const fn from_code(code: i16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name in Kafka's sources, such as `Produce`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}

api_keys! {
    Produce = 0,
    Fetch = 1,
    ListOffsets = 2,
    Metadata = 3,
    OffsetCommit = 8,
    OffsetFetch = 9,
    FindCoordinator = 10,
    JoinGroup = 11,
    Heartbeat = 12,
    LeaveGroup = 13,
    SyncGroup = 14,
    DescribeGroups = 15,
    ListGroups = 16,
    SaslHandshake = 17,
    ApiVersions = 18,
    CreateTopics = 19,
    DeleteTopics = 20,
    DeleteRecords = 21,
    InitProducerId = 22,
    OffsetForLeaderEpoch = 23,
    AddPartitionsToTxn = 24,
    AddOffsetsToTxn = 25,
    EndTxn = 26,
    WriteTxnMarkers = 27,
    TxnOffsetCommit = 28,
    DescribeAcls = 29,
    CreateAcls = 30,
    DeleteAcls = 31,
    DescribeConfigs = 32,
    AlterConfigs = 33,
    AlterReplicaLogDirs = 34,
    DescribeLogDirs = 35,
    SaslAuthenticate = 36,
    CreatePartitions = 37,
    CreateDelegationToken = 38,
    RenewDelegationToken = 39,
    ExpireDelegationToken = 40,
    DescribeDelegationToken = 41,
    DeleteGroups = 42,
    ElectLeaders = 43,
    IncrementalAlterConfigs = 44,
    AlterPartitionReassignments = 45,
    ListPartitionReassignments = 46,
    OffsetDelete = 47,
    DescribeClientQuotas = 48,
    AlterClientQuotas = 49,
    DescribeUserScramCredentials = 50,
    AlterUserScramCredentials = 51,
    Vote = 52,
    BeginQuorumEpoch = 53,
    EndQuorumEpoch = 54,
    DescribeQuorum = 55,
    AlterPartition = 56,
    UpdateFeatures = 57,
    Envelope = 58,
    FetchSnapshot = 59,
    DescribeCluster = 60,
    DescribeProducers = 61,
    BrokerRegistration = 62,
    BrokerHeartbeat = 63,
    UnregisterBroker = 64,
    DescribeTransactions = 65,
    ListTransactions = 66,
    AllocateProducerIds = 67,
    ConsumerGroupHeartbeat = 68,
    ConsumerGroupDescribe = 69,
    ControllerRegistration = 70,
    GetTelemetrySubscriptions = 71,
    PushTelemetry = 72,
    AssignReplicasToDirs = 73,
    ListConfigResources = 74,
    DescribeTopicPartitions = 75,
    ShareGroupHeartbeat = 76,
    ShareGroupDescribe = 77,
    ShareFetch = 78,
    ShareAcknowledge = 79,
    AddRaftVoter = 80,
    RemoveRaftVoter = 81,
    UpdateRaftVoter = 82,
    InitializeShareGroupState = 83,
    ReadShareGroupState = 84,
    WriteShareGroupState = 85,
    DeleteShareGroupState = 86,
    ReadShareGroupStateSummary = 87,
    StreamsGroupHeartbeat = 88,
    StreamsGroupDescribe = 89,
    DescribeShareGroupOffsets = 90,
    AlterShareGroupOffsets = 91,
    DeleteShareGroupOffsets = 92,
}

/// A number or name that stands for no request of Kafka 4.3.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnknownApiKey {
    /// No request has this number.
    #[error("there is no api key {0}")]
    Code(i16),
    /// No request has this name.
    #[error("there is no api key named {0:?}")]
    Name(String),
}

impl ApiKey {
    /// The versions of request and response, which are always the same.
    pub fn versions(self) -> RangeInclusive<i16> {
        self.request_schema().versions()
    }

    /// The versions that brokers offer. They offer Produce from version 0, which they refuse: librdkafka takes what it
    /// can do from that (KAFKA-18659).
    pub fn offered_versions(self) -> RangeInclusive<i16> {
        let versions = self.versions();
        if self == Self::Produce {
            0..=*versions.end()
        } else {
            versions
        }
    }

    /// Whether request and response are flexible at this version (KIP-482): compact lengths and tagged fields.
    pub fn is_flexible(self, version: i16) -> bool {
        self.encoding(version) == Encoding::Compact
    }

    /// How the bodies of request and response write lengths at this version.
    #[inline]
    pub fn encoding(self, version: i16) -> Encoding {
        self.request_schema().encoding(version)
    }

    /// The version of the header in front of a request of this version.
    pub fn request_header_version(self, version: i16) -> i16 {
        match self.encoding(version) {
            Encoding::Fixed => 1,
            Encoding::Compact => 2,
        }
    }

    /// The version of the header in front of a response of this version.
    ///
    /// ApiVersions keeps the first, since its client does not know yet what the broker can read (KIP-511).
    #[inline]
    pub fn response_header_version(self, version: i16) -> i16 {
        match self.encoding(version) {
            Encoding::Compact if self != Self::ApiVersions => 1,
            Encoding::Compact | Encoding::Fixed => 0,
        }
    }

    /// What the body of a request looks like.
    #[inline]
    pub fn request_schema(self) -> &'static Schema {
        schema::request(self)
    }

    /// What the body of a response looks like.
    #[inline]
    pub fn response_schema(self) -> &'static Schema {
        schema::response(self)
    }
}

impl TryFrom<i16> for ApiKey {
    type Error = UnknownApiKey;

    fn try_from(code: i16) -> Result<Self, UnknownApiKey> {
        Self::from_code(code).ok_or(UnknownApiKey::Code(code))
    }
}

impl FromStr for ApiKey {
    type Err = UnknownApiKey;

    fn from_str(name: &str) -> Result<Self, UnknownApiKey> {
        let known = Self::ALL.iter().find(|key| key.name() == name);
        known
            .copied()
            .ok_or_else(|| UnknownApiKey::Name(name.to_owned()))
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_back_to_their_key() {
        for key in ApiKey::ALL {
            assert_eq!(ApiKey::from_code(key.code()), Some(*key));
            assert_eq!(ApiKey::try_from(key.code()), Ok(*key));
            assert_eq!(key.to_string().parse(), Ok(*key));
        }
    }

    #[test]
    fn removed_and_future_keys_are_unknown() {
        for code in [-1, 4, 5, 6, 7, 93, 94, i16::MAX] {
            assert_eq!(ApiKey::from_code(code), None);
            assert_eq!(ApiKey::try_from(code), Err(UnknownApiKey::Code(code)));
        }
    }

    #[test]
    fn names_are_spelt_exactly() {
        assert_eq!("Produce".parse(), Ok(ApiKey::Produce));
        assert!("produce".parse::<ApiKey>().is_err());
    }

    #[test]
    fn requests_and_responses_have_the_same_versions() {
        for key in ApiKey::ALL {
            let (request, response) = (key.request_schema(), key.response_schema());
            assert_eq!(request.name(), format!("{key}Request"));
            assert_eq!(response.name(), format!("{key}Response"));
            assert_eq!(request.versions(), response.versions());
            for version in request.versions() {
                assert_eq!(request.encoding(version), response.encoding(version));
            }
        }
    }

    #[test]
    fn versions_are_those_of_kafka_4_3() {
        assert_eq!(ApiKey::Produce.versions(), 3..=13);
        assert_eq!(ApiKey::ApiVersions.versions(), 0..=4);
        assert_eq!(ApiKey::TxnOffsetCommit.versions(), 0..=5);
        assert_eq!(ApiKey::StreamsGroupDescribe.versions(), 0..=0);
    }

    #[test]
    fn headers_become_flexible_with_the_body_except_in_front_of_api_versions_responses() {
        assert_eq!(ApiKey::Produce.request_header_version(8), 1);
        assert_eq!(ApiKey::Produce.request_header_version(9), 2);
        assert_eq!(ApiKey::Produce.response_header_version(8), 0);
        assert_eq!(ApiKey::Produce.response_header_version(9), 1);
        assert_eq!(ApiKey::ApiVersions.request_header_version(3), 2);
        assert_eq!(ApiKey::ApiVersions.response_header_version(3), 0);
        assert!(!ApiKey::SaslHandshake.is_flexible(1));
    }
}
