//! Are SASL tokens told from requests, however a client's bytes are cut and whenever it is answered?

use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tokio::io::{join, sink};

use crate::codec::{
    Decoded, FrameError, FrameReader, RequestDecoder, RequestError, ResponseDecoder,
};
use crate::message::{LENGTH_PREFIX, Message, Messages};
use crate::wire::{ApiKey, Encoding, ErrorCode, Reader};

/// Reads what a client sends. In front of it stand how many bytes more than one arrive at a time, and a bit for each of
/// eight SASL requests: whether the broker agrees to it.
pub fn sasl_frames(bytes: &[u8]) {
    let [cut, verdicts, sent @ ..] = bytes else {
        return;
    };
    let serve = |at_a_time, pipelined| {
        let mut session = Session::new(sent, *verdicts, pipelined);
        let end = sent
            .chunks(at_a_time)
            .try_for_each(|piece| session.arrive(piece));
        (session.seen, end.map_err(|error| refusal(&error)))
    };
    let whole = serve(sent.len().max(1), 1);
    assert_eq!(whole, serve(1 + usize::from(*cut), 1), "how it was cut");

    let (seen, end) = serve(sent.len().max(1), usize::MAX);
    if end == Err(Refusal::TooLong) {
        // The answer that lets long frames in had not come yet.
        assert!(whole.0.starts_with(&seen), "{:?}, {seen:?}", whole.0);
    } else {
        assert_eq!(whole, (seen, end), "when it was answered");
    }
}

/// What a frame was taken for.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Token,
    Request(ApiKey, i16),
    ApiVersionsTooNew,
}

#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    TooLong,
    Other(String),
}

fn refusal(error: &RequestError) -> Refusal {
    match error {
        RequestError::Frame(FrameError::TooLong { .. }) => Refusal::TooLong,
        RequestError::Frame(_) | RequestError::Header(_) => Refusal::Other(error.to_string()),
    }
}

/// A connection between a client that sends what it likes and a broker that answers everything.
struct Session<'a> {
    /// What the client sends, from the first frame on that was not seen yet.
    sent: &'a [u8],
    reader: FrameReader,
    decoder: RequestDecoder,
    verdicts: u8,
    /// Requests that wait for their answers, which come when there are so many, or nothing else can be done.
    waiting: Vec<Message>,
    pipelined: usize,
    /// Bare tokens that have to come before the next request; not known for GSSAPI.
    tokens: Option<u8>,
    seen: Vec<Seen>,
}

impl<'a> Session<'a> {
    fn new(sent: &'a [u8], verdicts: u8, pipelined: usize) -> Self {
        Self {
            sent,
            reader: FrameReader::new(),
            decoder: RequestDecoder::default(),
            verdicts,
            waiting: Vec::new(),
            pipelined,
            tokens: Some(0),
            seen: Vec::new(),
        }
    }

    fn arrive(&mut self, piece: &[u8]) -> Result<(), RequestError> {
        feed(&mut self.reader, piece);
        loop {
            let mut requests = Messages::new();
            while let Some(decoded) = self.decoder.next_request(&mut self.reader, &mut requests)? {
                self.note(requests.pop(), decoded);
                if self.waiting.len() >= self.pipelined {
                    self.answer_all();
                }
            }
            if self.waiting.is_empty() {
                return Ok(());
            }
            self.answer_all();
        }
    }

    fn note(&mut self, added: Option<Message>, decoded: Decoded) {
        let frame = self.next_sent();
        let (request, is_too_new) = match decoded {
            Decoded::Request => (added, false),
            Decoded::ApiVersionsTooNew(request) => (Some(request), true),
        };
        assert!(request.is_some(), "nothing was added");
        let Some(request) = request else {
            return;
        };
        let seen = if is_too_new {
            Seen::ApiVersionsTooNew
        } else {
            let read = request.clone().into_frame();
            assert_eq!(read.ok().map(|read| read.contiguous()), frame);
            let asked = request.request_ref();
            match asked.bare_sasl_token {
                true => Seen::Token,
                false => Seen::Request(asked.api_key, asked.api_version),
            }
        };
        let number = u64::try_from(self.seen.len());
        assert_eq!(request.id().client_sequence(), number.ok());
        if let Some(tokens) = &mut self.tokens {
            assert_eq!(seen == Seen::Token, *tokens > 0, "{seen:?}, {tokens} due");
            *tokens = tokens.saturating_sub(1);
        } else if seen != Seen::Token {
            self.tokens = Some(0);
        }
        self.seen.push(seen);
        self.waiting.push(request);
    }

