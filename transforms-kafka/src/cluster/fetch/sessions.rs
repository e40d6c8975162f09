//! Which fetch sessions does a client connection have, with the proxy and with brokers (KIP-227)?
//!
//! A client that wants none causes none.

use super::broker_session::{BrokerSession, Change};
use super::client_session::ClientSession;
use super::wanted::{Asked, SessionRef, Wanted};
use kafka_protocol::messages::BrokerId;
use shotover::wire::ErrorCode;
use std::collections::BTreeMap;

/// The sessions of one client connection, with which they end.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// The number of the connection, from which the ids of its sessions are made.
    connection: u64,
    opened: u64,
    pub(super) client: Option<ClientSession>,
    brokers: BTreeMap<BrokerId, BrokerSession>,
}

/// How a fetch is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answering {
    /// With all that the request names.
    Sessionless,
    /// With all that the request names, and a session.
    Full,
    /// With what is new.
    Incremental,
}

impl Sessions {
    pub(super) fn of(connection: u64) -> Self {
        Self {
            connection,
            ..Self::default()
        }
    }

    /// Takes in what a request says about its session, and puts into it the partitions that it means.
    pub(super) fn begin(&mut self, wanted: &mut Wanted) -> Result<Answering, ErrorCode> {
        match wanted.session.epoch {
            ..0 => Ok(Answering::Sessionless),
            0 => {
                self.client = ClientSession::open(self.next_id(), wanted);
                let Some(client) = &self.client else {
                    return Ok(Answering::Sessionless);
                };
                if client.len() < wanted.partitions.len() {
                    // Some are named twice, which a session has once.
                    wanted.partitions = client.partitions().cloned().collect();
                }
                Ok(Answering::Full)
            }
            1.. => self.go_on(wanted),
        }
    }

    fn go_on(&mut self, wanted: &mut Wanted) -> Result<Answering, ErrorCode> {
        let Some(client) = &mut self.client else {
            return Err(ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
        };
        client.check(wanted)?;
        if !client.change(wanted) {
            // The client tries to open another one, which it is not granted.
            self.client = None;
            return Err(ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
        }
        if client.is_empty() {
            self.client = None;
            return Ok(Answering::Sessionless);
        }
        wanted.partitions = client.partitions().cloned().collect();
        Ok(Answering::Incremental)
    }

    /// An id that this client has not had on another connection, as far as can be.
    fn next_id(&mut self) -> i32 {
        self.opened += 1;
        let spread = self.connection.wrapping_mul(0x9e37_79b9) + self.opened;
        i32::try_from(spread & 0x7fff_ffff).unwrap_or(1).max(1)
    }

    /// Whether the request closes the session of the client. Then those with brokers are to be closed.
    pub(super) fn close(&mut self, of: SessionRef) -> Vec<(BrokerId, SessionRef)> {
        let is_meant = |client: &ClientSession| of.epoch < 0 && client.id() == of.id;
        if !self.client.as_ref().is_some_and(is_meant) {
            return Vec::new();
        }
        self.client = None;
        let brokers = std::mem::take(&mut self.brokers).into_iter();
        brokers
            .filter_map(|(broker, session)| Some((broker, session.closing()?)))
            .collect()
    }

    /// What a broker has to be told to answer for exactly these partitions.
    pub(super) fn ask(&mut self, broker: BrokerId, version: i16, asked: Vec<Asked>) -> Change {
        self.brokers.entry(broker).or_default().ask(version, asked)
    }

    /// A broker answered a request of the session `asked` with the session `id`, or with an error.
    pub(super) fn answered(
        &mut self,
        broker: BrokerId,
        asked: SessionRef,
        answer: Result<i32, ErrorCode>,
    ) {
        match (asked, self.brokers.get_mut(&broker), answer) {
            (SessionRef::NONE, ..) | (_, None, _) => {}
            (_, Some(session), Ok(id)) => session.answered(asked, id),
            (_, Some(session), Err(_)) => session.lost(),
        }
    }

    /// A broker did not answer.
    pub(super) fn lost(&mut self, broker: BrokerId) {
        if let Some(session) = self.brokers.get_mut(&broker) {
            session.lost();
        }
    }
}
