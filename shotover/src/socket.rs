//! How is a TCP socket set up?

use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;

/// Silence after which the kernel asks whether the peer is still there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// Time between such questions.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Bytes that the peer's kernel has not acknowledged for this long end the connection, as do questions that it has
/// not answered: a peer that vanished holds nothing for longer than a minute.
const UNACKNOWLEDGED: Duration = Duration::from_secs(60);

/// Sets what every socket of this proxy has, to clients and to brokers: frames leave when they are written, and a
/// peer that vanished is noticed.
///
/// # Errors
/// When the socket is not a connected one any more.
pub fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(
        &TcpKeepalive::new()
            .with_time(KEEPALIVE_IDLE)
            .with_interval(KEEPALIVE_INTERVAL),
    )?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    Ok(())
}
