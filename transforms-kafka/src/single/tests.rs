use super::answers::Advertise;
use super::sink::{KafkaSinkSingle, KafkaSinkSingleBuilder};
use crate::begun::Begins;
use crate::broker::{BrokerStream, Dial, DialError, Dialing};
use bytes::Bytes;
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::metadata_response::MetadataResponseBroker;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, BrokerId, DescribeConfigsRequest,
    DescribeConfigsResponse, FetchRequest, FetchResponse, MetadataRequest, MetadataResponse,
    ProduceRequest, ProduceResponse, ResponseKind,
};
use kafka_protocol::protocol::StrBytes;
use shotover::codec::{Portion, Wanted};
use shotover::message::{Message, MessageId, Messages};
use shotover::observability::Metrics;
use shotover::socket::Socket;
use shotover::transforms::{ClientDetails, TransformChain, TransformChainBuilder, TransformError};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex,
};
use tokio::time::Instant;

/// Hands out one socket, once, or nothing ever.
#[derive(Debug)]
struct Pipe(Mutex<Option<DuplexStream>>);

impl Dial for Pipe {
    fn dial(&self) -> Dialing {
        let stream = self.0.lock().unwrap().take();
        Box::pin(async move {
            match stream {
                Some(stream) => Ok(Box::new(stream) as Box<BrokerStream>),
                None => Err(DialError::Resolve {
                    broker: "broker:9092".parse().unwrap(),
                    source: io::ErrorKind::NotFound.into(),
                }),
            }
        })
    }
}

/// A sink on one end of a pipe; the test is the broker on the other.
struct Stage {
    chain: TransformChain,
    broker: DuplexStream,
}

impl Stage {
    fn set(advertise: Advertise) -> Self {
        let (broker, near) = duplex(64 * 1024);
        Self {
            chain: chain(Some(near), advertise),
            broker,
        }
    }

    async fn send(&mut self, requests: Messages) {
        assert!(self.chain.process(requests).await.unwrap().is_empty());
        // Written to the pipe by the next step, which has nothing to say yet.
        let quiet = poll_fn(|cx| Poll::Ready(self.chain.poll_progress(cx))).await;
        assert!(quiet.is_pending());
    }

    async fn broker_reads(&mut self) -> Vec<u8> {
        let length = self.broker.read_i32().await.unwrap();
        let mut frame = vec![0; usize::try_from(length).unwrap()];
        self.broker.read_exact(&mut frame).await.unwrap();
        frame
    }

    async fn broker_answers(&mut self, answer: Message) {
        let frame = answer.into_frame().unwrap().contiguous();
        self.broker.write_all(&frame).await.unwrap();
    }

    async fn next(&mut self) -> Result<Messages, TransformError> {
        poll_fn(|cx| self.chain.poll_progress(cx)).await;
        self.chain.process(Messages::new()).await
    }

    async fn fails(&mut self) -> String {
        self.next().await.unwrap_err().to_string()
    }
}

fn chain(stream: Option<DuplexStream>, advertise: Advertise) -> TransformChain {
    chain_to(Box::new(Pipe(Mutex::new(stream))), advertise)
}

fn chain_to(broker: Box<dyn Dial>, advertise: Advertise) -> TransformChain {
    let sink = KafkaSinkSingleBuilder::new(
        broker,
        advertise,
        Some(Duration::from_secs(60)),
        Metrics::new().sink("sink"),
    );
    let client = ClientDetails {
        connection_id: 1,
        peer: "127.0.0.1:50000".parse().unwrap(),
        local: "[::ffff:127.0.0.1]:9192".parse().unwrap(),
        server_name: None,
        source: Arc::from("test"),
    };
    TransformChainBuilder::new(vec![("KafkaSinkSingle", Box::new(sink))]).build(&client)
}

fn metadata() -> Message {
    Message::new_request(12, "c", &MetadataRequest::default()).unwrap()
}

