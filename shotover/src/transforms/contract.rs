//! Does a transform keep the contract written at [`Transform`](super::Transform)?
//!
//! Debug and test builds put one checker at each place of a chain. It sees what goes into the transform at that
//! place and what comes out of it on top; what goes out of it below goes into the next checker, which blames the
//! transform above for what should not have been sent.
//!
//! A request that is never answered is not found: whether its answer was swallowed or is held back cannot be told, not
//! even when the connection ends, as a client may leave while answers are held back.

use crate::message::{Direction, Message, MessageId, RequestRef};
use std::collections::HashMap;
use thiserror::Error;

/// Watches one place in one chain.
#[derive(Debug)]
pub(super) struct Contract {
    /// The transform at this place.
    name: &'static str,
    /// Who sends requests here.
    above: &'static str,
    /// What waits for a response from here.
    waiting: HashMap<MessageId, RequestRef>,
    /// The newest request of the client that came by.
    newest: Option<u64>,
}

/// A transform broke the contract.
#[derive(Debug, Error)]
#[error("{transform} broke rule {rule} of the transform contract: {what}")]
pub(super) struct Violation {
    transform: &'static str,
    rule: u8,
    what: String,
}

impl Contract {
    pub(super) fn new(name: &'static str, above: &'static str) -> Self {
        Self {
            name,
            above,
            waiting: HashMap::new(),
            newest: None,
        }
    }

    /// Takes note of what goes into the transform.
    pub(super) fn requests(&mut self, requests: &[Message]) -> Result<(), Violation> {
        requests
            .iter()
            .try_for_each(|request| self.request(request))
    }

    fn request(&mut self, request: &Message) -> Result<(), Violation> {
        if request.direction() != Direction::Request {
            return Err(
                self.above_broke(3, format!("a response to {} was sent down", request.id()))
            );
        }
        if let Some(sequence) = request.id().client_sequence() {
            if self.newest.is_some_and(|newest| newest >= sequence) {
                return Err(self.above_broke(
                    3,
                    format!("{} was sent down twice or after a later one", request.id()),
                ));
            }
            self.newest = Some(sequence);
        }
        if request.expects_response()
            && self
                .waiting
                .insert(request.id(), request.request_ref())
                .is_some()
        {
            return Err(self.above_broke(3, format!("{} was sent down twice", request.id())));
        }
        Ok(())
    }

    /// Checks what comes out of the transform on top.
    pub(super) fn responses(&mut self, responses: &[Message]) -> Result<(), Violation> {
        responses
            .iter()
            .try_for_each(|response| self.response(response))
    }

    fn response(&mut self, response: &Message) -> Result<(), Violation> {
        if response.direction() != Direction::Response {
            return Err(self.broke(1, format!("{} was returned as a response", response.id())));
        }
        let Some(request) = self.waiting.remove(&response.id()) else {
            let rule = if response.id().client_sequence().is_some() {
                1
            } else {
                4
            };
            return Err(self.broke(
                rule,
                format!(
                    "a response to {} was returned, which did not wait for one",
                    response.id()
                ),
            ));
        };
        let answered = response.request_ref();
        if answered != request {
            return Err(self.broke(
                2,
                format!(
                    "{} is {} v{} and was answered as {} v{}",
                    response.id(),
                    request.api_key,
                    request.api_version,
                    answered.api_key,
                    answered.api_version
                ),
            ));
        }
        Ok(())
    }

    /// Checks that the transform below was called, or that there is none.
    pub(super) fn called_below(&self, calls: usize, expected: bool) -> Result<(), Violation> {
        match (calls, expected) {
            (0, true) => Err(self.broke(5, "it did not call the transform below".to_owned())),
            _ => Ok(()),
        }
    }

    fn broke(&self, rule: u8, what: String) -> Violation {
        Violation {
            transform: self.name,
            rule,
            what,
        }
    }

    fn above_broke(&self, rule: u8, what: String) -> Violation {
        Violation {
            transform: self.above,
            rule,
            what,
        }
    }
}
