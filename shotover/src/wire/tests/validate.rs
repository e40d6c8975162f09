//! Does validation accept exactly what readers of the protocol can read?

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary::{self, Choices};
use super::oracle::{self, Direction};
use crate::wire::schema::{Field, MAX_DECODED_VALUES, Type};
use crate::wire::{ApiKey, Encoding, Problem};

/// A direction, key, version and body made from these bytes.
fn message(choices: &[u8]) -> (Direction, ApiKey, i16, Vec<u8>) {
    let mut choices = Choices(choices);
    let direction = Direction::BOTH[choices.below(2)];
    let (key, version) = choices.key_and_version();
    let body = arbitrary::body(direction.schema(key), version, &mut choices);
    (direction, key, version, body)
}

/// What validates is read by the crate to the same end; unless it is not UTF-8, on which the crate insists.
fn agrees_with_the_crate(direction: Direction, key: ApiKey, version: i16, body: &[u8]) {
    let Ok(used) = direction.schema(key).validate(version, body) else {
        return;
    };
    assert!(used <= body.len());
    if !oracle::knows(key, version) {
        return;
    }
    match oracle::decode(direction, key, version, body) {
        Ok((_, theirs)) => assert_eq!(used, theirs, "{key} v{version}"),
        // The crate refuses a tag that only another version has; a broker skips it like any it does not know.
        Err(error) => assert!(
            error.contains("utf-8") || error.contains("is not valid for version"),
            "{error}"
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn whatever_the_schema_can_say_validates(choices in vec(any::<u8>(), 0..400)) {
        let (direction, key, version, body) = message(&choices);
        prop_assert_eq!(direction.schema(key).validate(version, &body), Ok(body.len()));
    }

    #[test]
    fn kafka_protocol_reads_the_same_and_writes_what_validates(choices in vec(any::<u8>(), 0..400)) {
        let (direction, key, version, body) = message(&choices);
        if oracle::knows(key, version) {
            let (theirs, used) = oracle::decode(direction, key, version, &body).unwrap();
            prop_assert_eq!(used, body.len());
            let encoded = oracle::encode(&theirs, version);
            prop_assert_eq!(direction.schema(key).validate(version, &encoded), Ok(encoded.len()));
            let (again, _) = oracle::decode(direction, key, version, &encoded).unwrap();
            prop_assert_eq!(again, theirs);
        }
    }

    #[test]
    fn bytes_after_the_last_field_are_tolerated(choices in vec(any::<u8>(), 0..200), extra in vec(any::<u8>(), 0..9)) {
        let (direction, key, version, mut body) = message(&choices);
        let used = body.len();
        body.extend(extra);
        prop_assert_eq!(direction.schema(key).validate(version, &body), Ok(used));
    }

    #[test]
    fn a_body_cut_off_is_refused(choices in vec(any::<u8>(), 0..200), cut in any::<prop::sample::Index>()) {
        let (direction, key, version, body) = message(&choices);
        if !body.is_empty() {
            let cut = cut.index(body.len());
            prop_assert!(direction.schema(key).validate(version, &body[..cut]).is_err());
        }
    }

    #[test]
    fn mutated_bodies_are_refused_or_read_by_all_alike(
        choices in vec(any::<u8>(), 0..300),
        mutations in vec((any::<prop::sample::Index>(), prop_oneof![Just(0xff), Just(0x7f), Just(0), any::<u8>()]), 1..6),
    ) {
        let (direction, key, version, mut body) = message(&choices);
        for (place, byte) in mutations {
            if !body.is_empty() {
                let place = place.index(body.len());
                body[place] = byte;
            }
        }
        agrees_with_the_crate(direction, key, version, &body);
    }

    #[test]
    fn random_bytes_are_refused_or_read_by_all_alike(choices in vec(any::<u8>(), 4), body in vec(any::<u8>(), 0..96)) {
        let (direction, key, version, _) = message(&choices);
        agrees_with_the_crate(direction, key, version, &body);
    }
}

/// Every length in every message replaced by a huge one.
#[test]
fn huge_lengths_are_refused_everywhere() {
    let choices: Vec<u8> = (0..200).map(|at| at % 7).collect();
    for key in ApiKey::ALL {
        for version in key.versions() {
            for direction in Direction::BOTH {
                let schema = direction.schema(*key);
                let body = arbitrary::body(schema, version, &mut Choices(&choices));
                for body in with_huge_lengths(&body) {
                    agrees_with_the_crate(direction, *key, version, &body);
                }
            }
        }
    }
}

fn with_huge_lengths(body: &[u8]) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    for at in 0..body.len() {
        for huge in [
            &[0x7f, 0xff, 0xff, 0xff][..],
            &[0xff, 0xff, 0xff, 0xff, 0x0f],
        ] {
            let mut body = body.to_vec();
            let end = body.len().min(at + huge.len());
            body.splice(at..end, huge.iter().copied());
            bodies.push(body);
        }
    }
    bodies
}

/// The body that aborts a process in which kafka-protocol decodes it.
#[test]
fn five_bytes_cannot_ask_for_300_gigabytes() {
    let error = ApiKey::Metadata
        .request_schema()
        .validate(12, &[0xff, 0xff, 0xff, 0xff, 0x0f])
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Topics at byte 0: 4294967294 elements do not fit in the 0 bytes left"
    );
}

