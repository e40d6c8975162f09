//! Do clients find the proxies where Metadata tells of brokers?

use super::build::{all, answer, contents, fields, full, list, request};
use super::parted::{TwoProxies, proxy};
use crate::cluster::api::{Proxy, present};
use shotover::wire::ApiKey;
use shotover::wire::value::{Structure, Value};

fn ids(ids: &[i32]) -> Value {
    Value::Array(ids.iter().map(|id| Value::from(*id)).collect())
}

/// A partition whose replicas on the brokers 3 and 5 are offline.
fn partition(leader: i32, replicas: &[i32], isr: &[i32]) -> Structure {
    let offline: Vec<i32> = replicas
        .iter()
        .copied()
        .filter(|broker| [3, 5].contains(broker))
        .collect();
    fields()
        .with("PartitionIndex", 5)
        .with("LeaderId", leader)
        .with("LeaderEpoch", 42)
        .with("ReplicaNodes", ids(replicas))
        .with("IsrNodes", ids(isr))
        .with("OfflineReplicas", ids(&offline))
}

fn said(partitions: impl IntoIterator<Item = Structure>) -> Structure {
    let topic = fields()
        .with("Name", "t")
        .with("TopicId", Value::Uuid([9; 16]));
    let broker = fields().with("NodeId", 1).with("Host", "broker");
    fields()
        .with("ThrottleTimeMs", 3)
        .with("Brokers", list([broker.with("Port", 9092)]))
        .with("ClusterId", "cluster")
        .with("ControllerId", 4)
        .with("Topics", list([topic.with("Partitions", list(partitions))]))
}

fn shown(version: i16, said: &Structure) -> Structure {
    let request = request(ApiKey::Metadata, version, &fields());
    contents(&present(answer(&request, said), &TwoProxies).unwrap())
}

/// The leader and the replicas that are shown, those in sync, and those that are offline.
#[track_caller]
fn check(said_of: Structure, expected: (i32, &[i32], &[i32], &[i32])) {
    for version in ApiKey::Metadata.versions() {
        let shown = shown(version, &said([said_of.clone()]));
        let partition = all(all(&shown, "Topics")[0], "Partitions")[0];
        assert_eq!(partition.get("LeaderId"), Some(&expected.0.into()));
        assert_eq!(partition.get("ReplicaNodes"), Some(&ids(expected.1)));
        assert_eq!(partition.get("IsrNodes"), Some(&ids(expected.2)));
        if version >= 5 {
            assert_eq!(partition.get("OfflineReplicas"), Some(&ids(expected.3)));
        }
        if version >= 7 {
            assert_eq!(partition.get("LeaderEpoch"), Some(&42.into()));
        }
    }
}

#[test]
fn a_proxy_leads_what_its_brokers_lead_and_has_their_replicas_once() {
    check(
        partition(2, &[2, 1, 4], &[2, 4]),
        (70, &[70, 71], &[70], &[]),
    );
    check(partition(2, &[2, 4], &[]), (70, &[70], &[], &[]));
}

#[test]
fn a_proxy_is_offline_where_all_replicas_are_that_it_stands_for() {
    check(
        partition(2, &[3, 2, 5, 4], &[2, 4]),
        (70, &[71, 70], &[70], &[71]),
    );
    // It would be told to be in sync as well.
    check(
        partition(1, &[3, 1, 2], &[1, 2]),
        (71, &[71, 70], &[71, 70], &[]),
    );
}

#[test]
fn a_partition_without_a_leader_has_none() {
    check(partition(-1, &[1], &[]), (-1, &[71], &[], &[]));
}

#[test]
fn the_proxies_that_are_up_are_the_brokers() {
    for version in ApiKey::Metadata.versions() {
        let shown = shown(version, &said([]));
        let broker = |Proxy { id, address, rack }: Proxy| {
            let broker = fields()
                .with("NodeId", id.0)
                .with("Host", address.host)
                .with("Port", i32::from(address.port));
            match version {
                ..1 => broker,
                1.. => broker.with("Rack", rack.unwrap()),
            }
        };
        let brokers = list([broker(proxy(70)), broker(proxy(71))]);
        assert_eq!(shown.get("Brokers"), Some(&brokers), "v{version}");
        if version >= 1 {
            assert_eq!(shown.get("ControllerId"), Some(&70.into()));
        }
    }
}

#[test]
fn everything_else_is_passed_on_as_it_came() {
    let key = ApiKey::Metadata;
    for version in key.versions() {
        let said = full(key.response_schema().fields(), version);
        let shown = shown(version, &said);
        let said = without_brokers(said);
        assert_eq!(without_brokers(shown), said, "v{version}");
    }
}

fn without_brokers(mut said: Structure) -> Structure {
    said.remove("Brokers");
    said.remove("ControllerId");
    for topic in said.elements_mut("Topics") {
        for partition in topic.elements_mut("Partitions") {
            let brokers = ["LeaderId", "ReplicaNodes", "IsrNodes", "OfflineReplicas"];
            brokers
                .iter()
                .for_each(|field| drop(partition.remove(field)));
        }
    }
    said
}
