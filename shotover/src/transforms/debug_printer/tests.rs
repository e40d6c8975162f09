use super::secret::is_secret;
use super::text::text_of;
use crate::message::{Message, MessageId};
use crate::observability::{LogCapture, Metrics};
use crate::transforms::testing::{
    Broker, default_request, in_front_of, problems, produce, request, request_of, sequences,
    unreadable,
};
use crate::wire::value::{Structure, Value};
use crate::wire::{ApiKey, ErrorCode};
use bytes::Bytes;
use kafka_protocol::messages::{HeartbeatRequest, SaslAuthenticateRequest, SaslHandshakeRequest};
use kafka_protocol::protocol::StrBytes;

/// What is logged of these requests and the answers to them.
async fn logged(settings: &str, requests: Vec<Message>) -> Vec<String> {
    let yaml = format!("DebugPrinter: {settings}");
    let broker = Broker::default();
    let mut chain = in_front_of(&broker, &yaml, &Metrics::new()).await;
    let log = LogCapture::start();
    chain.process(requests).await.unwrap();
    log.lines()
}

fn heartbeat() -> Message {
    default_request(0, ApiKey::Heartbeat, 4)
}

#[tokio::test]
async fn a_request_and_its_answer_are_a_line_each() {
    let lines = logged("{ name: in }", vec![heartbeat()]).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].ends_with(
            "request name=in id=request 0 api=Heartbeat version=4 correlation_id=7 \
             client_id=\"tester\" bytes=29 answered=true"
        ),
        "{lines:?}"
    );
    assert!(
        lines[1].ends_with(
            "response name=in id=request 0 api=Heartbeat version=4 correlation_id=7 \
             bytes=16"
        ),
        "{lines:?}"
    );
}

#[tokio::test]
async fn what_is_logged_passes_as_it_is() {
    let broker = Broker::default();
    let yaml = "DebugPrinter: { body: true }";
    let mut chain = in_front_of(&broker, yaml, &Metrics::new()).await;
    let _log = LogCapture::start();
    let sent = request(0, 9, &produce("orders", 1));
    let frame = sent.clone().into_frame().unwrap().contiguous();
    let answers = chain.process(vec![sent, heartbeat_after(1)]).await.unwrap();
    assert_eq!(sequences(&answers), [0, 1]);
    let received = broker.received().remove(0);
    assert_eq!(received.into_frame().unwrap().contiguous(), frame);
}

fn heartbeat_after(sequence: u64) -> Message {
    default_request(sequence, ApiKey::Heartbeat, 4)
}

#[tokio::test]
async fn a_write_without_acks_is_said_not_to_be_answered() {
    let lines = logged("{}", vec![request(0, 9, &produce("orders", 0))]).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].ends_with("answered=false"), "{lines:?}");
}

#[tokio::test]
async fn the_level_is_the_one_of_the_topology() {
    // What is captured is from INFO on.
    assert!(
        logged("{ level: debug }", vec![heartbeat()])
            .await
            .is_empty()
    );
    for (level, shown) in [("error", "ERROR"), ("warn", " WARN"), ("info", " INFO")] {
        let lines = logged(&format!("{{ level: {level} }}"), vec![heartbeat()]).await;
        assert_eq!(lines.len(), 2);
        assert!(
            lines.iter().all(|line| line.starts_with(shown)),
            "{lines:?}"
        );
    }
}

/// What is logged of the answer to a request that failed.
async fn failed(asked: Message, error: ErrorCode) -> String {
    let broker = Broker::silent();
    let mut chain = in_front_of(&broker, "DebugPrinter: {}", &Metrics::new()).await;
    broker.answer(asked.error_response(error, None).unwrap());
    let log = LogCapture::start();
    chain.process(vec![asked]).await.unwrap();
    log.lines().remove(1)
}

#[tokio::test]
async fn an_error_is_shown_wherever_it_stands() {
    let line = failed(heartbeat(), ErrorCode::UNKNOWN_MEMBER_ID).await;
    assert!(line.ends_with("error=UNKNOWN_MEMBER_ID (25)"), "{line}");
    let write = request(0, 9, &produce("orders", 1));
    let line = failed(write, ErrorCode::NOT_LEADER_OR_FOLLOWER).await;
    assert!(line.ends_with("error=NOT_LEADER_OR_FOLLOWER (6)"), "{line}");
}

#[tokio::test]
async fn a_body_is_shown_with_the_names_of_its_fields_but_without_records() {
    let lines = logged("{ body: true }", vec![request(0, 9, &produce("orders", 1))]).await;
    assert!(
        lines[0].ends_with(
            "body={TransactionalId: null, Acks: 1, TimeoutMs: 0, TopicData: \
             [{Name: \"orders\", PartitionData: [{Index: 3, Records: <7 bytes>}]}]}"
        ),
        "{lines:?}"
    );
    assert!(lines[1].contains(" body={Responses: [{Name"), "{lines:?}");
}

