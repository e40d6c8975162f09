//! How do frames get onto a socket with few system calls and no copying?

use super::frame_reader::CHUNK;
use super::{Piped, Portion};
#[cfg(test)]
use crate::budget::Budget;
use crate::budget::Held;
use crate::burst::{Burst, leaves_room};
use crate::message::{Frame, Piece, RESTS_ALONE};
use crate::socket::Socket;
use bytes::Bytes;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Pieces given to the kernel with one call. Requests that were taken apart have several each.
const PIECES_PER_WRITE: usize = 256;

/// Pieces that mostly wait: room for more is not worth being filled for them.
const FEW_PIECES: usize = 16;

/// Pieces below this length are copied together once more of them wait than one call takes: each holds the buffer that
/// it was read into, which is longer by far when it came alone.
const SHORT_PIECE: usize = 4 * 1024;

/// Space for short pieces, which becomes a piece when it is full.
const COPIES: usize = 16 * 1024;

leaves_room!(Piece);

/// Frames that wait to be written, as the pieces they are made of.
#[derive(Debug, Default)]
pub struct FrameWriter {
    /// What leaves before what is in the queue.
    piped: Option<Box<Piped>>,
    queue: Burst<Piece>,
    /// Short pieces, to be written after those in the queue.
    copies: Vec<u8>,
    queued: usize,
    /// How many pieces at the front hold no more memory than they are long, or little more.
    rested: u32,
    written: u64,
    /// Whether the stream may hold bytes that were written but not flushed.
    unflushed: bool,
    held: Held,
}

impl FrameWriter {
    /// A writer with nothing to write.
    pub fn new() -> Self {
        Self::default()
    }

    #[cfg(test)]
    pub(super) fn within(budget: &'static Budget) -> Self {
        Self {
            held: Held::of(budget),
            ..Self::default()
        }
    }

    /// Puts a frame at the end of the queue. Whoever calls this looks at [`queued`](Self::queued) first.
    #[inline]
    pub fn push(&mut self, frame: Frame) {
        frame.into_pieces(|piece| self.push_piece(piece));
    }

    /// Puts a frame at the end of the queue that `write` appends, in about so many bytes. It lies beside others that are
    /// written like this: for short ones, where others wait already.
    ///
    /// # Errors
    /// What `write` returns. Then nothing is queued.
    pub fn push_written<E>(
        &mut self,
        room: usize,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.make_room(room);
        let before = self.copies.len();
        let written = write(&mut self.copies);
        if written.is_err() {
            self.copies.truncate(before);
        }
        self.queued += self.copies.len() - before;
        written
    }

    /// Puts more of a frame at the end of the queue, of which [`push`](Self::push) was given the beginning. What is piped
    /// is for an empty queue, and a [TCP connection](Socket::tcp).
    pub fn push_rest(&mut self, rest: Portion) {
        match rest {
            Portion::Read(bytes) => self.push_piece(Piece::from(bytes)),
            Portion::Piped(piped) => {
                debug_assert_eq!(self.queued, 0);
                self.queued += piped.len();
                self.piped = Some(Box::new(piped));
            }
        }
    }

    #[inline]
    fn push_piece(&mut self, piece: Piece) {
        self.queued += piece.len();
        // No longer than what is copied when it has to wait.
        if self.copies.is_empty()
            && let Some(last) = self.queue.back_mut()
            && last.len() + piece.len() < RESTS_ALONE
            && last.join(&piece)
        {
            return;
        }
        self.push_alone(piece);
    }

    /// Puts a piece at the end of the queue that the one before it does not take in.
    fn push_alone(&mut self, piece: Piece) {
        if self.queue.len() < PIECES_PER_WRITE && self.copies.is_empty() {
            if !piece.is_empty() {
                self.queue.push(piece);
            }
        } else if piece.len() < SHORT_PIECE {
            self.copy(&piece);
        } else {
            self.enqueue_copies();
            self.queue.push(piece);
        }
    }

    fn copy(&mut self, piece: &[u8]) {
        self.make_room(piece.len());
        self.copies.extend_from_slice(piece);
    }

    /// Makes room for so many more bytes in one block.
    #[inline]
    fn make_room(&mut self, length: usize) {
        if self.copies.capacity() - self.copies.len() < length {
            // Which may leave enough of the block.
            self.enqueue_copies();
            if self.copies.capacity() < length {
                self.copies = Vec::with_capacity(COPIES.max(length));
            }
        }
    }

