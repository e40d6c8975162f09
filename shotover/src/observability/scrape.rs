//! How do the counters become the text of `/metrics`?

use super::api_table::ApiSlot;
use super::catalogue::{self, Description};
use super::histogram::HistogramTotal;
use super::reasons::{CloseReason, ErrorReason, Reason, RejectReason};
use super::sink_metrics::SinkMetrics;
use super::source_metrics::SourceMetrics;
use crate::budget::Budget;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// All sources and sinks of the process, in the order they were made.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) sources: RwLock<Vec<Arc<SourceMetrics>>>,
    pub(crate) sinks: RwLock<Vec<Arc<SinkMetrics>>>,
}

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        Exposed::begin(&mut encoder, &catalogue::BUILD_INFO)?
            .encoder
            .encode_info(&version)?;
        held(&mut encoder, Budget::of_process())?;
        let sources = self
            .sources
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        connections(&mut encoder, &sources)?;
        bytes(&mut encoder, &sources)?;
        requests(&mut encoder, &sources)?;
        times(&mut encoder, &sources)?;
        let sinks = self
            .sinks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        sink_counters(&mut encoder, &sinks)?;
        sink_latency(&mut encoder, &sinks)
    }
}

fn held(encoder: &mut DescriptorEncoder<'_>, budget: &Budget) -> fmt::Result {
    for (metric, bytes) in [
        (&catalogue::HELD_BYTES, budget.held()),
        (&catalogue::HELD_BYTES_LIMIT, budget.limit()),
    ] {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        Exposed::begin(encoder, metric)?
            .encoder
            .encode_gauge(&bytes)?;
    }
    Ok(())
}

fn connections(encoder: &mut DescriptorEncoder<'_>, sources: &[Arc<SourceMetrics>]) -> fmt::Result {
    let mut active = Exposed::begin(encoder, &catalogue::CONNECTIONS_ACTIVE)?;
    for source in sources {
        active.gauge(&[source.name()], source.active())?;
    }
    let mut limit = Exposed::begin(encoder, &catalogue::CONNECTIONS_LIMIT)?;
    for source in sources {
        limit.gauge(&[source.name()], source.connection_limit())?;
    }
    let mut accepted = Exposed::begin(encoder, &catalogue::CONNECTIONS_ACCEPTED)?;
    for source in sources {
        accepted.counter(&[source.name()], source.accepted())?;
    }
    let mut rejected = Exposed::begin(encoder, &catalogue::CONNECTIONS_REJECTED)?;
    for source in sources {
        for reason in RejectReason::ALL {
            rejected.counter(&[source.name(), reason.label()], source.rejected(*reason))?;
        }
    }
    let mut closed = Exposed::begin(encoder, &catalogue::CONNECTIONS_CLOSED)?;
    for source in sources {
        for reason in CloseReason::ALL {
            closed.counter(&[source.name(), reason.label()], source.closed(*reason))?;
        }
    }
    Ok(())
}

fn bytes(encoder: &mut DescriptorEncoder<'_>, sources: &[Arc<SourceMetrics>]) -> fmt::Result {
    let mut received = Exposed::begin(encoder, &catalogue::BYTES_RECEIVED)?;
    for source in sources {
        received.counter(&[source.name()], source.received_bytes())?;
    }
    let mut sent = Exposed::begin(encoder, &catalogue::BYTES_SENT)?;
    for source in sources {
        sent.counter(&[source.name()], source.sent_bytes())?;
    }
    Ok(())
}

fn requests(encoder: &mut DescriptorEncoder<'_>, sources: &[Arc<SourceMetrics>]) -> fmt::Result {
    let mut requests = Exposed::begin(encoder, &catalogue::REQUESTS)?;
    for (source, slot, api) in per_api(sources) {
        requests.counter(&[source.name(), api], source.requests(slot))?;
    }
    let mut responses = Exposed::begin(encoder, &catalogue::RESPONSES)?;
    for (source, slot, api) in per_api(sources) {
        responses.counter(&[source.name(), api], source.responses(slot))?;
    }
    let mut errors = Exposed::begin(encoder, &catalogue::ERRORS)?;
    for (source, slot, api) in per_api(sources) {
        for reason in ErrorReason::ALL {
            errors.counter(
                &[source.name(), api, reason.label()],
                source.errors(slot, *reason),
            )?;
        }
    }
    Ok(())
}

