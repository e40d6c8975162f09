//! Is a topology file right, and what does it say?

use super::{Address, Check};
use crate::source::SourceConfig;
use crate::yaml::{Document, Problems};
use serde::Deserialize;
use std::collections::HashSet;
use std::path::Path;

/// A topology file that is right: every value has been checked, nothing has been opened.
#[derive(Debug)]
pub struct Topology {
    sources: Vec<SourceConfig>,
}

/// The file, its values not looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sources: Vec<SourceConfig>,
}

impl Topology {
    /// Loads the file at `path`.
    ///
    /// # Errors
    /// All that is wrong with the file.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        Self::read(&Document::open(path)?)
    }

    /// Reads `text`, which is called `file` in the problems.
    ///
    /// # Errors
    /// All that is wrong with the text.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        Self::read(&Document::parse(file, text)?)
    }

    /// The sources, each with its path in the file. Their names are unique.
    pub fn sources(&self) -> impl Iterator<Item = (String, &SourceConfig)> {
        self.sources
            .iter()
            .enumerate()
            .map(|(index, source)| (path_of(index, source), source))
    }

    fn read(document: &Document) -> Result<Self, Problems> {
        let mut reading = document.read::<File>();
        if let Some(file) = &reading.value {
            let mut check = Check::new();
            file.check(&mut check);
            check.report(document, &mut reading.problems);
        }
        let File { mut sources } = reading.complete()?;
        name_the_unnamed(&mut sources);
        Ok(Self { sources })
    }
}

impl File {
    fn check(&self, check: &mut Check) {
        if self.sources.is_empty() {
            check.problem("sources", "a topology needs at least one source");
        }
        let mut taken: Vec<(Address, String)> = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            let path = path_of(index, source);
            check.inside(&path, |check| {
                let listens = source.listen_addr();
                check.enter_source(listens.clone());
                source.check(check);
                let Some(address) = listens else {
                    return;
                };
                match taken.iter().find(|(other, _)| other.overlaps(&address)) {
                    None => taken.push((address, path.clone())),
                    Some((other, place)) => check.problem(
                        "listen_addr",
                        format!("{address} cannot be listened on twice: {place} has {other}"),
                    ),
                }
            });
        }
    }
}

fn path_of(index: usize, source: &SourceConfig) -> String {
    format!("sources[{index}].{}", source.kind())
}

/// Older files name no sources; logs and metrics tell sources apart by their names.
fn name_the_unnamed(sources: &mut [SourceConfig]) {
    let mut taken: HashSet<String> = sources
        .iter()
        .filter_map(|source| source.given_name().map(str::to_owned))
        .collect();
    for source in sources.iter_mut() {
        if source.given_name().is_some() {
            continue;
        }
        let kind = source.kind().to_lowercase();
        let numbered = (2..).map(|number: usize| format!("{kind}-{number}"));
        let name = std::iter::once(kind.clone())
            .chain(numbered)
            .find(|name| !taken.contains(name));
        if let Some(name) = name {
            taken.insert(name.clone());
            source.set_name(name);
        }
    }
}
