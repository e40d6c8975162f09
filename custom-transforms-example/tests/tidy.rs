//! The example stays as small as the guide says that a transform is.

/// Imports, documentation and blank lines included.
const MOST_LINES: usize = 60;

#[test]
fn the_whole_transform_fits_on_a_screen() {
    let lines = include_str!("../src/read_only_topic.rs").lines().count();
    assert!(lines <= MOST_LINES, "{lines} lines");
}
