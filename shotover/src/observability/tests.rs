//! Tests of what `/metrics` says.

use super::catalogue::CATALOGUE;
use super::reasons::Reason;
use super::*;
use prometheus_client::metrics::gauge::Gauge;
use std::collections::HashSet;
use std::time::Duration;

/// The samples of one metric, as they stand in the text.
fn samples<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.lines()
        .filter(|line| line.split(['{', ' ']).next() == Some(name))
        .collect()
}

/// Counts something in every place there is.
fn busy() -> Metrics {
    let metrics = Metrics::new();
    let source = metrics.source("kafka");
    for code in [0, 3, 9_999] {
        source.request(code);
        source.response(code, Duration::from_millis(7));
        source.error(code, ErrorReason::Unsupported);
    }
    source.connection_opened().close(CloseReason::ProtocolError);
    source.connection_rejected(RejectReason::ConnectionLimit);
    source.bytes_received(500);
    source.bytes_sent(70);
    source.chain(Duration::from_micros(40));
    let sink = metrics.sink("sink");
    sink.connect();
    sink.connect_failed();
    sink.hedge();
    sink.outage();
    sink.response(3, Duration::from_millis(2));
    metrics
}

#[test]
fn every_metric_of_the_catalogue_is_exported() {
    let text = busy().encode();
    for metric in CATALOGUE {
        let stem = metric.stem();
        assert!(
            text.contains(&format!("# HELP {stem} {}\n", metric.help)),
            "no help for {stem}"
        );
        assert!(
            text.contains(&format!("# TYPE {stem} {}\n", metric.kind.as_str())),
            "no type for {stem}"
        );
    }
    assert_eq!(text.matches("# TYPE ").count(), CATALOGUE.len());
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn labels_are_those_of_the_catalogue() {
    let text = busy().encode();
    for metric in CATALOGUE {
        let sample = samples(&text, metric.name)
            .into_iter()
            .chain(samples(&text, &format!("{}_count", metric.name)));
        let sample = sample
            .last()
            .unwrap_or_else(|| panic!("no sample of {}", metric.name));
        let labels = sample.split_once('{').map(|(_, labels)| labels.split(','));
        let labels: Vec<&str> = labels
            .into_iter()
            .flatten()
            .map(|label| label.split_once('=').unwrap().0)
            .collect();
        assert_eq!(labels, metric.labels, "{sample}");
    }
}

#[test]
fn counters_carry_what_was_counted() {
    let text = busy().encode();
    for line in [
        r#"shotover_connections_active{source="kafka"} 0"#,
        r#"shotover_connections_accepted_total{source="kafka"} 1"#,
        r#"shotover_connections_closed_total{source="kafka",reason="protocol_error"} 1"#,
        r#"shotover_connections_closed_total{source="kafka",reason="idle"} 0"#,
        r#"shotover_connections_rejected_total{source="kafka",reason="connection_limit"} 1"#,
        r#"shotover_bytes_received_total{source="kafka"} 500"#,
        r#"shotover_bytes_sent_total{source="kafka"} 70"#,
        r#"shotover_requests_total{source="kafka",api="Metadata"} 1"#,
        r#"shotover_requests_total{source="kafka",api="unknown"} 1"#,
        r#"shotover_responses_total{source="kafka",api="Produce"} 1"#,
        r#"shotover_errors_total{source="kafka",api="unknown",reason="unsupported"} 1"#,
        r#"shotover_request_latency_seconds_sum{source="kafka",api="Produce"} 0.007"#,
        r#"shotover_request_latency_seconds_count{source="kafka",api="Produce"} 1"#,
        r#"shotover_request_latency_seconds_bucket{le="0.005",source="kafka",api="Produce"} 0"#,
        r#"shotover_request_latency_seconds_bucket{le="0.01",source="kafka",api="Produce"} 1"#,
        r#"shotover_request_latency_seconds_bucket{le="+Inf",source="kafka",api="Produce"} 1"#,
        r#"shotover_chain_seconds_sum{source="kafka"} 0.00004"#,
        r#"shotover_sink_connect_total{sink="sink"} 1"#,
        r#"shotover_sink_connect_failures_total{sink="sink"} 1"#,
        r#"shotover_sink_hedged_total{sink="sink"} 1"#,
        r#"shotover_sink_outages_total{sink="sink"} 1"#,
        r#"shotover_sink_latency_seconds_count{sink="sink",api="Metadata"} 1"#,
        concat!(
            r#"shotover_build_info{version=""#,
            env!("CARGO_PKG_VERSION"),
            r#""} 1"#
        ),
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in\n{text}"
        );
    }
}

