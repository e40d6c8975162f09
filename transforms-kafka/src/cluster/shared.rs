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
        let count = u64::try_from(self.contact_points.len()).ok()?;
        let first = usize::try_from(turn.checked_rem(count)?).ok()?;
        let (before, from) = self.contact_points.split_at_checked(first)?;
        let now = Instant::now();
        from.iter()
            .chain(before)
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
        let nodes = view.nodes();
        let is_up = |node: &&KafkaNode| node.health.state() == NodeState::Up;
        let is_near = |node: &&KafkaNode| node.rack.as_deref() == rack;
        nth(nodes, turn, |node| is_up(node) && is_near(node))
            .or_else(|| nth(nodes, turn, is_up))
            .or_else(|| nth(nodes, turn, |_| true))
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
        self.up_from(view, turn, |id| is_another(id) && !lines.is_late(id))
            .or_else(|| self.up_from(view, turn, is_another))
            .or_else(|| self.up_from(view, turn, |_| true))
            .or_else(|| nth(view.nodes(), turn, |_| true))
    }

    /// The first one that is up and wanted, of all that are up from this `turn` on.
    pub(super) fn up_from<'a>(
        &self,
        view: &'a ClusterView,
        turn: u64,
        is_wanted: impl Fn(BrokerId) -> bool,
    ) -> Option<&'a KafkaNode> {
        let up = || {
            let nodes = view.nodes().iter();
            nodes.filter(|node| node.health.state() == NodeState::Up)
        };
        let count = up().count();
        let first = turn.checked_rem(u64::try_from(count).ok()?)?;
        let from_first = up().cycle().skip(usize::try_from(first).ok()?);
        from_first
            .take(count)
            .find(|node| is_wanted(node.broker_id))
    }
}

/// One of the nodes for which `wanted` is true.
fn nth(nodes: &[KafkaNode], turn: u64, wanted: impl Fn(&&KafkaNode) -> bool) -> Option<&KafkaNode> {
    let count = nodes.iter().filter(&wanted).count();
    let turn = turn.checked_rem(u64::try_from(count).ok()?)?;
    nodes
        .iter()
        .filter(&wanted)
        .nth(usize::try_from(turn).ok()?)
}
