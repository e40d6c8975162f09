//! The Shotover binary.

use shotover::runner::Shotover;

shotover::import_transform!(transforms_kafka::cluster::KafkaSinkClusterConfig);
shotover::import_transform!(transforms_kafka::single::KafkaSinkSingleConfig);

/// What is allocated for a request that waits for its answer is given back in another order than it was taken, by
/// hundreds: with glibc's allocator that costs several times as much.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    Shotover::new().run_block();
}
