//! Does a topology file of any content lead to a topology or to problems?

use crate::topology::Topology;

/// Reads a topology file. It is right, or it is said what is wrong with it, one line each.
pub fn topology(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Err(problems) = Topology::parse("topology.yaml", text) else {
        return;
    };
    assert!(!problems.is_empty(), "refused without a reason");
    for problem in problems.iter() {
        let line = problem.to_string();
        assert!(!line.contains(char::is_control), "not a line: {line:?}");
    }
}
