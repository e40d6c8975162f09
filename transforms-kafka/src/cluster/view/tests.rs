use super::cluster_view::MAX_BROKERS;
use super::store::MAX_AGE;
use super::topics::{MAX_PARTITIONS, MAX_TOPICS, Topics};
use super::*;
use crate::cluster::api::Offered;
use crate::cluster::node::NodeState;
use crate::cluster::tests::fake::versions;
use crate::cluster::tests::log::Log;
use bytes::Bytes;
use kafka_protocol::messages::{ApiVersionsRequest, BrokerId, ResponseKind};
use shotover::message::Message;
use shotover::wire::Topic;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tracing::Level;

const ID: [u8; 16] = [7; 16];
const OTHER_ID: [u8; 16] = [8; 16];

fn broker(id: i32, port: u16) -> BrokerSeen {
    BrokerSeen {
        id: BrokerId(id),
        host: format!("broker{id}"),
        port,
        rack: RackSeen::Told(Some(format!("rack{id}"))),
    }
}

fn partition(index: i32, leader: i32, epoch: i32) -> PartitionSeen {
    PartitionSeen {
        index,
        leader: (leader >= 0).then_some(BrokerId(leader)),
        epoch: Some(epoch),
    }
}

fn topic(id: [u8; 16], partitions: &[PartitionSeen]) -> Observation {
    Observation::Topic(TopicSeen {
        name: Bytes::from_static(b"t"),
        id: Some(id),
        partitions: partitions.to_vec(),
    })
}

fn view(observations: &[Observation]) -> ClusterView {
    ClusterView::default().learn(observations).unwrap()
}

fn key() -> TopicKey {
    TopicKey::Name(Bytes::from_static(b"t"))
}

#[track_caller]
fn check_leader(view: &ClusterView, partition: i32, expected: Leadership) {
    assert_eq!(view.leader(Topic::Name(b"t"), partition), expected);
}

fn led(id: i32, epoch: i32) -> Leadership {
    Leadership::Led(Leader {
        broker: BrokerId(id),
        epoch: Some(epoch),
    })
}

#[test]
fn leaders_are_found_by_name_and_by_id() {
    let view = view(&[topic(ID, &[partition(0, 1, 5), partition(1, 2, 5)])]);
    check_leader(&view, 1, led(2, 5));
    assert_eq!(view.leader(Topic::Id(ID), 0), led(1, 5));
    check_leader(&view, 2, Leadership::Unknown);
    assert_eq!(view.leader(Topic::Name(b"other"), 0), Leadership::Unknown);
}

#[test]
fn partitions_that_are_not_numbered_from_0_are_found() {
    let view = view(&[topic(ID, &[partition(3, 1, 0), partition(9, 2, 0)])]);
    check_leader(&view, 9, led(2, 0));
    check_leader(&view, 0, Leadership::Unknown);
}

#[test]
fn what_is_known_already_makes_no_new_view() {
    let seen = [
        Observation::Brokers(vec![broker(1, 9092)]),
        topic(ID, &[partition(0, 1, 5)]),
        Observation::Coordinator {
            key: group("g"),
            broker: BrokerId(1),
        },
    ];
    assert!(view(&seen).learn(&seen).is_none());
}

#[test]
fn an_older_leader_epoch_never_wins() {
    let view = view(&[topic(ID, &[partition(0, 1, 5)])]);
    assert!(view.learn(&[topic(ID, &[partition(0, 2, 4)])]).is_none());
    let hint = |epoch| Observation::Leader {
        topic: key(),
        partition: 0,
        leader: Leader {
            broker: BrokerId(2),
            epoch: Some(epoch),
        },
    };
    assert!(view.learn(&[hint(5)]).is_none());
    check_leader(&view.learn(&[hint(6)]).unwrap(), 0, led(2, 6));
}

