//! Which connections to brokers does one client have?

use super::node::Health;
use super::shared::Cluster;
use super::upstream::{Event, Upstream};
use crate::broker::BrokerConnection;
use kafka_protocol::messages::BrokerId;
use shotover::message::{EncodeError, Message};
use shotover::topology::Address;
use std::sync::Arc;
use std::task::{Context, Poll};

/// What a connection to a broker is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Destination {
    /// Requests of the client that belong to this broker.
    Id(BrokerId),
    /// Fetches of the client from this broker, which keep it waiting.
    LongPoll(BrokerId),
    /// The client's SASL exchange, and look-ups.
    ControlConnection,
}

/// A connection to a broker, and which broker that is.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) destination: Destination,
    /// None while only a contact point is known.
    pub(super) broker: Option<BrokerId>,
    pub(super) health: Arc<Health>,
    pub(super) upstream: Upstream,
}

/// The connections of one client: few, so they are searched one by one.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<Line>);

/// Where a broker is.
#[derive(Debug)]
pub(super) struct Target<'a> {
    pub(super) broker: Option<BrokerId>,
    pub(super) address: &'a Address,
    pub(super) health: &'a Arc<Health>,
}

impl Lines {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Line> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Line> {
        self.0.iter_mut()
    }

    pub(super) fn get_mut(&mut self, destination: Destination) -> Option<&mut Line> {
        self.0
            .iter_mut()
            .find(|line| line.destination == destination)
    }

    pub(super) fn has(&self, destination: Destination) -> bool {
        self.0.iter().any(|line| line.destination == destination)
    }

    /// Starts to connect. `hello` is the first thing the broker hears.
    pub(super) fn open(
        &mut self,
        destination: Destination,
        target: &Target<'_>,
        (cluster, hello): (&Cluster, Message),
    ) -> Result<(), EncodeError> {
        let connection = BrokerConnection::new(
            cluster.network.dial(target.address),
            Some(cluster.read_timeout),
            Arc::clone(&cluster.metrics),
        );
        self.0.push(Line {
            destination,
            broker: target.broker,
            health: Arc::clone(target.health),
            upstream: Upstream::new(connection, hello)?,
        });
        Ok(())
    }

    /// Takes a connection out, to be dropped.
    pub(super) fn remove(&mut self, destination: Destination) -> Option<Line> {
        let place = self
            .0
            .iter()
            .position(|line| line.destination == destination)?;
        Some(self.0.swap_remove(place))
    }

    /// Moves all connections forward until one of them has something to tell.
    pub(super) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<(Destination, Event)> {
        for line in &mut self.0 {
            if let Poll::Ready(event) = line.upstream.poll_event(cx) {
                return Poll::Ready((line.destination, event));
            }
        }
        Poll::Pending
    }
}
