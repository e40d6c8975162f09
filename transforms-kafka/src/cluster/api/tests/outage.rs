//! Is each client told what makes it do the right thing?

use super::build::{every_version, fields, full, list, request};
use crate::cluster::api::{Outage, error_for, idempotent, outage_answer};
use shotover::message::Message;
use shotover::wire::peek::first_error;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, ErrorCode};

const NO_LEADER: Option<i16> = Some(6);
const TIMED_OUT: Option<i16> = Some(7);
const LOADING: Option<i16> = Some(14);
const NO_COORDINATOR: Option<i16> = Some(15);
const NO_CONTROLLER: Option<i16> = Some(41);
const NO_SESSION: Option<i16> = Some(70);
const UNKNOWN_SUBSCRIPTION: Option<i16> = Some(117);
const NO_SHARE_SESSION: Option<i16> = Some(122);
const CLOSE: Option<i16> = None;

/// The codes for a route that is not known, a broker that was not reached, and one that was lost.
type Codes = [Option<i16>; 3];

#[track_caller]
fn check(request: &Message, expected: Codes) {
    let outages = [
        Outage::RouteUnknown,
        Outage::NotReached,
        Outage::LostAfterSend,
    ];
    let codes = outages.map(|outage| error_for(request, outage).map(|code| code.0));
    let (key, version) = (request.api_key(), request.api_version());
    assert_eq!(codes, expected, "{key} v{version}");
    for (outage, code) in outages.into_iter().zip(expected) {
        let answer = outage_answer(request, outage);
        assert_eq!(answer.is_some(), code.is_some(), "{key} v{version}");
        if let (Some(answer), Some(code)) = (answer, code) {
            let body = answer.body_bytes().unwrap();
            let error = first_error(key.response_schema(), version, &body).unwrap();
            assert_eq!(error, ErrorCode(code), "{key} v{version}");
        }
    }
}

/// The table in the protocol's own words: what each API says for a request that names something of everything.
#[expect(clippy::too_many_lines, reason = "a line per key")]
fn expected(key: ApiKey, version: i16) -> Codes {
    match key {
        ApiKey::Produce | ApiKey::DeleteRecords => [NO_LEADER, NO_LEADER, TIMED_OUT],
        ApiKey::Fetch if version >= 7 => [NO_SESSION, NO_LEADER, NO_LEADER],
        ApiKey::Fetch
        | ApiKey::ListOffsets
        | ApiKey::OffsetForLeaderEpoch
        | ApiKey::DescribeProducers
        | ApiKey::WriteTxnMarkers => [NO_LEADER; 3],
        ApiKey::ShareFetch | ApiKey::ShareAcknowledge => [NO_LEADER, NO_LEADER, NO_SHARE_SESSION],
        ApiKey::TxnOffsetCommit => [NO_COORDINATOR, NO_COORDINATOR, TIMED_OUT],
        ApiKey::FindCoordinator
        | ApiKey::OffsetCommit
        | ApiKey::JoinGroup
        | ApiKey::SyncGroup
        | ApiKey::Heartbeat
        | ApiKey::LeaveGroup
        | ApiKey::ConsumerGroupHeartbeat
        | ApiKey::ShareGroupHeartbeat
        | ApiKey::StreamsGroupHeartbeat
        | ApiKey::InitProducerId
        | ApiKey::AddPartitionsToTxn
        | ApiKey::AddOffsetsToTxn
        | ApiKey::EndTxn
        | ApiKey::DescribeGroups
        | ApiKey::ConsumerGroupDescribe
        | ApiKey::ShareGroupDescribe
        | ApiKey::StreamsGroupDescribe
        | ApiKey::DeleteGroups
        | ApiKey::OffsetDelete
        | ApiKey::DescribeTransactions
        | ApiKey::DescribeShareGroupOffsets
        | ApiKey::AlterShareGroupOffsets
        | ApiKey::DeleteShareGroupOffsets
        | ApiKey::InitializeShareGroupState
        | ApiKey::ReadShareGroupState
        | ApiKey::WriteShareGroupState
        | ApiKey::DeleteShareGroupState
        | ApiKey::ReadShareGroupStateSummary => [NO_COORDINATOR; 3],
        ApiKey::OffsetFetch | ApiKey::ListGroups | ApiKey::ListTransactions => [LOADING; 3],
        ApiKey::CreateTopics
        | ApiKey::DeleteTopics
        | ApiKey::CreateAcls
        | ApiKey::DeleteAcls
        | ApiKey::AlterConfigs
        | ApiKey::IncrementalAlterConfigs
        | ApiKey::CreatePartitions
        | ApiKey::CreateDelegationToken
        | ApiKey::RenewDelegationToken
        | ApiKey::ExpireDelegationToken
        | ApiKey::ElectLeaders
        | ApiKey::AlterPartitionReassignments
        | ApiKey::ListPartitionReassignments
        | ApiKey::AlterClientQuotas
        | ApiKey::AlterUserScramCredentials
        | ApiKey::DescribeQuorum
        | ApiKey::UpdateFeatures
        | ApiKey::UnregisterBroker
        | ApiKey::AddRaftVoter
        | ApiKey::RemoveRaftVoter => [NO_CONTROLLER, NO_CONTROLLER, TIMED_OUT],
        ApiKey::DescribeConfigs | ApiKey::DescribeLogDirs | ApiKey::AlterReplicaLogDirs => {
            [TIMED_OUT; 3]
        }
        ApiKey::Metadata
        | ApiKey::DescribeAcls
        | ApiKey::DescribeCluster
        | ApiKey::DescribeDelegationToken
        | ApiKey::DescribeClientQuotas
        | ApiKey::DescribeUserScramCredentials
        | ApiKey::ListConfigResources
        | ApiKey::DescribeTopicPartitions
        | ApiKey::ApiVersions
        | ApiKey::SaslHandshake
        | ApiKey::SaslAuthenticate
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
        | ApiKey::UpdateRaftVoter => [CLOSE; 3],
        ApiKey::GetTelemetrySubscriptions | ApiKey::PushTelemetry => [UNKNOWN_SUBSCRIPTION; 3],
    }
}

