//! How does one connection ask the cluster for what is missing?
//!
//! Look-ups travel on the control connection, to one broker after the other until one answers.

use super::purpose::LookUp;
use super::view::{CoordinatorKey, CoordinatorKind, Flight, Need, TopicKey};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{BrokerId, FindCoordinatorRequest, MetadataRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use shotover::message::{EncodeError, Message};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// The client id of the proxy's own requests.
const CLIENT_ID: &str = "shotover";

/// How long a broker may take to answer a look-up before another one is asked.
pub(super) const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Brokers that are asked before a look-up fails.
pub(super) const LOOKUP_ATTEMPTS: usize = 3;

/// The version of Metadata that names topics by their ids (KIP-516); every broker since 3.1 has it.
const METADATA: i16 = 12;

/// The version of FindCoordinator that asks for that of a group or transaction; every broker since 2.4 has it.
const FIND_COORDINATOR: i16 = 3;

/// The version that asks for that of a share group's partition as well (KIP-932); brokers that have such have it.
const FIND_SHARE_COORDINATOR: i16 = 6;

/// A broker that was asked what it can do.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) broker: BrokerId,
    /// When it has had its time.
    pub(super) until: Instant,
    /// What ends with it; none if all that is asked is whether the broker is back.
    pub(super) flight: Option<Flight>,
}

/// The look-ups that one connection makes.
#[derive(Debug, Default)]
pub(super) struct LookUps {
    /// Those that wait for a broker to be connected to.
    pub(super) waiting: Vec<Flight>,
    /// Those that end when a broker has said what it can do.
    pub(super) probes: Vec<Probe>,
    /// The same, whichever broker it is.
    pub(super) any_probe: Option<Flight>,
    /// When the broker that is asked has had its time.
    pub(super) deadline: Option<Instant>,
    /// Brokers that failed since the last one that answered.
    pub(super) failed: usize,
}

impl LookUps {
    /// Whether the control connection is wanted.
    pub(super) fn want_control(&self) -> bool {
        !self.waiting.is_empty() || self.any_probe.is_some()
    }

    /// Whoever waits for what this broker can do need not wait any more.
    pub(super) fn probed(&mut self, broker: Option<BrokerId>) {
        self.probes.retain(|probe| Some(probe.broker) != broker);
    }

    /// When the first of the brokers that were asked what they can do has had its time.
    pub(super) fn probe_deadline(&self) -> Option<Instant> {
        self.probes.iter().map(|probe| probe.until).min()
    }

    /// Gives up: who waits for these finds them missing.
    pub(super) fn abandon(&mut self) {
        self.waiting.clear();
        self.any_probe = None;
        self.deadline = None;
        self.failed = 0;
    }

    /// The requests that ask for everything that waits, each with what it is for.
    pub(super) fn take_requests(&mut self) -> Result<Vec<LookUp>, EncodeError> {
        let (coordinators, metadata): (Vec<Flight>, Vec<Flight>) = self
            .waiting
            .drain(..)
            .partition(|flight| matches!(flight.need(), Need::Coordinator(_)));
        let names_an_id = |flight: &Flight| matches!(flight.need(), Need::Topic(TopicKey::Id(_)));
        // A broker that is asked for one topic by its id does not look at the names of others.
        let (by_id, by_name): (Vec<Flight>, Vec<Flight>) =
            metadata.into_iter().partition(names_an_id);
        let mut requests = Vec::new();
        for flights in [by_name, by_id] {
            if !flights.is_empty() {
                requests.push(LookUp {
                    request: ask_for_metadata(&flights)?,
                    flights,
                });
            }
        }
        for flight in coordinators {
            if let Some(request) = ask_for_coordinator(&flight)? {
                requests.push(LookUp {
                    request,
                    flights: vec![flight],
                });
            }
        }
        Ok(requests)
    }
}

