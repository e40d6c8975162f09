//! Does each request find its broker?

use super::build::{every_version, fields, full, list, request, request_of};
use crate::cluster::api::{Route, route};
use crate::cluster::view::{CoordinatorKey, CoordinatorKind};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, Topic};

#[track_caller]
fn check(request: &Message, expected: &Route<'_>) {
    let body = request.body_bytes().unwrap();
    let found = route(request.request_ref(), &body);
    let (key, version) = (request.api_key(), request.api_version());
    assert_eq!(found.as_ref(), Ok(expected), "{key} v{version}");
}

#[track_caller]
pub(super) fn check_contents(
    key: ApiKey,
    version: i16,
    contents: &Structure,
    expected: &Route<'_>,
) {
    check(&request(key, version, contents), expected);
}

fn coordinator(kind: CoordinatorKind, name: &'static str) -> Route<'static> {
    Route::Coordinator(CoordinatorKey {
        kind,
        name: Bytes::from_static(name.as_bytes()),
    })
}

fn group(name: &'static str) -> Route<'static> {
    coordinator(CoordinatorKind::Group, name)
}

fn transaction(name: &'static str) -> Route<'static> {
    coordinator(CoordinatorKind::Transaction, name)
}

pub(super) fn named(name: &str, partition: i32) -> Route<'_> {
    Route::Leader {
        topic: Topic::Name(name.as_bytes()),
        partition,
        epoch: None,
    }
}

/// The same for a client that knows of this election.
pub(super) fn known_since<'a>(route: Route<'a>, known: i32) -> Route<'a> {
    let Route::Leader {
        topic, partition, ..
    } = route
    else {
        panic!("{route:?}");
    };
    Route::Leader {
        topic,
        partition,
        epoch: Some(known),
    }
}

pub(super) fn by_id(partition: i32) -> Route<'static> {
    Route::Leader {
        topic: Topic::Id([7; 16]),
        partition,
        epoch: None,
    }
}

/// Where a request goes in which each field is filled: text is `text`, ids are of sevens, and numbers are 1.
#[expect(clippy::too_many_lines, reason = "a line per key")]
fn expected(key: ApiKey, version: i16) -> Route<'static> {
    match key {
        ApiKey::Produce if version >= 13 => by_id(1),
        ApiKey::Fetch if version >= 7 => Route::FetchSession { id: 1, epoch: 1 },
        ApiKey::ListOffsets if version >= 4 => known_since(named("text", 1), 1),
        ApiKey::OffsetForLeaderEpoch => known_since(named("text", 1), 1),
        ApiKey::Produce
        | ApiKey::Fetch
        | ApiKey::ListOffsets
        | ApiKey::DeleteRecords
        | ApiKey::DescribeProducers
        | ApiKey::WriteTxnMarkers => named("text", 1),
        ApiKey::ShareFetch | ApiKey::ShareAcknowledge => by_id(1),
        ApiKey::OffsetCommit
        | ApiKey::OffsetFetch
        | ApiKey::JoinGroup
        | ApiKey::Heartbeat
        | ApiKey::LeaveGroup
        | ApiKey::SyncGroup
        | ApiKey::DescribeGroups
        | ApiKey::DeleteGroups
        | ApiKey::OffsetDelete
        | ApiKey::TxnOffsetCommit
        | ApiKey::ConsumerGroupHeartbeat
        | ApiKey::ConsumerGroupDescribe
        | ApiKey::ShareGroupHeartbeat
        | ApiKey::ShareGroupDescribe
        | ApiKey::StreamsGroupHeartbeat
        | ApiKey::StreamsGroupDescribe
        | ApiKey::DescribeShareGroupOffsets
        | ApiKey::AlterShareGroupOffsets
        | ApiKey::DeleteShareGroupOffsets => group("text"),
        ApiKey::InitProducerId
        | ApiKey::AddPartitionsToTxn
        | ApiKey::AddOffsetsToTxn
        | ApiKey::EndTxn
        | ApiKey::DescribeTransactions => transaction("text"),
        ApiKey::InitializeShareGroupState
        | ApiKey::ReadShareGroupState
        | ApiKey::WriteShareGroupState
        | ApiKey::DeleteShareGroupState
        | ApiKey::ReadShareGroupStateSummary => {
            coordinator(CoordinatorKind::Share, "text:BwcHBwcHBwcHBwcHBwcHBw:1")
        }
        ApiKey::ListGroups
        | ApiKey::ListTransactions
        | ApiKey::DescribeLogDirs
        | ApiKey::AlterReplicaLogDirs => Route::All,
        ApiKey::ApiVersions => Route::ApiVersions,
        ApiKey::SaslHandshake => Route::SaslHandshake,
        ApiKey::SaslAuthenticate => Route::SaslAuthenticate,
        ApiKey::Vote
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
        | ApiKey::UpdateRaftVoter => Route::Refused,
        ApiKey::PushTelemetry
        | ApiKey::CreateTopics
        | ApiKey::DeleteTopics
        | ApiKey::CreateAcls
        | ApiKey::DeleteAcls
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
        | ApiKey::RemoveRaftVoter => Route::Controller,
        ApiKey::GetTelemetrySubscriptions
        | ApiKey::Metadata
        | ApiKey::FindCoordinator
        | ApiKey::DescribeAcls
        | ApiKey::DescribeConfigs
        | ApiKey::AlterConfigs
        | ApiKey::IncrementalAlterConfigs
        | ApiKey::DescribeDelegationToken
        | ApiKey::DescribeClientQuotas
        | ApiKey::DescribeUserScramCredentials
        | ApiKey::DescribeCluster
        | ApiKey::ListConfigResources
        | ApiKey::DescribeTopicPartitions => Route::Any,
    }
}

