//! What can a scripted broker do to a proxy?

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use socket2::SockRef;

use super::frames::{Asked, answer, read_frame};
use super::socket::Socket;
use super::tls::TlsServer;

/// A broker on a port of its own, with a thread for each connection. Dropping it closes them all.
pub struct FakeBroker {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    stopping: AtomicBool,
    accepted: AtomicUsize,
    /// To be closed at the end.
    open: Mutex<Vec<TcpStream>>,
}

/// The broker's end of a connection, in the hands of its script.
#[derive(Debug)]
pub struct BrokerSide {
    socket: Socket,
}

impl FakeBroker {
    /// A broker that treats every connection with `script`; when it returns, the connection is closed.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub fn start(script: impl Fn(&mut BrokerSide) + Send + Sync + 'static) -> Result<Self> {
        Self::listen(
            move |socket| {
                if let Ok(socket) = socket {
                    script(&mut BrokerSide { socket });
                }
            },
            None,
        )
    }

    /// A broker that speaks TLS; `script` is told of handshakes that fail, too.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub fn start_tls(
        tls: TlsServer,
        script: impl Fn(Result<&mut BrokerSide>) + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::listen(
            move |socket| match socket {
                Ok(socket) => script(Ok(&mut BrokerSide { socket })),
                Err(error) => script(Err(error)),
            },
            Some(tls),
        )
    }

    /// A broker that answers every request at once, with nothing but its correlation id.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub fn answering() -> Result<Self> {
        Self::start(|side| side.answer_all())
    }

    fn listen(
        script: impl Fn(Result<Socket>) + Send + Sync + 'static,
        tls: Option<TlsServer>,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let accepting = thread::spawn({
            let (shared, script) = (Arc::clone(&shared), Arc::new(script));
            move || accept(&listener, &shared, &script, tls.as_ref())
        });
        Ok(Self {
            address,
            shared,
            accepting: Some(accepting),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections it has accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::Relaxed)
    }
}

fn accept<S>(listener: &TcpListener, shared: &Shared, script: &Arc<S>, tls: Option<&TlsServer>)
where
    S: Fn(Result<Socket>) + Send + Sync + 'static,
{
    for stream in listener.incoming() {
        if shared.stopping.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        shared.accepted.fetch_add(1, Ordering::Relaxed);
        if let Ok(copy) = stream.try_clone() {
            let mut open = shared.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.push(copy);
        }
        let (script, tls) = (Arc::clone(script), tls.cloned());
        // Ends with the connection, which is closed at the end at the latest.
        thread::spawn(move || {
            let closing = stream.try_clone();
            script(prepare(stream, tls.as_ref()));
            // The copy that is kept for the end would hold the connection open.
            drop(closing.map(|stream| stream.shutdown(Shutdown::Both)));
        });
    }
}

fn prepare(stream: TcpStream, tls: Option<&TlsServer>) -> Result<Socket> {
    let mut socket = Socket::plain(stream)?;
    if let Some(tls) = tls {
        socket = socket.server(tls.session()?)?;
    }
    // A broker waits for its clients for as long as they like.
    socket.tcp().set_read_timeout(None)?;
    socket.tcp().set_write_timeout(None)?;
    Ok(socket)
}

impl Drop for FakeBroker {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.address));
        drop(self.accepting.take().map(JoinHandle::join));
        let mut open = self
            .shared
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for stream in open.drain(..) {
            // An error means that it is closed already.
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

impl fmt::Debug for FakeBroker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeBroker")
            .field("address", &self.address)
            .field("accepted", &self.accepted())
            .finish_non_exhaustive()
    }
}

impl BrokerSide {
    /// Has the kernel hold about so many bytes at most that were not read yet, or twice that.
    ///
    /// # Errors
    /// When the socket is broken.
    pub fn leave_unread_at_most(&self, bytes: usize) -> Result<()> {
        Ok(SockRef::from(self.socket.tcp()).set_recv_buffer_size(bytes)?)
    }

    /// The next request; `None` when the proxy has hung up.
    ///
    /// # Errors
    /// When what came is none.
    pub fn asked(&mut self) -> Result<Option<Asked>> {
        let Some(payload) = read_frame(&mut self.socket)? else {
            return Ok(None);
        };
        Asked::parse(payload)
            .map(Some)
            .context("a request without a header")
    }

    /// Answers with a header of version 0 and this body.
    ///
    /// # Errors
    /// When the proxy has hung up.
    pub fn answer(&mut self, correlation_id: i32, body: &[u8]) -> io::Result<()> {
        self.send(&answer(correlation_id, body))
    }

    /// Sends these bytes, whatever they are.
    ///
    /// # Errors
    /// When the proxy has hung up.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)?;
        self.socket.flush()
    }

    /// Answers every request with nothing but its correlation id until the proxy hangs up.
    pub fn answer_all(&mut self) {
        while let Ok(Some(asked)) = self.asked() {
            if self.answer(asked.correlation_id, &[]).is_err() {
                return;
            }
        }
    }

    /// Reads at most this many bytes, whatever they are; 0 when the proxy has hung up.
    ///
    /// # Errors
    /// When the socket is broken.
    pub fn read_some(&mut self, most: usize) -> io::Result<usize> {
        let mut bytes = vec![0; most];
        self.socket.read(&mut bytes)
    }

    /// The certificate the proxy showed, if it was asked for one.
    #[must_use]
    pub fn peer_certificate(&self) -> Option<Vec<u8>> {
        self.socket.peer_certificate()
    }
}
