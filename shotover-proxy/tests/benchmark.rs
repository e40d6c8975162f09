//! Does the end-to-end benchmark send what Kafka's clients and brokers could have sent, and count it right?

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking, also outside of test functions"
)]

#[path = "../benches/end_to_end/peers/answers.rs"]
mod answers;
#[path = "../benches/end_to_end/peers/cutter.rs"]
mod cutter;
#[path = "../benches/end_to_end/load/ring.rs"]
mod ring;
#[path = "../benches/end_to_end/statistics.rs"]
mod statistics;
#[expect(dead_code, unused_imports, reason = "the benchmark uses the rest")]
#[path = "../benches/end_to_end/workload/mod.rs"]
mod workload;

use answers::{Answer, Cluster};
use anyhow::Result;
use bytes::Bytes;
use cutter::{Cutter, Frames};
use ring::Ring;
use shotover::wire::{ApiKey, RequestHeader, ResponseHeader};
use statistics::{Percentiles, Spread};
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

/// The frames of a stream, put together again.
#[derive(Debug, Default)]
struct Whole {
    frame: Vec<u8>,
    frames: Vec<Vec<u8>>,
}

impl Frames<12> for Whole {
    fn begin(&mut self, head: &[u8; 12]) {
        self.frame = head.to_vec();
    }

    fn more(&mut self, bytes: &[u8]) {
        self.frame.extend_from_slice(bytes);
    }

    fn end(&mut self, _: &[u8; 12]) -> Result<()> {
        self.frames.push(std::mem::take(&mut self.frame));
        Ok(())
    }
}

#[test]
fn a_stream_is_cut_into_its_frames_however_it_arrives() {
    let frames: Vec<Vec<u8>> = requests()
        .iter()
        .take(4)
        .map(|(_, request)| request.frame.to_vec())
        .collect();
    let stream = frames.concat();
    for piece in [1, 5, 11, 12, 13, 1_000, stream.len()] {
        let (mut cutter, mut whole) = (Cutter::new(), Whole::default());
        for bytes in stream.chunks(piece) {
            cutter.feed(bytes, &mut whole).unwrap();
        }
        assert_eq!(whole.frames, frames, "in pieces of {piece}");
    }
}

#[test]
fn a_ring_counts_requests_on_where_it_begins_again() {
    let workloads = workload::all();
    let in_turn = workloads
        .iter()
        .find(|workload| workload.name == "brokers-3")
        .unwrap();
    let mut ring = Ring::new(&in_turn.requests().unwrap(), 4);
    let (mut ids, mut whole) = (Vec::new(), Whole::default());
    for _ in 0..5 {
        let (bytes, count) = ring.take(4).unwrap();
        Cutter::new().feed(bytes, &mut whole).unwrap();
        assert_eq!(whole.frames.len(), count);
        let frames = whole.frames.drain(..);
        ids.extend(frames.map(|frame| u32::from_be_bytes(frame[CORRELATION].try_into().unwrap())));
    }
    // Six slots: two are left at the end of each turn.
    assert_eq!(ids, (0..16).collect::<Vec<_>>());
}

#[test]
fn percentiles_are_latencies_that_were_measured() {
    let percentiles =
        Percentiles::of((1..=1_000).rev().map(|micros| micros * 1_000).collect()).unwrap();
    assert_eq!(
        [percentiles.p50, percentiles.p99, percentiles.p999],
        [500.0, 990.0, 999.0]
    );
    assert_eq!(Percentiles::of(Vec::new()), None);
}

#[test]
fn a_spread_has_a_middle_of_odd_and_of_even_figures() {
    let spread = Spread::of([3.0, 1.0, 2.0]).unwrap();
    assert_eq!([spread.least, spread.median, spread.most], [1.0, 2.0, 3.0]);
    assert_eq!(Spread::of([1.0, 2.0]).unwrap().median, 1.5);
    assert_eq!(Spread::of([]), None);
}
