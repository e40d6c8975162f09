//! Is a broker asked about its own configuration, by its own id?

use super::build::{all, answer, contents, fields, int, list, request, text};
use crate::cluster::api::split::MAX_BROKERS;
use crate::cluster::api::{
    Entity, Outage, Place, Split, SubRequest, merge_parts, outage_answer, split,
};
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::ApiKey;
use shotover::wire::value::Structure;

const TOPIC: i32 = 2;
const BROKER: i32 = 4;
const BROKER_LOGGER: i32 = 8;

/// The array in the answer.
const KEYS: [(ApiKey, &str); 2] = [
    (ApiKey::DescribeConfigs, "Results"),
    (ApiKey::IncrementalAlterConfigs, "Responses"),
];

fn resources(key: ApiKey, resources: &[(i32, &str)]) -> Message {
    let resource = |(kind, name): &(i32, &str)| {
        fields()
            .with("ResourceType", *kind)
            .with("ResourceName", *name)
    };
    let said = fields().with("Resources", list(resources.iter().map(resource)));
    request(key, 1, &said)
}

/// Proxies 70 and up stand for brokers 0 and up, but nothing is known of 99.
fn place(entity: Entity<'_>) -> Place {
    match entity {
        Entity::Broker(BrokerId(99)) => Place::Nowhere(Outage::RouteUnknown),
        Entity::Broker(BrokerId(id)) => Place::Broker(BrokerId(id - 70)),
        Entity::Controller | Entity::Any => Place::Broker(BrokerId(5)),
        Entity::Partition { .. } | Entity::Coordinator(_) => panic!("{entity:?}"),
    }
}

fn pairs(parts: Vec<SubRequest>) -> Vec<(Place, Message)> {
    let parts = parts.into_iter();
    parts.map(|part| (part.place, part.request)).collect()
}

fn parts(request: &Message) -> Vec<(Place, Message)> {
    match split(request, &mut place).unwrap() {
        Split::Parts(parts) => pairs(parts),
        Split::Whole(place) => panic!("all of it goes to {place:?}"),
    }
}

fn named(of: &Structure, array: &str) -> Vec<(i64, String)> {
    let named = all(of, array).into_iter();
    named
        .map(|one| (int(one, "ResourceType"), text(one, "ResourceName")))
        .collect()
}

fn asked(parts: &[(Place, Message)]) -> Vec<(Place, Vec<(i64, String)>)> {
    let asked = parts.iter();
    asked
        .map(|(place, part)| (*place, named(&contents(part), "Resources")))
        .collect()
}

fn kinds(expected: &[(i32, &str)]) -> Vec<(i64, String)> {
    let expected = expected.iter();
    expected
        .map(|(kind, name)| (i64::from(*kind), (*name).to_owned()))
        .collect()
}

/// A broker's answer, which names what it was asked about.
fn answered(array: &'static str, part: &Message) -> Message {
    let asked = contents(part);
    let result = |(kind, name): (i64, String)| {
        fields()
            .with("ResourceType", kind)
            .with("ResourceName", name.as_str())
    };
    let results = named(&asked, "Resources").into_iter().map(result);
    answer(part, &fields().with(array, list(results)))
}

const MIXED: [(i32, &str); 5] = [
    (BROKER, "71"),
    (TOPIC, "71"),
    (BROKER_LOGGER, "70"),
    (BROKER, ""),
    (BROKER_LOGGER, "71"),
];

#[test]
fn each_broker_is_asked_by_its_own_id_and_any_about_the_rest() {
    for (key, _) in KEYS {
        let parts = parts(&resources(key, &MIXED));
        let broker = |id| Place::Broker(BrokerId(id));
        let expected = [
            (broker(1), kinds(&[(BROKER, "1"), (BROKER_LOGGER, "1")])),
            (broker(5), kinds(&[(TOPIC, "71"), (BROKER, "")])),
            (broker(0), kinds(&[(BROKER_LOGGER, "0")])),
        ];
        assert_eq!(asked(&parts), expected, "{key}");
    }
}