#[test]
fn reasons_that_never_happened_stand_at_zero() {
    let metrics = Metrics::new();
    let _source = metrics.source("kafka");
    let text = metrics.encode();
    assert_eq!(
        samples(&text, "shotover_connections_closed_total").len(),
        CloseReason::ALL.len()
    );
    assert_eq!(
        samples(&text, "shotover_connections_rejected_total").len(),
        RejectReason::ALL.len()
    );
}

#[test]
fn no_two_samples_have_the_same_name_and_labels() {
    let text = busy().encode();
    let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let names: HashSet<&str> = samples
        .iter()
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    assert_eq!(names.len(), samples.len());
}

#[test]
fn the_size_of_a_scrape_does_not_grow_with_what_clients_send() {
    let metrics = Metrics::new();
    let source = metrics.source("kafka");
    let count_all = || {
        for code in i16::MIN..=i16::MAX {
            source.request(code);
            source.response(code, Duration::from_micros(3));
        }
        metrics.encode().lines().count()
    };
    assert_eq!(count_all(), count_all());
}

#[test]
fn sources_of_one_name_are_one() {
    let metrics = Metrics::new();
    metrics.source("a").bytes_sent(1);
    metrics.clone().source("a").bytes_sent(2);
    metrics.source("b").bytes_sent(4);
    assert_eq!(
        (
            metrics.source("a").sent_bytes(),
            metrics.source("b").sent_bytes()
        ),
        (3, 4)
    );
}

#[test]
fn processes_within_one_process_count_apart() {
    let (one, two) = (Metrics::new(), Metrics::new());
    one.source("kafka").bytes_sent(1);
    assert_eq!(two.source("kafka").sent_bytes(), 0);
}

#[test]
fn hostile_label_values_are_escaped() {
    let metrics = Metrics::new();
    let family = metrics
        .counter_family("seen", "Help\nwith a line break.", &["client"])
        .unwrap();
    family.counter(&["a\"} 1\nshotover_fake 9\\"]).inc();
    let text = metrics.encode();
    assert!(
        text.contains(r#"seen_total{client="a\"} 1\nshotover_fake 9\\"} 1"#),
        "{text}"
    );
    assert!(
        text.contains("# HELP seen Help\\nwith a line break.\n"),
        "{text}"
    );
}

#[test]
fn a_family_is_shared_by_all_who_register_it() {
    let metrics = Metrics::new();
    metrics
        .counter_family("queries_total", "Queries.", &["name"])
        .unwrap()
        .counter(&["a"])
        .inc();
    metrics
        .counter_family("queries", "Queries.", &["name"])
        .unwrap()
        .counter(&["a"])
        .inc();
    assert_eq!(
        samples(&metrics.encode(), "queries_total"),
        [r#"queries_total{name="a"} 2"#]
    );
}

#[test]
fn a_family_cannot_take_a_name_that_is_taken() {
    let metrics = Metrics::new();
    metrics
        .counter_family("queries", "Queries.", &["name"])
        .unwrap();
    let error = metrics
        .counter_family("queries", "Queries.", &["other"])
        .unwrap_err();
    assert_eq!(error, FamilyError::OtherLabels("queries".to_owned()));
    let error = metrics
        .counter_family("shotover_requests_total", "Mine.", &[])
        .unwrap_err();
    assert_eq!(
        error,
        FamilyError::Reserved("shotover_requests_total".to_owned())
    );
    let error = metrics
        .counter_family("not a name", "Mine.", &[])
        .unwrap_err();
    assert_eq!(error, FamilyError::MetricName("not a name".to_owned()));
}

#[test]
fn any_other_metric_can_be_registered() {
    let metrics = Metrics::new();
    let gauge: Gauge = Gauge::default();
    metrics.register(|registry| registry.register("queue_length", "Length", gauge.clone()));
    gauge.set(5);
    assert_eq!(
        samples(&metrics.encode(), "queue_length"),
        ["queue_length 5"]
    );
}
