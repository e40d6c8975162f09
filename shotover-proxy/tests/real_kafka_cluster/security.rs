//! Do brokers with TLS, SASL and access rules see the right client?

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use test_helpers::certs::Authority;
use test_helpers::clients::{
    Client, Java, Librdkafka, Mechanism, Python, Record, Security, check_round_trip, keyed_records,
};
use test_helpers::kafka::{Cluster, Listener, USERS};
use test_helpers::rdkafka::client::ClientContext;
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use test_helpers::rdkafka::error::KafkaError;
use test_helpers::rdkafka::types::RDKafkaErrorCode;
use test_helpers::wait::wait_until;

use crate::setup::{Advertise, Front, LIMIT, Sink, fronts};

/// How long one call into librdkafka may block.
const POLL: Duration = Duration::from_millis(20);

fn sasl(advertise: Advertise) -> Sink {
    Sink {
        listener: Listener::Sasl,
        ..Sink::of(advertise)
    }
}

#[test]
fn users_that_come_in_turn_act_under_their_own_names_at_every_broker() {
    let brokers = Cluster::builder().listener(Listener::Sasl).access_rules();
    let cluster = brokers.brokers(3).start().unwrap();
    let direct = Librdkafka::new(&cluster.bootstrap(Listener::Plaintext).unwrap());
    for (user, _) in USERS {
        direct.create_topic(user, 6, 3).unwrap();
        cluster.allow(user, user).unwrap();
    }
    let sent = &keyed_records(60);
    for front in &fronts(&cluster, 1, sasl) {
        std::thread::scope(|scope| {
            for place in 0..12 {
                let user = USERS[place % 2];
                let (topic, _) = USERS[place / 2 % 2];
                scope.spawn(move || check_access(front, user, topic, sent));
            }
        });
    }
    let consumer: BaseConsumer = direct.create().unwrap();
    for (user, _) in USERS {
        let ends = (0..6).map(|partition| {
            let watermarks = consumer.fetch_watermarks(user, partition, LIMIT);
            watermarks.unwrap().1
        });
        // Nobody else's are among them.
        assert_eq!(usize::try_from(ends.sum::<i64>()).unwrap(), 6 * sent.len());
    }
}

/// Expects that a user may write to the topic with its own name, and to no other.
fn check_access(front: &Front, (user, password): (&str, &str), topic: &str, sent: &[Record]) {
    let client = Librdkafka::new(&front.address)
        .security(&Security::default().sasl(Mechanism::Plain, user, password))
        .set("message.timeout.ms", "30000");
    let outcome = client.produce(topic, sent);
    if user == topic {
        outcome.unwrap();
    } else {
        let why = outcome.unwrap_err().to_string();
        assert!(why.starts_with("0 of 60 records"), "{user}: {why}");
        assert!(why.contains("TopicAuthorizationFailed"), "{user}: {why}");
    }
}

/// Why its credentials get a client nowhere, in the words of the server.
#[derive(Default)]
struct Refusal(Mutex<Option<String>>);

impl ClientContext for Refusal {
    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Authentication) {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *known = Some(reason.to_owned());
        }
    }
}

impl ConsumerContext for Refusal {}

fn refusal(client: &Librdkafka) -> Result<String> {
    let client = client.clone().set("group.id", "refused");
    let context = Refusal::default();
    let consumer: BaseConsumer<Refusal> = client.config().create_with_context(context)?;
    wait_until("it is refused", LIMIT, || {
        drop(consumer.poll(POLL));
        let known = &consumer.context().0;
        Ok(known.lock().unwrap_or_else(PoisonError::into_inner).clone())
    })
}

#[test]
fn a_wrong_password_and_a_mechanism_that_cannot_be_said_twice_are_refused() {
    let brokers = Cluster::builder().listener(Listener::Sasl).brokers(3);
    let cluster = brokers.start().unwrap();
    let [(user, password), _] = USERS;
    for front in &fronts(&cluster, 1, sasl) {
        for (mechanism, password, expected) in [
            (Mechanism::Plain, "guessed", "Invalid username or password"),
            (Mechanism::ScramSha256, password, "mechanisms: PLAIN"),
        ] {
            let client = Librdkafka::new(&front.address)
                .security(&Security::default().sasl(mechanism, user, password));
            let reason = refusal(&client).unwrap();
            assert!(reason.contains(expected), "{reason}");
        }
    }
}

#[test]
fn clients_with_tls_and_sasl_reach_brokers_with_both() {
    let brokers = Cluster::builder().listener(Listener::SaslTls).brokers(3);
    let cluster = brokers.start().unwrap();
    let direct = Librdkafka::new(&cluster.bootstrap(Listener::Plaintext).unwrap());
    let authority = Authority::new("proxies").unwrap();
    // One address for each of the brokers, where clients see those.
    let hosts = ["127.0.0.1", "127.0.1.1", "127.0.1.2", "127.0.1.3"];
    let leaf = authority.leaf("proxy", &hosts).unwrap();
    let (certificate, key) = (leaf.certificate.display(), leaf.private_key.display());
    let of_cluster = cluster.authority().certificate().display();
    let sink = |advertise| Sink {
        listener: Listener::SaslTls,
        fields: format!("tls: {{ certificate_authority_path: '{of_cluster}' }}"),
        source: format!("tls: {{ certificate_path: '{certificate}', private_key_path: '{key}' }}"),
        ..Sink::of(advertise)
    };
    let [(user, password), _] = USERS;
    let security = Security::default().tls(&authority);
    let security = security.sasl(Mechanism::Plain, user, password);
    let sent = keyed_records(200);
    for front in &fronts(&cluster, 1, sink) {
        for (number, client) in clients(front, &security).unwrap().iter().enumerate() {
            let topic = format!("{}-{number}", front.name());
            direct.create_topic(&topic, 6, 3).unwrap();
            client.produce(&topic, &sent).unwrap();
            let received = client.consume(&topic, sent.len()).unwrap();
            check_round_trip(&sent, &received).unwrap();
        }
    }
}

/// One of each kind, all of which compare the proxy's certificate with its address.
fn clients(front: &Front, security: &Security) -> Result<[Box<dyn Client>; 3]> {
    let address = &front.address;
    Ok([
        Box::new(Librdkafka::new(address).security(security)),
        Box::new(Java::new(address)?.security(security)?),
        Box::new(Python::new(address).security(security)),
    ])
}

#[test]
fn brokers_with_tls_serve_clients_without() {
    let brokers = Cluster::builder().listener(Listener::MutualTls);
    let cluster = brokers.brokers(3).start().unwrap();
    let authority = cluster.authority();
    let leaf = authority.client("proxy").unwrap();
    let sink = |advertise| Sink {
        listener: Listener::MutualTls,
        fields: format!(
            "tls: {{ certificate_authority_path: '{}', certificate_path: '{}', private_key_path: '{}' }}",
            authority.certificate().display(),
            leaf.certificate.display(),
            leaf.private_key.display()
        ),
        ..Sink::of(advertise)
    };
    for front in &fronts(&cluster, 1, sink) {
        let client = Librdkafka::new(&front.address);
        client.create_topic(front.name(), 6, 3).unwrap();
        let sent = keyed_records(200);
        client.produce(front.name(), &sent).unwrap();
        let received = client.consume(front.name(), sent.len()).unwrap();
        check_round_trip(&sent, &received).unwrap();
    }
}
