//! The Shotover binary.

use shotover::runner::Shotover;

shotover::import_transform!(transforms_kafka::cluster::KafkaSinkClusterConfig);
shotover::import_transform!(transforms_kafka::single::KafkaSinkSingleConfig);

fn main() {
    Shotover::new().run_block();
}
