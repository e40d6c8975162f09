//! How does reading get past a problem at which serde stopped?
//!
//! Serde's visitors are used up by the error they return, so nothing can be mended on the spot.
//! Instead the path of the problem is noted here and the whole tree is read again: first with a
//! stand-in for the value, and should that be refused as well, without it.

use super::limits::MAX_DEPTH;
use super::path::Step;
use std::collections::BTreeMap;

/// Stand-ins may be nested in what is nested as deeply as a file can be, but not without end: a
/// type that needs itself has no value.
const DEEPEST: usize = 2 * MAX_DEPTH;

/// What to do with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repair {
    /// Read a stand-in, also for a value that is missing: one, an empty list, or of the
    /// [`TEXTS`] the one with this index.
    StandIn(usize),
    /// Read as if it were not there.
    LeaveOut,
}

/// Stand-ins for text, the last ones for types with a grammar: many of them accept one of these.
pub(super) const TEXTS: [&str; 5] = ["", "127.0.0.1:1", "127.0.0.1", "1", "1s"];

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
    /// `is_text` is set when the value is read as text.
    pub(super) fn escalate(&mut self, path: &[Step], is_text: bool) -> bool {
        if path.len() > DEEPEST {
            return false;
        }
        let mut texts = if is_text { TEXTS.len() } else { 1 };
        let mut path = path;
        loop {
            let repairs = self.descend(path);
            let Some((_, parent)) = path.split_last() else {
                // The file itself cannot be left out.
                let first = repairs.here.is_none();
                repairs.here = Some(Repair::StandIn(0));
                return first;
            };
            match repairs.here {
                None => {
                    repairs.here = Some(Repair::StandIn(0));
                    return true;
                }
                Some(Repair::StandIn(index)) => {
                    repairs.here = Some(if index + 1 < texts {
                        Repair::StandIn(index + 1)
                    } else {
                        Repair::LeaveOut
                    });
                    return true;
                }
                Some(Repair::LeaveOut) => {
                    path = parent;
                    texts = 1;
                }
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
        while repairs.escalate(&path, false) {
            let outer = repairs.inside(&path[0]).unwrap();
            let inner = outer.inside(&path[1]).unwrap();
            tried.push((repairs.here(), outer.here(), inner.here()));
        }
        let (stand_in, leave_out) = (Some(Repair::StandIn(0)), Some(Repair::LeaveOut));
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

    #[test]
    fn every_text_is_tried_before_a_value_is_left_out() {
        let path = [Step::Index(0)];
        let mut repairs = Repairs::default();
        for index in 0..TEXTS.len() {
            assert!(repairs.escalate(&path, true));
            let here = repairs.inside(&path[0]).unwrap().here();
            assert_eq!(here, Some(Repair::StandIn(index)));
        }
        assert!(repairs.escalate(&path, true));
        let here = repairs.inside(&path[0]).unwrap().here();
        assert_eq!(here, Some(Repair::LeaveOut));
    }
}
