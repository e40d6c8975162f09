//! Which workloads are there?

use super::{Ask, Drive, Names, Transforms, Workload};
use std::time::Duration;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Every workload, in the order in which they are run.
pub(crate) fn all() -> Vec<Workload> {
    let groups = [
        small(),
        large(),
        latency(),
        several_brokers(),
        connections(),
        memory(),
        configured(),
        many_brokers(),
        many_partitions(),
    ];
    groups.into_iter().flatten().collect()
}

fn small() -> Vec<Workload> {
    vec![
        closed("produce-100b-1", produce(100), [1, 50]),
        closed("produce-100b-8", produce(100), [8, 50]),
        closed("produce-1k-1", produce(KIB), [1, 50])
            .at_most(1.25, 1.4)
            .quick(),
        closed("produce-1k-8", produce(KIB), [8, 50]).at_most(1.25, 1.4),
    ]
}

fn large() -> Vec<Workload> {
    let by_name = |bytes| fetch(bytes, 1, Names::Strings);
    let by_id = |bytes| fetch(bytes, 1, Names::Ids);
    vec![
        closed("produce-16k", produce(16 * KIB), [4, 10])
            .per_gigabyte()
            .at_most(0.95, 0.95),
        closed("produce-1m", produce(MIB), [2, 2])
            .per_gigabyte()
            .at_most(0.85, 0.85)
            .quick(),
        closed("fetch-1m", by_name(MIB), [2, 1])
            .per_gigabyte()
            .at_most(0.4, 0.4)
            .quick(),
        closed("fetch-1m-by-id", by_id(MIB), [2, 1])
            .per_gigabyte()
            .at_most(0.4, 0.4),
        closed("fetch-5m", by_name(5 * MIB), [2, 1]).per_gigabyte(),
        closed("fetch-5m-by-id", by_id(5 * MIB), [2, 1]).per_gigabyte(),
    ]
}

fn latency() -> Vec<Workload> {
    let rate = Drive::Open {
        connections: 8,
        per_second: 4_000,
    };
    vec![
        closed("one-at-a-time", produce(KIB), [1, 1])
            .at_most(1.15, 1.15)
            .quick(),
        Workload::new("rate-4000", produce(KIB), rate),
    ]
}

fn several_brokers() -> Vec<Workload> {
    let produce = |record| Ask::Produce {
        record,
        partitions: 3,
    };
    let busy = fetch(64 * KIB, 3, Names::Strings);
    let idle = Ask::IdleFetch {
        partitions: 3,
        wait: Duration::from_millis(100),
    };
    vec![
        closed("produce-3x1k", produce(KIB), [1, 50]).at_most(1.2, 1.2),
        closed("produce-3x16k", produce(16 * KIB), [1, 10])
            .per_gigabyte()
            .at_most(1.0, 1.0),
        closed("fetch-3-busy", busy, [4, 1])
            .per_gigabyte()
            .at_most(1.0, 1.0),
        closed("fetch-3-idle", idle, [100, 1]),
        closed("metadata", Ask::Metadata, [1, 1]).at_most(2.0, 2.0),
    ]
}

/// The rate is the same over few connections and over many, so that only their number makes a difference.
fn connections() -> Vec<Workload> {
    let idle = |name, connections| {
        let drive = Drive::Idle { connections };
        Workload::new(name, produce(KIB), drive)
    };
    let slow = |name, connections| {
        let drive = Drive::Slow {
            connections,
            per_second: 2_000,
        };
        Workload::new(name, produce(KIB), drive)
    };
    vec![
        idle("idle-1000", 1_000),
        idle("idle-5000", 5_000),
        slow("slow-10", 10),
        slow("slow-1000", 1_000),
        slow("slow-5000", 5_000),
        slow("slow-10000", 10_000),
    ]
}

fn memory() -> Vec<Workload> {
    let once = Drive::Idle { connections: 20 };
    let unread = Drive::Unread { connections: 300 };
    vec![
        Workload::new("after-20m", produce(20 * MIB), once),
        Workload::new("unread-1m", fetch(MIB, 1, Names::Strings), unread),
    ]
}

fn configured() -> Vec<Workload> {
    vec![
        closed("tls", produce(KIB), [8, 50]).tls(),
        closed("chain-0", produce(KIB), [8, 50]),
        closed("chain-1", produce(KIB), [8, 50]).transforms(Transforms::Passing(1)),
        closed("chain-5", produce(KIB), [8, 50]).transforms(Transforms::Passing(5)),
        closed("chain-header", produce(KIB), [8, 50]).transforms(Transforms::Reading),
    ]
}

fn many_brokers() -> Vec<Workload> {
    let in_turn = |partitions| Ask::ProduceInTurn {
        record: KIB,
        partitions,
    };
    vec![
        closed("brokers-3", in_turn(3), [1, 50]),
        closed("brokers-30", in_turn(30), [1, 50]).brokers(30),
        closed("brokers-100", in_turn(100), [1, 50]).brokers(100),
        closed("brokers-3-alone", in_turn(3), [1, 1]),
        closed("brokers-30-alone", in_turn(30), [1, 1]).brokers(30),
        closed("brokers-100-alone", in_turn(100), [1, 1]).brokers(100),
    ]
}

fn many_partitions() -> Vec<Workload> {
    let one_of = |partitions| Ask::ProduceToOneOf {
        record: KIB,
        partitions,
    };
    vec![
        closed("partitions-1", one_of(1), [1, 50]),
        closed("partitions-10000", one_of(10_000), [1, 50]),
    ]
}

fn closed(name: &'static str, ask: Ask, [connections, depth]: [usize; 2]) -> Workload {
    Workload::new(name, ask, Drive::Closed { connections, depth })
}

/// To one partition.
fn produce(record: usize) -> Ask {
    Ask::Produce {
        record,
        partitions: 1,
    }
}

fn fetch(bytes: usize, partitions: usize, names: Names) -> Ask {
    Ask::Fetch {
        bytes,
        partitions,
        names,
    }
}
