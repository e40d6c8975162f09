//! Where do the results go?

use super::arguments::Arguments;
use super::chart::{Group, draw};
use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Standard output, and the files that were asked for. They are whole after each workload.
#[derive(Debug)]
pub(crate) struct Output {
    text: String,
    groups: Vec<Group>,
    save: Option<PathBuf>,
    draw: Option<PathBuf>,
}

impl Output {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let given = env::args().skip(1).filter(|argument| argument != "--bench");
        let given: Vec<String> = given.collect();
        let command = format!(
            "command:  cargo bench -p shotover-proxy --bench end_to_end -- {}",
            given.join(" ")
        );
        let mut output = Self {
            text: String::new(),
            groups: Vec::new(),
            save: arguments.save.as_deref().map(from_the_caller),
            draw: arguments.draw.as_deref().map(from_the_caller),
        };
        output.fact(&command);
        output
    }

    /// Something that has to be known about the run.
    pub(crate) fn fact(&mut self, line: &str) {
        println!("{line}");
        // Two spaces end a line in Markdown.
        self.text.push_str(&format!("{line}  \n"));
    }

    /// A result, in Markdown.
    pub(crate) fn table(&mut self, table: &str) {
        println!("\n{table}");
        self.text.push_str(&format!("\n{table}\n"));
    }

    /// What is drawn of it.
    pub(crate) fn group(&mut self, group: Group) {
        self.groups.push(group);
    }

    /// Writes what there is so far.
    pub(crate) fn write(&self) -> Result<()> {
        let write = |file: &Option<PathBuf>, text: &str| match file {
            Some(path) => {
                fs::write(path, text).with_context(|| format!("writing {}", path.display()))
            }
            None => Ok(()),
        };
        write(&self.save, &format!("# Benchmark\n\n{}", self.text))?;
        write(&self.draw, &draw(&self.groups))
    }
}

/// Cargo runs benchmarks in the folder of their package; people start cargo elsewhere, and say so in `PWD`.
fn from_the_caller(path: &Path) -> PathBuf {
    env::var_os("PWD").map_or_else(|| path.to_owned(), |caller| Path::new(&caller).join(path))
}