#[test]
fn a_topic_that_was_created_again_counts_its_epochs_anew() {
    let view = view(&[topic(ID, &[partition(0, 1, 5)])]);
    let view = view
        .learn(&[topic(OTHER_ID, &[partition(0, 2, 0)])])
        .unwrap();
    check_leader(&view, 0, led(2, 0));
    assert_eq!(view.leader(Topic::Id(ID), 0), Leadership::Unknown);
    assert_eq!(view.leader(Topic::Id(OTHER_ID), 0), led(2, 0));
}

/// Brokers of an older version tell no ids, or are asked for none.
#[test]
fn a_doubted_leader_of_a_topic_without_an_id_is_that_of_the_one_with_an_id() {
    let Observation::Topic(seen) = topic(ID, &[partition(0, 1, 5)]) else {
        panic!()
    };
    let view = view(&[Observation::Topic(TopicSeen { id: None, ..seen })]);
    let again = topic(ID, &[partition(0, 2, 0)]);
    // It may be an answer from before the last election.
    check_leader(
        &view.learn(std::slice::from_ref(&again)).unwrap(),
        0,
        led(1, 5),
    );
    let not = Observation::NotLeader {
        topic: key(),
        partition: 0,
        broker: BrokerId(1),
    };
    let doubting = view.learn(&[not]).unwrap();
    check_leader(&doubting, 0, Leadership::Leaderless);
    check_leader(&doubting.learn(&[again]).unwrap(), 0, led(2, 0));
}

#[test]
fn a_leader_that_says_it_is_none_is_doubted_and_no_other_one() {
    let view = view(&[topic(ID, &[partition(0, 1, 5)])]);
    let not = |id| Observation::NotLeader {
        topic: TopicKey::Id(ID),
        partition: 0,
        broker: BrokerId(id),
    };
    assert!(view.learn(&[not(2)]).is_none());
    let doubting = view.learn(&[not(1)]).unwrap();
    check_leader(&doubting, 0, Leadership::Leaderless);
    let asked = doubting.learn(&[topic(ID, &[partition(0, 2, 6)])]).unwrap();
    check_leader(&asked, 0, led(2, 6));
}

#[test]
fn a_topic_that_is_gone_is_forgotten_under_both_names() {
    let view = view(&[topic(ID, &[partition(0, 1, 5)])]);
    let view = view.learn(&[Observation::NoSuchTopic(key())]).unwrap();
    check_leader(&view, 0, Leadership::Unknown);
    assert_eq!(view.leader(Topic::Id(ID), 0), Leadership::Unknown);
}

#[test]
fn a_broker_that_moved_is_up_until_found_down_and_one_that_stayed_keeps_its_state() {
    let first = view(&[Observation::Brokers(vec![broker(1, 9092), broker(2, 9092)])]);
    for node in first.nodes() {
        node.health.down(Instant::now());
    }
    let moved = Observation::Brokers(vec![broker(2, 9093), broker(1, 9092)]);
    let view = first.learn(&[moved]).unwrap();
    let state = |id| view.node(BrokerId(id)).unwrap().health.state();
    assert_eq!(state(1), NodeState::Down);
    assert_eq!(state(2), NodeState::Up);
    assert_eq!(view.up().count(), 1);
}

#[test]
fn brokers_that_left_are_gone_and_racks_change() {
    let first = view(&[Observation::Brokers(vec![broker(1, 9092), broker(2, 9092)])]);
    let mut stays = broker(1, 9092);
    stays.rack = RackSeen::Told(None);
    let view = first.learn(&[Observation::Brokers(vec![stays])]).unwrap();
    assert_eq!(view.nodes().len(), 1);
    assert_eq!(view.nodes()[0].rack, None);
}

