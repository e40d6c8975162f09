//! What has each broker answered, and what do they say together?

use super::{list_groups, list_transactions, log_dirs};
use crate::cluster::api::table::api;
use crate::cluster::api::target::{Sum, Target};
use bytes::BytesMut;
use kafka_protocol::messages::BrokerId;
use shotover::message::{AnswerError, EncodeError, Message};
use shotover::wire::value::{self, Structure, Value};
use shotover::wire::{ApiKey, ErrorCode, Malformed};
use thiserror::Error;

/// What came of the request at one broker.
#[derive(Debug)]
pub(crate) enum Part {
    Answer(BrokerId, Message),
    /// There is none. This is what a client is told; see [`error_for`](crate::cluster::api::error_for).
    Error(ErrorCode),
}

/// There is no common answer.
#[derive(Debug, Error)]
pub(crate) enum MergeError {
    /// A broker has answered something else.
    #[error("broker {broker} sent a malformed {api} response", broker = broker.0)]
    Malformed {
        broker: BrokerId,
        api: ApiKey,
        #[source]
        source: Malformed,
    },
    /// The answer to a part of the request is something else.
    #[error("a part of a request was answered by a malformed {api} response")]
    MalformedPart {
        api: ApiKey,
        #[source]
        source: Malformed,
    },
    /// The request is not what it was when it was taken apart.
    #[error("cannot read the {api} request whose parts were answered")]
    Request {
        api: ApiKey,
        #[source]
        source: Malformed,
    },
    /// There are more or fewer answers than the request has parts.
    #[error("the answers to the parts of a {0} request are not complete")]
    Parts(ApiKey),
    /// There is no broker, or an API whose answers are not known to add up.
    #[error("nothing to merge into a {0} response")]
    Nothing(ApiKey),
    /// Not even an error can be answered.
    #[error("cannot answer a request that every broker has failed")]
    Error(#[from] AnswerError),
    /// The answers are too long together, or an earlier change of one cannot be encoded.
    #[error("cannot encode the answers of all brokers as one")]
    Encode(#[from] EncodeError),
    /// The answers' contents cannot be encoded together.
    #[error("cannot encode the contents of all brokers' answers")]
    Contents(#[from] value::EncodeError),
}

/// The contents of the answers there are, and the first error in place of one.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) given: Vec<Structure>,
    pub(super) missing: Option<ErrorCode>,
}

/// One answer to `request`, which every broker was sent. Where some brokers have failed it tells what the others know,
/// and the error where the API has a place for it.
pub(crate) fn merge(request: &Message, parts: Vec<Part>) -> Result<Message, MergeError> {
    let key = request.api_key();
    let answers = read(key, parts)?;
    if answers.given.is_empty() {
        let error = answers.missing.ok_or(MergeError::Nothing(key))?;
        return Ok(request.error_response(error, None)?);
    }
    let Target::All(sum) = api(key).target else {
        return Err(MergeError::Nothing(key));
    };
    let merged = match sum {
        Sum::Groups => list_groups::merge(&answers),
        Sum::Transactions => list_transactions::merge(&answers),
        Sum::LogDirs => log_dirs::describe(&answers),
        Sum::MovedReplicas => log_dirs::alter(&answers),
    };
    encoded(
        request,
        &merged.with("ThrottleTimeMs", throttle(&answers.given)),
    )
}

/// The answer that says this.
pub(super) fn encoded(request: &Message, contents: &Structure) -> Result<Message, MergeError> {
    let schema = request.api_key().response_schema();
    let mut body = BytesMut::new();
    schema.encode(request.api_version(), contents, &mut body)?;
    let of = request.request_ref();
    Ok(Message::response_of_pieces(of, vec![body.freeze()])?)
}

/// Brokers throttle a client each by itself: it has to wait for the strictest.
pub(super) fn throttle(answers: &[Structure]) -> i64 {
    let times = answers
        .iter()
        .filter_map(|answer| int(answer, "ThrottleTimeMs"));
    times.max().unwrap_or(0)
}

fn read(api: ApiKey, parts: Vec<Part>) -> Result<Answers, MergeError> {
    let mut answers = Answers {
        given: Vec::new(),
        missing: None,
    };
    for part in parts {
        match part {
            Part::Answer(broker, answer) => {
                let body = answer.body_bytes()?;
                let contents = api.response_schema().decode(answer.api_version(), &body);
                let malformed = |source| MergeError::Malformed {
                    broker,
                    api,
                    source,
                };
                answers.given.push(contents.map_err(malformed)?);
            }
            Part::Error(error) => answers.missing = answers.missing.or(Some(error)),
        }
    }
    Ok(answers)
}

impl Answers {
    /// The error of the whole: what a broker said, else that one has said nothing.
    pub(super) fn error(&self) -> ErrorCode {
        let mut errors = self.given.iter().map(|answer| code(answer, "ErrorCode"));
        let said = errors.find(|error| error.is_error());
        said.or(self.missing).unwrap_or(ErrorCode::NONE)
    }

    /// The elements of an array in all answers; of several with the same value in `id`, the first.
    pub(super) fn distinct(&self, array: &str, id: &str) -> Vec<Value> {
        let mut seen = std::collections::HashSet::new();
        let elements = self.given.iter().flat_map(|answer| answer.elements(array));
        let is_new = |element: &&Value| {
            let id = element.as_structure().and_then(|element| element.get(id));
            id.and_then(Value::as_bytes)
                .is_none_or(|id| seen.insert(id.clone()))
        };
        elements.filter(is_new).cloned().collect()
    }
}

pub(super) fn int(structure: &Structure, field: &str) -> Option<i64> {
    structure.get(field).and_then(Value::as_int)
}

/// The error in a field; a version without it has none.
pub(super) fn code(structure: &Structure, field: &str) -> ErrorCode {
    let code = int(structure, field).and_then(|code| i16::try_from(code).ok());
    code.map_or(ErrorCode::NONE, ErrorCode)
}
