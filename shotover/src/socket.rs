//! How is a TCP socket set up?

use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, Join};
use tokio::net::{TcpListener, TcpStream};

/// A connection, with or without TLS.
pub trait Socket: AsyncRead + AsyncWrite + Unpin {
    /// The TCP connection, if what is written leaves as it is and what arrives is read as it is.
    fn tcp(&self) -> Option<&TcpStream> {
        None
    }
}

impl Socket for TcpStream {
    fn tcp(&self) -> Option<&TcpStream> {
        Some(self)
    }
}

impl<S: Socket + ?Sized> Socket for Box<S> {
    fn tcp(&self) -> Option<&TcpStream> {
        S::tcp(self)
    }
}

impl<S: Socket> Socket for tokio_rustls::client::TlsStream<S> {}

impl<S: Socket> Socket for tokio_rustls::server::TlsStream<S> {}

impl Socket for DuplexStream {}

/// A peer that sends what is known beforehand.
impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Socket for Join<R, W> {}

/// Silence after which the kernel asks whether the peer is still there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// Time between such questions.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Questions without an answer that end the connection: a peer that vanished while nothing was on its way to it is
/// noticed within a minute.
const KEEPALIVE_QUESTIONS: u32 = 3;

/// Bytes that a broker does not take for this long end the connection.
const UNACKNOWLEDGED: Duration = Duration::from_secs(60);

/// Clients that may wait to be accepted: what Linux allows unless told otherwise (`net.core.somaxconn`). When more come
/// at a time, as after a restart, the kernel makes each of the others try again a second later.
const BACKLOG: i32 = 4096;

/// Lets more clients wait to be accepted than the 128 that a listener has from the start.
///
/// # Errors
/// When the socket does not listen any more.
pub(crate) fn widen_backlog(listener: &TcpListener) -> io::Result<()> {
    SockRef::from(listener).listen(BACKLOG)
}

/// Sets what every socket of this proxy has, to clients and to brokers: frames leave when they are written, and a
/// peer that vanished is noticed.
///
/// # Errors
/// When the socket is not a connected one any more.
pub fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    SockRef::from(stream).set_tcp_keepalive(
        &TcpKeepalive::new()
            .with_time(KEEPALIVE_IDLE)
            .with_interval(KEEPALIVE_INTERVAL)
            .with_retries(KEEPALIVE_QUESTIONS),
    )
}

/// Sets what a socket to a broker has besides: one that takes nothing for a minute is given up, whether it vanished or
/// hangs.
///
/// Not for clients: to the kernel, one that is busy with what it has read is the same as one that hangs. A consumer
/// may be that for minutes; it is given up by the deadlines of its connection.
///
/// # Errors
/// When the socket is not a connected one any more.
pub fn prepare_for_broker(stream: &TcpStream) -> io::Result<()> {
    prepare(stream)?;
    #[cfg(target_os = "linux")]
    SockRef::from(stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn connected() -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn the_kernel_does_not_give_up_a_client_that_does_not_read() {
        let stream = connected().await;
        prepare(&stream).unwrap();
        let socket = SockRef::from(&stream);
        assert_eq!(socket.tcp_user_timeout().unwrap(), None);
        let noticed = KEEPALIVE_IDLE + KEEPALIVE_INTERVAL * socket.tcp_keepalive_retries().unwrap();
        assert_eq!(noticed.as_secs(), 60);
    }

    #[tokio::test]
    async fn the_kernel_gives_up_a_broker_that_takes_nothing_for_a_minute() {
        let stream = connected().await;
        prepare_for_broker(&stream).unwrap();
        let socket = SockRef::from(&stream);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(UNACKNOWLEDGED));
        assert!(socket.keepalive().unwrap());
    }
}
