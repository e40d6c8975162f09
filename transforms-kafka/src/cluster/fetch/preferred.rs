//! From which replica does the leader of a partition want it to be fetched (KIP-392)?
//!
//! A leader that is told the rack of a consumer names a replica there in place of records. The client knows no replicas:
//! what it fetches next is fetched from there. But if there is a proxy in that rack, and this one is in another, the client
//! is told to go there: its records would cross racks twice otherwise.

use super::part::Rack;
use super::wanted::{Asked, PartitionKey};
use crate::cluster::api::Place;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::Malformed;
use shotover::wire::fetch_response::Partitions;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// For how long a replica serves a partition before its leader is asked again: the age at which Java's client gives up
/// what it knows, `metadata.max.age.ms`.
const LEASE: Duration = Duration::from_secs(300);

/// For how long a leader has to serve a partition whose replica could not, and a replica a client that does not go to the proxy
/// it was told of.
const PAUSE: Duration = Duration::from_secs(30);

/// Bytes that say that there are no tagged fields, at most.
const NO_TAGS: usize = 1;

/// Partitions of which one client connection remembers this. Of more, leaders are not told the rack.
pub(super) const MAX_PREFERRED: usize = 10_000;

/// What is known about the brokers that a fetch may go to.
pub(crate) trait Brokers {
    /// The leader of a partition, if it is known.
    fn leader(&self, partition: &PartitionKey) -> Option<BrokerId>;
    /// Who is asked about this partition, whose leader is not known.
    fn without_leader(&self, partition: &PartitionKey) -> Place;
    /// Whether this broker is in the cluster, and believed to answer.
    fn is_up(&self, broker: BrokerId) -> bool;
}

/// The replicas that one client connection fetches from in place of leaders.
#[derive(Debug, Default)]
pub(crate) struct Preferred(BTreeMap<PartitionKey, Choice>);

#[derive(Clone, Copy, Debug)]
struct Choice {
    server: Server,
    until: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    /// This one, which was named by that leader.
    Replica { replica: BrokerId, leader: BrokerId },
    /// The leader alone.
    Leader,
}

/// Who is asked for a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Its leader, or whoever knows about it.
    Leader(Place),
    /// Another broker, because the leader said so.
    Replica(BrokerId),
}

/// Where a partition is read from, as its leader said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadFrom {
    /// From this replica.
    Replica(BrokerId),
    /// From this one, through this other proxy, which is in the rack of the client.
    Through { proxy: BrokerId, replica: BrokerId },
}

/// What came of a leader naming a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// The partition has to be asked for elsewhere.
    Elsewhere,
    /// Nobody is asked because of it: whoever answered was not to name one.
    Ignored,
}

impl Preferred {
    /// Who is asked for a partition.
    pub(super) fn source(
        &mut self,
        partition: &PartitionKey,
        brokers: &dyn Brokers,
        now: Instant,
    ) -> Source {
        let leader = brokers.leader(partition);
        if let Some(Server::Replica {
            replica,
            leader: by,
        }) = self.choice(partition, now)
        {
            if leader.is_some_and(|leader| leader != by) {
                self.0.remove(partition);
            } else if brokers.is_up(replica) {
                return Source::Replica(replica);
            } else {
                self.avoid(partition, now);
            }
        }
        Source::Leader(leader.map_or_else(|| brokers.without_leader(partition), Place::Broker))
    }

    /// Whether a broker that is asked for these is told the rack: not if the leader has to serve one of them, or if there
    /// is no room to remember what it says.
    pub(super) fn rack_for(&mut self, asked: &[Asked], now: Instant) -> Rack {
        if self.0.len().saturating_add(asked.len()) > MAX_PREFERRED {
            self.0.retain(|_, choice| choice.until > now);
        }
        let has_room = self.0.len().saturating_add(asked.len()) <= MAX_PREFERRED;
        let has_to_serve =
            |asked: &Asked| self.choice(&asked.partition, now) == Some(Server::Leader);
        if has_room && !asked.iter().any(has_to_serve) {
            Rack::Told
        } else {
            Rack::Withheld
        }
    }

    /// A broker named a replica for a partition.
    pub(super) fn named(
        &mut self,
        partition: &PartitionKey,
        (replica, by): (BrokerId, BrokerId),
        now: Instant,
    ) -> Named {
        match self.choice(partition, now) {
            Some(Server::Leader) => return Named::Ignored,
            // Replicas that name each other would be asked in turn for ever.
            Some(Server::Replica { .. }) => self.avoid(partition, now),
            None if replica == by || self.0.len() >= MAX_PREFERRED => return Named::Ignored,
            None => {
                let choice = Choice {
                    server: Server::Replica {
                        replica,
                        leader: by,
                    },
                    until: now + LEASE,
                };
                self.0.insert(partition.clone(), choice);
            }
        }
        Named::Elsewhere
    }

    /// The client was told to read a partition through another proxy. If it asks again, it does not get there: it is served
    /// from the replica for a while.
    pub(super) fn told(
        &mut self,
        partition: &PartitionKey,
        (replica, leader): (BrokerId, BrokerId),
        now: Instant,
    ) {
        if self.0.len() < MAX_PREFERRED {
            let choice = Choice {
                server: Server::Replica { replica, leader },
                until: now + PAUSE,
            };
            self.0.insert(partition.clone(), choice);
        }
    }

