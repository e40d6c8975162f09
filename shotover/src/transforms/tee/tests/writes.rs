//! What is the copy of a write?

use super::fixture::{Teed, batch, produce};
use crate::message::Message;
use crate::transforms::tee::counted::NotCopied;
use crate::transforms::tee::write::copy_of;
use crate::transforms::testing::request;
use crate::wire::produce::Partitions;
use bytes::Bytes;
use kafka_protocol::messages::{ProduceRequest, TransactionalId};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records::RecordBatchDecoder;
use proptest::prelude::*;

/// A write of these records to each of two partitions.
fn write_of(records: &[Bytes]) -> ProduceRequest {
    let mut body = produce("orders", -1);
    let partitions = &mut body.topic_data[0].partition_data;
    partitions[0].records = Some(records.concat().into());
    let second = partitions[0].clone().with_index(4);
    partitions.push(second);
    body
}

fn write(records: &[Bytes]) -> Message {
    request(0, 9, &write_of(records))
}

fn records_of(message: &Message) -> Vec<Bytes> {
    let body = message.body_bytes().unwrap();
    let partitions = Partitions::new(message.api_version(), &body).unwrap();
    let records = partitions.map(|partition| body.slice(partition.unwrap().records.unwrap()));
    records.collect()
}

#[test]
fn the_copy_of_an_idempotent_write_has_the_same_records_of_no_producer() {
    let long: &'static [u8] = Box::leak(vec![7; 3_000].into_boxed_slice());
    for value in [b"short".as_slice(), long] {
        let original = write(&[batch(4_711, false, value), batch(-1, false, value)]);
        let before = original.clone().into_frame().unwrap().contiguous();
        let copy = copy_of(&original).unwrap();
        assert_eq!(copy.wire_len(), original.wire_len());
        assert_eq!(original.into_frame().unwrap().contiguous(), before);
        for mut records in records_of(&copy) {
            assert_eq!(records[53..57], [0xff; 4], "the first sequence number");
            // Compares checksums, too.
            let sets = RecordBatchDecoder::decode_all(&mut records).unwrap();
            let records: Vec<_> = sets.into_iter().flat_map(|set| set.records).collect();
            assert_eq!(records.len(), 4);
            for record in records {
                assert_eq!((record.producer_id, record.producer_epoch), (-1, -1));
                assert_eq!(record.value.unwrap(), value);
            }
        }
    }
}

#[test]
fn the_copy_of_an_idempotent_write_has_the_records_where_they_were() {
    let value: &'static [u8] = Box::leak(vec![7; 100_000].into_boxed_slice());
    let original = write(&[batch(4_711, false, value)]);
    let copy = copy_of(&original).unwrap().into_frame().unwrap();
    let original = original.into_frame().unwrap().contiguous();
    let shared = copy
        .pieces()
        .iter()
        .filter(|piece| original.as_ptr_range().contains(&piece.as_ptr()));
    let shared: usize = shared.map(|it| it.len()).sum();
    // There are two records in each of two partitions.
    assert!(shared > 4 * value.len(), "{shared} bytes");
}

#[test]
fn a_batch_that_was_damaged_is_damaged_in_the_copy() {
    let mut damaged = batch(4_711, false, b"records").to_vec();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    let copy = copy_of(&write(&[damaged.into()])).unwrap();
    let mut records = records_of(&copy).remove(0);
    let error = RecordBatchDecoder::decode_all(&mut records).unwrap_err();
    assert!(error.to_string().contains("redundancy"), "{error}");
}

#[test]
fn the_copy_of_a_write_without_producer_is_the_write() {
    let original = write(&[batch(-1, false, b"a"), batch(-1, false, b"b")]);
    let copy = copy_of(&original).unwrap();
    let bytes = |message: Message| message.into_frame().unwrap().contiguous();
    assert_eq!(bytes(copy), bytes(original));
}

#[test]
fn records_in_the_formats_before_producers_are_left_alone() {
    let mut old = [0; 40];
    old[11] = 28;
    for magic in [0, 1] {
        old[16] = magic;
        let original = write(&[Bytes::copy_from_slice(&old)]);
        assert!(copy_of(&original).is_ok());
    }
}

#[test]
fn a_batch_of_a_transaction_is_not_copied() {
    let refused = copy_of(&write(&[batch(1, false, b"a"), batch(1, true, b"b")]));
    assert_eq!(refused.unwrap_err(), NotCopied::Transaction);
}

#[test]
fn batches_that_do_not_fit_their_records_are_not_copied() {
    let whole = batch(4_711, false, b"records");
    for length in [1, 16, 17, 56, 60, whole.len() - 1] {
        let refused = copy_of(&write(&[whole.slice(..length)]));
        assert_eq!(refused.unwrap_err(), NotCopied::Malformed, "{length}");
    }
    for length in [-1, 0, i32::MAX, i32::MIN] {
        let mut lying = whole.to_vec();
        lying[8..12].copy_from_slice(&i32::to_be_bytes(length));
        let refused = copy_of(&write(&[lying.into()]));
        assert_eq!(refused.unwrap_err(), NotCopied::Malformed, "{length}");
    }
}

proptest! {
    #[test]
    fn whatever_stands_in_place_of_records_the_copy_is_as_long_or_there_is_none(
        noise in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        length in any::<prop::sample::Index>(),
    ) {
        let two = [batch(4_711, false, b"one"), batch(4_712, false, b"two")].concat();
        let mut records = two[..length.index(two.len() + 1)].to_vec();
        for (place, byte) in noise {
            if !records.is_empty() {
                let place = place.index(records.len());
                records[place] = byte;
            }
        }
        let original = write(&[records.into()]);
        if let Ok(copy) = copy_of(&original) {
            prop_assert_eq!(copy.body_bytes().unwrap().len(), original.body_bytes().unwrap().len());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_in_a_transaction_goes_to_one_broker_only() {
    let mut teed = Teed::new();
    let id = TransactionalId(StrBytes::from_static_str("t"));
    let body = produce("orders", -1).with_transactional_id(Some(id));
    teed.ask(|sequence| request(sequence, 9, &body)).await;
    assert_eq!(teed.broker.received().len(), 1);
    assert!(teed.copies().is_empty());
    assert_eq!(teed.not_copied("transaction"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_write_by_topic_id_goes_to_one_broker_only() {
    let mut teed = Teed::new();
    teed.ask(|sequence| request(sequence, 13, &produce("", -1)))
        .await;
    assert_eq!(teed.broker.received().len(), 1);
    assert!(teed.copies().is_empty());
    assert_eq!(teed.not_copied("topic_id"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_write_without_acks_is_copied_without_acks() {
    let mut teed = Teed::new();
    teed.ask(|sequence| request(sequence, 9, &produce("orders", 0)))
        .await;
    let [copy] = teed.copies().try_into().unwrap();
    assert!(!copy.expects_response());
    teed.settle().await;
    assert!(!teed.chain.is_busy());
}
