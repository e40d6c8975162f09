use super::frame_reader::{LEAST_ROOM, ROOM_AHEAD};
use super::length::LengthLimits;
use super::*;
use crate::budget::{ALWAYS, Budget};
use crate::message::{Frame, Message, Messages, RequestRef};
use crate::socket::Socket;
use crate::wire::produce::Batch;
use crate::wire::{ApiKey, RequestHeaderError};
use bytes::Bytes;
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    ApiVersionsRequest, FetchRequest, FetchResponse, MetadataRequest, MetadataResponse,
    ProduceRequest, ResponseKind, SaslHandshakeRequest, SaslHandshakeResponse,
};
use kafka_protocol::protocol::StrBytes;
use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::{Instant, sleep, timeout};

pub(super) const ANY: LengthLimits = LengthLimits {
    least: 0,
    most: MAX_FRAME,
};

pub(super) async fn reader_of(bytes: &[u8]) -> FrameReader {
    let mut reader = FrameReader::new();
    feed(&mut reader, bytes).await;
    reader
}

async fn feed(reader: &mut FrameReader, bytes: &[u8]) {
    let (mut near, mut far) = duplex(bytes.len().max(1));
    far.write_all(bytes).await.unwrap();
    drop(far);
    while poll_fn(|cx| reader.poll_read(&mut near, cx)).await.unwrap() > 0 {}
}

pub(super) fn wire(message: Message) -> Bytes {
    message.into_frame().unwrap().contiguous()
}

pub(super) fn metadata() -> Message {
    Message::new_request(12, "c", &MetadataRequest::default()).unwrap()
}

fn handshake(version: i16, mechanism: &'static str) -> Bytes {
    let body = SaslHandshakeRequest::default().with_mechanism(StrBytes::from_static_str(mechanism));
    wire(Message::new_request(version, "c", &body).unwrap())
}

/// Sends a handshake v0 and its answer through `decoder`.
async fn shake_hands(
    decoder: &mut RequestDecoder,
    reader: &mut FrameReader,
    mechanism: &'static str,
    error: i16,
) {
    feed(reader, &handshake(0, mechanism)).await;
    let request = next(decoder, reader);
    let answer = SaslHandshakeResponse::default().with_error_code(error);
    let answer = request
        .respond(&ResponseKind::SaslHandshake(answer))
        .unwrap();
    decoder.answered(request.request_ref(), &answer);
}

