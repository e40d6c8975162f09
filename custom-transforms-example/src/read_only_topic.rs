//! `ReadOnlyTopic`: clients can read one topic, but not write to it.

use async_trait::async_trait;
use kafka_protocol::messages::{RequestKind, ResponseKind};
use serde::Deserialize;
use shotover::message::Messages;
use shotover::topology::{BuildContext, BuildError};
use shotover::transforms::*;
use shotover::wire::{ApiKey, ErrorCode};

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
    fn name(&self) -> Option<&str> {
        None
    }
    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        Ok(Box::new(self.clone()))
    }
}

impl TransformBuilder for ReadOnlyTopic {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Transform for ReadOnlyTopic {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let mut refused = Messages::new();
        for mut request in std::mem::take(&mut chain.requests) {
            let writes = request.api_key() == ApiKey::Produce
                && matches!(request.request()?, RequestKind::Produce(produce)
                    if produce.topic_data.iter().any(|data| data.name.as_str() == self.topic));
            if !writes {
                chain.requests.push(request);
            } else if request.expects_response() {
                refused.push(request.error_response(ErrorCode::TOPIC_AUTHORIZATION_FAILED, None)?);
            } else {
                return Err(TransformError::client(
                    "a write with acks=0 to a read-only topic",
                ));
            }
        }
        let mut responses = chain.call_next_transform().await?;
        for response in &mut responses {
            if response.api_key() == ApiKey::ApiVersions {
                offer_names_only(response.response_mut()?);
            }
        }
        responses.extend(refused);
        Ok(responses)
    }
}

/// From version 13 on, Produce names topics by ids that this transform does not know.
fn offer_names_only(response: &mut ResponseKind) {
    if let ResponseKind::ApiVersions(offer) = response {
        let mut apis = offer.api_keys.iter_mut();
        if let Some(produce) = apis.find(|api| api.api_key == ApiKey::Produce.code()) {
            produce.max_version = produce.max_version.min(12);
        }
    }
}
