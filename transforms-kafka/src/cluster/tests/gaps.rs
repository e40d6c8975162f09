//! Do records reach a broker without those before them?

use super::fake::{Reply, produced};
use super::stage::{
    Client, Proxy, errors, metadata, numbered, numbered_in_epoch, produce, request,
};
use kafka_protocol::messages::{RequestKind, ResponseKind, TopicName};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::ApiKey;

const OUT_OF_ORDER: i16 = 45;

/// Partition 0 has moved from broker 1, which says this about it, to broker 3; that is known.
async fn moved(proxy: &Proxy, error: i16) -> Client {
    let mut client = proxy.client(1);
    assert_eq!(told(&mut client, numbered(&[0], 0)).await, [0]);
    proxy.brokers.fail_records(1, error);
    assert_eq!(told(&mut client, numbered(&[0], 1)).await, [error]);
    proxy.brokers.elect(&[3, 2, 3]);
    client.hear(metadata()).await;
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [1, 1]);
    client
}

async fn told(client: &mut Client, request: Message) -> Vec<i16> {
    errors(&client.hear(request).await)
}

#[tokio::test(start_paused = true)]
async fn records_behind_others_that_failed_wait_for_those() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let mut client = moved(&proxy, 6).await;
        assert_eq!(told(&mut client, numbered(&[0], 2)).await, [6]);
        assert_eq!(told(&mut client, numbered(&[0], 3)).await, [6]);
        assert_eq!(proxy.brokers.asked(ApiKey::Produce), [1, 1]);
        for sequence in 1..4 {
            assert_eq!(told(&mut client, numbered(&[0], sequence)).await, [0]);
        }
        assert_eq!(proxy.brokers.asked(ApiKey::Produce), [1, 1, 3, 3, 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn records_for_the_same_partitions_again_wait_for_those_that_failed() {
    let all = |sequence| numbered(&[0, 1, 2], sequence);
    for proxy in [Proxy::new(), Proxy::apart()] {
        let mut client = proxy.client(1);
        for sequence in 0..3 {
            assert_eq!(told(&mut client, all(sequence)).await, [0, 0, 0]);
        }
        proxy.brokers.fail_records(1, 6);
        let failed = told(&mut client, all(3)).await;
        assert_eq!(failed[0], 6);
        proxy.brokers.script(|_, _| Reply::Usual);
        let before = proxy.brokers.asked(ApiKey::Produce).len();
        assert_eq!(told(&mut client, all(4)).await[0], 6);
        assert_eq!(proxy.brokers.asked(ApiKey::Produce).len(), before);
        let again: Vec<i32> = (0..)
            .zip(&failed)
            .filter(|it| *it.1 != 0)
            .map(|it| it.0)
            .collect();
        for error in told(&mut client, numbered(&again, 3)).await {
            assert_eq!(error, 0);
        }
        for sequence in 4..6 {
            assert_eq!(told(&mut client, all(sequence)).await, [0, 0, 0]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn records_behind_others_whose_broker_was_lost_wait_for_those() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let mut client = proxy.client(1);
        assert_eq!(told(&mut client, numbered(&[0, 1], 0)).await, [0, 0]);
        proxy
            .brokers
            .script(|broker, request| match request.api_key() {
                ApiKey::Produce if broker == 1 => Reply::HangUp,
                _ => Reply::Usual,
            });
        assert_eq!(told(&mut client, numbered(&[0, 1], 1)).await[0], 7);
        proxy.brokers.script(|_, _| Reply::Usual);
        let before = proxy.brokers.asked(ApiKey::Produce).len();
        assert_eq!(told(&mut client, numbered(&[0], 2)).await, [6]);
        assert_eq!(proxy.brokers.asked(ApiKey::Produce).len(), before);
        assert_eq!(told(&mut client, numbered(&[0], 1)).await, [0]);
        assert_eq!(told(&mut client, numbered(&[0], 2)).await, [0]);
    }
}

#[tokio::test(start_paused = true)]
async fn records_behind_others_that_were_refused_here_wait_for_those() {
    let proxy = Proxy::new();
    let mut client = moved(&proxy, 6).await;
    // Refused because of partition 0, of which partition 1 must not lose any.
    assert_eq!(told(&mut client, numbered(&[0, 1], 2)).await, [6, 6]);
    assert_eq!(told(&mut client, numbered(&[1], 3)).await, [6]);
    assert_eq!(told(&mut client, numbered(&[0], 1)).await, [0]);
    assert_eq!(told(&mut client, numbered(&[0, 1], 2)).await, [0, 0]);
    assert_eq!(told(&mut client, numbered(&[1], 3)).await, [0]);
}

/// It has said the first of them again on another connection, or given up.
#[tokio::test(start_paused = true)]
async fn what_was_refused_passes_when_it_is_said_again() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let mut client = moved(&proxy, 6).await;
        assert_eq!(told(&mut client, numbered(&[0], 5)).await, [6]);
        assert_eq!(told(&mut client, numbered(&[0], 5)).await, [0]);
        assert_eq!(told(&mut client, numbered(&[0], 6)).await, [0]);
    }
}

#[tokio::test(start_paused = true)]
async fn of_what_was_refused_the_first_has_to_come_again_first_however_much_came_meanwhile() {
    let proxy = Proxy::new();
    let mut client = moved(&proxy, 6).await;
    for sequence in 2..20 {
        assert_eq!(told(&mut client, numbered(&[0], sequence)).await, [6]);
    }
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [1, 1]);
    assert_eq!(told(&mut client, numbered(&[0], 1)).await, [0]);
    assert_eq!(told(&mut client, numbered(&[0], 2)).await, [0]);
}

#[tokio::test(start_paused = true)]
async fn records_are_not_waited_for_once_the_client_has_heard_that_they_failed() {
    let proxy = Proxy::new();
    let mut client = moved(&proxy, 6).await;
    for sequence in 0..5 {
        assert_eq!(told(&mut client, numbered(&[1], sequence)).await, [0]);
    }
    assert_eq!(told(&mut client, numbered(&[0], 9)).await, [0]);
}

#[tokio::test(start_paused = true)]
async fn what_goes_before_the_records_that_failed_changes_nothing() {
    let proxy = Proxy::new();
    let mut client = moved(&proxy, 6).await;
    assert_eq!(told(&mut client, numbered(&[0], 0)).await, [0]);
    assert_eq!(told(&mut client, numbered(&[0], 2)).await, [6]);
}

#[tokio::test(start_paused = true)]
async fn of_very_many_partitions_no_failure_is_remembered() {
    let proxy = Proxy::new();
    let mut client = moved(&proxy, 6).await;
    proxy.brokers.fail_records(3, 6);
    let partitions: Vec<i32> = (0..1_002).collect();
    let errors = told(&mut client, numbered(&partitions, 1)).await;
    assert!(errors.len() == 1_002 && errors.iter().all(|error| *error == 6));
    assert_eq!(told(&mut client, numbered(&[1], 2)).await, [0]);
    assert_eq!(told(&mut client, numbered(&[1_001], 2)).await, [6]);
}

#[tokio::test(start_paused = true)]
async fn records_of_a_new_epoch_and_those_without_numbers_wait_for_none() {
    for other in [numbered_in_epoch(&[0], (1, 2)), produce(0, -1)] {
        let proxy = Proxy::new();
        let mut client = moved(&proxy, 6).await;
        assert_eq!(told(&mut client, other).await, [0]);
        assert_eq!(proxy.brokers.asked(ApiKey::Produce), [1, 1, 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn records_of_another_partition_wait_for_none() {
    let proxy = Proxy::new();
    let mut client = moved(&proxy, 6).await;
    assert_eq!(told(&mut client, numbered(&[1], 2)).await, [0]);
}

#[tokio::test(start_paused = true)]
async fn records_that_failed_for_good_are_not_waited_for() {
    let proxy = Proxy::new();
    let topic_authorization_failed = 29;
    let mut client = moved(&proxy, topic_authorization_failed).await;
    assert_eq!(told(&mut client, numbered(&[0], 2)).await, [0]);
}

/// The new leader did not know yet that it is, when it was sent the first of two.
#[tokio::test(start_paused = true)]
async fn records_are_not_out_of_order_to_a_client_that_says_those_before_again() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let mut client = proxy.client(1);
        proxy
            .brokers
            .script(move |_, request| match request.clone().request().unwrap() {
                RequestKind::Produce(body) => {
                    let is_first = body.topic_data[0].partition_data[0]
                        .records
                        .as_ref()
                        .is_some_and(|records| records[56] == 0);
                    let error = if is_first { 6 } else { OUT_OF_ORDER };
                    Reply::answer(ResponseKind::Produce(produced(body, error)))
                }
                _ => Reply::Usual,
            });
        let both = vec![numbered(&[0, 1], 0), numbered(&[0, 1], 1)];
        let mut answers = client.send(both).await.unwrap();
        while answers.len() < 2 {
            answers.extend(client.answers().await.unwrap());
        }
        for mut answer in answers {
            assert_eq!(errors(answer.response().unwrap()), [6, 6]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_partitions_whose_earlier_records_come_again_seem_to_be_in_order() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    let said = [[29, 6, 6, 29], [OUT_OF_ORDER; 4]];
    let mut next = said.into_iter();
    proxy
        .brokers
        .script(move |_, request| match request.clone().request().unwrap() {
            RequestKind::Produce(body) => {
                let mut answer = produced(body, 0);
                let topics = answer.responses.iter_mut();
                let partitions = topics.flat_map(|topic| &mut topic.partition_responses);
                for (partition, error) in partitions.zip(next.next().unwrap()) {
                    partition.error_code = error;
                }
                Reply::answer(ResponseKind::Produce(answer))
            }
            _ => Reply::Usual,
        });
    let both = [0, 1].map(of_two_topics).to_vec();
    let mut answers = client.send(both).await.unwrap();
    while answers.len() < 2 {
        answers.extend(client.answers().await.unwrap());
    }
    let told = answers
        .iter_mut()
        .map(|answer| errors(answer.response().unwrap()));
    let expected = [[29, 6, 6, 29], [OUT_OF_ORDER, 6, 6, OUT_OF_ORDER]];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

/// Batches for two partitions of `t`, and for two of `u`.
fn of_two_topics(sequence: i32) -> Message {
    let mut message = numbered(&[0, 1], sequence);
    let RequestKind::Produce(body) = message.request().unwrap() else {
        panic!("{message:?}");
    };
    let mut body = body.clone();
    let other = body.topic_data[0].clone();
    body.topic_data
        .push(other.with_name(TopicName(StrBytes::from_static_str("u"))));
    request(12, &body)
}

#[tokio::test(start_paused = true)]
async fn records_are_out_of_order_behind_others_that_are_lost() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    proxy.brokers.fail_records(1, OUT_OF_ORDER);
    assert_eq!(told(&mut client, numbered(&[0], 5)).await, [OUT_OF_ORDER]);
}
