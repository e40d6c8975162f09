use super::chain::Link;
use super::contract::Contract;
use super::*;
use crate::message::{Message, MessageId, Messages};
use async_trait::async_trait;
use kafka_protocol::messages::{
    HeartbeatRequest, HeartbeatResponse, MetadataRequest, MetadataResponse, ResponseKind,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a transform does in a test.
struct Does<F>(F);

#[async_trait]
impl<F: FnMut(&mut Messages) -> Messages + Send> Transform for Does<F> {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        Ok((self.0)(&mut chain.requests))
    }
}

struct Passes<F>(F);

#[async_trait]
impl<F: FnMut(&mut Messages) + Send> Transform for Passes<F> {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        (self.0)(&mut chain.requests);
        chain.call_next_transform().await
    }
}

struct Swallows;

#[async_trait]
impl Transform for Swallows {
    async fn transform(&mut self, _: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        Ok(Messages::new())
    }
}

fn client() -> ClientDetails {
    let address = "127.0.0.1:9092".parse().unwrap();
    ClientDetails {
        connection_id: 1,
        peer: address,
        local: address,
        server_name: None,
        source: Arc::from("test"),
    }
}

fn chain(transforms: Vec<(&'static str, Box<dyn Transform>)>) -> TransformChain {
    let mut above = "the source";
    let links = transforms.into_iter().map(|(name, transform)| {
        let contract = Contract::new(name, std::mem::replace(&mut above, name));
        Link {
            name,
            transform,
            contract: Some(Box::new(contract)),
        }
    });
    TransformChain::new(links.collect(), client())
}

fn heartbeat(sequence: u64) -> Message {
    let made = Message::new_request(4, "c", &HeartbeatRequest::default()).unwrap();
    let frame = made.into_frame().unwrap().contiguous();
    Message::from_request_frame(MessageId::from_client(sequence), frame).unwrap()
}

fn answer(request: &Message) -> Message {
    request
        .respond(&ResponseKind::Heartbeat(HeartbeatResponse::default()))
        .unwrap()
}

fn answer_all(requests: &mut Messages) -> Messages {
    requests.iter().map(answer).collect()
}

#[track_caller]
fn broken(chain: &mut TransformChain, requests: Messages, expected: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let error = runtime.block_on(chain.process(requests)).unwrap_err();
    assert_eq!(error.blame(), Blame::Proxy);
    assert_eq!(error.to_string(), expected);
}

/// Breaks the contract in a chain of one transform.
#[track_caller]
fn last_breaks(does: impl FnMut(&mut Messages) -> Messages + Send + 'static, expected: &str) {
    let mut chain = chain(vec![("Last", Box::new(Does(does)))]);
    broken(&mut chain, vec![heartbeat(0)], expected);
}

/// Breaks the contract in the first transform of a chain of two.
#[track_caller]
fn first_breaks(passes: impl FnMut(&mut Messages) + Send + 'static, expected: &str) {
    let mut chain = chain(vec![
        ("First", Box::new(Passes(passes))),
        ("Last", Box::new(Does(answer_all))),
    ]);
    broken(&mut chain, vec![heartbeat(0), heartbeat(1)], expected);
}

/// Says whether open answers may pass, and how it is with those above.
struct Asks {
    passes: bool,
    takes: Arc<AtomicBool>,
}

#[async_trait]
impl Transform for Asks {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let takes = chain.takes_open_answers();
        self.takes.store(takes, Ordering::Relaxed);
        match self.passes {
            true => chain.call_next_transform().await,
            false => Ok(Messages::new()),
        }
    }

    fn passes_open_answers(&self) -> bool {
        self.passes
    }
}

#[tokio::test]
async fn open_answers_pass_where_everybody_lets_them() {
    for (source, first, second, expected) in [
        (true, true, true, true),
        (false, true, true, false),
        (true, false, true, false),
        (true, true, false, false),
    ] {
        let takes = Arc::<AtomicBool>::default();
        let place = |passes| -> (&'static str, Box<dyn Transform>) {
            match passes {
                true => (
                    "Asks",
                    Box::new(Asks {
                        passes,
                        takes: Arc::default(),
                    }),
                ),
                false => ("Passes", Box::new(Passes(|_: &mut Messages| ()))),
            }
        };
        let last = Asks {
            passes: false,
            takes: Arc::clone(&takes),
        };
        let mut chain = chain(vec![place(first), place(second), ("Last", Box::new(last))]);
        if source {
            chain.take_open_answers();
        }
        chain.process(Messages::new()).await.unwrap();
        assert_eq!(takes.load(Ordering::Relaxed), expected);
    }
}

