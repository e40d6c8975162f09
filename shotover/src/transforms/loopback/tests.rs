use crate::message::{Message, MessageId};
use crate::transforms::Blame;
use crate::transforms::testing::{alone, default_request, produce, request, request_of, sequences};
use crate::wire::ApiKey;
use crate::wire::value::{Structure, Value};
use bytes::Bytes;
use kafka_protocol::messages::ResponseKind;

/// A topic of a request, which has a name or an id, as its version has it.
fn topic(id: u8, partitions: &[i32]) -> Value {
    let partitions = partitions
        .iter()
        .map(|index| Value::from(Structure::new().with("Index", *index)));
    Structure::new()
        .with("Name", name(id))
        .with("TopicId", Value::Uuid([id; 16]))
        .with("PartitionData", partitions.collect::<Vec<_>>())
        .into()
}

fn name(id: u8) -> Bytes {
    Bytes::from(vec![id])
}

#[tokio::test]
async fn every_partition_of_every_version_is_written() {
    let mut chain = alone("Loopback: {}").await;
    for (sequence, version) in (0..).zip(ApiKey::Produce.versions()) {
        let topics = vec![topic(b'a', &[7, 0]), topic(b'b', &[5])];
        let contents = Structure::new().with("Acks", 1).with("TopicData", topics);
        let asked = request_of(sequence, (ApiKey::Produce, version), &contents);
        let mut answers = chain.process(vec![asked]).await.unwrap();
        let ResponseKind::Produce(answer) = answers[0].response().unwrap() else {
            panic!()
        };
        let mut written = Vec::new();
        for topic in &answer.responses {
            let ids = topic.topic_id.as_bytes();
            let id = if version < 13 {
                topic.name.as_bytes()[0]
            } else {
                ids[15]
            };
            for partition in &topic.partition_responses {
                assert_eq!((partition.error_code, partition.base_offset), (0, 0));
                written.push((id, partition.index));
            }
        }
        let expected = [(b'a', 7), (b'a', 0), (b'b', 5)];
        assert_eq!(written, expected, "version {version}");
    }
}

#[tokio::test]
async fn a_write_without_acks_is_not_answered() {
    let mut chain = alone("Loopback: {}").await;
    let requests = vec![
        request(0, 9, &produce("orders", 0)),
        request(1, 9, &produce("orders", 1)),
    ];
    assert_eq!(sequences(&chain.process(requests).await.unwrap()), [1]);
}

#[tokio::test]
async fn anything_else_gets_an_empty_answer() {
    let mut chain = alone("Loopback: {}").await;
    let asked = default_request(0, ApiKey::Heartbeat, 4);
    let mut answers = chain.process(vec![asked]).await.unwrap();
    assert!(matches!(
        answers[0].response().unwrap(),
        ResponseKind::Heartbeat(body) if body.error_code == 0
    ));
}

#[tokio::test]
async fn records_that_are_cut_off_are_the_fault_of_the_client() {
    let whole = request(0, 9, &produce("orders", 1));
    let mut frame = whole.into_frame().unwrap().contiguous().to_vec();
    frame.truncate(frame.len() - 6);
    let length = i32::try_from(frame.len() - 4).unwrap();
    frame[..4].copy_from_slice(&length.to_be_bytes());
    let asked = Message::from_request_frame(MessageId::from_client(0), frame.into()).unwrap();
    let refused = alone("Loopback: {}").await.process(vec![asked]).await;
    assert_eq!(refused.unwrap_err().blame(), Blame::Client);
}
