//! What does a Markdown text link to, and what can be linked to in it?

use std::collections::BTreeSet;

/// The destinations of its links, outside of code.
pub(super) fn links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    for line in prose(text) {
        // Every other piece is code.
        for piece in line.split('`').step_by(2) {
            let ends = piece.split("](").skip(1);
            links.extend(ends.filter_map(|end| end.split(')').next()));
        }
    }
    links
}

/// The anchors of its headings, as GitHub and mdBook make them.
pub(super) fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for line in prose(text).filter(|line| line.starts_with('#')) {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let anchor: String = heading
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let mut candidates = std::iter::once(anchor.clone()).chain(numbered);
        anchors.extend(candidates.find(|candidate| !anchors.contains(candidate)));
    }
    anchors
}

/// The lines that are not within a block of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

#[test]
fn links_are_found_outside_of_code() {
    let text = "[a](b.md) and `[c](d)` and [`e`](f.md#g).\n```sh\n[h](i)\n```\n- [j](k)\n";
    assert_eq!(links(text), ["b.md", "f.md#g", "k"]);
}

#[test]
fn anchors_are_those_of_headings() {
    let text = "# A `b`, c!\n## D_e-f\n## D_e-f\n```sh\n# comment\n```\nno #heading\n";
    let expected = ["a-b-c", "d_e-f", "d_e-f-1"];
    assert!(
        anchors(text).iter().eq(expected.iter()),
        "{:?}",
        anchors(text)
    );
}
