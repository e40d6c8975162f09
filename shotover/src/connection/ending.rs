//! How does a client connection end, and what is said about it?

use super::LogLimit;
use super::deadlines::TimedOut;
use crate::codec::RequestError;
use crate::observability::CloseReason;
use crate::transforms::{Blame, TransformError};
use std::io;
use tracing::{debug, error, info, warn};

/// Why a client connection ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The client said that it sends nothing more, and has all its answers.
    ClientClosed,
    /// The proxy goes down, and the client has all its answers.
    Drained,
    /// The socket failed.
    Io(io::Error),
    /// What the client sent makes a broker hang up; it has the answers to what it sent before.
    Refused {
        /// Whether it ever got an answer, which may still be on its way.
        heard: bool,
    },
    /// The client was given up.
    TimedOut(TimedOut),
    /// A transform gave up.
    Transform(TransformError),
}

impl Ending {
    /// Whether answers that are complete are still written: a broker that hangs up on a client has answered what
    /// came before.
    pub(super) fn delivers(&self) -> bool {
        match self {
            Self::ClientClosed
            | Self::Drained
            | Self::Refused { heard: true }
            | Self::Transform(_) => true,
            Self::Io(_) | Self::Refused { heard: false } | Self::TimedOut(_) => false,
        }
    }

    /// What it is counted as.
    pub(crate) fn reason(&self) -> CloseReason {
        match self {
            Self::ClientClosed | Self::TimedOut(TimedOut::HasLeft) => CloseReason::ClientClosed,
            Self::Drained => CloseReason::Shutdown,
            Self::Io(_) => CloseReason::IoError,
            Self::Refused { .. } | Self::TimedOut(TimedOut::Refused) => CloseReason::ProtocolError,
            Self::TimedOut(TimedOut::Idle) => CloseReason::Idle,
            Self::TimedOut(
                TimedOut::NoFirstRequest | TimedOut::SlowFrame | TimedOut::NotReading,
            ) => CloseReason::Stalled,
            Self::Transform(error) if error.is_idle() => CloseReason::BrokerClosed,
            Self::Transform(error) => match error.blame() {
                Blame::Broker => CloseReason::BrokerLost,
                Blame::Client => CloseReason::ProtocolError,
                Blame::Proxy => CloseReason::TransformError,
            },
        }
    }

    /// Who made the connection end badly, if anybody did.
    fn blame(&self) -> Option<Blame> {
        match self {
            // Was said when the bytes came, by `log_refusal`.
            Self::Refused { .. } | Self::TimedOut(TimedOut::Refused) => None,
            Self::ClientClosed
            | Self::Drained
            | Self::Io(_)
            | Self::TimedOut(TimedOut::Idle | TimedOut::HasLeft) => None,
            Self::TimedOut(
                TimedOut::NoFirstRequest | TimedOut::SlowFrame | TimedOut::NotReading,
            ) => Some(Blame::Client),
            Self::Transform(error) if error.is_idle() => None,
            Self::Transform(error) => Some(error.blame()),
        }
    }

    /// Says it in one line, unless too many were said; who and which connection stand in the span.
    pub(super) fn log(&self, limit: &LogLimit) {
        if self.blame().is_some_and(|blame| !limit.admits(blame)) {
            return;
        }
        match self {
            Self::ClientClosed | Self::Drained | Self::Refused { .. } => {
                debug!(reason = ?self.reason(), "connection closed")
            }
            Self::Io(error) => debug!(%error, "connection to the client failed"),
            Self::TimedOut(TimedOut::Idle) => debug!("closing an idle connection"),
            Self::TimedOut(cause @ (TimedOut::HasLeft | TimedOut::Refused)) => {
                debug!(%cause, "closing a connection")
            }
            Self::TimedOut(cause) => info!(%cause, "closing the connection of a stalled client"),
            Self::Transform(error) if error.is_idle() => {
                debug!(%error, "closing an idle connection: its broker did")
            }
            Self::Transform(error) => {
                let transform = error.transform();
                match error.blame() {
                    Blame::Client => warn!(transform, %error, "closing a client connection"),
                    Blame::Broker => {
                        warn!(transform, %error, "closing a client connection: its broker is lost")
                    }
                    Blame::Proxy => {
                        error!(transform, %error, "closing a client connection: a transform failed")
                    }
                }
            }
        }
    }
}

/// Says in one line what a client sent that makes a broker hang up, unless too many were said.
pub(super) fn log_refusal(error: RequestError, limit: &LogLimit) {
    if limit.admits(Blame::Client) {
        // Says the causes as well.
        let error = TransformError::client(error);
        warn!(%error, "closing the connection of a client that broke the protocol");
    }
}
