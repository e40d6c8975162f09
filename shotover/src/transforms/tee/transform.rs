//! How do copies of a client's requests reach the sub-chain, without harm to the client?
//!
//! ```text
//! Resting ──a copy──► Running ──failed while copies were on their way, or with SASL──► Ended
//!    ▲                   │
//!    └──failed otherwise─┘
//! ```

use super::complaints::Complaints;
use super::counted::{Counted, NotCopied};
use super::selection::{Selection, copy_of, is_sasl};
use super::sub_chain::{Failure, SubChain};
use super::write::NAMES_TOPICS;
use crate::codec::{AnonymousAccess, Trust};
use crate::message::{Message, Messages};
use crate::transforms::{
    ChainState, ClientDetails, Transform, TransformBuilder, TransformChainBuilder, TransformError,
};
use crate::wire::ApiKey;
use async_trait::async_trait;
use std::sync::Arc;
use std::task::{Context, Poll};
use tracing::debug;

/// Copies that wait until the first cluster has let their client in. More are not made.
pub(super) const MAX_HELD: usize = 100;

/// Bytes of them.
pub(super) const MAX_HELD_BYTES: usize = 64 * 1024;

/// What all connections of one `Tee` share.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: Arc<str>,
    pub(super) chain: TransformChainBuilder,
    pub(super) selection: Selection,
    pub(super) counted: Counted,
    pub(super) complaints: Complaints,
    /// Whether the first cluster lets clients in that do not say who they are.
    pub(super) anonymous: AnonymousAccess,
}

/// One `Tee` of a topology.
#[derive(Debug)]
pub(super) struct TeeBuilder(pub(super) Arc<Place>);

impl TransformBuilder for TeeBuilder {
    fn build(&self, client: &ClientDetails) -> Box<dyn Transform> {
        Box::new(Tee {
            place: Arc::clone(&self.0),
            client: client.clone(),
            trust: Trust::new(self.0.anonymous.clone()),
            held: Messages::new(),
            copies: Copies::Resting,
        })
    }
}

/// The copies of one client's requests.
struct Tee {
    place: Arc<Place>,
    client: ClientDetails,
    /// Whether the first cluster has let the client in.
    trust: Trust,
    /// Copies that wait for that.
    held: Messages,
    copies: Copies,
}

enum Copies {
    /// The next copy gets a new sub-chain.
    Resting,
    Running(Box<SubChain>),
    /// There are no more copies.
    Ended,
}

#[async_trait]
impl Transform for Tee {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let copies = self.copies_of(&chain.requests);
        self.trust.asked(&chain.requests);
        let mut responses = chain.call_next_transform().await?;
        self.trust.heard(&responses);
        self.hear().await;
        let copies = self.let_in(copies);
        self.send(copies).await;
        if self.place.selection.selects(ApiKey::Produce) {
            for response in &mut responses {
                let offered = response.offer_at_most(ApiKey::Produce, NAMES_TOPICS);
                offered.map_err(TransformError::broker)?;
            }
        }
        Ok(responses)
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.copies {
            Copies::Running(chain) => chain.poll_progress(cx),
            Copies::Resting | Copies::Ended => Poll::Pending,
        }
    }

    fn is_busy(&self) -> bool {
        match &self.copies {
            Copies::Running(chain) => chain.is_busy(),
            Copies::Resting | Copies::Ended => false,
        }
    }

    fn passes_open_answers(&self) -> bool {
        true
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        for _ in &self.held {
            self.place.counted.not_copied(NotCopied::NotLetIn);
        }
    }
}

impl Tee {
    /// Copies of the requests that are to have one.
    fn copies_of(&self, requests: &[Message]) -> Messages {
        let selected = requests
            .iter()
            .filter(|request| self.place.selection.selects(request.api_key()));
        let copies = selected.filter_map(|request| {
            let copy = match &self.copies {
                Copies::Resting | Copies::Running(_) => copy_of(request),
                Copies::Ended => Err(NotCopied::Ended),
            };
            copy.inspect_err(|reason| self.place.counted.not_copied(*reason))
                .ok()
        });
        copies.collect()
    }

    /// Those of the copies that may leave. Before the first cluster has let the client in, what the client logs in with may,
    /// and all else is held: the second cluster may let in whoever comes through this proxy.
    fn let_in(&mut self, copies: Messages) -> Messages {
        if self.trust.is_trusted() {
            let mut held = std::mem::take(&mut self.held);
            held.extend(copies);
            return held;
        }
        let (sasl, others): (Messages, Messages) =
            copies.into_iter().partition(|copy| is_sasl(copy.api_key()));
        for copy in others {
            let bytes: usize = self.held.iter().map(Message::wire_len).sum();
            let has_room = self.held.len() < MAX_HELD && bytes + copy.wire_len() <= MAX_HELD_BYTES;
            match has_room {
                true => self.held.push(copy.to_rest()),
                false => self.place.counted.not_copied(NotCopied::NotLetIn),
            }
        }
        sasl
    }

    /// Learns what the sub-chain has to say before copies are entrusted to it.
    async fn hear(&mut self) {
        if let Copies::Running(chain) = &mut self.copies
            && chain.has_news()
            && let Err(failure) = chain.process(Messages::new()).await
        {
            self.copies = self.after(&failure);
        }
    }

    /// Sends the copies for which there is room.
    async fn send(&mut self, mut copies: Messages) {
        if copies.is_empty() {
            return;
        }
        if let Copies::Resting = self.copies {
            let chain = self.place.chain.build(&self.client);
            self.copies = Copies::Running(Box::new(SubChain::new(chain)));
        }
        let counted = &self.place.counted;
        let Copies::Running(chain) = &mut self.copies else {
            copies
                .iter()
                .for_each(|_| counted.not_copied(NotCopied::Ended));
            return;
        };
        copies.retain(|copy| {
            let is_admitted = chain.admit(copy);
            if is_admitted {
                counted.copies.inc();
            } else {
                counted.not_copied(NotCopied::Full);
            }
            is_admitted
        });
        if copies.is_empty() {
            return;
        }
        if let Err(failure) = chain.process(copies).await {
            self.copies = self.after(&failure);
        }
    }

    /// What follows when the sub-chain cannot be used any more.
    fn after(&self, failure: &Failure) -> Copies {
        let was_quiet = match &self.copies {
            Copies::Running(chain) => chain.was_quiet(),
            Copies::Resting | Copies::Ended => false,
        };
        // What a client has logged in with is not kept, so a new connection would be nobody's.
        if was_quiet && !self.place.selection.sasl {
            debug!(name = %self.place.name, error = %failure, "the sub-chain ended while nothing was copied");
            return Copies::Resting;
        }
        self.place.counted.ended.inc();
        self.place.complaints.ended(&self.place.name, failure);
        Copies::Ended
    }
}
