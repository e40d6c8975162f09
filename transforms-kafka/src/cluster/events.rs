//! What does it mean that a broker answered, or is gone?

use super::advertise::{Presentation, StandIns};
use super::api::{self, Outage, Route};
use super::gather::Outcome;
use super::line::{Destination, Line};
use super::lookup::{LOOKUP_TIMEOUT, Probe};
use super::node::NodeState;
use super::passing::Passing;
use super::purpose::{LookUp, Part, Purpose, Sent};
use super::sink::KafkaSinkCluster;
use super::upstream::{Event, Unanswered, UpstreamLost};
use crate::answers::is_plain;
use crate::broker::BrokerLost;
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::causes::Causes;
use shotover::message::{Message, MessageId};
use shotover::transforms::TransformError;
use shotover::wire::ApiKey;
use shotover::wire::addresses::{Address, NewAddress};
use shotover::wire::fetch_response::Partitions;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::Instant;
use tracing::{debug, info, warn};

/// Answers that are taken in before the client gets them.
const MAX_ANSWERS_PER_STEP: usize = 100;

/// How many bytes of answers, for the same reason; and because the client may not read them.
const MAX_ANSWER_BYTES_PER_STEP: usize = 1024 * 1024;

/// Brokers that may fail with a request that any broker can answer.
const MAX_FAILURES: u8 = 3;

impl KafkaSinkCluster {
    /// Moves every connection forward and takes in what they tell.
    pub(super) fn poll_brokers(&mut self, cx: &mut Context<'_>) -> Result<(), TransformError> {
        let mut bytes = 0;
        while self.answers.len() < MAX_ANSWERS_PER_STEP && bytes < MAX_ANSWER_BYTES_PER_STEP {
            let before = self.answers.len();
            let mut passing = Passing {
                answers: &mut self.answers,
                gathers: &mut self.gathers,
                most: MAX_ANSWERS_PER_STEP - before,
                bytes: MAX_ANSWER_BYTES_PER_STEP - bytes,
            };
            match self.lines.poll_event(cx, &mut passing) {
                Poll::Ready((destination, event)) => self.told(destination, event)?,
                // When all brokers have been heard: what several have said is one answer.
                Poll::Pending if self.settle_fetches()? => {}
                Poll::Pending => {
                    self.poll_probes(cx)?;
                    self.poll_deadline(cx)?;
                    if self.hedges.is_any() {
                        self.poll_hedges(cx)?;
                    }
                    return self.poll_fetches(cx);
                }
            }
            let new = self.answers.iter().skip(before);
            bytes += new.map(Message::wire_len).sum::<usize>();
        }
        self.settle_fetches().map(drop)
    }

    fn told(&mut self, destination: Destination, event: Event) -> Result<(), TransformError> {
        match event {
            Event::Passed => {
                self.served = true;
                Ok(())
            }
            Event::Answer(purpose, answer) => self.answered(destination, purpose, answer),
            Event::Lost(cause, unanswered) => self.lost(destination, &cause, unanswered),
        }
    }

    /// Gives up on brokers that do not say what they can do, or that they are back.
    fn poll_probes(&mut self, cx: &mut Context<'_>) -> Result<(), TransformError> {
        let Some(deadline) = self.lookups.probe_deadline() else {
            return Ok(());
        };
        if self.probe_timer.poll(deadline, cx).is_pending() {
            return Ok(());
        }
        let probes = std::mem::take(&mut self.lookups.probes);
        let (late, others): (Vec<Probe>, _) =
            probes.into_iter().partition(|it| it.until <= deadline);
        self.lookups.probes = others;
        for Probe { broker, flight, .. } in late {
            self.give_up(Destination::Id(broker))?;
            drop(flight);
        }
        cx.waker().wake_by_ref();
        Ok(())
    }

