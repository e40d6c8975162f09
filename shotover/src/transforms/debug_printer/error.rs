//! Which error does a response have as a whole?

use crate::message::Message;
use crate::wire::schema::Type;
use crate::wire::{ErrorCode, Reader};

/// The error code at the beginning of a response, where most APIs have it. One behind or within a list of topics or
/// groups is not looked for.
pub(super) fn error_of(response: &Message) -> Option<ErrorCode> {
    if response.request_ref().bare_sasl_token {
        return None;
    }
    let version = response.api_version();
    let schema = response.api_key().response_schema();
    let body = response.body_bytes().ok()?;
    let mut reader = Reader::new(&body, schema.encoding(version));
    for field in schema.fields() {
        if !field.exists(version) || field.tag_number().is_some() {
            continue;
        }
        match field.kind() {
            Type::Int16 if field.name() == "ErrorCode" => {
                return reader.i16("ErrorCode").ok().map(ErrorCode);
            }
            Type::Int32 if field.name() == "ThrottleTimeMs" => {
                reader.i32("ThrottleTimeMs").ok()?;
            }
            Type::Bool
            | Type::Int8
            | Type::Int16
            | Type::Uint16
            | Type::Int32
            | Type::Int64
            | Type::Float64
            | Type::Uuid
            | Type::String
            | Type::Bytes
            | Type::Records
            | Type::Struct(_)
            | Type::Array(_) => return None,
        }
    }
    None
}