#[test]
fn every_request_of_every_version_has_its_route() {
    for (key, version) in every_version() {
        let contents = full(key.request_schema().fields(), version);
        check_contents(key, version, &contents, &expected(key, version));
    }
}

#[test]
fn a_request_that_names_nothing_goes_to_any_broker() {
    for (key, version) in every_version() {
        let mut expected = expected(key, version);
        if matches!(key, ApiKey::ShareFetch | ApiKey::ShareAcknowledge) {
            expected = Route::ShareSession { epoch: 0 };
        } else if matches!(&expected, Route::Coordinator(of) if of.kind == CoordinatorKind::Group)
            && names_one_group(key, version)
        {
            // An empty name is the name of a group, but of no transaction.
            expected = group("");
        } else if names_something(&expected) {
            expected = Route::Any;
        }
        check_contents(key, version, &fields(), &expected);
    }
}

fn names_something(route: &Route<'_>) -> bool {
    matches!(
        route,
        Route::Leader { .. } | Route::FetchSession { .. } | Route::Coordinator(_)
    )
}

fn names_one_group(key: ApiKey, version: i16) -> bool {
    let mut fields = key.request_schema().fields().iter();
    fields.any(|field| field.name() == "GroupId" && field.exists(version))
}

#[test]
fn the_first_topic_that_has_partitions_decides_where_records_go() {
    let partition = |index: i32| fields().with("Index", index);
    let topic = |name: &str, partitions| {
        fields()
            .with("Name", name)
            .with("PartitionData", partitions)
    };
    let topics = list([
        topic("empty", list([])),
        topic("t", list([partition(5), partition(6)])),
    ]);
    let contents = fields().with("TopicData", topics);
    for version in 3..=12 {
        check_contents(ApiKey::Produce, version, &contents, &named("t", 5));
    }
}