    /// Gives up on a broker that does not answer look-ups.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Result<(), TransformError> {
        let Some(deadline) = self.lookups.deadline else {
            return Ok(());
        };
        if self.lookup_timer.poll(deadline, cx).is_pending() {
            return Ok(());
        }
        self.lookups.deadline = None;
        self.give_up(Destination::ControlConnection)?;
        // The connection that replaces it has not been polled.
        cx.waker().wake_by_ref();
        Ok(())
    }

    /// Takes a connection for lost on which the proxy waits for an answer of its own.
    fn give_up(&mut self, destination: Destination) -> Result<(), TransformError> {
        let line = self.lines.get_mut(destination);
        let waits =
            |line: &&mut Line| line.upstream.awaits_look_up() || line.upstream.awaits_hello();
        let Some(line) = line.filter(waits) else {
            return Ok(());
        };
        let (cause, unanswered) = line
            .upstream
            .lost(BrokerLost::Silent(LOOKUP_TIMEOUT).into());
        self.lost(destination, &cause, unanswered)
    }

    fn answered(
        &mut self,
        destination: Destination,
        purpose: Purpose,
        answer: Message,
    ) -> Result<(), TransformError> {
        match purpose {
            Purpose::Client(_)
                if matches!(
                    answer.api_key(),
                    ApiKey::SaslHandshake | ApiKey::SaslAuthenticate
                ) =>
            {
                self.sasl_answered(destination, answer)
            }
            Purpose::Client(sent)
                if answer.api_key() == ApiKey::Metadata
                    && !self.known.view().nodes().is_empty()
                    && api::knows_nobody(&answer) =>
            {
                let broker = self.broker(destination);
                self.not_answered(sent, (broker, Outage::NotReached))
            }
            Purpose::Client(sent) if !self.hedges.answered(sent.id()) => Ok(()),
            Purpose::Client(sent) => self.client_answered(destination, sent, answer),
            Purpose::Part(part) => {
                let Part {
                    of,
                    broker,
                    number,
                    request,
                } = *part;
                self.served = true;
                let answer = match is_plain(&answer) {
                    true => answer,
                    false => {
                        let request = request.into_message();
                        self.learn(destination, &request, &answer)?;
                        self.note_gaps(&request, answer)?
                    }
                };
                self.gather(of, Outcome::Answer((broker, number), answer))
            }
            Purpose::Fetch { id, request } => {
                self.fetch_answered(destination, (id, &request), answer)
            }
            Purpose::LookUp(look_up) => {
                let LookUp { request, flights } = *look_up;
                self.learn(destination, &request, &answer)?;
                self.lookups.failed = 0;
                let line = self.lines.get_mut(destination);
                let awaits_more = line.is_some_and(|line| line.upstream.awaits_look_up());
                self.lookups.deadline = awaits_more.then(|| Instant::now() + LOOKUP_TIMEOUT);
                drop(flights);
                Ok(())
            }
            Purpose::Hello => self.introduced(destination, &answer),
            // These mean something to the connection alone.
            Purpose::Handshake | Purpose::Token => Ok(()),
        }
    }

    fn sasl_answered(
        &mut self,
        destination: Destination,
        answer: Message,
    ) -> Result<(), TransformError> {
        let is_token = answer.api_key() == ApiKey::SaslAuthenticate;
        let authenticated = self.session.answered(&answer);
        self.answers.push(answer);
        if is_token && !authenticated && self.served {
            // Brokers that took the former credentials would go on to serve the client under them.
            return Err(TransformError::broker(
                "a broker refused the credentials of a client that authenticated again",
            ));
        }
        let Some(credentials) = self.session.credentials().filter(|_| authenticated) else {
            return self.ask();
        };
        self.cluster.authenticated();
        let credentials = Arc::clone(credentials);
        for line in self.lines.iter_mut() {
            if line.destination == destination {
                line.upstream.authenticated();
            } else if line.upstream.is_ready() {
                line.upstream.replay(&credentials)?;
            }
        }
        self.ask()
    }

    fn client_answered(
        &mut self,
        destination: Destination,
        sent: Sent,
        answer: Message,
    ) -> Result<(), TransformError> {
        self.served = true;
        let kept = &sent.request.into_message();
        if answer.api_key() == ApiKey::Metadata {
            let answer = self.metadata(destination, kept, answer)?;
            self.answers.push(answer);
            return Ok(());
        }
        let is_open = answer.missing() > 0;
        if !is_open {
            self.learn(destination, kept, &answer)?;
        }
        if let Destination::Id(broker) = destination {
            self.remember(kept, &answer, broker);
        }
        if is_open {
            self.open.add(answer.id(), destination);
            self.answers.push(answer);
            return Ok(());
        }
        let answer = self.note_gaps(kept, answer)?;
        let answer = self.conceal(answer)?;
        self.answers.push(answer);
        Ok(())
    }

    fn note_gaps(&mut self, kept: &Message, answer: Message) -> Result<Message, TransformError> {
        let noted = self.gaps.answered(kept, answer);
        noted.map_err(TransformError::broker)
    }

    pub(super) fn learn(
        &mut self,
        destination: Destination,
        request: &Message,
        answer: &Message,
    ) -> Result<(), TransformError> {
        let broker = self.broker(destination);
        let seen = api::observe(request, answer, broker).map_err(TransformError::broker)?;
        self.cluster.view.learn(&seen);
        self.refresh();
        Ok(())
    }

    /// The broker at the other end of a connection, if it is known.
    fn broker(&mut self, destination: Destination) -> Option<BrokerId> {
        self.lines.get_mut(destination)?.broker
    }

    /// Keeps what later requests of this client refer to.
    fn remember(&mut self, kept: &Message, answer: &Message, broker: BrokerId) {
        if api::has_share_session(answer) {
            self.memory.share_session(broker);
        } else if kept.api_key() == ApiKey::Fetch {
            let body = answer.body_bytes().unwrap_or_default();
            if let Ok(fetched) = Partitions::new(answer.api_version(), &body)
                && fetched.session_id != 0
            {
                self.memory.fetch_session(fetched.session_id, broker);
            }
        } else if self.called.is_none()
            && self.cluster.presentation == Presentation::Brokers
            && let Some(key) = api::coordinated(kept)
        {
            // What the answer said is in the view already.
            if self.known.view().coordinator(&key) == Some(broker) {
                self.memory.coordinator(key, broker);
            } else {
                self.memory.forget_coordinator(&key);
            }
        }
    }

    /// Adds a part to an answer, which goes to the client when it was the last one.
    pub(super) fn gather(&mut self, of: MessageId, part: Outcome) -> Result<(), TransformError> {
        match self.gathers.add(of, part)? {
            None => Ok(()),
            Some(Some(answer)) => {
                let answer = self.conceal(answer)?;
                self.answers.push(answer);
                Ok(())
            }
            Some(None) => Err(TransformError::broker(
                "no broker can be asked for a part of a request, which has no answer that says so",
            )),
        }
    }

    /// The answer as the client is to see it.
    pub(super) fn conceal(&self, answer: Message) -> Result<Message, TransformError> {
        if is_plain(&answer) {
            return Ok(answer);
        }
        if answer.api_key() == ApiKey::OffsetFetch {
            return api::as_loading(answer).map_err(TransformError::broker);
        }
        let (view, local) = (self.known.view(), self.client.local);
        let here = || NewAddress {
            host: Bytes::from(local.ip().to_canonical().to_string()),
            port: local.port(),
        };
        let advertise = &self.cluster.advertise;
        let concealed = match self.cluster.presentation {
            Presentation::Brokers => api::conceal(answer, &mut |address: Address<'_>| {
                advertise
                    .address_of(BrokerId(address.node_id), view.nodes())
                    .unwrap_or_else(here)
            }),
            Presentation::Proxies => api::present(
                answer,
                &StandIns {
                    advertise,
                    brokers: view.nodes(),
                },
            ),
        };
        concealed.map_err(TransformError::broker)
    }
}

