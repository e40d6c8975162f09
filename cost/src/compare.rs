//! Is what was counted more than before?

use super::baseline::Baseline;
use super::counted::{Count, Counted};
use std::collections::BTreeSet;
use std::fmt;

/// How much more than before is no failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tolerance {
    /// Counted with the same compiler and libraries: repeatable to a few per mille.
    SameMachine,
    /// With others the same code takes more or less, and still not twice as much.
    ElsewhereCounted,
}

impl Tolerance {
    pub(crate) fn of(before: &str, here: &str) -> Self {
        if before == here {
            Self::SameMachine
        } else {
            Self::ElsewhereCounted
        }
    }

    fn share(self) -> f64 {
        match self {
            Self::SameMachine => 0.05,
            Self::ElsewhereCounted => 0.25,
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} %", self.share() * 100.0)
    }
}

/// What is to be said about a case.
#[derive(Debug, PartialEq)]
pub(crate) enum Difference {
    More {
        name: String,
        what: &'static str,
        before: f64,
        now: f64,
        tolerance: Tolerance,
    },
    /// So much less that a later regression would not be noticed.
    Less { name: String },
    /// The baseline has no such case.
    New { name: String },
    /// Only the baseline has it.
    Gone { name: String },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::More {
                name,
                what,
                before,
                now,
                tolerance,
            } => write!(
                f,
                "FAILED {name}: {now:.2} {what} instead of {before:.2}, {:+.1} %; {tolerance} are tolerated",
                (now / before - 1.0) * 100.0
            ),
            Self::Less { name } => write!(
                f,
                "{name} costs less than before: renew the baseline with SHOTOVER_BLESS=1"
            ),
            Self::New { name } => write!(
                f,
                "FAILED {name}: not in the baseline; add it with SHOTOVER_BLESS=1"
            ),
            Self::Gone { name } => write!(
                f,
                "FAILED {name}: in the baseline, but there is no such case any more"
            ),
        }
    }
}

/// The cases that cost more than before.
pub(crate) fn dearer(
    baseline: &Baseline,
    counted: &[Counted],
    tolerance: Tolerance,
) -> BTreeSet<String> {
    let differences = differences(baseline, counted, tolerance, false);
    let more = differences
        .into_iter()
        .filter_map(|difference| match difference {
            Difference::More { name, .. } => Some(name),
            Difference::Less { .. } | Difference::New { .. } | Difference::Gone { .. } => None,
        });
    more.collect()
}

/// What differs from the baseline. `all` says that every case was counted.
pub(crate) fn differences(
    baseline: &Baseline,
    counted: &[Counted],
    tolerance: Tolerance,
    all: bool,
) -> Vec<Difference> {
    let mut found: Vec<Difference> = counted
        .iter()
        .flat_map(|case| match baseline.counts.get(&case.name) {
            Some(before) => of_case(case, before, tolerance),
            None => vec![Difference::New {
                name: case.name.clone(),
            }],
        })
        .collect();
    let is_gone = |name: &&String| all && !counted.iter().any(|case| case.name == **name);
    found.extend(
        baseline
            .counts
            .keys()
            .filter(is_gone)
            .map(|name| Difference::Gone { name: name.clone() }),
    );
    found
}

fn of_case(case: &Counted, before: &Count, tolerance: Tolerance) -> Vec<Difference> {
    /// Of what is called a few times in a whole run, one more or less is chance.
    const FEW_CALLS: f64 = 0.02;
    let more = |what, before: f64, now: f64, slack: f64| {
        let is_more = now > before * (1.0 + tolerance.share()) + slack;
        is_more.then(|| Difference::More {
            name: case.name.clone(),
            what,
            before,
            now,
            tolerance,
        })
    };
    let now = &case.count;
    let found = [
        more("instructions", before.instructions, now.instructions, 0.0),
        more(
            "socket calls",
            before.socket_calls,
            now.socket_calls,
            FEW_CALLS,
        ),
    ];
    let mut found: Vec<Difference> = found.into_iter().flatten().collect();
    let share = 1.0 - tolerance.share();
    if found.is_empty()
        && (now.instructions < before.instructions * share
            || now.socket_calls + FEW_CALLS < before.socket_calls * share)
    {
        found.push(Difference::Less {
            name: case.name.clone(),
        });
    }
    found
}

/// How many cases make the guard fail.
pub(crate) fn failed_cases(differences: &[Difference]) -> usize {
    let names = differences
        .iter()
        .filter_map(|difference| match difference {
            Difference::More { name, .. }
            | Difference::New { name }
            | Difference::Gone { name } => Some(name),
            Difference::Less { .. } => None,
        });
    names.collect::<BTreeSet<_>>().len()
}

/// A line for people.
pub(crate) fn line(case: &Counted, before: Option<&Count>, width: usize) -> String {
    let Count {
        instructions,
        socket_calls,
    } = case.count;
    let change = before.map_or_else(String::new, |before| {
        format!(
            "  {:+6.1} %",
            (instructions / before.instructions - 1.0) * 100.0
        )
    });
    format!(
        "{:<width$}  {instructions:>12.1} instructions  {socket_calls:>8.3} socket calls{change}",
        case.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn count(instructions: f64, socket_calls: f64) -> Count {
        Count {
            instructions,
            socket_calls,
        }
    }

    /// What is said of one case that took 1,000 instructions and 2 socket calls before.
    #[track_caller]
    fn check(now: Count, tolerance: Tolerance, (said, failed): (usize, usize)) {
        let baseline = Baseline {
            machine: String::new(),
            counts: BTreeMap::from([("a".to_owned(), count(1_000.0, 2.0))]),
        };
        let counted = [Counted {
            name: "a".to_owned(),
            count: now,
        }];
        let found = differences(&baseline, &counted, tolerance, true);
        assert_eq!(
            (found.len(), failed_cases(&found)),
            (said, failed),
            "{found:?}"
        );
    }

    #[test]
    fn five_per_cent_more_are_tolerated_and_no_more() {
        check(count(1_049.0, 2.1), Tolerance::SameMachine, (0, 0));
        check(count(1_051.0, 2.0), Tolerance::SameMachine, (1, 1));
        check(count(1_000.0, 2.2), Tolerance::SameMachine, (1, 1));
    }

    #[test]
    fn with_another_compiler_more_is_tolerated_but_not_everything() {
        check(count(1_200.0, 2.0), Tolerance::ElsewhereCounted, (0, 0));
        check(count(1_300.0, 2.0), Tolerance::ElsewhereCounted, (1, 1));
    }

    #[test]
    fn less_is_said_and_no_failure() {
        check(count(900.0, 2.0), Tolerance::SameMachine, (1, 0));
    }

    #[test]
    fn cases_that_are_new_or_gone_fail() {
        let empty = Baseline::default();
        let counted = [Counted {
            name: "a".to_owned(),
            count: count(1.0, 0.0),
        }];
        let found = differences(&empty, &counted, Tolerance::SameMachine, true);
        assert!(matches!(&*found, [Difference::New { .. }]));
        check_gone();
    }

    #[track_caller]
    fn check_gone() {
        let baseline = Baseline {
            machine: String::new(),
            counts: BTreeMap::from([("b".to_owned(), count(1.0, 0.0))]),
        };
        let found = differences(&baseline, &[], Tolerance::SameMachine, true);
        assert!(matches!(&*found, [Difference::Gone { .. }]));
        let some = differences(&baseline, &[], Tolerance::SameMachine, false);
        assert_eq!(some, []);
    }
}
