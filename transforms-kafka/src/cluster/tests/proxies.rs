//! Do clients that take the proxies for the brokers get what they ask several brokers for?

use super::fake::{Reach, Reply};
use super::stage::*;
use kafka_protocol::messages::describe_cluster_response::DescribeClusterBroker;
use kafka_protocol::messages::incremental_alter_configs_request::AlterConfigsResource;
use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::metadata_response::MetadataResponse;
use kafka_protocol::messages::{
    BrokerId, DescribeClusterRequest, DescribeClusterResponse, FindCoordinatorRequest, GroupId,
    IncrementalAlterConfigsRequest, ListGroupsRequest, ListGroupsResponse, ProduceRequest,
    RequestKind, ResponseKind,
};
use kafka_protocol::protocol::StrBytes;
use shotover::message::{Message, MessageId};
use shotover::wire::{ApiKey, ErrorCode};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn clients_see_the_proxies_as_brokers_and_as_leaders() {
    let proxy = Proxy::apart();
    let ResponseKind::Metadata(MetadataResponse {
        brokers, topics, ..
    }) = proxy.client(1).hear(metadata()).await
    else {
        panic!()
    };
    let seen: Vec<(i32, String)> = brokers
        .iter()
        .map(|broker| (broker.node_id.0, broker.host.to_string()))
        .collect();
    assert_eq!(
        seen,
        [(10, "proxy10".to_owned()), (11, "proxy11".to_owned())]
    );
    let leaders: Vec<i32> = topics[0]
        .partitions
        .iter()
        .map(|partition| partition.leader_id.0)
        .collect();
    assert_eq!(leaders, [10, 11, 10]);
}

#[tokio::test(start_paused = true)]
async fn the_coordinator_is_the_proxy_that_stands_for_it() {
    let proxy = Proxy::apart();
    let body = FindCoordinatorRequest::default().with_key(StrBytes::from_static_str("g"));
    let ResponseKind::FindCoordinator(found) = proxy.client(1).hear(request(3, &body)).await else {
        panic!()
    };
    assert_eq!((found.node_id.0, found.host.as_str()), (11, "proxy11"));
}

#[tokio::test(start_paused = true)]
async fn records_for_several_brokers_are_taken_apart_and_answered_as_one() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    assert_eq!(
        errors(&client.hear(produce_all(&[2, 0, 1], -1)).await),
        [0, 0, 0]
    );
    let mut asked = proxy.brokers.asked(ApiKey::Produce);
    asked.sort_unstable();
    assert_eq!(asked, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn records_for_the_same_partitions_again_follow_their_leaders() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    let again = || produce_all(&[2, 0, 1], -1);
    for _ in 0..5 {
        assert_eq!(errors(&client.hear(again()).await), [0, 0, 0]);
    }
    proxy.brokers.elect(&[3, 2, 3]);
    client.hear(metadata()).await;
    for _ in 0..5 {
        assert_eq!(errors(&client.hear(again()).await), [0, 0, 0]);
    }
    let mut asked = proxy.brokers.asked(ApiKey::Produce);
    asked.sort_unstable();
    assert_eq!(asked, [[1; 5].as_slice(), &[2; 10], &[3; 10]].concat());
}

/// Sends this request so often at once. The errors of each answer.
async fn at_once(
    client: &mut Client,
    times: usize,
    request: impl Fn() -> Message,
) -> Vec<Vec<i16>> {
    let requests: Vec<Message> = (0..times).map(|_| request()).collect();
    let ids: Vec<MessageId> = requests.iter().map(Message::id).collect();
    let mut answers = client.send(requests).await.unwrap();
    while answers.len() < times {
        answers.extend(client.answers().await.unwrap());
    }
    let mut said = Vec::new();
    for id in ids {
        let answer = answers.iter().position(|answer| answer.id() == id).unwrap();
        let answer = client.read(answers.remove(answer)).await.unwrap();
        said.push(errors(&answer));
    }
    assert!(answers.is_empty());
    said
}

