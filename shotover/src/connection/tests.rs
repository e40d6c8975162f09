use super::limits::*;
use super::*;
use crate::codec::{AnonymousAccess, Portion, Wanted};
use crate::halt::Halt;
use crate::message::{Message, MessageId, Messages};
use crate::observability::{CloseReason, LogCapture, Metrics};
use crate::socket::Socket;
use crate::transforms::{
    ChainState, ClientDetails, Transform, TransformBuilder, TransformChainBuilder, TransformError,
};
use crate::wire::ApiKey;
use crate::wire::produce::Partition;
use async_trait::async_trait;
use bytes::Bytes;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    ApiVersionsRequest, HeartbeatRequest, HeartbeatResponse, ProduceRequest, ProduceResponse,
    ResponseKind, SaslHandshakeRequest,
};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter, DuplexStream, ReadBuf, duplex,
};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::task::TaskTracker;

/// A sink under the control of the test: it hands requests over and returns the responses it is given.
struct Puppet {
    requests: mpsc::Sender<Message>,
    responses: mpsc::Receiver<Result<Message, &'static str>>,
    ready: Vec<Result<Message, &'static str>>,
    full: Arc<AtomicBool>,
    busy: Arc<AtomicBool>,
    polls: Arc<AtomicUsize>,
    rests: mpsc::Receiver<Result<Bytes, &'static str>>,
    opens: Arc<AtomicBool>,
    /// How much is wanted at a time of an open request.
    wanted: mpsc::Receiver<usize>,
    want: Option<usize>,
    taken: mpsc::Sender<Bytes>,
    /// Without a permit it waits in the middle of its work.
    goes_on: Arc<Semaphore>,
}

#[async_trait]
impl Transform for Puppet {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        for request in chain.requests.drain(..) {
            self.requests.try_send(request).unwrap();
        }
        drop(self.goes_on.acquire().await);
        self.ready
            .drain(..)
            .map(|response| response.map_err(TransformError::broker))
            .collect()
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        while let Poll::Ready(Some(response)) = self.responses.poll_recv(cx) {
            self.ready.push(response);
        }
        if self.ready.is_empty() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }

    fn has_capacity(&self) -> bool {
        !self.full.load(Ordering::Relaxed)
    }

    fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    fn poll_rest(
        &mut self,
        _: MessageId,
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Portion, TransformError>> {
        self.rests.poll_recv(cx).map(|rest| {
            let rest = rest.unwrap().map_err(TransformError::broker)?;
            assert!(rest.len() <= wanted.most && !wanted.may_be_piped);
            Ok(Portion::Read(rest))
        })
    }

    fn takes_open_request(&mut self, partition: &Partition<'_>) -> bool {
        assert_eq!(partition.index, 7);
        self.opens.load(Ordering::Relaxed)
    }

    fn poll_wanted(
        &mut self,
        _: MessageId,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Wanted, TransformError>> {
        if self.want.is_none() {
            self.want = ready!(self.wanted.poll_recv(cx));
        }
        Poll::Ready(Ok(Wanted::in_memory(self.want.unwrap())))
    }

    fn take_rest(&mut self, _: MessageId, rest: Portion) -> Result<(), TransformError> {
        let Portion::Read(rest) = rest else {
            panic!("piped");
        };
        assert!(self.want.take().is_some_and(|most| rest.len() <= most));
        self.taken.try_send(rest).unwrap();
        Ok(())
    }
}

#[derive(Debug)]
struct Strings(std::sync::Mutex<Option<Box<dyn Transform>>>);

impl std::fmt::Debug for dyn Transform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dyn Transform")
    }
}

impl TransformBuilder for Strings {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        self.0.lock().unwrap().take().unwrap()
    }
}

#[derive(Clone, Copy)]
struct Failing(io::ErrorKind);

impl AsyncWrite for Failing {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(self.0.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(self.0.into()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(self.0.into()))
    }
}

impl AsyncRead for Failing {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(self.0.into()))
    }
}

/// Both ends of a connection: the client's socket and the sink's strings.
struct Stage {
    client: DuplexStream,
    requests: mpsc::Receiver<Message>,
    responses: mpsc::Sender<Result<Message, &'static str>>,
    full: Arc<AtomicBool>,
    busy: Arc<AtomicBool>,
    polls: Arc<AtomicUsize>,
    rests: mpsc::Sender<Result<Bytes, &'static str>>,
    opens: Arc<AtomicBool>,
    wanted: mpsc::Sender<usize>,
    taken: mpsc::Receiver<Bytes>,
    goes_on: Arc<Semaphore>,
    drain: Halt,
    metrics: Metrics,
    ended: JoinHandle<CloseReason>,
}

impl Stage {
    fn set() -> Self {
        Self::with_log(Arc::new(LogLimit::new("test".into())))
    }

    fn with_log(log_limit: Arc<LogLimit>) -> Self {
        Self::with(log_limit, Arc::default())
    }

    fn with(log_limit: Arc<LogLimit>, limits: Arc<ConnectionLimits>) -> Self {
        Self::over(|proxy| proxy, log_limit, limits)
    }

    /// With a socket that fails so where the other side has ended.
    fn failing(error: io::ErrorKind) -> Self {
        let failing = |proxy| {
            let (reader, writer) = tokio::io::split(proxy);
            tokio::io::join(reader.chain(Failing(error)), writer)
        };
        Self::over(
            failing,
            Arc::new(LogLimit::new("test".into())),
            Arc::default(),
        )
    }

    /// With a socket that takes nothing.
    fn failing_to_write(error: io::ErrorKind) -> Self {
        Self::over(
            |proxy| tokio::io::join(tokio::io::split(proxy).0, Failing(error)),
            Arc::new(LogLimit::new("test".into())),
            Arc::default(),
        )
    }

