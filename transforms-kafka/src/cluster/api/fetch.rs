//! Who has the records a client asks for, and who has them according to the answer?

use super::leaders::{Failed, current_leader};
use super::route::{Route, known_epoch};
use crate::cluster::view::Observation;
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::fetch_response::Partitions;
use shotover::wire::{ApiKey, Encoding, Malformed, Reader, Topic};

/// The tag of a partition's new leader (KIP-951).
const CURRENT_LEADER: u32 = 1;

/// The fields in front of the topics that say whom the request is for.
#[derive(Clone, Copy, Debug, Default)]
struct Session {
    id: i32,
    epoch: i32,
}

impl Session {
    /// Whether the session has been opened before: what the request names is what changes in it.
    fn is_open(self) -> bool {
        self.id != 0 && self.epoch > 0
    }

    fn route(self) -> Route<'static> {
        Route::FetchSession {
            id: self.id,
            epoch: self.epoch,
        }
    }
}

/// Whether the request goes on with a session that was opened before (KIP-227).
pub(super) fn is_in_session(version: i16, body: &[u8]) -> bool {
    let mut reader = Reader::new(body, ApiKey::Fetch.encoding(version));
    session(&mut reader, version).is_ok_and(Session::is_open)
}

/// Whether the request names a partition to fetch.
pub(super) fn names_partitions(version: i16, body: &[u8]) -> bool {
    let mut reader = Reader::new(body, ApiKey::Fetch.encoding(version));
    let first =
        session(&mut reader, version).and_then(|_| first(&mut reader, version, Element::Fetched));
    matches!(first, Ok(Some(_)))
}

/// The broker that has the request's session, or the leader of the first partition.
pub(super) fn route(version: i16, body: &[u8]) -> Result<Route<'_>, Malformed> {
    let mut reader = Reader::new(body, ApiKey::Fetch.encoding(version));
    let session = session(&mut reader, version)?;
    if session.is_open() {
        return Ok(session.route());
    }
    if let Some(leader) = first(&mut reader, version, Element::Fetched)? {
        return Ok(leader);
    }
    if version >= 7
        && let Some(leader) = first(&mut reader, version, Element::Forgotten)?
    {
        return Ok(leader);
    }
    match session.id {
        0 => Ok(Route::Any),
        _ => Ok(session.route()),
    }
}

/// Reads up to the topics.
fn session(reader: &mut Reader<'_>, version: i16) -> Result<Session, Malformed> {
    if version <= 14 {
        reader.i32("ReplicaId")?;
    }
    reader.i32("MaxWaitMs")?;
    reader.i32("MinBytes")?;
    reader.i32("MaxBytes")?;
    reader.i8("IsolationLevel")?;
    match version {
        ..7 => Ok(Session::default()),
        7.. => Ok(Session {
            id: reader.i32("SessionId")?,
            epoch: reader.i32("SessionEpoch")?,
        }),
    }
}

/// What an element of a topic's partitions is.
#[derive(Clone, Copy, Debug)]
enum Element {
    /// A structure that begins with the partition's number.
    Fetched,
    /// The number alone.
    Forgotten,
}

impl Element {
    /// Bytes of an element without its tagged fields.
    fn size(self, version: i16) -> usize {
        match (self, version) {
            (Self::Forgotten, _) => 4,
            // Partition, FetchOffset, PartitionMaxBytes; then LogStartOffset, CurrentLeaderEpoch, LastFetchedEpoch.
            (Self::Fetched, ..5) => 16,
            (Self::Fetched, 5..9) => 24,
            (Self::Fetched, 9..12) => 28,
            (Self::Fetched, 12..) => 32,
        }
    }
}

fn topic<'a>(reader: &mut Reader<'a>, version: i16) -> Result<Topic<'a>, Malformed> {
    match version {
        ..13 => reader.string("Topic").map(Topic::Name),
        13.. => reader.uuid("TopicId").map(Topic::Id),
    }
}