#[test]
fn the_client_is_answered_by_the_names_it_asked_for() {
    for (key, array) in KEYS {
        let request = resources(key, &MIXED);
        let answers = parts(&request).into_iter();
        let mut answers: Vec<Message> = answers.map(|(_, part)| answered(array, &part)).collect();
        answers.rotate_left(1);
        let merged = contents(&merge_parts(&request, answers).unwrap());
        assert_eq!(named(&merged, array), kinds(&MIXED), "{key}");
    }
}

#[test]
fn a_request_about_one_broker_is_made_anew() {
    for (key, array) in KEYS {
        let request = resources(key, &[(BROKER, "070")]);
        let parts = parts(&request);
        let expected = [(Place::Broker(BrokerId(0)), kinds(&[(BROKER, "0")]))];
        assert_eq!(asked(&parts), expected);
        let answers = vec![answered(array, &parts[0].1)];
        let merged = contents(&merge_parts(&request, answers).unwrap());
        assert_eq!(named(&merged, array), kinds(&[(BROKER, "070")]));
    }
}

/// Two proxies may stand for one broker, which would not take two changes of its configuration in one request.
#[test]
fn two_names_for_one_broker_are_two_parts() {
    for (key, array) in KEYS {
        let both = [(BROKER, "70"), (BROKER, "71")];
        let request = resources(key, &both);
        let one = |_: Entity<'_>| Place::Broker(BrokerId(3));
        let Split::Parts(parts) = split(&request, &mut { one }).unwrap() else {
            panic!("whole");
        };
        let parts = pairs(parts);
        let three = (Place::Broker(BrokerId(3)), kinds(&[(BROKER, "3")]));
        assert_eq!(asked(&parts), [three.clone(), three]);
        let answers = parts.iter().map(|(_, part)| answered(array, part));
        let merged = contents(&merge_parts(&request, answers.collect()).unwrap());
        assert_eq!(named(&merged, array), kinds(&both));
    }
}

#[test]
fn an_outage_is_told_by_the_name_that_was_asked_for() {
    for (key, array) in KEYS {
        let both = [(BROKER, "70"), (BROKER, "99")];
        let request = resources(key, &both);
        let answers = parts(&request)
            .into_iter()
            .map(|(place, part)| match place {
                Place::Broker(_) => answered(array, &part),
                Place::Nowhere(outage) => outage_answer(&part, outage).unwrap(),
            });
        let merged = contents(&merge_parts(&request, answers.collect()).unwrap());
        assert_eq!(named(&merged, array), kinds(&both));
        let codes = all(&merged, array).into_iter();
        let codes: Vec<i64> = codes.map(|one| int(one, "ErrorCode")).collect();
        assert_eq!(codes, [0, 7]);
    }
}

#[test]
fn a_request_about_no_broker_stays_whole() {
    for (key, _) in KEYS {
        for kinds in [&[(TOPIC, "70"), (BROKER, "")][..], &[(BROKER, "none")], &[]] {
            let request = resources(key, kinds);
            let split = split(&request, &mut place).unwrap();
            assert!(matches!(split, Split::Whole(Place::Broker(BrokerId(5)))));
        }
    }
}

#[test]
fn a_request_may_be_about_so_many_brokers_and_no_more() {
    let names: Vec<String> = (1000..)
        .take(MAX_BROKERS + 1)
        .map(|id: i32| id.to_string())
        .collect();
    let named: Vec<(i32, &str)> = names.iter().map(|name| (BROKER, name.as_str())).collect();
    let key = ApiKey::DescribeConfigs;
    let (_, fewer) = named.split_last().unwrap();
    assert_eq!(parts(&resources(key, fewer)).len(), MAX_BROKERS);
    assert!(split(&resources(key, &named), &mut place).is_err());
}

#[test]
fn an_answer_that_is_missing_is_not_guessed() {
    let request = resources(ApiKey::DescribeConfigs, &[(BROKER, "70"), (BROKER, "71")]);
    let (_, part) = parts(&request).remove(0);
    assert!(merge_parts(&request, vec![answered("Results", &part)]).is_err());
}
