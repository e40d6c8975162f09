//! Does nothing fail but with an error, whatever peers send?

use super::build::{answer_of, encoded, every_version, fields, full, request, request_of};
use super::parted::{TwoProxies, place_of};
use crate::cluster::api::{
    Offered, Outage, Part, Place, Split, conceal, entities, for_error, merge, merge_parts, observe,
    outage_answer, present, route, split, without_rack,
};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use shotover::message::Message;
use shotover::wire::ApiKey;
use shotover::wire::addresses::NewAddress;
use shotover::wire::schema::Schema;

/// Bytes changed here and there, and how many are left.
type Damage = (Vec<(Index, u8)>, Index);

fn damage() -> impl Strategy<Value = Damage> {
    (vec((any::<Index>(), any::<u8>()), 0..4), any::<Index>())
}

fn key_and_version() -> impl Strategy<Value = (ApiKey, i16)> {
    let all: Vec<(ApiKey, i16)> = every_version().collect();
    prop::sample::select(all)
}

fn damaged(schema: &'static Schema, version: i16, (changes, length): &Damage) -> Bytes {
    let mut body = encoded(schema, version, &full(schema.fields(), version)).to_vec();
    for (place, byte) in changes {
        if !body.is_empty() {
            let place = place.index(body.len());
            body[place] = *byte;
        }
    }
    // Half of them stay whole.
    body.truncate(length.index(2 * body.len() + 1));
    body.into()
}

/// Everything that reads a request.
fn ask(request: &Message) {
    let body = request.body_bytes().unwrap();
    let routed = route(request.request_ref(), &body).is_ok();
    let kept = for_error(request);
    assert_eq!(kept.request_ref(), request.request_ref());
    for outage in [
        Outage::RouteUnknown,
        Outage::NotReached,
        Outage::LostAfterSend,
    ] {
        let answered = outage_answer(request, outage).is_some();
        let is_valid = request
            .api_key()
            .request_schema()
            .validate(request.api_version(), &body);
        assert!(!answered || is_valid.is_ok() && routed);
    }
    let bare = without_rack(request.clone());
    assert_eq!(bare.request_ref(), request.request_ref());
}

/// Everything that takes a request apart.
fn take_apart(request: &Message) {
    let body = request.body_bytes().unwrap();
    let schema = request.api_key().request_schema();
    let is_valid = schema.validate(request.api_version(), &body).is_ok();
    let mut visited = 0;
    let visits = entities(request, &mut |_| visited += 1);
    assert!(visits.is_err() && !is_valid || visited > 0);
    let Ok(Split::Parts(parts)) = split(request, &mut |entity| place_of(&entity, 3)) else {
        return;
    };
    let answers = parts.iter().map(|part| {
        let body = part.request.body_bytes().unwrap();
        schema.validate(part.request.api_version(), &body).unwrap();
        let outage = match part.place {
            Place::Broker(_) => Outage::NotReached,
            Place::Nowhere(outage) => outage,
        };
        outage_answer(&part.kept, outage)
    });
    if let Some(answers) = answers.collect::<Option<Vec<Message>>>() {
        merge_parts(&for_error(request), answers).unwrap();
    }
}

/// Everything that reads an answer.
fn tell(request: &Message, answer: &Message) {
    let valid = {
        let body = answer.body_bytes().unwrap();
        let schema = answer.api_key().response_schema();
        schema.validate(answer.api_version(), &body).is_ok()
    };
    let seen = observe(request, answer, Some(BrokerId(1)));
    assert!(seen.is_ok() || !valid);
    let concealed = conceal(answer.clone(), &mut |_| NewAddress {
        host: Bytes::from_static(b"proxy"),
        port: 9000,
    });
    assert!(concealed.is_ok() || !valid);
    assert!(present(answer.clone(), &TwoProxies).is_ok() || !valid);
    let merged = merge_parts(request, vec![answer.clone(), answer.clone()]);
    assert!(merged.is_err() || valid);
    let part = || Part::Answer(BrokerId(1), answer.clone());
    let merged = merge(request, vec![part(), part()]);
    assert!(merged.is_err() || valid);
    if answer.api_key() == ApiKey::ApiVersions {
        assert!(Offered::read(answer).is_err() || valid);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn damaged_requests_are_handled((key, version) in key_and_version(), damage in damage()) {
        let body = damaged(key.request_schema(), version, &damage);
        ask(&request_of(key, version, &body));
        take_apart(&request_of(key, version, &body));
    }

    #[test]
    fn damaged_answers_are_handled((key, version) in key_and_version(), damage in damage()) {
        let request = request(key, version, &fields());
        let body = damaged(key.response_schema(), version, &damage);
        tell(&request, &answer_of(&request, body));
    }
}
