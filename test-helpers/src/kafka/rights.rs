//! How do the brokers of a test come to have access rules?

use anyhow::Result;

use super::{Cluster, ClusterBuilder, Listener, is_before_4};
use crate::clients::Java;

impl ClusterBuilder {
    /// Lets brokers refuse what no rule allows. Nobody authenticates on [`Listener::Plaintext`], which brokers and the
    /// tests themselves use: who comes there may do everything.
    pub fn access_rules(self) -> Self {
        self.property(
            "authorizer.class.name",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        )
        .property("super.users", "User:ANONYMOUS")
    }
}

impl Cluster {
    /// Lets `user`, and nobody else, do everything with `topic`.
    ///
    /// # Errors
    /// When the rule cannot be made.
    pub fn allow(&self, user: &str, topic: &str) -> Result<()> {
        let package = if is_before_4()? {
            "kafka.admin"
        } else {
            "org.apache.kafka.tools"
        };
        let principal = format!("User:{user}");
        let options = [
            "--add",
            "--allow-principal",
            &principal,
            "--operation",
            "All",
            "--topic",
            topic,
        ];
        let java = Java::new(&self.bootstrap(Listener::Plaintext)?)?;
        java.tool(&format!("{package}.AclCommand"), &options, "")
            .map(drop)
    }
}
