//! Why does a transform give up on a connection, and who is to blame?

use crate::causes::Causes;
use std::error::Error;
use std::fmt;

/// A failure after which a client connection cannot go on.
///
/// A failure that belongs to one request is answered with an error response instead
/// ([`Message::error_response`](crate::message::Message::error_response)). This error ends the connection of the
/// client, as a broker would end it.
pub struct TransformError(Box<Failure>);

struct Failure {
    blame: Blame,
    is_idle: bool,
    /// Which transform gave up, once that is known.
    transform: Option<&'static str>,
    source: Box<dyn Error + Send + Sync>,
}

/// Who caused a [`TransformError`]: it decides at which level it is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The client broke the rules or went away.
    Client,
    /// A broker broke the rules, went away, or could not be reached.
    Broker,
    /// The proxy itself: a bug, the limits of the machine, or a limit in the topology that is too low.
    Proxy,
}

impl TransformError {
    /// The client broke the rules or went away.
    pub fn client(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::caused_by(Blame::Client, source)
    }

    /// A broker broke the rules, went away, or could not be reached.
    pub fn broker(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::caused_by(Blame::Broker, source)
    }

    /// A broker closed a connection on which no answer was waited for, as brokers do with one that is idle: nothing went
    /// wrong.
    pub fn idle_broker(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let mut error = Self::broker(source);
        error.0.is_idle = true;
        error
    }

    /// The proxy itself failed.
    pub fn proxy(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::caused_by(Blame::Proxy, source)
    }

    fn caused_by(blame: Blame, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Box::new(Failure {
            blame,
            is_idle: false,
            transform: None,
            source: source.into(),
        }))
    }

    /// The same error, which came of this transform if not of one below it.
    pub(super) fn of(mut self, transform: &'static str) -> Self {
        self.0.transform.get_or_insert(transform);
        self
    }

    /// The transform that gave up, as it is called in a topology. None if that is not known.
    pub fn transform(&self) -> Option<&'static str> {
        self.0.transform
    }

    /// Who caused the failure.
    pub fn blame(&self) -> Blame {
        self.0.blame
    }

    /// Whether this is the end of a connection that was idle, of which nobody needs to be told.
    pub fn is_idle(&self) -> bool {
        self.0.is_idle
    }
}

/// An error of a transform's own, passed up with `?`, is the proxy's fault.
impl<E: Error + Send + Sync + 'static> From<E> for TransformError {
    fn from(error: E) -> Self {
        Self::proxy(error)
    }
}

impl fmt::Display for TransformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Causes(self.0.source.as_ref()))
    }
}

impl fmt::Debug for TransformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransformError {{ blame: {:?}, {self} }}", self.0.blame)
    }
}
