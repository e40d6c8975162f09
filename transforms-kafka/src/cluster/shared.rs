//! What do the connections of all clients have in common?

use super::advertise::{Advertise, Presentation};
use super::api::Offered;
use super::line::{Lines, Target};
use super::node::{Health, KafkaNode, NodeState};
use super::repeated::Repeated;
use super::turn::Turn;
use super::view::{ClusterView, Flights, ViewStore};
use crate::broker::{Dial, Dialing, Names, TcpDial};
use kafka_protocol::messages::BrokerId;
use shotover::observability::SinkMetrics;
use shotover::tls::Connector;
use shotover::topology::Address;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long after a client authenticated a new one must do so before it may ask for anything. Then brokers are asked
/// again what they want: their configuration may have changed.
pub(super) const SASL_IS_WANTED_FOR: Duration = Duration::from_secs(600);

/// One `KafkaSinkCluster` of a topology.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) contact_points: Vec<ContactPoint>,
    pub(super) network: Box<dyn Network>,
    /// How long a broker may say nothing while requests wait.
    pub(super) read_timeout: Duration,
    pub(super) presentation: Presentation,
    pub(super) advertise: Advertise,
    pub(super) view: ViewStore,
    pub(super) flights: Flights,
    pub(super) repeated: Repeated,
    /// What the last client was told that brokers can do: nearly always all are told the same.
    told: Mutex<Arc<Offered>>,
    pub(super) metrics: Arc<SinkMetrics>,
    /// Until when brokers are taken for ones that serve no client that has not authenticated.
    sasl_is_wanted: Turn,
}

/// An address under which a broker may be found before any is known.
#[derive(Clone, Debug)]
pub(super) struct ContactPoint {
    pub(super) address: Address,
    pub(super) health: Arc<Health>,
}

impl ContactPoint {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            health: Arc::default(),
        }
    }
}

/// Makes connections to brokers.
pub(crate) trait Network: fmt::Debug + Send + Sync {
    /// Starts to connect to a broker.
    fn dial(&self, broker: &Address) -> Dialing;
}

/// The network that brokers are in.
#[derive(Debug)]
pub(super) struct Tcp {
    pub(super) connect_timeout: Duration,
    pub(super) tls: Option<Connector>,
    pub(super) names: Arc<Names>,
}

impl Network for Tcp {
    fn dial(&self, broker: &Address) -> Dialing {
        let dial = TcpDial {
            broker: broker.clone(),
            connect_timeout: self.connect_timeout,
            tls: self.tls.clone(),
            names: Arc::clone(&self.names),
        };
        dial.dial()
    }
}

impl Cluster {
    pub(super) fn new(
        contact_points: Vec<ContactPoint>,
        network: Box<dyn Network>,
        (presentation, advertise): (Presentation, Advertise),
        (read_timeout, metrics): (Duration, Arc<SinkMetrics>),
    ) -> Self {
        Self {
            contact_points,
            network,
            read_timeout,
            presentation,
            advertise,
            view: ViewStore::default(),
            flights: Flights::default(),
            repeated: Repeated::default(),
            told: Mutex::default(),
            metrics,
            sasl_is_wanted: Turn::after(Duration::ZERO),
        }
    }

    /// What a client was told that brokers can do, to be kept for as long as it is there.
    pub(super) fn told(&self, offered: Offered) -> Arc<Offered> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if **told != offered {
            *told = Arc::new(offered);
        }
        Arc::clone(&told)
    }

    /// A broker took the credentials of a client: it has a listener that asks for them.
    pub(super) fn authenticated(&self) {
        self.sasl_is_wanted.set(Instant::now() + SASL_IS_WANTED_FOR);
    }

    /// Whether brokers serve only clients that authenticated, as far as that is known.
    pub(super) fn wants_sasl(&self) -> bool {
        self.sasl_is_wanted.is_after(Instant::now())
    }

    /// A contact point that may be tried, a different one every `turn`.
    pub(super) fn contact_point(&self, turn: u64) -> Option<Target<'_>> {
        let now = Instant::now();
        from_turn(&self.contact_points, turn, |_| true)
            .find(|point| point.health.may_try(now))
            .map(|point| Target {
                broker: None,
                address: &point.address,
                health: &point.health,
            })
    }

    /// A broker for what any broker can do: one that is up, in the rack of this proxy if there is one. `turn` spreads
    /// the clients over those.
    pub(super) fn any<'a>(&self, view: &'a ClusterView, turn: u64) -> Option<&'a KafkaNode> {
        let rack = self.advertise.local().map(|node| node.rack.as_ref());
        let is_near = |node: &&KafkaNode| node.rack.as_deref() == rack;
        let near = from_turn(view.nodes(), turn, |node| is_up(node) && is_near(node)).next();
        near.or_else(|| from_turn(view.nodes(), turn, is_up).next())
            .or_else(|| from_turn(view.nodes(), turn, |_| true).next())
    }

    /// One that is up, and in time for the client of these connections, but not this one if there is another. With every
    /// `turn` the next one, wherever it is.
    pub(super) fn any_but<'a>(
        &self,
        failed: Option<BrokerId>,
        lines: &Lines,
        (view, turn): (&'a ClusterView, u64),
    ) -> Option<&'a KafkaNode> {
        let is_another = |id| Some(id) != failed;
        let is_in_time = |id| is_another(id) && !lines.is_late(id);
        self.up_from(view, turn, |id| is_in_time(id) && !lines.may_hold_up(id))
            .or_else(|| self.up_from(view, turn, is_in_time))
            .or_else(|| self.up_from(view, turn, is_another))
            .or_else(|| self.up_from(view, turn, |_| true))
            .or_else(|| from_turn(view.nodes(), turn, |_| true).next())
    }

    /// The first one that is up and wanted, of all that are up from this `turn` on.
    pub(super) fn up_from<'a>(
        &self,
        view: &'a ClusterView,
        turn: u64,
        is_wanted: impl Fn(BrokerId) -> bool,
    ) -> Option<&'a KafkaNode> {
        from_turn(view.nodes(), turn, is_up).find(|node| is_wanted(node.broker_id))
    }
}

fn is_up(node: &&KafkaNode) -> bool {
    node.health.state() == NodeState::Up
}

/// Those of all that are eligible, each once, from the one on whose turn it is.
fn from_turn<T>(
    all: &[T],
    turn: u64,
    is_eligible: impl Fn(&&T) -> bool + Clone,
) -> impl Iterator<Item = &T> {
    let eligible = all.iter().filter(is_eligible);
    let count = eligible.clone().count();
    let first = u64::try_from(count)
        .ok()
        .and_then(|count| turn.checked_rem(count));
    let first = first.and_then(|first| usize::try_from(first).ok());
    eligible.cycle().skip(first.unwrap_or_default()).take(count)
}
