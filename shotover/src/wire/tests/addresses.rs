//! Does no address of a broker get through?

use std::cell::Cell;

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary::{self, Choices};
use crate::wire::addresses::{Address, NewAddress, Place, place, rewrite};
use crate::wire::schema::{Field, Type};
use crate::wire::value::{Structure, Value};
use crate::wire::{ApiKey, Malformed};

const HOST: &str = "broker.internal";
const PORT: i32 = 0xbeef;

/// Keys with hosts in their responses that are not those of brokers, or not for clients' eyes; the reasons stand in
/// the table of places.
const EXEMPT: &[ApiKey] = &[
    ApiKey::DescribeAcls,
    ApiKey::DeleteAcls,
    ApiKey::Vote,
    ApiKey::BeginQuorumEpoch,
    ApiKey::EndQuorumEpoch,
    ApiKey::FetchSnapshot,
    ApiKey::UpdateRaftVoter,
    ApiKey::StreamsGroupHeartbeat,
    ApiKey::StreamsGroupDescribe,
];

fn advertised(address: Address<'_>) -> NewAddress {
    NewAddress {
        host: Bytes::from(format!("b{}.proxy", address.node_id)),
        port: 9000,
    }
}

/// The paths to all fields about hosts that exist at this version.
fn hosts(fields: &[Field], version: i16, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for field in fields.iter().filter(|field| field.exists(version)) {
        let name = field.name();
        if ["Host", "Port", "Listeners"].contains(&name) {
            found.push(format!("{path}{name}"));
        }
        found.extend(hosts(
            field.kind().fields(),
            version,
            &format!("{path}{name}."),
        ));
    }
    found
}

#[test]
fn every_host_of_every_response_is_covered_or_exempt() {
    for key in ApiKey::ALL {
        for version in key.versions() {
            let covered: Vec<String> = match place(*key, version) {
                Place::Nowhere => Vec::new(),
                Place::Top => ["Host", "Port"].map(String::from).into(),
                Place::List(list) => ["Host", "Port"].map(|f| format!("{list}.{f}")).into(),
                Place::Listeners(list) => ["", ".Host", ".Port"]
                    .map(|field| format!("{list}.Listeners{field}"))
                    .into(),
            };
            let found = hosts(key.response_schema().fields(), version, "");
            if EXEMPT.contains(key) {
                assert!(covered.is_empty());
            } else if found.is_empty() {
                // A version before the field came, such as Produce 9.
            } else {
                assert_eq!(found, covered, "{key} v{version}");
            }
        }
    }
}

/// The port is read as what follows the host.
#[test]
fn ports_follow_hosts() {
    fn check(fields: &[Field]) {
        for (at, field) in fields.iter().enumerate() {
            if field.name() == "Host" && fields.iter().any(|field| field.name() == "Port") {
                assert_eq!(fields[at + 1].name(), "Port");
            }
            check(field.kind().fields());
        }
    }
    for key in ApiKey::ALL {
        check(key.response_schema().fields());
    }
}

/// A structure with everything in it: two elements in each array, all tagged fields, and a broker wherever one fits.
fn full(fields: &'static [Field], version: i16, next_id: &Cell<i32>) -> Structure {
    let mut structure = Structure::new();
    for field in fields.iter().filter(|field| field.exists(version)) {
        structure.set(
            field.name(),
            filled(field.name(), field.kind(), version, next_id),
        );
    }
    structure
}

fn filled(name: &str, kind: Type, version: i16, next_id: &Cell<i32>) -> Value {
    match (name, kind) {
        ("Host", _) => HOST.into(),
        ("Port", _) => PORT.into(),
        ("NodeId" | "BrokerId", _) => next_id.replace(next_id.get() + 1).into(),
        (_, Type::Array(element)) => {
            let elements = (0..2).map(|_| filled("", *element, version, next_id));
            Value::Array(elements.collect())
        }
        (_, Type::Struct(fields)) => full(fields, version, next_id).into(),
        (_, Type::String | Type::Bytes | Type::Records) => "text".into(),
        (_, Type::Bool) => true.into(),
        (_, Type::Uuid) => Value::Uuid([7; 16]),
        (_, Type::Float64) => Value::Float(1.0),
        (_, Type::Int8 | Type::Int16 | Type::Uint16 | Type::Int32 | Type::Int64) => 1.into(),
    }
}

