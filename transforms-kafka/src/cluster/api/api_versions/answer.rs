//! How is an offer written?

use super::offered::{Offered, Versions};
use crate::answers::AnswerError;
use bytes::{Bytes, BytesMut};
use shotover::message::Message;
use shotover::wire::ApiKey;
use shotover::wire::value::{Structure, Value};
use std::collections::BTreeMap;

impl Offered {
    /// The answer to this ApiVersions request.
    pub(crate) fn answer(&self, request: &Message) -> Result<Message, AnswerError> {
        let version = request.api_version();
        let contents = contents(self, version);
        let mut body = BytesMut::new();
        let schema = ApiKey::ApiVersions.response_schema();
        schema.encode(version, &contents, &mut body)?;
        let of = request.request_ref();
        Ok(Message::response_of_pieces(of, vec![body.freeze()])?)
    }
}

fn contents(offered: &Offered, version: i16) -> Structure {
    let apis = offered.versions.iter().map(|(key, versions)| {
        Structure::new()
            .with("ApiKey", i32::from(key.code()))
            .with("MinVersion", i32::from(versions.min))
            .with("MaxVersion", i32::from(versions.max))
            .into()
    });
    let mut contents = Structure::new().with("ApiKeys", apis.collect::<Vec<Value>>());
    let features = &offered.features;
    let mut supported = features.supported.clone();
    if version < 4 {
        // Clients before version 4 fail at a minimum of 0 (KAFKA-17011).
        supported.retain(|_, versions| versions.min != 0);
    }
    // Tagged fields with nothing in them are left out.
    if !supported.is_empty() {
        let supported = levels(&supported, ("MinVersion", "MaxVersion"));
        contents.set("SupportedFeatures", supported);
    }
    if features.epoch >= 0 {
        contents.set("FinalizedFeaturesEpoch", features.epoch);
    }
    if !features.finalized.is_empty() {
        let finalized = levels(&features.finalized, ("MinVersionLevel", "MaxVersionLevel"));
        contents.set("FinalizedFeatures", finalized);
    }
    if offered.zk_migration_ready {
        contents.set("ZkMigrationReady", true);
    }
    contents
}

fn levels(
    features: &BTreeMap<Vec<u8>, Versions>,
    (min, max): (&'static str, &'static str),
) -> Vec<Value> {
    let features = features.iter().map(|(name, versions)| {
        Structure::new()
            .with("Name", Bytes::copy_from_slice(name))
            .with(min, i32::from(versions.min))
            .with(max, i32::from(versions.max))
            .into()
    });
    features.collect()
}
