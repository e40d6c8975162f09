//! Do contents survive being decoded and encoded?

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary::{self, Choices};
use super::oracle::{self, Direction};
use crate::wire::value::{EncodeError, Structure, Value};
use crate::wire::{ApiKey, ErrorCode};

fn encode(direction: Direction, key: ApiKey, version: i16, contents: &Structure) -> Bytes {
    let mut out = BytesMut::new();
    direction
        .schema(key)
        .encode(version, contents, &mut out)
        .unwrap();
    out.freeze()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn what_is_decoded_is_encoded_byte_for_byte(choices in vec(any::<u8>(), 0..400)) {
        let mut choices = Choices(&choices);
        let direction = Direction::BOTH[choices.below(2)];
        let (key, version) = choices.key_and_version();
        let body = Bytes::from(arbitrary::body(direction.schema(key), version, &mut choices));
        let contents = direction.schema(key).decode(version, &body).unwrap();
        prop_assert_eq!(encode(direction, key, version, &contents), body);
    }

    #[test]
    fn what_does_not_validate_is_not_decoded(choices in vec(any::<u8>(), 4), body in vec(any::<u8>(), 0..64)) {
        let mut choices = Choices(&choices);
        let direction = Direction::BOTH[choices.below(2)];
        let (key, version) = choices.key_and_version();
        let schema = direction.schema(key);
        let decoded = schema.decode(version, &Bytes::from(body.clone()));
        prop_assert_eq!(decoded.map(drop), schema.validate(version, &body).map(drop));
    }
}

/// The oracle of the defaults: whatever is not set is what kafka-protocol takes for the default.
#[test]
fn defaults_are_those_of_kafka_protocol() {
    for key in ApiKey::ALL {
        for version in key
            .versions()
            .filter(|version| oracle::knows(*key, *version))
        {
            for direction in Direction::BOTH {
                let ours = encode(direction, *key, version, &Structure::new());
                let (theirs, used) = oracle::decode(direction, *key, version, &ours).unwrap();
                assert_eq!(used, ours.len());
                let default = oracle::default(direction, *key);
                assert_eq!(
                    oracle::encode(&theirs, version),
                    oracle::encode(&default, version),
                    "{direction:?} {key} v{version}"
                );
            }
        }
    }
}

#[test]
fn records_stay_slices_of_the_frame() {
    let partition = Structure::new().with("Records", "records");
    let topic = Structure::new().with("PartitionData", vec![partition.into()]);
    let request = Structure::new().with("TopicData", vec![topic.into()]);
    let body = encode(Direction::Request, ApiKey::Produce, 9, &request);
    let decoded = ApiKey::Produce.request_schema().decode(9, &body).unwrap();
    let topic = decoded.elements("TopicData")[0].as_structure().unwrap();
    let partition = topic.elements("PartitionData")[0].as_structure().unwrap();
    let records = partition.get("Records").and_then(Value::as_bytes).unwrap();
    assert_eq!(records, "records");
    assert!(body.as_ptr_range().contains(&records.as_ptr()));
}

#[test]
fn fields_of_other_versions_are_left_out() {
    let response = Structure::new()
        .with("ThrottleTimeMs", 5)
        .with("ErrorCode", ErrorCode::NOT_COORDINATOR);
    let old = encode(Direction::Response, ApiKey::Heartbeat, 0, &response);
    assert_eq!(old, &[0, 16][..]);
    let new = encode(Direction::Response, ApiKey::Heartbeat, 1, &response);
    assert_eq!(new, &[0, 0, 0, 5, 0, 16][..]);
}

#[track_caller]
fn refused(contents: Structure, version: i16, expected: &EncodeError) {
    let schema = ApiKey::Heartbeat.response_schema();
    let result = schema.encode(version, &contents, &mut BytesMut::new());
    assert_eq!(result.as_ref(), Err(expected));
}

#[test]
fn contents_that_the_message_cannot_have_are_refused() {
    let new = Structure::new;
    refused(new().with("Oops", 1), 4, &EncodeError::NoSuchField("Oops"));
    refused(
        new().with("ErrorCode", "six"),
        4,
        &EncodeError::Type("ErrorCode"),
    );
    refused(
        new().with("ErrorCode", 40_000),
        4,
        &EncodeError::Size("ErrorCode"),
    );
    refused(
        new().with("ErrorCode", Value::Null),
        4,
        &EncodeError::Null("ErrorCode"),
    );
    let message = "HeartbeatResponse";
    refused(
        new(),
        5,
        &EncodeError::Version {
            message,
            version: 5,
        },
    );
}

#[test]
fn a_string_too_long_for_its_length_is_refused() {
    let long = "x".repeat(32_768);
    let request = Structure::new().with("GroupId", long.as_str());
    let schema = ApiKey::Heartbeat.request_schema();
    let fixed = schema.encode(3, &request, &mut BytesMut::new());
    assert_eq!(fixed, Err(EncodeError::Size("GroupId")));
    assert!(schema.encode(4, &request, &mut BytesMut::new()).is_ok());
}

#[test]
fn a_value_that_was_taken_out_is_not_there_any_more() {
    let elements = vec![Value::Int(1), Value::Int(2)];
    let mut structure = Structure::new()
        .with("Number", 5)
        .with("Array", elements.clone());
    assert_eq!(structure.remove("Number"), Some(Value::Int(5)));
    assert_eq!(structure.remove("Number"), None);
    assert_eq!(structure.remove_elements("Array"), elements);
    assert_eq!(structure, Structure::new());
}

#[test]
fn what_is_no_array_has_no_elements_to_take_out() {
    let mut structure = Structure::new().with("Array", Value::Null);
    assert_eq!(structure.remove_elements("Array"), []);
    assert_eq!(structure.remove_elements("Array"), []);
}
