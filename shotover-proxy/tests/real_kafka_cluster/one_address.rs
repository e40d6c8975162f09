//! Do clients that see the brokers lack nothing when all of them are at one address?
//!
//! A proxy cannot tell then which broker a client means: what a request says has to tell. librdkafka before 2.10, which
//! kcat has, takes brokers at one address for one.

use test_helpers::clients::{Client, Librdkafka, check_round_trip, keyed_records};
use test_helpers::kafka::Cluster;

use crate::core::groups::check_group;
use crate::core::records::{check_clients, recent_clients};
use crate::core::transactions::check_transactions;
use crate::setup::{Advertise, Front, Sink};

#[test]
fn brokers_that_are_all_at_one_address_serve_clients_groups_and_transactions() {
    let mut cluster = Cluster::builder().brokers(3).start().unwrap();
    let sink = Sink {
        host: "127.0.0.1",
        ..Sink::of(Advertise::Brokers)
    };
    let front = Front::start(&cluster, 1, sink).unwrap();
    let client = Librdkafka::new(&front.address);
    client.create_topic("survives", 6, 3).unwrap();
    check_clients(&front, &recent_clients(&front.address));
    check_group(&front, "classic");
    check_transactions(&front);
    cluster.broker(1).unwrap().kill().unwrap();
    let sent = keyed_records(500);
    client.produce("survives", &sent).unwrap();
    check_round_trip(&sent, &client.consume("survives", sent.len()).unwrap()).unwrap();
}
