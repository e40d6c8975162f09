//! How are messages made for tests?

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::ApiVersionsRequest;
use shotover::message::Message;
use shotover::wire::schema::{Field, Schema, Type};
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, encode_request_header};

pub(super) fn fields() -> Structure {
    Structure::new()
}

pub(super) fn list(elements: impl IntoIterator<Item = Structure>) -> Value {
    Value::Array(elements.into_iter().map(Value::from).collect())
}

pub(super) fn encoded(schema: &Schema, version: i16, contents: &Structure) -> Bytes {
    let mut body = BytesMut::new();
    schema.encode(version, contents, &mut body).unwrap();
    body.freeze()
}

/// A request as it comes from a client, in one piece.
pub(super) fn request_of(key: ApiKey, version: i16, body: &[u8]) -> Message {
    let id = Message::new_request(0, "", &ApiVersionsRequest::default()).unwrap();
    let mut payload = BytesMut::new();
    encode_request_header(&mut payload, key, version, 17, Some(b"client"));
    payload.extend_from_slice(body);
    let mut frame = BytesMut::new();
    frame.extend_from_slice(&i32::try_from(payload.len()).unwrap().to_be_bytes());
    frame.extend_from_slice(&payload);
    Message::from_request_frame(id.id(), frame.freeze()).unwrap()
}

pub(super) fn request(key: ApiKey, version: i16, contents: &Structure) -> Message {
    let body = encoded(key.request_schema(), version, contents);
    request_of(key, version, &body)
}

pub(super) fn answer_of(request: &Message, body: Bytes) -> Message {
    Message::response_of_pieces(request.request_ref(), vec![body]).unwrap()
}

pub(super) fn answer(request: &Message, contents: &Structure) -> Message {
    let schema = request.api_key().response_schema();
    let body = encoded(schema, request.api_version(), contents);
    answer_of(request, body)
}

/// What a message says.
pub(super) fn contents(message: &Message) -> Structure {
    let schema = match message.direction() {
        shotover::message::Direction::Request => message.api_key().request_schema(),
        shotover::message::Direction::Response => message.api_key().response_schema(),
    };
    let body = message.body_bytes().unwrap();
    schema.decode(message.api_version(), &body).unwrap()
}

/// The number in a field.
pub(super) fn int(structure: &Structure, field: &str) -> i64 {
    structure.get(field).and_then(Value::as_int).unwrap()
}

/// The structures in an array.
pub(super) fn all<'a>(structure: &'a Structure, field: &str) -> Vec<&'a Structure> {
    let elements = structure.elements(field).iter();
    elements.map(|one| one.as_structure().unwrap()).collect()
}

/// The text in a field.
pub(super) fn text(structure: &Structure, field: &str) -> String {
    let bytes = structure.get(field).and_then(Value::as_bytes).unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Contents with two elements in each array, all tagged fields, and something in every field.
pub(super) fn full(fields: &'static [Field], version: i16) -> Structure {
    let mut structure = Structure::new();
    for field in fields.iter().filter(|field| field.exists(version)) {
        structure.set(field.name(), filled(field.kind(), version));
    }
    structure
}

fn filled(kind: Type, version: i16) -> Value {
    match kind {
        Type::Array(element) => {
            let elements = (0..2).map(|_| filled(*element, version));
            Value::Array(elements.collect())
        }
        Type::Struct(fields) => full(fields, version).into(),
        Type::String | Type::Bytes | Type::Records => "text".into(),
        Type::Bool => true.into(),
        Type::Uuid => Value::Uuid([7; 16]),
        Type::Float64 => Value::Float(1.0),
        Type::Int8 | Type::Int16 | Type::Uint16 | Type::Int32 | Type::Int64 => 1.into(),
    }
}

/// Every key with each of its versions.
pub(super) fn every_version() -> impl Iterator<Item = (ApiKey, i16)> {
    let keys = ApiKey::ALL.iter();
    keys.flat_map(|key| key.versions().map(|version| (*key, version)))
}
