use super::transform::LONGEST_HELD;
use crate::budget::Budget;
use crate::message::{Message, Messages};
use crate::observability::Metrics;
use crate::transforms::testing::{
    Broker, built, chain_of, client, default_request, in_front_of, next, problems, produce,
    request, sequences, unreadable,
};
use crate::transforms::{Blame, TransformBuilder, TransformChain, TransformChainBuilder};
use crate::wire::ApiKey;
use std::future::poll_fn;
use std::time::Duration;
use tokio::time::{Instant, timeout};

fn heartbeats(sequences: std::ops::Range<u64>) -> Messages {
    sequences
        .map(|sequence| default_request(sequence, ApiKey::Heartbeat, 4))
        .collect()
}

async fn throttled(per_second: u32) -> (Broker, TransformChain) {
    let broker = Broker::default();
    let yaml = format!("RequestThrottling: {{ max_requests_per_second: {per_second} }}");
    let chain = in_front_of(&broker, &yaml, &Metrics::new()).await;
    (broker, chain)
}

#[tokio::test(start_paused = true)]
async fn requests_over_the_limit_pass_in_order_when_it_is_their_turn() {
    let (broker, mut chain) = throttled(2).await;
    let start = Instant::now();
    let answers = chain.process(heartbeats(0..4)).await.unwrap();
    assert_eq!(sequences(&answers), [0]);
    for (sequence, milliseconds) in [(1, 500), (2, 1000), (3, 1500)] {
        assert!(!chain.has_capacity());
        assert_eq!(sequences(&next(&mut chain).await), [sequence]);
        assert_eq!(start.elapsed().as_millis(), milliseconds);
    }
    assert!(chain.has_capacity());
    assert_eq!(sequences(&broker.received()), [0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn below_the_limit_nothing_waits() {
    let (_, mut chain) = throttled(100).await;
    for sequence in 0..500 {
        let answers = chain.process(heartbeats(sequence..sequence + 1)).await;
        assert_eq!(sequences(&answers.unwrap()), [sequence]);
        assert!(chain.has_capacity());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_timer_that_is_late_does_not_lower_the_rate() {
    let (_, mut chain) = throttled(10_000).await;
    let start = Instant::now();
    let mut answered = chain.process(heartbeats(0..20_000)).await.unwrap().len();
    while answered < 20_000 {
        answered += next(&mut chain).await.len();
    }
    let elapsed = start.elapsed().as_millis();
    assert!((1_850..=2_000).contains(&elapsed), "{elapsed} ms");
}

#[tokio::test(start_paused = true)]
async fn answers_come_up_while_requests_are_held() {
    let broker = Broker::silent();
    let yaml = "RequestThrottling: { max_requests_per_second: 1 }";
    let mut chain = in_front_of(&broker, yaml, &Metrics::new()).await;
    let start = Instant::now();
    assert!(chain.process(heartbeats(0..2)).await.unwrap().is_empty());
    let first: Message = broker.received().remove(0);
    broker.answer(first.empty_response().unwrap());
    assert_eq!(sequences(&next(&mut chain).await), [0]);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_write_without_acks_is_held_and_waited_for() {
    let (broker, mut chain) = throttled(1).await;
    let requests = vec![
        default_request(0, ApiKey::Heartbeat, 4),
        request(1, 9, &produce("orders", 0)),
    ];
    chain.process(requests).await.unwrap();
    assert_eq!(sequences(&broker.received()), [0]);
    assert!(chain.is_busy());
    assert!(next(&mut chain).await.is_empty());
    assert_eq!(sequences(&broker.received()), [1]);
    assert!(!chain.is_busy());
}

/// A client that left does not wait for them, and what a broker hears late may hit what the client does next.
#[tokio::test(start_paused = true)]
async fn what_is_answered_is_not_waited_for_without_its_client() {
    let (broker, mut chain) = throttled(1).await;
    chain.process(heartbeats(0..3)).await.unwrap();
    assert_eq!(sequences(&broker.received()), [0]);
    assert!(!chain.has_capacity());
    assert!(!chain.is_busy());
}

#[tokio::test(start_paused = true)]
async fn what_was_held_for_too_long_ends_its_connection_and_is_not_sent() {
    let (broker, mut chain) = throttled(1).await;
    let start = Instant::now();
    let writes = (0..1000).map(|sequence| request(sequence, 9, &produce("orders", 0)));
    chain.process(writes.collect()).await.unwrap();
    for _ in 1..LONGEST_HELD.as_secs() {
        next(&mut chain).await;
    }
    poll_fn(|cx| chain.poll_progress(cx)).await;
    let error = chain.process(Messages::new()).await.unwrap_err();
    assert_eq!(start.elapsed(), LONGEST_HELD);
    assert_eq!(error.blame(), Blame::Proxy);
    let told = error.to_string();
    assert!(told.contains("max_requests_per_second"), "{told}");
    let sent = u64::try_from(broker.received().len()).unwrap();
    assert_eq!(sent, LONGEST_HELD.as_secs());
}

/// Others are ahead of it for longer than it may wait.
#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_too_late_is_not_waited_for() {
    let (builder, [mut a, mut b]) = two_clients(1).await;
    assert_eq!(a.process(heartbeats(0..1)).await.unwrap().len(), 1);
    let mut ahead = Vec::new();
    for _ in 0..LONGEST_HELD.as_secs() {
        let mut client = builder.build(&client());
        client.process(heartbeats(0..1)).await.unwrap();
        ahead.push(client);
    }
    let start = Instant::now();
    b.process(heartbeats(0..1)).await.unwrap();
    poll_fn(|cx| b.poll_progress(cx)).await;
    assert!(b.process(Messages::new()).await.is_err());
    assert_eq!(start.elapsed(), LONGEST_HELD);
}

#[tokio::test(start_paused = true)]
async fn requests_that_come_later_are_held_from_then_on() {
    let (_, mut chain) = throttled(1).await;
    let mut answered = chain.process(heartbeats(0..2)).await.unwrap().len();
    let start = Instant::now();
    for sequence in 2..40 {
        // As another transform would that holds requests and lets one after the other pass.
        poll_fn(|cx| chain.poll_progress(cx)).await;
        let requests = heartbeats(sequence..sequence + 1);
        answered += chain.process(requests).await.unwrap().len();
    }
    assert_eq!(answered, 39);
    assert_eq!(start.elapsed().as_secs(), 38);
}

#[tokio::test(start_paused = true)]
async fn requests_that_wait_count_as_held() {
    const LENGTH: usize = 3 * 1024 * 1024;
    let (broker, mut chain) = throttled(1).await;
    let mut long = produce("orders", 1);
    long.topic_data[0].partition_data[0].records = Some(vec![0; LENGTH].into());
    let requests = vec![
        default_request(0, ApiKey::Heartbeat, 4),
        request(1, 9, &long),
    ];
    chain.process(requests).await.unwrap();
    // Other tests may hold something besides.
    assert!(Budget::of_process().held() >= LENGTH);
    next(&mut chain).await;
    assert_eq!(sequences(&broker.received()), [0, 1]);
}

/// Two clients of one place in the topology.
async fn two_clients(per_second: u32) -> (TransformChainBuilder, [TransformChain; 2]) {
    let yaml = format!("RequestThrottling: {{ max_requests_per_second: {per_second} }}");
    let throttling = built(&yaml, &Metrics::new()).await;
    let broker: Box<dyn TransformBuilder> = Box::new(Broker::default());
    let builder = TransformChainBuilder::new(vec![("Throttling", throttling), ("Broker", broker)]);
    let chains = [builder.build(&client()), builder.build(&client())];
    (builder, chains)
}

#[tokio::test(start_paused = true)]
async fn clients_share_the_limit_and_get_turns_by_turns() {
    let (_, [mut a, mut b]) = two_clients(1).await;
    assert_eq!(a.process(heartbeats(0..3)).await.unwrap().len(), 1);
    assert_eq!(b.process(heartbeats(0..2)).await.unwrap().len(), 0);
    let start = Instant::now();
    // The second request of `a` took its turn before the first of `b`, the third one does so after it.
    for (chain, seconds) in [(&mut a, 1), (&mut b, 2)] {
        assert_eq!(next(chain).await.len(), 1);
        assert_eq!(start.elapsed().as_secs(), seconds);
    }
    assert_eq!(next(&mut a).await.len(), 1);
    assert_eq!(start.elapsed().as_secs(), 3);
    assert_eq!(next(&mut b).await.len(), 1);
    assert_eq!(start.elapsed().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_gives_its_turn_back() {
    let (builder, [mut a, mut b]) = two_clients(1).await;
    assert_eq!(a.process(heartbeats(0..1)).await.unwrap().len(), 1);
    for _ in 0..1000 {
        let mut leaving = builder.build(&client());
        assert_eq!(leaving.process(heartbeats(0..1)).await.unwrap().len(), 0);
    }
    assert_eq!(b.process(heartbeats(0..1)).await.unwrap().len(), 0);
    let waited = timeout(Duration::from_millis(1_001), next(&mut b)).await;
    assert_eq!(waited.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_places_of_a_topology_have_limits_of_their_own() {
    let (_, mut a) = throttled(1).await;
    let (_, mut b) = throttled(1).await;
    assert_eq!(a.process(heartbeats(0..1)).await.unwrap().len(), 1);
    assert_eq!(b.process(heartbeats(0..1)).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_in_one_chain_hold_what_the_stricter_one_holds() {
    let loose = built(
        "RequestThrottling: { max_requests_per_second: 4 }",
        &Metrics::new(),
    )
    .await;
    let strict = built(
        "RequestThrottling: { max_requests_per_second: 1 }",
        &Metrics::new(),
    )
    .await;
    let broker = Broker::default();
    let mut chain = chain_of(vec![
        ("Loose", loose),
        ("Strict", strict),
        ("Broker", Box::new(broker.clone())),
    ]);
    let start = Instant::now();
    let mut answered = chain.process(heartbeats(0..4)).await.unwrap().len();
    while answered < 4 {
        answered += next(&mut chain).await.len();
    }
    assert_eq!(start.elapsed().as_secs(), 3);
    assert_eq!(sequences(&broker.received()), [0, 1, 2, 3]);
}

#[test]
fn a_rate_that_is_none_is_reported() {
    let found = problems("RequestThrottling: { max_requests_per_second: 1000001 }");
    assert_eq!(
        found,
        ["max_requests_per_second: expected 1 to 1000000 requests per second, found 1000001"]
    );
    let found = unreadable("RequestThrottling: { max_requests_per_second: 0 }");
    assert!(
        found.contains("a whole number from 1 to 4294967295"),
        "{found}"
    );
    let found = unreadable("RequestThrottling: {}");
    assert!(found.contains("required but missing"), "{found}");
}
