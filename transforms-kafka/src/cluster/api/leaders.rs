//! What does an answer say about who leads a partition?

use super::target::Partitions;
use crate::cluster::view::{BrokerSeen, Leader, Observation, RackSeen, TopicKey};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::wire::addresses::{self, Address, NewAddress};
use shotover::wire::peek::Peek;
use shotover::wire::{ApiKey, ErrorCode, Malformed, Reader, Topic};

/// A partition that a broker would not serve.
#[derive(Debug)]
pub(super) struct Failed<'a> {
    pub(super) topic: Topic<'a>,
    pub(super) partition: i32,
    pub(super) error: ErrorCode,
    /// Who leads it according to the same answer (KIP-951).
    pub(super) leader: Option<Leader>,
}

impl Failed<'_> {
    /// What that says about the cluster, if anything.
    pub(super) fn observation(&self, broker: Option<BrokerId>) -> Option<Observation> {
        let topic = TopicKey::from(self.topic);
        let partition = self.partition;
        let not_leader = |topic| {
            broker.map(|broker| Observation::NotLeader {
                topic,
                partition,
                broker,
            })
        };
        match (self.error, topic) {
            (ErrorCode::NOT_LEADER_OR_FOLLOWER | ErrorCode::FENCED_LEADER_EPOCH, topic) => {
                match self.leader {
                    Some(leader) => Some(Observation::Leader {
                        topic,
                        partition,
                        leader,
                    }),
                    // That the client knows of an earlier election says nothing about the broker.
                    None if self.error == ErrorCode::FENCED_LEADER_EPOCH => None,
                    None => not_leader(topic),
                }
            }
            // The topic may well be there, without this partition on this broker.
            (ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, topic) => not_leader(topic),
            (ErrorCode::UNKNOWN_TOPIC_ID | ErrorCode::INCONSISTENT_TOPIC_ID, topic) => {
                match topic {
                    TopicKey::Id(_) => Some(Observation::NoSuchTopic(topic)),
                    TopicKey::Name(_) => not_leader(topic),
                }
            }
            _ => None,
        }
    }
}

/// The leader in a tagged `CurrentLeader`; none if it says that there is none.
pub(super) fn current_leader(mut content: Reader<'_>) -> Result<Option<Leader>, Malformed> {
    let id = content.i32("LeaderId")?;
    let epoch = content.i32("LeaderEpoch")?;
    Ok(leader(id, epoch))
}

fn leader(id: i32, epoch: i32) -> Option<Leader> {
    (id >= 0).then_some(Leader {
        broker: BrokerId(id),
        epoch: (epoch >= 0).then_some(epoch),
    })
}

/// The brokers that an answer names as leaders, with their addresses.
pub(super) fn endpoints(
    key: ApiKey,
    version: i16,
    body: &Bytes,
) -> Result<Vec<Observation>, Malformed> {
    let mut seen = Vec::new();
    addresses::rewrite(key, version, body, &mut |address: Address<'_>| {
        let port = u16::try_from(address.port).unwrap_or_default();
        if port != 0 && address.node_id >= 0 {
            seen.push(Observation::Broker(BrokerSeen {
                id: BrokerId(address.node_id),
                host: String::from_utf8_lossy(address.host).into_owned(),
                port,
                rack: RackSeen::Untold,
            }));
        }
        let host = Bytes::copy_from_slice(address.host);
        NewAddress { host, port }
    })?;
    Ok(seen)
}

/// What an answer with partitions in places like these says about their leaders.
pub(super) fn observe(
    answer: &Peek<'_>,
    partitions: &Partitions,
    broker: Option<BrokerId>,
) -> Result<Vec<Observation>, Malformed> {
    let mut seen = Vec::new();
    // All of them are looked at: none is what is sought.
    answer.find(partitions.topics, &mut |topic: &Peek<'_>| {
        let Some(name) = partitions.topic_of(topic)? else {
            return Ok(None);
        };
        for partition in topic.elements("Partitions")? {
            let failed = failed(&partition?, partitions, name)?;
            seen.extend(failed.and_then(|failed| failed.observation(broker)));
        }
        Ok(None::<()>)
    })?;
    Ok(seen)
}

fn failed<'a>(
    partition: &Peek<'_>,
    partitions: &Partitions,
    topic: Topic<'a>,
) -> Result<Option<Failed<'a>>, Malformed> {
    let error = code(partition)?;
    let index = partition.int(partitions.answered_partition)?;
    let (true, Some(index)) = (error.is_error(), index) else {
        return Ok(None);
    };
    let leader = match partition.structure("CurrentLeader")? {
        Some(said) => leader(
            said.int("LeaderId")?.unwrap_or(-1),
            said.int("LeaderEpoch")?.unwrap_or(-1),
        ),
        None => None,
    };
    Ok(Some(Failed {
        topic,
        partition: index,
        error,
        leader,
    }))
}

fn code(partition: &Peek<'_>) -> Result<ErrorCode, Malformed> {
    let code = partition.int("ErrorCode")?.unwrap_or(0);
    Ok(i16::try_from(code).map_or(ErrorCode::NONE, ErrorCode))
}
