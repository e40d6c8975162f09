//! What does it mean that a broker answered?

use super::advertise::{Presentation, StandIns};
use super::api::{self, Outage};
use super::gather::Outcome;
use super::line::{Destination, Line};
use super::lookup::{LOOKUP_TIMEOUT, Probe};
use super::passing::Passing;
use super::purpose::{LookUp, Part, Purpose, Sent};
use super::sink::KafkaSinkCluster;
use super::upstream::Event;
use crate::answers::is_plain;
use crate::broker::BrokerLost;
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::{Message, MessageId};
use shotover::transforms::TransformError;
use shotover::wire::ApiKey;
use shotover::wire::addresses::{Address, NewAddress};
use shotover::wire::fetch_response::Partitions;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::Instant;

/// Answers that are taken in before the client gets them.
const MAX_ANSWERS_PER_STEP: usize = 100;

/// How many bytes of answers, for the same reason; and because the client may not read them.
const MAX_ANSWER_BYTES_PER_STEP: usize = 1024 * 1024;

/// What connections tell that is taken in before other clients of the thread have their turn.
const MAX_EVENTS_PER_STEP: usize = 100;

impl KafkaSinkCluster {
    /// Moves every connection forward and takes in what they tell.
    pub(super) fn poll_brokers(&mut self, cx: &mut Context<'_>) -> Result<(), TransformError> {
        let (mut bytes, mut events) = (0, 0);
        while self.answers.len() < MAX_ANSWERS_PER_STEP
            && bytes < MAX_ANSWER_BYTES_PER_STEP
            && events < MAX_EVENTS_PER_STEP
        {
            let before = self.answers.len();
            let mut passing = Passing {
                answers: &mut self.answers,
                gathers: &mut self.gathers,
                most: MAX_ANSWERS_PER_STEP - before,
                bytes: MAX_ANSWER_BYTES_PER_STEP - bytes,
            };
            match self.lines.poll_event(cx, &mut passing) {
                Poll::Ready((destination, event)) => {
                    events += 1;
                    self.told(destination, event)?;
                }
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
        if self.answers.is_empty() {
            // There is more, and nobody else would wake the task for it.
            cx.waker().wake_by_ref();
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
