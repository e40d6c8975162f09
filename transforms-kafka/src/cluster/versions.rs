//! What can brokers do, and what was the client told of that?

use super::api::{OfferError, Offered};
use super::line::Destination;
use super::session::Session;
use super::sink::KafkaSinkCluster;
use super::upstream::UpstreamLost;
use shotover::message::Message;
use shotover::transforms::TransformError;
use std::sync::Arc;
use tokio::time::Instant;
use tracing::warn;

impl KafkaSinkCluster {
    /// A broker said what it can do: it is there.
    pub(super) fn introduced(
        &mut self,
        destination: Destination,
        answer: &Message,
    ) -> Result<(), TransformError> {
        let is_exchanging =
            destination == Destination::ControlConnection && self.session.is_exchanging();
        let Some(line) = self.lines.get_mut(destination) else {
            return Ok(());
        };
        let broker = line.broker;
        match Offered::read(answer) {
            Ok(offered) => {
                let is_as_told = self.told.as_ref().is_none_or(|told| offered.covers(told));
                self.cluster.view.offered(broker, &Arc::new(offered));
                if !is_as_told {
                    let (cause, unanswered) = line.upstream.lost(UpstreamLost::Older);
                    return self.lost(destination, &cause, unanswered);
                }
            }
            // An older broker is asked as an older client would (KIP-511), and one that does not like the client's name
            // in the proxy's own. But not between a handshake and its token.
            Err(OfferError::Refused(_)) if answer.api_version() > 0 && !is_exchanging => {
                let older = Session::older_introduction(answer.api_version())?;
                return Ok(line.upstream.introduce(older)?);
            }
            Err(error) => {
                let (sink, broker) = line.in_log();
                if line.health.may_complain(Instant::now()) {
                    warn!(sink, broker, %error, "a broker did not say what it can do");
                }
            }
        }
        let is_for_probe_alone = line.upstream.is_unused();
        if destination == Destination::ControlConnection {
            self.lookups.any_probe = None;
            if !line.upstream.awaits_look_up() {
                self.lookups.deadline = None;
            }
        } else if is_for_probe_alone {
            self.lines.remove(destination);
        }
        self.lookups.probed(broker);
        Ok(())
    }

    pub(super) fn answer_api_versions(&mut self, request: &Message) -> Result<(), TransformError> {
        let view = self.known.view();
        let of_brokers = view
            .nodes()
            .iter()
            .filter_map(|node| view.offered(node.broker_id));
        let mut known: Vec<_> = of_brokers.collect();
        if known.is_empty() {
            known.extend(view.offered_by_contact());
        }
        let known = known.into_iter().map(AsRef::as_ref);
        let Some(offered) = Offered::common(known, self.cluster.presentation) else {
            return Err(TransformError::broker(
                "no broker could be asked what it can do",
            ));
        };
        self.answers.push(offered.answer(request)?);
        self.told = Some(self.cluster.told(offered));
        Ok(())
    }
}
