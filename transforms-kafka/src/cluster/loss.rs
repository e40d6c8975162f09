//! What does it mean that a connection to a broker is lost?

use super::api::{self, Outage, Route};
use super::line::{Destination, Line};
use super::node::NodeState;
use super::purpose::{Purpose, Sent};
use super::sink::KafkaSinkCluster;
use super::upstream::{Unanswered, UpstreamLost};
use crate::broker::BrokerLost;
use kafka_protocol::messages::BrokerId;
use shotover::causes::Causes;
use shotover::topology::Address;
use shotover::transforms::TransformError;
use std::sync::Arc;
use tokio::time::Instant;
use tracing::field::display;
use tracing::{debug, info, warn};

/// Brokers that may fail with a request that any broker can answer.
const MAX_FAILURES: u8 = 3;

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
        self.note(&line, cause, unanswered.len());
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
        let is_too_old = matches!(cause, UpstreamLost::Older) && !unanswered.is_empty();
        let was_not_known = matches!(cause, UpstreamLost::Credentials(_));
        let is_refusal = (was_refused || was_not_known || is_too_old) && !is_spare;
        if is_refusal || line.upstream.sent_unanswerable() {
            return Err(TransformError::broker(line.ended_by(cause)));
        }
        for Unanswered { purpose, sent } in unanswered {
            self.left_behind((line.broker, purpose), sent)?;
        }
        self.ask()
    }

    /// Asks another broker if no other one was, and it is as good and does nothing twice.
    pub(super) fn not_answered(
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
        let another = another.map(|node| node.broker_id);
        match another.filter(|another| !self.lines.may_hold_up(*another)) {
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

/// What the log is told.
impl KafkaSinkCluster {
    /// Says what happened, and to all connections whether the broker is down. That it hung up says nothing: it may not
    /// have liked the client.
    fn note(&self, line: &Line, cause: &UpstreamLost, unanswered: usize) {
        let ((sink, broker), now) = (line.in_log(), Instant::now());
        let address = || self.address_of(line).map(display);
        match cause {
            UpstreamLost::Broker(lost @ (BrokerLost::NotReached(_) | BrokerLost::Silent(_))) => {
                let is_news = match matches!(lost, BrokerLost::NotReached(_)) {
                    true => line.health.unreachable(now),
                    false => line.health.down(now),
                };
                if is_news {
                    warn!(sink, broker, address = address(), error = %Causes(lost), "a broker is down");
                }
            }
            UpstreamLost::Broker(lost @ BrokerLost::Protocol(_)) => {
                if line.health.may_complain(now) {
                    warn!(sink, broker, address = address(), error = %Causes(lost), "a broker broke the protocol");
                }
            }
            UpstreamLost::Broker(error) => {
                debug!(sink, broker, %error, unanswered, "a connection to a broker is gone");
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

    /// Where the broker is at the other end of a connection.
    fn address_of(&self, line: &Line) -> Option<&Address> {
        let nodes = self.known.view().nodes().iter();
        let nodes = nodes.map(|node| (&node.health, &node.address));
        let points = self.cluster.contact_points.iter();
        let mut all = nodes.chain(points.map(|point| (&point.health, &point.address)));
        let found = all.find(|(health, _)| Arc::ptr_eq(health, &line.health));
        found.map(|(_, address)| address)
    }
}