#[test]
fn a_list_without_racks_says_nothing_about_them() {
    let first = view(&[Observation::Brokers(vec![broker(1, 9092), broker(2, 9092)])]);
    let untold = |port| {
        Observation::Brokers(
            [1, 2]
                .map(|id| BrokerSeen {
                    rack: RackSeen::Untold,
                    ..broker(id, port)
                })
                .into(),
        )
    };
    assert!(first.learn(&[untold(9092)]).is_none());
    let moved = first.learn(&[untold(9093)]).unwrap();
    let racks: Vec<_> = moved
        .nodes()
        .iter()
        .map(|node| node.rack.as_deref())
        .collect();
    assert_eq!(racks, [Some("rack1"), Some("rack2")]);
}

#[test]
fn an_empty_list_of_brokers_is_not_believed() {
    let first = view(&[Observation::Brokers(vec![broker(1, 9092)])]);
    assert!(first.learn(&[Observation::Brokers(Vec::new())]).is_none());
}

fn group(name: &str) -> CoordinatorKey {
    CoordinatorKey {
        kind: CoordinatorKind::Group,
        name: Bytes::copy_from_slice(name.as_bytes()),
    }
}

#[test]
fn a_coordinator_is_believed_until_it_says_that_it_is_none() {
    let coordinator = |id| Observation::Coordinator {
        key: group("g"),
        broker: BrokerId(id),
    };
    let not = |id| Observation::NotCoordinator {
        key: group("g"),
        broker: BrokerId(id),
    };
    let view = view(&[coordinator(1)]);
    assert_eq!(view.coordinator(&group("g")), Some(BrokerId(1)));
    assert!(view.learn(&[not(2)]).is_none());
    let view = view.learn(&[not(1)]).unwrap();
    assert_eq!(view.coordinator(&group("g")), None);
}

#[test]
fn all_snapshots_come_from_the_one_view() {
    let store = ViewStore::default();
    let (mut one, mut other) = (Snapshot::default(), Snapshot::default());
    store.learn(&[Observation::Brokers(vec![broker(1, 9092)])]);
    assert!(store.is_newer_than(&one));
    store.refresh(&mut one);
    store.refresh(&mut other);
    assert!(Arc::ptr_eq(one.view(), other.view()));
    assert!(!store.is_newer_than(&one));
    store.learn(&[Observation::Brokers(vec![broker(1, 9092)])]);
    assert!(!store.is_newer_than(&one));
}

#[test]
fn a_broker_that_an_error_names_is_one_if_it_was_not_known() {
    let seen = Observation::Brokers(vec![broker(1, 9092), broker(3, 9092)]);
    let untold = |id, port| {
        Observation::Broker(BrokerSeen {
            rack: RackSeen::Untold,
            ..broker(id, port)
        })
    };
    let view = view(&[seen]).learn(&[untold(2, 9092)]).unwrap();
    let ids: Vec<i32> = view.nodes().iter().map(|node| node.broker_id.0).collect();
    assert_eq!(ids, [1, 2, 3]);
    assert!(view.learn(&[untold(1, 9999), untold(2, 9999)]).is_none());
}

#[test]
fn topics_are_not_remembered_without_end() {
    let topic = |number: usize| TopicSeen {
        name: number.to_string().into(),
        id: Some(u128::try_from(number).unwrap().to_be_bytes()),
        partitions: vec![partition(0, 1, 0)],
    };
    let mut topics = Topics::default();
    let mut put = |number| {
        let change = topics.seen(&topic(number)).unwrap();
        topics.apply(change);
        [0, 1, number].map(|number| {
            let name = number.to_string();
            topics.leader(Topic::Name(name.as_bytes()), 0) != Leadership::Unknown
        })
    };
    for number in 0..MAX_TOPICS - 1 {
        put(number);
    }
    assert_eq!(put(MAX_TOPICS - 1), [true; 3]);
    assert_eq!(put(MAX_TOPICS), [false, false, true]);
    assert_eq!(put(MAX_TOPICS + 1), [false, false, true]);
}

