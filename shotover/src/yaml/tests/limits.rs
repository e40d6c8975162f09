//! Every limit, reached and exceeded by one.

use super::types::Step;
use crate::yaml::{MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, MAX_TEXT, from_str};
use serde::de::IgnoredAny;

#[track_caller]
fn refused(text: &str) -> String {
    from_str::<IgnoredAny>("f", text).unwrap_err().to_string()
}

#[track_caller]
fn accepted(text: &str) {
    from_str::<IgnoredAny>("f", text).unwrap();
}

#[test]
fn text_is_limited() {
    let text = format!("a{}", " ".repeat(MAX_TEXT - 1));
    accepted(&text);
    assert_eq!(
        refused(&(text + " ")),
        "f: the file is too large: 1048576 bytes are the limit"
    );
}

#[test]
fn depth_is_limited() {
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    accepted(&nested(MAX_DEPTH));
    assert_eq!(
        refused(&nested(MAX_DEPTH + 1)),
        "f:1:65: nested too deeply: 64 levels are the limit"
    );
}

#[test]
fn objects_can_be_nested_as_deeply_as_the_text() {
    let tees = (MAX_DEPTH - 1) / 3;
    let text = format!(
        "[{}NullSink{}]",
        "{Tee: {chain: [".repeat(tees),
        "]}}".repeat(tees)
    );
    from_str::<Vec<Step>>("f", &text).unwrap();
}

#[test]
fn depth_counts_what_an_alias_stands_for() {
    let nested = |depth| format!("[&a {}a{}, [*a]]", "[".repeat(depth), "]".repeat(depth));
    accepted(&nested(MAX_DEPTH - 2));
    assert!(refused(&nested(MAX_DEPTH - 1)).contains("nested too deeply"));
}

#[test]
fn values_are_limited() {
    let list = |values: usize| format!("[{}]", "a,".repeat(values - 1));
    accepted(&list(MAX_NODES));
    assert!(refused(&list(MAX_NODES + 1)).contains("too many values: 50000 are the limit"));
}

#[test]
fn aliases_of_aliases_do_not_explode() {
    let mut text = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..60 {
        let below = level - 1;
        text += &format!("a{level}: &a{level} [*a{below}, *a{below}]\n");
    }
    assert!(refused(&text).contains("aliases counted in full"));
}

#[test]
fn problems_are_limited() {
    let text = format!("[{}]", "x, ".repeat(MAX_PROBLEMS + 5));
    let problems = from_str::<Vec<u8>>("f", &text).unwrap_err();
    assert_eq!(problems.iter().count(), MAX_PROBLEMS);
    assert!(
        problems.to_string().ends_with("\n... and 5 more"),
        "{problems}"
    );
}

#[test]
fn a_type_that_needs_itself_is_given_up() {
    #[derive(Debug, serde::Deserialize)]
    struct Endless {
        #[expect(dead_code, reason = "that it is required is what matters")]
        next: Box<Self>,
    }
    let problems = from_str::<Endless>("f", "{}").unwrap_err();
    assert_eq!(
        problems.to_string(),
        "f:1:1: next: this field is required but missing"
    );
}

#[test]
fn long_values_are_shortened() {
    let text = format!("[{}]", "x".repeat(1000));
    let problems = from_str::<Vec<u8>>("f", &text).unwrap_err();
    assert!(problems.to_string().len() < 200, "{problems}");
}
