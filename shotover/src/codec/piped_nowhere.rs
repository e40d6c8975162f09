//! What is [`Piped`] where there is no splice(2)?

use std::convert::Infallible;
use std::io;
use std::task::{Context, Poll};
use tokio::net::TcpStream;

/// Bytes that came from a socket and are in a pipe: nothing here.
#[derive(Debug)]
pub struct Piped(Infallible);

impl Piped {
    pub(super) fn poll_take(
        _: &TcpStream,
        _: (usize, usize),
        _: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Self>>> {
        Poll::Ready(Ok(None))
    }

    pub(super) fn poll_give(
        &mut self,
        _: &TcpStream,
        _: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match self.0 {}
    }

    pub(super) fn len(&self) -> usize {
        match self.0 {}
    }

    pub(super) fn give_back(self) {
        match self.0 {}
    }
}