#[test]
fn partitions_are_not_remembered_without_end() {
    let all: Vec<PartitionSeen> = (0..=MAX_PARTITIONS)
        .map(|index| partition(i32::try_from(index).unwrap(), 1, 0))
        .collect();
    let mut topics = Topics::default();
    // A topic, how many partitions it is seen to have, if it is there, and which topics are known then.
    let half = MAX_PARTITIONS / 2;
    for (name, partitions, known) in [
        ("a", Some(half), "a"),
        ("b", Some(half), "ab"),
        // No more than there were, and then fewer.
        ("b", Some(half - 1), "ab"),
        ("c", Some(1), "abc"),
        // One more.
        ("c", Some(2), "c"),
        ("a", Some(MAX_PARTITIONS - 2), "ac"),
        ("a", None, "c"),
        ("b", Some(MAX_PARTITIONS - 2), "bc"),
        ("d", Some(1), "d"),
        ("a", Some(MAX_PARTITIONS), "a"),
        // Too many alone.
        ("d", Some(MAX_PARTITIONS + 1), "a"),
        ("a", Some(MAX_PARTITIONS + 1), ""),
    ] {
        let change = match partitions {
            Some(count) => topics.seen(&TopicSeen {
                name: name.into(),
                id: None,
                partitions: all[..count].to_vec(),
            }),
            None => topics.gone(&TopicKey::Name(name.into())),
        };
        if let Some(change) = change {
            topics.apply(change);
        }
        let is_known = |name: &&str| topics.find(Topic::Name(name.as_bytes())).is_some();
        let found: String = ["a", "b", "c", "d"].into_iter().filter(is_known).collect();
        assert_eq!(found, known, "after {name} with {partitions:?}");
    }
}

#[test]
fn a_topic_with_a_name_that_none_can_have_is_not_remembered() {
    for (length, is_remembered) in [
        (Topic::LONGEST_NAME, true),
        (Topic::LONGEST_NAME + 1, false),
    ] {
        let seen = Observation::Topic(TopicSeen {
            name: vec![b't'; length].into(),
            id: Some(ID),
            partitions: vec![partition(0, 1, 0)],
        });
        let learned = ClusterView::default().learn(&[seen]);
        assert_eq!(learned.is_some(), is_remembered, "{length}");
    }
}

/// Brokers 1 to `last`, beginning at some other one in each answer.
fn brokers(last: usize, first: usize) -> Observation {
    let mut brokers: Vec<BrokerSeen> = (1..=i32::try_from(last).unwrap())
        .map(|id| broker(id, 9092))
        .collect();
    brokers.rotate_left(first);
    Observation::Brokers(brokers)
}

#[test]
fn brokers_are_not_remembered_without_end_and_the_same_ones_are_not_logged_again() {
    const LAST: usize = MAX_BROKERS;
    let log = Log::from(Level::WARN);
    let mut view = ClusterView::default();
    // How many brokers are told of, whether that is news, and how often it was said by then that there are too many.
    for (told, is_news, lines) in [
        (LAST, true, 0),
        (LAST + 1, true, 1),
        (LAST + 1, false, 1),
        (LAST + 3, true, 2),
        (LAST + 3, false, 2),
        (LAST, true, 2),
        (LAST, false, 2),
        (LAST + 1, true, 3),
    ] {
        let learned = view.learn(&[brokers(told, told / 2 + lines)]);
        assert_eq!(learned.is_some(), is_news, "{told}");
        view = learned.unwrap_or(view);
        assert_eq!(view.nodes().len(), MAX_BROKERS);
        let last = view.nodes().last().unwrap().broker_id.0;
        assert_eq!(usize::try_from(last).unwrap(), MAX_BROKERS);
        let said = log.text().matches("more brokers than can be").count();
        assert_eq!(said, lines, "{told}");
    }
    let one_more = Observation::Broker(broker(0, 9092));
    assert!(view.learn(&[one_more]).is_none());
}

