//! What need not be looked at again before the task has slept?

/// What was seen since the task of a connection last slept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Nothing more could be read of the client.
    pub(super) is_dry: bool,
    /// The proxy does not go down.
    pub(super) no_drain: bool,
}

impl Seen {
    /// Forgets all of it when the task goes to sleep.
    pub(super) fn keep_if(&mut self, is_awake: bool) {
        if !is_awake {
            *self = Self::default();
        }
    }
}
