//! How does a transform count something of its own?

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// Combinations of label values in one family. What comes after is counted with `other` as the value of each label.
pub const MAX_SERIES_PER_FAMILY: usize = 1_000;

/// The label value of everything beyond [`MAX_SERIES_PER_FAMILY`].
const OVERFLOW: &str = "other";

/// Why a family of counters cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FamilyError {
    /// Prometheus does not allow this name for a metric.
    #[error(
        "metric name {0:?} may only contain letters, digits, underscores and colons, and must not start with a digit"
    )]
    MetricName(String),
    /// Prometheus does not allow this name for a label.
    #[error(
        "label name {0:?} may only contain letters, digits and underscores, and must not start with a digit or two underscores"
    )]
    LabelName(String),
    /// Shotover exports a metric of this name itself.
    #[error("metric name {0:?} is one of Shotover's own")]
    Reserved(String),
    /// The name was registered before with other labels.
    #[error("metric {0:?} is registered with other labels")]
    OtherLabels(String),
}

/// Counters of one name, told apart by the values of their labels. Clones share the counters.
#[derive(Clone, Debug)]
pub struct CounterFamily {
    labels: Arc<[String]>,
    series: Arc<Mutex<BTreeMap<Box<[String]>, Counter>>>,
}

impl CounterFamily {
    pub(crate) fn new(labels: &[&str]) -> Result<Self, FamilyError> {
        if let Some(label) = labels
            .iter()
            .find(|label| !is_name(label) || label.contains(':') || label.starts_with("__"))
        {
            return Err(FamilyError::LabelName((*label).to_owned()));
        }
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        Ok(Self {
            labels,
            series: Arc::default(),
        })
    }

    /// The counter for these label values, in the order the labels were registered; a missing value is empty, a surplus
    /// one is left out.
    ///
    /// This takes a lock: ask once and keep the counter, whose `inc` is a single atomic addition.
    pub fn counter(&self, values: &[&str]) -> Counter {
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let value = |index: usize| values.get(index).copied().unwrap_or_default().to_owned();
        let values: Box<[String]> = (0..self.labels.len()).map(value).collect();
        if series.len() < MAX_SERIES_PER_FAMILY || series.contains_key(&values) {
            return series.entry(values).or_default().clone();
        }
        let overflow = self.labels.iter().map(|_| OVERFLOW.to_owned()).collect();
        series.entry(overflow).or_default().clone()
    }

    pub(crate) fn has_labels(&self, labels: &[&str]) -> bool {
        self.labels.iter().eq(labels.iter())
    }
}

impl EncodeMetric for CounterFamily {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        // Copied, so that a counter can be asked for while a slow scrape is written.
        let series = self
            .series
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for (values, counter) in &series {
            let labels: Vec<(&str, &str)> = self
                .labels
                .iter()
                .map(String::as_str)
                .zip(values.iter().map(String::as_str))
                .collect();
            encoder
                .encode_family(&labels)?
                .encode_counter::<NoLabelSet, _, u64>(&counter.get(), None)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}

/// Whether `name` matches `[a-zA-Z_:][a-zA-Z0-9_:]*`.
pub(crate) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':';
    bytes
        .next()
        .is_some_and(|first| allowed(first) && !first.is_ascii_digit())
        && bytes.all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_counter() {
        let family = CounterFamily::new(&["topic"]).unwrap();
        family.counter(&["a"]).inc();
        family.clone().counter(&["a"]).inc();
        family.counter(&["b"]).inc();
        assert_eq!(
            (family.counter(&["a"]).get(), family.counter(&["b"]).get()),
            (2, 1)
        );
    }

    #[test]
    fn values_beyond_the_limit_are_counted_together() {
        let family = CounterFamily::new(&["client", "topic"]).unwrap();
        for number in 0..MAX_SERIES_PER_FAMILY + 50 {
            family.counter(&[&number.to_string(), "t"]).inc();
        }
        assert_eq!(family.counter(&["one more", "t"]).get(), 50);
        assert_eq!(family.counter(&["0", "t"]).get(), 1);
        assert_eq!(
            family.series.lock().unwrap().len(),
            MAX_SERIES_PER_FAMILY + 1
        );
    }

    #[test]
    fn the_number_of_values_is_the_number_of_labels() {
        let family = CounterFamily::new(&["a", "b"]).unwrap();
        family.counter(&["x"]).inc();
        assert_eq!(family.counter(&["x", "", "surplus"]).get(), 1);
    }

    #[test]
    fn label_names_follow_prometheus() {
        for label in [
            "",
            "1st",
            "__reserved",
            "with space",
            "with:colon",
            "ünicode",
        ] {
            assert_eq!(
                CounterFamily::new(&["ok", label]).unwrap_err(),
                FamilyError::LabelName(label.to_owned())
            );
        }
        assert!(CounterFamily::new(&["ok", "_also_ok", "A1"]).is_ok());
    }
}
