//! A client in front of a broker, and another broker for the copies.

use crate::codec::AnonymousAccess;
use crate::message::{Message, Messages};
use crate::observability::Metrics;
use crate::transforms::tee::complaints::Complaints;
use crate::transforms::tee::counted::Counted;
use crate::transforms::tee::selection::Selection;
use crate::transforms::tee::transform::{Place, TeeBuilder};
use crate::transforms::testing::{self, Broker, chain_of, default_request, sequences};
use crate::transforms::{TransformChain, TransformChainBuilder};
use crate::wire::ApiKey;
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::ProduceRequest;
use kafka_protocol::records::{
    Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType,
};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

pub(super) struct Teed {
    pub(super) chain: TransformChain,
    pub(super) broker: Broker,
    /// Where copies go. Does not answer by itself.
    pub(super) second: Broker,
    pub(super) metrics: Metrics,
    place: Arc<Place>,
    asked: u64,
}

impl Teed {
    pub(super) fn new() -> Self {
        Self::selecting(Selection::default())
    }

    pub(super) fn with_sasl() -> Self {
        Self::selecting(Selection {
            sasl: true,
            ..Selection::default()
        })
    }

    /// Clients are let in whoever they are, and that is known.
    pub(super) fn selecting(selection: Selection) -> Self {
        Self::with(selection, AnonymousAccess::granted())
    }

    /// Whether clients are let in is not known.
    pub(super) fn of_strangers(selection: Selection) -> Self {
        Self::with(selection, AnonymousAccess::default())
    }

    fn with(selection: Selection, anonymous: AnonymousAccess) -> Self {
        let (broker, second, metrics) = (Broker::default(), Broker::silent(), Metrics::new());
        let sub_chain = vec![("Second", Box::new(second.clone()) as _)];
        let place = Arc::new(Place {
            name: Arc::from("copy"),
            chain: TransformChainBuilder::new(sub_chain),
            selection,
            counted: Counted::new(&metrics, "copy").unwrap(),
            complaints: Complaints::default(),
            anonymous,
        });
        Self {
            chain: chain(&place, &broker),
            broker,
            second,
            metrics,
            place,
            asked: 0,
        }
    }

    /// The next client is served by a broker that answers only when it is told to.
    pub(super) fn silence(&mut self) {
        self.broker = Broker::silent();
        self.reconnect();
    }

    /// The next client takes the place of this one.
    pub(super) fn reconnect(&mut self) {
        self.chain = chain(&self.place, &self.broker);
        self.asked = 0;
    }

    /// Sends a request, given the number of those before it, and expects the answers there are to be to it.
    pub(super) async fn ask(&mut self, request: impl FnOnce(u64) -> Message) {
        let sequence = self.asked;
        self.asked += 1;
        let request = request(sequence);
        let expected: Vec<u64> = request
            .expects_response()
            .then_some(sequence)
            .into_iter()
            .collect();
        let answers = self.chain.process(vec![request]).await.unwrap();
        assert_eq!(sequences(&answers), expected);
        assert!(self.chain.has_capacity());
    }

    pub(super) async fn ask_for(&mut self, key: ApiKey, version: i16) {
        self.ask(|sequence| default_request(sequence, key, version))
            .await;
    }

    /// What came to the second broker since it was last asked.
    pub(super) fn copies(&self) -> Messages {
        self.second.received()
    }

    /// Lets everything happen that can happen now.
    pub(super) async fn settle(&mut self) {
        let mut cx = Context::from_waker(Waker::noop());
        while self.chain.poll_progress(&mut cx).is_ready() {
            let answers = self.chain.process(Messages::new()).await.unwrap();
            assert!(answers.is_empty(), "{answers:?}");
        }
    }

    /// Whether the chain has nothing to do now.
    pub(super) fn is_pending(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        self.chain.poll_progress(&mut cx) == Poll::Pending
    }

    /// A counter as `/metrics` has it.
    pub(super) fn count(&self, series: &str) -> u64 {
        let text = self.metrics.encode();
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        value
            .unwrap_or_else(|| panic!("no {series} in\n{text}"))
            .parse()
            .unwrap()
    }

    pub(super) fn copied(&self) -> u64 {
        self.count(r#"shotover_tee_copies_total{name="copy"}"#)
    }

    pub(super) fn ended(&self) -> u64 {
        self.count(r#"shotover_tee_ended_total{name="copy"}"#)
    }

    pub(super) fn not_copied(&self, reason: &str) -> u64 {
        self.count(&format!(
            r#"shotover_tee_not_copied_total{{name="copy",reason="{reason}"}}"#
        ))
    }
}

fn chain(place: &Arc<Place>, broker: &Broker) -> TransformChain {
    chain_of(vec![
        ("Tee", Box::new(TeeBuilder(Arc::clone(place)))),
        ("Broker", Box::new(broker.clone())),
    ])
}

/// A batch as a producer makes it; -1 is none.
pub(super) fn batch(producer_id: i64, transactional: bool, value: &'static [u8]) -> Bytes {
    let has_producer = producer_id >= 0;
    let record = |number: i32| Record {
        transactional,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        producer_id,
        producer_epoch: if has_producer { 5 } else { -1 },
        timestamp_type: TimestampType::Creation,
        offset: number.into(),
        sequence: if has_producer { 70 + number } else { -1 },
        timestamp: 1_700_000_000_000,
        key: None,
        value: Some(Bytes::from_static(value)),
        headers: Default::default(),
    };
    let options = RecordEncodeOptions {
        version: 2,
        compression: Compression::None,
    };
    let mut bytes = BytesMut::new();
    RecordBatchEncoder::encode(&mut bytes, &[record(0), record(1)], &options).unwrap();
    bytes.freeze()
}

/// A write of records that have no producer.
pub(super) fn produce(topic: &'static str, acks: i16) -> ProduceRequest {
    let mut body = testing::produce(topic, acks);
    body.topic_data[0].partition_data[0].records = Some(batch(-1, false, b"value"));
    body
}

/// One that is longer than this.
pub(super) fn produce_long(bytes: usize) -> ProduceRequest {
    let mut body = testing::produce("orders", -1);
    let value = vec![0; bytes].leak();
    body.topic_data[0].partition_data[0].records = Some(batch(-1, false, value));
    body
}
