//! What do the benchmarks call? What the sink decides about one message, without a client and without a broker.
//!
//! Each function panics if the message is not what the sink would do that with.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark fails by panicking; nothing else calls this"
)]

use super::advertise::{AddressTemplate, Advertise, Presentation, ShotoverNode, StandIns};
use super::api::{self, Entity, Outage, Place, Split};
use super::fetch::{Fetches, Wanted, said_of_brokers};
use super::line::Lines;
use super::parked::LookedUp;
use super::plan::{Memory, Plan, Planner};
use super::shared::{Cluster, Network};
use super::view::ClusterView;
use crate::broker::Dialing;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::observability::Metrics;
use shotover::topology::Address;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// What clients take for the brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The brokers themselves.
    Brokers,
    /// Three proxies.
    Proxies,
}

/// A sink that knows its cluster.
#[derive(Debug)]
pub struct Sink {
    cluster: Cluster,
    view: ClusterView,
    memory: Memory,
    lines: Lines,
    looked_up: LookedUp,
}

/// A fetch of which each broker has been sent its part.
#[derive(Debug)]
pub struct Fetch {
    fetches: Fetches,
    began: Instant,
    /// The parts, with the numbers by which their answers are known.
    parts: Vec<(u64, Message)>,
}

/// Reaches nobody.
#[derive(Debug)]
struct Nowhere;

impl Network for Nowhere {
    fn dial(&self, _: &Address) -> Dialing {
        Box::pin(std::future::pending())
    }
}

impl Sink {
    /// One that has learned of its cluster by this answer to a Metadata request.
    #[must_use]
    pub fn new(seen: Seen, request: &Message, metadata: &Message) -> Self {
        let presentation = match seen {
            Seen::Brokers => Presentation::Brokers,
            Seen::Proxies => Presentation::Proxies,
        };
        let nodes = (0..3).map(proxy).collect();
        let learned = api::observe(request, metadata, None).expect("an answer to Metadata");
        Self {
            cluster: Cluster::new(
                Vec::new(),
                Box::new(Nowhere),
                (presentation, Advertise::new(nodes, BrokerId(0))),
                (Duration::from_secs(60), Metrics::new().sink("bench")),
            ),
            view: ClusterView::default()
                .learn(&learned)
                .expect("brokers and topics"),
            memory: Memory::default(),
            lines: Lines::default(),
            looked_up: LookedUp::default(),
        }
    }

    fn planner(&self) -> Planner<'_> {
        Planner {
            cluster: &self.cluster,
            view: &self.view,
            memory: &self.memory,
            called: None,
            lines: &self.lines,
            turn: 0,
            looked_up: &self.looked_up,
        }
    }

    /// Decides where a request goes, which is known at once.
    pub fn route(&self, request: &Message) {
        let body = request.body_bytes().expect("a request as it came");
        let route = api::route(request.request_ref(), &body).expect("a well-formed request");
        let planner = self.planner();
        let plan = match self.cluster.presentation {
            Presentation::Brokers => planner.plan_whole(request, &route),
            Presentation::Proxies => planner
                .plan_apart(request, &route)
                .expect("a well-formed request"),
        };
        assert!(matches!(plan, Plan::Send(_) | Plan::Split), "{plan:?}");
    }

    /// The parts of a request that belong to several brokers.
    #[must_use]
    pub fn split(&self, request: &Message) -> Vec<Message> {
        let planner = self.planner();
        let mut place = |entity: Entity<'_>| {
            let place = planner.place(&entity);
            place.unwrap_or(Place::Nowhere(Outage::RouteUnknown))
        };
        match api::split(request, &mut place).expect("a well-formed request") {
            Split::Whole(place) => panic!("all of it belongs to {place:?}"),
            Split::Parts(parts) => parts.into_iter().map(|part| part.request).collect(),
        }
    }

    /// The same of a Fetch.
    #[must_use]
    pub fn split_fetch(&self, request: Message) -> Fetch {
        let (mut fetches, began) = (Fetches::of(1), Instant::now());
        let wanted = Wanted::read(request).expect("a well-formed Fetch");
        fetches.begin(wanted, began).expect("a well-formed Fetch");
        let parts = fetches.unsent(began, &self.planner());
        let parts = parts.expect("a well-formed Fetch").into_iter();
        Fetch {
            parts: parts.map(|part| (part.id, part.request)).collect(),
            fetches,
            began,
        }
    }

    /// The answer as clients see it.
    #[must_use]
    pub fn rewrite(&self, answer: Message) -> Message {
        let brokers = self.view.nodes();
        let advertise = &self.cluster.advertise;
        let seen = match self.cluster.presentation {
            Presentation::Brokers => api::conceal(answer, &mut |address| {
                let known = advertise.address_of(BrokerId(address.node_id), brokers);
                known.expect("a broker of the cluster")
            }),
            Presentation::Proxies => api::present(answer, &StandIns { advertise, brokers }),
        };
        seen.expect("a well-formed answer")
    }
}

impl Fetch {
    /// The parts, in the order of the answers that [`merge`](Self::merge) wants.
    pub fn parts(&self) -> impl Iterator<Item = &Message> {
        self.parts.iter().map(|(_, part)| part)
    }

    /// Makes the answers to all parts one.
    #[must_use]
    pub fn merge(mut self, answers: &[Message]) -> Message {
        for ((id, _), answer) in self.parts.iter().zip(answers) {
            let said = said_of_brokers(answer).expect("an answer to Fetch");
            assert!(said.replicas.is_empty(), "no replica is named");
            let arrived = (answer, &BTreeMap::new());
            let arrived = self.fetches.arrived(*id, arrived, self.began);
            arrived.expect("an answer to Fetch");
        }
        let answer = self.fetches.answer(self.began).expect("answers that fit");
        answer.expect("records of every broker").answer
    }
}

/// Makes the answers to the parts that [`Sink::split`] made one.
#[must_use]
pub fn merge(request: &Message, answers: Vec<Message>) -> Message {
    api::merge_parts(request, answers).expect("an answer to each part")
}

fn proxy(id: i32) -> ShotoverNode {
    let address = format!("b{{broker_id}}.proxy{id}.example.com:9192");
    ShotoverNode {
        broker_id: BrokerId(id),
        address_for_clients: AddressTemplate::new(&address).expect("an address"),
        address_for_peers: "127.0.0.1:9192".parse().expect("an address"),
        rack: format!("rack{id}").into(),
        health: Default::default(),
    }
}