fn times(encoder: &mut DescriptorEncoder<'_>, sources: &[Arc<SourceMetrics>]) -> fmt::Result {
    let mut latency = Exposed::begin(encoder, &catalogue::REQUEST_LATENCY)?;
    for (source, slot, api) in per_api(sources) {
        latency.histogram(&[source.name(), api], &source.latency(slot))?;
    }
    let mut chain = Exposed::begin(encoder, &catalogue::CHAIN_TIME)?;
    for source in sources {
        chain.histogram(&[source.name()], &source.chain_total())?;
    }
    Ok(())
}

fn sink_counters(encoder: &mut DescriptorEncoder<'_>, sinks: &[Arc<SinkMetrics>]) -> fmt::Result {
    type Read = fn(&SinkMetrics) -> u64;
    let counters: [(&Description, Read); 4] = [
        (&catalogue::SINK_CONNECTS, SinkMetrics::connects),
        (
            &catalogue::SINK_CONNECT_FAILURES,
            SinkMetrics::connect_failures,
        ),
        (&catalogue::SINK_HEDGED, SinkMetrics::hedged),
        (&catalogue::SINK_OUTAGES, SinkMetrics::outages),
    ];
    for (metric, read) in counters {
        let mut counter = Exposed::begin(encoder, metric)?;
        for sink in sinks {
            counter.counter(&[sink.name()], read(sink))?;
        }
    }
    Ok(())
}

fn sink_latency(encoder: &mut DescriptorEncoder<'_>, sinks: &[Arc<SinkMetrics>]) -> fmt::Result {
    let mut latency = Exposed::begin(encoder, &catalogue::SINK_LATENCY)?;
    for sink in sinks {
        for (slot, api) in ApiSlot::all() {
            let total = sink.latency(slot);
            if total.count() > 0 {
                latency.histogram(&[sink.name(), api], &total)?;
            }
        }
    }
    Ok(())
}

/// Every API that each source has seen.
fn per_api(
    sources: &[Arc<SourceMetrics>],
) -> impl Iterator<Item = (&SourceMetrics, ApiSlot, &str)> {
    sources.iter().flat_map(|source| {
        let seen = ApiSlot::all().filter(|(slot, _)| source.has_seen(*slot));
        seen.map(move |(slot, name)| (&**source, slot, name))
    })
}

/// One metric of the catalogue, to which series are added.
struct Exposed<'a> {
    encoder: MetricEncoder<'a>,
    labels: &'static [&'static str],
}

impl<'a> Exposed<'a> {
    fn begin(
        encoder: &'a mut DescriptorEncoder<'_>,
        metric: &Description,
    ) -> Result<Self, fmt::Error> {
        let encoder = encoder.encode_descriptor(metric.stem(), metric.help, None, metric.kind)?;
        Ok(Self {
            encoder,
            labels: metric.labels,
        })
    }

    fn counter(&mut self, values: &[&str], value: u64) -> fmt::Result {
        let labels = self.labels(values);
        self.encoder
            .encode_family(&labels)?
            .encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    fn gauge(&mut self, values: &[&str], value: u64) -> fmt::Result {
        let labels = self.labels(values);
        self.encoder.encode_family(&labels)?.encode_gauge(&value)
    }

    fn histogram(&mut self, values: &[&str], total: &HistogramTotal) -> fmt::Result {
        let labels = self.labels(values);
        let (sum, count, buckets) = (total.sum_seconds(), total.count(), total.buckets());
        self.encoder
            .encode_family(&labels)?
            .encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    /// The labels with their values, which stand in the order of the catalogue.
    fn labels<'v>(&self, values: &[&'v str]) -> Vec<(&'static str, &'v str)> {
        debug_assert_eq!(self.labels.len(), values.len());
        self.labels
            .iter()
            .copied()
            .zip(values.iter().copied())
            .collect()
    }
}
