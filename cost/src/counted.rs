//! What was counted?

/// What one operation of a case takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Count {
    pub(crate) instructions: f64,
    /// Calls of the operating system that read or write: what costs most.
    pub(crate) socket_calls: f64,
}

impl Count {
    /// The least of both.
    pub(crate) fn least(self, other: Self) -> Self {
        Self {
            instructions: self.instructions.min(other.instructions),
            socket_calls: self.socket_calls.min(other.socket_calls),
        }
    }
}

/// A case and its count.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    pub(crate) name: String,
    pub(crate) count: Count,
}
