//! Which files stand in for those that examples name?

use anyhow::{Context, Result};
use std::fmt::Write;
use test_helpers::certs::{Authority, Leaf};

/// Files that are there, to stand in for those in `/etc/shotover`.
pub(crate) struct Certificates {
    authority: Authority,
    leaf: Leaf,
}

impl Certificates {
    pub(crate) fn new() -> Result<Self> {
        let authority = Authority::new("documentation")?;
        let leaf = authority.server()?;
        Ok(Self { authority, leaf })
    }

    pub(crate) fn put_into(&self, text: &str) -> Result<String> {
        let mut lines = String::new();
        for line in text.lines() {
            let Some((before, rest)) = line.split_once("/etc/shotover/") else {
                writeln!(lines, "{line}")?;
                continue;
            };
            let (name, after) = rest.split_once('"').context("a path ends with a quote")?;
            let file = match name.strip_suffix(".key") {
                Some(_) => &self.leaf.private_key,
                None if name.ends_with("-ca.crt") => self.authority.certificate(),
                None => &self.leaf.certificate,
            };
            writeln!(lines, "{before}{}\"{after}", file.display())?;
        }
        Ok(lines)
    }
}
