//! Does this proxy want new clients just now?

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Where a process is in its life. It only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Not every source listens yet.
    Starting,
    /// Every source accepts connections.
    Accepting,
    /// No source accepts any more; what is in flight is finished.
    Draining,
}

impl Stage {
    /// The body of `/readyz`.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Accepting => "accepting",
            Self::Draining => "draining",
        }
    }
}

/// The stage of the process, shared by its clones: the runner moves it on, `/readyz` reads it.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    stage: Arc<AtomicU8>,
}

impl Readiness {
    /// Moves on to `stage`, unless the process is past it: a source that reports late must not undo a drain.
    pub fn advance(&self, stage: Stage) {
        self.stage.fetch_max(stage as u8, Ordering::Relaxed);
    }

    /// The stage the process is in.
    pub fn stage(&self) -> Stage {
        let stage = self.stage.load(Ordering::Relaxed);
        let passed = |other: Stage| stage >= other as u8;
        match () {
            () if passed(Stage::Draining) => Stage::Draining,
            () if passed(Stage::Accepting) => Stage::Accepting,
            () => Stage::Starting,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_starts_accepts_and_drains() {
        let readiness = Readiness::default();
        assert_eq!(readiness.stage(), Stage::Starting);
        for stage in [Stage::Accepting, Stage::Draining] {
            readiness.clone().advance(stage);
            assert_eq!(readiness.stage(), stage);
        }
    }

    #[test]
    fn a_drain_is_not_undone() {
        let readiness = Readiness::default();
        readiness.advance(Stage::Draining);
        readiness.advance(Stage::Accepting);
        assert_eq!(readiness.stage(), Stage::Draining);
    }
}
