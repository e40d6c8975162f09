//! Which brokers have the partitions that a client asks to be described?

use super::cluster::rewritten;
use super::proxies::Proxies;
use super::rewrite::Rewritten;
use super::stand_ins::StandIns;
use bytes::Bytes;
use shotover::wire::ApiKey;
use shotover::wire::value::{Structure, Value};

/// The arrays of brokers' ids in a partition, some of which may be null.
const LISTS: [&str; 5] = [
    "ReplicaNodes",
    "IsrNodes",
    "EligibleLeaderReplicas",
    "LastKnownElr",
    "OfflineReplicas",
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
    let mut shown = Vec::new();
    for list in LISTS {
        let Some(ids) = described.get(list).and_then(Value::as_array) else {
            continue;
        };
        let ids = ids.iter().filter_map(Value::as_int);
        stand_ins.ids(ids.filter_map(|id| i32::try_from(id).ok()), &mut shown);
        let ids = shown.iter().map(|id| Value::from(*id));
        described.set(list, ids.collect::<Vec<Value>>());
    }
}
