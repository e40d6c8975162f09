//! How does a `Loopback` answer?

use super::produced::produced;
use crate::message::{Message, Messages};
use crate::transforms::{
    ChainState, ClientDetails, Transform, TransformBuilder, TransformError, answer,
};
use crate::wire::ApiKey;
use async_trait::async_trait;

/// One `Loopback` of a topology.
#[derive(Debug)]
pub(super) struct LoopbackBuilder;

impl TransformBuilder for LoopbackBuilder {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(Loopback)
    }
}

struct Loopback;

#[async_trait]
impl Transform for Loopback {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let client = chain.client();
        let requests = chain.requests.drain(..).filter(Message::expects_response);
        requests
            .map(|request| {
                if request.api_key() == ApiKey::Produce {
                    all_written(&request)
                } else {
                    answer::without_broker(&request, None, client)
                }
            })
            .collect()
    }
}

fn all_written(request: &Message) -> Result<Message, TransformError> {
    let body = produced(request.api_version(), &request.body_bytes()?);
    let body = body.map_err(TransformError::client)?;
    Ok(Message::response_of_pieces(
        request.request_ref(),
        vec![body],
    )?)
}
