//! How do clients and brokers read and write, so that what they call is not taken for what the proxy calls?

use anyhow::Result;
use bytes::{Bytes, BytesMut};
use std::io;
use tokio::io::unix::AsyncFd;
use tokio::net::TcpStream;

/// Read at a time.
const BUFFER: usize = 1 << 20;

/// Where the bytes of a frame begin, behind its length.
const PAYLOAD: usize = 4;

/// A socket that is read and written without the C library, whose functions are counted.
#[derive(Debug)]
pub(super) struct Socket {
    stream: AsyncFd<std::net::TcpStream>,
    arrived: BytesMut,
    scratch: Vec<u8>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: AsyncFd::register(stream.into_std()?)?,
            arrived: BytesMut::new(),
            scratch: vec![0; BUFFER],
        })
    }

    /// Reads what has arrived, or waits; false at the end of the stream.
    pub(super) async fn read(&mut self) -> Result<bool> {
        let scratch = &mut *self.scratch;
        let read = loop {
            let mut guard = self.stream.readable().await?;
            let attempt =
                guard.try_io(|stream| Ok(rustix::io::read(stream.get_ref(), &mut *scratch)?));
            if let Ok(read) = attempt {
                break read?;
            }
        };
        self.arrived
            .extend_from_slice(self.scratch.get(..read).unwrap_or_default());
        Ok(read > 0)
    }

    /// The payload of the next frame, if all of it has been read.
    pub(super) fn frame(&mut self) -> Result<Option<Bytes>> {
        let Some(length) = self.arrived.first_chunk() else {
            return Ok(None);
        };
        let length = PAYLOAD + usize::try_from(u32::from_be_bytes(*length))?;
        if self.arrived.len() < length {
            return Ok(None);
        }
        Ok(Some(
            self.arrived.split_to(length).freeze().slice(PAYLOAD..),
        ))
    }

    /// Writes as much as there is room for, or waits.
    async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let mut guard = self.stream.writable().await?;
            let attempt = guard.try_io(|stream| Ok(rustix::io::write(stream.get_ref(), bytes)?));
            if let Ok(written) = attempt {
                return written;
            }
        }
    }

    /// Writes all of it, and reads what arrives meanwhile: whoever does not read is not read from.
    pub(super) async fn write_all(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let written = tokio::select! {
                biased;
                written = self.write(bytes) => Some(written?),
                readable = self.stream.readable() => {
                    readable?.retain_ready();
                    None
                }
            };
            match written {
                Some(written) => bytes = bytes.get(written..).unwrap_or_default(),
                None => anyhow::ensure!(self.read().await?, "the connection was closed"),
            }
        }
        Ok(())
    }
}