#[tokio::test(start_paused = true)]
async fn requests_for_several_brokers_that_come_at_once_are_answered_one_by_one() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    let again = || produce_all(&[2, 0, 1], -1);
    client.hear(again()).await;
    assert_eq!(at_once(&mut client, 5, again).await, vec![[0, 0, 0]; 5]);
    let mut asked = proxy.brokers.asked(ApiKey::Produce);
    asked.sort_unstable();
    assert_eq!(asked, [[1; 6], [2; 6], [3; 6]].concat());
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_hangs_up_fails_its_part_of_each_request_it_has_not_answered() {
    let proxy = Proxy::apart();
    let mut answered = 0;
    proxy.brokers.script(move |broker, request| {
        answered += usize::from(broker == 2 && request.api_key() == ApiKey::Produce);
        match answered {
            4 if broker == 2 => Reply::HangUp,
            _ => Reply::Usual,
        }
    });
    let mut client = proxy.client(1);
    let again = || produce_all(&[2, 0, 1], -1);
    client.hear(again()).await;
    let said = at_once(&mut client, 5, again).await;
    let lost = ErrorCode::REQUEST_TIMED_OUT.0;
    assert_eq!(said[..2], vec![[0, 0, 0]; 2]);
    assert_eq!(said[2..], vec![[0, 0, lost]; 3]);
}

#[tokio::test(start_paused = true)]
async fn requests_for_several_partitions_of_one_broker_go_as_they_are() {
    let proxy = Proxy::apart();
    proxy.brokers.lead(&[2, 2, 2]);
    let mut client = proxy.client(1);
    let again = || produce_all(&[2, 0, 1], -1);
    client.hear(again()).await;
    assert_eq!(at_once(&mut client, 5, again).await, vec![[0, 0, 0]; 5]);
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [2; 6]);
    proxy.brokers.elect(&[3, 3, 3]);
    client.hear(metadata()).await;
    assert_eq!(at_once(&mut client, 5, again).await, vec![[0, 0, 0]; 5]);
    let asked = proxy.brokers.asked(ApiKey::Produce);
    assert_eq!(asked, [[2; 6].as_slice(), &[3; 5]].concat());
}

/// Never those of the request before.
const CHANGING: [&[i32]; 5] = [&[0, 1], &[2, 0, 1], &[1, 2], &[2, 0], &[1, 0, 2]];