fn answer(request: &Message) -> Message {
    let broker = MetadataResponseBroker::default()
        .with_node_id(BrokerId(3))
        .with_host(StrBytes::from_static_str("secret.internal"))
        .with_port(9092);
    let body = MetadataResponse::default().with_brokers(vec![broker]);
    request.respond(&ResponseKind::Metadata(body)).unwrap()
}

async fn told(advertise: Advertise) -> (String, i32) {
    let mut stage = Stage::set(advertise);
    let request = metadata();
    stage.send(vec![request.clone()]).await;
    stage.broker_answers(answer(&request)).await;
    let mut answers = stage.next().await.unwrap();
    let ResponseKind::Metadata(body) = answers[0].response().unwrap() else {
        panic!()
    };
    (body.brokers[0].host.to_string(), body.brokers[0].port)
}

#[tokio::test(start_paused = true)]
async fn requests_are_pipelined_and_arrive_as_they_were_sent() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let requests = [metadata(), metadata()];
    stage.send(requests.to_vec()).await;
    for request in requests {
        let sent = request.into_frame().unwrap().contiguous();
        assert_eq!(stage.broker_reads().await, sent[4..]);
    }
}

#[tokio::test(start_paused = true)]
async fn clients_are_told_the_host_of_the_broker_and_the_port_of_the_proxy() {
    assert_eq!(
        told(Advertise::ClientsPort).await,
        ("secret.internal".to_owned(), 9192)
    );
}

#[tokio::test(start_paused = true)]
async fn clients_are_told_where_they_have_connected_to() {
    assert_eq!(
        told(Advertise::ClientsAddress).await,
        ("127.0.0.1".to_owned(), 9192)
    );
}

#[tokio::test(start_paused = true)]
async fn clients_are_told_the_address_that_is_configured() {
    let address = Advertise::Address("kafka.example.com:9999".parse().unwrap());
    assert_eq!(told(address).await, ("kafka.example.com".to_owned(), 9999));
}

/// The listeners of the broker, as its configuration shows them to a client.
async fn listeners(advertise: Advertise) -> Option<StrBytes> {
    let mut stage = Stage::set(advertise);
    let request = Message::new_request(4, "c", &DescribeConfigsRequest::default()).unwrap();
    stage.send(vec![request.clone()]).await;
    let setting = DescribeConfigsResourceResult::default()
        .with_name(StrBytes::from_static_str("listeners"))
        .with_value(Some(StrBytes::from_static_str(
            "SSL://secret.internal:9092",
        )));
    let broker = DescribeConfigsResult::default()
        .with_resource_type(4)
        .with_configs(vec![setting]);
    let body = DescribeConfigsResponse::default().with_results(vec![broker]);
    let answer = request.respond(&ResponseKind::DescribeConfigs(body));
    stage.broker_answers(answer.unwrap()).await;
    let mut answers = stage.next().await.unwrap();
    let ResponseKind::DescribeConfigs(body) = answers[0].response().unwrap() else {
        panic!()
    };
    body.results[0].configs[0].value.clone()
}

#[tokio::test(start_paused = true)]
async fn where_clients_are_told_no_host_of_a_broker_its_configuration_does_not_tell_either() {
    let address = Advertise::Address("kafka.example.com:9999".parse().unwrap());
    assert_eq!(listeners(address).await, None);
    assert_eq!(listeners(Advertise::ClientsAddress).await, None);
    let told = listeners(Advertise::ClientsPort).await.unwrap();
    assert_eq!(told.as_str(), "SSL://secret.internal:9092");
}

#[tokio::test(start_paused = true)]
async fn api_versions_offers_what_both_know() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let request = Message::new_request(3, "c", &ApiVersionsRequest::default()).unwrap();
    let offer = |key, min, max| {
        ApiVersion::default()
            .with_api_key(key)
            .with_min_version(min)
            .with_max_version(max)
    };
    let body = ApiVersionsResponse::default().with_api_keys(vec![
        offer(0, 0, 99),
        offer(3, 2, 5),
        offer(18, 90, 99),
        offer(9999, 0, 1),
    ]);
    stage.send(vec![request.clone()]).await;
    stage
        .broker_answers(request.respond(&ResponseKind::ApiVersions(body)).unwrap())
        .await;
    let mut answers = stage.next().await.unwrap();
    let ResponseKind::ApiVersions(body) = answers[0].response().unwrap() else {
        panic!()
    };
    let offered: Vec<_> = body
        .api_keys
        .iter()
        .map(|api| (api.api_key, api.min_version, api.max_version))
        .collect();
    // librdkafka would not compress without version 0 (KAFKA-18659).
    assert_eq!(offered, [(0, 0, 13), (3, 2, 5)]);
}

