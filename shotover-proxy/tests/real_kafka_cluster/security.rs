//! Do brokers with TLS, SASL and access rules see the right client?

use test_helpers::clients::{Client, Librdkafka, Mechanism, Security, keyed_records};
use test_helpers::kafka::{Cluster, Listener, USERS};

use crate::setup::{Advertise, Front, Sink, start};

fn sasl(advertise: Advertise) -> Sink {
    Sink {
        listener: Listener::Sasl,
        ..Sink::of(advertise)
    }
}

#[test]
fn users_that_come_in_turn_act_under_their_own_names_at_every_broker() {
    let brokers = Cluster::builder().listener(Listener::Sasl).access_rules();
    let fixture = start(brokers, 1, sasl(Advertise::Proxies)).unwrap();
    let direct = fixture.cluster.bootstrap(Listener::Plaintext).unwrap();
    for (user, _) in USERS {
        let admin = Librdkafka::new(&direct);
        admin.create_topic(user, 6, 3).unwrap();
        fixture.cluster.allow(user, user).unwrap();
    }
    let sent = keyed_records(60);
    std::thread::scope(|scope| {
        for place in 0..12 {
            let (user, password) = USERS[place % 2];
            let (topic, _) = USERS[place / 2 % 2];
            let client = Librdkafka::new(&fixture.address)
                .security(&Security::default().sasl(Mechanism::Plain, user, password))
                .set("message.timeout.ms", "30000");
            let sent = &sent;
            scope.spawn(move || {
                let outcome = client.produce(topic, sent);
                assert_eq!(outcome.is_ok(), user == topic, "{user}: {outcome:?}");
            });
        }
    });
    for (user, _) in USERS {
        let received = Librdkafka::new(&direct).consume(user, 3 * sent.len());
        assert_eq!(received.unwrap().len(), 3 * sent.len());
    }
}

#[test]
fn a_wrong_password_and_a_mechanism_that_cannot_be_said_twice_are_refused() {
    let brokers = Cluster::builder().listener(Listener::Sasl);
    let fixture = start(brokers, 1, sasl(Advertise::Brokers)).unwrap();
    let [(user, password), _] = USERS;
    for (mechanism, password) in [
        (Mechanism::Plain, "guessed"),
        (Mechanism::ScramSha256, password),
    ] {
        let refused = Librdkafka::new(&fixture.address)
            .security(&Security::default().sasl(mechanism, user, password))
            .set("message.timeout.ms", "3000")
            .produce("any", &keyed_records(1));
        assert!(refused.is_err(), "{mechanism:?}");
    }
}

#[test]
fn brokers_with_tls_serve_clients_without() {
    let brokers = Cluster::builder().listener(Listener::MutualTls);
    let cluster = brokers.brokers(3).start().unwrap();
    let authority = cluster.authority();
    let leaf = authority.client("proxy").unwrap();
    let tls = format!(
        "tls: {{ certificate_authority_path: '{}', certificate_path: '{}', private_key_path: '{}' }}",
        authority.certificate().display(),
        leaf.certificate.display(),
        leaf.private_key.display()
    );
    let sink = Sink {
        listener: Listener::MutualTls,
        fields: tls,
        ..Sink::of(Advertise::Brokers)
    };
    let front = Front::start(&cluster, 1, sink).unwrap();
    let client = Librdkafka::new(&front.address);
    client.create_topic("tls", 6, 3).unwrap();
    let sent = keyed_records(200);
    client.produce("tls", &sent).unwrap();
    assert_eq!(client.consume("tls", sent.len()).unwrap().len(), sent.len());
}