#[tokio::test(start_paused = true)]
async fn requests_for_other_partitions_of_one_broker_each_time_go_as_they_are() {
    for proxy in [Proxy::apart(), Proxy::new()] {
        proxy.brokers.lead(&[2, 2, 2]);
        let mut client = proxy.client(1);
        client.hear(metadata()).await;
        for partitions in CHANGING {
            let answer = client.hear(produce_all(partitions, -1)).await;
            assert_eq!(errors(&answer), vec![0; partitions.len()]);
        }
        assert_eq!(proxy.brokers.asked(ApiKey::Produce), [2; CHANGING.len()]);
        client.send(vec![produce_all(&[2, 1], 0)]).await.unwrap();
        assert!(client.hears_nothing_for(Duration::from_secs(1)).await);
        assert_eq!(
            proxy.brokers.asked(ApiKey::Produce),
            [2; CHANGING.len() + 1]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_lost_fails_each_partition_of_what_went_to_it_as_it_was() {
    for proxy in [Proxy::apart(), Proxy::new()] {
        proxy.brokers.lead(&[2, 2, 2]);
        let mut client = proxy.client(1);
        client.hear(metadata()).await;
        proxy.brokers.script(|_, request| match request.api_key() {
            ApiKey::Produce => Reply::HangUp,
            _ => Reply::Usual,
        });
        for partitions in CHANGING {
            let answer = client.hear(produce_all(partitions, -1)).await;
            let lost = vec![ErrorCode::REQUEST_TIMED_OUT.0; partitions.len()];
            assert_eq!(errors(&answer), lost);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn which_partitions_are_led_by_one_broker_is_seen_of_each_request() {
    let (apart, together) = ([2, 2, 2, 2, 3, 3].as_slice(), [2; 4].as_slice());
    for (proxy, expected) in [(Proxy::apart(), apart), (Proxy::new(), together)] {
        proxy.brokers.lead(&[2, 2, 3]);
        let mut client = proxy.client(1);
        client.hear(metadata()).await;
        for partitions in [[0, 1], [1, 2], [1, 0], [0, 2]] {
            let answer = client.hear(produce_all(&partitions, -1)).await;
            assert_eq!(errors(&answer), [0, 0]);
        }
        let mut asked = proxy.brokers.asked(ApiKey::Produce);
        asked.sort_unstable();
        assert_eq!(asked, expected);
    }
}

/// A request as a transform changes it.
fn changed(change: impl FnOnce(&mut ProduceRequest)) -> Message {
    let mut request = produce_all(&[2, 0, 1], -1);
    match request.request_mut().unwrap() {
        RequestKind::Produce(body) => change(body),
        other => panic!("{other:?}"),
    }
    request
}

#[tokio::test(start_paused = true)]
async fn requests_that_a_transform_has_changed_are_taken_apart_as_they_are_now() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    for _ in 0..4 {
        client.hear(produce_all(&[2, 0, 1], -1)).await;
    }
    let longer = || {
        changed(|body| {
            let records = Some(vec![7; 100_000].into());
            body.topic_data[0].partition_data[0].records = records;
        })
    };
    assert_eq!(at_once(&mut client, 3, longer).await, vec![[0, 0, 0]; 3]);
    let silent = || changed(|body| body.acks = 0);
    let before = proxy.brokers.asked(ApiKey::Produce).len();
    for _ in 0..2 {
        client.send(vec![silent(), silent()]).await.unwrap();
        assert!(client.hears_nothing_for(Duration::from_secs(1)).await);
    }
    assert_eq!(proxy.brokers.asked(ApiKey::Produce).len(), before + 12);
}

#[tokio::test(start_paused = true)]
async fn records_without_acknowledgement_that_come_at_once_go_to_several_brokers() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let silent = || produce_all(&[0, 1, 2], 0);
    client
        .send(vec![silent(), silent(), silent()])
        .await
        .unwrap();
    assert!(client.hears_nothing_for(Duration::from_secs(1)).await);
    assert_eq!(proxy.brokers.asked(ApiKey::Produce).len(), 9);
}

/// It may be there by then.
#[tokio::test(start_paused = true)]
async fn a_topic_that_nobody_knows_is_looked_up_for_every_request() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    for look_ups in 1..4 {
        let request = produce_to_topics(&[("t", &[0, 1]), ("unknown", &[0])]);
        assert_eq!(errors(&client.hear(request).await), [0, 0, 0]);
        assert_eq!(proxy.brokers.asked(ApiKey::Metadata).len(), look_ups);
    }
}

#[tokio::test(start_paused = true)]
async fn records_for_one_broker_go_as_they_are() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    client.hear(produce_all(&[1], -1)).await;
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_broker_costs_its_own_partitions_of_a_request() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(0);
    client.hear(metadata()).await;
    proxy.brokers.reach(2, Reach::Refuses);
    let answer = client.hear(produce_all(&[0, 1, 2], -1)).await;
    assert_eq!(errors(&answer), [0, ErrorCode::NOT_LEADER_OR_FOLLOWER.0, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_error_of_one_broker_survives() {
    let proxy = Proxy::apart();
    proxy.brokers.fail_records(3, 29);
    let answer = proxy.client(1).hear(produce_all(&[0, 2], -1)).await;
    assert_eq!(errors(&answer), [0, 29]);
}

#[tokio::test(start_paused = true)]
async fn records_without_acknowledgement_go_to_several_brokers() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    for times in 1..4 {
        client.send(vec![produce_all(&[0, 1, 2], 0)]).await.unwrap();
        assert!(client.hears_nothing_for(Duration::from_secs(1)).await);
        assert_eq!(proxy.brokers.asked(ApiKey::Produce).len(), 3 * times);
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_that_is_not_offered_ends_the_connection() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    let body = kafka_protocol::messages::DescribeLogDirsRequest::default();
    assert!(client.ask(request(4, &body)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_cluster_is_described_by_its_proxies() {
    let proxy = Proxy::apart();
    proxy.client(1).hear(metadata()).await;
    proxy.brokers.script(|_, request| match request.api_key() {
        ApiKey::DescribeCluster => {
            let broker = DescribeClusterBroker::default().with_broker_id(BrokerId(1));
            let body = DescribeClusterResponse::default().with_brokers(vec![broker]);
            Reply::answer(ResponseKind::DescribeCluster(body))
        }
        _ => Reply::Usual,
    });
    let body = DescribeClusterRequest::default();
    let ResponseKind::DescribeCluster(body) = proxy.client(1).hear(request(0, &body)).await else {
        panic!()
    };
    let ids: Vec<i32> = body
        .brokers
        .iter()
        .map(|broker| broker.broker_id.0)
        .collect();
    assert_eq!(ids, [10, 11]);
}

#[tokio::test(start_paused = true)]
async fn clients_are_not_offered_what_they_cannot_ask_a_proxy() {
    let ResponseKind::ApiVersions(offered) = Proxy::apart().client(1).hear(hello()).await else {
        panic!()
    };
    let has = |key: ApiKey| offered.api_keys.iter().any(|api| api.api_key == key.code());
    assert!(has(ApiKey::Fetch));
    // A client that is offered this asks at once, and would lose its connection.
    assert!(!has(ApiKey::GetTelemetrySubscriptions));
}

async fn groups(proxy: &Proxy) -> ListGroupsResponse {
    let body = ListGroupsRequest::default();
    match proxy.client(1).hear(request(4, &body)).await {
        ResponseKind::ListGroups(listed) => listed,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn each_proxy_lists_the_groups_of_the_brokers_that_it_stands_for() {
    let proxy = Proxy::apart();
    proxy
        .brokers
        .script(|broker, request| match request.api_key() {
            ApiKey::ListGroups => {
                let group = ListedGroup::default()
                    .with_group_id(GroupId(StrBytes::from_string(format!("at {broker}"))));
                let body = ListGroupsResponse::default().with_groups(vec![group]);
                Reply::answer(ResponseKind::ListGroups(body))
            }
            _ => Reply::Usual,
        });
    let mut listed: Vec<String> = groups(&proxy)
        .await
        .groups
        .iter()
        .map(|group| group.group_id.to_string())
        .collect();
    listed.sort_unstable();
    assert_eq!(listed, ["at 1", "at 3"]);
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_stands_for_no_broker_lists_no_groups() {
    let proxy = Proxy::apart();
    proxy.brokers.leave_all(&[1, 3]);
    let listed = groups(&proxy).await;
    assert_eq!((listed.error_code, listed.groups.len()), (0, 0));
    assert!(proxy.brokers.asked(ApiKey::ListGroups).is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_configuration_of_a_proxy_that_stands_for_no_broker_is_nobodys() {
    let proxy = Proxy::apart();
    proxy.brokers.leave(2);
    let resource = AlterConfigsResource::default()
        .with_resource_type(4)
        .with_resource_name(StrBytes::from_static_str("11"));
    let body = IncrementalAlterConfigsRequest::default().with_resources(vec![resource]);
    let ResponseKind::IncrementalAlterConfigs(answer) =
        proxy.client(1).hear(request(1, &body)).await
    else {
        panic!()
    };
    assert_eq!(answer.responses[0].error_code, ErrorCode::INVALID_REQUEST.0);
    assert!(
        proxy
            .brokers
            .asked(ApiKey::IncrementalAlterConfigs)
            .is_empty()
    );
}
