//! What does it cost with Kafka's own producer and consumer, at full speed, and three real brokers?

mod cluster;
mod round;
mod rounds;
mod table;

pub(crate) use rounds::run;
