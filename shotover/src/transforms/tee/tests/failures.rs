//! What does the client notice when the sub-chain fails?

use super::fixture::{Teed, produce};
use crate::observability::LogCapture;
use crate::transforms::Blame;
use crate::transforms::tee::complaints::INTERVAL;
use crate::transforms::tee::sub_chain::PATIENCE;
use crate::transforms::testing::{default_request, request};
use crate::wire::ApiKey;
use tokio::time::{Instant, advance};

/// The sub-chain fails while a copy is on its way.
async fn lose_the_second(teed: &mut Teed) {
    teed.ask_for(ApiKey::Metadata, 9).await;
    teed.second.fail("gone");
    teed.settle().await;
}

#[tokio::test(start_paused = true)]
async fn copies_end_for_good_and_requests_go_on() {
    let mut teed = Teed::new();
    lose_the_second(&mut teed).await;
    teed.copies();
    for _ in 0..3 {
        teed.ask_for(ApiKey::Metadata, 9).await;
    }
    assert!(teed.copies().is_empty());
    assert_eq!(teed.broker.received().len(), 4);
    assert_eq!((teed.ended(), teed.not_copied("ended")), (1, 3));
    assert!(teed.is_pending() && !teed.chain.is_busy());
}

#[tokio::test(start_paused = true)]
async fn a_sub_chain_that_fails_when_it_is_given_a_copy_ends_copies_as_well() {
    let mut teed = Teed::new();
    teed.second.fail("refused");
    teed.ask_for(ApiKey::Metadata, 9).await;
    assert_eq!(teed.ended(), 1);
    teed.ask_for(ApiKey::Metadata, 9).await;
    assert_eq!(teed.not_copied("ended"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_next_connection_is_copied_again() {
    let mut teed = Teed::new();
    lose_the_second(&mut teed).await;
    teed.copies();
    teed.reconnect();
    teed.ask_for(ApiKey::Metadata, 9).await;
    assert_eq!(teed.copies().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_idle_is_opened_again_for_the_next_copy() {
    let mut teed = Teed::new();
    teed.ask_for(ApiKey::Metadata, 9).await;
    let copies = teed.copies();
    teed.second.answer_all(&copies);
    teed.settle().await;
    teed.second.fail("closed for idleness");
    // The broker hangs up just when the next request comes.
    assert!(!teed.is_pending());
    teed.ask_for(ApiKey::Metadata, 9).await;
    assert_eq!((teed.copies().len(), teed.ended()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_not_there_is_not_tried_again_by_writes_without_acks() {
    let mut teed = Teed::new();
    teed.second.set_busy(true);
    teed.ask(|sequence| request(sequence, 9, &produce("orders", 0)))
        .await;
    teed.settle().await;
    teed.second.set_busy(false);
    teed.second.fail("connection refused");
    teed.settle().await;
    assert_eq!(teed.ended(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_somebody_logged_in_on_is_not_opened_again() {
    let mut teed = Teed::with_sasl();
    teed.ask_for(ApiKey::Metadata, 9).await;
    let copies = teed.copies();
    teed.second.answer_all(&copies);
    teed.settle().await;
    teed.second.fail("closed for idleness");
    teed.settle().await;
    teed.ask_for(ApiKey::Metadata, 9).await;
    assert_eq!((teed.copies().len(), teed.ended()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_transform_that_waits_within_its_call_keeps_the_client_waiting_once_and_not_for_long() {
    let mut teed = Teed::new();
    teed.second.hang();
    let start = Instant::now();
    for _ in 0..3 {
        teed.ask_for(ApiKey::Metadata, 9).await;
    }
    assert!(start.elapsed() < PATIENCE * 2, "{:?}", start.elapsed());
    assert_eq!(teed.ended(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_the_chain_itself_is_the_clients() {
    let mut teed = Teed::new();
    teed.broker.fail("gone");
    let asked = default_request(0, ApiKey::Metadata, 9);
    let error = teed.chain.process(vec![asked]).await.unwrap_err();
    assert_eq!(error.blame(), Blame::Broker);
    assert!(teed.copies().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_goes_down_is_one_line_and_not_one_for_each_connection() {
    let mut teed = Teed::new();
    let log = LogCapture::start();
    for _ in 0..5 {
        lose_the_second(&mut teed).await;
        teed.reconnect();
    }
    advance(INTERVAL).await;
    lose_the_second(&mut teed).await;
    let lines = log.lines();
    assert_eq!((lines.len(), teed.ended()), (2, 6), "{lines:?}");
    let said = "no more requests of a connection are copied: the sub-chain failed \
                name=\"copy\" error=gone left_out=";
    assert!(lines[0].contains(&format!("{said}0")), "{lines:?}");
    assert!(lines[1].contains(&format!("{said}4")), "{lines:?}");
}
