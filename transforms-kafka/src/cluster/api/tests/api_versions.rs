//! Are clients told what every broker and the proxy can do, and no more?

use super::build::{all, answer, contents, fields, int, list, request};
use crate::cluster::advertise::Presentation;
use crate::cluster::api::Offered;
use crate::cluster::api::api_versions::OfferError;
use crate::cluster::api::table::is_offered;
use shotover::wire::value::Structure;
use shotover::wire::{ApiKey, ErrorCode};

fn api(code: i16, min: i16, max: i16) -> Structure {
    fields()
        .with("ApiKey", i32::from(code))
        .with("MinVersion", i32::from(min))
        .with("MaxVersion", i32::from(max))
}

/// What a broker of Kafka 4.3 says, with the versions of some APIs changed; without those that end below 0.
pub(super) fn said(changed: &[(ApiKey, i16, i16)]) -> Structure {
    let versions = |key: &ApiKey| {
        let known = key.versions();
        let change = changed.iter().find(|(changed, ..)| changed == key);
        let (_, min, max) = *change.unwrap_or(&(*key, *known.start(), *known.end()));
        (max >= 0).then(|| api(key.code(), min, max))
    };
    fields().with("ApiKeys", list(ApiKey::ALL.iter().filter_map(versions)))
}

fn read(said: &Structure) -> Offered {
    let request = request(ApiKey::ApiVersions, 4, &fields());
    Offered::read(&answer(&request, said)).unwrap()
}

/// What a client of this version of ApiVersions is told about these brokers.
pub(super) fn told_in(version: i16, brokers: &[Structure]) -> Structure {
    let brokers: Vec<Offered> = brokers.iter().map(read).collect();
    let offered = Offered::common(brokers.iter(), Presentation::Brokers).unwrap();
    let request = request(ApiKey::ApiVersions, version, &fields());
    contents(&offered.answer(&request).unwrap())
}

pub(super) fn told(brokers: &[Structure]) -> Structure {
    told_in(4, brokers)
}

fn versions(told: &Structure, key: ApiKey) -> Option<(i64, i64)> {
    let apis = all(told, "ApiKeys").into_iter();
    let mut apis = apis.filter(|api| int(api, "ApiKey") == i64::from(key.code()));
    apis.next()
        .map(|api| (int(api, "MinVersion"), int(api, "MaxVersion")))
}

#[test]
fn all_apis_of_a_current_broker_are_offered_but_those_without_a_route() {
    let told = told(&[said(&[])]);
    for key in ApiKey::ALL {
        let known = key.versions();
        let expected = (i64::from(*known.start()), i64::from(*known.end()));
        assert_eq!(
            versions(&told, *key),
            is_offered(*key, Presentation::Brokers).then_some(expected)
        );
    }
}

/// Whatever else a broker can do is about one certain broker, or this proxy cannot make one answer of those of several.
const OFFERED_BY_PROXIES: [ApiKey; 59] = [
    ApiKey::Produce,
    ApiKey::Fetch,
    ApiKey::ListOffsets,
    ApiKey::Metadata,
    ApiKey::OffsetCommit,
    ApiKey::OffsetFetch,
    ApiKey::FindCoordinator,
    ApiKey::JoinGroup,
    ApiKey::Heartbeat,
    ApiKey::LeaveGroup,
    ApiKey::SyncGroup,
    ApiKey::DescribeGroups,
    ApiKey::ListGroups,
    ApiKey::SaslHandshake,
    ApiKey::ApiVersions,
    ApiKey::CreateTopics,
    ApiKey::DeleteTopics,
    ApiKey::DeleteRecords,
    ApiKey::InitProducerId,
    ApiKey::OffsetForLeaderEpoch,
    ApiKey::AddPartitionsToTxn,
    ApiKey::AddOffsetsToTxn,
    ApiKey::EndTxn,
    ApiKey::WriteTxnMarkers,
    ApiKey::TxnOffsetCommit,
    ApiKey::DescribeAcls,
    ApiKey::CreateAcls,
    ApiKey::DeleteAcls,
    ApiKey::DescribeConfigs,
    ApiKey::AlterConfigs,
    ApiKey::SaslAuthenticate,
    ApiKey::CreatePartitions,
    ApiKey::CreateDelegationToken,
    ApiKey::RenewDelegationToken,
    ApiKey::ExpireDelegationToken,
    ApiKey::DescribeDelegationToken,
    ApiKey::DeleteGroups,
    ApiKey::ElectLeaders,
    ApiKey::IncrementalAlterConfigs,
    ApiKey::OffsetDelete,
    ApiKey::DescribeClientQuotas,
    ApiKey::AlterClientQuotas,
    ApiKey::DescribeUserScramCredentials,
    ApiKey::AlterUserScramCredentials,
    ApiKey::UpdateFeatures,
    ApiKey::DescribeCluster,
    ApiKey::DescribeProducers,
    ApiKey::DescribeTransactions,
    ApiKey::ListTransactions,
    ApiKey::ConsumerGroupHeartbeat,
    ApiKey::ConsumerGroupDescribe,
    ApiKey::ListConfigResources,
    ApiKey::DescribeTopicPartitions,
    ApiKey::ShareGroupDescribe,
    ApiKey::StreamsGroupHeartbeat,
    ApiKey::StreamsGroupDescribe,
    ApiKey::DescribeShareGroupOffsets,
    ApiKey::AlterShareGroupOffsets,
    ApiKey::DeleteShareGroupOffsets,
];

