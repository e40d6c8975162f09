//! Do the members of a group divide the work, and keep their share of it when they are known by name?

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use test_helpers::clients::{Client, Librdkafka, keyed_records};
use test_helpers::kafka::is_before_4;
use test_helpers::rdkafka::client::ClientContext;
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use test_helpers::rdkafka::message::Message;
use test_helpers::wait::wait_until;

use crate::setup::{Front, LIMIT, both};

/// How long one call into librdkafka may block.
const POLL: Duration = Duration::from_millis(20);

/// The kinds of consumer groups that brokers of this version have.
fn protocols() -> Vec<&'static str> {
    match is_before_4().unwrap() {
        true => vec!["classic"],
        false => vec!["classic", "consumer"],
    }
}

#[test]
fn the_members_of_a_group_of_either_protocol_share_the_partitions() {
    let (_cluster, fronts) = both(2);
    for front in &fronts {
        for protocol in protocols() {
            check_group(front, protocol);
        }
    }
}

/// Two members of a group share its partitions.
pub(crate) fn check_group(front: &Front, protocol: &str) {
    let client = Librdkafka::new(&front.address);
    let topic = format!("group-{protocol}-{}", front.name());
    client.create_topic(&topic, 6, 3).unwrap();
    let sent = keyed_records(600);
    client.produce(&topic, &sent).unwrap();
    let config = client
        .clone()
        .set("group.id", &topic)
        .set("group.protocol", protocol);
    let members: Vec<BaseConsumer> = (0..3).map(|_| config.create().unwrap()).collect();
    for member in &members {
        member.subscribe(&[&topic]).unwrap();
    }
    let (mut seen, mut owners) = (BTreeSet::new(), BTreeSet::new());
    wait_until("all records and all members", LIMIT, || {
        for (number, member) in members.iter().enumerate() {
            if let Some(message) = member.poll(Duration::from_millis(20)) {
                seen.insert(message?.payload().unwrap_or_default().to_vec());
            }
            owners.extend((member.assignment()?.count() == 2).then_some(number));
        }
        Ok((seen.len() == sent.len() && owners.len() == members.len()).then_some(()))
    })
    .unwrap();
}

#[test]
fn a_member_that_is_known_by_name_comes_back_without_a_rebalance() {
    let (_cluster, fronts) = both(2);
    for front in &fronts {
        for protocol in protocols() {
            check_static_members(front, protocol);
        }
    }
}

/// Counts rebalances.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl ClientContext for Counting {}

impl ConsumerContext for Counting {
    fn post_rebalance(&self, _: &BaseConsumer<Self>, _: &Rebalance<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The partitions of a member, which is polled.
fn partitions(member: &BaseConsumer<Counting>) -> Result<Vec<i32>> {
    // Records are of no interest, and the client goes on by itself after an error.
    drop(member.poll(POLL));
    let assignment = member.assignment()?;
    let mut partitions: Vec<i32> = assignment
        .elements()
        .iter()
        .map(|element| element.partition())
        .collect();
    partitions.sort_unstable();
    Ok(partitions)
}

fn check_static_members(front: &Front, protocol: &str) {
    let topic = format!("static-{protocol}-{}", front.name());
    let client = Librdkafka::new(&front.address);
    client.create_topic(&topic, 6, 3).unwrap();
    let counting = Counting::default();
    let member = |name: &str, context: &Counting| {
        let config = client
            .clone()
            .set("group.id", &topic)
            .set("group.protocol", protocol)
            .set("group.instance.id", name)
            .config();
        let member: BaseConsumer<Counting> = config.create_with_context(context.clone()).unwrap();
        member.subscribe(&[&topic]).unwrap();
        member
    };
    let staying = member("staying", &counting);
    let leaving = member("leaving", &Counting::default());
    let halves = wait_until("each member has half of the partitions", LIMIT, || {
        let halves = (partitions(&staying)?, partitions(&leaving)?);
        Ok((halves.0.len() == 3 && halves.1.len() == 3).then_some(halves))
    })
    .unwrap();
    let rebalances = counting.0.load(Ordering::Relaxed);

    drop(leaving);
    let back = member("leaving", &Counting::default());
    wait_until("the member has its partitions again", LIMIT, || {
        assert_eq!(partitions(&staying)?, halves.0, "{protocol}");
        Ok((partitions(&back)? == halves.1).then_some(()))
    })
    .unwrap();
    assert_eq!(counting.0.load(Ordering::Relaxed), rebalances, "{protocol}");
}