#[test]
fn a_broker_that_cannot_be_connected_to_is_logged_once_and_makes_one_new_view() {
    let log = Log::from(Level::WARN);
    let unusable = |id| BrokerSeen {
        host: "no host".to_owned(),
        ..broker(id, 9092)
    };
    let seen = Observation::Brokers(vec![unusable(3), broker(1, 9092), unusable(2)]);
    let view = view(std::slice::from_ref(&seen));
    assert_eq!(view.nodes().len(), 1);
    assert!(view.learn(&[seen]).is_none());
    let said = log.text();
    assert_eq!(said.matches("is left out broker=2").count(), 1, "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn what_a_broker_can_do_is_forgotten_with_it() {
    let view = view(&[brokers(2, 0)]);
    let offered = Arc::new(Offered::default());
    let offer = |view: &ClusterView, id| view.with_offered(Some(BrokerId(id)), &offered);
    let both = offer(&offer(&view, 1).unwrap(), 2).unwrap();
    assert!(offer(&both, 2).is_none());
    let without = both.learn(&[brokers(1, 0)]).unwrap();
    assert!(without.offered(BrokerId(1)).is_some());
    assert!(without.offered(BrokerId(2)).is_none());
    // It may say so when it is gone.
    assert!(offer(&without, 2).is_none());
}

/// With KRaft brokers name one of them, each time another one.
#[test]
fn a_controller_is_news_where_brokers_are_known_to_have_one() {
    let hello = Message::new_request(3, "c", &ApiVersionsRequest::default()).unwrap();
    let said = hello.respond(&ResponseKind::ApiVersions(versions()));
    let kraft = Arc::new(Offered::read(&said.unwrap()).unwrap());
    let zookeeper = Arc::new(Offered::default());
    let offer = |view: &ClusterView, id: i32, offered: &Arc<Offered>| {
        let next = view.with_offered(Some(BrokerId(id)), offered);
        next.unwrap()
    };
    let named = |id| [Observation::Controller(BrokerId(id))];
    let controller = |view: &ClusterView| view.controller().map(|node| node.broker_id.0);
    let view = view(&[brokers(3, 0)]);
    let view = offer(&view, 1, &zookeeper);
    let view = offer(&view, 2, &kraft);
    // One that has not said what it can do, and one that is not there.
    for id in [2, 3, 9] {
        assert!(view.learn(&named(id)).is_none(), "{id}");
    }
    let view = view.learn(&named(1)).unwrap();
    assert_eq!(controller(&view), Some(1));
    for id in [1, 2, 9] {
        assert!(view.learn(&named(id)).is_none(), "{id}");
    }
    let found = view.with_offered(None, &zookeeper).unwrap();
    assert_eq!(controller(&found.learn(&named(3)).unwrap()), Some(3));
    for id in [2, 9] {
        assert!(found.learn(&named(id)).is_none(), "{id}");
    }
    let moved = offer(&view, 3, &zookeeper);
    assert_eq!(controller(&moved.learn(&named(3)).unwrap()), Some(3));
    // Upgraded, and gone.
    assert_eq!(controller(&offer(&view, 1, &kraft)), None);
    let gone = view.learn(&[Observation::Brokers(vec![broker(2, 9092)])]);
    assert_eq!(controller(&gone.unwrap()), None);
}

#[tokio::test(start_paused = true)]
async fn brokers_are_asked_for_again_by_one_when_it_is_long_ago_that_they_were_told_of() {
    let store = ViewStore::default();
    store.learn(&[Observation::Brokers(vec![broker(1, 9092)])]);
    let began = Instant::now();
    assert!(!store.is_aged(began + MAX_AGE - Duration::from_millis(1)));
    assert!(store.is_aged(began + MAX_AGE));
    assert!(!store.is_aged(began + MAX_AGE));
    // Nobody told.
    let later = began + MAX_AGE + Duration::from_secs(10);
    assert!(store.is_aged(later));
    store.told(later);
    assert!(!store.is_aged(later + MAX_AGE - Duration::from_millis(1)));
}
