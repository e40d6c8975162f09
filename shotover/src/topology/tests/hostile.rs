//! Text that nobody in their right mind wrote.

use crate::fuzzing;
use proptest::prelude::*;

/// A topology of which any byte may have become another.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let text = include_bytes!("../../../../fuzz/corpus/topology/cluster.yaml");
    let change = (
        0..text.len(),
        prop::sample::select(b"{}[]:-&*!|>'\"%#, \n\t?a0\0\xc3".to_vec()),
    );
    prop::collection::vec(change, 0..8).prop_map(|changes| {
        let mut bytes = text.to_vec();
        for (index, byte) in changes {
            bytes[index] = byte;
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_topology_with_wrong_bytes_is_read_or_reported(bytes in mutated()) {
        fuzzing::topology(&bytes);
    }
}
