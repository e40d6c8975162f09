//! How is carried out what was planned for a request?

use super::api::{self, Entity, Outage, Route};
use super::dealt::LastDealt;
use super::gather::Outcome;
use super::kept::Kept;
use super::line::{Destination, Line, Target};
use super::lookup::{LOOKUP_ATTEMPTS, LOOKUP_TIMEOUT, Probe};
use super::node::NodeState;
use super::purpose::{LookUp, Purpose, Sent};
use super::session::SaslStep;
use super::sink::KafkaSinkCluster;
use super::view::{Flight, Need, Observation};
use kafka_protocol::messages::BrokerId;
use shotover::message::{EncodeError, Message, MessageId};
use shotover::transforms::TransformError;
use shotover::wire::{ApiKey, ErrorCode, Topic};
use std::sync::Arc;
use tokio::time::Instant;
use tracing::debug;

impl KafkaSinkCluster {
    pub(super) fn send(
        &mut self,
        broker: BrokerId,
        request: Message,
        failed: u8,
    ) -> Result<(), TransformError> {
        let broker = self.former_leader(&request).unwrap_or(broker);
        let request = if request.api_key() == ApiKey::Fetch && self.called != Some(broker) {
            api::without_rack(request)
        } else {
            request
        };
        let sent = request.expects_response().then(|| Sent {
            request: Kept::own(api::for_error(&request)),
            failed,
        });
        if sent.is_some() {
            self.watch(&request, broker);
        }
        self.send_keeping(broker, request, sent)
    }

    /// Sends a request of which this is kept.
    #[inline]
    pub(super) fn send_keeping(
        &mut self,
        broker: BrokerId,
        request: Message,
        sent: Option<Sent>,
    ) -> Result<(), TransformError> {
        let credentials = self.session.credentials().cloned();
        match self.connect(broker)? {
            Some(line) => {
                let purpose = sent.map(Purpose::Client);
                line.upstream
                    .send(request, purpose, credentials.as_deref())?;
                Ok(())
            }
            None => {
                // Of the request bytes may be missing.
                let request = sent.map_or(request, |sent| sent.request.into_message());
                self.fail(&request, (Some(broker), Outage::NotReached))
            }
        }
    }

    /// The broker that has not answered yet whether it took earlier records of the first partition of this request.
    fn former_leader(&mut self, request: &Message) -> Option<BrokerId> {
        self.settle();
        if !self.view_moved || request.api_key() != ApiKey::Produce {
            return None;
        }
        let body = request.body_bytes().ok()?;
        match api::route(request.request_ref(), &body) {
            Ok(Route::Leader {
                topic, partition, ..
            }) => self.outstanding(topic, partition),
            Ok(_) | Err(_) => None,
        }
    }

    /// The broker that has not answered yet whether it took earlier records of this partition. The partition may have
    /// moved since, but records must not overtake each other: the broker says the same to later ones as to those.
    pub(super) fn outstanding(&self, topic: Topic<'_>, partition: i32) -> Option<BrokerId> {
        let mut lines = self.lines.iter();
        let writes = |line: &&Line| {
            let mut under_way = line.upstream.under_way();
            under_way.any(|earlier| api::writes_to(earlier, topic, partition))
        };
        lines.find(writes).and_then(|line| line.broker)
    }

    /// What was kept of the Produce requests that are on their way, each with the broker that has not answered it yet.
    pub(super) fn records_under_way(&self) -> Vec<api::Written> {
        let mut under_way = Vec::new();
        for line in self.lines.iter() {
            let Some(broker) = line.broker else {
                continue;
            };
            let requests = line.upstream.under_way();
            under_way.extend(requests.filter_map(|it| api::Written::of(it, broker)));
        }
        under_way
    }

    /// Once no records are on their way, it does not matter any more that the view changed.
    pub(super) fn settle(&mut self) {
        self.view_moved = self.view_moved
            && self.lines.iter().any(|line| {
                let mut under_way = line.upstream.under_way();
                under_way.any(|earlier| earlier.api_key() == ApiKey::Produce)
            });
    }

    /// The connection to a broker. None if it is down and others try it already.
    pub(super) fn connect(&mut self, broker: BrokerId) -> Result<Option<&mut Line>, EncodeError> {
        self.connect_as(Destination::Id(broker), broker)
    }

