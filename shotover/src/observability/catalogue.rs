//! Which metrics does Shotover export, with which labels, and what do they mean?
//!
//! The only place that names them; a test holds `docs/src/observability.md` to it.

use prometheus_client::metrics::MetricType;

/// One metric as `/metrics` describes it.
#[derive(Debug)]
pub(crate) struct Description {
    /// As it is scraped, a counter with its `_total`.
    pub(crate) name: &'static str,
    pub(crate) kind: MetricType,
    pub(crate) labels: &'static [&'static str],
    pub(crate) help: &'static str,
}

impl Description {
    /// The name the encoder wants: it appends the suffix of the kind itself.
    pub(crate) fn stem(&self) -> &'static str {
        let suffix = match self.kind {
            MetricType::Counter => "_total",
            MetricType::Info => "_info",
            MetricType::Gauge | MetricType::Histogram | MetricType::Unknown => "",
        };
        self.name.strip_suffix(suffix).unwrap_or(self.name)
    }
}

macro_rules! catalogue {
    ($(#[$doc:meta])* $list:ident:
     $($constant:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal;)+) => {
        $(pub(crate) const $constant: Description =
            Description { name: $name, kind: MetricType::$kind, labels: &[$($label),*], help: $help };)+

        $(#[$doc])*
        pub(crate) const $list: &[Description] = &[$($constant),+];
    };
}

catalogue! {
    /// Every metric of a process whose transforms count nothing of their own.
    CATALOGUE:
    BUILD_INFO = Info "shotover_build_info" ["version"]
        "Always 1; the label is the version of the shotover crate.";
    HELD_BYTES = Gauge "shotover_held_bytes" []
        "Bytes of requests and answers that wait in this process, for the rest of them or for a peer to take them.";
    HELD_BYTES_LIMIT = Gauge "shotover_held_bytes_limit" []
        "Bytes that may wait in this process: held_bytes_limit.";
    CONNECTIONS_ACTIVE = Gauge "shotover_connections_active" ["source"]
        "Client connections that are open.";
    CONNECTIONS_LIMIT = Gauge "shotover_connections_limit" ["source"]
        "Client connections that may be open: connection_limit.";
    CONNECTIONS_ACCEPTED = Counter "shotover_connections_accepted_total" ["source"]
        "Client connections accepted.";
    CONNECTIONS_REJECTED = Counter "shotover_connections_rejected_total" ["source", "reason"]
        "Clients turned away before they became a connection.";
    CONNECTIONS_CLOSED = Counter "shotover_connections_closed_total" ["source", "reason"]
        "Client connections that ended.";
    BYTES_RECEIVED = Counter "shotover_bytes_received_total" ["source"]
        "Bytes read from clients, without the overhead of TLS.";
    BYTES_SENT = Counter "shotover_bytes_sent_total" ["source"]
        "Bytes written to clients, without the overhead of TLS.";
    REQUESTS = Counter "shotover_requests_total" ["source", "api"]
        "Requests read from clients.";
    RESPONSES = Counter "shotover_responses_total" ["source", "api"]
        "Answers queued for clients. Produce requests with acks=0 have none.";
    ERRORS = Counter "shotover_errors_total" ["source", "api", "reason"]
        "Requests that ended their connection, or waited for an answer when it ended. Answers with an error code are not counted.";
    REQUEST_LATENCY = Histogram "shotover_request_latency_seconds" ["source", "api"]
        "Time from reading a request to queueing its answer for the client, or the beginning of a long one.";
    CHAIN_TIME = Histogram "shotover_chain_seconds" ["source"]
        "Time a batch spent in the transform calls of its chain.";
    SINK_CONNECTS = Counter "shotover_sink_connect_total" ["sink"]
        "Attempts to connect to a broker.";
    SINK_CONNECT_FAILURES = Counter "shotover_sink_connect_failures_total" ["sink"]
        "Attempts to connect to a broker that failed.";
    SINK_HEDGED = Counter "shotover_sink_hedged_total" ["sink"]
        "Requests that one more broker was asked, because one that was asked before said nothing for a second.";
    SINK_OUTAGES = Counter "shotover_sink_outages_total" ["sink"]
        "Requests, or parts of them, that were answered with an error because no broker was there for them.";
    SINK_LATENCY = Histogram "shotover_sink_latency_seconds" ["sink", "api"]
        "Time from queueing a request for a broker, also one that is yet to be connected to, to its answer or the beginning of a long one.";
}

catalogue! {
    /// What the transforms of this crate count, where they stand in the topology.
    OF_TRANSFORMS:
    QUERIES = Counter "shotover_query_count_total" ["name", "api"]
        "Requests that a QueryCounter has seen.";
    QUERIED_TOPICS = Counter "shotover_query_topic_count_total" ["name", "api", "topic"]
        "Requests that a QueryCounter has seen, once for each topic they name.";
    TEE_COPIES = Counter "shotover_tee_copies_total" ["name"]
        "Copies of requests that a Tee gave to its sub-chain.";
    TEE_NOT_COPIED = Counter "shotover_tee_not_copied_total" ["name", "reason"]
        "Requests that a Tee was to copy and did not.";
    TEE_ENDED = Counter "shotover_tee_ended_total" ["name"]
        "Client connections without copies since the sub-chain of a Tee failed.";
}

/// Every name that no transform of a third party can take.
pub(crate) fn own() -> impl Iterator<Item = &'static Description> {
    CATALOGUE.iter().chain(OF_TRANSFORMS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observability::reasons::{CloseReason, ErrorReason, Reason, RejectReason};
    use std::collections::HashSet;

    const DOCUMENTATION: &str = include_str!("../../../docs/src/observability.md");

    #[test]
    fn the_documentation_lists_exactly_these_metrics() {
        let documented: Vec<&str> = DOCUMENTATION
            .lines()
            .filter(|line| line.starts_with("| `shotover_"))
            .collect();
        let expected: Vec<String> = own().map(row).collect();
        assert_eq!(documented, expected);
    }

    fn row(metric: &Description) -> String {
        let labels: Vec<String> = metric
            .labels
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        format!(
            "| `{}` | {} | {} | {} |",
            metric.name,
            metric.kind.as_str(),
            labels.join(", "),
            metric.help
        )
    }

    #[test]
    fn the_documentation_lists_exactly_these_reasons() {
        let documented: Vec<&str> = DOCUMENTATION
            .lines()
            .filter_map(|line| line.strip_prefix("| shotover_")?.split('`').nth(1))
            .collect();
        let closed = CloseReason::ALL.iter().map(|reason| reason.label());
        let rejected = RejectReason::ALL.iter().map(|reason| reason.label());
        let errors = ErrorReason::ALL.iter().map(|reason| reason.label());
        assert_eq!(
            documented,
            closed.chain(rejected).chain(errors).collect::<Vec<_>>()
        );
    }

    #[test]
    fn names_are_unique_and_well_formed() {
        let names: HashSet<&str> = own().map(|metric| metric.name).collect();
        assert_eq!(names.len(), own().count());
        for metric in own() {
            assert!(metric.name.starts_with("shotover_"), "{}", metric.name);
            assert_eq!(
                metric.kind == MetricType::Counter,
                metric.name.ends_with("_total"),
                "{}",
                metric.name
            );
            assert_eq!(
                metric.kind == MetricType::Histogram,
                metric.name.ends_with("_seconds"),
                "{}",
                metric.name
            );
        }
    }
}
