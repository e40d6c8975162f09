//! What does a client see of the answer to a request for Metadata?
//!
//! ```text
//! answer ──the same as one that is kept──────────────────────────────────► what was shown of that
//!    └──another──► learn ──► leaders that are down left out ──► conceal ──► shown, and kept if nothing of it was new
//! ```

use super::api;
use super::line::Destination;
use super::lookup::Probe;
use super::repeated::{Circumstances, Repeated};
use super::sink::KafkaSinkCluster;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::transforms::TransformError;
use std::time::Duration;
use tokio::time::Instant;

/// How long a broker that was down may take to say that it is back. Less than it is believed to be down for.
const SIGN_OF_LIFE: Duration = Duration::from_secs(3);

impl KafkaSinkCluster {
    pub(super) fn metadata(
        &mut self,
        destination: Destination,
        kept: &Message,
        answer: Message,
    ) -> Result<Message, TransformError> {
        self.refresh();
        let (version, came) = (answer.api_version(), answer.body_bytes()?);
        let circumstances = self.circumstances(version);
        let is_worthwhile = Repeated::is_worthwhile(&came);
        if is_worthwhile && let Some(shown) = self.cluster.repeated.shown(&circumstances, &came) {
            self.cluster.view.told(Instant::now());
            self.probe(&circumstances.down)?;
            return Ok(answer.with_body(vec![shown])?);
        }
        self.learn(destination, kept, &answer)?;
        let now = self.circumstances(version);
        let answer = without_leaders(answer, &now.down)?;
        let shown = self.conceal(answer)?;
        self.probe(&now.down)?;
        // Only what was known already means nothing when it comes again.
        if is_worthwhile && now == circumstances {
            let body = shown.body_bytes()?;
            self.cluster.repeated.keep(circumstances, &came, &body);
        }
        Ok(shown)
    }

    fn circumstances(&self, version: i16) -> Circumstances {
        let now = Instant::now();
        let up = self.cluster.advertise.up();
        let nodes = self.known.view().nodes().iter();
        let down = nodes.filter(|node| node.health.is_believed_unreachable(now));
        Circumstances {
            version,
            generation: self.known.generation(),
            up: up.map(|proxy| proxy.broker_id).collect(),
            down: down.map(|node| node.broker_id).collect(),
            local: self.client.local,
        }
    }

    /// Looks whether brokers that are down are back: as long as no client takes them for leaders, nothing else does. What
    /// the client has for them must not wait long behind that.
    fn probe(&mut self, down: &[BrokerId]) -> Result<(), TransformError> {
        for broker in down {
            let is_asked = match self.lines.get_mut(Destination::Id(*broker)) {
                None => self.connect(*broker)?.is_some(),
                Some(line) if line.upstream.is_idle() && line.health.may_try_now() => {
                    line.upstream.introduce(self.session.introduction()?)?;
                    true
                }
                // It waits for an answer already.
                Some(_) => false,
            };
            if is_asked {
                self.lookups.probes.push(Probe {
                    broker: *broker,
                    until: Instant::now() + SIGN_OF_LIFE,
                    flight: None,
                });
            }
        }
        Ok(())
    }
}

/// The answer with no leader where one of these is it.
fn without_leaders(answer: Message, down: &[BrokerId]) -> Result<Message, TransformError> {
    if down.is_empty() {
        return Ok(answer);
    }
    let body = answer.body_bytes()?;
    let mut is_down = |leader: i32| down.contains(&BrokerId(leader));
    let changed = api::without_leaders(answer.api_version(), &body, &mut is_down);
    match changed.map_err(TransformError::broker)? {
        Some(pieces) => Ok(answer.with_body(pieces)?),
        None => Ok(answer),
    }
}
