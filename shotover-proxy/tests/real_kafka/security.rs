//! TLS and SASL on the way from clients through the proxy to a broker.

use anyhow::Result;
use test_helpers::certs::{Authority, Leaf};
use test_helpers::clients::{
    Client, Librdkafka, Mechanism, Security, check_round_trip, keyed_records,
};
use test_helpers::kafka::{Cluster, Listener, USERS};
use test_helpers::peers::{FakeClient, request};
use test_helpers::proxy::ProxyProcess;

use crate::setup::{clients, proxy};

/// A broker that also listens like this.
fn cluster(listener: Listener) -> Cluster {
    Cluster::builder().listener(listener).start().unwrap()
}

/// The fields of a sink for a listener of the broker, which its certificate calls `localhost`.
fn to(cluster: &Cluster, listener: Listener, identity: Option<&Leaf>) -> Result<String> {
    let port = cluster.brokers()[0].port(listener)?;
    let address = format!("destination_address: 'localhost:{port}'");
    if !listener.has_tls() {
        return Ok(address);
    }
    let authority = cluster.authority().certificate().display();
    let identity = identity.map(|leaf| {
        let (certificate, key) = (leaf.certificate.display(), leaf.private_key.display());
        format!(", certificate_path: '{certificate}', private_key_path: '{key}'")
    });
    let identity = identity.unwrap_or_default();
    Ok(format!(
        "{address}, tls: {{ certificate_authority_path: '{authority}'{identity} }}"
    ))
}

/// Expects that each client reads what it wrote.
#[track_caller]
fn check(cluster: &Cluster, topic: &str, clients: &[Box<dyn Client>]) {
    let admin = Librdkafka::new(&cluster.bootstrap(Listener::Plaintext).unwrap());
    let sent = keyed_records(100);
    for (number, client) in clients.iter().enumerate() {
        let topic = format!("{topic}-{number}");
        admin.create_topic(&topic, 3, 1).unwrap();
        client.produce(&topic, &sent).unwrap();
        check_round_trip(&sent, &client.consume(&topic, sent.len()).unwrap()).unwrap();
    }
}

/// The one client that is enough where clients have no part in what is tested.
fn client(address: &str) -> [Box<dyn Client>; 1] {
    [Box::new(Librdkafka::new(address))]
}

#[test]
fn a_broker_with_tls_serves_clients_without() {
    let cluster = cluster(Listener::Tls);
    let (_proxy, address) = proxy("", &to(&cluster, Listener::Tls, None).unwrap()).unwrap();
    check(&cluster, "tls", &client(&address));
}

#[test]
fn a_broker_with_mutual_tls_serves_clients_of_a_proxy_that_has_a_certificate() {
    let cluster = cluster(Listener::MutualTls);
    let identity = cluster.authority().client("proxy").unwrap();
    let sink = to(&cluster, Listener::MutualTls, Some(&identity)).unwrap();
    let (_proxy, address) = proxy("", &sink).unwrap();
    check(&cluster, "mutual-tls", &client(&address));

    let sink = to(&cluster, Listener::MutualTls, None).unwrap();
    let (_nameless, address) = proxy("", &sink).unwrap();
    assert!(is_refused(&address, &Security::default()));
}

/// Whether a client with this security gets no record through.
fn is_refused(address: &str, security: &Security) -> bool {
    let client = Librdkafka::new(address)
        .security(security)
        .set("message.timeout.ms", "1500");
    client.produce("refused", &keyed_records(1)).is_err()
}

#[test]
fn clients_with_tls_are_served_by_a_broker_without() {
    let cluster = Cluster::builder().start().unwrap();
    let authority = Authority::new("clients").unwrap();
    let source = with_tls(&authority);
    let (_proxy, address) =
        proxy(&source, &to(&cluster, Listener::Plaintext, None).unwrap()).unwrap();
    let trusting = Security::default().tls(&authority);
    let clients = clients(&address, &trusting).unwrap();
    check(&cluster, "clients-tls", &clients);
}

/// The `tls` of a source.
fn with_tls(authority: &Authority) -> String {
    let leaf = authority.server().unwrap();
    let (certificate, key) = (leaf.certificate.display(), leaf.private_key.display());
    format!("tls: {{ certificate_path: '{certificate}', private_key_path: '{key}' }}")
}