    /// The replica of a partition cannot serve it.
    pub(super) fn avoid(&mut self, partition: &PartitionKey, now: Instant) {
        let choice = Choice {
            server: Server::Leader,
            until: now + PAUSE,
        };
        if self.0.len() < MAX_PREFERRED || self.0.contains_key(partition) {
            self.0.insert(partition.clone(), choice);
        }
    }

    fn choice(&self, partition: &PartitionKey, now: Instant) -> Option<Server> {
        let choice = self.0.get(partition)?;
        (choice.until > now).then_some(choice.server)
    }
}

/// What an answer says about brokers.
#[derive(Debug, Default)]
pub(crate) struct OfBrokers {
    /// The replicas that it names.
    pub(crate) replicas: BTreeMap<PartitionKey, BrokerId>,
    /// Whether it says anything: that, who leads what, or errors, which may come of a change of that.
    pub(crate) is_any: bool,
}

/// What an answer says about brokers; an open one says nothing.
///
/// # Errors
/// When the answer is malformed.
pub(crate) fn said_of_brokers(answer: &Message) -> Result<OfBrokers, Malformed> {
    let mut said = OfBrokers::default();
    if answer.missing() > 0 {
        return Ok(said);
    }
    let body = answer.body_bytes().unwrap_or_default();
    let mut partitions = Partitions::new(answer.api_version(), &body)?;
    said.is_any = partitions.error.is_error();
    for partition in partitions.by_ref() {
        let partition = partition?;
        let is_error = partition.error.is_error();
        let names_replica = partition.preferred_read_replica >= 0;
        said.is_any |= is_error || names_replica || partition.tags.len() > NO_TAGS;
        if names_replica && !is_error {
            let key = PartitionKey {
                topic: partition.topic.into(),
                index: partition.index,
            };
            let replica = BrokerId(partition.preferred_read_replica);
            said.replicas.insert(key, replica);
        }
    }
    let tags = partitions.tags_offset().unwrap_or_default();
    said.is_any |= body.len().saturating_sub(tags) > NO_TAGS;
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_protocol::messages::fetch_response::{
        EpochEndOffset, FetchableTopicResponse, LeaderIdAndEpoch, NodeEndpoint, PartitionData,
    };
    use kafka_protocol::messages::{FetchRequest, FetchResponse, ResponseKind, TopicName};
    use kafka_protocol::protocol::StrBytes;

    fn answer(version: i16, change: impl Fn(&mut FetchResponse)) -> Message {
        let partitions = [0, 1].map(|index| {
            PartitionData::default()
                .with_partition_index(index)
                .with_preferred_read_replica(BrokerId(-1))
                .with_records(Some(vec![7; 100].into()))
        });
        let topic = FetchableTopicResponse::default().with_partitions(partitions.into());
        let topic = match version {
            ..13 => topic.with_topic(TopicName(StrBytes::from_static_str("t"))),
            13.. => topic.with_topic_id(uuid::Uuid::from_u128(7)),
        };
        let mut body = FetchResponse::default().with_responses(vec![topic]);
        change(&mut body);
        let request = Message::new_request(version, "c", &FetchRequest::default()).unwrap();
        request.respond(&ResponseKind::Fetch(body)).unwrap()
    }

    /// What an answer says about brokers: whether anything, and which replica of partition 1.
    #[track_caller]
    fn check(
        versions: impl IntoIterator<Item = i16>,
        expected: (bool, Option<i32>),
        change: impl Fn(&mut FetchResponse),
    ) {
        for version in versions {
            let said = said_of_brokers(&answer(version, &change)).unwrap();
            let replicas: Vec<(i32, i32)> = said
                .replicas
                .iter()
                .map(|(partition, broker)| (partition.index, broker.0))
                .collect();
            let named: Vec<(i32, i32)> = expected.1.into_iter().map(|it| (1, it)).collect();
            assert_eq!((said.is_any, replicas), (expected.0, named), "v{version}");
        }
    }

    fn second(body: &mut FetchResponse) -> &mut PartitionData {
        &mut body.responses[0].partitions[1]
    }

    #[test]
    fn answers_with_nothing_but_records_say_nothing_about_brokers() {
        check(4..=18, (false, None), |_| {});
        check(4..=18, (false, None), |body| body.responses.clear());
    }

    #[test]
    fn errors_leaders_replicas_and_addresses_are_about_brokers() {
        check(7..=18, (true, None), |body| body.error_code = 70);
        check(4..=18, (true, None), |body| second(body).error_code = 6);
        check(11..=18, (true, Some(3)), |body| {
            second(body).preferred_read_replica = BrokerId(3);
        });
        check(11..=18, (true, None), |body| {
            second(body).error_code = 6;
            second(body).preferred_read_replica = BrokerId(3);
        });
        check(12..=18, (true, None), |body| {
            second(body).current_leader = LeaderIdAndEpoch::default().with_leader_id(BrokerId(3));
        });
        check(12..=18, (true, None), |body| {
            second(body).diverging_epoch = EpochEndOffset::default().with_epoch(3);
        });
        check(16..=18, (true, None), |body| {
            body.node_endpoints = vec![NodeEndpoint::default().with_node_id(BrokerId(3))];
        });
    }
}