/// Lost connections.
impl KafkaSinkCluster {
    pub(super) fn lost(
        &mut self,
        destination: Destination,
        cause: &UpstreamLost,
        unanswered: Vec<Unanswered>,
    ) -> Result<(), TransformError> {
        let Some(line) = self.lines.remove(destination) else {
            return Ok(());
        };
        note(&line, cause, &unanswered);
        self.rest_lost(destination);
        if destination == Destination::ControlConnection {
            // A broker that hangs up on an idle connection has failed with nothing.
            self.lookups.failed += usize::from(!unanswered.is_empty());
            self.lookups.deadline = None;
        } else {
            self.lookups.probed(line.broker);
        }
        let is_spare = self.is_spare(&unanswered);
        let is_waited_for = unanswered
            .iter()
            .any(|left| left.sent && matches!(left.purpose, Purpose::Client(_)));
        // A broker hangs up on a client that it wants credentials of, or does not take those that another one took; and
        // records without acknowledgement may be lost.
        let was_silent = matches!(cause, UpstreamLost::Broker(BrokerLost::Silent(_)));
        let was_refused = is_waited_for && !was_silent && !self.served && !line.upstream.served();
        // Told older versions, a client asks again when it has connected again, as one that had been connected to the broker.
        let cannot_serve = matches!(cause, UpstreamLost::Credentials(_) | UpstreamLost::Older);
        let is_refusal = (was_refused || cannot_serve) && !is_spare;
        if is_refusal || line.upstream.sent_unanswerable() {
            return Err(TransformError::broker(Causes(cause).to_string()));
        }
        for Unanswered { purpose, sent } in unanswered {
            self.left_behind((line.broker, purpose), sent)?;
        }
        self.ask()
    }

