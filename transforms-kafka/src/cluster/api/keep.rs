//! What of a request is kept until it is answered?

use super::produce;
use super::write::{put_count, put_no_tags};
use bytes::BufMut;
use shotover::message::{EncodeError, Message};
use shotover::wire::produce::{Batch, Partition};
use shotover::wire::{ApiKey, Malformed};
use thiserror::Error;

/// Why a request is kept as it came.
#[derive(Debug, Error)]
enum NotKept {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// It is not one that was asked about.
    #[error("a partition is not like the others")]
    Other,
}

/// As much of a request as is needed to answer it with an error and to read its answer: all but records and credentials.
/// It is a copy, so that the buffer the request was read into can be used again.
pub(crate) fn for_error(request: &Message) -> Message {
    let Ok(body) = request.body_bytes() else {
        return request.clone();
    };
    let whole = || {
        request.with_body_of(|out| {
            out.put_slice(&body);
            Ok::<(), EncodeError>(())
        })
    };
    let kept = if request.api_key() == ApiKey::Produce {
        keeping(request, &body, |partition| Ok(partition.batch(&body))).or_else(|_| whole())
    } else if request.api_key() == ApiKey::SaslAuthenticate {
        without_token(request)
    } else {
        whole()
    };
    kept.unwrap_or_else(|_| request.clone())
}

/// The same of a Produce request with this partition alone, and without what would be kept of the records.
pub(crate) fn for_error_of(request: &Message, body: &[u8], only: &Partition<'_>) -> Message {
    let kept = request.with_body_of(|out| {
        produce::put_without_records(out, body, only, None);
        Ok::<(), EncodeError>(())
    });
    kept.unwrap_or_else(|_| request.clone())
}

/// The same of a Produce request of which each partition is one of `those`, asked in their order. None if one is not, or it
/// cannot be read.
pub(crate) fn for_error_if(
    request: &Message,
    body: &[u8],
    mut those: impl FnMut(&Partition<'_>) -> bool,
) -> Option<Message> {
    let batch = |partition: &Partition<'_>| match those(partition) {
        true => Ok(partition.batch(body)),
        false => Err(NotKept::Other),
    };
    keeping(request, body, batch).ok()
}

/// The same of a Produce request, also without what would be kept of the records. None if it cannot be read.
pub(crate) fn for_error_unnumbered(request: &Message) -> Option<Message> {
    let body = request.body_bytes().ok()?;
    keeping(request, &body, |_| Ok(None)).ok()
}

/// What was kept of a Produce request, with these numbers of its records where none were kept.
pub(crate) fn numbered(kept: Message, numbers: &[Option<Batch>]) -> Message {
    if numbers.iter().all(Option::is_none) {
        return kept;
    }
    let mut numbers = numbers.iter().copied();
    let numbered = kept.body_bytes().ok().and_then(|body| {
        let batch = |_: &Partition<'_>| Ok(numbers.next().flatten());
        keeping(&kept, &body, batch).ok()
    });
    numbered.unwrap_or(kept)
}

fn without_token(request: &Message) -> Result<Message, EncodeError> {
    request.with_body_of(|out| {
        if !request.request_ref().bare_sasl_token {
            let encoding = request.api_key().encoding(request.api_version());
            // Bytes are counted as elements of an array are: there are none.
            put_count(out, encoding, 0);
            put_no_tags(out, encoding);
        }
        Ok(())
    })
}

/// A Produce request with these numbers of its records instead of them.
fn keeping(
    request: &Message,
    body: &[u8],
    batch: impl FnMut(&Partition<'_>) -> Result<Option<Batch>, NotKept>,
) -> Result<Message, NotKept> {
    let version = request.api_version();
    request.with_body_of(|out| produce::put_all_keeping(out, (version, body), batch))
}
