//! May a client say on which brokers the replicas of a topic shall be?
//!
//! Not where it takes the proxies for the brokers: the ids it knows are those of proxies. A proxy stands for several
//! brokers, so its id does not say which of them is meant. A broker that was passed the id would refuse it where no
//! broker has it, and where one does by chance, put the replicas on a broker that the client did not mean. Topics placed
//! by hand are therefore refused here as the cluster refuses ids that it does not know, with `INVALID_REPLICA_ASSIGNMENT`;
//! others in the same request are created.

use super::contents::by_element;
use super::entities::Entity;
use super::part::{Place, Split, SplitError, decode, parts};
use crate::cluster::api::outage::Outage;
use crate::cluster::api::spread::Entities;
use shotover::message::Message;
use shotover::wire::Malformed;
use shotover::wire::peek::Peek;

pub(super) fn split(
    request: &Message,
    of: &Entities,
    place: &mut dyn FnMut(Entity<'_>) -> Place,
) -> Result<Split, SplitError> {
    let placed = placed(request).map_err(SplitError::malformed(request))?;
    let refused = Place::Nowhere(Outage::ReplicasPlaced);
    if placed.iter().all(|placed| !placed) {
        return Ok(Split::Whole(place(Entity::Controller)));
    }
    if placed.iter().all(|placed| *placed) {
        return Ok(Split::Whole(refused));
    }
    let elsewhere = place(Entity::Controller);
    let places = placed.into_iter().map(|placed| match placed {
        true => refused,
        false => elsewhere,
    });
    let contents = decode(request)?;
    parts(
        request,
        by_element(contents, of.asked, elsewhere, places.collect()),
    )
}

/// Whether the client places the replicas, for each topic of the request.
fn placed(request: &Message) -> Result<Vec<bool>, Malformed> {
    let body = request.body_bytes().unwrap_or_default();
    let schema = request.api_key().request_schema();
    let topics = Peek::new(schema, request.api_version(), &body).elements("Topics")?;
    let placed = topics.map(|topic| names_brokers(&topic?));
    placed.collect()
}

fn names_brokers(topic: &Peek<'_>) -> Result<bool, Malformed> {
    for assignment in topic.elements("Assignments")? {
        if assignment?.scalars("BrokerIds")?.next().is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
