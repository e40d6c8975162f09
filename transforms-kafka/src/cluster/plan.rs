//! Where does a request go, given what is known?

use super::advertise::Presentation;
use super::api::{
    Entity, MAX_BROKERS, Outage, Place, Route, SplitError, entities, goes_whole,
    may_mean_that_broker, moves_clients,
};
use super::line::Lines;
use super::node::{KafkaNode, NodeState};
use super::parked::{LookedUp, MAX_NEEDS};
use super::shared::Cluster;
use super::view::{ClusterView, CoordinatorKey, CoordinatorLimits, Coordinators, Leadership, Need};
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::ErrorCode;
use std::collections::{BTreeSet, HashMap, HashSet};
use tokio::time::Instant;

/// Fetch sessions that one client connection may have. One more, and all are forgotten: the client opens new ones.
const MAX_FETCH_SESSIONS: usize = 64;

/// Groups and transactions of which one client connection remembers who served it. One more, and all are forgotten.
const MAX_COORDINATORS: CoordinatorLimits = CoordinatorLimits {
    keys: 64,
    name_bytes: 64 * 1024,
};

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// It goes to this broker.
    Send(BrokerId),
    /// It goes to all of these brokers, and their answers become one.
    SendToAll(Vec<BrokerId>),
    /// It goes to whoever has what it names, taken apart if need be.
    Split,
    /// It waits until these have been looked up.
    Wait(Vec<Need>),
    /// No broker can be asked.
    Fail(Outage),
    /// It belongs to a session that nobody has.
    Refuse(ErrorCode),
    /// What all brokers can do is known: it is answered.
    ApiVersions,
    /// It belongs to the SASL exchange of the client.
    Sasl,
    /// No broker would answer it on the port that clients use.
    HangUp,
}

/// What earlier requests of the same client connection say about where a request goes.
#[derive(Debug)]
pub(super) struct Memory {
    fetch_sessions: HashMap<i32, BrokerId>,
    share_session: Option<BrokerId>,
    coordinators: Coordinators,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            fetch_sessions: HashMap::new(),
            share_session: None,
            coordinators: Coordinators::within(MAX_COORDINATORS),
        }
    }
}

impl Memory {
    /// The broker has this fetch session of the client.
    pub(super) fn fetch_session(&mut self, id: i32, broker: BrokerId) {
        if self.fetch_sessions.len() >= MAX_FETCH_SESSIONS {
            self.fetch_sessions.clear();
        }
        self.fetch_sessions.insert(id, broker);
    }

    /// The broker has the share session of the client.
    pub(super) fn share_session(&mut self, broker: BrokerId) {
        self.share_session = Some(broker);
    }

    /// The broker served the client as the coordinator of this.
    pub(super) fn coordinator(&mut self, key: CoordinatorKey, broker: BrokerId) {
        self.coordinators.insert(key, broker);
    }

    /// The client is told to look for the coordinator of this.
    pub(super) fn forget_coordinator(&mut self, key: &CoordinatorKey) {
        self.coordinators.remove(key);
    }
}

/// Decides on the routes of one client connection.
#[derive(Debug)]
pub(super) struct Planner<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) view: &'a ClusterView,
    pub(super) memory: &'a Memory,
    /// The broker that the client has connected to, as far as it knows.
    pub(super) called: Option<BrokerId>,
    /// The connections that the client has already.
    pub(super) lines: &'a Lines,
    pub(super) turn: u64,
    /// What has been looked up for this request: what is still missing of it does not exist, or nobody can tell.
    pub(super) looked_up: &'a LookedUp,
}

