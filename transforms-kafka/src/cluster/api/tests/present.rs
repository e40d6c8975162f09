//! Is no broker seen where clients take the proxies for the brokers?

use super::build::{all, answer, answer_of, contents, every_version, fields, full, list, request};
use super::conceal::OF_CLIENTS;
use super::parted::TwoProxies;
use crate::cluster::advertise::Presentation;
use crate::cluster::api::present;
use crate::cluster::api::table::is_offered;
use bytes::Bytes;
use shotover::message::Message;
use shotover::wire::schema::{Field, Type};
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, ErrorCode};

const HOST: &str = "broker.internal";
const RACK: &str = "hidden-rack";
/// Ids of brokers begin with these bytes.
const BROKER: [u8; 3] = [0x7a, 0x5a, 0x5a];

fn offered() -> impl Iterator<Item = (ApiKey, i16)> {
    every_version().filter(|(key, _)| is_offered(*key, Presentation::Proxies))
}

fn presented(answer: Message) -> Message {
    present(answer, &TwoProxies).unwrap()
}

fn broker(number: i32) -> i32 {
    0x7a5a_5a00 + number
}

fn names_a_broker(field: &str) -> bool {
    let ends = [
        "NodeId",
        "BrokerId",
        "LeaderId",
        "ControllerId",
        "ReadReplica",
    ];
    ends.iter().any(|end| field.ends_with(end))
}

fn names_brokers(field: &str) -> bool {
    ["Replica", "Isr", "Elr", "BrokerIds"]
        .iter()
        .any(|part| field.contains(part))
}