    fn over<S: Socket + Send + 'static>(
        socket: impl FnOnce(DuplexStream) -> S,
        log_limit: Arc<LogLimit>,
        limits: Arc<ConnectionLimits>,
    ) -> Self {
        let (client, proxy) = duplex(64 * 1024);
        let (down, requests) = mpsc::channel(100_000);
        let (responses, up) = mpsc::channel(100_000);
        let (rests, of_open) = mpsc::channel(1_000);
        let (wanted, of_request) = mpsc::channel(1_000);
        let (down_open, taken) = mpsc::channel(1_000);
        let (full, polls) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let busy = Arc::<AtomicBool>::default();
        let opens = Arc::new(AtomicBool::new(true));
        let goes_on = Arc::new(Semaphore::new(1));
        let puppet: Box<dyn Transform> = Box::new(Puppet {
            requests: down,
            responses: up,
            ready: Vec::new(),
            full: Arc::clone(&full),
            busy: Arc::clone(&busy),
            polls: Arc::clone(&polls),
            rests: of_open,
            opens: Arc::clone(&opens),
            wanted: of_request,
            want: None,
            taken: down_open,
            goes_on: Arc::clone(&goes_on),
        });
        let builder = Strings(std::sync::Mutex::new(Some(puppet)));
        let address = "127.0.0.1:9092".parse().unwrap();
        let details = ClientDetails {
            connection_id: 1,
            peer: address,
            local: address,
            server_name: None,
            source: Arc::from("test"),
        };
        let chain = TransformChainBuilder::new(vec![("Puppet", Box::new(builder))]).build(&details);
        let drain = Halt::default();
        let metrics = Metrics::new();
        let mut connection = Connection::new(
            socket(proxy),
            Service {
                chain,
                limits,
                anonymous: AnonymousAccess::default(),
                metrics: metrics.source("test"),
                log_limit,
            },
            &drain,
        );
        let ended = TaskTracker::new().spawn(async move { connection.run().await });
        Self {
            client,
            requests,
            responses,
            full,
            busy,
            polls,
            rests,
            opens,
            wanted,
            taken,
            goes_on,
            drain,
            metrics,
            ended,
        }
    }

    async fn send(&mut self, frame: &[u8]) {
        self.client.write_all(frame).await.unwrap();
    }

    async fn arrives(&mut self) -> Message {
        timeout(Duration::from_secs(5), self.requests.recv())
            .await
            .unwrap()
            .unwrap()
    }

    fn answer(&self, request: &Message) {
        self.responses.try_send(Ok(answer(request))).unwrap();
    }

    /// Answers with the beginning alone, of which so many bytes are missing.
    fn begin(&self, request: &Message, missing: usize) {
        let whole = long_answer(request, missing).into_frame().unwrap();
        let whole = whole.contiguous();
        let beginning = whole.slice(..whole.len() - missing);
        let open = Message::from_response_frame(request.request_ref(), beginning);
        let open = open.unwrap().opened(missing.try_into().unwrap());
        self.responses.try_send(Ok(open)).unwrap();
    }

    fn go_on(&self, bytes: usize) {
        self.rests.try_send(Ok(vec![0; bytes].into())).unwrap();
    }

    /// The correlation id of the next answer.
    async fn reads(&mut self) -> i32 {
        let mut head = [0; 8];
        self.client.read_exact(&mut head).await.unwrap();
        let length = usize::try_from(i32::from_be_bytes(head[..4].try_into().unwrap())).unwrap();
        let mut rest = vec![0; length - 4];
        self.client.read_exact(&mut rest).await.unwrap();
        i32::from_be_bytes(head[4..].try_into().unwrap())
    }

    /// Asks, and gives an answer of which the socket takes a part. Returns the length of that.
    async fn answers_much(&mut self) -> usize {
        self.send(&heartbeat(1)).await;
        let request = self.arrives().await;
        let answer = long_answer(&request, LONG);
        let length = answer.wire_len();
        self.responses.try_send(Ok(answer)).unwrap();
        settle().await;
        assert!((1..length).contains(&self.counted()));
        length
    }

    /// Asks for something that the sink waits with until it is [told to go on](Self::goes_on).
    async fn hold_up(&mut self) {
        self.goes_on.try_acquire().unwrap().forget();
        self.send(&heartbeat(2)).await;
        self.arrives().await;
    }

    /// Bytes that count as sent to the client.
    fn counted(&self) -> usize {
        let text = self.metrics.encode();
        let name = "shotover_bytes_sent_total{source=\"test\"} ";
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().parse().unwrap()
    }

    async fn at_end(&mut self) -> bool {
        self.client.read(&mut [0; 1]).await.unwrap_or(0) == 0
    }

    async fn ends(self, expected: CloseReason) {
        let Self { ended, client, .. } = self;
        assert_eq!(ended.await.unwrap(), expected);
        drop(client);
    }
}

/// Lets everybody do what there is to do: the clock is paused, and moves on when there is nothing left.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

fn with_correlation(frame: Bytes, correlation_id: i32) -> Bytes {
    let mut frame = frame.to_vec();
    frame[8..12].copy_from_slice(&correlation_id.to_be_bytes());
    frame.into()
}

fn heartbeat(correlation_id: i32) -> Bytes {
    let request = Message::new_request(4, "c", &HeartbeatRequest::default()).unwrap();
    with_correlation(request.into_frame().unwrap().contiguous(), correlation_id)
}

fn produce_without_acks() -> Bytes {
    let request = Message::new_request(9, "c", &ProduceRequest::default().with_acks(0)).unwrap();
    request.into_frame().unwrap().contiguous()
}

fn answer(request: &Message) -> Message {
    request
        .respond(&ResponseKind::Heartbeat(HeartbeatResponse::default()))
        .unwrap()
}

