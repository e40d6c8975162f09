//! A third party's proxy: Shotover with one transform of its own.

mod read_only_topic;
#[cfg(test)]
mod tests;

use shotover::runner::Shotover;

shotover::import_transform!(transforms_kafka::single::KafkaSinkSingleConfig);
shotover::import_transform!(read_only_topic::ReadOnlyTopic);

fn main() {
    Shotover::new().run_block();
}