    #[inline]
    fn enqueue_copies(&mut self) {
        push_copies(&mut self.queue, &mut self.copies);
    }

    /// Bytes that wait to be written.
    pub fn queued(&self) -> usize {
        self.queued
    }

    /// Whether all that was queued has left, also the stream.
    pub fn is_flushed(&self) -> bool {
        self.queued == 0 && !self.unflushed
    }

    /// Whether what is to be written next has had to wait for the peer.
    pub(crate) fn has_waited(&self) -> bool {
        self.rested > 0 || self.piped.is_some()
    }

    /// Bytes written since the start.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes until the queue is empty and the stream flushed.
    ///
    /// # Errors
    /// When the socket fails.
    #[inline]
    pub fn poll_flush<S: Socket>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        match self.is_flushed() {
            true => Poll::Ready(Ok(())),
            false => self.poll_all(stream, cx),
        }
    }

    fn poll_all<S: Socket>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = self.poll_queue(stream, cx);
        if outcome.is_pending() {
            self.rest();
        }
        self.held.set(self.queued);
        outcome
    }

    fn poll_queue<S: Socket>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_piped(stream, cx))?;
        loop {
            if self.queue.len() < PIECES_PER_WRITE {
                self.enqueue_copies();
            }
            if self.queue.is_empty() {
                break;
            }
            let written = ready!(self.poll_write(stream, cx))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(written);
        }
        self.copies = Vec::new();
        if self.unflushed {
            ready!(Pin::new(stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_piped<S: Socket>(&mut self, stream: &S, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(piped) = &mut self.piped {
            let socket = stream.tcp().ok_or(io::ErrorKind::Unsupported)?;
            let written = ready!(piped.poll_give(socket, cx))?;
            if piped.len() == 0
                && let Some(empty) = self.piped.take()
            {
                empty.give_back();
            }
            self.count(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Lets go of the buffers that short pieces were read into: how long they wait is up to the peer.
    fn rest(&mut self) {
        let rested = usize::try_from(self.rested).unwrap_or(usize::MAX);
        if rested >= self.queue.len() {
            return;
        }
        let waiting = self.queue.split_off(rested);
        let short = |piece: &Piece| piece.len() < RESTS_ALONE;
        // Not with others: what it may be part of is twice as long or more, and goes on being used by others.
        let alone = |piece: Piece| match piece.len() < CHUNK / 2 {
            true => Bytes::copy_from_slice(&piece).into(),
            false => piece,
        };
        let mut to_copy: usize = waiting
            .iter()
            .filter(|it| short(it))
            .map(|it| it.len())
            .sum();
        let mut copies = Vec::new();
        for piece in waiting {
            if short(&piece) {
                // Blocks of bounded length: one that grows would leave the shorter ones that it was before behind.
                if copies.capacity() - copies.len() < piece.len() {
                    push_copies(&mut self.queue, &mut copies);
                    copies = Vec::with_capacity(to_copy.min(RESTS_ALONE));
                }
                to_copy -= piece.len();
                copies.extend_from_slice(&piece);
            } else {
                push_copies(&mut self.queue, &mut copies);
                self.queue.push(alone(piece));
            }
        }
        push_copies(&mut self.queue, &mut copies);
        self.rested = u32::try_from(self.queue.len()).unwrap_or(u32::MAX);
    }

    #[cfg(test)]
    pub(super) fn pieces(&self) -> usize {
        self.queue.len() + usize::from(!self.copies.is_empty())
    }

    fn poll_write<S: Socket>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.unflushed = true;
        if let Some(only) = self.queue.front()
            && self.queue.len() == 1
        {
            // The kernel has less to look at than with a list.
            return Pin::new(stream).poll_write(cx, only);
        }
        match self.queue.len() {
            0..=FEW_PIECES => self.poll_write_up_to::<FEW_PIECES, S>(stream, cx),
            _ => self.poll_write_up_to::<PIECES_PER_WRITE, S>(stream, cx),
        }
    }

    fn poll_write_up_to<const MOST: usize, S: Socket>(
        &self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut slices = [IoSlice::new(&[]); MOST];
        let mut used = 0;
        for (slice, piece) in slices.iter_mut().zip(self.queue.iter()) {
            *slice = IoSlice::new(piece);
            used += 1;
        }
        Pin::new(stream).poll_write_vectored(cx, slices.get(..used).unwrap_or_default())
    }

    fn count(&mut self, written: usize) {
        self.queued = self.queued.saturating_sub(written);
        self.written = self
            .written
            .saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
    }

    fn advance(&mut self, mut written: usize) {
        self.count(written);
        while let Some(first) = self.queue.front_mut() {
            if written < first.len() {
                first.advance(written);
                return;
            }
            written -= first.len();
            self.queue.pop();
            self.rested = self.rested.saturating_sub(1);
        }
    }
}

#[inline]
fn push_copies(queue: &mut Burst<Piece>, copies: &mut Vec<u8>) {
    if copies.is_empty() {
        return;
    }
    let block = if copies.len() < copies.capacity() / 2 {
        // Enough is left of the block for those that come next.
        let block = Bytes::copy_from_slice(copies);
        copies.clear();
        block
    } else {
        std::mem::take(copies).into()
    };
    queue.push(block.into());
}

#[cfg(test)]
mod tests {
    use super::super::tests::ANY;
    use super::super::{FrameReader, FrameWriter};
    use super::{Burst, COPIES, push_copies};
    use crate::message::{Frame, Piece};
    use bytes::{Bytes, BytesMut};
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// Frames of these lengths, which have arrived at once.
    async fn arrived(lengths: &[u8]) -> Vec<Piece> {
        let mut bytes = BytesMut::new();
        for length in lengths {
            bytes.extend_from_slice(&u32::from(*length).to_be_bytes());
            bytes.extend((0..*length).map(|byte| byte ^ length));
        }
        let (mut near, mut far) = duplex(256 * 1024);
        far.write_all(&bytes).await.unwrap();
        let mut reader = FrameReader::new();
        poll_fn(|cx| reader.poll_read(&mut near, cx)).await.unwrap();
        let frames = std::iter::from_fn(|| reader.next_frame(ANY).unwrap());
        let frames: Vec<Piece> = frames.collect();
        assert_eq!(frames.len(), lengths.len());
        frames
    }

    /// What arrives of all that waits in the writer.
    async fn through_a_slow_socket(writer: &mut FrameWriter) -> Vec<u8> {
        let (mut near, mut far) = duplex(7);
        let mut got = vec![0; writer.queued()];
        let (written, read) = tokio::join!(
            poll_fn(|cx| writer.poll_flush(&mut near, cx)),
            far.read_exact(&mut got)
        );
        written.unwrap();
        read.unwrap();
        got
    }

    #[tokio::test]
    async fn frames_of_many_pieces_are_written_in_order_by_a_slow_socket() {
        let pieces: Vec<Bytes> = (0..300_u16)
            .map(|i| Bytes::copy_from_slice(&i.to_be_bytes()))
            .collect();
        let frame = Frame::assemble(b"head", pieces).unwrap();
        let expected = frame.contiguous();
        let mut writer = FrameWriter::new();
        writer.push(frame);
        assert_eq!(through_a_slow_socket(&mut writer).await, expected);
        assert_eq!(
            (writer.queued(), writer.written()),
            (0, u64::try_from(expected.len()).unwrap())
        );
    }

    /// Checks that these frames are given to the kernel in so many pieces, and arrive as they are.
    async fn check(frames: impl IntoIterator<Item = Piece>, pieces: usize) {
        let mut writer = FrameWriter::new();
        let mut expected = Vec::new();
        for frame in frames {
            expected.extend_from_slice(&frame);
            writer.push(Frame::whole(frame));
        }
        assert_eq!((writer.pieces(), writer.queued()), (pieces, expected.len()));
        let got = through_a_slow_socket(&mut writer).await;
        assert!(got == expected);
    }

    #[tokio::test]
    async fn frames_that_leave_as_they_arrived_are_one_piece() {
        check(arrived(&[3, 0, 200, 7, 1]).await, 1).await;
    }

    #[tokio::test]
    async fn a_row_of_frames_that_is_long_is_several_pieces_that_can_be_copied() {
        check(arrived(&[255; 300]).await, 2).await;
    }

    #[tokio::test]
    async fn frames_in_another_order_are_pieces_of_their_own() {
        let mut frames = arrived(&[3, 5, 200, 7, 1]).await;
        frames.reverse();
        check(frames, 5).await;
    }

    #[tokio::test]
    async fn a_frame_that_another_one_takes_the_place_of_parts_those_beside_it() {
        let mut frames = arrived(&[3, 5, 200, 7, 1]).await;
        frames[2] = Piece::from(Bytes::from_static(b"\0\0\0\x02ab"));
        check(frames, 3).await;
        let mut frames = arrived(&[3, 5, 200]).await;
        frames.remove(1);
        check(frames, 2).await;
    }

    #[tokio::test]
    async fn frames_that_arrived_apart_are_not_one_piece() {
        let (before, behind) = (arrived(&[3, 5]).await, arrived(&[3, 5]).await);
        check(before.into_iter().chain(behind), 2).await;
    }

    #[tokio::test]
    async fn a_piece_takes_in_nothing_but_what_follows_it() {
        let bytes = Bytes::from_static(b"abcdef");
        let mut piece = Piece::beginning(bytes.clone(), 2);
        assert!(!piece.join(&bytes[3..4]) && !piece.join(&bytes[1..2]) && !piece.join(b"cd"));
        assert!(piece.join(&bytes[2..4]));
        assert_eq!(*piece, *b"abcd");
        piece.advance(1);
        assert!(piece.join(&bytes[4..]));
        assert_eq!(
            (&*piece, piece.slice_from(3)),
            (&b"bcdef"[..], bytes.slice(4..))
        );
        assert!(!piece.join(&bytes[..1]));
        let mut exact = Piece::from(bytes.slice(..2));
        assert!(!exact.join(&bytes[2..3]));
    }

    #[tokio::test]
    async fn what_is_written_lies_side_by_side_and_keeps_its_place() {
        let mut writer = FrameWriter::new();
        let mut expected = Vec::new();
        for (number, frame) in arrived(&[9; 30]).await.into_iter().enumerate() {
            expected.extend_from_slice(&frame);
            if number % 10 == 0 {
                writer.push(Frame::whole(frame));
                continue;
            }
            let written = writer.push_written(frame.len(), |out| {
                out.extend_from_slice(&frame);
                Ok::<(), ()>(())
            });
            written.unwrap();
        }
        // Of those behind the first written one all are copied: short ones beside each other are one piece.
        assert_eq!((writer.pieces(), writer.queued()), (2, expected.len()));
        assert_eq!(through_a_slow_socket(&mut writer).await, expected);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let mut writer = FrameWriter::new();
        let fine = |out: &mut Vec<u8>| {
            out.extend_from_slice(b"fine");
            Ok::<(), ()>(())
        };
        let failing = |out: &mut Vec<u8>| {
            out.extend_from_slice(b"half of it");
            Err(())
        };
        assert_eq!(writer.push_written(4, fine), Ok(()));
        assert_eq!(writer.push_written(20, failing), Err(()));
        assert_eq!(
            (writer.queued(), writer.copies.as_slice()),
            (4, &b"fine"[..])
        );
    }

    #[test]
    fn more_than_a_block_is_written_in_blocks_that_fit() {
        let mut writer = FrameWriter::new();
        for length in [COPIES - 1, 2, 3 * COPIES, 1] {
            let written = writer.push_written(length, |out| {
                out.resize(out.len() + length, 7);
                Ok::<(), ()>(())
            });
            written.unwrap();
        }
        assert_eq!((writer.pieces(), writer.queued()), (4, 4 * COPIES + 2));
    }

    #[test]
    fn a_block_of_which_little_is_used_is_used_again() {
        let (mut queue, mut copies) = (Burst::default(), Vec::with_capacity(COPIES));
        for (length, left) in [(COPIES / 2 - 1, COPIES), (COPIES / 2, 0), (0, 0)] {
            copies.resize(length, 7);
            push_copies(&mut queue, &mut copies);
            assert_eq!((copies.len(), copies.capacity()), (0, left));
        }
        let lengths: Vec<usize> = queue.iter().map(|it| it.len()).collect();
        assert_eq!(lengths, [COPIES / 2 - 1, COPIES / 2]);
    }
}
