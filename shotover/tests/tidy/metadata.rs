//! What does cargo know about the workspace?

use super::root;
use serde::Deserialize;
use std::process::Command;

/// What `cargo metadata` prints, as far as it is asked about.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
    pub(super) workspace_members: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    /// None for what lies in the repository.
    pub(super) source: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// None for those that the crate itself needs, or "dev" or "build".
    pub(super) kind: Option<String>,
}

impl Metadata {
    /// The workspace alone.
    pub(super) fn of_workspace() -> Self {
        Self::read(&["--no-deps"])
    }

    /// Everything that is compiled for this machine with all features: no more than what the tests have fetched.
    pub(super) fn of_everything() -> Self {
        let version = output(&["-vV"]);
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        Self::read(&["--all-features", "--filter-platform", host.unwrap()])
    }

    fn read(options: &[&str]) -> Self {
        let arguments = [&["metadata", "--format-version=1", "--locked"], options].concat();
        serde_json::from_str(&output(&arguments)).unwrap()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}

fn output(arguments: &[&str]) -> String {
    let cargo = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&cargo.stderr);
    assert!(cargo.status.success(), "cargo {arguments:?}: {complaint}");
    String::from_utf8(cargo.stdout).unwrap()
}
