//! The first command of the README in front of Kafka itself, with fewer records.

#[path = "quickstart/run.rs"]
mod run;

#[test]
fn the_quickstart_gets_every_record_back_from_three_brokers_of_kafka() {
    run::check(&["--real"]);
}
