//! Is a response of any content accepted as what it is, and no address in it overlooked?

use bytes::Bytes;
use kafka_protocol::messages::{ApiKey as TheirKey, ResponseKind};

use super::body::checked;
use crate::wire::addresses::{Address, NewAddress, rewrite};
use crate::wire::{ApiKey, ResponseHeader, fetch_response};

/// Reads a frame without its length as the response to the request whose key and version stand in front of it.
pub fn response(bytes: &[u8]) {
    let Some((asked, frame)) = bytes.split_first_chunk::<4>() else {
        return;
    };
    let [key_high, key_low, version_high, version_low] = *asked;
    let Some(key) = ApiKey::from_code(i16::from_be_bytes([key_high, key_low])) else {
        return;
    };
    let version = i16::from_be_bytes([version_high, version_low]);
    let Ok(header) = ResponseHeader::peek(key, version, frame) else {
        return;
    };
    if !key.versions().contains(&version) {
        return;
    }
    let body = Bytes::copy_from_slice(frame).slice(header.body_offset..);
    let accepted = checked(key.response_schema(), version, &body);
    if key == ApiKey::Fetch {
        walk(version, &body, accepted.is_some());
    }
    conceal(key, version, &body, accepted.is_some());
    if let (Some(mut body), Ok(theirs)) = (accepted, TheirKey::try_from(key.code())) {
        drop(ResponseKind::decode(theirs, &mut body, version));
    }
}

fn walk(version: i16, body: &[u8], is_accepted: bool) {
    let Ok(mut partitions) = fetch_response::Partitions::new(version, body) else {
        assert!(!is_accepted);
        return;
    };
    for partition in partitions.by_ref() {
        let Ok(partition) = partition else {
            assert!(!is_accepted);
            return;
        };
        let ranges = [partition.element, partition.tags];
        for range in ranges.into_iter().chain(partition.records) {
            assert!(body.get(range).is_some());
        }
    }
    let tags = partitions.tags_offset();
    assert!(tags.is_some_and(|tags| tags <= body.len()));
}

fn conceal(key: ApiKey, version: i16, body: &Bytes, is_accepted: bool) {
    let mut advertise = |address: Address<'_>| NewAddress {
        host: Bytes::from(format!("b{}.proxy", address.node_id)),
        port: 9092,
    };
    let Ok(pieces) = rewrite(key, version, body, &mut advertise) else {
        assert!(!is_accepted, "accepted, but its addresses cannot be read");
        return;
    };
    let Some(pieces) = pieces.filter(|_| is_accepted) else {
        return;
    };
    let concealed = Bytes::from(pieces.concat());
    let used = key.response_schema().validate(version, &concealed);
    assert!(used.is_ok(), "{used:?}");
    let again = rewrite(key, version, &concealed, &mut advertise);
    assert_eq!(again, Ok(None), "an address was overlooked");
}
