//! How does reading get past a problem at which serde stopped?
//!
//! Serde's visitors are used up by the error they return, so nothing can be mended on the spot.
//! Instead the path of the problem is noted here and the whole tree is read again: first with a
//! stand-in for the value, and should that be refused as well, without it.

use super::path::Step;
use std::collections::BTreeMap;

/// What to do with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repair {
    /// Read a stand-in: zero, empty text, an empty list. Also for a value that is missing.
    StandIn,
    /// Read as if it were not there.
    LeaveOut,
}

/// The repairs of a tree, themselves a tree of the same shape.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    here: Option<Repair>,
    inside: BTreeMap<Step, Self>,
}

impl Repairs {
    /// What to do with the value these repairs are of.
    pub(super) fn here(&self) -> Option<Repair> {
        self.here
    }

    /// The repairs of a part of the value.
    pub(super) fn inside(&self, step: &Step) -> Option<&Self> {
        self.inside.get(step)
    }

    /// Whether neither the value nor a part of it is repaired.
    pub(super) fn is_empty(&self) -> bool {
        self.here.is_none() && self.inside.is_empty()
    }

    /// Takes the next measure against a problem at `path`: a stand-in, then leaving it out, then
    /// the same for what it is part of. Returns false when there is nothing left to try.
    pub(super) fn escalate(&mut self, path: &[Step]) -> bool {
        let mut path = path;
        loop {
            let repairs = self.descend(path);
            let Some((_, parent)) = path.split_last() else {
                // The file itself cannot be left out.
                let first = repairs.here.is_none();
                repairs.here = Some(Repair::StandIn);
                return first;
            };
            match repairs.here {
                None => {
                    repairs.here = Some(Repair::StandIn);
                    return true;
                }
                Some(Repair::StandIn) => {
                    repairs.here = Some(Repair::LeaveOut);
                    return true;
                }
                Some(Repair::LeaveOut) => path = parent,
            }
        }
    }

    fn descend(&mut self, path: &[Step]) -> &mut Self {
        path.iter().fold(self, |repairs, step| {
            repairs.inside.entry(step.clone()).or_default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repair_that_did_not_help_is_followed_by_the_next() {
        let path = [Step::Name("a".to_owned()), Step::Index(0)];
        let mut repairs = Repairs::default();
        let mut tried = Vec::new();
        while repairs.escalate(&path) {
            let outer = repairs.inside(&path[0]).unwrap();
            let inner = outer.inside(&path[1]).unwrap();
            tried.push((repairs.here(), outer.here(), inner.here()));
        }
        let (stand_in, leave_out) = (Some(Repair::StandIn), Some(Repair::LeaveOut));
        assert_eq!(
            tried,
            [
                (None, None, stand_in),
                (None, None, leave_out),
                (None, stand_in, leave_out),
                (None, leave_out, leave_out),
                (stand_in, leave_out, leave_out),
            ]
        );
    }
}
