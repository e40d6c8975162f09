//! What does a Metadata answer say about brokers and topics?

use crate::cluster::view::{BrokerSeen, Observation, PartitionSeen, RackSeen, TopicKey, TopicSeen};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::peek::Peek;
use shotover::wire::{ApiKey, ErrorCode, Malformed, Reader};

/// Partitions from this number on are not believed in: Kafka clusters have fewer altogether, and whoever keeps
/// partitions by their number must not be made to keep room for two thousand million.
const TOO_MANY_PARTITIONS: i32 = 1_000_000;

/// Bytes of the name of a rack. A broker in one with a longer name is taken for one without a rack: names are kept.
const LONGEST_RACK: usize = 1_000;

/// What the answer says. Nothing if it is an error altogether.
pub(super) fn observe(version: i16, body: &[u8]) -> Result<Vec<Observation>, Malformed> {
    let mut walk = Walk {
        reader: Reader::new(body, ApiKey::Metadata.encoding(version)),
        version,
    };
    walk.answer()
}

/// Whether the answer names no broker and no reason: its broker has just started, and does not know the cluster yet. Nor
/// does it know any topic then.
pub(crate) fn knows_nobody(answer: &Message) -> bool {
    let (schema, version) = (ApiKey::Metadata.response_schema(), answer.api_version());
    let body = answer.body_bytes().unwrap_or_default();
    let looked = || {
        let answer = Peek::new(schema, version, &body);
        if answer.elements("Brokers")?.next().is_some() {
            return Ok(false);
        }
        // Behind all topics: that is far.
        let reason = match version {
            ..13 => None,
            13.. => answer.int("ErrorCode")?,
        };
        Ok::<bool, Malformed>(reason.unwrap_or(0) == 0)
    };
    looked() == Ok(true)
}

struct Walk<'a> {
    reader: Reader<'a>,
    version: i16,
}

impl Walk<'_> {
    fn answer(&mut self) -> Result<Vec<Observation>, Malformed> {
        if self.version >= 3 {
            self.reader.i32("ThrottleTimeMs")?;
        }
        let mut seen = Vec::new();
        let brokers = self.brokers()?;
        // None at all are the answer of a broker that does not know the cluster yet.
        if !brokers.is_empty() {
            seen.push(Observation::Brokers(brokers));
        }
        if self.version >= 2 {
            self.reader.nullable_string("ClusterId")?;
        }
        if self.version >= 1 {
            let id = self.reader.i32("ControllerId")?;
            // -1 if the broker knows of none.
            seen.extend((id >= 0).then_some(Observation::Controller(BrokerId(id))));
        }
        for _ in 0..self.reader.count("Topics", 8)? {
            seen.extend(self.topic()?);
        }
        if (8..=10).contains(&self.version) {
            self.reader.i32("ClusterAuthorizedOperations")?;
        }
        if self.version >= 13 && self.reader.i16("ErrorCode")? != 0 {
            seen.clear();
        }
        Ok(seen)
    }

    fn brokers(&mut self) -> Result<Vec<BrokerSeen>, Malformed> {
        let mut brokers = Vec::new();
        for _ in 0..self.reader.count("Brokers", 10)? {
            let id = self.reader.i32("NodeId")?;
            let host = self.reader.string("Host")?;
            let port = self.reader.i32("Port")?;
            let rack = match self.version {
                ..1 => RackSeen::Untold,
                1.. => {
                    let rack = self.reader.nullable_string("Rack")?;
                    let rack = rack.filter(|rack| rack.len() <= LONGEST_RACK);
                    RackSeen::Told(rack.map(text))
                }
            };
            self.reader.skip_tags()?;
            let port = u16::try_from(port).ok().filter(|port| *port != 0);
            if let (true, false, Some(port)) = (id >= 0, host.is_empty(), port) {
                brokers.push(BrokerSeen {
                    id: BrokerId(id),
                    host: text(host),
                    port,
                    rack,
                });
            }
        }
        Ok(brokers)
    }

    fn topic(&mut self) -> Result<Option<Observation>, Malformed> {
        let error = ErrorCode(self.reader.i16("ErrorCode")?);
        let name = match self.version {
            ..12 => Some(self.reader.string("Name")?),
            12.. => self.reader.nullable_string("Name")?,
        };
        let id = match self.version {
            ..10 => None,
            10.. => Some(self.reader.uuid("TopicId")?).filter(|id| *id != [0; 16]),
        };
        if self.version >= 1 {
            self.reader.bool("IsInternal")?;
        }
        let partitions = self.partitions()?;
        if self.version >= 8 {
            self.reader.i32("TopicAuthorizedOperations")?;
        }
        self.reader.skip_tags()?;
        let name = name.map(Bytes::copy_from_slice);
        Ok(match error {
            ErrorCode::NONE => name.map(|name| whole(name, id, partitions)),
            // About to be made, or some partition has no leader: the others are as good as ever.
            ErrorCode::LEADER_NOT_AVAILABLE if !partitions.is_empty() => {
                name.map(|name| whole(name, id, partitions))
            }
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION | ErrorCode::UNKNOWN_TOPIC_ID => {
                let name = name.filter(|name| !name.is_empty()).map(TopicKey::Name);
                name.or(id.map(TopicKey::Id)).map(Observation::NoSuchTopic)
            }
            _ => None,
        })
    }

    fn partitions(&mut self) -> Result<Vec<PartitionSeen>, Malformed> {
        let mut partitions = Vec::new();
        for _ in 0..self.reader.count("Partitions", 13)? {
            let seen = self.partition()?;
            if (0..TOO_MANY_PARTITIONS).contains(&seen.index) {
                partitions.push(seen);
            }
        }
        partitions.sort_unstable_by_key(|partition| partition.index);
        partitions.dedup_by_key(|partition| partition.index);
        Ok(partitions)
    }

    fn partition(&mut self) -> Result<PartitionSeen, Malformed> {
        self.reader.i16("ErrorCode")?;
        let index = self.reader.i32("PartitionIndex")?;
        let leader = self.reader.i32("LeaderId")?;
        let epoch = match self.version {
            ..7 => None,
            7.. => Some(self.reader.i32("LeaderEpoch")?).filter(|epoch| *epoch >= 0),
        };
        self.skip_ids("ReplicaNodes")?;
        self.skip_ids("IsrNodes")?;
        if self.version >= 5 {
            self.skip_ids("OfflineReplicas")?;
        }
        self.reader.skip_tags()?;
        Ok(PartitionSeen {
            index,
            leader: (leader >= 0).then_some(BrokerId(leader)),
            epoch,
        })
    }

    fn skip_ids(&mut self, what: &'static str) -> Result<(), Malformed> {
        let count = self.reader.count(what, 4)?;
        self.reader.take(count.saturating_mul(4), what).map(drop)
    }
}

fn whole(name: Bytes, id: Option<[u8; 16]>, partitions: Vec<PartitionSeen>) -> Observation {
    Observation::Topic(TopicSeen {
        name,
        id,
        partitions,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
