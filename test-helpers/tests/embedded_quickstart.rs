//! The first command of the README, with fewer records.

#[path = "quickstart/run.rs"]
mod run;

#[test]
fn the_quickstart_gets_every_record_back_from_three_brokers() {
    run::check(&[]);
}

#[test]
fn without_kafka_the_quickstart_says_how_to_prepare_it() {
    let mut quickstart = run::quickstart(&["--real"]);
    let output = quickstart
        .env_remove("SHOTOVER_TEST_KAFKA")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("run `eval \"$(scripts/test --env)\"`"),
        "{said}"
    );
}