impl Planner<'_> {
    /// What becomes of a request with this route where clients see the brokers.
    pub(super) fn plan_whole(&self, request: &Message, route: &Route<'_>) -> Plan {
        match (route, self.called) {
            (Route::Leader { .. } | Route::ShareSession { .. }, Some(broker))
                if may_mean_that_broker(request.api_key()) && self.view.node(broker).is_some() =>
            {
                Plan::Send(broker)
            }
            (Route::Coordinator(_), Some(broker)) if moves_clients(request.api_key()) => {
                self.to(broker)
            }
            (Route::Coordinator(key), None) if moves_clients(request.api_key()) => {
                self.to_coordinator(key, self.plan(route))
            }
            _ => self.plan(route),
        }
    }

    /// A client whose coordinator has moved is told so once, as its former one would do, and does not go on to ask that
    /// one by its name for what another one serves. To librdkafka 2.12 that matters: when a broker leaves the cluster that
    /// it takes for the coordinator of a transaction's group, it waits for that broker for ever.
    fn to_coordinator(&self, key: &CoordinatorKey, plan: Plan) -> Plan {
        let former = self.memory.coordinators.get(key);
        let has_moved =
            matches!(plan, Plan::Send(broker) if former.is_some_and(|former| former != broker));
        if has_moved {
            Plan::Refuse(ErrorCode::NOT_COORDINATOR)
        } else {
            plan
        }
    }

    /// What becomes of it where a request goes to whoever has what it names.
    pub(super) fn plan(&self, route: &Route<'_>) -> Plan {
        match route {
            Route::Any => self.any(),
            Route::Controller => self.controller(),
            Route::Leader {
                topic,
                partition,
                epoch,
            } => match self.view.leader(*topic, *partition) {
                // The client knows of a later election: what was its leader may serve it as a follower by now, which
                // lags behind what the client has read already.
                Leadership::Led(leader) if leader.epoch.is_some() && leader.epoch < *epoch => {
                    self.wait_or(Need::Topic((*topic).into()), || self.to(leader.broker))
                }
                Leadership::Led(leader) => {
                    self.to_believed(leader.broker, || Need::Topic((*topic).into()))
                }
                Leadership::Leaderless => self.wait_or(Need::Topic((*topic).into()), || {
                    Plan::Fail(Outage::RouteUnknown)
                }),
                // Which topics there are, and who may know it, is for a broker to say.
                Leadership::Unknown => self.wait_or(Need::Topic((*topic).into()), || self.any()),
            },
            Route::Coordinator(key) => match self.view.coordinator(key) {
                Some(broker) => self.to_believed(broker, || Need::Coordinator(key.clone())),
                None => self.wait_or(Need::Coordinator(key.clone()), || {
                    Plan::Fail(Outage::RouteUnknown)
                }),
            },
            Route::Broker(id) => match self.view.node(*id) {
                Some(node) => Plan::Send(node.broker_id),
                None => self.wait_or(Need::Brokers, || self.any()),
            },
            Route::All => match self.view.nodes() {
                [] => self.wait_or(Need::Brokers, || Plan::Fail(Outage::RouteUnknown)),
                [..] => match self.called.and_then(|id| self.view.node(id)) {
                    Some(node) => Plan::Send(node.broker_id),
                    None => Plan::SendToAll(self.answered_for()),
                },
            },
            Route::FetchSession { id, .. } => match self.memory.fetch_sessions.get(id) {
                Some(broker) => self.to(*broker),
                None => Plan::Refuse(ErrorCode::FETCH_SESSION_ID_NOT_FOUND),
            },
            Route::ShareSession { .. } => match self.memory.share_session {
                Some(broker) => self.to(broker),
                None => Plan::Refuse(ErrorCode::SHARE_SESSION_NOT_FOUND),
            },
            Route::ApiVersions => self.api_versions(),
            Route::SaslHandshake | Route::SaslAuthenticate => Plan::Sasl,
            Route::Refused => Plan::HangUp,
        }
    }

    /// What becomes of it where clients take the proxies for the brokers.
    pub(super) fn plan_apart(
        &self,
        request: &Message,
        route: &Route<'_>,
    ) -> Result<Plan, SplitError> {
        match route {
            Route::All
            | Route::ApiVersions
            | Route::SaslHandshake
            | Route::SaslAuthenticate
            | Route::Refused
            | Route::FetchSession { .. }
            | Route::ShareSession { .. } => return Ok(self.plan(route)),
            Route::Any | Route::Controller | Route::Leader { .. } | Route::Coordinator(_)
                if goes_whole(request.api_key()) =>
            {
                return Ok(self.plan(route));
            }
            Route::Any
            | Route::Controller
            | Route::Leader { .. }
            | Route::Coordinator(_)
            | Route::Broker(_) => {}
        }
        let mut needs = HashSet::new();
        // Brokers may be named again and again.
        let mut brokers = BTreeSet::new();
        entities(request, &mut |entity| {
            let is_new = match entity {
                Entity::Broker(id) => brokers.len() <= MAX_BROKERS && brokers.insert(id),
                Entity::Partition { .. }
                | Entity::Coordinator(_)
                | Entity::Controller
                | Entity::Any => needs.len() < MAX_NEEDS,
            };
            if is_new {
                needs.extend(self.place(&entity).err());
            }
        })?;
        match brokers.len() > MAX_BROKERS {
            true => Err(SplitError::TooManyBrokers),
            false => Ok(split_when_known(needs)),
        }
    }

    /// Where something in a request belongs, or what must be looked up to tell.
    pub(super) fn place(&self, entity: &Entity<'_>) -> Result<Place, Need> {
        let plan = match entity {
            Entity::Partition {
                topic,
                index,
                epoch,
            } => self.plan(&Route::Leader {
                topic: *topic,
                partition: *index,
                epoch: *epoch,
            }),
            Entity::Coordinator(key) => self.plan(&Route::Coordinator(key.clone())),
            // One that stands for none has no configuration: not even that of another broker.
            Entity::Broker(proxy) => match self.stands_for(*proxy).next() {
                Some(broker) => self.to(broker),
                None => self.wait_or(Need::Brokers, || Plan::Fail(Outage::StandsForNone)),
            },
            Entity::Controller => self.controller(),
            Entity::Any => self.any(),
        };
        match plan {
            Plan::Send(broker) => Ok(Place::Broker(broker)),
            Plan::Wait(needs) => needs
                .into_iter()
                .next()
                .map_or(Ok(Place::Nowhere(Outage::RouteUnknown)), Err),
            Plan::Fail(outage) => Ok(Place::Nowhere(outage)),
            Plan::SendToAll(_)
            | Plan::Split
            | Plan::Refuse(_)
            | Plan::ApiVersions
            | Plan::Sasl
            | Plan::HangUp => Ok(Place::Nowhere(Outage::RouteUnknown)),
        }
    }

    /// The brokers that clients take this proxy for.
    fn stands_for(&self, proxy: BrokerId) -> impl Iterator<Item = BrokerId> {
        let nodes = self.view.nodes();
        let stand_ins = self.cluster.advertise.proxies_of(nodes);
        let of_proxy = nodes.iter().zip(stand_ins);
        let of_proxy = of_proxy.filter(move |(_, stand_in)| *stand_in == Some(proxy));
        of_proxy.map(|(node, _)| node.broker_id)
    }

    /// The brokers that a client means who asks this proxy what each of them has: it asks the other proxies as well.
    fn answered_for(&self) -> Vec<BrokerId> {
        let advertise = &self.cluster.advertise;
        match self.cluster.presentation {
            Presentation::Brokers => self
                .view
                .nodes()
                .iter()
                .map(|node| node.broker_id)
                .collect(),
            Presentation::Proxies => self.stands_for(advertise.local_id()).collect(),
        }
    }

    fn any(&self) -> Plan {
        let at_hand = self.lines.idle().next().and_then(|id| self.view.node(id));
        let in_time = || {
            let node = self.cluster.any(self.view, self.turn)?;
            match self.lines.is_late(node.broker_id) {
                true => {
                    let late = Some(node.broker_id);
                    let turn = (self.view, self.turn);
                    self.cluster.any_but(late, self.lines, turn)
                }
                false => Some(node),
            }
        };
        match at_hand.or_else(in_time) {
            Some(node) => Plan::Send(node.broker_id),
            None => self.wait_or(Need::Brokers, || Plan::Fail(Outage::RouteUnknown)),
        }
    }

    /// While it is down, another broker says that it is not the controller.
    fn controller(&self) -> Plan {
        let is_up = |node: &&KafkaNode| node.health.state() == NodeState::Up;
        match self.view.controller().filter(is_up) {
            Some(node) => Plan::Send(node.broker_id),
            None => self.any(),
        }
    }

    fn to(&self, broker: BrokerId) -> Plan {
        match self.view.node(broker) {
            Some(_) => Plan::Send(broker),
            None => self.wait_or(Need::Brokers, || Plan::Fail(Outage::RouteUnknown)),
        }
    }

    /// To the broker that is believed to have something. If that is down, or has left the cluster, another one may have it by
    /// now: that is looked up, for the first request that asks for it in a while.
    fn to_believed(&self, broker: BrokerId, need: impl FnOnce() -> Need) -> Plan {
        if self.view.node_up(broker).is_some() {
            return Plan::Send(broker);
        }
        let need = need();
        let flights = &self.cluster.flights;
        if self.looked_up.contains(&need) || !flights.may_doubt(&need, Instant::now()) {
            self.to(broker)
        } else {
            Plan::Wait(vec![need])
        }
    }

    fn api_versions(&self) -> Plan {
        let needs: Vec<Need> = match self.view.nodes() {
            [] if self.view.offered_by_contact().is_none() => vec![Need::AnyVersions],
            [] => Vec::new(),
            [..] => self
                .view
                .up()
                .filter(|node| self.view.offered(node.broker_id).is_none())
                .map(|node| Need::Versions(node.broker_id))
                .collect(),
        };
        let is_missing = needs.iter().any(|need| !self.looked_up.contains(need));
        if is_missing {
            Plan::Wait(needs)
        } else {
            Plan::ApiVersions
        }
    }

    fn wait_or(&self, need: Need, otherwise: impl FnOnce() -> Plan) -> Plan {
        if self.looked_up.contains(&need) {
            otherwise()
        } else {
            Plan::Wait(vec![need])
        }
    }
}

fn split_when_known(needs: HashSet<Need>) -> Plan {
    if needs.is_empty() {
        Plan::Split
    } else {
        Plan::Wait(needs.into_iter().collect())
    }
}