/// The contents with all addresses replaced, found by name rather than by place.
fn concealed(value: &Value) -> Value {
    match value {
        Value::Array(elements) => Value::Array(elements.iter().map(concealed).collect()),
        Value::Structure(structure) => {
            let mut concealed_structure = structure.clone();
            for (name, value) in structure.fields() {
                concealed_structure.set(name, concealed(value));
            }
            if structure.get("Host").is_some_and(|host| *host != "".into()) {
                let id = structure.get("NodeId").or(structure.get("BrokerId"));
                let node_id = id.and_then(Value::as_int).unwrap_or(-1).try_into().unwrap();
                let new = advertised(Address {
                    node_id,
                    host: b"",
                    port: 0,
                });
                concealed_structure.set("Host", new.host);
                concealed_structure.set("Port", i32::from(new.port));
            }
            if structure.get("Listeners").is_some() {
                concealed_structure.set("Listeners", Vec::new());
            }
            concealed_structure.into()
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Uuid(_)
        | Value::Bytes(_) => value.clone(),
    }
}

fn encode(key: ApiKey, version: i16, response: &Structure) -> Bytes {
    let mut out = BytesMut::new();
    let schema = key.response_schema();
    schema.encode(version, response, &mut out).unwrap();
    out.freeze()
}

/// What would go out.
fn rewritten(key: ApiKey, version: i16, body: &Bytes) -> Result<Bytes, Malformed> {
    let pieces = rewrite(key, version, body, &mut advertised)?;
    Ok(match pieces {
        Some(pieces) => pieces.concat().into(),
        None => body.clone(),
    })
}

fn covered() -> impl Iterator<Item = (ApiKey, i16)> {
    let all = ApiKey::ALL.iter();
    let all = all.flat_map(|key| key.versions().map(|version| (*key, version)));
    all.filter(|(key, version)| place(*key, *version) != Place::Nowhere)
}

#[test]
fn no_broker_gets_through() {
    for (key, version) in covered() {
        let fields = key.response_schema().fields();
        let response = full(fields, version, &Cell::new(1));
        let body = encode(key, version, &response);
        let out = rewritten(key, version, &body).unwrap();
        let has = |sentinel: &[u8]| out.windows(sentinel.len()).any(|window| window == sentinel);
        assert!(!has(HOST.as_bytes()), "{key} v{version}");
        assert!(!has(&PORT.to_be_bytes()), "{key} v{version}");
        let out = key.response_schema().decode(version, &out).unwrap();
        let expected = encode(
            key,
            version,
            concealed(&response.into()).as_structure().unwrap(),
        );
        assert_eq!(
            out,
            key.response_schema().decode(version, &expected).unwrap()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_but_addresses_is_changed(choices in vec(any::<u8>(), 0..300), extra in vec(any::<u8>(), 0..4)) {
        for (key, version) in covered() {
            let schema = key.response_schema();
            let mut body = arbitrary::body(schema, version, &mut Choices(&choices));
            let used = body.len();
            body.extend(&extra);
            let body = Bytes::from(body);
            let out = rewritten(key, version, &body).unwrap();
            let contents = schema.decode(version, &body.slice(..used)).unwrap();
            let expected = concealed(&contents.into());
            let mut expected = encode(key, version, expected.as_structure().unwrap()).to_vec();
            expected.extend(&extra);
            prop_assert_eq!(out, expected, "{} v{}", key, version);
        }
    }

    #[test]
    fn mutated_responses_never_panic(
        choices in vec(any::<u8>(), 0..300),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        for (key, version) in covered() {
            let schema = key.response_schema();
            let mut body = arbitrary::body(schema, version, &mut Choices(&choices));
            let place = place.index(body.len());
            body[place] = byte;
            let body = Bytes::from(body);
            if schema.validate(version, &body).is_ok() {
                prop_assert!(rewritten(key, version, &body).is_ok());
            }
        }
    }
}

#[test]
fn an_address_that_says_nowhere_stays() {
    for (host, port) in [("", 9092), ("broker", -1)] {
        let coordinator = Structure::new().with("Host", host).with("Port", port);
        let body = encode(ApiKey::FindCoordinator, 3, &coordinator);
        let out = rewrite(ApiKey::FindCoordinator, 3, &body, &mut advertised);
        assert_eq!(out, Ok(None));
    }
}

#[test]
fn an_address_that_is_advertised_already_stays() {
    let broker = Structure::new()
        .with("NodeId", 7)
        .with("Host", "b7.proxy")
        .with("Port", 9000);
    let response = Structure::new().with("Brokers", vec![broker.into()]);
    let body = encode(ApiKey::Metadata, 12, &response);
    let out = rewrite(ApiKey::Metadata, 12, &body, &mut advertised);
    assert_eq!(out, Ok(None));
}

#[test]
fn topics_of_a_metadata_response_are_neither_copied_nor_read() {
    let broker = Structure::new()
        .with("NodeId", 7)
        .with("Host", "h")
        .with("Port", 1);
    let response = Structure::new().with("Brokers", vec![broker.into()]);
    let mut body = encode(ApiKey::Metadata, 12, &response).to_vec();
    // In place of cluster id, controller id, topics and tagged fields.
    body.truncate(body.len() - (1 + 4 + 1 + 1));
    body.extend([0xff; 10_000]);
    let body = Bytes::from(body);
    let pieces = rewrite(ApiKey::Metadata, 12, &body, &mut advertised)
        .unwrap()
        .unwrap();
    let [_, tail] = &pieces[..] else {
        panic!("{} pieces", pieces.len());
    };
    assert!(body.as_ptr_range().contains(&tail.as_ptr()));
}

#[test]
fn records_of_a_fetch_response_are_not_copied() {
    let records = "r".repeat(10_000);
    let partition = Structure::new().with("Records", records.as_str());
    let topic = Structure::new().with("Partitions", vec![partition.into()]);
    let node = Structure::new()
        .with("NodeId", 7)
        .with("Host", "h")
        .with("Port", 1);
    let response = Structure::new()
        .with("Responses", vec![topic.into()])
        .with("NodeEndpoints", vec![node.into()]);
    let body = encode(ApiKey::Fetch, 16, &response);
    let pieces = rewrite(ApiKey::Fetch, 16, &body, &mut advertised)
        .unwrap()
        .unwrap();
    assert!(body.as_ptr_range().contains(&pieces[0].as_ptr()));
    assert!(pieces[0].len() > 10_000);
}

#[test]
fn a_response_cut_off_in_front_of_an_address_is_refused() {
    let broker = Structure::new().with("Host", HOST);
    let response = Structure::new().with("Brokers", vec![broker.into()]);
    let body = encode(ApiKey::Metadata, 12, &response);
    let cut = body.slice(..12);
    assert!(rewrite(ApiKey::Metadata, 12, &cut, &mut advertised).is_err());
}

#[test]
fn advertise_is_told_which_broker_stands_where() {
    let response = Structure::new()
        .with("NodeId", 7)
        .with("Host", "h")
        .with("Port", 9092);
    let body = encode(ApiKey::FindCoordinator, 0, &response);
    let mut seen = Vec::new();
    rewrite(ApiKey::FindCoordinator, 0, &body, &mut |address| {
        seen.push((address.node_id, address.host.to_vec(), address.port));
        advertised(address)
    })
    .unwrap();
    assert_eq!(seen, [(7, b"h".to_vec(), 9092)]);
}
