use kafka_protocol::messages::produce_request::TopicProduceData;
use kafka_protocol::messages::{ApiVersionsRequest, ProduceRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::observability::Metrics;
use shotover::transforms::testing::{Broker, in_front_of, request, sequences};
use shotover::transforms::{Blame, TransformChain};

fn write(sequence: u64, topic: &'static str) -> Message {
    let topic = TopicProduceData::default().with_name(TopicName(StrBytes::from_static_str(topic)));
    let body = ProduceRequest::default().with_acks(1);
    request(sequence, 12, &body.with_topic_data(vec![topic]))
}

async fn in_front(broker: &Broker) -> TransformChain {
    in_front_of(broker, "ReadOnlyTopic: { topic: prices }", &Metrics::new()).await
}

#[tokio::test]
async fn writes_to_the_topic_are_refused_and_others_pass() {
    let broker = Broker::default();
    let mut chain = in_front(&broker).await;
    let requests = vec![write(0, "prices"), write(1, "orders")];
    let answers = chain.process(requests).await.unwrap();
    assert_eq!(sequences(&broker.received()), [1]);
    assert_eq!(sequences(&answers), [1, 0]);
    assert!(answers[1].is_refusal());
}

#[tokio::test]
async fn writes_that_cannot_be_read_do_not_pass() {
    let broker = Broker::default();
    let mut chain = in_front(&broker).await;
    // A name that is no UTF-8 has its place in the answer.
    let nameless = b"\0\0\x01\0\0\0\0\x02\x02\xff\x01\0\0".as_slice();
    let request = write(0, "orders").with_body(vec![nameless.into()]).unwrap();
    let answers = chain.process(vec![request]).await.unwrap();
    assert!(answers[0].is_refusal());
    let request = write(1, "orders").with_body(vec!["?".into()]).unwrap();
    let ended = chain.process(vec![request]).await.unwrap_err();
    assert_eq!(ended.blame(), Blame::Client);
    assert!(broker.received().is_empty());
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_the_fault_of_the_broker() {
    let broker = Broker::silent();
    let hello = request(0, 3, &ApiVersionsRequest::default());
    let offer = hello.empty_response().unwrap();
    broker.answer(offer.with_body(vec!["\0\0?".into()]).unwrap());
    let ended = in_front(&broker).await.process(vec![hello]).await;
    assert_eq!(ended.unwrap_err().blame(), Blame::Broker);
}
