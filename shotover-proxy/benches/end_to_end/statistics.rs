//! What is in the middle of some figures, and how far apart are they?

/// The middle of some figures and their ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// None if there are no figures.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get((sorted.len() - 1) / 2)?;
        Some(Self {
            median: f64::midpoint(lower, upper),
            least,
            most,
        })
    }
}

/// Latencies in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Percentiles {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
}

impl Percentiles {
    /// Of latencies in nanoseconds, in any order.
    pub(crate) fn of(mut latencies: Vec<u64>) -> Option<Self> {
        latencies.sort_unstable();
        let at = |per_mille: usize| {
            let rank = (latencies.len() * per_mille).div_ceil(1_000).max(1);
            latencies
                .get(rank - 1)
                .map(|nanoseconds| *nanoseconds as f64 / 1_000.0)
        };
        Some(Self {
            p50: at(500)?,
            p99: at(990)?,
            p999: at(999)?,
        })
    }
}
