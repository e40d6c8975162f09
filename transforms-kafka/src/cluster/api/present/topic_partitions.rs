//! Which brokers have the partitions that a client asks to be described?

use super::cluster::rewritten;
use super::proxies::Proxies;
use super::rewrite::Rewritten;
use super::stand_ins::StandIns;
use bytes::Bytes;
use shotover::wire::ApiKey;
use shotover::wire::value::{Structure, Value};

/// The arrays of brokers' ids in a partition, some of which may be null, but those of replicas that are offline.
const LISTS: [&str; 4] = [
    "ReplicaNodes",
    "IsrNodes",
    "EligibleLeaderReplicas",
    "LastKnownElr",
];

/// A DescribeTopicPartitions answer with the ids of proxies.
pub(super) fn rewrite(version: i16, body: &Bytes, proxies: &dyn Proxies) -> Rewritten {
    let mut stand_ins = StandIns::new(proxies);
    rewritten(ApiKey::DescribeTopicPartitions, version, body, |answer| {
        for topic in answer.elements_mut("Topics") {
            for described in topic.elements_mut("Partitions") {
                partition(described, &mut stand_ins);
            }
        }
    })
}

fn partition(described: &mut Structure, stand_ins: &mut StandIns<'_>) {
    let leader = described.get("LeaderId").and_then(Value::as_int);
    let leader = leader.and_then(|id| i32::try_from(id).ok()).unwrap_or(-1);
    described.set("LeaderId", stand_ins.id(leader));
    let offline: Vec<i32> = ids(described.elements("OfflineReplicas")).collect();
    let replicas: Vec<i32> = ids(described.elements("ReplicaNodes")).collect();
    let offline = stand_ins.offline(&offline, &replicas);
    described.set("OfflineReplicas", values(&offline));
    let mut shown = Vec::new();
    for list in LISTS {
        let Some(brokers) = described.get(list).and_then(Value::as_array) else {
            continue;
        };
        stand_ins.ids(ids(brokers), &mut shown);
        described.set(list, values(&shown));
    }
}

fn ids(list: &[Value]) -> impl Iterator<Item = i32> {
    let ids = list.iter().filter_map(Value::as_int);
    ids.filter_map(|id| i32::try_from(id).ok())
}

fn values(ids: &[i32]) -> Vec<Value> {
    ids.iter().map(|id| Value::from(*id)).collect()
}
