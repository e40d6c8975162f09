//! Does everything that once made a fuzz target fail pass now?

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test says what it did and fails by panicking, also outside of test functions"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use shotover::fuzzing;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus")
}

/// Gives every file of the target's corpus to it.
fn replay(target: &str, run: fn(&[u8])) {
    let files: Vec<PathBuf> = fs::read_dir(corpus().join(target))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert!(!files.is_empty(), "no corpus for {target}");
    for file in files {
        // Shown only if the next line panics.
        println!("{}", file.display());
        run(&fs::read(file).unwrap());
    }
}

#[test]
fn requests_of_the_corpus_pass() {
    replay("request", fuzzing::request);
}

#[test]
fn responses_of_the_corpus_pass() {
    replay("response", fuzzing::response);
}

#[test]
fn sasl_exchanges_of_the_corpus_pass() {
    replay("sasl_frames", fuzzing::sasl_frames);
}

#[test]
fn topologies_of_the_corpus_pass() {
    replay("topology", fuzzing::topology);
}

/// A corpus that is added must be replayed above, and a target without one is not tested.
#[test]
fn every_fuzz_target_has_a_corpus() {
    let names = |folder: PathBuf| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap();
        let stems = entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_owned());
        stems.map(|stem| stem.into_string().unwrap()).collect()
    };
    let targets = names(corpus().join("../fuzz_targets"));
    assert_eq!(names(corpus()), targets);
}