    /// The frame that has to be seen next.
    fn next_sent(&mut self) -> Option<Bytes> {
        let prefix = self.sent.first_chunk::<LENGTH_PREFIX>()?;
        let payload = usize::try_from(i32::from_be_bytes(*prefix)).ok()?;
        let (frame, rest) = self.sent.split_at_checked(LENGTH_PREFIX + payload)?;
        self.sent = rest;
        Some(Bytes::copy_from_slice(frame))
    }

    fn answer_all(&mut self) {
        for request in std::mem::take(&mut self.waiting) {
            if !request.expects_response() {
                continue;
            }
            let agrees = self.verdict(&request);
            let answer = answer(&request, agrees);
            assert!(answer.is_some(), "{request:?} cannot be answered");
            if let Some(answer) = answer {
                self.decoder.answered(request.request_ref(), &answer);
            }
            if agrees && request.api_key() == ApiKey::SaslHandshake && request.api_version() == 0 {
                self.tokens = tokens_after(&request);
            }
        }
    }

    /// Whether the broker agrees to a request that is well formed.
    fn verdict(&mut self, request: &Message) -> bool {
        let asked = request.request_ref();
        let is_sasl = matches!(
            asked.api_key,
            ApiKey::SaslHandshake | ApiKey::SaslAuthenticate
        );
        if !is_sasl || asked.bare_sasl_token {
            return true;
        }
        let agrees = self.verdicts & 1 == 1;
        self.verdicts = self.verdicts.rotate_right(1);
        agrees && request.empty_response().is_ok()
    }
}

/// How many tokens a client sends for the mechanism that it names in a SaslHandshake.
fn tokens_after(handshake: &Message) -> Option<u8> {
    let body = handshake.body_bytes().unwrap_or_default();
    let mut body = Reader::new(&body, Encoding::Fixed);
    match body.string("Mechanism").unwrap_or_default() {
        b"GSSAPI" => None,
        b"SCRAM-SHA-256" | b"SCRAM-SHA-512" => Some(2),
        _ => Some(1),
    }
}

/// What a broker sends, read as what it answers.
fn answer(request: &Message, agrees: bool) -> Option<Message> {
    let asked = request.request_ref();
    let made = if asked.bare_sasl_token {
        Message::response_of_pieces(asked, vec![Bytes::from_static(b"token")]).ok()
    } else if agrees {
        request.empty_response().ok()
    } else {
        let error = ErrorCode::SASL_AUTHENTICATION_FAILED;
        request.error_response(error, None).ok()
    };
    // A broker hangs up on a request it cannot read; here it says nothing more of it than that it came.
    let made = made.or_else(|| Message::response_of_pieces(asked, Vec::new()).ok())?;
    let frame = made.into_frame().ok()?;
    let (mut reader, mut decoder) = (FrameReader::new(), ResponseDecoder::new());
    feed(&mut reader, &frame.contiguous());
    decoder.sent(asked, ());
    let mut answers = Messages::new();
    decoder.next_response(&mut reader, &mut answers).ok()?;
    answers.pop()
}

/// Lets the reader read all of `bytes`.
fn feed(reader: &mut FrameReader, bytes: &[u8]) {
    let mut context = Context::from_waker(Waker::noop());
    let mut peer = join(bytes, sink());
    while !peer.reader().is_empty() {
        let read = reader.poll_read(&mut peer, &mut context);
        assert!(matches!(read, Poll::Ready(Ok(1..))), "{read:?}");
    }
}