#[track_caller]
fn next(decoder: &mut RequestDecoder, reader: &mut FrameReader) -> Message {
    let mut requests = Messages::new();
    match decoder.next_request(reader, &mut requests).unwrap() {
        Some(Decoded::Request) => requests.pop().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_frame_is_cut_when_all_of_it_has_arrived() {
    let mut reader = reader_of(b"\0\0\0\x03ab").await;
    assert!(reader.next_frame(ANY).unwrap().is_none());
    feed(&mut reader, b"c\0\0").await;
    assert_eq!(*reader.next_frame(ANY).unwrap().unwrap(), *b"\0\0\0\x03abc");
    assert!(reader.next_frame(ANY).unwrap().is_none());
    assert_eq!(reader.buffered(), 2);
}

#[tokio::test]
async fn a_long_announcement_alone_reserves_no_memory() {
    let mut reader = reader_of(&[6, 0, 0, 0, 1, 2, 3]).await;
    assert!(reader.next_frame(ANY).unwrap().is_none());
    assert!(reader.capacity() <= 512 * 1024, "{}", reader.capacity());
}

#[tokio::test]
async fn a_frame_larger_than_any_read_arrives_whole() {
    let mut bytes = 3_000_000_i32.to_be_bytes().to_vec();
    bytes.extend((0..3_000_000_u32).map(|i| u8::try_from(i % 251).unwrap()));
    let mut reader = reader_of(&bytes).await;
    assert_eq!(*reader.next_frame(ANY).unwrap().unwrap(), bytes);
}

#[track_caller]
fn refused(prefix: [u8; 4], least: usize, expected: &str) {
    let error = LengthLimits { least, most: 1000 }
        .announced(&prefix)
        .unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn lengths_that_no_frame_has_are_refused_by_name() {
    refused([0, 0, 0, 7], 8, "frame length 7 is less than 8 bytes");
    refused([0xff; 4], 8, "frame length -1 is less than 8 bytes");
    refused(
        [0, 0, 3, 0xe9],
        8,
        "frame length 1001 exceeds the limit of 1000 bytes",
    );
    refused(
        *b"GET ",
        8,
        "frame length 1195725856 exceeds the limit of 1000 bytes: this looks like HTTP",
    );
    refused(
        [0x16, 3, 1, 2],
        8,
        "frame length 369295618 exceeds the limit of 1000 bytes: this looks like a TLS client on a port without TLS",
    );
}

#[tokio::test]
async fn requests_are_numbered_in_the_order_they_came() {
    let mut bytes = wire(metadata()).to_vec();
    bytes.extend(wire(metadata()));
    let (mut reader, mut decoder) = (reader_of(&bytes).await, RequestDecoder::default());
    for sequence in 0..2 {
        assert_eq!(
            next(&mut decoder, &mut reader).id().client_sequence(),
            Some(sequence)
        );
    }
    assert!(
        decoder
            .next_request(&mut reader, &mut Messages::new())
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn api_versions_of_the_future_are_answered_and_not_refused() {
    let mut frame =
        wire(Message::new_request(3, "c", &ApiVersionsRequest::default()).unwrap()).to_vec();
    frame[6..8].copy_from_slice(&99_i16.to_be_bytes());
    let (mut reader, mut decoder) = (reader_of(&frame).await, RequestDecoder::default());
    let mut requests = Messages::new();
    assert!(matches!(
        decoder.next_request(&mut reader, &mut requests).unwrap(),
        Some(Decoded::ApiVersionsTooNew(_))
    ));
    // No room is made for requests that do not come.
    assert_eq!(requests.capacity(), 0);
}

#[tokio::test]
async fn any_other_version_of_the_future_is_refused() {
    let mut frame = wire(metadata()).to_vec();
    frame[6..8].copy_from_slice(&99_i16.to_be_bytes());
    let (mut reader, mut decoder) = (reader_of(&frame).await, RequestDecoder::default());
    let error = decoder
        .next_request(&mut reader, &mut Messages::new())
        .unwrap_err();
    assert!(matches!(
        error,
        RequestError::Header(RequestHeaderError::UnsupportedVersion { version: 99, .. })
    ));
}

#[tokio::test]
async fn frames_are_short_until_the_client_is_trusted() {
    let long = (i32::try_from(MAX_FRAME_BEFORE_AUTHENTICATION).unwrap() + 1).to_be_bytes();
    let mut decoder = RequestDecoder::default();
    let error = decoder
        .next_request(&mut reader_of(&long).await, &mut Messages::new())
        .unwrap_err();
    assert!(matches!(
        error,
        RequestError::Frame(FrameError::TooLong { .. })
    ));

    let request = metadata();
    let answer = request
        .respond(&ResponseKind::Metadata(MetadataResponse::default()))
        .unwrap();
    decoder.answered(request.request_ref(), &answer);
    assert!(
        decoder
            .next_request(&mut reader_of(&long).await, &mut Messages::new())
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn nothing_is_cut_behind_a_handshake_v0_before_it_is_answered() {
    let mut decoder = RequestDecoder::default();
    let mut reader = reader_of(&handshake(0, "PLAIN")).await;
    feed(&mut reader, b"\0\0\0\x05\0u\0pw").await;
    next(&mut decoder, &mut reader);
    assert!(
        decoder
            .next_request(&mut reader, &mut Messages::new())
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn bare_tokens_follow_a_handshake_v0_and_then_requests_again() {
    for (mechanism, tokens) in [
        ("PLAIN", 1),
        ("OAUTHBEARER", 1),
        ("SCRAM-SHA-256", 2),
        ("GSSAPI", 3),
    ] {
        let (mut decoder, mut reader) = (RequestDecoder::default(), FrameReader::new());
        shake_hands(&mut decoder, &mut reader, mechanism, 0).await;
        for _ in 0..tokens {
            feed(&mut reader, b"\0\0\0\x01t").await;
            assert!(
                next(&mut decoder, &mut reader)
                    .request_ref()
                    .bare_sasl_token,
                "{mechanism}"
            );
        }
        feed(&mut reader, &wire(metadata())).await;
        assert_eq!(
            next(&mut decoder, &mut reader).api_key(),
            ApiKey::Metadata,
            "{mechanism}"
        );
    }
}

#[tokio::test]
async fn no_token_follows_a_handshake_that_failed_or_one_of_v1() {
    let (mut decoder, mut reader) = (RequestDecoder::default(), FrameReader::new());
    shake_hands(&mut decoder, &mut reader, "PLAIN", 33).await;
    feed(&mut reader, &handshake(1, "PLAIN")).await;
    assert_eq!(next(&mut decoder, &mut reader).api_version(), 1);
    feed(&mut reader, &wire(metadata())).await;
    assert_eq!(next(&mut decoder, &mut reader).api_key(), ApiKey::Metadata);
}

async fn response_to(sent: &[RequestRef], frame: &[u8]) -> Result<Option<Message>, ResponseError> {
    let mut decoder = ResponseDecoder::new();
    sent.iter().for_each(|request| decoder.sent(*request, ()));
    let mut answers = Messages::new();
    decoder.next_response(&mut reader_of(frame).await, &mut answers)?;
    Ok(answers.pop())
}

#[tokio::test]
async fn a_response_answers_the_oldest_request() {
    let (one, two) = (metadata(), metadata());
    let answer = one
        .respond(&ResponseKind::Metadata(MetadataResponse::default()))
        .unwrap();
    let got = response_to(&[one.request_ref(), two.request_ref()], &wire(answer)).await;
    assert_eq!(got.unwrap().unwrap().id(), one.id());
}

#[tokio::test]
async fn a_response_to_another_request_is_refused() {
    let request = RequestRef {
        correlation_id: 5,
        ..metadata().request_ref()
    };
    let got = response_to(&[request], b"\0\0\0\x05\0\0\0\x06\0").await;
    assert!(matches!(
        got,
        Err(ResponseError::OutOfOrder { found: 6, .. })
    ));
}

#[tokio::test]
async fn a_response_nobody_asked_for_is_refused() {
    let got = response_to(&[], b"\0\0\0\x05\0\0\0\x06\0").await;
    assert!(matches!(got, Err(ResponseError::Unasked)));
}

#[tokio::test]
async fn a_response_shorter_than_its_header_is_refused() {
    let got = response_to(&[metadata().request_ref()], b"\0\0\0\x03\0\0\0").await;
    assert!(matches!(got, Err(ResponseError::Frame(_))));
}

#[tokio::test]
async fn short_frames_that_wait_are_copied_together_and_stay_in_their_places() {
    let mut writer = FrameWriter::new();
    let mut expected = Vec::new();
    // Among 20,000 short ones are long ones, which are not copied.
    for number in 0..20_000_u32 {
        let body = vec![number.to_be_bytes()[3]; if number % 1_000 == 999 { 50_000 } else { 8 }];
        let frame = Frame::assemble(&number.to_be_bytes(), vec![body.into()]).unwrap();
        expected.extend_from_slice(&frame.contiguous());
        writer.push(frame.clone());
    }
    assert_eq!(writer.queued(), expected.len());
    // Those of one write, the long ones and the runs between them.
    assert!(writer.pieces() < 330, "{}", writer.pieces());
    let (mut near, mut far) = duplex(10_000);
    let mut got = Vec::new();
    let (flushed, read) = tokio::join!(
        async {
            let flushed = poll_fn(|cx| writer.poll_flush(&mut near, cx)).await;
            drop(near);
            flushed
        },
        far.read_to_end(&mut got)
    );
    flushed.unwrap();
    read.unwrap();
    assert!(got == expected);
    assert_eq!((writer.queued(), writer.pieces()), (0, 0));
}

/// A budget of a mebibyte, for one test.
fn budget() -> &'static Budget {
    Box::leak(Box::new(Budget::new(1024 * 1024)))
}

/// A frame with a payload of so many bytes.
fn frame_of(payload: usize) -> Vec<u8> {
    let length = u32::try_from(payload).unwrap().to_be_bytes();
    [&length[..], &vec![0; payload]].concat()
}

/// Writes frames to a reader, and returns how many of them it has cut when nothing moves any more.
async fn cut_of(reader: &mut FrameReader, frames: &[u8]) -> usize {
    let (mut near, mut far) = duplex(4096);
    let mut cut = 0;
    let reads = async {
        while poll_fn(|cx| reader.poll_read(&mut near, cx)).await.unwrap() > 0 {
            while reader.next_frame(ANY).unwrap().is_some() {
                cut += 1;
            }
        }
    };
    let moves = async { tokio::join!(reads, far.write_all(frames)).1 };
    // Less than a frame waits for room at most.
    assert!(timeout(Duration::from_millis(900), moves).await.is_err());
    cut
}

#[tokio::test(start_paused = true)]
async fn what_is_announced_of_a_long_frame_is_held_as_far_as_it_arrives_until_it_is_cut() {
    let budget = budget();
    let mut reader = FrameReader::within(budget);
    let long = frame_of(900_000);
    // In how many pieces it comes decides how much more it is than what has arrived.
    for (from, to) in [(0, 10), (10, 50_000), (50_000, 100_000)] {
        assert_eq!(cut_of(&mut reader, &long[from..to]).await, 0);
        let most = (ROOM_AHEAD * to).max(LEAST_ROOM);
        let held = budget.held();
        assert!((to.max(ALWAYS)..=most).contains(&held), "{held} of {most}");
    }
    assert_eq!(cut_of(&mut reader, &long[100_000..700_000]).await, 0);
    assert_eq!(budget.held(), long.len());
    assert_eq!(cut_of(&mut reader, &long[700_000..]).await, 1);
    assert_eq!(budget.held(), 0);
    cut_of(&mut reader, &long[..1_000]).await;
    drop(reader);
    assert_eq!(budget.held(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_room_short_frames_are_read_and_long_ones_are_not_begun() {
    let budget = budget();
    let mut first = FrameReader::within(budget);
    cut_of(&mut first, &frame_of(2 * 1024 * 1024)[..700_000]).await;
    assert!(!budget.has_room());
    let mut second = FrameReader::within(budget);
    let short = frame_of(1_000).repeat(100);
    assert_eq!(cut_of(&mut second, &short).await, 100);
    let long = frame_of(ALWAYS);
    assert_eq!(cut_of(&mut second, &long).await, 0);
    assert!(second.buffered() <= 16 * 1024, "{}", second.buffered());
    // The one that was begun goes on, and makes room with its end.
    assert_eq!(
        cut_of(&mut first, &frame_of(2 * 1024 * 1024)[700_000..]).await,
        1
    );
    let rest = long.get(second.buffered()..).unwrap();
    assert_eq!(cut_of(&mut second, rest).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_long_frame_goes_on_soon_after_there_is_room() {
    let budget = budget();
    budget.set_limit(0);
    let mut reader = FrameReader::within(budget);
    let (mut near, mut far) = duplex(1024 * 1024);
    far.write_all(&frame_of(ALWAYS)).await.unwrap();
    let cut = async {
        while reader.next_frame(ANY).unwrap().is_none() {
            poll_fn(|cx| reader.poll_read(&mut near, cx)).await.unwrap();
        }
        Instant::now()
    };
    let makes_room = async {
        sleep(Duration::from_millis(700)).await;
        budget.set_limit(1);
        Instant::now()
    };
    let (cut, room) = tokio::join!(cut, makes_room);
    assert!(cut - room <= Duration::from_millis(20), "{:?}", cut - room);
}

#[tokio::test(start_paused = true)]
async fn it_is_known_what_a_reader_waits_for() {
    let budget = budget();
    let mut reader = FrameReader::within(budget);
    let (mut near, mut far) = duplex(1024 * 1024);
    let long = frame_of(ALWAYS);
    far.write_all(&long[..100]).await.unwrap();
    let mut poll = async |is_ready| {
        let polled = poll_fn(|cx| Poll::Ready(reader.poll_read(&mut near, cx))).await;
        assert_eq!(polled.is_ready(), is_ready);
        reader.waits_for_room()
    };
    assert!(!poll(true).await);
    budget.set_limit(0);
    assert!(poll(false).await);
    budget.set_limit(1);
    sleep(Duration::from_secs(1)).await;
    // It is the socket that has nothing now.
    assert!(!poll(false).await);
}

#[tokio::test(start_paused = true)]
async fn a_long_frame_waits_for_room_for_a_second_at_most() {
    let budget = budget();
    budget.set_limit(0);
    let mut reader = FrameReader::within(budget);
    let (mut near, mut far) = duplex(1024 * 1024);
    far.write_all(&frame_of(ALWAYS)).await.unwrap();
    let start = Instant::now();
    while reader.next_frame(ANY).unwrap().is_none() {
        poll_fn(|cx| reader.poll_read(&mut near, cx)).await.unwrap();
    }
    assert_eq!(start.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_peer_does_not_take_is_held() {
    let budget = budget();
    let mut writer = FrameWriter::within(budget);
    let frame = Frame::assemble(b"head", vec![vec![0; 100_000].into()]).unwrap();
    writer.push(frame.clone());
    let (mut near, mut far) = duplex(1_000);
    let flushed = timeout(
        Duration::from_secs(1),
        poll_fn(|cx| writer.poll_flush(&mut near, cx)),
    );
    assert!(flushed.await.is_err());
    assert_eq!(budget.held(), writer.queued());
    let mut got = vec![0; frame.wire_len()];
    let (flushed, read) = tokio::join!(
        poll_fn(|cx| writer.poll_flush(&mut near, cx)),
        far.read_exact(&mut got)
    );
    flushed.unwrap();
    read.unwrap();
    assert_eq!(budget.held(), 0);
}

/// A short piece of a buffer that would be kept as a whole.
fn piece_of(buffer: &Bytes) -> Frame {
    Frame::assemble(b"head", vec![buffer.slice(..100)]).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_a_peer_does_not_take_keeps_no_buffer_that_others_use() {
    let mut writer = FrameWriter::new();
    let (mut near, mut far) = duplex(16);
    let mut expected = Vec::new();
    for byte in 0..10 {
        let buffer = Bytes::from(vec![byte; 256 * 1024]);
        expected.extend_from_slice(&piece_of(&buffer).contiguous());
        writer.push(piece_of(&buffer));
        let flushed = timeout(
            Duration::from_secs(1),
            poll_fn(|cx| writer.poll_flush(&mut near, cx)),
        );
        assert!(flushed.await.is_err());
        // Nobody else has it any more.
        assert!(buffer.is_unique());
    }
    // What may be half of a buffer of its own is not copied, and keeps its place.
    let middling = Bytes::from(vec![12; 100_000]);
    let long = Bytes::from(vec![11; 200_000]);
    let frame = Frame::assemble(b"head", vec![middling.clone()]).unwrap();
    expected.extend_from_slice(&frame.contiguous());
    writer.push(frame);
    let frame = Frame::assemble(b"head", vec![long.clone()]).unwrap();
    expected.extend_from_slice(&frame.contiguous());
    writer.push(frame);
    writer.push(piece_of(&long));
    expected.extend_from_slice(&piece_of(&long).contiguous());
    let flushed = timeout(
        Duration::from_secs(1),
        poll_fn(|cx| writer.poll_flush(&mut near, cx)),
    );
    assert!(flushed.await.is_err());
    assert!(!long.is_unique() && middling.is_unique());
    let mut got = vec![0; expected.len() - 16];
    let (flushed, read) = tokio::join!(poll_fn(|cx| writer.poll_flush(&mut near, cx)), async {
        let mut first = [0; 16];
        far.read_exact(&mut first).await.unwrap();
        far.read_exact(&mut got).await.unwrap();
        first
    });
    flushed.unwrap();
    assert_eq!([&read[..], &got].concat(), expected);
}

/// A Fetch request and its answer with so many bytes of records.
pub(super) fn fetched(version: i16, bytes: usize) -> (RequestRef, Bytes) {
    fetched_of(version, &[bytes])
}

/// A Fetch request and its answer with so many bytes of records of each partition.
fn fetched_of(version: i16, partitions: &[usize]) -> (RequestRef, Bytes) {
    let request = Message::new_request(version, "c", &FetchRequest::default()).unwrap();
    let partitions = partitions.iter().map(|&bytes| {
        let records = Bytes::from_iter((0..=250).cycle().take(bytes));
        PartitionData::default().with_records(Some(records))
    });
    let topic = FetchableTopicResponse::default().with_partitions(partitions.collect());
    let answer = FetchResponse::default().with_responses(vec![topic]);
    let answer = request.respond(&ResponseKind::Fetch(answer)).unwrap();
    (request.request_ref(), wire(answer))
}

/// Reads until a response is open.
pub(super) async fn opened(
    decoder: &mut ResponseDecoder<&'static str>,
    (reader, near): (&mut FrameReader, &mut impl Socket),
) -> (Message, &'static str) {
    loop {
        poll_fn(|cx| reader.poll_read(near, cx)).await.unwrap();
        assert!(
            decoder
                .next_response(reader, &mut Messages::new())
                .unwrap()
                .is_none()
        );
        if let Some(opened) = decoder.open_response(reader).unwrap() {
            return opened;
        }
    }
}

/// What comes next of an open response, in memory.
async fn rest_of<S: Socket>(
    reader: &mut FrameReader,
    near: &mut S,
    most: usize,
) -> io::Result<Bytes> {
    let wanted = Wanted::in_memory(most);
    match poll_fn(|cx| reader.poll_rest(near, wanted, cx)).await? {
        Portion::Read(rest) => Ok(rest),
        Portion::Piped(_) => panic!("piped"),
    }
}

/// Reads two responses like this one, open.
async fn read_twice(request: RequestRef, answer: &[u8], near: &mut impl Socket) {
    let (mut reader, mut decoder) = (FrameReader::new(), ResponseDecoder::new());
    decoder.sent(request, "first");
    decoder.sent(request, "second");
    for kept in ["first", "second"] {
        let (open, whose) = opened(&mut decoder, (&mut reader, near)).await;
        assert!(whose == kept && reader.is_open());
        assert!(decoder.open_response(&mut reader).unwrap().is_none());
        let missing = open.missing();
        let mut all = wire(open).to_vec();
        assert_eq!(all.len() + missing, answer.len());
        while reader.is_open() {
            let rest = rest_of(&mut reader, near, 31_000).await.unwrap();
            assert_eq!(rest.len(), 31_000.min(answer.len() - all.len()));
            all.extend_from_slice(&rest);
        }
        assert!(all == answer);
    }
}

#[tokio::test]
async fn a_long_fetch_response_is_opened_and_read_to_its_end_and_no_further() {
    for version in [11, 12, 17] {
        let (request, answer) = fetched(version, 500_000);
        let (mut near, mut far) = duplex(10_000);
        let both = [&answer[..], &answer[..]].concat();
        let ((), sent) = tokio::join!(
            read_twice(request, &answer, &mut near),
            far.write_all(&both)
        );
        sent.unwrap();
    }
}

#[tokio::test]
async fn there_is_room_for_what_came_before_the_last_partition_as_soon_as_one_such_response_was_read()
 {
    const FIRST: usize = 2_000_000;
    let (request, answer) = fetched_of(12, &[FIRST, 500_000]);
    let (mut near, mut far) = duplex(answer.len());
    let (mut reader, mut decoder) = (FrameReader::new(), ResponseDecoder::new());
    for seen_before in [false, true] {
        decoder.sent(request, "fetch");
        let (begun, rest) = answer.split_at(FIRST + 100_000);
        far.write_all(begun).await.unwrap();
        for _ in 0..2 {
            poll_fn(|cx| reader.poll_read(&mut near, cx)).await.unwrap();
        }
        assert_eq!(reader.capacity() >= FIRST, seen_before);
        far.write_all(&rest[..1]).await.unwrap();
        let (open, _) = opened(&mut decoder, (&mut reader, &mut near)).await;
        far.write_all(&rest[1..]).await.unwrap();
        let mut all = wire(open).to_vec();
        while reader.is_open() {
            all.extend(rest_of(&mut reader, &mut near, 31_000).await.unwrap());
        }
        assert!(all == answer);
    }
}

#[tokio::test]
async fn what_came_first_of_a_response_keeps_no_buffer_made_for_a_longer_one() {
    let (mut near, mut far) = duplex(4_000_000);
    let (mut reader, mut decoder) = (FrameReader::new(), ResponseDecoder::new());
    for first in [2_000_000, 300_000] {
        let (request, answer) = fetched_of(12, &[first, 1_600_000]);
        decoder.sent(request, "fetch");
        let (begun, rest) = answer.split_at(first + 10_000);
        far.write_all(begun).await.unwrap();
        let (open, _) = opened(&mut decoder, (&mut reader, &mut near)).await;
        let Ok(beginning) = wire(open).try_into_mut() else {
            panic!("the beginning is shared");
        };
        assert!((first..2 * begun.len()).contains(&beginning.capacity()));
        far.write_all(rest).await.unwrap();
        let mut read = beginning.len();
        while reader.is_open() {
            read += rest_of(&mut reader, &mut near, 31_000).await.unwrap().len();
        }
        assert_eq!(read, answer.len());
    }
}

#[tokio::test]
async fn responses_that_are_short_or_say_more_are_not_opened() {
    let (fetch, long) = fetched(12, 500_000);
    let (short, soon_there) = fetched(12, 70_000);
    let (_, mut failed) = fetched(12, 500_000);
    // The error of the whole response.
    let mut bytes = failed.to_vec();
    bytes[14] = 1;
    failed = bytes.into();
    for (request, answer, opens) in [
        (fetch, &long, true),
        (short, &soon_there, false),
        (fetch, &failed, false),
        (metadata().request_ref(), &long, false),
    ] {
        let mut reader = reader_of(&answer[..20_000]).await;
        let mut decoder = ResponseDecoder::new();
        decoder.sent(request, ());
        let opened = decoder.open_response(&mut reader).unwrap();
        assert_eq!(opened.is_some(), opens);
    }
}

#[tokio::test]
async fn a_response_that_ends_while_it_is_open_is_an_error() {
    let (request, answer) = fetched(12, 500_000);
    let (mut near, mut far) = duplex(64 * 1024);
    let mut reader = reader_of(&answer[..20_000]).await;
    let mut decoder = ResponseDecoder::new();
    decoder.sent(request, ());
    decoder.open_response(&mut reader).unwrap().unwrap();
    far.write_all(&answer[20_000..40_000]).await.unwrap();
    drop(far);
    let mut rest = async |most| rest_of(&mut reader, &mut near, most).await;
    assert_eq!(rest(15_000).await.unwrap(), answer[20_000..35_000]);
    let error = rest(15_000).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn an_open_response_holds_nothing_of_the_budget_but_what_has_arrived_of_its_rest() {
    static SMALL: Budget = Budget::new(200_000);
    let (request, answer) = fetched(12, 500_000);
    let (mut near, mut far) = duplex(64 * 1024);
    let mut reader = FrameReader::within(&SMALL);
    feed(&mut reader, &answer[..20_000]).await;
    let mut decoder = ResponseDecoder::new();
    decoder.sent(request, ());
    decoder.open_response(&mut reader).unwrap().unwrap();
    assert_eq!(SMALL.held(), 0);
    far.write_all(&answer[20_000..40_000]).await.unwrap();
    let rest = timeout(
        Duration::from_millis(10),
        rest_of(&mut reader, &mut near, 30_000),
    );
    assert!(rest.await.is_err());
    assert!((20_000..=256 * 1024).contains(&SMALL.held()));
    // Who wants less at a time than before gets less.
    let mut rest = async |most| rest_of(&mut reader, &mut near, most).await.unwrap();
    assert_eq!(rest(15_000).await, answer[20_000..35_000]);
    assert!(SMALL.held() > 0);
    far.write_all(&answer[40_000..50_000]).await.unwrap();
    assert_eq!(rest(15_000).await, answer[35_000..50_000]);
    assert_eq!(SMALL.held(), 0);
}

/// A Produce request for partitions of one topic, with so many bytes of records for each.
fn produced(version: i16, partitions: i32, (bytes, acks): (usize, i16)) -> Bytes {
    let data = (0..partitions).map(|index| {
        PartitionProduceData::default()
            .with_index(index)
            .with_records(Some(Bytes::from_iter((0..=250).cycle().take(bytes))))
    });
    let topic = TopicProduceData::default().with_partition_data(data.collect());
    let body = ProduceRequest::default()
        .with_acks(acks)
        .with_topic_data(vec![topic]);
    wire(Message::new_request(version, "c", &body).unwrap())
}

/// A decoder whose client has been let in.
async fn let_in() -> RequestDecoder {
    let mut decoder = RequestDecoder::default();
    let request = next(&mut decoder, &mut reader_of(&wire(metadata())).await);
    let answer = request.respond(&ResponseKind::Metadata(MetadataResponse::default()));
    decoder.answered(request.request_ref(), &answer.unwrap());
    decoder
}

/// Whether a request of which this much has arrived is opened, by a sink that takes all.
async fn is_opened(decoder: &mut RequestDecoder, arrived: &[u8]) -> bool {
    let mut reader = reader_of(arrived).await;
    let whole = decoder.next_request(&mut reader, &mut Messages::new());
    assert!(whole.unwrap().is_none());
    let has_begun = decoder.has_begun_long_request(&reader);
    let opened = decoder.open_request(&mut reader, |_| true);
    assert_eq!(opened.is_some(), has_begun);
    assert_eq!(reader.is_open(), has_begun);
    has_begun
}

#[tokio::test]
async fn a_long_request_is_opened_and_read_to_its_end_and_no_further() {
    for version in 9..=13 {
        let request = produced(version, 1, (500_000, -1));
        let (mut near, mut far) = duplex(600_000);
        far.write_all(&request).await.unwrap();
        far.write_all(&wire(metadata())).await.unwrap();
        let mut decoder = let_in().await;
        let mut reader = reader_of(&[]).await;
        reader.expect_long();
        poll_fn(|cx| reader.poll_read(&mut near, cx)).await.unwrap();
        let refused = decoder.open_request(&mut reader, |_| false);
        assert!(refused.is_none() && !reader.is_open());
        let open = decoder.open_request(&mut reader, |partition| partition.index == 0);
        let open = open.unwrap();
        assert_eq!(open.id().client_sequence(), Some(1));
        assert_eq!(open.wire_len() + open.missing(), request.len());
        let mut all = wire(open).to_vec();
        while reader.is_open() {
            all.extend(rest_of(&mut reader, &mut near, 31_000).await.unwrap());
        }
        assert!(all == request);
        poll_fn(|cx| reader.poll_read(&mut near, cx)).await.unwrap();
        let behind = next(&mut decoder, &mut reader);
        assert_eq!(behind.id().client_sequence(), Some(2));
    }
}

#[tokio::test]
async fn requests_that_are_short_or_say_more_are_not_opened() {
    let long = produced(12, 1, (500_000, -1));
    let decoder = &mut let_in().await;
    // Not before the numbers of its records have come.
    assert!(is_opened(decoder, &long[..1_000]).await);
    let records = long.len() - 3 - 500_000;
    assert!(!is_opened(decoder, &long[..records + Batch::UP_TO_NUMBERS - 1]).await);
    assert!(is_opened(decoder, &long[..records + Batch::UP_TO_NUMBERS]).await);
    for other in [
        produced(12, 1, (100_000, -1)),
        produced(12, 2, (500_000, -1)),
        produced(12, 1, (500_000, 0)),
        produced(8, 1, (500_000, -1)),
        fetched(12, 500_000).1,
    ] {
        assert!(!is_opened(decoder, &other[..1_000]).await);
    }
    let mut more = long.to_vec();
    more[..4].copy_from_slice(&i32::try_from(long.len() - 3).unwrap().to_be_bytes());
    assert!(!is_opened(decoder, &more[..1_000]).await);
}

#[tokio::test]
async fn what_a_client_sends_that_was_not_let_in_is_not_opened() {
    let request = produced(12, 1, (500_000, -1));
    let stranger = &mut RequestDecoder::default();
    assert!(!is_opened(stranger, &request[..1_000]).await);
    next(stranger, &mut reader_of(&wire(metadata())).await);
    assert!(!is_opened(stranger, &request[..1_000]).await);
}
