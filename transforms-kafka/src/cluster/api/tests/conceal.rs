//! Does no address of a broker get through?

use super::build::{all, answer, answer_of, contents, every_version, fields, full, list, request};
use crate::cluster::advertise::Presentation;
use crate::cluster::api::conceal;
use crate::cluster::api::table::is_offered;
use bytes::Bytes;
use shotover::message::Message;
use shotover::wire::addresses::{Address, NewAddress};
use shotover::wire::schema::{Field, Type};
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, ErrorCode};

const HOST: &str = "broker.internal";

/// Hosts of clients, which are no addresses of brokers.
pub(super) const OF_CLIENTS: [ApiKey; 4] = [
    ApiKey::DescribeAcls,
    ApiKey::DeleteAcls,
    ApiKey::StreamsGroupHeartbeat,
    ApiKey::StreamsGroupDescribe,
];

fn advertised(address: Address<'_>) -> NewAddress {
    NewAddress {
        host: Bytes::from(format!("b{}.proxy", address.node_id)),
        port: 9000,
    }
}

fn concealed(answer: Message) -> Message {
    conceal(answer, &mut advertised).unwrap()
}

/// Everything filled, and a broker's address wherever one fits.
fn with_hosts(fields: &'static [Field], version: i16) -> Structure {
    let mut structure = full(fields, version);
    for field in fields.iter().filter(|field| field.exists(version)) {
        let value = match (field.name(), field.kind()) {
            ("Host", _) => HOST.into(),
            (_, Type::Array(Type::Struct(fields))) => {
                let element = with_hosts(fields, version);
                list([element.clone(), element])
            }
            (_, Type::Struct(fields)) => with_hosts(fields, version).into(),
            _ => continue,
        };
        structure.set(field.name(), value);
    }
    structure
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn no_host_of_a_broker_is_in_any_answer_of_any_version() {
    let clients_see = every_version().filter(|(key, _)| is_offered(*key, Presentation::Brokers));
    for (key, version) in clients_see.filter(|(key, _)| !OF_CLIENTS.contains(key)) {
        let request = request(key, version, &fields());
        let said = with_hosts(key.response_schema().fields(), version);
        let shown = concealed(answer(&request, &said));
        let frame = shown.into_frame().unwrap().contiguous();
        assert!(!contains(&frame, HOST), "{key} v{version}");
    }
}

#[test]
fn an_answer_without_addresses_is_passed_on_as_it_came() {
    let request = request(ApiKey::Heartbeat, 4, &fields());
    let answer = answer(&request, &fields());
    let body = answer.body_bytes().unwrap();
    assert_eq!(concealed(answer).body_bytes().unwrap(), body);
}

#[test]
fn brokers_keep_their_ids_and_racks() {
    let broker = |id: i32| {
        let broker = fields().with("NodeId", id).with("Host", HOST);
        broker.with("Port", 9092).with("Rack", "r")
    };
    let request = request(ApiKey::Metadata, 12, &fields());
    let said = fields().with("Brokers", list([broker(4), broker(5)]));
    let shown = contents(&concealed(answer(&request, &said)));
    let broker = |id: i32| {
        let broker = fields()
            .with("NodeId", id)
            .with("Host", format!("b{id}.proxy").as_str());
        broker.with("Port", 9000).with("Rack", "r")
    };
    assert_eq!(shown.get("Brokers"), Some(&list([broker(4), broker(5)])));
}

fn setting(name: &str) -> Structure {
    let synonym = |name: &str| fields().with("Name", name).with("Value", HOST);
    fields()
        .with("Name", name)
        .with("Value", HOST)
        .with("Synonyms", list([synonym(name), synonym("other")]))
}

fn described(kind: i32, settings: impl IntoIterator<Item = Structure>) -> Structure {
    fields()
        .with("ResourceType", kind)
        .with("ResourceName", "1")
        .with("Configs", list(settings))
}

const ADDRESSES: [&str; 6] = [
    "advertised.listeners",
    "listeners",
    "controller.quorum.voters",
    "controller.quorum.bootstrap.servers",
    "host.name",
    "advertised.host.name",
];

#[test]
fn addresses_in_the_configuration_of_a_broker_are_not_shown() {
    for version in ApiKey::DescribeConfigs.versions() {
        let request = request(ApiKey::DescribeConfigs, version, &fields());
        let said = described(4, ADDRESSES.map(setting));
        let said = fields().with("Results", list([said]));
        let shown = concealed(answer(&request, &said));
        let frame = shown.clone().into_frame().unwrap().contiguous();
        assert!(!contains(&frame, HOST), "v{version}");
        let shown = contents(&shown);
        let settings = all(all(&shown, "Results")[0], "Configs");
        assert_eq!(settings.len(), ADDRESSES.len());
        for setting in settings {
            assert_eq!(setting.get("Value"), Some(&Value::Null));
            assert_eq!(setting.get("IsSensitive"), Some(&Value::Bool(true)));
            for synonym in all(setting, "Synonyms") {
                assert_eq!(synonym.get("Value"), Some(&Value::Null));
            }
        }
    }
}

#[test]
fn a_synonym_that_is_an_address_is_not_shown() {
    let request = request(ApiKey::DescribeConfigs, 4, &fields());
    let synonym = fields().with("Name", "listeners").with("Value", HOST);
    let setting = fields().with("Name", "other").with("Value", "kept");
    let setting = setting.with("Synonyms", list([synonym]));
    let said = fields().with("Results", list([described(4, [setting])]));
    let shown = concealed(answer(&request, &said)).into_frame().unwrap();
    assert!(!contains(&shown.contiguous(), HOST));
    assert!(contains(&shown.contiguous(), "kept"));
}

#[test]
fn other_settings_and_other_resources_are_passed_on_as_they_came() {
    let request = request(ApiKey::DescribeConfigs, 4, &fields());
    let topic = described(2, [setting("listeners")]);
    let broker = described(4, [setting("log.dirs")]);
    for said in [
        vec![topic.clone()],
        vec![broker.clone()],
        vec![topic, broker],
    ] {
        let answer = answer(&request, &fields().with("Results", list(said)));
        let body = answer.body_bytes().unwrap();
        assert_eq!(concealed(answer).body_bytes().unwrap(), body);
    }
}

#[test]
fn a_malformed_answer_is_not_passed_on() {
    for key in [
        ApiKey::Metadata,
        ApiKey::FindCoordinator,
        ApiKey::DescribeConfigs,
    ] {
        let request = request(key, *key.versions().end(), &fields());
        let garbage = answer_of(&request, Bytes::from_static(&[0, 0, 0, 0, 9]));
        assert!(conceal(garbage, &mut advertised).is_err(), "{key}");
    }
}

/// What the proxy answers itself is concealed like everything else, and stays as it is.
#[test]
fn errors_are_passed_on_as_they_are() {
    for (key, version) in every_version().filter(|(key, _)| is_offered(*key, Presentation::Brokers))
    {
        let request = request(key, version, &full(key.request_schema().fields(), version));
        let error = request
            .error_response(ErrorCode::REQUEST_TIMED_OUT, None)
            .unwrap();
        let body = error.body_bytes().unwrap();
        assert_eq!(concealed(error).body_bytes().unwrap(), body);
    }
}