#[test]
fn clients_authenticate_to_the_broker_by_plain_and_by_scram() {
    let cluster = cluster(Listener::Sasl);
    let (_proxy, address) = proxy("", &to(&cluster, Listener::Sasl, None).unwrap()).unwrap();
    let [(user, password), _] = USERS;
    for mechanism in [Mechanism::Plain, Mechanism::ScramSha256] {
        let security = Security::default().sasl(mechanism, user, password);
        let clients = clients(&address, &security).unwrap();
        check(&cluster, mechanism.name(), &clients);
        let security = Security::default().sasl(mechanism, user, "guessed");
        assert!(is_refused(&address, &security), "{mechanism:?}");
    }
    assert!(is_refused(&address, &Security::default()));
}

#[test]
fn a_client_from_before_sasl_had_requests_authenticates_with_bare_tokens() {
    let cluster = cluster(Listener::Sasl);
    let (_proxy, address) = proxy("", &to(&cluster, Listener::Sasl, None).unwrap()).unwrap();
    let [(user, password), _] = USERS;
    // SaslHandshake v0, behind which nothing but lengths and tokens goes until the client is let in (KIP-152).
    let handshake = request(17, 0, 1, b"\0\x05PLAIN");
    let shake_hands = || {
        let mut client = FakeClient::connect(&address).unwrap();
        client.ask(&handshake, 1).unwrap();
        client
    };
    let token = |password| {
        let token = format!("\0{user}\0{password}");
        let length = u32::try_from(token.len()).unwrap();
        [&length.to_be_bytes(), token.as_bytes()].concat()
    };
    let mut client = shake_hands();
    client.send(&token(password)).unwrap();
    assert_eq!(client.read().unwrap(), Some(Vec::new()));
    // Metadata v12 of all topics, with the tags of its header in front.
    client.ask(&request(3, 12, 2, &[0; 5]), 2).unwrap();

    let mut client = shake_hands();
    client.send(&token("guessed")).unwrap();
    assert!(client.hung_up_on().unwrap().is_empty());
}

#[test]
fn clients_authenticate_to_the_broker_with_tls_on_both_sides_of_the_proxy() {
    let cluster = cluster(Listener::SaslTls);
    let authority = Authority::new("clients").unwrap();
    let sink = to(&cluster, Listener::SaslTls, None).unwrap();
    let (_proxy, address) = proxy(&with_tls(&authority), &sink).unwrap();
    let [_, (user, password)] = USERS;
    let security = Security::default()
        .tls(&authority)
        .sasl(Mechanism::ScramSha256, user, password);
    let client = Librdkafka::new(&address).security(&security);
    check(&cluster, "sasl-tls", &[Box::new(client)]);
}

#[test]
fn clients_that_come_in_turn_act_under_their_own_names() {
    let cluster = Cluster::builder()
        .listener(Listener::Sasl)
        .access_rules()
        .start()
        .unwrap();
    let direct = cluster.bootstrap(Listener::Plaintext).unwrap();
    Librdkafka::new(&direct)
        .create_topic("private", 3, 1)
        .unwrap();
    cluster.allow("alice", "private").unwrap();
    let (_proxy, address): (ProxyProcess, _) =
        proxy("", &to(&cluster, Listener::Sasl, None).unwrap()).unwrap();
    let client = |place: usize| {
        let (user, password) = USERS[place % 2];
        Librdkafka::new(&address)
            .security(&Security::default().sasl(Mechanism::Plain, user, password))
            .set("message.timeout.ms", "30000")
    };
    let clients: Vec<Librdkafka> = (0..20).map(client).collect();
    let sent = keyed_records(50);
    std::thread::scope(|scope| {
        let produced = clients.iter().map(|client| {
            let sent = &sent;
            scope.spawn(move || client.produce("private", sent))
        });
        let produced: Vec<_> = produced.collect();
        for (place, outcome) in produced.into_iter().enumerate() {
            let outcome = outcome.join().unwrap();
            let [(alice, _), _] = USERS;
            let allowed = USERS[place % 2].0 == alice;
            assert_eq!(outcome.is_ok(), allowed, "{place}: {outcome:?}");
        }
    });
    let received = Librdkafka::new(&direct).consume("private", 10 * sent.len());
    assert_eq!(received.unwrap().len(), 10 * sent.len());
}
