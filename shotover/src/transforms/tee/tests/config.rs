//! What can be written in a topology?

use super::fixture::produce;
use crate::observability::Metrics;
use crate::transforms::testing::{Broker, in_front_of, problems, request, sequences, unreadable};

#[tokio::test(start_paused = true)]
async fn a_sub_chain_in_a_topology_gets_copies() {
    let metrics = Metrics::new();
    let yaml = "Tee: { name: copy, chain: [QueryCounter: { name: second }, NullSink: {}] }";
    let mut chain = in_front_of(&Broker::default(), yaml, &metrics).await;
    let asked = request(0, 9, &produce("orders", 1));
    assert_eq!(sequences(&chain.process(vec![asked]).await.unwrap()), [0]);
    let text = metrics.encode();
    for series in [
        r#"shotover_query_count_total{name="second",api="Produce"} 1"#,
        r#"shotover_tee_copies_total{name="copy"} 1"#,
        r#"shotover_tee_not_copied_total{name="copy",reason="full"} 0"#,
        r#"shotover_tee_ended_total{name="copy"} 0"#,
    ] {
        assert!(text.contains(series), "{text}");
    }
    assert!(!chain.is_busy());
}

#[test]
fn a_sub_chain_is_checked_as_any_chain_is() {
    assert_eq!(
        problems("Tee: { chain: [QueryCounter: {}] }"),
        [
            "chain[0].QueryCounter: the last of a chain must answer every request, which \
             QueryCounter does not: end the chain with a sink"
        ]
    );
    let found = problems("Tee: { chain: [NullSink: { error: OOPS }] }");
    assert!(
        found[0].starts_with("chain[0].NullSink.error: unknown error `OOPS`"),
        "{found:?}"
    );
    let found = unreadable("Tee: {}");
    assert!(found.contains("required but missing"), "{found}");
}

#[test]
fn apis_that_cannot_be_copied_cannot_be_named() {
    let apis = "[Prodce, SaslHandshake, EndTxn, Fetch]";
    let found = problems(&format!("Tee: {{ apis: {apis}, chain: [NullSink: {{}}] }}"));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("apis[0]: unknown API `Prodce` (did you mean `Produce`?)"));
    assert_eq!(
        found[1..],
        [
            "apis[1]: SaslHandshake is copied with `sasl: true`, and only together",
            "apis[2]: EndTxn cannot be copied: no other cluster knows the producers and \
             transactions of this one"
        ]
    );
}
