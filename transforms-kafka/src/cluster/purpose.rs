//! What is the answer of a broker for?

use super::kept::Kept;
use super::view::Flight;
use kafka_protocol::messages::BrokerId;
use shotover::message::{Message, MessageId};

/// What an answer is for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// For the client.
    Client(Sent),
    /// A part of the answer to a request of the client.
    Part(Box<Part>),
    /// A part of a fetch.
    Fetch {
        id: u64,
        /// What was kept of it.
        request: Box<Message>,
    },
    /// For everyone who waits for what this asks.
    LookUp(Box<LookUp>),
    /// What the broker can do.
    Hello,
    /// Whether the broker knows the mechanism the client authenticated with.
    Handshake,
    /// Whether the broker accepts the client's credentials.
    Token,
}

impl Purpose {
    /// The part of this number of a request, sent to this broker, of which this was kept.
    pub(super) fn part((of, number): (MessageId, usize), broker: BrokerId, request: Kept) -> Self {
        Self::Part(Box::new(Part {
            of,
            broker,
            number,
            request,
        }))
    }
}

/// A request of the client.
#[derive(Debug)]
pub(super) struct Sent {
    /// What was kept of it.
    pub(super) request: Kept,
    /// How often it was sent to a broker that was lost.
    pub(super) failed: u8,
}

impl Sent {
    pub(super) fn id(&self) -> MessageId {
        self.request.request_ref().id
    }
}

/// A part of a request of the client.
#[derive(Debug)]
pub(super) struct Part {
    /// The request.
    pub(super) of: MessageId,
    pub(super) broker: BrokerId,
    /// Which of its parts this is.
    pub(super) number: usize,
    /// What was kept of the part.
    pub(super) request: Kept,
}

/// A request of the proxy's own.
#[derive(Debug)]
pub(super) struct LookUp {
    pub(super) request: Message,
    /// What it looks up.
    pub(super) flights: Vec<Flight>,
}
