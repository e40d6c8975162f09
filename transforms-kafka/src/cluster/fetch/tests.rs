use super::answer::{Fetched, assemble, nothing};
use super::wanted::Position;
use crate::cluster::view::TopicKey;
use bytes::Bytes;
use kafka_protocol::messages::{FetchRequest, FetchResponse};
use shotover::message::Message;
use shotover::wire::ErrorCode;

fn position(version: i16, topic: u8, index: i32) -> Position {
    let topic = match version {
        13.. => TopicKey::Id([topic; 16]),
        _ => TopicKey::Name(Bytes::copy_from_slice(&[topic])),
    };
    Position {
        topic,
        index,
        offset: 0,
    }
}

#[test]
fn what_is_said_about_partitions_is_what_kafka_protocol_reads() {
    for version in 4..=17 {
        let request = Message::new_request(version, "c", &FetchRequest::default()).unwrap();
        let positions = [
            position(version, b'a', 0),
            position(version, b'a', 5),
            position(version, b'b', 1),
        ];
        let error = ErrorCode::NOT_LEADER_OR_FOLLOWER;
        let elements = positions
            .each_ref()
            .map(|position| nothing(version, position, error));
        let mut answer = assemble(&request, 42, &elements).unwrap();
        let read = Fetched::read(&answer).unwrap();
        assert_eq!(read.elements.len(), 3, "v{version}");
        assert_eq!(read.throttle_time_ms, 42);
        let frame = answer.clone().into_frame().unwrap().contiguous();
        answer = Message::from_response_frame(request.request_ref(), frame).unwrap();
        let kafka_protocol::messages::ResponseKind::Fetch(FetchResponse { responses, .. }) =
            answer.response().unwrap()
        else {
            panic!()
        };
        let seen: Vec<(usize, i32, i16, i64)> = responses
            .iter()
            .enumerate()
            .flat_map(|(topic, response)| {
                response.partitions.iter().map(move |partition| {
                    (
                        topic,
                        partition.partition_index,
                        partition.error_code,
                        partition.high_watermark,
                    )
                })
            })
            .collect();
        assert_eq!(
            seen,
            [(0, 0, 6, -1), (0, 5, 6, -1), (1, 1, 6, -1)],
            "v{version}"
        );
    }
}
