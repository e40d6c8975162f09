//! What was counted before?

use super::counted::Count;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// The counts that are committed. Each processor architecture has its own.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Baseline {
    /// What they were counted with.
    pub(crate) machine: String,
    /// By the names of cases.
    pub(crate) counts: BTreeMap<String, Count>,
}

const TITLE: &str = "# What one operation takes: instructions, socket calls, case. CONTRIBUTING.md says how to renew it.";

fn path() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("baseline");
    folder.join(format!("{}.txt", env::consts::ARCH))
}

impl Baseline {
    /// None if there is none for this architecture.
    pub(crate) fn read() -> Result<Option<Self>> {
        let path = path();
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text)
                .map(Some)
                .with_context(|| format!("reading {}", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    pub(crate) fn write(&self) -> Result<()> {
        let path = path();
        fs::create_dir_all(path.parent().context("a path without a folder")?)?;
        fs::write(&path, self.text()).with_context(|| format!("writing {}", path.display()))
    }

    fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let machine = lines.next().context("an empty baseline")?.to_owned();
        let counts = lines.map(|line| {
            let mut fields = line.split_whitespace();
            let mut field = || {
                fields
                    .next()
                    .with_context(|| format!("a line without three fields: {line}"))
            };
            let count = Count {
                instructions: field()?.parse()?,
                socket_calls: field()?.parse()?,
            };
            Ok((field()?.to_owned(), count))
        });
        Ok(Self {
            machine,
            counts: counts.collect::<Result<_>>()?,
        })
    }

    fn text(&self) -> String {
        let lines = self.counts.iter().map(|(name, count)| {
            format!(
                "{:>12.1} {:>8.3}  {name}\n",
                count.instructions, count.socket_calls
            )
        });
        format!("{TITLE}\n{}\n{}", self.machine, lines.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let count = Count {
            instructions: 1234.5,
            socket_calls: 0.125,
        };
        let baseline = Baseline {
            machine: "rustc 1.95.0; glibc 2.36".to_owned(),
            counts: BTreeMap::from([("a/b".to_owned(), count)]),
        };
        assert_eq!(Baseline::parse(&baseline.text()).unwrap(), baseline);
    }
}
