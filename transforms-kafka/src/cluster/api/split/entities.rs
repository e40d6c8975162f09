//! What does a request name that belongs to some broker?

use super::part::SplitError;
use crate::cluster::api::configs;
use crate::cluster::api::route::{Route, known_epoch, route};
use crate::cluster::api::spread::{Entities, Named, Spread};
use crate::cluster::api::table::api;
use crate::cluster::api::target::Partitions;
use crate::cluster::view::{CoordinatorKey, CoordinatorKind};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::peek::Peek;
use shotover::wire::{Malformed, Topic, produce};

/// Something in a request that belongs to a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entity<'a> {
    /// The leader of this partition has it.
    Partition {
        topic: Topic<'a>,
        index: i32,
        /// The last election that the client knows of, if it says so.
        epoch: Option<i32>,
    },
    /// The one that coordinates this has it.
    Coordinator(CoordinatorKey),
    /// It is this broker, by the id under which the client knows it: that of a proxy.
    Broker(BrokerId),
    /// The controller has it, or every broker passes it on.
    Controller,
    /// Every broker has it.
    Any,
}

/// Visits what a request names, in its order; if it names nothing, [`Entity::Any`] or what the request as a whole
/// belongs to. Of APIs whose requests are not taken apart that is the only visit.
///
/// Nothing is allocated for a Produce request.
///
/// # Errors
/// When the request is malformed.
pub(crate) fn entities(
    request: &Message,
    visit: &mut dyn FnMut(Entity<'_>),
) -> Result<(), SplitError> {
    let body = request.body_bytes()?;
    visit_all(request, &body, visit).map_err(SplitError::malformed(request))
}

fn visit_all(
    request: &Message,
    body: &Bytes,
    visit: &mut dyn FnMut(Entity<'_>),
) -> Result<(), Malformed> {
    let mut visited = false;
    let mut visit_one = |entity: Entity<'_>| {
        visited = true;
        visit(entity);
    };
    let (key, version) = (request.api_key(), request.api_version());
    let peek = Peek::new(key.request_schema(), version, body);
    match api(key).spread {
        Spread::Records => {
            for partition in produce::Partitions::new(version, body)? {
                let partition = partition?;
                visit_one(Entity::Partition {
                    topic: partition.topic,
                    index: partition.index,
                    epoch: None,
                });
            }
        }
        Spread::Partitions(partitions) => each_partition(&peek, partitions, &mut visit_one)?,
        Spread::Entities(of) => each_coordinated(&peek, of, &mut visit_one)?,
        Spread::Resources(of) => each_resource(&peek, of, &mut visit_one)?,
        Spread::Placed(_) | Spread::Whole | Spread::Withheld => {}
    }
    if !visited {
        visit(whole(route(request.request_ref(), body)?));
    }
    Ok(())
}

/// What a request as a whole belongs to.
fn whole(route: Route<'_>) -> Entity<'_> {
    match route {
        Route::Leader {
            topic,
            partition,
            epoch,
        } => Entity::Partition {
            topic,
            index: partition,
            epoch,
        },
        Route::Coordinator(key) => Entity::Coordinator(key),
        Route::Broker(id) => Entity::Broker(id),
        Route::Controller => Entity::Controller,
        Route::Any
        | Route::All
        | Route::FetchSession { .. }
        | Route::ShareSession { .. }
        | Route::ApiVersions
        | Route::SaslHandshake
        | Route::SaslAuthenticate
        | Route::Refused => Entity::Any,
    }
}

fn each_partition(
    request: &Peek<'_>,
    partitions: &Partitions,
    visit: &mut dyn FnMut(Entity<'_>),
) -> Result<(), Malformed> {
    for topic in request.elements("Topics")? {
        let topic = topic?;
        let name = partitions.topic_of(&topic)?.unwrap_or(Topic::Name(b""));
        let mut visit = |index: Option<i32>, epoch| {
            visit(Entity::Partition {
                topic: name,
                index: index.unwrap_or(-1),
                epoch,
            });
        };
        match partitions.partition {
            [numbers] => {
                for index in topic.scalars(numbers)? {
                    visit(index?.int(), None);
                }
            }
            [array, number, ..] => {
                for partition in topic.elements(array)? {
                    let partition = partition?;
                    let epoch = match partitions.epoch.last() {
                        Some(field) => partition.int(field)?.and_then(known_epoch),
                        None => None,
                    };
                    visit(partition.int(number)?, epoch);
                }
            }
            [] => {}
        }
    }
    Ok(())
}

fn each_coordinated(
    request: &Peek<'_>,
    of: &Entities,
    visit: &mut dyn FnMut(Entity<'_>),
) -> Result<(), Malformed> {
    match of.named {
        Named::Itself => {
            for name in request.scalars(of.asked)? {
                visit(coordinated(of, name?.bytes()));
            }
        }
        Named::By(field) => {
            for element in request.elements(of.asked)? {
                visit(coordinated(of, element?.bytes(field)?));
            }
        }
    }
    Ok(())
}

fn coordinated(of: &Entities, name: Option<&[u8]>) -> Entity<'static> {
    match (of.coordinator, name) {
        // Nobody coordinates a transaction without a name; any broker says what is wrong with that.
        (None, _) | (_, None) | (Some(CoordinatorKind::Transaction), Some(b"")) => Entity::Any,
        (Some(kind), Some(name)) => Entity::Coordinator(CoordinatorKey {
            kind,
            name: Bytes::copy_from_slice(name),
        }),
    }
}

fn each_resource(
    request: &Peek<'_>,
    of: &Entities,
    visit: &mut dyn FnMut(Entity<'_>),
) -> Result<(), Malformed> {
    for resource in request.elements(of.asked)? {
        visit(match configs::broker_of(&resource?)? {
            Some(broker) => Entity::Broker(broker),
            None => Entity::Any,
        });
    }
    Ok(())
}