    #[inline]
    pub(super) fn connect_as(
        &mut self,
        destination: Destination,
        broker: BrokerId,
    ) -> Result<Option<&mut Line>, EncodeError> {
        let place = match self.lines.place(destination) {
            None => self.start_line(destination, broker)?,
            there => there,
        };
        Ok(place.and_then(|place| self.lines.at(place)))
    }

    /// Starts to connect to a broker that may be there.
    fn start_line(
        &mut self,
        destination: Destination,
        broker: BrokerId,
    ) -> Result<Option<usize>, EncodeError> {
        let view = Arc::clone(self.known.view());
        let node = view.node(broker).filter(|it| it.health.may_try_now());
        let Some(node) = node else {
            return Ok(None);
        };
        let target = Target {
            broker: Some(broker),
            address: &node.address,
            health: &node.health,
        };
        let hello = self.session.introduction()?;
        let opened = self
            .lines
            .open(destination, &target, (&self.cluster, hello))?;
        Ok(Some(opened))
    }

    pub(super) fn send_to_all(
        &mut self,
        brokers: &[BrokerId],
        request: &Message,
    ) -> Result<(), TransformError> {
        if brokers.is_empty() {
            // A proxy that stands for no broker has nothing.
            let answer = request.error_response(ErrorCode::NONE, None)?;
            self.answers.push(answer);
            return Ok(());
        }
        let of = request.id();
        self.gathers
            .expect_of_all(Kept::own(api::for_error(request)), brokers.len());
        for (number, broker) in brokers.iter().enumerate() {
            let part = request.duplicate_request();
            let kept = Kept::own(api::for_error(&part));
            self.send_part((of, number), *broker, (part, kept))?;
        }
        Ok(())
    }

    /// Sends the part of this number of a request of the client, of which is kept what its answer needs.
    pub(super) fn send_part(
        &mut self,
        of: (MessageId, usize),
        broker: BrokerId,
        (part, kept): (Message, Kept),
    ) -> Result<(), TransformError> {
        let credentials = self.session.credentials().cloned();
        let failed = (Some(broker), Outage::NotReached);
        match self.connect(broker)? {
            Some(line) => {
                let expects_response = part.expects_response();
                let purpose = expects_response.then(|| Purpose::part(of, broker, kept));
                line.upstream.send(part, purpose, credentials.as_deref())?;
                Ok(())
            }
            None if part.expects_response() => self.fail_part(of.0, kept.into_message(), failed),
            None => self.fail(&kept.into_message(), failed),
        }
    }

    /// Looks for coordinators again where the client is not made to, and would wait for this broker for ever, or for one
    /// that has left.
    fn doubt_coordinators(&mut self, kept: &Message, failed: Option<BrokerId>) {
        if api::moves_clients(kept.api_key()) {
            return;
        }
        let view = self.known.view();
        let mut seen = Vec::new();
        let mut doubt = |entity: Entity<'_>| {
            let Entity::Coordinator(key) = entity else {
                return;
            };
            if let Some(broker) = view.coordinator(&key)
                && (Some(broker) == failed || view.node(broker).is_none())
            {
                seen.push(Observation::NotCoordinator { key, broker });
            }
        };
        // What cannot be read has been sent nowhere.
        if api::entities(kept, &mut doubt).is_ok() && !seen.is_empty() {
            self.cluster.view.learn(&seen);
            self.refresh();
        }
    }

    /// There is no answer to a part of which this was kept; nor of which broker, if it was to go to none.
    pub(super) fn fail_part(
        &mut self,
        of: MessageId,
        kept: Message,
        (broker, outage): (Option<BrokerId>, Outage),
    ) -> Result<(), TransformError> {
        self.cluster.metrics.outage();
        self.forget_where_the_last_went();
        self.gaps.failed(&kept);
        self.doubt_coordinators(&kept, broker);
        self.gather(of, Outcome::None(kept, outage))
    }

    /// Answers in place of a broker that cannot be asked, or of none that is known.
    pub(super) fn fail(
        &mut self,
        request: &Message,
        (broker, outage): (Option<BrokerId>, Outage),
    ) -> Result<(), TransformError> {
        self.forget_where_the_last_went();
        self.gaps.failed(request);
        self.told_of_coordinator(request);
        self.doubt_coordinators(request, broker);
        match api::outage_answer(request, outage) {
            Some(answer) => {
                self.cluster.metrics.outage();
                self.answers.push(answer);
                Ok(())
            }
            None => Err(TransformError::broker(format!(
                "no broker can be asked for {}, which has no answer that says so",
                request.api_key()
            ))),
        }
    }

    /// The next request does not follow those before it to a broker that may not be the one to ask any more.
    fn forget_where_the_last_went(&mut self) {
        self.last_straight = None;
        self.last_dealt = LastDealt::default();
    }

    /// The answer to this request makes the client look for the coordinator.
    pub(super) fn told_of_coordinator(&mut self, kept: &Message) {
        if let Some(key) = api::coordinated(kept) {
            self.memory.forget_coordinator(&key);
        }
    }

    pub(super) fn send_sasl(&mut self, request: Message) -> Result<(), TransformError> {
        if let SaslStep::Answer(answer) = self.session.request(&request)? {
            self.answers.push(answer);
            return Ok(());
        }
        let sent = Sent {
            request: Kept::own(api::for_error(&request)),
            failed: 0,
        };
        if !self.lines.has(Destination::ControlConnection) && !self.open_control()? {
            return Err(TransformError::broker(
                "no broker can be reached to authenticate the client",
            ));
        }
        if let Some(line) = self.lines.get_mut(Destination::ControlConnection) {
            line.upstream.send_sasl(request, sent)?;
        }
        Ok(())
    }
}

