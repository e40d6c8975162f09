//! How does a `Filter` treat requests, and what it lets clients know?

use super::refusal::{TEXT, error_for};
use crate::message::{Message, Messages};
use crate::transforms::api_set::ApiSet;
use crate::transforms::{
    ChainState, ClientDetails, Transform, TransformBuilder, TransformError, refuse,
};
use crate::wire::ApiKey;
use async_trait::async_trait;
use tracing::debug;

/// One `Filter` of a topology.
#[derive(Debug)]
pub(super) struct FilterBuilder {
    pub(super) refused: ApiSet,
}

impl TransformBuilder for FilterBuilder {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(Filter {
            refused: self.refused,
        })
    }
}

struct Filter {
    refused: ApiSet,
}

#[async_trait]
impl Transform for Filter {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let refusals = self.refuse(&mut chain.requests)?;
        let mut responses = chain.call_next_transform().await?;
        for response in &mut responses {
            self.hide_refused(response)?;
        }
        responses.extend(refusals);
        Ok(responses)
    }

    fn passes_open_answers(&self) -> bool {
        true
    }

    fn passes_open_requests(&self) -> bool {
        !self.refused.contains(ApiKey::Produce)
    }
}

impl Filter {
    /// Takes out what is refused, and answers it.
    fn refuse(&self, requests: &mut Messages) -> Result<Messages, TransformError> {
        let refused = requests.extract_if(.., |request| self.refused.contains(request.api_key()));
        refused.map(|request| refusal(&request)).collect()
    }

    /// Clients that look at what is offered do not ask for what is refused. An API that nobody knows is not offered.
    fn hide_refused(&self, response: &mut Message) -> Result<(), TransformError> {
        let changed = response.change_offer(|offer| {
            offer.api_keys.retain(|offered| {
                ApiKey::from_code(offered.api_key).is_some_and(|key| !self.refused.contains(key))
            });
        });
        changed.map_err(TransformError::broker)
    }
}

fn refusal(request: &Message) -> Result<Message, TransformError> {
    let error = error_for(request);
    debug!(api = %request.api_key(), %error, "refused a request");
    refuse(request, error, Some(TEXT))
}
