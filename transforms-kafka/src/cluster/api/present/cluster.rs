//! Where are the coordinators, and which brokers has the cluster?

use super::proxies::{Proxies, Proxy};
use super::rewrite::{Failed, Rewritten};
use super::stand_ins::StandIns;
use crate::cluster::api::configs;
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::BrokerId;
use shotover::wire::ApiKey;
use shotover::wire::value::{Structure, Value};
use std::collections::HashSet;

/// A FindCoordinator answer with the proxies that stand for the coordinators.
pub(super) fn coordinators(version: i16, body: &Bytes, proxies: &dyn Proxies) -> Rewritten {
    let mut stand_ins = StandIns::new(proxies);
    rewritten(ApiKey::FindCoordinator, version, body, |answer| {
        if version <= 3 {
            coordinator(answer, &mut stand_ins);
        }
        for found in answer.elements_mut("Coordinators") {
            coordinator(found, &mut stand_ins);
        }
    })
}

/// Where none was found, none is named.
fn coordinator(found: &mut Structure, stand_ins: &mut StandIns<'_>) {
    let stands_in = match id(found, "NodeId") {
        Some(broker @ 0..) => stand_ins.proxy(broker),
        Some(..0) | None => None,
    };
    let (id, host, port) = match stands_in {
        Some(proxy) => (
            proxy.id.0,
            proxy.address.host.clone(),
            proxy.address.port.into(),
        ),
        None => (-1, Bytes::new(), -1),
    };
    found.set("NodeId", id);
    found.set("Host", host);
    found.set("Port", port);
}

/// A DescribeCluster answer with the proxies as the brokers. One that lists none, such as an error, stays without.
pub(super) fn described(version: i16, body: &Bytes, proxies: &dyn Proxies) -> Rewritten {
    let mut stand_ins = StandIns::new(proxies);
    rewritten(ApiKey::DescribeCluster, version, body, |answer| {
        let controller = id(answer, "ControllerId").unwrap_or(-1);
        answer.set("ControllerId", stand_ins.id(controller));
        if !answer.elements("Brokers").is_empty() {
            let brokers = stand_ins.up().iter().map(broker);
            answer.set("Brokers", brokers.collect::<Vec<Value>>());
        }
    })
}

/// A ListConfigResources answer with the proxies as the brokers, each once, where its first broker was.
pub(super) fn config_resources(version: i16, body: &Bytes, proxies: &dyn Proxies) -> Rewritten {
    let mut stand_ins = StandIns::new(proxies);
    rewritten(ApiKey::ListConfigResources, version, body, |answer| {
        let mut shown = HashSet::new();
        let resources = answer.remove_elements("ConfigResources").into_iter();
        let resources = resources.filter_map(|resource| match broker_of(&resource) {
            Some((kind, broker)) => {
                let proxy = stand_ins.id(broker.0);
                let named = Structure::new()
                    .with("ResourceName", proxy.to_string().as_str())
                    .with("ResourceType", kind);
                shown.insert((kind, proxy)).then(|| named.into())
            }
            None => Some(resource),
        });
        let resources: Vec<Value> = resources.collect();
        answer.set("ConfigResources", resources);
    })
}

fn broker_of(resource: &Value) -> Option<(i64, BrokerId)> {
    resource.as_structure().and_then(configs::kind_and_broker)
}

fn broker(proxy: &Proxy) -> Value {
    let rack = proxy.rack.clone().map_or(Value::Null, Value::from);
    Structure::new()
        .with("BrokerId", proxy.id.0)
        .with("Host", proxy.address.host.clone())
        .with("Port", i32::from(proxy.address.port))
        .with("Rack", rack)
        .into()
}

fn id(of: &Structure, field: &str) -> Option<i32> {
    let id = of.get(field).and_then(Value::as_int)?;
    i32::try_from(id).ok()
}

/// The body with its contents changed.
pub(super) fn rewritten(
    key: ApiKey,
    version: i16,
    body: &Bytes,
    change: impl FnOnce(&mut Structure),
) -> Result<Option<Vec<Bytes>>, Failed> {
    let schema = key.response_schema();
    let mut contents = schema.decode(version, body)?;
    change(&mut contents);
    let mut out = BytesMut::new();
    schema.encode(version, &contents, &mut out)?;
    Ok(Some(vec![out.freeze()]))
}
