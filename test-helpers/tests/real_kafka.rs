//! Real Kafka and real clients, with no proxy between them: the tools of all other tests work.

use anyhow::{Context, Result};
use test_helpers::clients::{
    Client, Java, Kcat, Librdkafka, Mechanism, Python, Security, check_round_trip, keyed_records,
};
use test_helpers::kafka::{Cluster, Listener, USERS};

/// The clients that can do everything, against one listener of a cluster.
fn clients(bootstrap: &str, security: &Security) -> Result<Vec<Box<dyn Client>>> {
    Ok(vec![
        Box::new(Librdkafka::new(bootstrap).security(security)),
        Box::new(Java::new(bootstrap)?.security(security)?),
        Box::new(Python::new(bootstrap).security(security)),
    ])
}

/// What one client produces, the next one consumes.
fn check_clients(cluster: &Cluster, topic: &str, clients: &[Box<dyn Client>]) -> Result<()> {
    let admin = Librdkafka::new(&cluster.bootstrap(Listener::Plaintext)?);
    let sent = keyed_records(100);
    let consumers = clients.iter().cycle().skip(1);
    for (number, (producer, consumer)) in clients.iter().zip(consumers).enumerate() {
        let topic = format!("{topic}-{number}");
        admin.create_topic(&topic, 3, 1)?;
        let name = || format!("from {producer:?} to {consumer:?}");
        producer.produce(&topic, &sent).with_context(name)?;
        let received = consumer.consume(&topic, sent.len()).with_context(name)?;
        check_round_trip(&sent, &received).with_context(name)?;
    }
    Ok(())
}

#[test]
fn every_client_reads_what_another_wrote() {
    let cluster = Cluster::builder().start().unwrap();
    let bootstrap = cluster.bootstrap(Listener::Plaintext).unwrap();
    let mut clients = clients(&bootstrap, &Security::default()).unwrap();
    clients.push(Box::new(Kcat::new(&bootstrap)));
    check_clients(&cluster, "plaintext", &clients).unwrap();
}

#[test]
fn every_client_reaches_every_secured_listener() {
    let listeners = [
        Listener::Tls,
        Listener::MutualTls,
        Listener::Sasl,
        Listener::SaslTls,
    ];
    let builder = listeners
        .iter()
        .fold(Cluster::builder(), |builder, listener| {
            builder.listener(*listener)
        });
    let cluster = builder.start().unwrap();
    let check = |topic: &str, listener, security: &Security| {
        let bootstrap = cluster.bootstrap(listener)?;
        check_clients(&cluster, topic, &clients(&bootstrap, security)?)
    };
    for listener in listeners {
        let security = cluster.security(listener).unwrap();
        check(&format!("{listener:?}"), listener, &security).unwrap();
    }
    let [_, (user, password)] = USERS;
    let scram = Security::default().sasl(Mechanism::ScramSha256, user, password);
    check("scram", Listener::Sasl, &scram).unwrap();
}

#[test]
fn a_listener_with_mutual_tls_refuses_a_client_without_a_certificate() {
    let cluster = Cluster::builder()
        .listener(Listener::MutualTls)
        .start()
        .unwrap();
    let security = Security::default().tls(cluster.authority());
    let client = Librdkafka::new(&cluster.bootstrap(Listener::MutualTls).unwrap())
        .security(&security)
        .set("message.timeout.ms", "3000");
    assert!(client.produce("refused", &keyed_records(1)).is_err());
}

#[test]
fn three_brokers_survive_the_loss_of_any_one_of_them() {
    let mut cluster = Cluster::builder().brokers(3).start().unwrap();
    let client =
        Librdkafka::new(&cluster.bootstrap(Listener::Plaintext).unwrap()).set("acks", "all");
    client.create_topic("survivor", 6, 3).unwrap();

    let mut sent = Vec::new();
    let records = keyed_records(300);
    let mut parts = records.chunks(100);
    let mut produce = || {
        let part = parts.next().unwrap();
        client.produce("survivor", part).unwrap();
        sent.extend_from_slice(part);
    };
    cluster.broker(0).unwrap().kill().unwrap();
    produce();
    cluster.broker(0).unwrap().start().unwrap();
    cluster.wait_until_in_sync().unwrap();

    cluster.broker(1).unwrap().stop().unwrap();
    produce();
    cluster.broker(1).unwrap().start().unwrap();
    cluster.wait_until_in_sync().unwrap();

    cluster.broker(2).unwrap().pause().unwrap();
    produce();
    cluster.broker(2).unwrap().resume().unwrap();
    cluster.wait_until_in_sync().unwrap();

    check_round_trip(&sent, &client.consume("survivor", sent.len()).unwrap()).unwrap();
}