#[tokio::test(start_paused = true)]
async fn an_older_brokers_unsupported_version_passes_as_it_came() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let request = Message::new_request(4, "c", &ApiVersionsRequest::default()).unwrap();
    let body = Bytes::from_static(&[0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 3]);
    stage.send(vec![request.clone()]).await;
    stage
        .broker_answers(
            Message::response_of_pieces(request.request_ref(), vec![body.clone()]).unwrap(),
        )
        .await;
    assert_eq!(stage.next().await.unwrap()[0].body_bytes().unwrap(), body);
}

#[tokio::test(start_paused = true)]
async fn answers_that_came_before_the_broker_was_lost_are_delivered() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let requests = [metadata(), metadata()];
    stage.send(requests.to_vec()).await;
    stage.broker_answers(answer(&requests[0])).await;
    stage.broker.shutdown().await.unwrap();
    assert_eq!(stage.next().await.unwrap().len(), 1);
    assert_eq!(
        stage.fails().await,
        "sink: the broker closed the connection while 1 requests waited"
    );
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_says_nothing_is_given_up_after_the_read_timeout() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    stage.send(vec![metadata()]).await;
    let start = Instant::now();
    assert_eq!(
        stage.fails().await,
        "sink: nothing was heard of the broker for 60s while requests waited"
    );
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_answers_once_and_then_says_nothing_is_given_up_as_well() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let request = metadata();
    // It is there already when the requests leave.
    stage.broker_answers(answer(&request)).await;
    let requests = vec![request, metadata()];
    assert!(stage.chain.process(requests).await.unwrap().is_empty());
    assert_eq!(stage.next().await.unwrap().len(), 1);
    let start = Instant::now();
    assert_eq!(
        stage.fails().await,
        "sink: nothing was heard of the broker for 60s while requests waited"
    );
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_nobody_asks_may_say_nothing() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let request = metadata();
    stage.send(vec![request.clone()]).await;
    stage.broker_answers(answer(&request)).await;
    stage.next().await.unwrap();
    let silent = tokio::time::timeout(Duration::from_secs(3600), stage.next());
    assert!(silent.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_does_not_read_stops_the_client() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let mut sent = 0;
    while stage.chain.has_capacity() {
        let padded = metadata()
            .with_body(vec![Bytes::from(vec![0; 1024 * 1024])])
            .unwrap();
        stage.send(vec![padded]).await;
        sent += 1;
    }
    assert!((4..=6).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn a_lying_broker_is_given_up() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    stage.send(vec![metadata()]).await;
    stage
        .broker
        .write_all(&[0x7f, 0xff, 0xff, 0xff])
        .await
        .unwrap();
    assert_eq!(
        stage.fails().await,
        "sink: the broker sent no Kafka frame: frame length 2147483647 exceeds the limit of 104857600 bytes"
    );
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_cannot_be_reached_ends_the_connection() {
    let mut chain = chain(None, Advertise::ClientsPort);
    chain.process(vec![metadata()]).await.unwrap();
    poll_fn(|cx| chain.poll_progress(cx)).await;
    let error = chain.process(Messages::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "sink: cannot resolve broker:9092: entity not found"
    );
}

#[tokio::test]
async fn a_write_without_acks_is_waited_for_until_it_has_left() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let write = ProduceRequest::default().with_acks(0);
    let write = Message::new_request(9, "c", &write).unwrap();
    assert!(!stage.chain.is_busy());
    assert!(stage.chain.process(vec![write]).await.unwrap().is_empty());
    assert!(stage.chain.is_busy());
    stage.send(Messages::new()).await;
    assert!(!stage.chain.is_busy());
    stage.broker_reads().await;
}

/// A Fetch request and its answer with so many bytes of records.
fn fetched(bytes: usize) -> (Message, Message) {
    let request = Message::new_request(16, "c", &FetchRequest::default()).unwrap();
    let partition = PartitionData::default().with_records(Some(vec![7; bytes].into()));
    let topic = FetchableTopicResponse::default().with_partitions(vec![partition]);
    let body = FetchResponse::default().with_responses(vec![topic]);
    let answer = request.respond(&ResponseKind::Fetch(body)).unwrap();
    (request, answer)
}

impl Stage {
    /// The beginning of a long answer that has arrived; then more of it and nothing else, until there is no more.
    async fn opens(&mut self, request: &Message, arrived: &[u8]) -> Message {
        self.chain.take_open_answers();
        self.send(vec![request.clone()]).await;
        self.broker.write_all(arrived).await.unwrap();
        let mut answers = self.next().await.unwrap();
        assert_eq!(answers.len(), 1);
        answers.remove(0)
    }

    async fn rest(&mut self, id: MessageId, most: usize) -> Result<Bytes, TransformError> {
        let wanted = Wanted::in_memory(most);
        match poll_fn(|cx| self.chain.poll_rest(id, wanted, cx)).await? {
            Portion::Read(rest) => Ok(rest),
            Portion::Piped(_) => panic!("piped"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_answer_is_passed_on_while_it_arrives() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (request, answer) = fetched(200_000);
    let frame = answer.into_frame().unwrap().contiguous();
    let open = stage.opens(&request, &frame[..20_000]).await;
    let mut all = open.into_frame().unwrap().contiguous().to_vec();
    let id = request.id();
    // What the broker says next is not listened to before.
    stage.send(vec![metadata()]).await;
    while all.len() < frame.len() {
        let sent = all.len().max(20_000);
        let more = 40_000.min(frame.len() - sent);
        stage
            .broker
            .write_all(&frame[sent..sent + more])
            .await
            .unwrap();
        while all.len() < sent + more {
            let at_a_time = 10_000.min(sent + more - all.len());
            all.extend(stage.rest(id, at_a_time).await.unwrap());
        }
    }
    assert!(all == frame);
    let request = metadata();
    stage
        .broker_answers(crate::single::tests::answer(&request))
        .await;
    assert_eq!(stage.next().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_broker_falls_silent_is_given_up_after_the_read_timeout() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (request, answer) = fetched(200_000);
    let frame = answer.into_frame().unwrap().contiguous();
    stage.opens(&request, &frame[..20_000]).await;
    // As long as nobody asks for the rest it is not the broker who keeps the client waiting.
    let quiet = tokio::time::timeout(Duration::from_secs(3600), stage.next());
    assert!(quiet.await.is_err());
    stage
        .broker
        .write_all(&frame[20_000..30_000])
        .await
        .unwrap();
    let begun = stage.rest(request.id(), 10_000).await.unwrap();
    assert!(begun.len() >= 10_000 - 4_000);
    let start = Instant::now();
    let error = stage.rest(request.id(), 100_000).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "sink: nothing was heard of the broker for 60s while requests waited"
    );
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_broker_whose_answer_comes_slowly_is_not_silent() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (request, answer) = fetched(200_000);
    let frame = answer.into_frame().unwrap().contiguous();
    stage.opens(&request, &frame[..20_000]).await;
    // The client reads no more for an hour, and then all at once.
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let Stage { chain, broker, .. } = &mut stage;
    let wanted = Wanted::in_memory(frame.len());
    let rest = poll_fn(|cx| chain.poll_rest(request.id(), wanted, cx));
    let broker = async {
        for piece in frame[20_000..].chunks(10_000) {
            tokio::time::sleep(Duration::from_secs(50)).await;
            broker.write_all(piece).await.unwrap();
        }
    };
    let (rest, ()) = tokio::join!(rest, broker);
    assert!(rest.unwrap().len() >= 180_000);
}

/// A Produce request with so many bytes of records for one partition.
fn produce(bytes: usize) -> Message {
    let records = Bytes::from_iter((0..=250).cycle().take(bytes));
    let data = PartitionProduceData::default().with_records(Some(records));
    let topic = TopicProduceData::default().with_partition_data(vec![data]);
    let body = ProduceRequest::default()
        .with_acks(-1)
        .with_topic_data(vec![topic]);
    Message::new_request(12, "c", &body).unwrap()
}

fn produced(request: &Message) -> Message {
    let body = ResponseKind::Produce(ProduceResponse::default());
    request.respond(&body).unwrap()
}

impl Stage {
    /// Sends what has arrived of a long request; gives it back, with the rest.
    async fn begins(&mut self, arrived: usize) -> (Message, Bytes) {
        let (open, rest) = Begins::new().await.begun(&produce(300_000), arrived).await;
        self.send(vec![open.clone()]).await;
        (open, rest)
    }
}

/// Hands on what has arrived of the rest of a request, as it is wanted, and moves everything forward for ever.
async fn pass_on(chain: &mut TransformChain, id: MessageId, rest: Bytes) -> Messages {
    for piece in rest.chunks(40_000) {
        let wanted = poll_fn(|cx| chain.poll_wanted(id, cx)).await.unwrap();
        assert!(piece.len() <= wanted.most && !wanted.may_be_piped);
        let piece = Portion::Read(rest.slice_ref(piece));
        chain.take_rest(id, piece).unwrap();
    }
    poll_fn(|cx| chain.poll_progress(cx)).await;
    chain.process(Messages::new()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_long_request_is_passed_on_while_it_arrives_and_others_behind_it() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (open, rest) = stage.begins(20_000).await;
    // What a transform says meanwhile does not come between.
    let behind = [metadata(), metadata()];
    stage.send(behind.to_vec()).await;
    let requests = [open.clone(), behind[0].clone(), behind[1].clone()];
    let frames = requests.map(|it| it.into_frame().unwrap().contiguous());
    let expected = [&frames[0], &rest, &frames[1], &frames[2]].map(|it| &it[..]);
    let expected = expected.concat();
    let Stage { chain, broker } = &mut stage;
    let reads = async {
        let mut arrived = vec![0; expected.len()];
        broker.read_exact(&mut arrived).await.unwrap();
        assert!(arrived == expected);
        for answer in [produced(&open), answer(&behind[0]), answer(&behind[1])] {
            let frame = answer.into_frame().unwrap().contiguous();
            broker.write_all(&frame).await.unwrap();
        }
    };
    let (answers, ()) = tokio::join!(pass_on(chain, open.id(), rest), reads);
    let answered: Vec<_> = answers.iter().map(Message::id).collect();
    assert_eq!(answered, [open.id(), behind[0].id(), behind[1].id()]);
}

#[tokio::test(start_paused = true)]
async fn a_broker_is_not_blamed_for_a_request_that_does_not_go_on() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (open, rest) = stage.begins(20_000).await;
    let quiet = tokio::time::timeout(Duration::from_secs(3_600), stage.next());
    assert!(quiet.await.is_err());
    let Stage { chain, broker } = &mut stage;
    let mut arrived = vec![0; 20_000 + rest.len()];
    tokio::select! {
        _ = pass_on(chain, open.id(), rest) => panic!("answered"),
        read = broker.read_exact(&mut arrived) => read.unwrap(),
    };
    let start = Instant::now();
    assert_eq!(
        stage.fails().await,
        "sink: nothing was heard of the broker for 60s while requests waited"
    );
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_stops_to_take_a_long_request_is_given_up_after_the_read_timeout() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (open, rest) = stage.begins(20_000).await;
    let start = Instant::now();
    // The socket has room for 64 KiB.
    let taken = pass_on(&mut stage.chain, open.id(), rest);
    assert!(
        tokio::time::timeout(Duration::from_secs(5), taken)
            .await
            .is_err()
    );
    assert_eq!(
        stage.fails().await,
        "sink: nothing was heard of the broker for 60s while requests waited"
    );
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_hangs_up_in_the_middle_of_a_request_has_not_been_idle() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (open, rest) = stage.begins(20_000).await;
    stage.broker = duplex(1).0;
    let passed = poll_fn(|cx| stage.chain.poll_wanted(open.id(), cx));
    assert!(
        tokio::time::timeout(Duration::from_secs(1), passed)
            .await
            .is_ok()
    );
    stage
        .chain
        .take_rest(open.id(), Portion::Read(rest))
        .unwrap();
    let error = stage.next().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "sink: the broker closed the connection while 1 requests waited"
    );
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_answers_what_has_not_all_been_sent_is_given_up() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (open, _) = stage.begins(20_000).await;
    stage.broker_answers(produced(&open)).await;
    assert_eq!(
        stage.fails().await,
        "sink: the broker sent a response that nobody asked for"
    );
}

/// Moves everything forward until there is something to tell, as if nothing more had come of a request.
async fn wait_in(chain: &mut TransformChain, id: MessageId) {
    let mut turns = 0;
    let told = poll_fn(|cx| {
        turns += 1;
        assert!(turns < 1_000, "it never sleeps");
        let progress = chain.poll_progress(cx);
        if progress.is_pending() {
            assert!(chain.poll_wanted(id, cx).is_pending());
        }
        progress
    });
    told.await;
}

impl Stage {
    /// The beginning of an answer that the client does not read, and a long request behind it.
    async fn begins_behind_an_open_answer(&mut self) -> (Message, Bytes) {
        let (request, answer) = fetched(200_000);
        let frame = answer.into_frame().unwrap().contiguous();
        self.opens(&request, &frame[..20_000]).await;
        Begins::new().await.begun(&produce(300_000), 20_000).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_broker_is_not_blamed_for_a_request_behind_an_answer_that_nobody_reads() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (open, rest) = stage.begins_behind_an_open_answer().await;
    stage.send(vec![open.clone()]).await;
    let taken = pass_on(&mut stage.chain, open.id(), rest);
    // A broker says one thing after the other.
    let hour = Duration::from_secs(3_600);
    assert!(tokio::time::timeout(hour, taken).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_fails_behind_an_answer_that_nobody_reads_is_left_alone() {
    let mut stage = Stage::set(Advertise::ClientsPort);
    let (open, _) = stage.begins_behind_an_open_answer().await;
    assert!(
        stage
            .chain
            .process(vec![open.clone()])
            .await
            .unwrap()
            .is_empty()
    );
    stage.broker = duplex(1).0;
    let hour = Duration::from_secs(3_600);
    let told = tokio::time::timeout(hour, wait_in(&mut stage.chain, open.id()));
    assert!(told.await.is_err());
}

/// Takes all that is written, as TLS does, and gets rid of none of it.
#[derive(Debug)]
struct Stuck;

impl AsyncRead for Stuck {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Stuck {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl Socket for Stuck {}

impl Dial for Stuck {
    fn dial(&self) -> Dialing {
        Box::pin(async { Ok(Box::new(Self) as Box<BrokerStream>) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_broker_with_tls_that_stops_to_take_a_long_request_is_given_up_as_well() {
    let mut chain = chain_to(Box::new(Stuck), Advertise::ClientsPort);
    let (open, _) = Begins::new().await.begun(&produce(300_000), 20_000).await;
    let id = open.id();
    assert!(chain.process(vec![open]).await.unwrap().is_empty());
    let start = Instant::now();
    wait_in(&mut chain, id).await;
    assert_eq!(start.elapsed().as_secs(), 60);
    assert!(chain.process(Messages::new()).await.is_err());
}

#[test]
fn a_sink_fits_the_size_class_it_is_made_for() {
    // The next one of jemalloc is 512 bytes.
    assert!(size_of::<KafkaSinkSingle>() <= 448);
}
