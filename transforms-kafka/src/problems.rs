//! What is said about the fields of a sink in a topology?

use shotover::topology::Topology;

/// A sink whose fields are right.
pub(crate) struct Right {
    pub(crate) kind: &'static str,
    pub(crate) fields: &'static str,
}

impl Right {
    /// What is said about such a sink with these fields, line by line.
    pub(crate) fn problems(&self, fields: &str) -> String {
        let kind = self.kind;
        let text = format!(
            r#"sources:
  - Kafka:
      name: "kafka"
      listen_addr: "127.0.0.1:9192"
      chain:
        - {kind}:
{fields}
"#
        );
        match Topology::parse("topology.yaml", &text) {
            Ok(_) => String::new(),
            Err(problems) => problems.to_string(),
        }
    }

    /// Expects that this is said when something good is made bad.
    #[track_caller]
    pub(crate) fn check(&self, good: &str, bad: &str, expected: &str) {
        assert!(self.fields.contains(good));
        let found = self.problems(&self.fields.replace(good, bad));
        assert!(found.contains(expected), "{found}");
    }
}
