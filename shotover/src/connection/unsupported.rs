//! What does a client hear that asks for ApiVersions in a version of the future?

use crate::message::{EncodeError, Message, RequestRef};
use crate::wire::{ApiKey, ErrorCode};
use bytes::{BufMut, Bytes, BytesMut};

/// The answer a broker gives (KIP-511): in version 0, which every client reads, with the error
/// `UNSUPPORTED_VERSION` and the versions of ApiVersions that may be asked for instead.
pub(super) fn api_versions_too_new(request: RequestRef) -> Result<Message, EncodeError> {
    let versions = ApiKey::ApiVersions.versions();
    let mut body = BytesMut::with_capacity(12);
    body.put_i16(ErrorCode::UNSUPPORTED_VERSION.0);
    body.put_i32(1);
    body.put_i16(ApiKey::ApiVersions.code());
    body.put_i16(*versions.start());
    body.put_i16(*versions.end());
    Message::response_of_pieces(request, vec![Bytes::from(body)])
}