/// Two topics, the first of which names no partitions.
fn topics(names: (&'static str, [Value; 2]), of: &'static str, partitions: Value) -> Structure {
    let (field, [empty, named]) = names;
    let topics = [(empty, list([])), (named, partitions)]
        .map(|(name, partitions)| fields().with(field, name).with(of, partitions));
    fields().with("Topics", list(topics))
}

#[test]
fn the_first_partition_of_any_topic_decides() {
    let name = |field| (field, ["empty", "t"].map(Value::from));
    let id = || ("TopicId", [[1; 16], [7; 16]].map(Value::Uuid));
    let of = |field: &'static str| list([5, 6].map(|index| fields().with(field, index)));
    let indexes = || Value::Array(vec![5.into(), 6.into()]);
    let by_name = || topics(name("Name"), "Partitions", of("PartitionIndex"));
    let by_topic_id = || topics(id(), "Partitions", of("PartitionIndex"));
    let state = topics(id(), "Partitions", of("Partition")).with("GroupId", "g");
    let producers = || topics(name("Name"), "PartitionIndexes", indexes());
    let markers = list([fields(), producers()]);
    let epochs = list([3, 4].map(|since: i32| {
        let partition = fields().with("Partition", 5);
        partition.with("CurrentLeaderEpoch", since)
    }));
    let epochs = topics(name("Topic"), "Partitions", epochs);
    let keeper = coordinator(CoordinatorKind::Share, "g:BwcHBwcHBwcHBwcHBwcHBw:5");
    for (key, version, contents, expected) in [
        (ApiKey::ListOffsets, 2, by_name(), named("t", 5)),
        (ApiKey::DeleteRecords, 2, by_name(), named("t", 5)),
        (
            ApiKey::OffsetForLeaderEpoch,
            4,
            epochs,
            known_since(named("t", 5), 3),
        ),
        (ApiKey::DescribeProducers, 0, producers(), named("t", 5)),
        (
            ApiKey::WriteTxnMarkers,
            1,
            fields().with("Markers", markers),
            named("t", 5),
        ),
        (ApiKey::ShareFetch, 1, by_topic_id(), by_id(5)),
        (ApiKey::ShareAcknowledge, 1, by_topic_id(), by_id(5)),
        (ApiKey::ReadShareGroupState, 0, state, keeper),
    ] {
        check_contents(key, version, &contents, &expected);
    }
}

#[test]
fn a_share_fetch_of_nothing_goes_to_the_share_session() {
    let contents = fields().with("ShareSessionEpoch", 4);
    for key in [ApiKey::ShareFetch, ApiKey::ShareAcknowledge] {
        check_contents(key, 1, &contents, &Route::ShareSession { epoch: 4 });
    }
}

#[test]
fn a_producer_without_a_transactional_id_asks_any_broker() {
    for version in ApiKey::InitProducerId.versions() {
        let contents = fields().with("TransactionalId", Value::Null);
        check_contents(ApiKey::InitProducerId, version, &contents, &Route::Any);
    }
}

#[test]
fn brokers_add_the_partitions_of_the_first_transaction() {
    let transactions = list(["a", "b"].map(|id| fields().with("TransactionalId", id)));
    let contents = fields().with("Transactions", transactions);
    check_contents(ApiKey::AddPartitionsToTxn, 4, &contents, &transaction("a"));
}

const CONFIGS: [ApiKey; 3] = [
    ApiKey::DescribeConfigs,
    ApiKey::AlterConfigs,
    ApiKey::IncrementalAlterConfigs,
];

#[test]
fn the_configuration_of_a_broker_is_asked_of_that_broker() {
    let resource = |kind: i32, name: &str| {
        fields()
            .with("ResourceType", kind)
            .with("ResourceName", name)
    };
    let any = [
        resource(2, "12"),
        resource(4, ""),
        resource(8, "x"),
        resource(4, "-1"),
    ];
    let named = |kind| {
        list(
            any.clone()
                .into_iter()
                .chain([resource(kind, "12"), resource(4, "13")]),
        )
    };
    for key in CONFIGS {
        for version in key.versions() {
            let resources = |value: Value| fields().with("Resources", value);
            check_contents(key, version, &resources(list(any.clone())), &Route::Any);
            for kind in [4, 8] {
                let expected = Route::Broker(BrokerId(12));
                check_contents(key, version, &resources(named(kind)), &expected);
            }
        }
    }
}

#[test]
fn the_state_of_a_share_group_is_asked_for_by_kafkas_own_key() {
    let topic = fields()
        .with(
            "TopicId",
            Value::Uuid(*b"\xfb\xff\xfe\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\xff"),
        )
        .with("Partitions", list([fields().with("Partition", 21)]));
    let contents = fields().with("GroupId", "g").with("Topics", list([topic]));
    let expected = coordinator(CoordinatorKind::Share, "g:-__-AAECAwQFBgcICQoL_w:21");
    check_contents(ApiKey::ReadShareGroupState, 0, &contents, &expected);
}

#[test]
fn a_malformed_request_has_no_route() {
    for key in [
        ApiKey::Produce,
        ApiKey::Fetch,
        ApiKey::ListOffsets,
        ApiKey::Heartbeat,
    ] {
        let request = request_of(key, *key.versions().end(), &[0]);
        let body = request.body_bytes().unwrap();
        assert!(route(request.request_ref(), &body).is_err());
    }
}
