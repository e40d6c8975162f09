//! How do the requests of one client reach the brokers they belong to, and the answers the client?
//!
//! ```text
//! request ──plan──► send ──────────────────────────► a broker ──answer──► observe, conceal ──► client
//!              ├──► wait ──look-up lands──► plan           └──lost──► the error a broker would give
//!              └──► answer here
//! ```

use super::advertise::Presentation;
use super::api::{self, Offered, Outage};
use super::dealt::LastDealt;
use super::fetch::Fetches;
use super::gaps::Gaps;
use super::gather::Gathers;
use super::hedge::Hedges;
use super::line::{Destination, Line, Lines};
use super::lookup::LookUps;
use super::open::OpenAnswers;
use super::parked::{Known, LookedUp, Parked};
use super::plan::{Memory, Plan, Planner};
use super::session::Session;
use super::shared::Cluster;
use super::straight::Straight;
use super::view::{Need, Snapshot};
use async_trait::async_trait;
use kafka_protocol::messages::BrokerId;
use shotover::codec::{Portion, Wanted};
use shotover::message::{Message, MessageId, Messages};
use shotover::transforms::{
    ChainState, ClientDetails, NothingOpen, Timer, Transform, TransformBuilder, TransformError,
};
use shotover::wire::ApiKey;
use shotover::wire::produce::Partition;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// One `KafkaSinkCluster` of a topology.
#[derive(Debug)]
pub(super) struct KafkaSinkClusterBuilder {
    pub(super) cluster: Arc<Cluster>,
    /// Keeps an eye on the other proxies while this sink exists.
    pub(super) _watcher: JoinSet<()>,
}

impl TransformBuilder for KafkaSinkClusterBuilder {
    fn build(&self, client: &ClientDetails) -> Box<dyn Transform> {
        Box::new(KafkaSinkCluster::new(
            Arc::clone(&self.cluster),
            client.clone(),
        ))
    }
}

/// The sink of one client connection.
#[derive(Debug)]
pub(super) struct KafkaSinkCluster {
    pub(super) cluster: Arc<Cluster>,
    pub(super) client: ClientDetails,
    /// The broker that the client has connected to, as far as its name or address at this proxy tells.
    pub(super) called: Option<BrokerId>,
    pub(super) known: Snapshot,
    pub(super) lines: Lines,
    pub(super) session: Session,
    pub(super) memory: Memory,
    pub(super) last_straight: Option<Straight>,
    pub(super) last_dealt: LastDealt,
    pub(super) lookups: LookUps,
    pub(super) parked: VecDeque<Parked>,
    /// What was known when it was last seen which of those can go.
    pub(super) unparked_with: Known,
    pub(super) gathers: Gathers,
    pub(super) gaps: Gaps,
    /// None before the first of a client that takes the proxies for the brokers: most connections have none.
    pub(super) fetches: Option<Box<Fetches>>,
    /// Answers that wait to be called for.
    pub(super) answers: Messages,
    pub(super) open: OpenAnswers,
    /// Where the last request went of which bytes were missing.
    pub(super) open_request_to: Option<BrokerId>,
    /// Why there will be no more; said after the answers that came before.
    pub(super) failure: Option<TransformError>,
    /// Whether the view changed while produced records were on their way: see `outstanding`.
    pub(super) view_moved: bool,
    /// Whether a broker ever served this client.
    pub(super) served: bool,
    /// What it was told that brokers can do.
    pub(super) told: Option<Arc<Offered>>,
    pub(super) hedges: Hedges,
    pub(super) parked_timer: Timer,
    pub(super) probe_timer: Timer,
    pub(super) lookup_timer: Timer,
    pub(super) fetch_timer: Timer,
}

