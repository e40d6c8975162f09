//! How much may the sub-chain hold, and for how long is it waited for?

use super::fixture::{Teed, produce};
use crate::message::Message;
use crate::transforms::tee::sub_chain::{MAX_COPIES, MAX_COPY_BYTES, SILENCE};
use crate::transforms::testing::request;
use crate::wire::ApiKey;
use kafka_protocol::messages::ProduceRequest;
use std::time::Duration;
use tokio::time::advance;

fn long_write(acks: i16, length: usize) -> ProduceRequest {
    let mut body = produce("orders", acks);
    // The first format has no producers, so these need not be batches.
    body.topic_data[0].partition_data[0].records = Some(vec![0; length].into());
    body
}

async fn send(teed: &mut Teed, body: &ProduceRequest) {
    teed.ask(|sequence| request(sequence, 9, body)).await;
}

#[tokio::test(start_paused = true)]
async fn copies_beyond_the_number_are_dropped_until_there_are_answers() {
    let mut teed = Teed::new();
    for _ in 0..MAX_COPIES + 5 {
        teed.ask_for(ApiKey::Metadata, 9).await;
    }
    let copies = teed.copies();
    assert_eq!((copies.len(), teed.not_copied("full")), (MAX_COPIES, 5));
    assert_eq!(teed.broker.received().len(), MAX_COPIES + 5);
    teed.second.answer_all(&copies[..1]);
    teed.settle().await;
    for _ in 0..2 {
        teed.ask_for(ApiKey::Metadata, 9).await;
    }
    assert_eq!((teed.copies().len(), teed.not_copied("full")), (1, 6));
}

#[tokio::test(start_paused = true)]
async fn copies_beyond_the_bytes_are_dropped_until_there_are_answers() {
    let mut teed = Teed::new();
    let half = long_write(1, MAX_COPY_BYTES / 2 - 1_000);
    for _ in 0..3 {
        send(&mut teed, &half).await;
    }
    let copies = teed.copies();
    assert_eq!((copies.len(), teed.not_copied("full")), (2, 1));
    teed.second.answer_all(&copies);
    teed.settle().await;
    send(&mut teed, &half).await;
    assert_eq!(teed.copies().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_copy_may_be_longer_than_all_may_be() {
    let mut teed = Teed::new();
    send(&mut teed, &long_write(1, MAX_COPY_BYTES + 1)).await;
    teed.ask_for(ApiKey::Metadata, 9).await;
    let [copy] = teed.copies().try_into().unwrap();
    assert_eq!(
        (copy.api_key(), teed.not_copied("full")),
        (ApiKey::Produce, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn writes_without_acks_that_come_at_once_are_counted_too() {
    let mut teed = Teed::new();
    let body = long_write(0, MAX_COPY_BYTES / 2 - 1_000);
    let requests = (0..3).map(|sequence| request(sequence, 9, &body));
    teed.chain.process(requests.collect()).await.unwrap();
    assert_eq!((teed.copies().len(), teed.not_copied("full")), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_sub_chain_without_capacity_gets_no_copies_and_the_client_does_not_wait() {
    let mut teed = Teed::new();
    teed.second.set_full(true);
    teed.ask_for(ApiKey::Metadata, 9).await;
    assert!(teed.chain.has_capacity());
    teed.second.set_full(false);
    teed.ask_for(ApiKey::Metadata, 9).await;
    assert_eq!((teed.copies().len(), teed.not_copied("full")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_until_its_copies_are_answered() {
    let mut teed = Teed::new();
    assert!(!teed.chain.is_busy());
    teed.ask_for(ApiKey::Metadata, 9).await;
    teed.settle().await;
    assert!(teed.chain.is_busy());
    let copies = teed.copies();
    teed.second.answer_all(&copies);
    assert!(!teed.is_pending());
    teed.settle().await;
    assert!(!teed.chain.is_busy());
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_until_a_copy_without_answer_is_sent() {
    let mut teed = Teed::new();
    teed.second.set_busy(true);
    send(&mut teed, &produce("orders", 0)).await;
    assert!(teed.chain.is_busy());
    teed.second.set_busy(false);
    assert!(!teed.chain.is_busy());
}

#[tokio::test(start_paused = true)]
async fn a_second_broker_that_says_nothing_is_given_up() {
    let mut teed = Teed::new();
    teed.ask_for(ApiKey::Metadata, 9).await;
    teed.settle().await;
    advance(SILENCE - Duration::from_millis(2)).await;
    teed.settle().await;
    assert!(teed.chain.is_busy());
    advance(Duration::from_millis(4)).await;
    teed.settle().await;
    assert_eq!((teed.chain.is_busy(), teed.ended()), (false, 1));
}

#[tokio::test(start_paused = true)]
async fn every_answer_gives_the_second_broker_more_time() {
    let mut teed = Teed::new();
    for _ in 0..5 {
        teed.ask_for(ApiKey::Metadata, 9).await;
    }
    let copies: Vec<Message> = teed.copies();
    for copy in &copies[..4] {
        advance(SILENCE - Duration::from_millis(2)).await;
        teed.second.answer_all(std::slice::from_ref(copy));
        teed.settle().await;
    }
    assert_eq!(teed.ended(), 0);
}

#[tokio::test(start_paused = true)]
async fn time_without_copies_is_not_held_against_the_second_broker() {
    let mut teed = Teed::new();
    for _ in 0..3 {
        teed.ask_for(ApiKey::Metadata, 9).await;
        let copies = teed.copies();
        teed.second.answer_all(&copies);
        teed.settle().await;
        advance(SILENCE * 2).await;
        teed.settle().await;
    }
    assert_eq!((teed.copied(), teed.ended()), (3, 0));
}
