//! What is counted?

use super::{chain, pure, whole};
use anyhow::Result;
use std::fmt;

/// Something whose cost is guarded.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Does it, and returns how often.
    pub(crate) run: Box<dyn Fn() -> Result<u64> + Sync>,
}

impl Case {
    pub(crate) fn new(
        name: impl Into<String>,
        run: impl Fn() -> Result<u64> + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
        }
    }
}

/// All of them. Those that take longest begin first.
pub(crate) fn all() -> Vec<Case> {
    [whole::cases(), chain::cases(), pure::cases()]
        .into_iter()
        .flatten()
        .collect()
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Case").field(&self.name).finish()
    }
}
