//! `ReadOnlyTopic`: clients can read one topic, but not write to it.

use async_trait::async_trait;
use kafka_protocol::messages::RequestKind;
use serde::Deserialize;
use shotover::message::{Message, Messages};
use shotover::topology::{BuildContext, BuildError};
use shotover::transforms::*;
use shotover::wire::{ApiKey, ErrorCode};

/// The last version of Produce that names topics; later ones have ids, which this transform does not know.
const NAMES_TOPICS: i16 = 12;
const ERROR: ErrorCode = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
const TEXT: &str = "the topic is read-only";

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadOnlyTopic {
    topic: String,
}

#[typetag::deserialize(name = "ReadOnlyTopic")]
#[async_trait]
impl TransformConfig for ReadOnlyTopic {
    fn kind(&self) -> &'static str {
        "ReadOnlyTopic"
    }
    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl Transform for ReadOnlyTopic {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let requests = &mut chain.requests;
        let refused = requests.extract_if(.., |request| self.refuses(request));
        let refusals = refused.map(|request| refuse(&request, ERROR, Some(TEXT)));
        let refusals = refusals.collect::<Result<Messages, _>>()?;
        let mut responses = chain.call_next_transform().await?;
        for response in &mut responses {
            let offered = response.offer_at_most(ApiKey::Produce, NAMES_TOPICS);
            offered.map_err(TransformError::broker)?;
        }
        responses.extend(refusals);
        Ok(responses)
    }
}

impl ReadOnlyTopic {
    /// Whoever cannot read a request does not know that it is harmless.
    fn refuses(&self, request: &mut Message) -> bool {
        request.api_key() == ApiKey::Produce
            && (request.api_version() > NAMES_TOPICS
                || !matches!(request.request(), Ok(RequestKind::Produce(body))
                    if body.topic_data.iter().all(|data| data.name.as_str() != self.topic)))
    }
}
