//! How long is the next frame, and is that believable?

use std::fmt;
use thiserror::Error;

/// The longest frame that is read from a client that a broker has let in, and from brokers: Kafka's
/// `socket.request.max.bytes` default.
pub const MAX_FRAME: usize = 100 * 1024 * 1024;

/// The longest frame that is read from a client before a broker has let it in: Kafka's
/// `sasl.server.max.receive.size` default.
pub const MAX_FRAME_BEFORE_AUTHENTICATION: usize = 512 * 1024;

/// What a peer sent is no frame.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FrameError {
    /// The length prefix is negative, or less than the shortest frame that may stand here.
    #[error("frame length {length} is less than {least} bytes{}", Hint(*length))]
    TooShort {
        /// The length the peer announced.
        length: i32,
        /// The shortest that could be right.
        least: usize,
    },
    /// The length prefix is more than the limit.
    #[error("frame length {length} exceeds the limit of {limit} bytes{}", Hint(*length))]
    TooLong {
        /// The length the peer announced.
        length: i32,
        /// The limit that holds in this state of the connection.
        limit: usize,
    },
}

/// How long a frame may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LengthLimits {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl LengthLimits {
    /// The length of the payload that these bytes announce, if its prefix is there.
    #[inline]
    pub(super) fn announced(self, bytes: &[u8]) -> Result<Option<usize>, FrameError> {
        let prefix = bytes.first_chunk();
        prefix.map(|prefix| self.check(*prefix)).transpose()
    }

    /// The length of the payload that a prefix announces.
    #[inline]
    fn check(self, prefix: [u8; 4]) -> Result<usize, FrameError> {
        let length = i32::from_be_bytes(prefix);
        let Ok(payload) = usize::try_from(length) else {
            return Err(FrameError::TooShort {
                length,
                least: self.least,
            });
        };
        if payload < self.least {
            Err(FrameError::TooShort {
                length,
                least: self.least,
            })
        } else if payload > self.most {
            Err(FrameError::TooLong {
                length,
                limit: self.most,
            })
        } else {
            Ok(payload)
        }
    }
}

/// What the peer probably speaks instead of Kafka, told from its first four bytes.
struct Hint(i32);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.to_be_bytes();
        if let [0x16, 3, _, _] = bytes {
            return f.write_str(": this looks like a TLS client on a port without TLS");
        }
        match &bytes {
            b"GET " | b"POST" | b"HEAD" | b"PUT " | b"OPTI" | b"CONN" | b"PRI " | b"HTTP" => {
                f.write_str(": this looks like HTTP")
            }
            b"SSH-" => f.write_str(": this looks like SSH"),
            _ => Ok(()),
        }
    }
}
