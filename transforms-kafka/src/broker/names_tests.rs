//! Is a name looked up once at a time, and dialled at what was found last?

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use tokio::runtime::Builder;
use tokio::time::advance;

const LIMIT: Duration = Duration::from_secs(3);

type Answer = io::Result<Vec<SocketAddr>>;

fn found(address: &str) -> Answer {
    Ok(vec![address.parse().unwrap()])
}

fn not_found() -> Answer {
    Err(io::Error::other("no such name"))
}

/// Names that are looked up when the test says so, each look-up with its next answer, and how many were begun.
fn names() -> (Names, Sender<Answer>, Arc<AtomicUsize>) {
    let (answer, answers) = channel();
    let (answers, begun) = (Mutex::new(answers), Arc::<AtomicUsize>::default());
    let counted = Arc::clone(&begun);
    let names = Names::asking(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        let answer = answers.lock().unwrap().recv();
        answer.unwrap_or_else(|_| not_found())
    });
    (names, answer, begun)
}

async fn addresses(names: &Names) -> Result<Vec<String>, String> {
    let addresses = names.addresses("kafka", LIMIT).await;
    let addresses = addresses.map_err(|error| error.to_string())?;
    Ok(addresses.iter().map(ToString::to_string).collect())
}

/// Waits until a look-up that is on its way has ended.
async fn ended(names: &Names) {
    let mut state = names.name("kafka", Instant::now()).state.subscribe();
    state.wait_for(|state| state.began.is_none()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_has_moved_is_found_with_the_next_dial() {
    let (names, answer, _) = names();
    for address in ["10.0.0.1:0", "10.0.0.2:0"] {
        answer.send(found(address)).unwrap();
        assert_eq!(addresses(&names).await.unwrap(), [address]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_found_any_more_has_the_addresses_it_had() {
    let (names, answer, _) = names();
    answer.send(found("10.0.0.1:0")).unwrap();
    assert!(addresses(&names).await.is_ok());
    for none in [not_found(), Ok(Vec::new())] {
        answer.send(none).unwrap();
        assert_eq!(addresses(&names).await.unwrap(), ["10.0.0.1:0"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_never_found_is_an_error() {
    let (names, answer, _) = names();
    answer.send(not_found()).unwrap();
    assert_eq!(addresses(&names).await.unwrap_err(), "no such name");
    let (late, ()) = tokio::join!(addresses(&names), advance(LIMIT));
    assert_eq!(late.unwrap_err(), "timed out");
    drop(answer);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_long_in_being_found_has_the_addresses_it_had() {
    let (names, answer, begun) = names();
    answer.send(found("10.0.0.1:0")).unwrap();
    assert!(addresses(&names).await.is_ok());
    let (late, ()) = tokio::join!(addresses(&names), advance(PATIENCE));
    assert_eq!(late.unwrap(), ["10.0.0.1:0"]);
    // That it takes long is known to whoever comes now.
    let now = Instant::now();
    for _ in 0..100 {
        assert_eq!(addresses(&names).await.unwrap(), ["10.0.0.1:0"]);
    }
    assert!(now.elapsed() < PATIENCE);
    answer.send(found("10.0.0.2:0")).unwrap();
    ended(&names).await;
    assert_eq!(begun.load(Ordering::Relaxed), 2);
    let (late, ()) = tokio::join!(addresses(&names), advance(PATIENCE));
    assert_eq!(late.unwrap(), ["10.0.0.2:0"]);
    drop(answer);
}

#[tokio::test(start_paused = true)]
async fn those_who_dial_at_the_same_time_share_a_look_up() {
    let (names, answer, begun) = names();
    let send = async { answer.send(found("10.0.0.1:0")).unwrap() };
    let (a, b, c, ()) = tokio::join!(
        addresses(&names),
        addresses(&names),
        addresses(&names),
        send
    );
    for addresses in [a, b, c] {
        assert_eq!(addresses.unwrap(), ["10.0.0.1:0"]);
    }
    assert_eq!(begun.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_look_up_outlives_the_dial_that_began_it() {
    let (names, answer, begun) = names();
    let (left, ()) = tokio::join!(addresses(&names), advance(LIMIT));
    assert!(left.is_err());
    let send = async { answer.send(found("10.0.0.1:0")).unwrap() };
    let (addresses, ()) = tokio::join!(addresses(&names), send);
    assert_eq!(addresses.unwrap(), ["10.0.0.1:0"]);
    assert_eq!(begun.load(Ordering::Relaxed), 1);
}

#[test]
fn a_look_up_that_no_thread_came_to_is_over() {
    let ended = Builder::new_current_thread().build().unwrap();
    let handle = ended.handle().clone();
    // A runtime that has ended begins nothing.
    drop(ended);
    let _entered = handle.enter();
    let names = Names::asking(|_| found("10.0.0.1:0"));
    let name = names.name("kafka", Instant::now());
    assert!(name.wait(LIMIT).begins);
    assert!(!name.wait(LIMIT).begins);
    names.begin(&name);
    assert!(name.wait(LIMIT).begins);
}

#[tokio::test(start_paused = true)]
async fn what_is_remembered_is_bounded() {
    let many = vec![SocketAddr::from(([10, 0, 0, 1], 0)); MOST_ADDRESSES + 1];
    let names = Names::asking(move |_| Ok(many.clone()));
    let found = names.addresses("first", LIMIT).await.unwrap();
    assert_eq!(found.len(), MOST_ADDRESSES);
    for number in 0..MOST_NAMES {
        advance(Duration::from_millis(1)).await;
        names.name(&number.to_string(), Instant::now());
    }
    let known = names.known.lock().unwrap();
    assert_eq!(known.len(), MOST_NAMES);
    assert!(!known.contains_key("first"));
}
