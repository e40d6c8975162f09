//! What goes where, and what becomes of the request by that?

use super::entities::{Entity, entities};
use super::{contents, placed, produce, resources};
use crate::cluster::api::outage::Outage;
use crate::cluster::api::spread::Spread;
use crate::cluster::api::table::api;
use bytes::BytesMut;
use kafka_protocol::messages::BrokerId;
use shotover::message::{EncodeError, Message};
use shotover::wire::value::{self, Structure};
use shotover::wire::{ApiKey, Malformed};
use thiserror::Error;

/// Where something in a request belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Broker(BrokerId),
    /// No broker can be asked, and clients are told why.
    Nowhere(Outage),
}

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Split {
    /// All of it belongs there: it goes as it is.
    Whole(Place),
    /// These go in its place, in the order in which it names what they are about. Their answers, with theirs that go
    /// nowhere, are made into one by [`merge_parts`](crate::cluster::api::merge_parts). There may be just one, when
    /// it says something else than the client does.
    Parts(Vec<SubRequest>),
}

/// A part of a request, under an id of its own.
#[derive(Debug)]
pub(crate) struct SubRequest {
    pub(crate) place: Place,
    pub(crate) request: Message,
    /// What [`for_error`](crate::cluster::api::for_error) would keep of it, had it not to copy the records for that.
    pub(crate) kept: Message,
}

/// A request cannot be taken apart.
#[derive(Debug, Error)]
pub(crate) enum SplitError {
    /// It is not what the schema of its API says.
    #[error("the client sent a malformed {api} v{version} request")]
    Malformed {
        api: ApiKey,
        version: i16,
        #[source]
        source: Malformed,
    },
    /// It would become too many.
    #[error("the request is about the configurations of more than {max} brokers", max = resources::MAX_BROKERS)]
    TooManyBrokers,
    /// An earlier change of it cannot be encoded, or a part is too long.
    #[error("a part of a request cannot be encoded")]
    Encode(#[from] EncodeError),
    /// The contents of a part cannot be encoded.
    #[error("the contents of a part of a request cannot be encoded")]
    Contents(#[from] value::EncodeError),
}

impl SplitError {
    pub(super) fn malformed(request: &Message) -> impl Fn(Malformed) -> Self {
        let (api, version) = (request.api_key(), request.api_version());
        move |source| Self::Malformed {
            api,
            version,
            source,
        }
    }
}

/// Takes a request apart where `place` says that what it names belongs to different places.
///
/// `place` is asked about each thing that [`entities`] visits, in that order.
///
/// # Errors
/// When the request is malformed, or a part of it cannot be encoded.
pub(crate) fn split(
    request: &Message,
    place: &mut dyn FnMut(Entity<'_>) -> Place,
) -> Result<Split, SplitError> {
    match api(request.api_key()).spread {
        Spread::Records => produce::split(request, place),
        Spread::Resources(of) => resources::split(request, of, place),
        Spread::Placed(of) => placed::split(request, of, place),
        Spread::Partitions(_) | Spread::Entities(_) | Spread::Whole | Spread::Withheld => {
            by_entity(request, place)
        }
    }
}

fn by_entity(
    request: &Message,
    place: &mut dyn FnMut(Entity<'_>) -> Place,
) -> Result<Split, SplitError> {
    let mut places = Vec::new();
    entities(request, &mut |entity| places.push(place(entity)))?;
    let Some(first) = places.first().copied() else {
        return Ok(Split::Whole(place(Entity::Any)));
    };
    if places.iter().all(|place| *place == first) {
        return Ok(Split::Whole(first));
    }
    let contents = decode(request)?;
    let shares = match api(request.api_key()).spread {
        Spread::Partitions(of) => contents::by_partition(contents, of.array(), first, places),
        Spread::Entities(of) => contents::by_element(contents, of.asked, first, places),
        // Of these, only one entity is visited.
        Spread::Records
        | Spread::Resources(_)
        | Spread::Placed(_)
        | Spread::Whole
        | Spread::Withheld => return Ok(Split::Whole(first)),
    };
    parts(request, shares)
}

pub(super) fn decode(request: &Message) -> Result<Structure, SplitError> {
    let body = request.body_bytes()?;
    let schema = request.api_key().request_schema();
    let contents = schema.decode(request.api_version(), &body);
    contents.map_err(SplitError::malformed(request))
}

/// The requests with these contents.
pub(super) fn parts(
    request: &Message,
    shares: Vec<(Place, Structure)>,
) -> Result<Split, SplitError> {
    let schema = request.api_key().request_schema();
    let parts = shares.into_iter().map(|(place, contents)| {
        let mut body = BytesMut::new();
        schema.encode(request.api_version(), &contents, &mut body)?;
        let request = request.duplicate_request().with_body(vec![body.freeze()])?;
        Ok(SubRequest {
            place,
            kept: request.clone(),
            request,
        })
    });
    let parts: Result<Vec<SubRequest>, SplitError> = parts.collect();
    parts.map(Split::Parts)
}
