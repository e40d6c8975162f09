//! What can a scripted client do to a proxy?

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use socket2::{Domain, Type};

use super::frames::{is_end, read_frame};
use super::socket::{LIMIT, Socket};
use super::tls::TlsClient;

/// A client that sends the bytes it is told to.
#[derive(Debug)]
pub struct FakeClient {
    socket: Socket,
}

impl FakeClient {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn connect(address: &str) -> Result<Self> {
        let address: SocketAddr = address.parse()?;
        let tcp = TcpStream::connect_timeout(&address, LIMIT)
            .with_context(|| format!("connecting to {address}"))?;
        Ok(Self {
            socket: Socket::plain(tcp)?,
        })
    }

    /// Connects from an address of this machine that is not the usual one.
    ///
    /// # Errors
    /// When nobody listens, or this machine does not have the address.
    pub fn connect_from(own: IpAddr, address: &str) -> Result<Self> {
        let address: SocketAddr = address.parse()?;
        let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((own, 0)).into())?;
        socket
            .connect_timeout(&address.into(), LIMIT)
            .with_context(|| format!("connecting from {own} to {address}"))?;
        Ok(Self {
            socket: Socket::plain(socket.into())?,
        })
    }

    /// Connects and shakes hands.
    ///
    /// # Errors
    /// When nobody listens, or one side does not trust the other.
    pub fn connect_tls(address: &str, tls: &TlsClient) -> Result<Self> {
        let Self { socket } = Self::connect(address)?;
        Ok(Self {
            socket: socket.client(tls.session()?)?,
        })
    }

    /// Its own address, by which a proxy names it.
    ///
    /// # Errors
    /// When the socket is broken.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.socket.tcp().local_addr()?)
    }

    /// The certificate the proxy showed.
    ///
    /// # Errors
    /// When there is no TLS.
    pub fn peer_certificate(&self) -> Result<Vec<u8>> {
        self.socket
            .peer_certificate()
            .context("a connection without TLS")
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// When the proxy has hung up.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.socket.write_all(bytes)?;
        Ok(self.socket.flush()?)
    }

    /// Sends `bytes` again and again until the proxy takes nothing for `quiet`, or `most` bytes went. Says how many did.
    ///
    /// # Errors
    /// When the proxy has hung up.
    pub fn flood(&mut self, bytes: &[u8], most: usize, quiet: Duration) -> Result<usize> {
        let tcp = self.socket.tcp().try_clone()?;
        tcp.set_write_timeout(Some(quiet))?;
        let mut sent = 0;
        while sent < most {
            let next = bytes.get(sent % bytes.len()..).unwrap_or_default();
            match self.socket.write(next) {
                Ok(written) => sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        tcp.set_write_timeout(Some(LIMIT))?;
        Ok(sent)
    }

    /// Says that it sends nothing more.
    ///
    /// # Errors
    /// When the socket is broken.
    pub fn finish(&mut self) -> Result<()> {
        Ok(self.socket.finish()?)
    }

    /// What is behind the length of the next answer; `None` when the proxy has hung up.
    ///
    /// # Errors
    /// When there is none in time.
    pub fn read(&mut self) -> Result<Option<Vec<u8>>> {
        read_frame(&mut self.socket).context("reading an answer")
    }

    /// The correlation id of the next answer; `None` when the proxy has hung up.
    ///
    /// # Errors
    /// When there is none in time.
    pub fn answered(&mut self) -> Result<Option<i32>> {
        let Some(payload) = self.read()? else {
            return Ok(None);
        };
        let id = payload.first_chunk().context("an answer without an id")?;
        Ok(Some(i32::from_be_bytes(*id)))
    }

    /// Sends a request and waits for the answer with that correlation id.
    ///
    /// # Errors
    /// When there is none in time, or another one.
    pub fn ask(&mut self, request: &[u8], correlation_id: i32) -> Result<()> {
        self.send(request)?;
        let answered = self.answered()?;
        ensure!(
            answered == Some(correlation_id),
            "{answered:?} was answered instead of {correlation_id}"
        );
        Ok(())
    }

    /// Whether the proxy says nothing for that long and does not hang up either.
    ///
    /// # Errors
    /// When the socket is broken.
    pub fn hears_nothing(&mut self, limit: Duration) -> Result<bool> {
        let tcp = self.socket.tcp();
        tcp.set_read_timeout(Some(limit))?;
        let heard = tcp.peek(&mut [0]);
        tcp.set_read_timeout(Some(LIMIT))?;
        match heard {
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) if is_end(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the proxy says that nothing more comes, as the next thing: not by a reset, which would throw away what
    /// is on its way.
    ///
    /// # Errors
    /// When it says nothing in time.
    pub fn at_end(&mut self) -> Result<bool> {
        match self.socket.read(&mut [0]) {
            Ok(read) => Ok(read == 0),
            Err(error) if is_end(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until the proxy hangs up, and returns what it said before.
    ///
    /// # Errors
    /// When it does not in time.
    pub fn hung_up_on(&mut self) -> Result<Vec<u8>> {
        let mut said = Vec::new();
        match self.socket.read_to_end(&mut said) {
            Ok(_) => Ok(said),
            Err(error) if is_end(&error) => Ok(said),
            Err(error) => Err(error).context("waiting to be hung up on"),
        }
    }
}
