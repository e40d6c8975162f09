//! What does it cost to pass bytes on in the shape of the proxy, without looking at them?

use super::arguments::Relay;
use super::relay::{broker_of, listen};
use anyhow::{Context as _, Result};
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::thread;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use tokio::try_join;

/// What is read at once.
const PIECE: usize = 1024 * 1024;

/// Clients that wait for their thread.
const BACKLOG: usize = 128;

thread_local! {
    /// No connection has a buffer of its own, but for what the other side did not take.
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; PIECE]);
}

/// A client, and where its broker is.
type Accepted = (std::net::TcpStream, SocketAddr);

/// A runtime per core, each with connections of its own. Runs until it is killed.
pub(crate) fn serve(relay: &Relay) -> Result<()> {
    let mut threads = Vec::new();
    for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
        let (sender, receiver) = channel(BACKLOG);
        thread::Builder::new().spawn(move || work(receiver))?;
        threads.push(sender);
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let accept = |listener, to| accept(listener, to, threads.clone());
    runtime.block_on(listen(relay, accept))
}

async fn accept(
    listener: TcpListener,
    to: SocketAddr,
    threads: Vec<Sender<Accepted>>,
) -> Result<()> {
    for thread in threads.iter().cycle() {
        let (client, _) = listener.accept().await?;
        let sent = thread.send((client.into_std()?, to)).await;
        sent.ok().context("a thread has ended")?;
    }
    Ok(())
}

fn work(mut accepted: Receiver<Accepted>) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connections = JoinSet::new();
        while let Some((client, to)) = accepted.recv().await {
            connections.spawn(pass_on(client, to));
            while connections.try_join_next().is_some() {}
        }
    });
    Ok(())
}

async fn pass_on(client: std::net::TcpStream, to: SocketAddr) -> io::Result<()> {
    let client = TcpStream::from_std(client)?;
    let broker = broker_of(&client, to).await?;
    let ((from_client, to_client), (from_broker, to_broker)) =
        (client.into_split(), broker.into_split());
    let (requests, answers) = (
        Way::new(from_client, to_broker),
        Way::new(from_broker, to_client),
    );
    try_join!(requests.run(), answers.run()).map(drop)
}

/// One direction.
struct Way {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    /// What was read and not taken, from here on.
    left: Vec<u8>,
    taken: usize,
}

impl Way {
    fn new(from: OwnedReadHalf, to: OwnedWriteHalf) -> Self {
        Self {
            from,
            to,
            left: Vec::new(),
            taken: 0,
        }
    }

    async fn run(mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll(cx)).await?;
        self.to.shutdown().await
    }

    /// Ready at the end.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            while let Some(left @ [_, ..]) = self.left.get(self.taken..) {
                self.taken += ready!(Pin::new(&mut self.to).poll_write(cx, left))?;
            }
            (self.left, self.taken) = (Vec::new(), 0);
            if ready!(READ.with_borrow_mut(|piece| self.poll_piece(cx, piece)))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// How many bytes were read. Of them, those are left that were not taken at once.
    fn poll_piece(&mut self, cx: &mut Context<'_>, piece: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut piece = ReadBuf::new(piece);
        ready!(Pin::new(&mut self.from).poll_read(cx, &mut piece))?;
        let read = piece.filled();
        if !read.is_empty() {
            let taken = match Pin::new(&mut self.to).poll_write(cx, read) {
                Poll::Ready(taken) => taken?,
                Poll::Pending => 0,
            };
            self.left.extend_from_slice(&read[taken..]);
        }
        Poll::Ready(Ok(read.len()))
    }
}