#[tokio::test]
async fn requests_go_down_and_responses_come_up() {
    let mut chain = chain(vec![
        ("First", Box::new(Passes(|_: &mut Messages| ()))),
        ("Last", Box::new(Does(answer_all))),
    ]);
    let responses = chain
        .process(vec![heartbeat(0), heartbeat(1)])
        .await
        .unwrap();
    let answered: Vec<_> = responses
        .iter()
        .map(|response| response.id().client_sequence())
        .collect();
    assert_eq!(answered, [Some(0), Some(1)]);
}

#[tokio::test]
async fn a_response_may_come_with_a_later_call() {
    let mut held = Messages::new();
    let hold = move |requests: &mut Messages| std::mem::replace(&mut held, answer_all(requests));
    let mut chain = chain(vec![("Last", Box::new(Does(hold)))]);
    assert!(chain.process(vec![heartbeat(0)]).await.unwrap().is_empty());
    assert_eq!(chain.process(Messages::new()).await.unwrap().len(), 1);
}

#[test]
fn rule_1_a_request_is_answered_once() {
    last_breaks(
        |requests: &mut Messages| vec![answer(&requests[0]), answer(&requests[0])],
        "Last broke rule 1 of the transform contract: a response to request 0 was returned, which did not wait for one",
    );
}

#[test]
fn rule_1_a_request_is_no_response() {
    last_breaks(
        std::mem::take,
        "Last broke rule 1 of the transform contract: request 0 was returned as a response",
    );
}

#[test]
fn rule_2_a_response_is_one_for_its_request() {
    last_breaks(
        |requests: &mut Messages| {
            let other = Message::new_request(1, "c", &MetadataRequest::default()).unwrap();
            let mut request = other.request_ref();
            request.id = requests[0].id();
            let body = other
                .respond(&ResponseKind::Metadata(MetadataResponse::default()))
                .unwrap();
            vec![Message::response_of_pieces(request, vec![body.body_bytes().unwrap()]).unwrap()]
        },
        "Last broke rule 2 of the transform contract: request 0 is Heartbeat v4 and was answered as Metadata v1",
    );
}

#[test]
fn rule_3_a_request_goes_down_once() {
    first_breaks(
        |requests: &mut Messages| requests.push(requests[1].clone()),
        "First broke rule 3 of the transform contract: request 1 was sent down twice or after a later one",
    );
}

#[test]
fn rule_3_requests_keep_their_order() {
    first_breaks(
        |requests: &mut Messages| requests.reverse(),
        "First broke rule 3 of the transform contract: request 0 was sent down twice or after a later one",
    );
}

#[test]
fn rule_3_responses_do_not_go_down() {
    first_breaks(
        |requests: &mut Messages| requests[0] = answer(&requests[0]),
        "First broke rule 3 of the transform contract: a response to request 0 was sent down",
    );
}

#[test]
fn rule_4_a_response_to_an_own_request_goes_no_further() {
    let mut chain = chain(vec![
        (
            "First",
            Box::new(Passes(|requests: &mut Messages| {
                requests.push(requests[0].duplicate_request())
            })),
        ),
        ("Last", Box::new(Does(answer_all))),
    ]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let error = runtime
        .block_on(chain.process(vec![heartbeat(0)]))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("First broke rule 4 of the transform contract: "),
        "{error}"
    );
}

#[test]
fn rule_5_the_transform_below_is_called() {
    let mut chain = chain(vec![
        ("First", Box::new(Swallows)),
        ("Last", Box::new(Does(answer_all))),
    ]);
    broken(
        &mut chain,
        Messages::new(),
        "First broke rule 5 of the transform contract: it did not call the transform below",
    );
}

#[test]
fn rule_5_the_last_transform_has_none_below() {
    let mut chain = chain(vec![("Last", Box::new(Passes(|_: &mut Messages| ())))]);
    broken(
        &mut chain,
        Messages::new(),
        "there is no transform below the last one of a chain",
    );
}

struct GivesUp;

#[async_trait]
impl Transform for GivesUp {
    async fn transform(&mut self, _: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        Err(TransformError::broker("gone"))
    }
}

#[tokio::test]
async fn an_error_tells_which_transform_gave_up() {
    let mut chain = chain(vec![
        ("Above", Box::new(Passes(|_: &mut Messages| {}))),
        ("Below", Box::new(GivesUp)),
    ]);
    let error = chain.process(Messages::new()).await.unwrap_err();
    assert_eq!(
        (error.transform(), error.blame()),
        (Some("Below"), Blame::Broker)
    );
}