/// Everything filled, and a broker named wherever one can be.
fn telling(fields: &'static [Field], version: i16) -> Structure {
    let mut structure = full(fields, version);
    for field in fields.iter().filter(|field| field.exists(version)) {
        let value = match (field.name(), field.kind()) {
            ("Host", _) => HOST.into(),
            ("Rack", _) => RACK.into(),
            (name, Type::Int32) if names_a_broker(name) => broker(1).into(),
            (name, Type::Array(Type::Int32)) if names_brokers(name) => {
                let ids = (0..3).map(|number| broker(number).into());
                Value::Array(ids.collect())
            }
            (_, Type::Array(Type::Struct(fields))) => {
                let element = telling(fields, version);
                list([element.clone(), element])
            }
            (_, Type::Struct(fields)) => telling(fields, version).into(),
            _ => continue,
        };
        structure.set(field.name(), value);
    }
    structure
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn no_broker_is_named_in_any_answer_of_any_version() {
    let mut telling_versions = 0;
    for (key, version) in offered() {
        let request = request(key, version, &fields());
        let said = answer(&request, &telling(key.response_schema().fields(), version));
        telling_versions += u32::from(contains(&said.body_bytes().unwrap(), &BROKER));
        let shown = presented(said).into_frame().unwrap().contiguous();
        assert!(!contains(&shown, &BROKER), "{key} v{version}");
        assert!(!contains(&shown, RACK.as_bytes()), "{key} v{version}");
        let tells_of_clients = OF_CLIENTS.contains(&key);
        assert_eq!(
            contains(&shown, HOST.as_bytes()),
            tells_of_clients,
            "{key} v{version}"
        );
    }
    let expected = [
        ApiKey::Metadata.versions().count(),
        ApiKey::FindCoordinator.versions().count(),
        ApiKey::DescribeCluster.versions().count(),
        (10..=*ApiKey::Produce.versions().end()).count(),
        (11..=*ApiKey::Fetch.versions().end()).count(),
        ApiKey::DescribeTopicPartitions.versions().count(),
    ];
    assert_eq!(telling_versions as usize, expected.iter().sum::<usize>());
}

#[test]
fn what_names_no_broker_is_passed_on_as_it_came() {
    let rewritten = [
        ApiKey::Produce,
        ApiKey::Fetch,
        ApiKey::Metadata,
        ApiKey::FindCoordinator,
        ApiKey::DescribeCluster,
        ApiKey::DescribeTopicPartitions,
    ];
    for (key, version) in offered().filter(|(key, _)| !rewritten.contains(key)) {
        let request = request(key, version, &fields());
        let said = answer(&request, &full(key.response_schema().fields(), version));
        let body = said.body_bytes().unwrap();
        assert_eq!(
            presented(said).body_bytes().unwrap(),
            body,
            "{key} v{version}"
        );
    }
}

/// But for Metadata and DescribeCluster, an error of the proxy names no broker.
#[test]
fn errors_are_passed_on_as_they_are() {
    for (key, version) in offered().filter(|(key, _)| *key != ApiKey::Metadata) {
        let request = request(key, version, &full(key.request_schema().fields(), version));
        let error = request
            .error_response(ErrorCode::REQUEST_TIMED_OUT, None)
            .unwrap();
        let body = error.body_bytes().unwrap();
        assert_eq!(
            presented(error).body_bytes().unwrap(),
            body,
            "{key} v{version}"
        );
    }
}

fn found(id: i32) -> Structure {
    let found = fields().with("Key", "g").with("NodeId", id);
    found.with("Host", HOST).with("Port", 9092)
}

#[test]
fn a_proxy_coordinates_what_its_broker_coordinates() {
    for version in ApiKey::FindCoordinator.versions() {
        let request = request(ApiKey::FindCoordinator, version, &fields());
        let said = match version {
            ..4 => {
                let mut said = found(3);
                said.remove("Key");
                said
            }
            4.. => fields().with("Coordinators", list([found(3), found(2)])),
        };
        let shown = contents(&presented(answer(&request, &said)));
        let (first, second) = match version {
            ..4 => (&shown, None),
            4.. => {
                let all = all(&shown, "Coordinators");
                (all[0], Some(all[1]))
            }
        };
        assert_eq!(first.get("NodeId"), Some(&71.into()));
        assert_eq!(first.get("Host"), Some(&"proxy71".into()));
        assert_eq!(first.get("Port"), Some(&9000.into()));
        let second = second.and_then(|second| second.get("Host"));
        assert!(second.is_none_or(|host| *host == "proxy70".into()));
    }
}

#[test]
fn where_no_coordinator_was_found_none_is_named() {
    let request = request(ApiKey::FindCoordinator, 3, &fields());
    let said = fields()
        .with("ErrorCode", 15)
        .with("NodeId", -1)
        .with("Port", -1);
    let answer = answer(&request, &said);
    let body = answer.body_bytes().unwrap();
    assert_eq!(presented(answer).body_bytes().unwrap(), body);
}

#[test]
fn the_proxies_are_the_cluster_but_not_its_controllers() {
    for version in ApiKey::DescribeCluster.versions() {
        let request = request(ApiKey::DescribeCluster, version, &fields());
        let brokers = |ids: &[i32]| list(ids.iter().map(|id| fields().with("BrokerId", *id)));
        let said = |ids| {
            fields()
                .with("ControllerId", 3)
                .with("Brokers", brokers(ids))
        };
        let shown = contents(&presented(answer(&request, &said(&[1, 2, 3]))));
        let ids: Vec<_> = all(&shown, "Brokers")
            .into_iter()
            .map(|broker| broker.get("BrokerId").unwrap())
            .collect();
        assert_eq!(ids, [&70.into(), &71.into()]);
        assert_eq!(shown.get("ControllerId"), Some(&71.into()));
        let none = contents(&presented(answer(&request, &said(&[]))));
        assert!(none.elements("Brokers").is_empty());
    }
}

#[test]
fn among_resources_with_settings_the_proxies_are_the_brokers() {
    let key = ApiKey::ListConfigResources;
    let resource = |kind: i32, name: &str| {
        let resource = fields().with("ResourceName", name);
        resource.with("ResourceType", kind)
    };
    let said = [
        resource(2, "3"),
        resource(4, "3"),
        resource(4, "5"),
        resource(4, "2"),
        resource(8, "5"),
        resource(16, "1"),
    ];
    let shown = [
        resource(2, "3"),
        resource(4, "71"),
        resource(4, "70"),
        resource(8, "71"),
        resource(16, "1"),
    ];
    let request = request(key, 1, &fields());
    let said = answer(&request, &fields().with("ConfigResources", list(said)));
    let presented = contents(&presented(said));
    assert_eq!(presented.get("ConfigResources"), Some(&list(shown)));
}

#[test]
fn eligible_replicas_that_are_not_told_stay_untold() {
    let request = request(ApiKey::DescribeTopicPartitions, 0, &fields());
    let partition = fields()
        .with("LeaderId", -1)
        .with("EligibleLeaderReplicas", Value::Null)
        .with("LastKnownElr", Value::Array(vec![2.into(), 4.into()]));
    let topic = fields().with("Partitions", list([partition]));
    let said = fields().with("Topics", list([topic]));
    let shown = contents(&presented(answer(&request, &said)));
    let partition = all(all(&shown, "Topics")[0], "Partitions")[0];
    assert_eq!(partition.get("LeaderId"), Some(&(-1).into()));
    assert_eq!(partition.get("EligibleLeaderReplicas"), Some(&Value::Null));
    assert_eq!(
        partition.get("LastKnownElr"),
        Some(&Value::Array(vec![70.into()]))
    );
}

/// A Fetch answer whose partitions hold so many bytes of records.
fn fetched(version: i16, partition: &Structure, records: usize) -> Message {
    let records = Bytes::from(vec![b'r'; records]);
    let partition = partition.clone().with("Records", records);
    let topic = fields().with("Partitions", list([partition.clone(), partition]));
    let request = request(ApiKey::Fetch, version, &fields());
    let answer = answer(&request, &fields().with("Responses", list([topic])));
    // In one piece, as it comes from a broker.
    let frame = answer.into_frame().unwrap().contiguous();
    Message::from_response_frame(request.request_ref(), frame).unwrap()
}

#[test]
fn records_are_passed_on_without_being_copied() {
    for version in 11..=*ApiKey::Fetch.versions().end() {
        let leader = fields().with("LeaderId", 1).with("LeaderEpoch", 2);
        let mut partition = fields().with("PreferredReadReplica", 3);
        if version >= 12 {
            partition.set("CurrentLeader", leader);
        }
        let said = fetched(version, &partition, 10_000);
        let body = said.body_bytes().unwrap();
        let range = body.as_ptr_range();
        let shown = presented(said);
        assert_ne!(shown.body_bytes().unwrap(), body);
        let frame = shown.into_frame().unwrap();
        let kept = frame.pieces().iter();
        let kept = kept.filter(|piece| piece.len() >= 10_000 && range.contains(&piece.as_ptr()));
        assert_eq!(kept.count(), 2, "v{version}");
    }
}

#[test]
fn only_what_names_a_broker_is_taken_out_of_a_fetch_answer() {
    let key = ApiKey::Fetch;
    for version in key.versions() {
        let request = request(key, version, &fields());
        let mut said = full(key.response_schema().fields(), version);
        let shown = presented(answer(&request, &said));
        said.remove("NodeEndpoints");
        for topic in said.elements_mut("Responses") {
            for partition in topic.elements_mut("Partitions") {
                partition.remove("CurrentLeader");
                if version >= 11 {
                    partition.set("PreferredReadReplica", -1);
                }
            }
        }
        let expected = answer(&request, &said);
        assert_eq!(
            shown.body_bytes().unwrap(),
            expected.body_bytes().unwrap(),
            "v{version}"
        );
    }
}

#[test]
fn only_what_names_a_broker_is_taken_out_of_a_produce_answer() {
    let key = ApiKey::Produce;
    for version in key.versions() {
        let request = request(key, version, &fields());
        let mut said = full(key.response_schema().fields(), version);
        let shown = presented(answer(&request, &said));
        said.remove("NodeEndpoints");
        for topic in said.elements_mut("Responses") {
            for partition in topic.elements_mut("PartitionResponses") {
                partition.remove("CurrentLeader");
            }
        }
        let expected = answer(&request, &said);
        assert_eq!(
            shown.body_bytes().unwrap(),
            expected.body_bytes().unwrap(),
            "v{version}"
        );
    }
}

#[test]
fn an_answer_about_records_that_names_no_broker_keeps_its_bytes() {
    for version in ApiKey::Fetch.versions() {
        let said = fetched(version, &fields().with("PreferredReadReplica", -1), 10);
        let body = said.body_bytes().unwrap();
        let shown = presented(said).body_bytes().unwrap();
        assert_eq!(shown.as_ptr(), body.as_ptr(), "v{version}");
    }
}

#[test]
fn a_setting_that_says_which_broker_it_is_is_not_shown() {
    for version in ApiKey::DescribeConfigs.versions() {
        let request = request(ApiKey::DescribeConfigs, version, &fields());
        let names = [
            "node.id",
            "broker.id",
            "broker.rack",
            "advertised.listeners",
            "log.dirs",
        ];
        let settings = names.map(|name| fields().with("Name", name).with("Value", HOST));
        let result = fields().with("ResourceType", 4).with("ResourceName", "70");
        let said = fields().with("Results", list([result.with("Configs", list(settings))]));
        let shown = contents(&presented(answer(&request, &said)));
        let result = all(&shown, "Results")[0];
        assert_eq!(result.get("ResourceName"), Some(&"70".into()));
        let hidden = all(result, "Configs").into_iter();
        let hidden: Vec<bool> = hidden
            .map(|setting| setting.get("Value") == Some(&Value::Null))
            .collect();
        assert_eq!(hidden, [true, true, true, true, false], "v{version}");
    }
}

#[test]
fn a_malformed_answer_is_not_passed_on() {
    for key in [
        ApiKey::Metadata,
        ApiKey::FindCoordinator,
        ApiKey::DescribeCluster,
        ApiKey::DescribeTopicPartitions,
        ApiKey::DescribeConfigs,
        ApiKey::Produce,
        ApiKey::Fetch,
    ] {
        let request = request(key, *key.versions().end(), &fields());
        let garbage = answer_of(&request, Bytes::from_static(&[0, 0, 0, 0, 9]));
        assert!(present(garbage, &TwoProxies).is_err(), "{key}");
    }
}
