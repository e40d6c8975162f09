//! Does every request go where it belongs, whatever has moved?

use super::fake::{Reply, produced};
use super::stage::*;
use crate::cluster::view::{MAX_AGE, Snapshot};
use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::metadata_response::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::{
    ApiVersionsRequest, BrokerId, DescribeProducersRequest, DescribeProducersResponse,
    FetchRequest, FetchResponse, ListGroupsRequest, RequestKind, ResponseKind, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::{ApiKey, Topic};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::time::advance;

#[tokio::test(start_paused = true)]
async fn a_client_sees_every_broker_under_a_name_at_the_proxy() {
    let proxy = Proxy::new();
    let ResponseKind::Metadata(MetadataResponse { brokers, .. }) =
        proxy.client(1).hear(metadata()).await
    else {
        panic!()
    };
    let seen: Vec<(i32, String, i32, Option<String>)> = brokers
        .iter()
        .map(|broker| {
            let rack = broker.rack.as_ref().map(ToString::to_string);
            (broker.node_id.0, broker.host.to_string(), broker.port, rack)
        })
        .collect();
    let expected: Vec<_> = (1..=3)
        .map(|id| (id, format!("b{id}.proxy"), 9192, Some(format!("rack{id}"))))
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn records_go_to_the_leader_of_their_partition() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    for partition in [2, 0, 1] {
        assert_eq!(errors(&client.hear(produce(partition, -1)).await), [0]);
    }
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [3, 1, 2]);
    assert_eq!(proxy.brokers.asked(ApiKey::Metadata).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn requests_of_a_group_go_to_its_coordinator() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(heartbeat("g")).await;
    client.hear(heartbeat("g")).await;
    assert_eq!(proxy.brokers.asked(ApiKey::Heartbeat), [2, 2]);
    assert_eq!(proxy.brokers.asked(ApiKey::FindCoordinator).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stale_leader_costs_one_retriable_answer_of_all_connections() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client(2));
    one.hear(produce(0, -1)).await;
    proxy.brokers.lead(&[3, 2, 3]);
    proxy.brokers.fail_records(1, 6);
    assert_eq!(errors(&one.hear(produce(0, -1)).await), [6]);
    assert_eq!(errors(&other.hear(produce(0, -1)).await), [0]);
    assert_eq!(errors(&one.hear(produce(0, -1)).await), [0]);
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [1, 1, 3, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_that_moved_is_asked_for_again() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(heartbeat("g")).await;
    proxy.brokers.coordinate(3);
    proxy.brokers.script(|broker, request| {
        if broker == 2 && request.api_key() == ApiKey::Heartbeat {
            let body = kafka_protocol::messages::HeartbeatResponse::default().with_error_code(16);
            return Reply::answer(ResponseKind::Heartbeat(body));
        }
        Reply::Usual
    });
    client.hear(heartbeat("g")).await;
    client.hear(heartbeat("g")).await;
    assert_eq!(proxy.brokers.asked(ApiKey::Heartbeat), [2, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_clients_that_miss_at_once_cause_one_look_up() {
    let proxy = Proxy::new();
    let mut clients: Vec<_> = (0..1_000).map(|id| proxy.client(id)).collect();
    for client in &mut clients {
        client.send(vec![produce(0, -1)]).await.unwrap();
    }
    for client in &mut clients {
        let mut answers = client.answers().await.unwrap();
        assert_eq!(errors(answers[0].response().unwrap()), [0]);
    }
    assert_eq!(proxy.brokers.asked(ApiKey::Metadata).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_nobody_knows_is_for_a_broker_to_tell_of() {
    let proxy = Proxy::new();
    proxy
        .brokers
        .script(|_, request| match request.clone().request().unwrap() {
            RequestKind::Produce(body) => Reply::answer(ResponseKind::Produce(produced(body, 3))),
            _ => Reply::Usual,
        });
    let answer = proxy.client(1).hear(produce_to("unknown", 0, -1)).await;
    assert_eq!(errors(&answer), [3]);
}

/// Which is not remembered: its name is too long.
#[tokio::test(start_paused = true)]
async fn a_topic_that_no_cluster_can_have_is_looked_up_once_for_a_request_and_left_to_a_broker() {
    let name: &'static str = "t".repeat(Topic::LONGEST_NAME + 1).leak();
    for proxy in [Proxy::new(), Proxy::apart()] {
        proxy.brokers.script(move |_, request| {
            if request.api_key() != ApiKey::Metadata {
                return Reply::Usual;
            }
            let partition = MetadataResponsePartition::default().with_leader_id(BrokerId(1));
            let topic = MetadataResponseTopic::default()
                .with_name(Some(TopicName(StrBytes::from_static_str(name))))
                .with_partitions(vec![partition]);
            let broker = MetadataResponseBroker::default()
                .with_node_id(BrokerId(1))
                .with_host(StrBytes::from_static_str("kafka1"))
                .with_port(9092);
            let body = MetadataResponse::default()
                .with_brokers(vec![broker])
                .with_topics(vec![topic]);
            Reply::answer(ResponseKind::Metadata(body))
        });
        let mut client = proxy.client(1);
        for requests in 1..=3 {
            let answer = client.hear(produce_to(name, 0, -1)).await;
            assert_eq!(errors(&answer), [0]);
            assert_eq!(proxy.brokers.asked(ApiKey::Metadata).len(), requests);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn requests_to_one_partition_keep_their_order_while_its_leader_is_looked_up() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    let requests: Vec<_> = (0..20).map(|_| produce(0, -1)).collect();
    let ids: Vec<_> = requests.iter().map(|request| request.id()).collect();
    let mut answered = Vec::new();
    for request in requests {
        let answers = client.send(vec![request]).await.unwrap();
        answered.extend(answers.iter().map(|answer| answer.id()));
    }
    while answered.len() < 20 {
        let answers = client.answers().await.unwrap();
        answered.extend(answers.iter().map(|answer| answer.id()));
    }
    assert_eq!(answered, ids);
}

#[tokio::test(start_paused = true)]
async fn records_do_not_overtake_others_on_their_way_to_the_former_leader() {
    let proxy = Proxy::new();
    let (mut client, mut other) = (proxy.client(1), proxy.client(2));
    client.hear(produce(0, -1)).await;
    let answer = Arc::new(AtomicBool::new(true));
    let told = Arc::clone(&answer);
    proxy.brokers.script(move |broker, request| {
        let is_held = broker == 1 && !told.load(Ordering::Relaxed);
        match request.api_key() {
            ApiKey::Produce if is_held => Reply::Silence,
            _ => Reply::Usual,
        }
    });
    answer.store(false, Ordering::Relaxed);
    client.send(vec![produce(0, -1)]).await.unwrap();
    assert!(
        client
            .hears_nothing_for(std::time::Duration::from_secs(1))
            .await
    );
    proxy.brokers.lead(&[3, 2, 3]);
    other.hear(metadata()).await;
    client.send(vec![produce(0, -1)]).await.unwrap();
    assert!(
        client
            .hears_nothing_for(std::time::Duration::from_secs(1))
            .await
    );
    assert!(!proxy.brokers.asked(ApiKey::Produce).contains(&3));
}

#[tokio::test(start_paused = true)]
async fn all_brokers_are_asked_for_their_groups() {
    let proxy = Proxy::new();
    let body = ListGroupsRequest::default();
    proxy.client(1).hear(request(4, &body)).await;
    let mut asked = proxy.brokers.asked(ApiKey::ListGroups);
    asked.sort_unstable();
    assert_eq!(asked, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_called_by_its_name_is_asked_alone() {
    let proxy = Proxy::new();
    let body = ListGroupsRequest::default();
    let mut client = proxy.client_of(1, Some("b2.proxy"));
    client.hear(request(4, &body)).await;
    assert_eq!(proxy.brokers.asked(ApiKey::ListGroups), [2]);
}

#[tokio::test(start_paused = true)]
async fn api_versions_are_those_of_the_weakest_broker() {
    let proxy = Proxy::new();
    proxy.client(1).hear(metadata()).await;
    proxy.brokers.script(|broker, request| {
        if broker != 3 || request.api_key() != ApiKey::ApiVersions {
            return Reply::Usual;
        }
        let old = kafka_protocol::messages::api_versions_response::ApiVersion::default()
            .with_api_key(ApiKey::Metadata.code())
            .with_min_version(0)
            .with_max_version(11);
        let body =
            kafka_protocol::messages::ApiVersionsResponse::default().with_api_keys(vec![old]);
        Reply::answer(ResponseKind::ApiVersions(body))
    });
    let ResponseKind::ApiVersions(body) = proxy.client(2).hear(hello()).await else {
        panic!()
    };
    let offered: Vec<(i16, i16)> = body
        .api_keys
        .iter()
        .map(|key| (key.api_key, key.max_version))
        .collect();
    assert_eq!(offered, [(ApiKey::Metadata.code(), 11)]);
    assert_eq!(proxy.brokers.dials(3), 1);
}

#[tokio::test(start_paused = true)]
async fn records_do_not_overtake_others_that_wait_for_a_look_up() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    // Partition 1 has no leader now, so the first request waits.
    proxy.brokers.lead(&[1, -1, 3]);
    client.hear(metadata()).await;
    let (first, second) = (produce_all(&[1, 0], -1), produce_all(&[0], -1));
    let order = [first.id(), second.id()];
    client.send(vec![first, second]).await.unwrap();
    let mut answered = Vec::new();
    while answered.len() < 2 {
        let answers = client.answers().await.unwrap();
        answered.extend(answers.iter().map(Message::id));
    }
    assert_eq!(answered, order);
}

#[tokio::test(start_paused = true)]
async fn what_was_answered_reaches_a_client_that_is_hung_up_on_for_what_came_next() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let vote = request(0, &kafka_protocol::messages::VoteRequest::default());
    client.hear(hello()).await;
    assert_eq!(client.send(vec![hello(), vote]).await.unwrap().len(), 1);
    assert!(client.answers().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_older_broker_is_asked_for_its_versions_as_an_older_client_would() {
    let proxy = Proxy::new();
    proxy.client(1).hear(metadata()).await;
    proxy.brokers.script(|broker, request| {
        if broker != 3 || request.api_key() != ApiKey::ApiVersions || request.api_version() == 0 {
            return Reply::Usual;
        }
        let body = kafka_protocol::messages::ApiVersionsResponse::default().with_error_code(35);
        Reply::answer(ResponseKind::ApiVersions(body))
    });
    let mut client = proxy.client(2);
    client.hear(hello()).await;
    client.hear(hello()).await;
    client.hear(hello()).await;
    let mut known = Snapshot::default();
    proxy.cluster.view.refresh(&mut known);
    for node in known.view().nodes() {
        assert!(known.view().offered(node.broker_id).is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn brokers_are_asked_for_all_they_can_do_whatever_the_client_would_understand() {
    let proxy = Proxy::new();
    let latest = *ApiKey::ApiVersions.versions().end();
    proxy.brokers.script(move |_, request| {
        if request.api_key() == ApiKey::ApiVersions {
            assert_eq!(request.api_version(), latest);
        }
        Reply::Usual
    });
    for version in [0, 3] {
        let body = match version {
            0 => ApiVersionsRequest::default(),
            _ => ApiVersionsRequest::default()
                .with_client_software_name(StrBytes::from_static_str("client")),
        };
        let mut client = proxy.client(1);
        client.hear(request(version, &body)).await;
        client.hear(metadata()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_a_client_has_connected_to_serves_its_fetches() {
    let proxy = Proxy::new();
    let racks = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&racks);
    proxy
        .brokers
        .script(move |broker, request| match request.clone().request() {
            Ok(RequestKind::Fetch(body)) => {
                let rack = body.rack_id.to_string();
                told.lock().unwrap().push((broker, rack));
                Reply::answer(ResponseKind::Fetch(FetchResponse::default()))
            }
            Ok(_) | Err(_) => Reply::Usual,
        });
    // Partition 0 is led by broker 1. Only the first of the clients says which broker it has connected to.
    for (id, name) in [(1, Some("b3.proxy")), (2, None)] {
        let mut client = proxy.client_of(id, name);
        client.hear(metadata()).await;
        client.hear(fetch_of(0, "rack3")).await;
    }
    let expected = [(3, "rack3".to_owned()), (1, String::new())];
    assert_eq!(*racks.lock().unwrap(), expected);
}

/// A Fetch of a consumer in this rack.
fn fetch_of(partition: i32, rack: &'static str) -> Message {
    let topic = FetchTopic::default()
        .with_topic(TopicName(StrBytes::from_static_str("t")))
        .with_partitions(vec![FetchPartition::default().with_partition(partition)]);
    let body = FetchRequest::default()
        .with_rack_id(StrBytes::from_static_str(rack))
        .with_topics(vec![topic]);
    request(12, &body)
}

#[tokio::test(start_paused = true)]
async fn brokers_that_no_client_asks_for_are_looked_up_every_five_minutes() {
    let proxy = Proxy::new();
    let mut clients: Vec<_> = (0..100).map(|id| proxy.client(id)).collect();
    for client in &mut clients {
        client.hear(heartbeat("g")).await;
    }
    let asked = proxy.brokers.asked(ApiKey::Metadata).len();
    proxy.brokers.leave(3);
    for _ in 0..2 {
        advance(MAX_AGE).await;
        for client in &mut clients {
            client.hear(heartbeat("g")).await;
        }
    }
    assert_eq!(proxy.brokers.asked(ApiKey::Metadata).len(), asked + 2);
    let mut known = Snapshot::default();
    proxy.cluster.view.refresh(&mut known);
    assert_eq!(known.view().nodes().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn brokers_that_move_leave_and_come_are_found() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(produce(2, -1)).await;
    proxy.brokers.leave(3);
    proxy.brokers.elect(&[1, 2, 1]);
    client.hear(metadata()).await;
    client.hear(produce(2, -1)).await;
    proxy.brokers.leave(0);
    proxy.brokers.elect(&[1, 2, 3]);
    client.hear(metadata()).await;
    client.hear(produce(2, -1)).await;
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [3, 1, 3]);
}

/// A replica may know of producers what the leader does not.
#[tokio::test(start_paused = true)]
async fn producers_are_asked_for_at_the_broker_that_the_client_has_called() {
    let proxy = Proxy::new();
    proxy.brokers.script(|_, request| match request.api_key() {
        ApiKey::DescribeProducers => {
            let body = DescribeProducersResponse::default();
            Reply::answer(ResponseKind::DescribeProducers(body))
        }
        _ => Reply::Usual,
    });
    let topic = TopicRequest::default()
        .with_name(TopicName(StrBytes::from_static_str("t")))
        .with_partition_indexes(vec![0]);
    let body = DescribeProducersRequest::default().with_topics(vec![topic]);
    for mut client in [proxy.client(1), proxy.client_of(2, Some("b2.proxy"))] {
        client.hear(metadata()).await;
        client.hear(request(0, &body)).await;
    }
    assert_eq!(proxy.brokers.asked(ApiKey::DescribeProducers), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_broker_whose_address_changes_is_connected_to_there() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(produce(2, -1)).await;
    proxy.brokers.move_host(3);
    proxy.brokers.hang_up();
    client.hear(metadata()).await;
    for mut client in [client, proxy.client(2)] {
        assert_eq!(errors(&client.hear(produce(2, -1)).await), [0]);
    }
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [3, 3, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_does_not_know_the_others_yet_is_not_believed() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let known = proxy.client(1).hear(metadata()).await;
        let mut first = None;
        proxy.brokers.script(move |broker, request| {
            let is_first = *first.get_or_insert(broker) == broker;
            match request.api_key() {
                ApiKey::Metadata if is_first => {
                    let unknown = MetadataResponseTopic::default()
                        .with_error_code(3)
                        .with_name(Some(TopicName(StrBytes::from_static_str("t"))));
                    let answer = MetadataResponse::default().with_topics(vec![unknown]);
                    Reply::answer(ResponseKind::Metadata(answer))
                }
                _ => Reply::Usual,
            }
        });
        assert_eq!(proxy.client(2).hear(metadata()).await, known);
    }
}
