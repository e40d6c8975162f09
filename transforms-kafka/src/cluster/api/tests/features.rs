//! Are clients told which features they can count on?

use super::api_versions::{said, told, told_in};
use super::build::{all, fields, int, list, text};
use shotover::wire::ApiKey;
use shotover::wire::value::Structure;

fn supported(name: &str, min: i32, max: i32) -> Structure {
    let feature = fields().with("Name", name);
    feature.with("MinVersion", min).with("MaxVersion", max)
}

fn finalized(name: &str, level: i32) -> Structure {
    let feature = fields().with("Name", name);
    feature
        .with("MinVersionLevel", level)
        .with("MaxVersionLevel", level)
}

fn with_features(
    said: Structure,
    epoch: i64,
    supported: impl IntoIterator<Item = Structure>,
    finalized: impl IntoIterator<Item = Structure>,
) -> Structure {
    said.with("SupportedFeatures", list(supported))
        .with("FinalizedFeatures", list(finalized))
        .with("FinalizedFeaturesEpoch", epoch)
}

fn features(told: &Structure, array: &str, max: &str) -> Vec<(String, i64)> {
    let features = all(told, array).into_iter();
    features
        .map(|feature| (text(feature, "Name"), int(feature, max)))
        .collect()
}

fn levels(told: &Structure) -> [Vec<(String, i64)>; 2] {
    [
        features(told, "SupportedFeatures", "MaxVersion"),
        features(told, "FinalizedFeatures", "MaxVersionLevel"),
    ]
}

fn named(levels: &[(&str, i64)]) -> Vec<(String, i64)> {
    levels
        .iter()
        .map(|(name, level)| ((*name).to_owned(), *level))
        .collect()
}

fn in_transactions(changed: &[(ApiKey, i16, i16)]) -> [Vec<(String, i64)>; 2] {
    let supported = [
        supported("metadata.version", 7, 29),
        supported("transaction.version", 0, 2),
    ];
    let finalized = [
        finalized("metadata.version", 29),
        finalized("transaction.version", 2),
    ];
    levels(&told(&[with_features(
        said(changed),
        50,
        supported,
        finalized,
    )]))
}

#[test]
fn features_of_the_brokers_are_told() {
    let expected = named(&[("metadata.version", 29), ("transaction.version", 2)]);
    assert_eq!(in_transactions(&[]), [expected.clone(), expected]);
}

#[test]
fn transactions_of_version_2_need_the_requests_of_version_2() {
    let expected = named(&[("metadata.version", 29), ("transaction.version", 1)]);
    let older = [
        (ApiKey::Produce, 0, 11),
        (ApiKey::TxnOffsetCommit, 0, 4),
        (ApiKey::EndTxn, 0, 4),
        (ApiKey::EndTxn, 0, -1),
    ];
    for change in older {
        let found = in_transactions(&[change]);
        assert_eq!(found, [expected.clone(), expected.clone()], "{change:?}");
    }
}

#[test]
fn a_feature_whose_requests_are_missing_is_not_in_use() {
    let supported = [
        supported("group.version", 0, 1),
        supported("share.version", 1, 1),
    ];
    let finalized = [finalized("group.version", 1), finalized("share.version", 1)];
    let without = said(&[(ApiKey::OffsetCommit, 2, 8), (ApiKey::ShareFetch, 0, -1)]);
    let told = told(&[with_features(without, 50, supported, finalized)]);
    assert_eq!(levels(&told), [named(&[("group.version", 0)]), Vec::new()]);
}

#[test]
fn features_are_supported_if_all_brokers_do_so_and_in_use_as_the_latest_says() {
    let older = with_features(
        said(&[]),
        50,
        [supported("a", 1, 4), supported("b", 1, 1)],
        [finalized("a", 2)],
    );
    let newer = with_features(
        said(&[]),
        51,
        [supported("a", 2, 5), supported("c", 1, 1)],
        [finalized("a", 3)],
    );
    let unaware = with_features(said(&[]), -1, [supported("a", 1, 9)], []);
    for brokers in [[&older, &newer, &unaware], [&newer, &unaware, &older]] {
        let told = told(&brokers.map(Structure::clone));
        assert_eq!(levels(&told), [named(&[("a", 4)]), named(&[("a", 3)])]);
        assert_eq!(int(all(&told, "SupportedFeatures")[0], "MinVersion"), 2);
        assert_eq!(int(&told, "FinalizedFeaturesEpoch"), 51);
    }
}

#[test]
fn clients_before_version_4_are_not_told_of_features_from_0_on() {
    let broker = with_features(
        said(&[]),
        50,
        [supported("a", 1, 4), supported("b", 0, 1)],
        [finalized("b", 1)],
    );
    let told = told_in(3, &[broker]);
    assert_eq!(levels(&told), [named(&[("a", 4)]), named(&[("b", 1)])]);
}

/// What a broker tells is kept.
#[test]
fn features_are_not_told_of_without_end() {
    let name = |length| "f".repeat(length);
    let long = with_features(
        said(&[]),
        50,
        [100, 101].map(|length| supported(&name(length), 1, 1)),
        [100, 101].map(|length| finalized(&name(length), 1)),
    );
    let expected = named(&[(name(100).as_str(), 1)]);
    assert_eq!(levels(&told(&[long])), [expected.clone(), expected]);
    let names = || (0..101).map(|number| number.to_string());
    let many = with_features(
        said(&[]),
        50,
        names().map(|name| supported(&name, 1, 1)),
        names().map(|name| finalized(&name, 1)),
    );
    let counts = levels(&told(&[many])).map(|levels| levels.len());
    assert_eq!(counts, [100, 100]);
}

#[test]
fn a_broker_without_features_has_none() {
    let told = told(&[said(&[])]);
    assert!(told.get("SupportedFeatures").is_none());
    assert!(told.get("FinalizedFeaturesEpoch").is_none());
}
