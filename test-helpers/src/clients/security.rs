//! How does a client prove who it is, in the words of each client?

use std::path::{Path, PathBuf};

use crate::certs::{Authority, Leaf};

/// TLS and SASL of a client's connections; the default is neither.
#[derive(Clone, Debug, Default)]
pub struct Security {
    tls: Option<ClientTls>,
    sasl: Option<Credentials>,
}

/// Whom a client trusts, and what it shows.
#[derive(Clone, Debug)]
pub struct ClientTls {
    /// The certificate of the authority that signed the server's.
    pub authority: PathBuf,
    /// The client's own certificate.
    pub identity: Option<Leaf>,
}

/// A user and how it authenticates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The SASL mechanism.
    pub mechanism: Mechanism,
    /// The user's name.
    pub user: String,
    /// Its password.
    pub password: String,
}

/// A SASL mechanism with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// PLAIN (RFC 4616).
    Plain,
    /// SCRAM-SHA-256 (RFC 7677).
    ScramSha256,
}

impl Mechanism {
    /// Its registered name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
        }
    }

    fn login_module(self) -> &'static str {
        match self {
            Self::Plain => "org.apache.kafka.common.security.plain.PlainLoginModule",
            Self::ScramSha256 => "org.apache.kafka.common.security.scram.ScramLoginModule",
        }
    }
}

impl Security {
    /// TLS to servers with a certificate of `authority`.
    #[must_use]
    pub fn tls(mut self, authority: &Authority) -> Self {
        self.tls = Some(ClientTls {
            authority: authority.certificate().to_owned(),
            identity: None,
        });
        self
    }

    /// TLS on both sides: the client shows `identity`.
    #[must_use]
    pub fn mutual_tls(mut self, authority: &Authority, identity: &Leaf) -> Self {
        let authority = authority.certificate().to_owned();
        self.tls = Some(ClientTls {
            authority,
            identity: Some(identity.clone()),
        });
        self
    }

    /// SASL with a user's password.
    #[must_use]
    pub fn sasl(mut self, mechanism: Mechanism, user: &str, password: &str) -> Self {
        self.sasl = Some(Credentials {
            mechanism,
            user: user.to_owned(),
            password: password.to_owned(),
        });
        self
    }

    /// Kafka's name for the combination.
    #[must_use]
    pub fn protocol(&self) -> &'static str {
        match (&self.tls, &self.sasl) {
            (None, None) => "PLAINTEXT",
            (Some(_), None) => "SSL",
            (None, Some(_)) => "SASL_PLAINTEXT",
            (Some(_), Some(_)) => "SASL_SSL",
        }
    }

    /// Properties of librdkafka and of what is built on it.
    #[must_use]
    pub fn librdkafka(&self) -> Vec<(&'static str, String)> {
        let mut properties = vec![("security.protocol", self.protocol().to_owned())];
        if let Some(tls) = &self.tls {
            properties.push(("ssl.ca.location", path(&tls.authority)));
            if let Some(leaf) = &tls.identity {
                properties.push(("ssl.certificate.location", path(&leaf.certificate)));
                properties.push(("ssl.key.location", path(&leaf.private_key)));
            }
        }
        if let Some(Credentials {
            mechanism,
            user,
            password,
        }) = &self.sasl
        {
            properties.push(("sasl.mechanism", mechanism.name().to_owned()));
            properties.push(("sasl.username", user.clone()));
            properties.push(("sasl.password", password.clone()));
        }
        properties
    }

    /// Properties of the Java client.
    #[must_use]
    pub fn java(&self) -> Vec<(&'static str, String)> {
        let mut properties = vec![("security.protocol", self.protocol().to_owned())];
        if let Some(tls) = &self.tls {
            properties.push(("ssl.truststore.type", "PEM".to_owned()));
            properties.push(("ssl.truststore.location", path(&tls.authority)));
            if let Some(leaf) = &tls.identity {
                properties.push(("ssl.keystore.type", "PEM".to_owned()));
                properties.push(("ssl.keystore.location", path(&leaf.keystore)));
            }
        }
        if let Some(Credentials {
            mechanism,
            user,
            password,
        }) = &self.sasl
        {
            let module = mechanism.login_module();
            properties.push(("sasl.mechanism", mechanism.name().to_owned()));
            properties.push((
                "sasl.jaas.config",
                format!("{module} required username=\"{user}\" password=\"{password}\";"),
            ));
        }
        properties
    }

    /// Keyword arguments of kafka-python.
    #[must_use]
    pub fn python(&self) -> Vec<(&'static str, String)> {
        let mut properties = vec![("security_protocol", self.protocol().to_owned())];
        if let Some(tls) = &self.tls {
            properties.push(("ssl_cafile", path(&tls.authority)));
            if let Some(leaf) = &tls.identity {
                properties.push(("ssl_certfile", path(&leaf.certificate)));
                properties.push(("ssl_keyfile", path(&leaf.private_key)));
            }
        }
        if let Some(Credentials {
            mechanism,
            user,
            password,
        }) = &self.sasl
        {
            properties.push(("sasl_mechanism", mechanism.name().to_owned()));
            properties.push(("sasl_plain_username", user.clone()));
            properties.push(("sasl_plain_password", password.clone()));
        }
        properties
    }
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_follows_from_what_is_used() {
        let authority = Authority::new("test").unwrap();
        let plain = Security::default();
        let sasl = plain.clone().sasl(Mechanism::Plain, "alice", "secret");
        assert_eq!(plain.protocol(), "PLAINTEXT");
        assert_eq!(plain.tls(&authority).protocol(), "SSL");
        assert_eq!(sasl.protocol(), "SASL_PLAINTEXT");
        assert_eq!(sasl.tls(&authority).protocol(), "SASL_SSL");
    }
}