#[test]
fn every_request_of_every_version_fails_as_it_should() {
    for (key, version) in every_version() {
        let contents = full(key.request_schema().fields(), version);
        check(&request(key, version, &contents), expected(key, version));
    }
}

#[test]
fn records_that_nobody_acknowledges_close_the_connection() {
    for version in ApiKey::Produce.versions() {
        let contents = full(ApiKey::Produce.request_schema().fields(), version);
        check(
            &request(ApiKey::Produce, version, &contents.with("Acks", 0)),
            [CLOSE; 3],
        );
    }
}

#[test]
fn a_producer_without_a_transactional_id_is_not_sent_to_look_for_a_coordinator() {
    let contents = fields().with("TransactionalId", Value::Null);
    check(&request(ApiKey::InitProducerId, 4, &contents), [LOADING; 3]);
}

#[test]
fn the_configuration_of_a_broker_is_a_matter_of_that_broker() {
    let resource = fields().with("ResourceType", 4).with("ResourceName", "12");
    let contents = fields().with("Resources", list([resource]));
    for key in [
        ApiKey::DescribeConfigs,
        ApiKey::AlterConfigs,
        ApiKey::IncrementalAlterConfigs,
    ] {
        check(&request(key, 1, &contents), [TIMED_OUT; 3]);
    }
}

fn fetch(session: (i32, i32), topics: impl IntoIterator<Item = Structure>) -> Message {
    let contents = fields()
        .with("SessionId", session.0)
        .with("SessionEpoch", session.1)
        .with("Topics", list(topics));
    request(ApiKey::Fetch, 12, &contents)
}

#[test]
fn a_fetch_session_is_lost_with_its_broker() {
    check(&fetch((9, 3), []), [NO_SESSION; 3]);
}

#[test]
fn a_fetch_session_survives_for_the_partitions_it_is_asked_to_add() {
    let partitions = list([fields().with("Partition", 3)]);
    let topic = fields().with("Topic", "t").with("Partitions", partitions);
    check(
        &fetch((9, 3), [topic.clone()]),
        [NO_SESSION, NO_LEADER, NO_LEADER],
    );
    check(&fetch((9, 0), [topic]), [NO_LEADER; 3]);
}

#[test]
fn a_share_session_is_lost_with_its_broker() {
    for key in [ApiKey::ShareFetch, ApiKey::ShareAcknowledge] {
        check(&request(key, 1, &fields()), [NO_SHARE_SESSION; 3]);
    }
}

#[test]
fn a_client_that_places_replicas_is_told_why_it_must_not() {
    for key in [ApiKey::CreateTopics, ApiKey::CreatePartitions] {
        let contents = full(key.request_schema().fields(), 3);
        let answer = outage_answer(&request(key, 3, &contents), Outage::ReplicasPlaced).unwrap();
        let body = answer.body_bytes().unwrap();
        let error = first_error(key.response_schema(), 3, &body).unwrap();
        assert_eq!(error, ErrorCode::INVALID_REPLICA_ASSIGNMENT);
        assert!(String::from_utf8_lossy(&body).contains("placed by broker id"));
    }
}

#[test]
fn what_every_broker_can_say_may_be_asked_of_another() {
    for key in [
        ApiKey::Metadata,
        ApiKey::FindCoordinator,
        ApiKey::DescribeCluster,
    ] {
        assert!(idempotent(key));
    }
    for key in [
        ApiKey::Produce,
        ApiKey::InitProducerId,
        ApiKey::CreateTopics,
        ApiKey::OffsetCommit,
        ApiKey::AlterConfigs,
    ] {
        assert!(!idempotent(key));
    }
}
