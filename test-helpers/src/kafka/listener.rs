//! Which kinds of listeners can a broker have, and what does each need in its properties?

/// A listener of every broker of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listener {
    /// No encryption, no authentication. Every cluster has it: brokers use it among themselves.
    Plaintext,
    /// Like [`Listener::Plaintext`], but clients are told a port at which somebody else listens, who passes on what they
    /// say: see [`Broker::relayed_port`](super::Broker::relayed_port).
    Relayed,
    /// TLS; clients show no certificate.
    Tls,
    /// TLS; clients must show a certificate of the cluster's authority.
    MutualTls,
    /// SASL without TLS: PLAIN and SCRAM-SHA-256.
    Sasl,
    /// SASL over TLS: PLAIN and SCRAM-SHA-256.
    SaslTls,
}

/// The users every cluster with SASL knows, with their passwords, by PLAIN and by SCRAM-SHA-256.
pub const USERS: [(&str, &str); 2] = [("alice", "alice-secret"), ("bob", "bob-secret")];

impl Listener {
    /// The name in the broker's properties.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plaintext => "PLAINTEXT",
            Self::Relayed => "RELAYED",
            Self::Tls => "TLS",
            Self::MutualTls => "MTLS",
            Self::Sasl => "SASL",
            Self::SaslTls => "SASLTLS",
        }
    }

    pub(crate) fn protocol(self) -> &'static str {
        match self {
            Self::Plaintext | Self::Relayed => "PLAINTEXT",
            Self::Tls | Self::MutualTls => "SSL",
            Self::Sasl => "SASL_PLAINTEXT",
            Self::SaslTls => "SASL_SSL",
        }
    }

    /// Whether its clients need TLS.
    #[must_use]
    pub fn has_tls(self) -> bool {
        match self {
            Self::Plaintext | Self::Relayed | Self::Sasl => false,
            Self::Tls | Self::MutualTls | Self::SaslTls => true,
        }
    }

    pub(crate) fn has_sasl(self) -> bool {
        match self {
            Self::Plaintext | Self::Relayed | Self::Tls | Self::MutualTls => false,
            Self::Sasl | Self::SaslTls => true,
        }
    }

    /// The properties of the listener alone; `directory` is where the broker finds its certificates.
    pub(crate) fn properties(self, directory: &str) -> Vec<(String, String)> {
        let mut properties = Vec::new();
        if self.has_tls() {
            properties.extend([
                ("ssl.keystore.type", "PEM".to_owned()),
                ("ssl.keystore.location", format!("{directory}/keystore.pem")),
                ("ssl.truststore.type", "PEM".to_owned()),
                (
                    "ssl.truststore.location",
                    format!("{directory}/authority.pem"),
                ),
                (
                    "ssl.client.auth",
                    if self == Self::MutualTls {
                        "required"
                    } else {
                        "none"
                    }
                    .to_owned(),
                ),
            ]);
        }
        if self.has_sasl() {
            let security = "org.apache.kafka.common.security";
            let users: String = USERS
                .iter()
                .map(|(user, password)| format!(" user_{user}=\"{password}\""))
                .collect();
            properties.extend([
                ("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256".to_owned()),
                (
                    "plain.sasl.jaas.config",
                    format!("{security}.plain.PlainLoginModule required{users};"),
                ),
                (
                    "scram-sha-256.sasl.jaas.config",
                    format!("{security}.scram.ScramLoginModule required;"),
                ),
            ]);
        }
        let prefix = format!("listener.name.{}", self.name().to_lowercase());
        properties
            .into_iter()
            .map(|(name, value)| (format!("{prefix}.{name}"), value))
            .collect()
    }
}