#[test]
fn where_clients_see_the_proxies_nothing_is_offered_that_needs_one_certain_broker() {
    let broker = read(&said(&[]));
    let offered = Offered::common([broker].iter(), Presentation::Proxies).unwrap();
    let keys = ApiKey::ALL.iter();
    let keys: Vec<ApiKey> = keys
        .copied()
        .filter(|key| offered.latest(*key).is_some())
        .collect();
    assert_eq!(keys, OFFERED_BY_PROXIES);
}

#[test]
fn every_version_of_the_question_is_answered() {
    for version in ApiKey::ApiVersions.versions() {
        let told = told_in(version, &[said(&[])]);
        assert_eq!(int(&told, "ErrorCode"), 0);
        assert_eq!(versions(&told, ApiKey::Heartbeat), Some((0, 4)));
    }
}

#[test]
fn a_version_is_offered_if_all_brokers_have_it() {
    let key = ApiKey::OffsetFetch;
    let told = told(&[said(&[(key, 1, 9)]), said(&[(key, 3, 10)]), said(&[])]);
    assert_eq!(versions(&told, key), Some((3, 9)));
}

#[test]
fn an_api_that_some_broker_lacks_is_not_offered() {
    let key = ApiKey::ListConfigResources;
    let told = told(&[said(&[]), said(&[(key, 0, -1)])]);
    assert_eq!(versions(&told, key), None);
}

#[test]
fn an_api_without_a_common_version_is_not_offered() {
    let key = ApiKey::ShareGroupHeartbeat;
    let told = told(&[said(&[(key, 0, 0)])]);
    assert_eq!(versions(&told, key), None);
}

#[test]
fn versions_and_apis_that_the_proxy_does_not_know_are_not_offered() {
    let mut broker = said(&[(ApiKey::Fetch, 0, 99)]);
    let apis = broker.elements("ApiKeys").to_vec();
    let unknown = api(1000, 0, 1).into();
    broker.set("ApiKeys", [apis, vec![unknown]].concat());
    let told = told(&[broker]);
    assert_eq!(versions(&told, ApiKey::Fetch), Some((4, 18)));
    assert!(
        all(&told, "ApiKeys")
            .iter()
            .all(|api| int(api, "ApiKey") != 1000)
    );
}

#[test]
fn produce_is_offered_from_version_0_if_brokers_do_so() {
    let told_of = |min| {
        versions(
            &told(&[said(&[(ApiKey::Produce, min, 13)])]),
            ApiKey::Produce,
        )
    };
    assert_eq!(told_of(0), Some((0, 13)));
    assert_eq!(told_of(3), Some((3, 13)));
}

#[test]
fn without_topic_ids_in_metadata_no_request_uses_them() {
    let told = told(&[said(&[(ApiKey::Metadata, 0, 9)])]);
    let last = |key| versions(&told, key).unwrap().1;
    assert_eq!(last(ApiKey::Produce), 12);
    assert_eq!(last(ApiKey::Fetch), 12);
    assert_eq!(last(ApiKey::OffsetCommit), 9);
    assert_eq!(last(ApiKey::OffsetFetch), 9);
    assert_eq!(last(ApiKey::ListOffsets), 11);
}

#[test]
fn brokers_in_zookeeper_mode_are_ready_when_all_are() {
    let ready = |ready: bool| said(&[]).with("ZkMigrationReady", ready);
    let told_of = |brokers: &[Structure]| told(brokers).get("ZkMigrationReady").is_some();
    assert!(told_of(&[ready(true), ready(true)]));
    assert!(!told_of(&[ready(true), ready(false)]));
}

#[test]
fn without_brokers_nothing_is_known() {
    assert_eq!(Offered::common([].iter(), Presentation::Brokers), None);
}

#[test]
fn a_broker_that_lacks_the_version_of_the_question_refuses_it() {
    let request = request(ApiKey::ApiVersions, 4, &fields());
    let refused = request.error_response(ErrorCode::UNSUPPORTED_VERSION, None);
    let read = Offered::read(&refused.unwrap());
    assert!(matches!(
        read,
        Err(OfferError::Refused(ErrorCode::UNSUPPORTED_VERSION))
    ));
}

#[test]
fn brokers_answers_of_every_version_are_read() {
    for version in ApiKey::ApiVersions.versions() {
        let request = request(ApiKey::ApiVersions, version, &fields());
        let offered = Offered::read(&answer(&request, &said(&[]))).unwrap();
        assert_eq!(offered.latest(ApiKey::Heartbeat), Some(4));
    }
}
