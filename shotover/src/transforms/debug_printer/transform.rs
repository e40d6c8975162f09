//! How does a `DebugPrinter` log?

use super::secret::is_secret;
use super::text::text_of;
use crate::message::{Message, Messages};
use crate::transforms::{ChainState, ClientDetails, Transform, TransformBuilder, TransformError};
use crate::wire::ErrorCode;
use crate::wire::peek::first_error;
use async_trait::async_trait;
use bytes::Bytes;
use serde::Deserialize;
use std::sync::Arc;
use tracing::field::{DebugValue, DisplayValue, debug, display};

/// Bytes of a client id that are logged.
const SHOWN_CLIENT_ID: usize = 200;

/// At which level messages are logged.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// An event at a level that is known when the topology is read; `tracing` wants it when this is compiled. The fields
/// cost nothing where the filter keeps the event out.
macro_rules! log {
    ($level:expr, $($event:tt)*) => {
        match $level {
            Level::Error => tracing::error!($($event)*),
            Level::Warn => tracing::warn!($($event)*),
            Level::Info => tracing::info!($($event)*),
            Level::Debug => tracing::debug!($($event)*),
            Level::Trace => tracing::trace!($($event)*),
        }
    };
}

/// One `DebugPrinter` of a topology.
#[derive(Clone, Debug)]
pub(super) struct DebugPrinterBuilder {
    pub(super) name: Arc<str>,
    pub(super) level: Level,
    /// Bytes of a body's text that are logged; without it bodies are not.
    pub(super) body_limit: Option<usize>,
}

impl TransformBuilder for DebugPrinterBuilder {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(DebugPrinter(self.clone()))
    }
}

struct DebugPrinter(DebugPrinterBuilder);

#[async_trait]
impl Transform for DebugPrinter {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        for request in &chain.requests {
            self.log_request(request);
        }
        let responses = chain.call_next_transform().await?;
        for response in &responses {
            self.log_response(response);
        }
        Ok(responses)
    }
}

impl DebugPrinter {
    fn log_request(&self, request: &Message) {
        log!(
            self.0.level,
            name = %self.0.name,
            id = %request.id(),
            api = %request.api_key(),
            version = request.api_version(),
            correlation_id = request.correlation_id(),
            client_id = request.client_id().map(shown),
            bytes = request.wire_len(),
            answered = request.expects_response(),
            body = self.body(request),
            "request"
        );
    }

    fn log_response(&self, response: &Message) {
        log!(
            self.0.level,
            name = %self.0.name,
            id = %response.id(),
            api = %response.api_key(),
            version = response.api_version(),
            correlation_id = response.correlation_id(),
            bytes = response.wire_len(),
            error = error_of(response).map(display),
            body = self.body(response),
            "response"
        );
    }

    fn body(&self, message: &Message) -> Option<DisplayValue<String>> {
        let limit = self.0.body_limit?;
        let text = if is_secret(message.api_key()) {
            "not logged: it can hold secrets".to_owned()
        } else {
            text_of(message, limit)
        };
        Some(display(text))
    }
}

/// The first error in a response, wherever it stands.
fn error_of(response: &Message) -> Option<ErrorCode> {
    if response.request_ref().bare_sasl_token {
        return None;
    }
    let schema = response.api_key().response_schema();
    let body = response.body_bytes().ok()?;
    let error = first_error(schema, response.api_version(), &body).ok()?;
    error.is_error().then_some(error)
}

/// Escaped: a client chooses its id.
fn shown(client_id: Bytes) -> DebugValue<String> {
    let shown = client_id.get(..SHOWN_CLIENT_ID).unwrap_or(&client_id);
    debug(String::from_utf8_lossy(shown).into_owned())
}