/// The first partition of the array of topics that the reader stands in front of; reads past the array if there is none.
fn first<'a>(
    reader: &mut Reader<'a>,
    version: i16,
    element: Element,
) -> Result<Option<Route<'a>>, Malformed> {
    for _ in 0..reader.count("Topics", 3)? {
        let topic = topic(reader, version)?;
        if reader.count("Partitions", element.size(version))? > 0 {
            let partition = reader.i32("Partition")?;
            let epoch = match (element, version) {
                (Element::Fetched, 9..) => known_epoch(reader.i32("CurrentLeaderEpoch")?),
                (Element::Fetched, ..9) | (Element::Forgotten, _) => None,
            };
            return Ok(Some(Route::Leader {
                topic,
                partition,
                epoch,
            }));
        }
        reader.skip_tags()?;
    }
    Ok(None)
}

/// The request with an empty rack.
///
/// A leader that is told the client's rack may name a replica there in place of records (KIP-392). A client whose
/// connections do not tell which broker they are for would ask that replica through this proxy, which routes by content:
/// to the leader again, for ever.
pub(crate) fn without_rack(request: Message) -> Message {
    let version = request.api_version();
    if request.api_key() != ApiKey::Fetch || version < 11 {
        return request;
    }
    let Ok(body) = request.body_bytes() else {
        return request;
    };
    // What cannot be read is for the broker to refuse.
    match rack(version, &body) {
        Ok(rack) if !rack.is_empty() => {
            let start = rack.start;
            let empty: &'static [u8] = match ApiKey::Fetch.encoding(version) {
                Encoding::Fixed => &[0, 0],
                Encoding::Compact => &[1],
            };
            let pieces = vec![
                body.slice(..start),
                Bytes::from_static(empty),
                body.slice(rack.end..),
            ];
            request.with_body(pieces).unwrap_or(request)
        }
        Ok(_) | Err(_) => request,
    }
}

/// Where the rack stands with its length; an empty range where it says nothing.
fn rack(version: i16, body: &[u8]) -> Result<std::ops::Range<usize>, Malformed> {
    let mut reader = Reader::new(body, ApiKey::Fetch.encoding(version));
    session(&mut reader, version)?;
    skip_topics(&mut reader, version, Element::Fetched)?;
    skip_topics(&mut reader, version, Element::Forgotten)?;
    let start = reader.position();
    let rack = reader.string("RackId")?;
    Ok(match rack.is_empty() {
        true => start..start,
        false => start..reader.position(),
    })
}

fn skip_topics(reader: &mut Reader<'_>, version: i16, element: Element) -> Result<(), Malformed> {
    let size = element.size(version);
    for _ in 0..reader.count("Topics", 3)? {
        topic(reader, version)?;
        let count = reader.count("Partitions", size)?;
        match (element, reader.encoding()) {
            (Element::Fetched, Encoding::Compact) => {
                for _ in 0..count {
                    reader.take(size, "Partition")?;
                    reader.skip_tags()?;
                }
            }
            (Element::Forgotten, _) | (_, Encoding::Fixed) => {
                reader.take(count.saturating_mul(size), "Partitions")?;
            }
        }
        reader.skip_tags()?;
    }
    Ok(())
}

/// What the answer says about leaders.
pub(super) fn observe(
    version: i16,
    body: &[u8],
    broker: Option<BrokerId>,
) -> Result<Vec<Observation>, Malformed> {
    let mut seen = Vec::new();
    for partition in Partitions::new(version, body)? {
        let partition = partition?;
        if !partition.error.is_error() {
            continue;
        }
        let tags = body.get(partition.tags).unwrap_or_default();
        let mut leader = None;
        Reader::new(tags, ApiKey::Fetch.encoding(version)).tags(|tag, content| {
            if tag == CURRENT_LEADER {
                leader = current_leader(content)?;
            }
            Ok(())
        })?;
        let failed = Failed {
            topic: partition.topic,
            partition: partition.index,
            error: partition.error,
            leader,
        };
        seen.extend(failed.observation(broker));
    }
    Ok(seen)
}
