use super::label::label;
use crate::message::Message;
use crate::observability::Metrics;
use crate::transforms::testing::{
    Broker, default_request, in_front_of, produce, request, request_of, sequences,
};
use crate::transforms::topics::visit_topics;
use crate::wire::ApiKey;
use crate::wire::value::{Structure, Value};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{MetadataRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

/// The samples of a metric, without its name.
fn samples(metrics: &Metrics, name: &str) -> Vec<String> {
    let text = metrics.encode();
    let samples = text.lines().filter_map(|line| line.strip_prefix(name));
    samples.map(str::to_owned).collect()
}

async fn counted(yaml: &str, requests: Vec<Message>) -> Metrics {
    let metrics = Metrics::new();
    let mut chain = in_front_of(&Broker::default(), yaml, &metrics).await;
    chain.process(requests).await.unwrap();
    metrics
}

/// The topics that are counted of requests of a client that a broker has served before.
async fn counted_topics(requests: Vec<Message>) -> Vec<String> {
    let metrics = Metrics::new();
    let yaml = "QueryCounter: { topics: true }";
    let mut chain = in_front_of(&Broker::default(), yaml, &metrics).await;
    let served = vec![default_request(0, ApiKey::Heartbeat, 4)];
    chain.process(served).await.unwrap();
    chain.process(requests).await.unwrap();
    samples(&metrics, "shotover_query_topic_count_total")
}

#[tokio::test]
async fn requests_are_counted_by_api_and_pass_as_they_are() {
    let metrics = Metrics::new();
    let broker = Broker::default();
    let yaml = "QueryCounter: { name: in }";
    let mut chain = in_front_of(&broker, yaml, &metrics).await;
    let requests = vec![
        default_request(0, ApiKey::Heartbeat, 4),
        request(1, 9, &produce("orders", 0)),
        default_request(2, ApiKey::Heartbeat, 3),
    ];
    assert_eq!(sequences(&chain.process(requests).await.unwrap()), [0, 2]);
    assert_eq!(sequences(&broker.received()), [0, 1, 2]);
    assert_eq!(
        samples(&metrics, "shotover_query_count_total"),
        [
            r#"{name="in",api="Heartbeat"} 2"#,
            r#"{name="in",api="Produce"} 1"#
        ]
    );
    assert!(samples(&metrics, "shotover_query_topic_count_total").is_empty());
}

#[tokio::test]
async fn one_without_a_name_counts_under_its_kind() {
    let asked = vec![default_request(0, ApiKey::Heartbeat, 4)];
    let metrics = counted("QueryCounter: {}", asked).await;
    assert_eq!(
        samples(&metrics, "shotover_query_count_total"),
        [r#"{name="QueryCounter",api="Heartbeat"} 1"#]
    );
}

#[tokio::test]
async fn topics_are_counted_once_for_each_request_that_names_them() {
    let two = |sequence| {
        let mut body = produce("orders", 1);
        body.topic_data.extend(produce("bills", 1).topic_data);
        request(sequence, 9, &body)
    };
    let asked = vec![two(1), two(2), request(3, 9, &produce("orders", 1))];
    assert_eq!(
        counted_topics(asked).await,
        [
            r#"{name="QueryCounter",api="Produce",topic="bills"} 2"#,
            r#"{name="QueryCounter",api="Produce",topic="orders"} 3"#
        ]
    );
}

/// Anybody could use up the series that there may be.
#[tokio::test]
async fn topics_of_clients_that_are_not_let_in_are_not_counted() {
    let metrics = Metrics::new();
    let broker = Broker::silent();
    let yaml = "QueryCounter: { topics: true }";
    let mut chain = in_front_of(&broker, yaml, &metrics).await;
    let write = |sequence| vec![request(sequence, 9, &produce("orders", 1))];
    let counted = || samples(&metrics, "shotover_query_topic_count_total");
    for sequence in 0..2 {
        chain.process(write(sequence)).await.unwrap();
    }
    assert_eq!(counted(), [""; 0]);
    broker.answer_all(&broker.received());
    assert_eq!(chain.process(Vec::new()).await.unwrap().len(), 2);
    chain.process(write(2)).await.unwrap();
    assert_eq!(
        counted(),
        [r#"{name="QueryCounter",api="Produce",topic="orders"} 1"#]
    );
}

#[tokio::test]
async fn a_client_that_names_many_topics_is_counted_all_the_same() {
    let names: Vec<String> = (0..300).map(|number| format!("t{number}")).collect();
    let topics = names.iter().map(|name| {
        let name = TopicName(StrBytes::from_string(name.clone()));
        MetadataRequestTopic::default().with_name(Some(name))
    });
    let body = MetadataRequest::default().with_topics(Some(topics.collect()));
    let asked = vec![request(1, 12, &body), request(2, 12, &body)];
    let counted = counted_topics(asked).await;
    assert_eq!(counted.len(), 300);
    assert!(counted.iter().all(|sample| sample.ends_with(" 2")));
}

#[track_caller]
fn topics(request: &Message, expected: &[&str]) {
    let mut found = Vec::new();
    visit_topics(request, |topic| found.push(label(topic).into_owned())).unwrap();
    assert_eq!(found, expected);
}

fn structures(of: impl IntoIterator<Item = Structure>) -> Vec<Value> {
    of.into_iter().map(Value::from).collect()
}

fn by_id(id: u128) -> Structure {
    Structure::new().with("TopicId", Value::Uuid(id.to_be_bytes()))
}

#[test]
fn topics_are_found_by_name() {
    let list = |field, name| {
        let topic = Structure::new().with(name, "a.b_c-1");
        Structure::new().with(field, structures([topic]))
    };
    for (key, version, contents) in [
        (ApiKey::CreateTopics, 7, list("Topics", "Name")),
        (ApiKey::Fetch, 12, list("Topics", "Topic")),
        (ApiKey::ElectLeaders, 2, list("TopicPartitions", "Topic")),
        (
            ApiKey::AddPartitionsToTxn,
            3,
            list("V3AndBelowTopics", "Name"),
        ),
    ] {
        topics(&request_of(0, (key, version), &contents), &["a.b_c-1"]);
    }
}

#[test]
fn topics_of_groups_transactions_and_directories_are_found() {
    for (key, version, around, name) in [
        (ApiKey::OffsetFetch, 8, "Groups", "Name"),
        (ApiKey::AddPartitionsToTxn, 5, "Transactions", "Name"),
        (ApiKey::WriteTxnMarkers, 2, "Markers", "Name"),
        (ApiKey::AlterReplicaLogDirs, 2, "Dirs", "Name"),
        (ApiKey::DescribeShareGroupOffsets, 1, "Groups", "TopicName"),
    ] {
        let of = |topic| {
            let topic = Structure::new().with(name, topic);
            Structure::new().with("Topics", structures([topic]))
        };
        let contents = Structure::new().with(around, structures([of("a"), of("b")]));
        topics(&request_of(0, (key, version), &contents), &["a", "b"]);
    }
}

#[test]
fn topics_of_which_there_is_nothing_but_the_name_are_found() {
    for (key, version, list) in [
        (ApiKey::DeleteTopics, 5, "TopicNames"),
        (ApiKey::ConsumerGroupHeartbeat, 1, "SubscribedTopicNames"),
    ] {
        let names = ["a", "b"].map(Value::from);
        let contents = Structure::new().with(list, names.to_vec());
        topics(&request_of(0, (key, version), &contents), &["a", "b"]);
    }
}

#[test]
fn topics_without_a_name_are_found_by_id() {
    let partition = Structure::new().with("Index", 0);
    let topic = by_id(0xabc).with("PartitionData", structures([partition]));
    let write = Structure::new().with("TopicData", structures([topic]));
    topics(
        &request_of(0, (ApiKey::Produce, 13), &write),
        &["00000000000000000000000000000abc"],
    );
    let named = Structure::new().with("Name", "a");
    let delete = Structure::new().with(
        "Topics",
        structures([named, by_id(1).with("Name", Value::Null)]),
    );
    topics(
        &request_of(0, (ApiKey::DeleteTopics, 6), &delete),
        &["a", "00000000000000000000000000000001"],
    );
}

#[test]
fn what_is_no_name_of_a_topic_becomes_no_label() {
    let long: &'static str = Box::leak("x".repeat(250).into_boxed_str());
    for name in ["", "a\"} 1\nb{c=\"", "ünicode", long] {
        topics(&request(0, 9, &produce(name, 1)), &["invalid"]);
    }
}

#[test]
fn users_of_a_request_are_no_topics() {
    for key in [
        ApiKey::DescribeUserScramCredentials,
        ApiKey::DescribeConfigs,
    ] {
        let version = *key.versions().end();
        topics(&default_request(0, key, version), &[]);
    }
}
