//! How do bytes come off a socket without being copied, and without trusting the peer's lengths?

use super::length::{FrameError, LengthLimits, MAX_FRAME};
use super::{Piped, Portion, Wanted};
use crate::budget::{ALWAYS, Budget, Held};
use crate::message::{LENGTH_PREFIX, Messages, Piece};
use crate::socket::Socket;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::io::poll_read_buf;

/// What the connections of a thread read into, one after the other. Much at a time is cheap: one system call, one pass
/// over the chain and one write for all that has arrived.
pub(super) const CHUNK: usize = 256 * 1024;

/// A read into less space than this may leave much in the socket.
const LEAST_SPACE: usize = 64 * 1024;

/// Fewer bytes are not piped: to copy them costs less than the system calls.
const LEAST_PIPED: usize = 32 * 1024;

/// The beginning of a frame up to this length is copied out of the chunk while the connection waits for its end, so
/// that others can use the chunk.
const SHORT: usize = 16 * 1024;

thread_local! {
    /// The chunk that no connection of this thread has anything in.
    static SPARE: Cell<BytesMut> = Cell::new(BytesMut::new());
}

/// Messages for which room is made at once at most. One takes several times the room of the shortest frame: room is not
/// made for all that a peer squeezes into one read.
const MOST_RESERVED: usize = 1_000;

/// When a long frame asks again whether there is room for it.
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// A long frame counts for so many times what has arrived of it, or for all of it if that is less: whoever announces much
/// and sends little takes no room from others, and those that come quickly are not begun all at once.
pub(super) const ROOM_AHEAD: usize = 4;

/// For less there is no need to ask again.
pub(super) const LEAST_ROOM: usize = 2 * ALWAYS;

/// How long a long frame waits for room at most. Others may hold what they do not read for minutes: whoever reads is
/// slowed down and not cut off.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Reads a socket and cuts what arrived into frames.
///
/// A frame is cut off the buffer it was read into, so its bytes stay where the kernel put them. That is a chunk which a
/// thread's connections share as long as they have nothing left in it: one that waits has no buffer. A frame longer than
/// the chunk gets a buffer of its own. Space is made for what was announced only as far as the peer has shown that it
/// sends such frames: at most twice of what arrived, or what is the most that arrived of one before. A long frame waits
/// until the process may hold more bytes, for one second at most, and again each time that four times as much has arrived:
/// frames that wait for each other's room would wait for ever.
#[derive(Debug, Default)]
pub struct FrameReader {
    /// The frames that have arrived whole. They are cut off the buffer together, so that each reaches over those behind it.
    /// Nothing is read while there are any.
    whole: Bytes,
    /// How many these are.
    frames: u32,
    buffer: BytesMut,
    /// Whether the buffer is the chunk, of which the thread has no other meanwhile.
    is_chunk: bool,
    /// The longest frame seen on this connection, or the longest beginning of one that was given away.
    longest: usize,
    /// Whether the last frame was longer than the chunk.
    is_long: bool,
    held: Held,
    /// Whether there was room for as much of the long frame that is being read as is held.
    admitted: bool,
    /// Its wait for room.
    wait: Option<Box<Wait>>,
    /// What is still to come of a frame whose beginning was given away.
    open: usize,
}

impl FrameReader {
    /// A reader that has read nothing.
    pub fn new() -> Self {
        Self::within(Budget::of_process())
    }

    /// A reader that has read nothing, of what may be held within this budget.
    pub(super) fn within(budget: &'static Budget) -> Self {
        Self {
            whole: Bytes::new(),
            frames: 0,
            buffer: BytesMut::new(),
            is_chunk: false,
            longest: 0,
            is_long: false,
            held: Held::of(budget),
            admitted: false,
            wait: None,
            open: 0,
        }
    }