/// An answer of this many bytes, which nobody decodes.
fn long_answer(request: &Message, bytes: usize) -> Message {
    Message::response_of_pieces(request.request_ref(), vec![Bytes::from(vec![0; bytes])]).unwrap()
}

#[tokio::test(start_paused = true)]
async fn answers_leave_in_request_order_whatever_order_they_come_in() {
    let mut stage = Stage::set();
    for id in 0..3 {
        stage.send(&heartbeat(id)).await;
    }
    let requests = [
        stage.arrives().await,
        stage.arrives().await,
        stage.arrives().await,
    ];
    for index in [2, 0, 1] {
        stage.answer(&requests[index]);
    }
    assert_eq!(
        [
            stage.reads().await,
            stage.reads().await,
            stage.reads().await
        ],
        [0, 1, 2]
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_answered_holds_up_nothing() {
    let mut stage = Stage::set();
    stage.send(&produce_without_acks()).await;
    stage.send(&heartbeat(7)).await;
    stage.send(&produce_without_acks()).await;
    assert!(!stage.arrives().await.expects_response());
    let request = stage.arrives().await;
    stage.answer(&request);
    assert_eq!(stage.reads().await, 7);
}

#[tokio::test(start_paused = true)]
async fn api_versions_of_the_future_are_answered_in_their_turn() {
    let mut stage = Stage::set();
    let hello = Message::new_request(3, "c", &ApiVersionsRequest::default()).unwrap();
    let mut future = with_correlation(hello.into_frame().unwrap().contiguous(), 2).to_vec();
    future[6..8].copy_from_slice(&99_i16.to_be_bytes());
    stage.send(&heartbeat(1)).await;
    stage.send(&future).await;
    let request = stage.arrives().await;
    stage.answer(&request);
    assert_eq!(stage.reads().await, 1);
    let mut frame = [0; 20];
    stage.client.read_exact(&mut frame).await.unwrap();
    assert_eq!(
        frame,
        [
            0, 0, 0, 16, 0, 0, 0, 2, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 4
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn api_versions_of_the_future_are_answered_at_once() {
    let mut stage = Stage::set();
    let start = Instant::now();
    stage
        .send(&[0, 0, 0, 10, 0, 18, 0, 99, 0, 0, 0, 7, 0xff, 0xff])
        .await;
    assert_eq!(stage.reads().await, 7);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn bad_bytes_end_the_connection_at_once() {
    for bytes in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0, 0, 0, 7],
        &[0xff; 4],
        &[0x16, 3, 1, 2, 0, 1],
    ] {
        let mut stage = Stage::set();
        let start = Instant::now();
        stage.send(bytes).await;
        assert!(stage.at_end().await);
        assert_eq!(start.elapsed(), Duration::ZERO);
        stage.ends(CloseReason::ProtocolError).await;
    }
}

/// What no broker answers.
const GARBAGE: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_bad_bytes_is_answered() {
    let mut stage = Stage::set();
    let start = Instant::now();
    stage
        .send(&[&heartbeat(1), &heartbeat(2), GARBAGE, &heartbeat(3)].concat())
        .await;
    let requests = [stage.arrives().await, stage.arrives().await];
    for index in [1, 0] {
        tokio::time::sleep(Duration::from_secs(60)).await;
        stage.answer(&requests[index]);
    }
    assert_eq!([stage.reads().await, stage.reads().await], [1, 2]);
    assert!(stage.at_end().await);
    assert_eq!(start.elapsed().as_secs(), 120);
    assert!(stage.requests.try_recv().is_err());
    stage.ends(CloseReason::ProtocolError).await;
}

#[tokio::test(start_paused = true)]
async fn bad_bytes_are_logged_and_counted_once_whatever_ends_the_connection() {
    let log = LogCapture::start();
    let mut stage = Stage::set();
    stage.send(&[&heartbeat(1), GARBAGE].concat()).await;
    stage.arrives().await;
    assert_eq!(log.lines().len(), 1, "{:?}", log.lines());
    stage.responses.try_send(Err("broker lost")).unwrap();
    let metrics = stage.metrics.clone();
    stage.ends(CloseReason::BrokerLost).await;
    let said = |what: &str| {
        log.lines()
            .iter()
            .filter(|line| line.contains(what))
            .count()
    };
    assert_eq!((said("looks like HTTP"), said("broker lost")), (1, 1));
    let text = metrics.encode();
    let line = r#"shotover_errors_total{source="test",api="unknown",reason="malformed_request"} 1"#;
    assert!(text.contains(line), "{line} is not in\n{text}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sent_bad_bytes_has_a_second_to_read_its_answers() {
    let mut stage = Stage::set();
    stage.send(&[&heartbeat(1), GARBAGE].concat()).await;
    let request = stage.arrives().await;
    stage.answer(&request);
    let start = Instant::now();
    assert_eq!(stage.ended.await.unwrap(), CloseReason::ProtocolError);
    assert_eq!(start.elapsed(), LINGER);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sent_bad_bytes_and_does_not_read_is_given_up_after_ten_minutes() {
    let mut stage = Stage::set();
    stage.send(&[&heartbeat(1), GARBAGE].concat()).await;
    let request = stage.arrives().await;
    let long = long_answer(&request, 1024 * 1024);
    stage.responses.try_send(Ok(long)).unwrap();
    let start = Instant::now();
    assert_eq!(stage.ended.await.unwrap(), CloseReason::Stalled);
    assert_eq!(start.elapsed().as_secs(), 600);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_is_given_up_after_ten_seconds() {
    let mut stage = Stage::set();
    let start = Instant::now();
    assert!(stage.at_end().await);
    assert_eq!(start.elapsed().as_secs(), 10);
    stage.ends(CloseReason::Stalled).await;
}

#[tokio::test(start_paused = true)]
async fn a_long_first_request_may_take_longer_than_a_short_one() {
    let mut stage = Stage::set();
    let frame = [&heartbeat(0)[4..], &[0; 500 * 1024]].concat();
    let length = u32::try_from(frame.len()).unwrap().to_be_bytes();
    let start = Instant::now();
    stage.send(&length).await;
    for part in frame.chunks(40 * 1024) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stage.send(part).await;
    }
    assert_eq!(stage.arrives().await.wire_len(), 4 + frame.len());
    assert_eq!(start.elapsed().as_secs(), 13);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_half_a_request_is_given_up() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    let request = stage.arrives().await;
    stage.answer(&request);
    stage.reads().await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    let start = Instant::now();
    stage.send(&heartbeat(1)[..9]).await;
    assert!(stage.at_end().await);
    assert_eq!(start.elapsed().as_secs(), 10);
    stage.ends(CloseReason::Stalled).await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_client_is_given_up_after_ten_minutes_but_not_while_it_waits() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    let request = stage.arrives().await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    stage.answer(&request);
    stage.reads().await;
    let start = Instant::now();
    assert!(stage.at_end().await);
    assert_eq!(start.elapsed().as_secs(), 600);
    stage.ends(CloseReason::Idle).await;
}

#[tokio::test(start_paused = true)]
async fn a_half_closed_client_gets_all_its_answers() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    stage.send(&heartbeat(1)).await;
    stage.client.shutdown().await.unwrap();
    let requests = [stage.arrives().await, stage.arrives().await];
    requests.iter().for_each(|request| stage.answer(request));
    assert_eq!([stage.reads().await, stage.reads().await], [0, 1]);
    assert!(stage.at_end().await);
    stage.ends(CloseReason::ClientClosed).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_left_gives_its_place_back_if_nothing_answers() {
    let mut stage = Stage::set();
    for id in 0..2 {
        stage.send(&heartbeat(id)).await;
    }
    let first = stage.arrives().await;
    // It was there all the time.
    tokio::time::sleep(2 * LEFT).await;
    stage.client.shutdown().await.unwrap();
    let start = Instant::now();
    tokio::time::sleep(LEFT / 2).await;
    stage.answer(&first);
    assert_eq!(stage.reads().await, 0);
    assert!(stage.at_end().await);
    assert_eq!(start.elapsed(), LEFT / 2 + LEFT);
    stage.ends(CloseReason::ClientClosed).await;
}

/// TLS takes what it has not sent yet.
#[tokio::test(start_paused = true)]
async fn what_the_stream_has_not_sent_yet_is_delivered_like_the_rest() {
    let buffering = |proxy| {
        let (reader, writer) = tokio::io::split(proxy);
        tokio::io::join(reader, BufWriter::with_capacity(64 * 1024, writer))
    };
    let log = Arc::new(LogLimit::new("test".into()));
    let mut stage = Stage::over(buffering, log, Arc::default());
    stage.send(&heartbeat(0)).await;
    stage.send(&heartbeat(1)).await;
    stage.client.shutdown().await.unwrap();
    for _ in 0..2 {
        // The pipe to the client takes the first.
        let request = stage.arrives().await;
        let answer = long_answer(&request, 60 * 1024);
        stage.responses.try_send(Ok(answer)).unwrap();
    }
    tokio::time::sleep(2 * LINGER).await;
    assert_eq!([stage.reads().await, stage.reads().await], [0, 1]);
    assert!(stage.at_end().await);
    stage.ends(CloseReason::ClientClosed).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_left_is_waited_for_while_the_chain_is_busy() {
    let mut stage = Stage::set();
    stage.send(&produce_without_acks()).await;
    stage.busy.store(true, Ordering::Relaxed);
    stage.client.shutdown().await.unwrap();
    stage.arrives().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(!stage.ended.is_finished());
    stage.busy.store(false, Ordering::Relaxed);
    // What is done also wakes the task.
    stage.drain.call();
    stage.ends(CloseReason::Shutdown).await;
}

/// A client with TLS that leaves without a word, or one whose machine is gone.
#[tokio::test(start_paused = true)]
async fn what_was_read_before_the_socket_failed_is_sent_on() {
    for (error, expected) in [
        (io::ErrorKind::UnexpectedEof, CloseReason::ClientClosed),
        (io::ErrorKind::ConnectionReset, CloseReason::IoError),
    ] {
        let mut stage = Stage::failing(error);
        stage.busy.store(true, Ordering::Relaxed);
        stage.send(&produce_without_acks()).await;
        stage.client.shutdown().await.unwrap();
        assert_eq!(stage.arrives().await.api_key(), ApiKey::Produce);
        settle().await;
        assert!(!stage.ended.is_finished());
        stage.busy.store(false, Ordering::Relaxed);
        tokio::time::sleep(FINISH).await;
        stage.ends(expected).await;
    }
}

/// A client that goes while answers are on their way to it resets the connection.
#[tokio::test(start_paused = true)]
async fn what_was_read_before_an_answer_could_not_be_written_is_sent_on() {
    let mut stage = Stage::failing_to_write(io::ErrorKind::ConnectionReset);
    stage.busy.store(true, Ordering::Relaxed);
    stage.send(&heartbeat(1)).await;
    let request = stage.arrives().await;
    stage.send(&produce_without_acks()).await;
    stage.answer(&request);
    assert_eq!(stage.arrives().await.api_key(), ApiKey::Produce);
    settle().await;
    assert!(!stage.ended.is_finished());
    stage.busy.store(false, Ordering::Relaxed);
    tokio::time::sleep(FINISH).await;
    stage.ends(CloseReason::IoError).await;
}

#[tokio::test(start_paused = true)]
async fn what_comes_for_a_client_that_is_gone_does_not_keep_the_chain_from_going_on() {
    let mut stage = Stage::failing_to_write(io::ErrorKind::ConnectionReset);
    stage.busy.store(true, Ordering::Relaxed);
    stage.send(&heartbeat(1)).await;
    let request = stage.arrives().await;
    let answer = long_answer(&request, 8 * 1024 * 1024);
    stage.responses.try_send(Ok(answer)).unwrap();
    settle().await;
    stage.responses.try_send(Err("broker lost")).unwrap();
    stage.ends(CloseReason::BrokerLost).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_broke_the_protocol_gives_its_place_back_if_nothing_answers() {
    let mut stage = Stage::set();
    stage.send(&[&heartbeat(1), GARBAGE].concat()).await;
    stage.arrives().await;
    let start = Instant::now();
    assert_eq!(stage.ended.await.unwrap(), CloseReason::ProtocolError);
    assert_eq!(start.elapsed(), ConnectionLimits::default().idle);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_answers_to_a_client_whose_socket_failed() {
    let mut stage = Stage::failing(io::ErrorKind::ConnectionReset);
    stage.send(&heartbeat(1)).await;
    stage.client.shutdown().await.unwrap();
    stage.arrives().await;
    stage.ends(CloseReason::IoError).await;
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_stays_busy_is_given_up() {
    let mut stage = Stage::set();
    stage.busy.store(true, Ordering::Relaxed);
    stage.client.shutdown().await.unwrap();
    let start = Instant::now();
    assert_eq!(stage.ended.await.unwrap(), CloseReason::ClientClosed);
    assert_eq!(start.elapsed(), FINISH);
}

#[tokio::test(start_paused = true)]
async fn a_drained_connection_answers_what_is_on_its_way_and_reads_no_more() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    let request = stage.arrives().await;
    stage.drain.call();
    tokio::task::yield_now().await;
    stage.send(&heartbeat(1)).await;
    stage.answer(&request);
    assert_eq!(stage.reads().await, 0);
    assert!(stage.at_end().await);
    assert!(stage.requests.try_recv().is_err());
    stage.ends(CloseReason::Shutdown).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_broker_ends_the_connection_after_the_complete_answers() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    stage.send(&heartbeat(1)).await;
    let request = stage.arrives().await;
    stage.answer(&request);
    assert_eq!(stage.reads().await, 0);
    stage.responses.try_send(Err("broker lost")).unwrap();
    assert!(stage.at_end().await);
    stage.ends(CloseReason::BrokerLost).await;
}

#[tokio::test(start_paused = true)]
async fn requests_without_answer_count_as_errors_when_a_transform_gives_up() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(1)).await;
    stage.send(&produce_without_acks()).await;
    stage.send(&heartbeat(2)).await;
    let first = stage.arrives().await;
    stage.arrives().await;
    stage.arrives().await;
    stage.answer(&first);
    assert_eq!(stage.reads().await, 1);
    stage.responses.send(Err("broker lost")).await.unwrap();
    let metrics = stage.metrics.clone();
    stage.ends(CloseReason::BrokerLost).await;
    let text = metrics.encode();
    for line in [
        "shotover_errors_total{source=\"test\",api=\"Heartbeat\",reason=\"transform_failed\"} 1\n",
        "shotover_errors_total{source=\"test\",api=\"Produce\",reason=\"transform_failed\"} 0\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_client_reads_while_a_transform_waits_counts() {
    let mut stage = Stage::set();
    let length = stage.answers_much().await;
    stage.hold_up().await;
    assert_eq!(stage.reads().await, 1);
    assert_eq!(stage.counted(), length);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_while_a_transform_waits_is_not_given_up() {
    let mut stage = Stage::set();
    stage.answers_much().await;
    stage.hold_up().await;
    tokio::time::sleep(Duration::from_secs(400)).await;
    let mut some = [0; 100_000];
    stage.client.read_exact(&mut some).await.unwrap();
    let read = Instant::now();
    tokio::time::sleep(Duration::from_secs(300)).await;
    stage.goes_on.add_permits(1);
    assert_eq!(stage.ended.await.unwrap(), CloseReason::Stalled);
    assert_eq!(read.elapsed().as_secs(), 600);
}

#[tokio::test(start_paused = true)]
async fn what_a_client_reads_after_the_end_counts() {
    let mut stage = Stage::set();
    let length = stage.answers_much().await;
    stage.responses.try_send(Err("broker lost")).unwrap();
    settle().await;
    assert_eq!(stage.reads().await, 1);
    assert!(stage.at_end().await);
    assert_eq!(stage.counted(), length);
    stage.ends(CloseReason::BrokerLost).await;
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_read_than_may_be_in_flight() {
    let mut stage = Stage::set();
    let frame = heartbeat(0);
    let mut sent = 0;
    while timeout(Duration::from_millis(1), stage.client.write_all(&frame))
        .await
        .is_ok()
    {
        sent += 1;
    }
    assert!(sent > MAX_REQUESTS_IN_FLIGHT);
    assert_eq!(stage.requests.len(), MAX_REQUESTS_IN_FLIGHT);
    let request = stage.arrives().await;
    stage.answer(&request);
    stage.reads().await;
    settle().await;
    assert_eq!(stage.requests.len(), MAX_REQUESTS_IN_FLIGHT);
}

#[tokio::test(start_paused = true)]
async fn behind_a_handshake_that_is_not_answered_no_more_is_read_than_a_buffer_holds() {
    let mut stage = Stage::set();
    let handshake = SaslHandshakeRequest::default().with_mechanism("PLAIN".into());
    let handshake = Message::new_request(0, "c", &handshake).unwrap();
    let handshake = handshake.into_frame().unwrap().contiguous();
    stage.client.write_all(&handshake).await.unwrap();
    stage.arrives().await;
    let flood = vec![1; 10 * 1024 * 1024];
    let written = timeout(Duration::from_secs(5), stage.client.write_all(&flood)).await;
    assert!(written.is_err(), "all of it was taken");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_stops_the_chain() {
    let mut stage = Stage::set();
    let mut answered = 0;
    for id in 0..100 {
        stage.send(&heartbeat(id)).await;
        let Ok(Some(request)) = timeout(Duration::from_millis(1), stage.requests.recv()).await
        else {
            break;
        };
        stage
            .responses
            .try_send(Ok(long_answer(&request, 1024 * 1024)))
            .unwrap();
        answered += 1;
    }
    assert!((4..=6).contains(&answered), "{answered}");
    let polls = stage.polls.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(stage.polls.load(Ordering::Relaxed), polls);
    stage.reads().await;
    assert!(stage.polls.load(Ordering::Relaxed) >= polls);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_given_up_after_ten_minutes() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    let request = stage.arrives().await;
    stage
        .responses
        .try_send(Ok(long_answer(&request, 1024 * 1024)))
        .unwrap();
    let start = Instant::now();
    assert_eq!(stage.ended.await.unwrap(), CloseReason::Stalled);
    assert_eq!(start.elapsed().as_secs(), 600);
}

#[tokio::test(start_paused = true)]
async fn a_chain_without_capacity_leaves_requests_in_the_socket() {
    let mut stage = Stage::set();
    stage.full.store(true, Ordering::Relaxed);
    stage.send(&heartbeat(0)).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(stage.requests.try_recv().is_err());
    stage.full.store(false, Ordering::Relaxed);
    // What makes room also wakes the task; here that is an answer nobody waits for, so the connection ends.
    stage.responses.try_send(Err("woken")).unwrap();
    stage.ends(CloseReason::BrokerLost).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_waits_for_is_a_failure_of_the_transform() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    let request = stage.arrives().await;
    stage.answer(&request);
    stage.answer(&request);
    stage.ends(CloseReason::TransformError).await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_bad_clients_takes_a_few_lines_of_log() {
    let (log, limit) = (LogCapture::start(), Arc::new(LogLimit::new("kafka".into())));
    for _ in 0..100 {
        let mut stage = Stage::with_log(Arc::clone(&limit));
        stage.client.write_all(b"GET / HTTP/1.1").await.unwrap();
        assert_eq!(stage.ended.await.unwrap(), CloseReason::ProtocolError);
    }
    drop(limit);
    let mut lines = log.lines();
    assert!(lines.pop().unwrap().ends_with("lines=90"), "{lines:?}");
    assert_eq!(lines.len(), 10, "{lines:?}");
    assert!(
        lines
            .iter()
            .all(|line| line.contains("this looks like HTTP"))
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_open_goes_on_before_any_other() {
    let mut stage = Stage::set();
    for id in 0..4 {
        stage.send(&heartbeat(id)).await;
    }
    let mut requests = Vec::new();
    for _ in 0..4 {
        requests.push(stage.arrives().await);
    }
    // Its turn has not come, nor that of those behind it.
    stage.begin(&requests[2], 5_000);
    stage.answer(&requests[3]);
    stage.begin(&requests[0], 30_000);
    stage.answer(&requests[1]);
    for bytes in [10_000, 19_999, 1, 4_000, 1_000] {
        stage.go_on(bytes);
    }
    for id in 0..4 {
        assert_eq!(stage.reads().await, id);
    }
}

#[tokio::test(start_paused = true)]
async fn of_an_open_answer_no_more_comes_than_the_client_takes() {
    const PIECE: usize = 30 * 1024;
    const PIECES: usize = 100;
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    let request = stage.arrives().await;
    stage.begin(&request, PIECES * PIECE);
    (0..PIECES).for_each(|_| stage.go_on(PIECE));
    tokio::time::sleep(Duration::from_secs(1)).await;
    // The socket has room for two of them, and one waits for it.
    let taken = stage.rests.capacity() + PIECES - stage.rests.max_capacity();
    assert_eq!(taken, 3);
    assert_eq!(stage.reads().await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_open_answer_that_does_not_go_on_ends_the_connection() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    stage.send(&heartbeat(1)).await;
    let requests = [stage.arrives().await, stage.arrives().await];
    stage.answer(&requests[1]);
    stage.begin(&requests[0], 100);
    stage.go_on(99);
    stage.rests.try_send(Err("broker lost")).unwrap();
    let mut heard = Vec::new();
    stage.client.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard.len(), 8 + 1 + 99);
    stage.ends(CloseReason::BrokerLost).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_left_is_served_until_its_open_answer_is_complete() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    let request = stage.arrives().await;
    stage.client.shutdown().await.unwrap();
    stage.begin(&request, 100);
    tokio::time::sleep(Duration::from_secs(60)).await;
    stage.go_on(100);
    assert_eq!(stage.reads().await, 0);
    stage.ends(CloseReason::ClientClosed).await;
}

#[tokio::test(start_paused = true)]
async fn while_an_answer_is_open_others_are_held_up_to_the_limit() {
    let mut stage = Stage::set();
    for id in 0..10 {
        stage.send(&heartbeat(id)).await;
    }
    let first = stage.arrives().await;
    stage.begin(&first, 1_000);
    for _ in 0..9 {
        let request = stage.arrives().await;
        let answer = long_answer(&request, 1024 * 1024);
        stage.responses.try_send(Ok(answer)).unwrap();
        settle().await;
    }
    // Those that were not taken wait in the channel.
    let waiting = stage.responses.max_capacity() - stage.responses.capacity();
    assert_eq!(waiting, 5);
    stage.go_on(1_000);
    for id in 0..10 {
        assert_eq!(stage.reads().await, id);
    }
}

/// A client to which so many answers of a MiB have come behind one that is not there.
async fn behind_the_first(answers: i32) -> (Stage, Message) {
    let mut stage = Stage::set();
    for id in 0..=answers {
        stage.send(&heartbeat(id)).await;
    }
    let first = stage.arrives().await;
    for _ in 0..answers {
        let request = stage.arrives().await;
        let answer = long_answer(&request, 1024 * 1024);
        stage.responses.try_send(Ok(answer)).unwrap();
        settle().await;
    }
    (stage, first)
}

#[tokio::test(start_paused = true)]
async fn answers_wait_for_one_before_them_up_to_the_limit() {
    let (mut stage, first) = behind_the_first(16).await;
    stage.answer(&first);
    for id in 0..=16 {
        assert_eq!(stage.reads().await, id);
    }
    stage.client.shutdown().await.unwrap();
    stage.ends(CloseReason::ClientClosed).await;
}

#[tokio::test(start_paused = true)]
async fn more_answers_that_wait_for_one_before_them_end_the_connection() {
    let log = LogCapture::start();
    let (mut stage, _) = behind_the_first(17).await;
    assert!(stage.at_end().await);
    stage.ends(CloseReason::ProtocolError).await;
    let told = log.lines().join("\n");
    let expected = "bytes of answers wait for one before them, and there are more";
    assert!(told.contains(expected), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_a_slow_answer_is_not_given_up() {
    let mut stage = Stage::set();
    stage.send(&heartbeat(0)).await;
    let request = stage.arrives().await;
    // With the beginning, of 9 bytes, the first three pieces fill the socket. The last one waits for it.
    let pieces = [30 * 1024, 30 * 1024, 4 * 1024 - 9, 1_000];
    stage.begin(&request, pieces.iter().sum::<usize>() + 1);
    for piece in pieces {
        tokio::time::sleep(Duration::from_secs(240)).await;
        stage.go_on(piece);
    }
    tokio::time::sleep(Duration::from_secs(240)).await;
    stage.go_on(1);
    assert_eq!(stage.reads().await, 0);
    stage.send(&heartbeat(1)).await;
    stage.arrives().await;
}

/// Bytes of records of a long request.
const LONG: usize = 300_000;

/// A request with so many bytes of records for one partition.
fn produce(correlation_id: i32, bytes: usize) -> Bytes {
    let data = PartitionProduceData::default()
        .with_index(7)
        .with_records(Some(Bytes::from_iter((0..=250).cycle().take(bytes))));
    let topic = TopicProduceData::default().with_partition_data(vec![data]);
    let body = ProduceRequest::default()
        .with_acks(-1)
        .with_topic_data(vec![topic]);
    let request = Message::new_request(12, "c", &body).unwrap();
    with_correlation(request.into_frame().unwrap().contiguous(), correlation_id)
}

fn produced(request: &Message) -> Message {
    request
        .respond(&ResponseKind::Produce(ProduceResponse::default()))
        .unwrap()
}

impl Stage {
    /// One whose client has been let in.
    async fn set_served() -> Self {
        Self::set().served().await
    }

    async fn served(mut self) -> Self {
        self.send(&heartbeat(0)).await;
        let request = self.arrives().await;
        self.answer(&request);
        assert_eq!(self.reads().await, 0);
        self
    }

    /// The beginning of a long request that has arrived in front of this rest.
    async fn opens<'a>(&mut self, request: &'a [u8]) -> (Message, &'a [u8]) {
        let (beginning, rest) = request.split_at(10_000);
        self.send(beginning).await;
        let open = self.arrives().await;
        assert_eq!((open.wire_len(), open.missing()), (10_000, rest.len()));
        (open, rest)
    }

    /// What comes next of a request that is open, so much at a time.
    async fn takes(&mut self, at_a_time: usize) -> Bytes {
        self.wanted.try_send(at_a_time).unwrap();
        timeout(Duration::from_secs(5), self.taken.recv())
            .await
            .unwrap()
            .unwrap()
    }

    fn answer_produce(&self, request: &Message) {
        self.responses.try_send(Ok(produced(request))).unwrap();
    }

    /// Whether the client hears nothing for a second.
    async fn is_quiet(&mut self) -> bool {
        let mut byte = [0; 1];
        let heard = self.client.read_exact(&mut byte);
        timeout(Duration::from_secs(1), heard).await.is_err()
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_request_goes_on_while_it_arrives_as_fast_as_the_chain_takes_it() {
    let mut stage = Stage::set_served().await;
    let request = produce(1, LONG);
    let (open, rest) = stage.opens(&request).await;
    // What is not wanted stays in the socket, which has room for 64 KiB.
    let behind = heartbeat(2);
    let (far, mut client) = tokio::io::split(std::mem::replace(&mut stage.client, duplex(1).0));
    let sends = TaskTracker::new().spawn({
        let all = [rest, &behind].concat();
        async move { client.write_all(&all).await.unwrap() }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!sends.is_finished() && stage.taken.try_recv().is_err());
    let mut all = open.clone().into_frame().unwrap().contiguous().to_vec();
    while all.len() < request.len() {
        let most = 50_000.min(request.len() - all.len());
        let piece = stage.takes(50_000).await;
        assert_eq!(piece.len(), most);
        all.extend(piece);
    }
    assert!(all == request);
    let last = stage.arrives().await;
    stage.answer(&last);
    stage.answer_produce(&open);
    sends.await.unwrap();
    let (mut far, mut heard) = (far, [0; 12]);
    far.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard[4..8], 1_i32.to_be_bytes());
}

#[tokio::test(start_paused = true)]
async fn a_long_request_is_whole_if_the_chain_does_not_take_it_open() {
    let mut stage = Stage::set_served().await;
    stage.opens.store(false, Ordering::Relaxed);
    stage.send(&produce(1, LONG)).await;
    let request = stage.arrives().await;
    assert_eq!(
        (request.missing(), request.wire_len()),
        (0, produce(1, LONG).len())
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_a_long_request_goes_down_before_it() {
    let mut stage = Stage::set_served().await;
    let request = produce(2, LONG);
    stage
        .send(&[&heartbeat(1), &request[..20_000]].concat())
        .await;
    assert_eq!(stage.arrives().await.correlation_id(), Some(1));
    let open = stage.arrives().await;
    assert_eq!(open.missing(), request.len() - open.wire_len());
}

#[tokio::test(start_paused = true)]
async fn an_answer_waits_until_all_of_its_request_has_come() {
    let mut stage = Stage::set_served().await;
    let request = produce(1, LONG);
    let (open, rest) = stage.opens(&request).await;
    let (piece, rest) = rest.split_at(10_000);
    stage.send(piece).await;
    assert_eq!(stage.takes(10_000).await, piece);
    stage.answer_produce(&open);
    assert!(stage.is_quiet().await);
    // Nobody wants the rest.
    stage.send(rest).await;
    assert_eq!(stage.reads().await, 1);
    assert!(stage.taken.try_recv().is_err());
    stage.send(&heartbeat(2)).await;
    assert_eq!(stage.arrives().await.correlation_id(), Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_in_the_middle_of_a_request_gets_the_answers_before() {
    let mut stage = Stage::set_served().await;
    stage.send(&heartbeat(1)).await;
    let before = stage.arrives().await;
    let request = produce(2, LONG);
    let (open, rest) = stage.opens(&request).await;
    stage.send(&rest[..5_000]).await;
    stage.wanted.try_send(100_000).unwrap();
    stage.client.shutdown().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!stage.ended.is_finished());
    // This one is for nobody.
    stage.answer_produce(&open);
    stage.answer(&before);
    assert_eq!(stage.reads().await, 1);
    assert!(stage.at_end().await);
    stage.ends(CloseReason::ClientClosed).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_go_on_with_a_long_request_is_given_up() {
    let mut stage = Stage::set_served().await;
    let request = produce(1, LONG);
    let (_, rest) = stage.opens(&request).await;
    // As long as it is the chain that does not go on, the client may wait.
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    stage.send(&rest[..50_000]).await;
    stage.wanted.try_send(50_000).unwrap();
    stage.takes(50_000).await;
    let start = Instant::now();
    // A byte now and then does not count for more than it is.
    for byte in rest[50_000..].chunks(1) {
        tokio::time::sleep(Duration::from_secs(9)).await;
        if stage.client.write_all(byte).await.is_err() {
            break;
        }
    }
    assert!(stage.at_end().await);
    // Ten seconds, and one for each KiB, after which one more byte is sent.
    assert_eq!(
        start.elapsed().as_secs(),
        (10 + 50_000 / 1024_u64).next_multiple_of(9)
    );
    stage.ends(CloseReason::Stalled).await;
}

#[tokio::test(start_paused = true)]
async fn a_drained_connection_takes_a_long_request_to_its_end() {
    let mut stage = Stage::set_served().await;
    let request = produce(1, LONG);
    let (open, rest) = stage.opens(&request).await;
    stage.drain.call();
    tokio::task::yield_now().await;
    for piece in rest.chunks(50_000) {
        stage.send(piece).await;
        assert_eq!(stage.takes(50_000).await, piece);
    }
    stage.answer_produce(&open);
    assert_eq!(stage.reads().await, 1);
    assert!(stage.at_end().await);
    stage.ends(CloseReason::Shutdown).await;
}

#[tokio::test(start_paused = true)]
async fn a_long_request_goes_on_however_many_answers_wait_for_one_before_them() {
    let mut stage = Stage::set_served().await;
    stage.send(&heartbeat(1)).await;
    stage.send(&heartbeat(2)).await;
    let [first, second] = [stage.arrives().await, stage.arrives().await];
    let request = produce(3, LONG);
    let (open, rest) = stage.opens(&request).await;
    let long = long_answer(&second, MAX_QUEUED_ANSWER_BYTES);
    stage.responses.try_send(Ok(long)).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    for piece in rest.chunks(50_000) {
        stage.send(piece).await;
        assert_eq!(stage.takes(50_000).await, piece);
    }
    // Which may wait for the broker that has got the long request.
    stage.answer(&first);
    stage.answer_produce(&open);
    for id in 1..=3 {
        assert_eq!(stage.reads().await, id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_long_request_comes_slowly_is_not_idle() {
    let limits = ConnectionLimits {
        idle: Duration::from_secs(30),
        ..ConnectionLimits::default()
    };
    let log = Arc::new(LogLimit::new("test".into()));
    let mut stage = Stage::with(log, Arc::new(limits)).served().await;
    let request = produce(1, LONG);
    let (_, rest) = stage.opens(&request).await;
    for _ in 0..2 {
        stage.wanted.try_send(rest.len()).unwrap();
    }
    // All but the last byte is there after 49 seconds.
    for piece in rest[..rest.len() - 1].chunks(6_000) {
        stage.send(piece).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let received = heartbeat(0).len() + request.len() - 1;
    let expected = format!("shotover_bytes_received_total{{source=\"test\"}} {received}\n");
    let text = stage.metrics.encode();
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn a_connection_fits_the_size_class_it_is_made_for() {
    // The next one of jemalloc is 768 bytes.
    assert!(size_of::<Connection<TcpStream>>() <= 640);
}
