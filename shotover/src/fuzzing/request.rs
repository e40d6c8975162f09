//! Is a request of any content accepted as what it is, or refused?

use bytes::Bytes;
use kafka_protocol::messages::{ApiKey as TheirKey, RequestKind};

use super::body::checked;
use crate::wire::answer::{AnswerError, empty_body, error_body};
use crate::wire::{ApiKey, ErrorCode, RequestHeader, produce};

/// Reads a frame without its length as a request.
pub fn request(frame: &[u8]) {
    let Ok(header) = RequestHeader::peek(frame) else {
        return;
    };
    let body = Bytes::copy_from_slice(frame).slice(header.body_offset..);
    let (key, version) = (header.api_key, header.version);
    let accepted = checked(key.request_schema(), version, &body);
    if key == ApiKey::Produce {
        walk(version, &body, accepted.is_some());
    }
    let Some(body) = accepted else {
        return;
    };
    // The crate trusts lengths: what was accepted must not lead it to ask for more memory than there is.
    if let Ok(theirs) = TheirKey::try_from(key.code()) {
        drop(RequestKind::decode(theirs, &mut body.clone(), version));
    }
    let error = (ErrorCode::NOT_COORDINATOR, Some("because"));
    answered(key, version, error_body(key, version, &body, error));
    answered(key, version, empty_body(key, version, &body));
}

fn walk(version: i16, body: &[u8], is_accepted: bool) {
    let walked = produce::Partitions::new(version, body)
        .and_then(|partitions| partitions.collect::<Result<Vec<_>, _>>());
    assert_eq!(walked.is_ok(), is_accepted);
    for partition in walked.iter().flatten() {
        assert!(body.get(partition.element.clone()).is_some());
        if let Some(records) = &partition.records {
            assert!(body.get(records.clone()).is_some());
        }
    }
}

fn answered(key: ApiKey, version: i16, answer: Result<Bytes, AnswerError>) {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            assert!(matches!(error, AnswerError::Response(_)), "{error}");
            return;
        }
    };
    let used = key.response_schema().validate(version, &answer);
    assert_eq!(used, Ok(answer.len()));
}
