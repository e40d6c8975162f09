//! What would a broker answer to a request, if it had nothing to say or could not do it?

use super::{EncodeError, Message};
use crate::wire::answer;
use crate::wire::{ErrorCode, Malformed};
use bytes::Bytes;
use thiserror::Error;

/// A request cannot be answered in place of a broker.
#[derive(Debug, Error)]
pub enum AnswerError {
    /// It is a SASL token without a header: the protocol has no place for an error in the answer, a broker closes
    /// the connection.
    #[error("a SASL token without a header has no answer but another token")]
    BareSaslToken,
    /// The request is malformed, so what it asks for is not known.
    #[error(transparent)]
    Wire(#[from] answer::AnswerError),
    /// The answer cannot be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl From<Malformed> for AnswerError {
    fn from(malformed: Malformed) -> Self {
        Self::Wire(malformed.into())
    }
}

impl Message {
    /// The answer a broker would give to this request if everything in it failed with `error`: the code stands where
    /// the API has it, once for each topic, partition, group or resource of the request, or at the top. Where the API
    /// has room for an explanation, `text` stands beside it.
    ///
    /// # Errors
    /// When the request is malformed, or is a SASL token without a header.
    pub fn error_response(
        &self,
        error: ErrorCode,
        text: Option<&str>,
    ) -> Result<Self, AnswerError> {
        let answer = self.answer_with(|body| {
            answer::error_body(self.api_key(), self.api_version(), body, (error, text))
        })?;
        Ok(answer.refusal_if(true))
    }

    /// The answer a broker would give to this request if it succeeded and there was nothing to tell.
    ///
    /// # Errors
    /// When the request is malformed, or is a SASL token without a header.
    pub fn empty_response(&self) -> Result<Self, AnswerError> {
        self.answer_with(|body| answer::empty_body(self.api_key(), self.api_version(), body))
    }

    fn answer_with(
        &self,
        body: impl FnOnce(&Bytes) -> Result<Bytes, answer::AnswerError>,
    ) -> Result<Self, AnswerError> {
        if self.request_ref().bare_sasl_token {
            return Err(AnswerError::BareSaslToken);
        }
        let body = body(&self.body_bytes()?)?;
        Ok(Self::response_of_pieces(self.request_ref(), vec![body])?)
    }
}
