//! What does a client see of an answer?
//!
//! The addresses of brokers are replaced by addresses of this proxy, in place and without decoding the rest, settings that
//! hold such addresses are not shown, and ApiVersions offers only what this proxy can read. Everything else is passed on as
//! it came.

use crate::answers::{AnswerError, is_plain, replace_addresses};
use crate::settings::{self, Secrets};
use bytes::Bytes;
use kafka_protocol::messages::ApiVersionsResponse;
use shotover::message::Message;
use shotover::topology::Address;
use shotover::transforms::ClientDetails;
use shotover::wire::ApiKey;
use shotover::wire::addresses::NewAddress;

/// Which address clients are told for a broker.
#[derive(Clone, Debug)]
pub(super) enum Advertise {
    /// The host the broker tells, and the port of this proxy that the client has connected to: there is a proxy
    /// with the same port beside every broker.
    ClientsPort,
    /// The address of this proxy that the client has connected to.
    ClientsAddress,
    /// This address.
    Address(Address),
}

impl Advertise {
    /// Makes the answer what `client` is to see.
    pub(super) fn conceal(
        &self,
        answer: &mut Message,
        client: &ClientDetails,
    ) -> Result<(), AnswerError> {
        // An open answer names no broker.
        if is_plain(answer) || answer.missing() > 0 {
            return Ok(());
        }
        if answer.api_key() == ApiKey::ApiVersions {
            return Ok(answer.change_offer(keep_known)?);
        }
        // Where clients are told its host anyway, its listeners are no secret.
        if answer.api_key() == ApiKey::DescribeConfigs && !matches!(self, Self::ClientsPort) {
            *answer = settings::conceal(answer.clone(), Secrets::Addresses)?;
            return Ok(());
        }
        replace_addresses(answer, &mut |address| self.instead_of(address.host, client))
    }

    fn instead_of(&self, host: &[u8], client: &ClientDetails) -> NewAddress {
        match self {
            Self::ClientsPort => NewAddress {
                host: Bytes::copy_from_slice(host),
                port: client.local.port(),
            },
            Self::ClientsAddress => NewAddress {
                host: client.local.ip().to_canonical().to_string().into(),
                port: client.local.port(),
            },
            Self::Address(address) => NewAddress {
                host: Bytes::copy_from_slice(address.host().as_bytes()),
                port: address.port(),
            },
        }
    }
}

/// Takes out of an ApiVersions answer what this proxy does not know: a later API, or a later version of one, could
/// name brokers in a field that nobody rewrites.
fn keep_known(versions: &mut ApiVersionsResponse) {
    versions.api_keys.retain_mut(|offered| {
        let Some(api) = ApiKey::from_code(offered.api_key) else {
            return false;
        };
        let known = api.versions();
        let least = *api.offered_versions().start();
        offered.min_version = offered.min_version.max(least);
        offered.max_version = offered.max_version.min(*known.end());
        offered.min_version.max(*known.start()) <= offered.max_version
    });
}
