//! Whose configuration is which part of a request about?
//!
//! Clients name a broker by the id of the proxy that they take for it. A part is about one broker at most, and names it
//! by the id that it really has, even if the request has no other part. In its answer, the name that the client asked
//! for is put back: [`brokers_named`] says the same of the request then.

use super::contents::with_each;
use super::entities::Entity;
use super::part::{Place, Split, SplitError, decode, parts};
use crate::cluster::api::configs;
use crate::cluster::api::spread::Entities;
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::value::{Structure, Value};
use std::collections::HashMap;

/// How many brokers a request may be about: each makes a request of its own.
pub(crate) const MAX_BROKERS: usize = 1000;

/// A broker as the client names it; none where any broker will do.
type Named = Option<Bytes>;

pub(super) fn split(
    request: &Message,
    of: &Entities,
    place: &mut dyn FnMut(Entity<'_>) -> Place,
) -> Result<Split, SplitError> {
    let mut contents = decode(request)?;
    let resources = contents.remove_elements(of.asked);
    let mut shares: Vec<(Named, Vec<Value>)> = Vec::new();
    let mut known = HashMap::new();
    for resource in resources {
        let named = broker_name(&resource);
        let index = *known.entry(named.clone()).or_insert(shares.len());
        match shares.get_mut(index) {
            Some((_, share)) => share.push(resource),
            None => shares.push((named, vec![resource])),
        }
        if shares.len() > MAX_BROKERS {
            return Err(SplitError::TooManyBrokers);
        }
    }
    if shares.iter().all(|(named, _)| named.is_none()) {
        return Ok(Split::Whole(place(Entity::Any)));
    }
    let shares = with_each(&contents, of.asked, shares);
    let shares = shares.into_iter().map(|(named, mut contents)| {
        let Some(id) = named.as_deref().and_then(configs::broker_id) else {
            return (place(Entity::Any), contents);
        };
        let place = place(Entity::Broker(id));
        if let Place::Broker(broker) = place {
            rename(&mut contents, of.asked, broker);
        }
        (place, contents)
    });
    parts(request, shares.collect())
}

/// The brokers that the parts of a request are about, as the client names them, in the order of the parts.
pub(in crate::cluster::api) fn brokers_named(resources: &[Value]) -> Vec<Named> {
    let mut known = HashMap::new();
    let mut all = Vec::new();
    for resource in resources {
        let named = broker_name(resource);
        if known.insert(named.clone(), ()).is_none() {
            all.push(named);
        }
    }
    all
}

fn broker_name(resource: &Value) -> Named {
    let resource = resource.as_structure()?;
    configs::names_broker(resource)?;
    resource
        .get("ResourceName")
        .and_then(Value::as_bytes)
        .cloned()
}

/// The same about this broker.
fn rename(contents: &mut Structure, array: &str, broker: BrokerId) {
    for resource in contents.elements_mut(array) {
        resource.set("ResourceName", broker.0.to_string().as_str());
    }
}