#[tokio::test]
async fn a_body_is_cut_off_at_the_limit() {
    let asked = vec![request(0, 9, &produce("orders", 1))];
    let lines = logged("{ body: true, body_limit: 30 }", asked).await;
    assert!(
        lines[0].ends_with(" body={TransactionalId: null, Acks: ..."),
        "{lines:?}"
    );
}

#[test]
fn a_text_is_not_cut_within_a_letter() {
    let name = "ä".repeat(100);
    let topic = Structure::new().with("Name", name.as_str());
    let contents = Structure::new().with("Topics", vec![Value::from(topic)]);
    let asked = request_of(0, (ApiKey::Metadata, 1), &contents);
    for limit in 1..40 {
        let text = text_of(&asked, limit);
        assert!(text.len() <= limit + "...".len(), "{text}");
    }
    assert_eq!(text_of(&asked, 20), "{Topics: [{Name: \"ä...");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_no_reason_to_stop() {
    let mut frame = heartbeat().into_frame().unwrap().contiguous().to_vec();
    frame.truncate(frame.len() - 3);
    let broken = Message::from_request_frame(MessageId::from_client(0), frame.into()).unwrap();
    let text = text_of(&broken, 1_000);
    assert!(text.starts_with("cannot be read: "), "{text}");
}

/// What a client sends and gets while it says `hunter2` in every way there is.
#[tokio::test]
async fn passwords_are_not_logged() {
    let bare = || Bytes::from_static(b"\0\0\0\x0a\0u\0hunter2");
    let broker = Broker::silent();
    let yaml = "DebugPrinter: { body: true, body_limit: 100000 }";
    let mut chain = in_front_of(&broker, yaml, &Metrics::new()).await;
    let log = LogCapture::start();
    let token = Message::from_bare_sasl_token(MessageId::from_client(2), bare());
    broker.answer(Message::from_response_frame(token.request_ref(), bare()).unwrap());
    let mechanism = StrBytes::from_static_str("hunter2");
    let secret = Bytes::from_static(b"\0u\0hunter2");
    let requests = vec![
        request(
            0,
            1,
            &SaslHandshakeRequest::default().with_mechanism(mechanism),
        ),
        request(
            1,
            2,
            &SaslAuthenticateRequest::default().with_auth_bytes(secret),
        ),
        token,
    ];
    assert_eq!(chain.process(requests).await.unwrap().len(), 1);
    let lines = log.lines();
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in &lines {
        assert!(!line.contains("hunter2"), "{line}");
        assert!(
            line.ends_with("body=not logged: it can hold secrets"),
            "{line}"
        );
    }
    let without_header = "api=SaslAuthenticate version=0 bytes=14 answered=true";
    assert!(lines[2].contains(without_header), "{lines:?}");
    // Its first bytes are no error code.
    assert!(!lines[3].contains("error="), "{lines:?}");
}

#[tokio::test]
async fn no_body_of_an_api_with_secrets_is_logged() {
    let secret: Vec<_> = ApiKey::ALL.iter().filter(|key| is_secret(**key)).collect();
    assert_eq!(secret.len(), 10);
    for key in secret {
        let asked = default_request(0, *key, *key.versions().end());
        for line in logged("{ body: true }", vec![asked]).await {
            assert!(
                line.ends_with("body=not logged: it can hold secrets"),
                "{line}"
            );
        }
    }
}

#[tokio::test]
async fn a_client_cannot_write_lines_of_its_own() {
    let id = format!("a\n ERROR faked{}", "x".repeat(10_000));
    let made = Message::new_request(4, &id, &HeartbeatRequest::default()).unwrap();
    let lines = logged("{}", vec![made.duplicate_request()]).await;
    assert!(lines[0].contains(r#"client_id="a\n ERROR faked"#));
    assert!(lines.len() == 2 && lines[0].len() < 500, "{lines:?}");
}

#[test]
fn a_limit_that_is_none_is_reported() {
    let found = problems("DebugPrinter: { body: true, body_limit: 0 }");
    assert_eq!(found, ["body_limit: expected 1 to 100000 bytes, found 0"]);
    let found = problems("DebugPrinter: { body_limit: 10 }");
    assert_eq!(found, ["body_limit: has no effect without `body: true`"]);
    let found = unreadable("DebugPrinter: { level: loud }");
    assert!(found.contains("unknown name `loud`"), "{found}");
}