    /// Reads once; ready with the number of bytes, 0 at the end of the stream.
    ///
    /// # Errors
    /// When the socket fails.
    pub fn poll_read<S: Socket>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_room(cx));
        // To ask costs less than to read in vain.
        if let Some(socket) = stream.tcp()
            && socket.poll_read_ready(cx).is_pending()
        {
            self.rest();
            return Poll::Pending;
        }
        self.make_space();
        // Of a long frame no more than its beginning: it may have to wait for room, and where another was it is moved to
        // a buffer of its own.
        let is_begin = self.is_long && self.buffer.is_empty();
        let most = match is_begin || !self.held.budget().has_room() {
            true => SHORT,
            false => CHUNK.max(self.buffer.capacity()),
        };
        let mut space = (&mut self.buffer).limit(most);
        let outcome = poll_read_buf(Pin::new(stream), cx, &mut space);
        if outcome.is_pending() {
            self.rest();
        }
        outcome
    }

    /// Cuts the next frame, length prefix included, if all of it has arrived.
    #[inline]
    pub(super) fn next_frame(&mut self, limits: LengthLimits) -> Result<Option<Piece>, FrameError> {
        if self.whole.is_empty() && !self.cut(limits)? {
            return Ok(None);
        }
        let Some(payload) = limits.announced(&self.whole)? else {
            return Ok(None);
        };
        let length = LENGTH_PREFIX + payload;
        self.frames = self.frames.saturating_sub(1);
        let frame = if self.whole.len() > length {
            let frame = Piece::beginning(self.whole.clone(), length);
            self.whole.advance(length);
            frame
        } else {
            Piece::from(std::mem::take(&mut self.whole))
        };
        if self.admitted {
            self.admitted = false;
            self.held.set(self.buffered());
        }
        Ok(Some(frame))
    }

    /// Cuts the frames that have arrived whole off the buffer. Whether there are any.
    fn cut(&mut self, limits: LengthLimits) -> Result<bool, FrameError> {
        let Some(payload) = limits.announced(&self.buffer)? else {
            if self.buffer.is_empty() {
                self.release();
            }
            return Ok(false);
        };
        let (mut end, mut last) = (0, LENGTH_PREFIX + payload);
        if self.buffer.len() < last {
            return Ok(false);
        }
        self.frames = 0;
        loop {
            end += last;
            self.frames += 1;
            self.longest = self.longest.max(last);
            self.is_long = last > CHUNK;
            let behind = self.buffer.get(end..).unwrap_or_default();
            match length_of_first(behind) {
                Some(length) if length <= behind.len() => last = length,
                _ => break,
            }
        }
        self.whole = self.buffer.split_to(end).freeze();
        Ok(true)
    }

    /// Makes room for one more message, and for those in the frames that have arrived with it.
    #[inline]
    pub(super) fn make_room(&self, messages: &mut Messages) {
        if messages.len() == messages.capacity() {
            let behind = usize::try_from(self.frames).unwrap_or(usize::MAX);
            messages.reserve(1 + behind.min(MOST_RESERVED));
        }
    }

    /// Whether it is the budget that keeps it from reading, and not the socket.
    pub(crate) fn waits_for_room(&self) -> bool {
        self.wait.is_some()
    }

    /// Of the next frame only the beginning is read first, as if the last one had been a long one.
    pub fn expect_long(&mut self) {
        self.is_long = true;
    }

    /// What has arrived of a frame that has more than so many bytes still to come, and how many these are.
    pub(super) fn begun(&self, more_than: usize) -> Option<(&[u8], usize)> {
        let missing = self.announced_length().checked_sub(self.buffer.len())?;
        (missing > more_than && self.open == 0).then_some((&self.buffer, missing))
    }

    /// Gives away what has arrived of a frame. [`poll_rest`](Self::poll_rest) reads on.
    pub(super) fn open(&mut self) -> Piece {
        self.open = self.announced_length().saturating_sub(self.buffer.len());
        self.longest = self.longest.max(self.buffer.len());
        self.is_long = true;
        self.admitted = false;
        self.wait = None;
        self.held.set(0);
        let beginning = match !self.is_chunk && self.buffer.capacity() > 2 * self.buffer.len() {
            // There was room for more than came: the client may keep this for long.
            true => Bytes::copy_from_slice(&self.buffer),
            false => self.buffer.split().freeze(),
        };
        self.release();
        Piece::from(beginning)
    }

    /// Whether the beginning of a frame was given away, and not all of the rest.
    pub fn is_open(&self) -> bool {
        self.open > 0
    }

    /// Goes on in a frame that is open. Ready with as many bytes as are wanted once these have arrived, or with the last
    /// ones; where they may be piped, with 32 KiB or what has arrived beyond. Nothing is taken that is behind the frame.
    ///
    /// # Errors
    /// When the socket fails, or ends before the frame.
    pub fn poll_rest<S: Socket>(
        &mut self,
        stream: &mut S,
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Portion>> {
        let most = wanted.most.min(self.open);
        let (piped, most) = match stream.tcp().filter(|_| wanted.may_be_piped) {
            // Of what is not piped no more than that: by then there may be enough.
            Some(socket) => (
                ready!(self.poll_piped(socket, most, cx))?,
                most.min(LEAST_PIPED),
            ),
            None => (None, most),
        };
        let portion = match piped {
            Some(piped) => Portion::Piped(piped),
            None => Portion::Read(ready!(self.poll_read_rest(stream, most, cx))?),
        };
        self.open -= portion.len();
        Poll::Ready(Ok(portion))
    }

    /// None while there is something in the buffer, which comes first, or too little has arrived.
    fn poll_piped(
        &self,
        socket: &TcpStream,
        most: usize,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Piped>>> {
        match self.buffer.is_empty() && most >= LEAST_PIPED {
            true => Piped::poll_take(socket, (LEAST_PIPED, most), cx),
            false => Poll::Ready(Ok(None)),
        }
    }

    fn poll_read_rest<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        wanted: usize,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Bytes>> {
        while self.buffer.len() < wanted {
            let missing = wanted - self.buffer.len();
            if self.buffer.is_empty() && wanted <= CHUNK {
                self.move_to_chunk();
            }
            if self.buffer.capacity() < wanted {
                self.grow(missing);
            }
            let mut space = (&mut self.buffer).limit(missing);
            let Poll::Ready(outcome) = poll_read_buf(Pin::new(stream), cx, &mut space) else {
                self.rest();
                return Poll::Pending;
            };
            if outcome? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
        // More is there if more was asked for before.
        let rest = self.buffer.split_to(wanted).freeze();
        if self.buffer.is_empty() {
            self.release();
            self.held.set(0);
        }
        Poll::Ready(Ok(rest))
    }

    /// Ready when what is being read is short, or there is room for more of it.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let length = self.announced_length().min(LENGTH_PREFIX + MAX_FRAME);
        let arrived = self.buffer.len();
        if length <= ALWAYS || self.admitted && arrived < self.held.bytes() {
            return Poll::Ready(());
        }
        while !self.held.is_there_room_beside() {
            // A beginning does not count: many of them would leave no room for any.
            if !self.admitted {
                self.held.set(0);
            }
            let wait = self.wait.get_or_insert_with(|| Box::new(Wait::begin()));
            if wait.since.elapsed() >= LONGEST_WAIT {
                break;
            }
            ready!(wait.poll(cx));
        }
        self.wait = None;
        self.admitted = true;
        self.held
            .set(length.min((ROOM_AHEAD * arrived).max(LEAST_ROOM)));
        Poll::Ready(())
    }

    /// The length of the frame that is being read, its prefix included; 0 when it is not known.
    fn announced_length(&self) -> usize {
        match self.buffer.len() {
            ..LENGTH_PREFIX => 0,
            LENGTH_PREFIX.. => length_of_first(&self.buffer).unwrap_or(LENGTH_PREFIX),
        }
    }

    /// Bytes that arrived and are not part of a frame that was cut.
    pub fn buffered(&self) -> usize {
        self.whole.len() + self.buffer.len()
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    fn make_space(&mut self) {
        let arrived = self.buffer.len();
        let space = self.buffer.capacity() - arrived;
        let length = self.announced_length();
        let missing = match length.saturating_sub(arrived) {
            // Nothing is known of the next frame.
            0 => LEAST_SPACE,
            missing => missing,
        };
        if arrived + missing > CHUNK {
            let fits = space >= missing || !self.is_chunk && space >= LEAST_SPACE;
            if !fits {
                self.grow(missing.min(arrived.max(self.longest)).max(LEAST_SPACE));
            }
        } else if space < missing.max(LEAST_SPACE) {
            self.move_to_chunk();
        }
    }

    /// Goes on in a buffer of this connection's own.
    fn grow(&mut self, more: usize) {
        let mut own = BytesMut::with_capacity(self.buffer.len() + more);
        own.extend_from_slice(&self.buffer);
        self.release();
        self.buffer = own;
    }

    /// Goes on in the chunk of the thread, or in a new one when frames are on their way that were cut off it.
    fn move_to_chunk(&mut self) {
        if self.is_chunk && self.buffer.try_reclaim(CHUNK - self.buffer.len()) {
            return;
        }
        let mut chunk = SPARE.take();
        if !chunk.try_reclaim(CHUNK) && chunk.capacity() < self.buffer.len() + LEAST_SPACE {
            chunk = BytesMut::with_capacity(CHUNK);
        }
        chunk.extend_from_slice(&self.buffer);
        self.buffer = chunk;
        self.is_chunk = true;
    }

    /// Nothing more arrives for now.
    fn rest(&mut self) {
        if self.buffer.is_empty() {
            self.release();
        } else if self.is_chunk && self.buffer.len() <= SHORT {
            let begun = BytesMut::from(&*self.buffer);
            self.release();
            self.buffer = begun;
        } else if self.is_chunk && self.announced_length() > CHUNK {
            self.grow(LEAST_SPACE);
        } else {
            self.is_chunk = false;
        }
        if !self.admitted {
            self.held.set(self.buffer.capacity());
        }
    }

    /// Lets go of the buffer: the chunk is for others, of which nothing is needed any more.
    fn release(&mut self) {
        if self.buffer.capacity() == 0 && !self.is_chunk {
            return;
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        if std::mem::take(&mut self.is_chunk) {
            buffer.clear();
            SPARE.set(buffer);
        }
    }
}

/// A long frame waits for room.
#[derive(Debug)]
struct Wait {
    since: Instant,
    ask_again: Pin<Box<Sleep>>,
}

impl Wait {
    fn begin() -> Self {
        Self {
            since: Instant::now(),
            ask_again: Box::pin(sleep(ASK_AGAIN)),
        }
    }

    /// Ready when it is time to ask again.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.ask_again.as_mut().poll(cx));
        self.ask_again.as_mut().reset(Instant::now() + ASK_AGAIN);
        Poll::Ready(())
    }
}

/// The length that a frame at the beginning of these bytes has, its prefix included. None if that is negative or not
/// all there.
fn length_of_first(bytes: &[u8]) -> Option<usize> {
    let payload = usize::try_from(i32::from_be_bytes(*bytes.first_chunk()?)).ok()?;
    Some(payload.saturating_add(LENGTH_PREFIX))
}
