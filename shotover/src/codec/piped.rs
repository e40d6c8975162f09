//! How do bytes get from one socket to another without passing through this process?
//!
//! From the socket to a pipe and from the pipe to the other socket, by splice(2): the kernel moves pages from one to the
//! other and copies nothing.

use rustix::io::{Errno, ioctl_fionread};
use rustix::pipe::{
    PipeFlags, SpliceFlags, fcntl_getpipe_size, fcntl_setpipe_size, pipe_with, splice,
};
use std::cell::Cell;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// Pipes that the process may have: half of what Linux lets the pipes of an unprivileged user hold unless told otherwise
/// (`fs.pipe-user-pages-soft`, 64 MiB).
const MOST_PIPES: usize = 32;

/// Bytes that fit into one: what Linux gives to anybody unless told otherwise (`fs.pipe-max-size`).
const CAPACITY: usize = 1024 * 1024;

/// A pipe into which less fits is not worth its system calls. A user who has too many gets short ones.
const LEAST_CAPACITY: usize = 64 * 1024;

/// While there are more pipes than that, threads keep no empty ones: there may be more threads than pipes.
const MOST_TO_KEEP: usize = MOST_PIPES / 2;

/// How many pipes there are.
static PIPES: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// An empty pipe.
    static SPARE: Cell<Option<Pipe>> = const { Cell::new(None) };
}

/// Bytes that came from a socket and are in a pipe; one at least.
#[derive(Debug)]
pub struct Piped {
    pipe: Pipe,
    length: usize,
}

impl Piped {
    /// Takes what has arrived, `most` bytes or fewer. Ready with none when `least` have not, or there is no pipe: they are to
    /// be read.
    pub(super) fn poll_take(
        socket: &TcpStream,
        (least, most): (usize, usize),
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Self>>> {
        loop {
            ready!(socket.poll_read_ready(cx))?;
            let arrived = usize::try_from(ioctl_fionread(socket)?).unwrap_or(usize::MAX);
            if arrived < least {
                return Poll::Ready(Ok(None));
            }
            let Some(pipe) = Pipe::take() else {
                return Poll::Ready(Ok(None));
            };
            // Nothing is in the pipe: it is the socket that has nothing when this would block.
            let taken = socket.try_io(Interest::READABLE, || move_on(socket, &pipe.writer, most));
            match taken {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                Ok(length) => return Poll::Ready(Ok(Some(Self { pipe, length }))),
                Err(error) => match Errno::from_io_error(&error) {
                    // Where processes are kept from it, or the socket is not of a kind that can do it.
                    Some(Errno::NOSYS | Errno::PERM | Errno::INVAL) => {
                        pipe.give_back();
                        return Poll::Ready(Ok(None));
                    }
                    _ if error.kind() == io::ErrorKind::WouldBlock => pipe.give_back(),
                    _ => return Poll::Ready(Err(error)),
                },
            }
        }
    }

    /// Gives to this socket what it takes. Ready with how much that is.
    pub(super) fn poll_give(
        &mut self,
        socket: &TcpStream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(socket.poll_write_ready(cx))?;
            let reader = &self.pipe.reader;
            let given = socket.try_io(Interest::WRITABLE, || move_on(reader, socket, self.length));
            match given {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(length) => {
                    self.length = self.length.saturating_sub(length);
                    return Poll::Ready(Ok(length));
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// How many bytes are still in the pipe.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Leaves the pipe, which is empty, to others.
    pub(super) fn give_back(self) {
        self.pipe.give_back();
    }
}

fn move_on(from: impl AsFd, to: impl AsFd, most: usize) -> io::Result<usize> {
    Ok(splice(from, None, to, None, most, SpliceFlags::NONBLOCK)?)
}

#[derive(Debug)]
struct Pipe {
    reader: OwnedFd,
    writer: OwnedFd,
    _place: Place,
}

/// One of the pipes that may be.
#[derive(Debug)]
struct Place(&'static AtomicUsize);

impl Pipe {
    /// An empty one, if there may be one more.
    fn take() -> Option<Self> {
        let spare = SPARE.take();
        spare.or_else(|| Self::new(Place::among(&PIPES)?).ok().flatten())
    }

    fn new(place: Place) -> io::Result<Option<Self>> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let capacity = match fcntl_setpipe_size(&writer, CAPACITY) {
            Ok(capacity) => capacity,
            Err(_) => fcntl_getpipe_size(&writer)?,
        };
        let pipe = Self {
            reader,
            writer,
            _place: place,
        };
        Ok(Some(pipe).filter(|_| capacity >= LEAST_CAPACITY))
    }

    fn give_back(self) {
        if PIPES.load(Ordering::Relaxed) <= MOST_TO_KEEP {
            SPARE.set(Some(self));
        }
    }
}

impl Place {
    fn among(taken: &'static AtomicUsize) -> Option<Self> {
        let place = (taken.fetch_add(1, Ordering::Relaxed), Self(taken));
        Some(place).and_then(|(before, place)| (before < MOST_PIPES).then_some(place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_no_more_pipes_than_that() {
        static TAKEN: AtomicUsize = AtomicUsize::new(0);
        let place = || Place::among(&TAKEN);
        let mut taken: Vec<Place> = std::iter::from_fn(place).collect();
        assert_eq!(taken.len(), MOST_PIPES);
        assert!(place().is_none());
        taken.pop();
        assert!(place().is_some());
        drop(taken);
        assert_eq!(TAKEN.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_thread_keeps_one_empty_pipe() {
        let pipes: Vec<Pipe> = (0..3).filter_map(|_| Pipe::take()).collect();
        assert_eq!(pipes.len(), 3);
        pipes.into_iter().for_each(Pipe::give_back);
        assert!(SPARE.take().is_some() && SPARE.take().is_none());
    }
}
