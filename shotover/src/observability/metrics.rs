//! Where does a source, a sink or a transform get its counters, and who can read them?

use super::catalogue::{Description, own};
use super::counter_family::{CounterFamily, FamilyError, is_name};
use super::scrape::Counted;
use super::sink_metrics::SinkMetrics;
use super::source_metrics::SourceMetrics;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All counters of one proxy. Made once and cloned; the clones count into the same place.
///
/// ```
/// # use shotover::observability::Metrics;
/// # use std::time::Duration;
/// let metrics = Metrics::new();
/// let source = metrics.source("kafka");
/// source.request(0);
/// source.response(0, Duration::from_millis(3));
/// assert!(metrics.encode().contains(r#"shotover_requests_total{source="kafka",api="Produce"} 1"#));
/// ```
#[derive(Clone, Debug)]
pub struct Metrics {
    counted: Arc<Counted>,
    exported: Arc<Mutex<Exported>>,
}

#[derive(Debug, Default)]
struct Exported {
    registry: Registry,
    families: HashMap<String, CounterFamily>,
}

impl Metrics {
    /// Counters that all stand at zero.
    #[expect(
        clippy::new_without_default,
        reason = "a default is made in passing; this is made once per process"
    )]
    pub fn new() -> Self {
        let counted = Arc::new(Counted::default());
        let mut exported = Exported::default();
        exported
            .registry
            .register_collector(Box::new(Arc::clone(&counted)));
        Self {
            counted,
            exported: Arc::new(Mutex::new(exported)),
        }
    }

    /// The counters of the source with this name, the same for every caller.
    pub fn source(&self, name: &str) -> Arc<SourceMetrics> {
        let mut sources = self
            .counted
            .sources
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = sources.iter().find(|source| source.name() == name) {
            return Arc::clone(source);
        }
        let source = Arc::new(SourceMetrics::new(name));
        sources.push(Arc::clone(&source));
        source
    }

    /// The counters of the sink with this name, the same for every caller.
    pub fn sink(&self, name: &str) -> Arc<SinkMetrics> {
        let mut sinks = self
            .counted
            .sinks
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(sink) = sinks.iter().find(|sink| sink.name() == name) {
            return Arc::clone(sink);
        }
        let sink = Arc::new(SinkMetrics::new(name));
        sinks.push(Arc::clone(&sink));
        sink
    }

    /// Counters for a transform of your own. Several transforms that ask for one name get the same family.
    ///
    /// `_total` is appended to the name if it is not there.
    ///
    /// ```
    /// # use shotover::observability::Metrics;
    /// # let metrics = Metrics::new();
    /// let redacted = metrics.counter_family("my_redacted_records", "Records whose value was redacted.", &["topic"])?;
    /// let orders = redacted.counter(&["orders"]);
    /// orders.inc();
    /// assert!(metrics.encode().contains(r#"my_redacted_records_total{topic="orders"} 1"#));
    /// # Ok::<(), shotover::observability::FamilyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When Prometheus or Shotover does not allow the name or a label, or the name was registered with other labels.
    pub fn counter_family(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<CounterFamily, FamilyError> {
        let stem = name.strip_suffix("_total").unwrap_or(name);
        if !is_name(stem) {
            return Err(FamilyError::MetricName(name.to_owned()));
        }
        if own().map(Description::stem).any(|own| own == stem) {
            return Err(FamilyError::Reserved(name.to_owned()));
        }
        self.family(stem, help, labels)
    }

    /// Counters of a transform of this crate.
    pub(crate) fn own_family(&self, of: &Description) -> Result<CounterFamily, FamilyError> {
        self.family(of.stem(), of.help, of.labels)
    }

    fn family(
        &self,
        stem: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<CounterFamily, FamilyError> {
        let mut exported = self.exported();
        if let Some(family) = exported.families.get(stem) {
            let same = family.has_labels(labels);
            return same
                .then(|| family.clone())
                .ok_or_else(|| FamilyError::OtherLabels(stem.to_owned()));
        }
        let family = CounterFamily::new(labels)?;
        exported.families.insert(stem.to_owned(), family.clone());
        // The registry ends the help with a full stop of its own.
        let help = help
            .trim_end_matches('.')
            .replace('\\', r"\\")
            .replace('\n', r"\n");
        exported.registry.register(stem, help, family.clone());
        Ok(family)
    }

    /// Registers metrics of any other kind; see the `prometheus-client` crate. Their number is for the caller to bound.
    pub fn register(&self, metrics: impl FnOnce(&mut Registry)) {
        metrics(&mut self.exported().registry);
    }

    /// Everything in the OpenMetrics text format.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        let exported = self.exported();
        if encode(&mut text, &exported.registry).is_err() {
            // Writing to a String does not fail; a metric that a third party registered can.
            tracing::error!("a registered metric cannot be encoded, so /metrics is incomplete");
        }
        text
    }

    fn exported(&self) -> MutexGuard<'_, Exported> {
        self.exported.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
