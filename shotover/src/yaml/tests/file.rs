//! Files that cannot be read as text.

use crate::yaml::{Document, MAX_TEXT};
use std::path::Path;

/// The problem with a file of these bytes, without the directory.
#[track_caller]
fn refused(bytes: &[u8]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("topology.yaml");
    std::fs::write(&path, bytes).unwrap();
    let problem = Document::open(&path).unwrap_err().to_string();
    let parent = format!("{}/", directory.path().display());
    problem.replace(&parent, "")
}

#[test]
fn a_file_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("topology.yaml");
    std::fs::write(&path, "[1, 2]").unwrap();
    let document = Document::open(&path).unwrap();
    assert_eq!(document.read::<Vec<u8>>().complete().unwrap(), [1, 2]);
}

#[test]
fn a_file_that_is_not_there_is_reported() {
    assert_eq!(
        Document::open(Path::new("not/there.yaml"))
            .unwrap_err()
            .to_string(),
        "not/there.yaml: the file cannot be read: No such file or directory (os error 2)"
    );
}

#[test]
fn a_directory_is_no_file() {
    assert_eq!(
        Document::open(Path::new("src")).unwrap_err().to_string(),
        "src: the file cannot be read: Is a directory (os error 21)"
    );
}

#[test]
fn a_file_that_is_empty_is_reported() {
    assert_eq!(refused(b""), "topology.yaml:1:1: the file is empty");
}

#[test]
fn bytes_that_are_no_text_are_reported() {
    assert_eq!(
        refused(b"abc\xffdef"),
        "topology.yaml: the file is not UTF-8: byte 4 is wrong"
    );
}

#[test]
fn a_file_that_is_too_large_is_not_read_to_its_end() {
    assert_eq!(
        refused(&vec![b'a'; MAX_TEXT + 1]),
        "topology.yaml: the file is too large: 1048576 bytes are the limit"
    );
}
