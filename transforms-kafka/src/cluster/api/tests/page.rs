//! Does the page of supported APIs say what the table of them says?

use crate::cluster::advertise::Presentation;
use crate::cluster::api::spread::Spread;
use crate::cluster::api::table::{api, is_offered};
use crate::cluster::api::target::Target;
use crate::cluster::api::{may_mean_that_broker, moves_clients};
use crate::cluster::view::CoordinatorKind;
use shotover::wire::ApiKey;
use std::{env, fs};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/supported-apis.md");
const BEGIN: &str = "<!-- What follows is written by a test: `UPDATE_DOCS=1 cargo test -p transforms-kafka page` -->\n";
const END: &str = "<!-- Until here. -->\n";

#[test]
fn the_page_of_supported_apis_has_a_line_for_each() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let expected = format!("\n{}\n", expected_table());
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, [before, BEGIN, &expected, END, after].concat()).unwrap();
    } else {
        assert_eq!(table, expected, "{PAGE} is not what the table of APIs says");
    }
}

fn expected_table() -> String {
    let head = "| API | key | versions | `advertise: brokers` | `advertise: proxies` | without the broker |\n\
                |---|---|---|---|---|---|\n";
    let offered = |key: &&ApiKey| is_offered(**key, Presentation::Brokers);
    let lines = ApiKey::ALL.iter().filter(offered).map(|key| line(*key));
    lines.fold(head.to_owned(), |table, line| table + &line)
}

fn line(key: ApiKey) -> String {
    let versions = key.versions();
    let target = api(key).target;
    let whole = if !moves_clients(key) {
        "coordinator of the group"
    } else if may_mean_that_broker(key) && matches!(target, Target::Leader(_)) {
        "the broker connected to, else leader of the first partition"
    } else {
        to(target)
    };
    let parted = parts(key);
    format!(
        "| {key} | {} | {}-{} | {whole} | {parted} | {} |\n",
        key.code(),
        versions.start(),
        versions.end(),
        codes(key)
    )
}

fn to(target: Target) -> &'static str {
    match target {
        Target::Any | Target::Metadata | Target::FindCoordinator => "any broker",
        Target::Controller => "any broker, once",
        Target::Produce | Target::Leader(_) => "leader of the first partition",
        Target::Fetch => {
            "broker of the session, else the broker connected to, else leader of the first partition"
        }
        Target::Share(_) => "leader of the first partition, else broker of the session",
        Target::Coordinator(CoordinatorKind::Group, _) => {
            "the broker connected to, else coordinator of the group"
        }
        Target::Coordinator(CoordinatorKind::Transaction, _) => {
            "the broker connected to, else coordinator of the transaction"
        }
        Target::Coordinator(CoordinatorKind::Share, _) | Target::ShareState => {
            "coordinator of the share partition"
        }
        Target::Configs => "the broker it is about, else any",
        Target::All(_) => "the broker connected to, else all",
        Target::ApiVersions => "the proxy",
        Target::SaslHandshake | Target::SaslAuthenticate => "the first broker",
        Target::Refused => "not offered",
    }
}

fn parts(key: ApiKey) -> &'static str {
    let api = api(key);
    match api.spread {
        Spread::Withheld => "not offered",
        Spread::Whole if matches!(api.target, Target::Fetch) => "leader of each partition",
        Spread::Whole if matches!(api.target, Target::All(_)) => "all brokers that it stands for",
        Spread::Whole => "the same",
        Spread::Records | Spread::Partitions(_) => "leader of each partition",
        Spread::Entities(entities) => match entities.coordinator {
            Some(CoordinatorKind::Group) => "coordinator of each group",
            Some(_) => "coordinator of each transaction",
            None => "any broker",
        },
        Spread::Resources(_) => "each broker it is about, all else to any",
        Spread::Placed(_) => "any broker, once; no placed replicas",
    }
}

/// What a client is told when nothing was sent, and when nobody knows what became of what was sent.
fn codes(key: ApiKey) -> String {
    let codes = api(key).codes;
    let name = |code: Option<_>| code.map_or("closed".to_owned(), |code| named(&code));
    let (unsent, lost) = (name(codes.unsent), name(codes.lost));
    if unsent == lost {
        unsent
    } else {
        format!("{unsent}; sent: {lost}")
    }
}

fn named(code: &shotover::wire::ErrorCode) -> String {
    format!("`{}`", code.name().unwrap())
}
