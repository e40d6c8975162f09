//! `ReadOnlyTopic`: clients can read one topic, but not write to it.

use async_trait::async_trait;
use kafka_protocol::messages::RequestKind;
use serde::Deserialize;
use shotover::message::Messages;
use shotover::topology::{BuildContext, BuildError};
use shotover::transforms::*;
use shotover::wire::{ApiKey, ErrorCode};

/// The last version of Produce that names topics; later ones have ids, which this transform does not know.
const NAMES_TOPICS: i16 = 12;

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
        let mut refused = Messages::new();
        for mut request in std::mem::take(&mut chain.requests) {
            let is_refused = request.api_key() == ApiKey::Produce
                && (request.api_version() > NAMES_TOPICS
                    || self.is_written(request.request().map_err(TransformError::client)?));
            if is_refused {
                let error = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
                refused.push(refuse(&request, error, Some("the topic is read-only"))?);
            } else {
                chain.requests.push(request);
            }
        }
        let mut responses = chain.call_next_transform().await?;
        for response in &mut responses {
            response.offer_at_most(ApiKey::Produce, NAMES_TOPICS)?;
        }
        responses.extend(refused);
        Ok(responses)
    }
}

impl ReadOnlyTopic {
    fn is_written(&self, request: &RequestKind) -> bool {
        matches!(request, RequestKind::Produce(body)
            if body.topic_data.iter().any(|data| data.name.as_str() == self.topic))
    }
}
