//! How does a `NullSink` answer?

use crate::message::{Message, Messages};
use crate::transforms::{
    ChainState, ClientDetails, Transform, TransformBuilder, TransformError, answer,
};
use crate::wire::ErrorCode;
use async_trait::async_trait;

/// One `NullSink` of a topology.
#[derive(Debug)]
pub(super) struct NullSinkBuilder {
    pub(super) error: Option<ErrorCode>,
}

impl TransformBuilder for NullSinkBuilder {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(NullSink { error: self.error })
    }
}

struct NullSink {
    error: Option<ErrorCode>,
}

#[async_trait]
impl Transform for NullSink {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let client = chain.client();
        let requests = chain.requests.drain(..).filter(Message::expects_response);
        requests
            .map(|request| answer::without_broker(&request, self.error, client))
            .collect()
    }
}
