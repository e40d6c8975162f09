//! Does a peek find what decoding finds?

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary::{self, Choices};
use crate::wire::peek::{Peek, Scalar, first_error, has_error};
use crate::wire::schema::{Field, Schema, Type};
use crate::wire::value::{Structure, Value};
use crate::wire::{ApiKey, ErrorCode};

fn scalar(value: Option<&Value>) -> Option<Scalar<'_>> {
    match value? {
        Value::Bool(value) => Some(Scalar::Int(i64::from(*value))),
        Value::Int(value) => Some(Scalar::Int(*value)),
        Value::Float(value) => Some(Scalar::Float(*value)),
        Value::Bytes(value) => Some(Scalar::Bytes(value)),
        Value::Uuid(value) => Some(Scalar::Uuid(*value)),
        Value::Null | Value::Array(_) | Value::Structure(_) => None,
    }
}

/// Compares every field of a structure, and of those in it.
fn compare(peek: &Peek<'_>, fields: &[Field], decoded: &Structure) {
    for field in fields {
        let name = field.name();
        let value = decoded.get(name);
        match field.kind() {
            Type::Struct(fields) => {
                let found = peek.structure(name).unwrap();
                let expected = value.and_then(Value::as_structure);
                assert_eq!(found.is_some(), expected.is_some(), "{name}");
                if let (Some(found), Some(expected)) = (found, expected) {
                    compare(&found, fields, expected);
                }
            }
            Type::Array(Type::Struct(fields)) => {
                let found: Result<Vec<Peek<'_>>, _> = peek.elements(name).unwrap().collect();
                let (found, expected) = (found.unwrap(), decoded.elements(name));
                assert_eq!(found.len(), expected.len(), "{name}");
                for (found, expected) in found.iter().zip(expected) {
                    compare(found, fields, expected.as_structure().unwrap());
                }
            }
            Type::Array(_) => {
                let found: Result<Vec<Scalar<'_>>, _> = peek.scalars(name).unwrap().collect();
                let expected = decoded.elements(name).iter();
                let expected: Vec<_> = expected.filter_map(|value| scalar(Some(value))).collect();
                assert_eq!(found.unwrap(), expected, "{name}");
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
            | Type::Records => {
                assert_eq!(peek.scalar(name).unwrap(), scalar(value), "{name}");
            }
        }
    }
}

/// The first code that is not 0, in the order of the wire.
fn error_in(fields: &[Field], decoded: &Structure) -> ErrorCode {
    for field in fields.iter().filter(|field| field.tag_number().is_none()) {
        if field.name().ends_with("ErrorCode")
            && let Some(code) = decoded.get(field.name()).and_then(Value::as_int)
            && code != 0
        {
            return ErrorCode(code.try_into().unwrap());
        }
        for element in decoded.elements(field.name()) {
            if let Some(element) = element.as_structure() {
                let error = error_in(field.kind().fields(), element);
                if error.is_error() {
                    return error;
                }
            }
        }
    }
    ErrorCode::NONE
}

fn schemas(key: ApiKey) -> [&'static Schema; 2] {
    [key.request_schema(), key.response_schema()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn peeking_finds_what_decoding_finds(choices in vec(any::<u8>(), 0..300)) {
        let mut choices = Choices(&choices);
        let (key, version) = choices.key_and_version();
        for schema in schemas(key) {
            let body = Bytes::from(arbitrary::body(schema, version, &mut choices));
            let decoded = schema.decode(version, &body).unwrap();
            compare(&Peek::new(schema, version, &body), schema.fields(), &decoded);
            let error = first_error(schema, version, &body).unwrap();
            prop_assert_eq!(error, error_in(schema.fields(), &decoded));
            let is_there = has_error(schema, version, &body, |code| code == error).unwrap();
            prop_assert_eq!(is_there, error.is_error());
            let others = has_error(schema, version, &body, |code| code != error).unwrap();
            prop_assert!(error.is_error() || !others);
        }
    }

    /// Searches end, and fail only in what does not validate.
    #[test]
    fn peeks_into_any_bytes_end(
        choices in vec(any::<u8>(), 0..300),
        mutations in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        length in any::<prop::sample::Index>(),
    ) {
        let mut choices = Choices(&choices);
        let (key, version) = choices.key_and_version();
        for schema in schemas(key) {
            let mut body = arbitrary::body(schema, version, &mut choices);
            for (place, byte) in &mutations {
                if !body.is_empty() {
                    let place = place.index(body.len());
                    body[place] = *byte;
                }
            }
            body.truncate(length.index(body.len() + 1));
            let peek = Peek::new(schema, version, &body);
            let mut found = first_error(schema, version, &body).is_ok();
            for field in schema.fields() {
                let name = field.name();
                found &= peek.scalar(name).is_ok();
                found &= peek.structure(name).is_ok();
                found &= peek.elements(name).is_ok_and(|mut all| all.all(|one| one.is_ok()));
                found &= peek.scalars(name).is_ok_and(|mut all| all.all(|one| one.is_ok()));
            }
            prop_assert!(found || schema.validate(version, &body).is_err());
        }
    }
}

#[test]
fn every_field_called_an_error_code_has_16_bits() {
    fn check(fields: &[Field]) {
        for field in fields {
            let is_code = field.name().ends_with("ErrorCode");
            assert!(!is_code || matches!(field.kind(), Type::Int16));
            check(field.kind().fields());
        }
    }
    for key in ApiKey::ALL {
        for schema in schemas(*key) {
            check(schema.fields());
        }
    }
}

fn list_offsets(topics: Vec<Value>) -> Vec<u8> {
    let mut body = bytes::BytesMut::new();
    let contents = Structure::new().with("Topics", topics);
    let schema = ApiKey::ListOffsets.request_schema();
    schema.encode(6, &contents, &mut body).unwrap();
    body.to_vec()
}

#[test]
fn a_path_leads_to_the_first_of_each_array() {
    let partition = |index: i32| Structure::new().with("PartitionIndex", index).into();
    let topic = |name: &str, partitions: Vec<Value>| {
        let topic = Structure::new().with("Name", name);
        topic.with("Partitions", partitions).into()
    };
    let topics = vec![
        topic("first", vec![partition(7), partition(8)]),
        topic("second", vec![partition(9)]),
    ];
    let body = list_offsets(topics);
    let peek = Peek::new(ApiKey::ListOffsets.request_schema(), 6, &body);
    assert_eq!(
        peek.first(&["Topics", "Name"]),
        Ok(Some(Scalar::Bytes(b"first")))
    );
    assert_eq!(
        peek.first(&["Topics", "Partitions", "PartitionIndex"]),
        Ok(Some(Scalar::Int(7)))
    );
}

#[test]
fn what_is_wanted_is_found_in_the_first_structure_that_has_it() {
    let partition = |index: i32| Structure::new().with("PartitionIndex", index).into();
    let topic = |name: &str, partitions: Vec<Value>| {
        let topic = Structure::new().with("Name", name);
        topic.with("Partitions", partitions).into()
    };
    let topics = vec![
        topic("empty", Vec::new()),
        topic("t", vec![partition(7), partition(8)]),
        topic("u", vec![partition(9)]),
    ];
    let body = list_offsets(topics);
    let peek = Peek::new(ApiKey::ListOffsets.request_schema(), 6, &body);
    let mut first = |topic: &Peek<'_>| {
        let index = topic.first(&["Partitions", "PartitionIndex"])?;
        Ok(index.and_then(Scalar::int))
    };
    let mut second =
        |partition: &Peek<'_>| Ok(partition.int("PartitionIndex")?.filter(|it| *it > 7));
    let mut length = |topic: &Peek<'_>| Ok(topic.bytes("Name")?.map(<[u8]>::len));
    assert_eq!(peek.find(&["Topics"], &mut first), Ok(Some(7)));
    assert_eq!(peek.find(&["Topics"], &mut length), Ok(Some(5)));
    assert_eq!(
        peek.find(&["Topics", "Partitions"], &mut second),
        Ok(Some(8))
    );
    assert_eq!(peek.find(&["Topics", "Partitions"], &mut first), Ok(None));
    assert_eq!(peek.find(&["NoSuchField"], &mut length), Ok(None));
}

#[test]
fn a_path_through_an_empty_array_leads_nowhere() {
    let body = list_offsets(Vec::new());
    let peek = Peek::new(ApiKey::ListOffsets.request_schema(), 6, &body);
    assert_eq!(peek.first(&["Topics", "Name"]), Ok(None));
    assert_eq!(peek.first(&["NoSuchField"]), Ok(None));
    assert_eq!(peek.first(&[]), Ok(None));
}