/// Look-ups.
impl KafkaSinkCluster {
    pub(super) fn look_up(&mut self, flight: Flight) -> Result<(), TransformError> {
        match flight.need() {
            Need::Versions(broker) => {
                let broker = *broker;
                if let Some(line) = self.connect(broker)?
                    && line.upstream.awaits_hello()
                {
                    self.lookups.probes.push(Probe {
                        broker,
                        until: Instant::now() + LOOKUP_TIMEOUT,
                        flight: Some(flight),
                    });
                }
            }
            Need::AnyVersions => self.lookups.any_probe = Some(flight),
            Need::Brokers | Need::Topic(_) | Need::Coordinator(_) => {
                self.lookups.waiting.push(flight);
            }
        }
        Ok(())
    }

    /// Asks what waits to be asked.
    pub(super) fn ask(&mut self) -> Result<(), TransformError> {
        // Between a handshake and its token nothing else may be said to the broker.
        if !self.lookups.want_control() || self.session.is_exchanging() {
            return Ok(());
        }
        if !self.lines.has(Destination::ControlConnection)
            && (self.lookups.failed >= LOOKUP_ATTEMPTS || !self.open_control()?)
        {
            debug!(
                failed = self.lookups.failed,
                "no broker can be asked about the cluster"
            );
            self.lookups.abandon();
            return Ok(());
        }
        let credentials = self.session.credentials().cloned();
        let requests = self.lookups.take_requests()?;
        let is_waited_for = !requests.is_empty() || self.lookups.any_probe.is_some();
        let Some(line) = self.lines.get_mut(Destination::ControlConnection) else {
            return Ok(());
        };
        for LookUp { request, flights } in requests {
            let copy = request.clone();
            let look_up = Box::new(LookUp {
                request: copy,
                flights,
            });
            line.upstream.send(
                request,
                Some(Purpose::LookUp(look_up)),
                credentials.as_deref(),
            )?;
        }
        if self.lookups.any_probe.is_some() && !line.upstream.awaits_hello() {
            // What it said before says nothing, as between a handshake and its token.
            line.upstream.introduce(self.session.introduction()?)?;
        }
        if is_waited_for {
            // Of those that are under way already the broker has had some of its time.
            self.lookups
                .deadline
                .get_or_insert_with(|| Instant::now() + LOOKUP_TIMEOUT);
        }
        Ok(())
    }

    /// Starts to connect to a broker that is up, or to a contact point. False if there is none to try.
    fn open_control(&mut self) -> Result<bool, TransformError> {
        let failed = u64::try_from(self.lookups.failed).unwrap_or(u64::MAX);
        let turn = self.client.connection_id.wrapping_add(failed);
        let view = Arc::clone(self.known.view());
        let cluster = Arc::clone(&self.cluster);
        let node = cluster
            .any(&view, turn)
            .filter(|node| node.health.state() == NodeState::Up)
            .map(|node| Target {
                broker: Some(node.broker_id),
                address: &node.address,
                health: &node.health,
            });
        let Some(target) = node.or_else(|| cluster.contact_point(turn)) else {
            return Ok(false);
        };
        let hello = self.session.introduction()?;
        self.lines
            .open(Destination::ControlConnection, &target, (&cluster, hello))?;
        Ok(true)
    }
}
