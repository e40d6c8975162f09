//! What do both peers read and write: a TCP connection, with TLS or without?

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};
use rustls::{ClientConnection, ServerConnection, StreamOwned};

/// Longest time for one read or write, so that a peer that hangs fails its test.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// A connection of a scripted peer.
#[derive(Debug)]
pub(super) struct Socket {
    tcp: TcpStream,
    session: Session,
}

#[derive(Debug)]
enum Session {
    None,
    Client(Box<StreamOwned<ClientConnection, TcpStream>>),
    Server(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Socket {
    pub(super) fn plain(tcp: TcpStream) -> Result<Self> {
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(LIMIT))?;
        tcp.set_write_timeout(Some(LIMIT))?;
        Ok(Self {
            tcp,
            session: Session::None,
        })
    }

    /// Shakes hands as the client.
    pub(super) fn client(self, mut session: ClientConnection) -> Result<Self> {
        let mut tcp = self.tcp.try_clone()?;
        session
            .complete_io(&mut tcp)
            .context("the TLS handshake with the proxy")?;
        Ok(Self {
            tcp: self.tcp,
            session: Session::Client(Box::new(StreamOwned::new(session, tcp))),
        })
    }

    /// Shakes hands as the server.
    pub(super) fn server(self, mut session: ServerConnection) -> Result<Self> {
        let mut tcp = self.tcp.try_clone()?;
        session
            .complete_io(&mut tcp)
            .context("the TLS handshake with the proxy")?;
        Ok(Self {
            tcp: self.tcp,
            session: Session::Server(Box::new(StreamOwned::new(session, tcp))),
        })
    }

    pub(super) fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    /// The certificate the other side showed.
    pub(super) fn peer_certificate(&self) -> Option<Vec<u8>> {
        let certificates = match &self.session {
            Session::None => None,
            Session::Client(stream) => stream.conn.peer_certificates(),
            Session::Server(stream) => stream.conn.peer_certificates(),
        };
        Some(certificates?.first()?.to_vec())
    }

    /// Says that nothing more comes.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        match &mut self.session {
            Session::None => {}
            Session::Client(stream) => {
                stream.conn.send_close_notify();
                stream.flush()?;
            }
            Session::Server(stream) => {
                stream.conn.send_close_notify();
                stream.flush()?;
            }
        }
        self.tcp.shutdown(Shutdown::Write)
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.session {
            Session::None => self.tcp.read(buffer),
            Session::Client(stream) => stream.read(buffer),
            Session::Server(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match &mut self.session {
            Session::None => self.tcp.write(buffer),
            Session::Client(stream) => stream.write(buffer),
            Session::Server(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.session {
            Session::None => self.tcp.flush(),
            Session::Client(stream) => stream.flush(),
            Session::Server(stream) => stream.flush(),
        }
    }
}