    /// Asks another broker if no other one was, and it is as good and does nothing twice.
    fn not_answered(
        &mut self,
        sent: Sent,
        failed: (Option<BrokerId>, Outage),
    ) -> Result<(), TransformError> {
        let node = failed.0.and_then(|broker| self.known.view().node(broker));
        let down = node.filter(|node| node.health.state() != NodeState::Up);
        match self.hedges.lost(sent.id(), down.map(|node| node.broker_id)) {
            true => self.try_another(sent, failed),
            false => Ok(()),
        }
    }

    fn try_another(
        &mut self,
        sent: Sent,
        (broker, outage): (Option<BrokerId>, Outage),
    ) -> Result<(), TransformError> {
        let Sent { request, failed } = sent;
        let request = request.into_message();
        let harmless = outage == Outage::NotReached || api::idempotent(request.api_key());
        let body = request.body_bytes()?;
        let route = api::route(request.request_ref(), &body);
        let anywhere = matches!(route, Ok(Route::Any | Route::Controller));
        if !harmless || !anywhere || failed >= MAX_FAILURES {
            return self.fail(&request, (broker, outage));
        }
        // The one that failed may not be down, but dislike the client: another one is asked.
        let turn = self.client.connection_id + u64::from(failed) + 1;
        let another = self
            .cluster
            .any_but(broker, &self.lines, (self.known.view(), turn));
        match another.map(|node| node.broker_id) {
            Some(broker) => self.send(broker, request, failed + 1),
            None => self.fail(&request, (broker, outage)),
        }
    }

    fn left_behind(
        &mut self,
        (broker, purpose): (Option<BrokerId>, Purpose),
        sent: bool,
    ) -> Result<(), TransformError> {
        let outage = if sent {
            Outage::LostAfterSend
        } else {
            Outage::NotReached
        };
        match purpose {
            Purpose::Client(sent) => self.not_answered(sent, (broker, outage)),
            Purpose::Part(part) => {
                let kept = part.request.into_message();
                self.fail_part(part.of, kept, (broker, outage))
            }
            Purpose::Fetch { id, .. } => {
                let now = Instant::now();
                self.fetch_failed(id, now);
                self.drive_fetches(now)
            }
            Purpose::LookUp(look_up) => {
                self.lookups.waiting.extend(look_up.flights);
                Ok(())
            }
            Purpose::Hello | Purpose::Handshake | Purpose::Token => Ok(()),
        }
    }
}

/// Says what happened, and to all connections whether the broker is down. That it hung up says nothing: it may not
/// have liked the client.
fn note(line: &Line, cause: &UpstreamLost, unanswered: &[Unanswered]) {
    let (sink, broker) = line.in_log();
    match cause {
        UpstreamLost::Broker(lost @ (BrokerLost::NotReached(_) | BrokerLost::Silent(_))) => {
            let now = Instant::now();
            let is_news = if matches!(lost, BrokerLost::NotReached(_)) {
                line.health.unreachable(now)
            } else {
                line.health.down(now)
            };
            if is_news {
                warn!(sink, broker, error = %Causes(lost), "a broker is down");
            }
        }
        UpstreamLost::Broker(lost @ BrokerLost::Protocol(_)) => {
            warn!(sink, broker, error = %Causes(lost), "a broker broke the protocol");
        }
        UpstreamLost::Broker(error) => {
            debug!(sink, broker, %error, unanswered = unanswered.len(), "a connection to a broker is gone");
        }
        UpstreamLost::Credentials(code) => {
            info!(
                sink,
                broker,
                ?code,
                "a broker refused the client's credentials"
            );
        }
        UpstreamLost::Older => {
            info!(sink, broker, error = %cause, "a connection to a broker is of no use");
        }
        UpstreamLost::Encode(error) => {
            warn!(sink, broker, %error, "a request of the proxy's own cannot be encoded");
        }
    }
}