#[async_trait]
impl Transform for KafkaSinkCluster {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        if self.answers.is_empty()
            && let Some(failure) = self.failure.take()
        {
            return Err(failure);
        }
        self.lines.open_answers(chain.takes_open_answers());
        let began = chain.began();
        if let Err(failure) = self.take_all(chain.requests.drain(..), began) {
            if self.answers.is_empty() {
                return Err(failure);
            }
            self.failure = Some(failure);
        }
        Ok(std::mem::take(&mut self.answers))
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.failure.is_none()
            && let Err(error) = self.poll_brokers(cx)
        {
            self.failure = Some(error);
        }
        if self.failure.is_some() || !self.answers.is_empty() || self.can_unpark(cx) {
            return Poll::Ready(());
        }
        Poll::Pending
    }

    fn has_capacity(&self) -> bool {
        let nothing_waits = self.parked.is_empty() && self.fetches.is_none();
        self.failure.is_none()
            && self.lines.have_capacity()
            && (nothing_waits || self.can_wait_for_more())
    }

    fn is_busy(&self) -> bool {
        let has_no_answer = |parked: &Parked| !parked.request.expects_response();
        self.failure.is_none()
            && (self.lines.iter().any(|line| line.upstream.is_busy())
                || self.parked.iter().any(has_no_answer))
    }

    fn poll_rest(
        &mut self,
        id: MessageId,
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Portion, TransformError>> {
        self.open.poll_rest((id, &mut self.lines), wanted, cx)
    }

    fn takes_open_request(&mut self, partition: &Partition<'_>) -> bool {
        self.would_go_straight(partition)
    }

    fn poll_wanted(
        &mut self,
        id: MessageId,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Wanted, TransformError>> {
        match self.open_request_line() {
            Some(line) => line.upstream.poll_wanted(id, cx).map(Ok),
            // It was lost, which the answer tells.
            None => Poll::Pending,
        }
    }

    fn take_rest(&mut self, _: MessageId, rest: Portion) -> Result<(), TransformError> {
        match self.open_request_line() {
            Some(line) => line.upstream.take_rest(rest),
            None => Err(TransformError::proxy(NothingOpen)),
        }
    }
}

impl KafkaSinkCluster {
    pub(super) fn new(cluster: Arc<Cluster>, client: ClientDetails) -> Self {
        let called = match cluster.presentation {
            Presentation::Brokers => cluster.advertise.called(&client),
            Presentation::Proxies => None,
        };
        Self {
            cluster,
            called,
            known: Snapshot::default(),
            lines: Lines::default(),
            session: Session::default(),
            memory: Memory::default(),
            last_straight: None,
            last_dealt: LastDealt::default(),
            lookups: LookUps::default(),
            parked: VecDeque::new(),
            unparked_with: Known::default(),
            gathers: Gathers::default(),
            gaps: Gaps::default(),
            fetches: None,
            answers: Messages::new(),
            open: OpenAnswers::default(),
            open_request_to: None,
            failure: None,
            view_moved: false,
            served: false,
            told: None,
            hedges: Hedges::default(),
            parked_timer: Timer::default(),
            probe_timer: Timer::default(),
            lookup_timer: Timer::default(),
            fetch_timer: Timer::default(),
            client,
        }
    }

    fn take_all(
        &mut self,
        requests: impl Iterator<Item = Message>,
        now: Instant,
    ) -> Result<(), TransformError> {
        self.refresh();
        if !self.parked.is_empty() {
            self.unpark(now)?;
        }
        let mut is_asked = false;
        for request in requests {
            is_asked = true;
            if request.api_key() == ApiKey::ApiVersions {
                self.session.hello(&request);
                // It is about to be told anew.
                self.told = None;
            }
            if !self.gaps.is_empty() && request.api_key() == ApiKey::Produce {
                self.gaps.age();
            }
            if request.missing() > 0 {
                self.take_open(request)?;
                continue;
            }
            if !self.parked.is_empty() {
                self.take(Parked::new(request, now))?;
            } else if let Some((broker, sent)) = self.straight(&request) {
                self.send_keeping(broker, request, sent)?;
            } else if let Some(request) = self.send_together(request)? {
                self.take(Parked::new(request, now))?;
            }
        }
        // A client that no broker has served may not be allowed to ask, and one that says who it is may take its time.
        if is_asked
            && self.served
            && !self.session.is_exchanging()
            && self.cluster.view.is_aged(now)
            && let Some(flight) = self.cluster.flights.depart(&Need::Brokers)
        {
            self.look_up(flight)?;
        }
        self.ask()
    }

    /// The connection that takes the request of which bytes are missing.
    fn open_request_line(&mut self) -> Option<&mut Line> {
        self.lines.get_mut(Destination::Id(self.open_request_to?))
    }

    /// Takes the newest view over.
    pub(super) fn refresh(&mut self) {
        if self.cluster.view.is_newer_than(&self.known) {
            self.cluster.view.refresh(&mut self.known);
            self.view_moved = true;
        }
    }

    /// Does with a request what is to be done with it, given what has been looked up for it.
    pub(super) fn take(&mut self, mut taken: Parked) -> Result<(), TransformError> {
        if self.must_wait(&taken.request) {
            taken.needs = Vec::new();
            taken.request = taken.request.to_rest();
            self.parked.push_back(taken);
            return Ok(());
        }
        let plan = self.plan(&taken.request, &taken.looked_up)?;
        self.carry_out(plan, taken)
    }

    /// Whether nothing but ApiVersions and SASL may pass now. What is not known yet a broker decides.
    pub(super) fn must_authenticate(&self) -> bool {
        let is_stranger = !self.served && self.session.credentials().is_none();
        self.session.is_exchanging() || is_stranger && self.cluster.wants_sasl()
    }

    fn plan(&mut self, request: &Message, looked_up: &LookedUp) -> Result<Plan, TransformError> {
        let may_pass = is_sasl(request) || request.api_key() == ApiKey::ApiVersions;
        if !may_pass && self.must_authenticate() {
            let told = format!(
                "{} was sent before the client had authenticated",
                request.api_key()
            );
            return Err(TransformError::client(told));
        }
        if self.gaps.hold_back(request) {
            return Ok(Plan::Fail(Outage::RouteUnknown));
        }
        let is_apart = self.cluster.presentation == Presentation::Proxies;
        if is_apart && matches!(request.api_key(), ApiKey::Produce | ApiKey::Fetch) {
            // Whether all leaders are known is seen when it is taken apart.
            return Ok(Plan::Split);
        }
        let body = request.body_bytes()?;
        let route = api::route(request.request_ref(), &body).map_err(TransformError::client)?;
        let planner = self.planner(looked_up);
        match self.cluster.presentation {
            Presentation::Brokers => Ok(planner.plan_whole(request, &route)),
            Presentation::Proxies if !api::is_offered(request.api_key(), Presentation::Proxies) => {
                Ok(Plan::HangUp)
            }
            Presentation::Proxies => planner
                .plan_apart(request, &route)
                .map_err(TransformError::client),
        }
    }

    pub(super) fn planner<'a>(&'a self, looked_up: &'a LookedUp) -> Planner<'a> {
        Planner {
            cluster: &self.cluster,
            view: self.known.view(),
            memory: &self.memory,
            called: self.called,
            lines: &self.lines,
            turn: self.client.connection_id,
            looked_up,
        }
    }

    fn carry_out(&mut self, plan: Plan, taken: Parked) -> Result<(), TransformError> {
        match plan {
            Plan::Send(broker) => self.send(broker, taken.request, 0),
            Plan::SendToAll(brokers) => self.send_to_all(&brokers, &taken.request),
            Plan::Split => self.split(taken),
            Plan::Wait(needs) => self.park(taken, needs),
            Plan::Fail(outage) => self.fail(&taken.request, (None, outage)),
            Plan::Refuse(code) => {
                self.told_of_coordinator(&taken.request);
                self.answers.push(taken.request.error_response(code, None)?);
                Ok(())
            }
            Plan::ApiVersions => self.answer_api_versions(&taken.request),
            Plan::Sasl => self.send_sasl(taken.request),
            Plan::HangUp => {
                let told = format!("{} is not for clients", taken.request.api_key());
                Err(TransformError::client(told))
            }
        }
    }
}

pub(super) fn is_sasl(request: &Message) -> bool {
    matches!(
        request.api_key(),
        ApiKey::SaslHandshake | ApiKey::SaslAuthenticate
    )
}