/// Never creates a topic: that is for clients to ask for.
fn ask_for_metadata(flights: &[Flight]) -> Result<Message, EncodeError> {
    let topics = flights.iter().filter_map(|flight| match flight.need() {
        Need::Topic(TopicKey::Name(name)) => {
            let name = StrBytes::try_from(name.clone()).ok()?;
            Some(MetadataRequestTopic::default().with_name(Some(TopicName(name))))
        }
        // No topic has the id zero, and brokers refuse the whole request because of it.
        Need::Topic(TopicKey::Id(id)) => (*id != [0; 16]).then(|| {
            MetadataRequestTopic::default()
                .with_name(None)
                .with_topic_id(Uuid::from_bytes(*id))
        }),
        Need::Brokers | Need::Coordinator(_) | Need::Versions(_) | Need::AnyVersions => None,
    });
    let body = MetadataRequest::default()
        .with_topics(Some(topics.collect()))
        .with_allow_auto_topic_creation(false);
    Message::new_request(METADATA, CLIENT_ID, &body)
}

/// None if the name is none that a broker would take.
fn ask_for_coordinator(flight: &Flight) -> Result<Option<Message>, EncodeError> {
    let Need::Coordinator(CoordinatorKey { kind, name }) = flight.need() else {
        return Ok(None);
    };
    let Ok(name) = StrBytes::try_from(name.clone()) else {
        return Ok(None);
    };
    let body = FindCoordinatorRequest::default().with_key_type(kind.key_type());
    let (version, body) = match kind {
        CoordinatorKind::Group | CoordinatorKind::Transaction => {
            (FIND_COORDINATOR, body.with_key(name))
        }
        CoordinatorKind::Share => (
            FIND_SHARE_COORDINATOR,
            body.with_coordinator_keys(vec![name]),
        ),
    };
    Message::new_request(version, CLIENT_ID, &body).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::view::Flights;
    use bytes::Bytes;
    use kafka_protocol::messages::RequestKind;

    /// The version in which the coordinator is asked for, and what is asked.
    fn asked(kind: CoordinatorKind) -> (i16, FindCoordinatorRequest) {
        let name = Bytes::from_static(b"name");
        let flight = Flights::default()
            .depart(&Need::Coordinator(CoordinatorKey { kind, name }))
            .unwrap();
        let mut request = ask_for_coordinator(&flight).unwrap().unwrap();
        let version = request.api_version();
        let RequestKind::FindCoordinator(body) = request.request().unwrap() else {
            panic!("{request:?}");
        };
        (version, body.clone())
    }

    #[test]
    fn topics_are_asked_for_by_name_and_by_id_apart() {
        let flights = Flights::default();
        let name = |name: &'static [u8]| TopicKey::Name(Bytes::from_static(name));
        let topics = [
            name(b"a"),
            TopicKey::Id([1; 16]),
            name(b"b"),
            TopicKey::Id([0; 16]),
        ];
        let depart = |topic: TopicKey| flights.depart(&Need::Topic(topic)).unwrap();
        let mut look_ups = LookUps {
            waiting: topics.map(depart).into(),
            ..LookUps::default()
        };
        let requests = look_ups.take_requests().unwrap().into_iter();
        let asked: Vec<(usize, Vec<Option<String>>)> = requests
            .map(|mut look_up| {
                let RequestKind::Metadata(body) = look_up.request.request().unwrap() else {
                    panic!()
                };
                let topics = body.topics.iter().flatten();
                let names = topics.map(|topic| topic.name.as_ref().map(|name| name.to_string()));
                (look_up.flights.len(), names.collect())
            })
            .collect();
        let named = |name: &str| Some(name.to_owned());
        // Of the id that no topic has it is known without an answer.
        assert_eq!(asked, [(2, vec![named("a"), named("b")]), (2, vec![None])]);
    }

    #[test]
    fn each_kind_of_coordinator_is_asked_for_in_a_version_that_knows_it() {
        for (kind, number) in [
            (CoordinatorKind::Group, 0),
            (CoordinatorKind::Transaction, 1),
        ] {
            let (version, body) = asked(kind);
            assert_eq!((version, body.key_type), (3, number));
            assert_eq!(body.key.as_str(), "name");
        }
        let (version, body) = asked(CoordinatorKind::Share);
        assert_eq!((version, body.key_type), (6, 2));
        assert_eq!(body.coordinator_keys, [StrBytes::from_static_str("name")]);
    }
}