#[test]
fn librdkafkas_metadata_with_stray_bytes_validates() {
    let body = [0, 0, 0, 0, 1, 0, 0];
    let used = ApiKey::Metadata.request_schema().validate(13, &body);
    assert_eq!(used, Ok(4));
}

#[test]
fn a_version_that_does_not_exist_is_refused() {
    let schema = ApiKey::Metadata.request_schema();
    for version in [-1, 14] {
        let error = schema.validate(version, &[0; 100]).unwrap_err();
        assert_eq!(error.problem, Problem::Version(version));
    }
}

#[test]
fn a_tagged_field_must_be_as_long_as_it_says() {
    let schema = ApiKey::Fetch.request_schema();
    let mut body = vec![0; 4 + 4 + 4 + 1 + 4 + 4];
    body.extend([1, 1, 1]);
    // The ClusterId.
    let exact = [body.as_slice(), &[1, 0, 3, 3, b'a', b'b']].concat();
    assert_eq!(schema.validate(15, &exact), Ok(exact.len()));
    let longer = [body.as_slice(), &[1, 0, 4, 3, b'a', b'b', b'c']].concat();
    let error = schema.validate(15, &longer).unwrap_err();
    assert_eq!(error.problem, Problem::TagSize { unused: 1 });
}

/// An element without any bytes would make the count of its array unlimited.
#[test]
fn every_element_of_every_array_takes_a_byte() {
    fn check(fields: &[Field], version: i16, encoding: Encoding) {
        for field in fields.iter().filter(|field| field.exists(version)) {
            let mut kind = field.kind();
            while let Type::Array(element) = kind {
                kind = *element;
                let smallest = kind.smallest_size(version, encoding);
                assert!(smallest > 0, "{} v{version}", field.name());
            }
            if let Type::Struct(fields) = kind {
                check(fields, version, encoding);
            }
        }
    }
    for key in ApiKey::ALL {
        for version in key.versions() {
            for direction in Direction::BOTH {
                let schema = direction.schema(*key);
                check(schema.fields(), version, schema.encoding(version));
            }
        }
    }
}

/// An AlterReplicaLogDirs request of version 1 with so many values: seven, and partitions.
fn directories_of(values: usize) -> Bytes {
    let partitions = values - 7;
    let mut body = vec![0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0];
    body.extend(i32::try_from(partitions).unwrap().to_be_bytes());
    body.resize(body.len() + 4 * partitions, 0);
    body.into()
}

#[test]
fn a_message_with_more_values_than_are_decoded_is_not() {
    let schema = ApiKey::AlterReplicaLogDirs.request_schema();
    let most = directories_of(MAX_DECODED_VALUES);
    assert_eq!(schema.validate_to_decode(1, &most), Ok(most.len()));
    let more = directories_of(MAX_DECODED_VALUES + 1);
    assert_eq!(schema.validate(1, &more), Ok(more.len()));
    let expected = Problem::Values {
        count: MAX_DECODED_VALUES + 1,
        most: MAX_DECODED_VALUES,
    };
    let refused = schema.decode(1, &more);
    assert_eq!(refused.map_err(|error| error.problem), Err(expected));
}

#[test]
fn fields_elements_and_tags_are_values() {
    // An ApiVersions answer: no error, no keys, no throttling, and a tag with an array of two finalized features.
    let feature = [2, b'f', 0, 1, 0, 1, 0];
    let tag = [&[2 + 1][..], &feature, &feature].concat();
    let length = u8::try_from(tag.len()).unwrap();
    let answer = [&[0, 0, 1, 0, 0, 0, 0, 1, 2, length][..], &tag].concat();
    let schema = ApiKey::ApiVersions.response_schema();
    // Three fields, a tag, two elements of three fields each.
    assert_eq!(schema.values(3, &answer), Ok(12));
}
