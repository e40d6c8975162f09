//! Are the frames of the end-to-end benchmark what Kafka's clients and brokers could have sent?

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking, also outside of test functions"
)]

#[path = "../benches/end_to_end/peers/answers.rs"]
mod answers;
#[expect(dead_code, unused_imports, reason = "the benchmark uses the rest")]
#[path = "../benches/end_to_end/workload/mod.rs"]
mod workload;

use answers::{Answer, Cluster};
use bytes::Bytes;
use shotover::wire::{ApiKey, RequestHeader, ResponseHeader};
use std::collections::HashSet;
use workload::{CORRELATION, Request, Workload, check_answer};

fn cluster(brokers: u16) -> Cluster {
    Cluster {
        brokers: (0..brokers)
            .map(|id| ([127, 0, 0, 1], 20_000 + id).into())
            .collect(),
    }
}

fn answer(workload: &Workload, request: &Request) -> Answer {
    let brokers = u16::try_from(workload.brokers).unwrap();
    cluster(brokers).answer(request.frame.slice(4..)).unwrap()
}

/// Every request of every workload.
fn requests() -> Vec<(Workload, Request)> {
    let with_requests = |workload: Workload| {
        let requests = workload.requests().unwrap();
        requests
            .into_iter()
            .map(move |request| (workload.clone(), request))
    };
    workload::all()
        .into_iter()
        .flat_map(with_requests)
        .collect()
}

/// What is behind the length, which is checked.
fn payload(frame: &Bytes) -> Bytes {
    let length = u32::from_be_bytes(frame[..4].try_into().unwrap());
    assert_eq!(usize::try_from(length).unwrap(), frame.len() - 4);
    frame.slice(4..)
}

#[test]
fn workloads_have_names_of_their_own() {
    let names: Vec<_> = workload::all()
        .iter()
        .map(|workload| workload.name)
        .collect();
    let different: HashSet<_> = names.iter().collect();
    assert_eq!(different.len(), names.len(), "{names:?}");
}

#[test]
fn requests_are_valid_to_their_last_byte() {
    for (workload, request) in requests() {
        let payload = payload(&request.frame);
        let header = RequestHeader::peek(&payload).unwrap();
        let body = &payload[header.body_offset..];
        let schema = header.api_key.request_schema();
        let end = schema.validate(header.version, body).unwrap();
        assert_eq!(end, body.len(), "{}", workload.name);
    }
}

#[test]
fn clients_write_correlation_ids_where_brokers_look_for_them() {
    for (_, request) in requests() {
        let mut frame = request.frame.to_vec();
        frame[CORRELATION].copy_from_slice(&4_711_i32.to_be_bytes());
        assert_eq!(
            RequestHeader::peek(&frame[4..]).unwrap().correlation_id,
            4_711
        );
    }
}

#[test]
fn answers_are_valid_to_their_last_byte() {
    for (workload, request) in requests() {
        let payload = payload(&answer(&workload, &request).frame);
        let key = ApiKey::from_code(request.key as i16).unwrap();
        let header = ResponseHeader::peek(key, request.version, &payload).unwrap();
        let body = &payload[header.body_offset..];
        let end = key
            .response_schema()
            .validate(request.version, body)
            .unwrap();
        assert_eq!(end, body.len(), "{}", workload.name);
    }
}

#[test]
fn answers_are_those_that_clients_wait_for() {
    for (workload, request) in requests() {
        check_answer(&request, &payload(&answer(&workload, &request).frame)).unwrap();
    }
}

#[test]
fn an_answer_with_an_error_is_found() {
    let workloads = workload::all();
    let metadata = workloads
        .iter()
        .find(|workload| workload.name == "metadata")
        .unwrap();
    let request = &metadata.requests().unwrap()[0];
    let nothing = payload(&answer(metadata, request).frame).slice(..5);
    assert!(check_answer(request, &nothing).is_err());
}

#[test]
fn an_idle_fetch_waits_as_long_as_it_says() {
    let workloads = workload::all();
    let idle = workloads
        .iter()
        .find(|workload| workload.name == "fetch-3-idle")
        .unwrap();
    let request = &idle.requests().unwrap()[0];
    assert_eq!(answer(idle, request).wait.unwrap().as_millis(), 100);
}
