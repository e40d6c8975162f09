//! Are leaders taken out of Metadata in every version, and nothing else?

use super::build::{answer, contents, full, request};
use crate::cluster::api::without_leaders;
use kafka_protocol::messages::BrokerId;
use shotover::wire::value::Value;
use shotover::wire::{ApiKey, ErrorCode};

#[test]
fn leaders_that_are_down_are_none_in_every_version() {
    for version in ApiKey::Metadata.versions() {
        let request = request(ApiKey::Metadata, version, &super::build::fields());
        let said = full(ApiKey::Metadata.response_schema().fields(), version);
        let before = answer(&request, &said);
        let body = before.body_bytes().unwrap();
        let mut leaders = Vec::new();
        let same = without_leaders(version, &body, &mut |leader| {
            leaders.push(BrokerId(leader));
            false
        });
        assert_eq!(same, Ok(None), "v{version}");
        assert_eq!(leaders.len(), 4, "v{version}");
        let changed = without_leaders(version, &body, &mut |_| true)
            .unwrap()
            .unwrap();
        let after = before.with_body(changed).unwrap();
        let mut expected = contents(&before);
        for topic in expected.elements_mut("Topics") {
            for partition in topic.elements_mut("Partitions") {
                partition.set("ErrorCode", ErrorCode::LEADER_NOT_AVAILABLE);
                partition.set("LeaderId", Value::from(-1_i32));
            }
        }
        assert_eq!(contents(&after), expected, "v{version}");
    }
}
