//! How do clients and brokers read and write, so that what they call is not taken for what the proxy calls?

use anyhow::{Result, ensure};
use bytes::{Bytes, BytesMut};
use std::io::ErrorKind;
use tokio::io::Interest;
use tokio::net::TcpStream;

/// Read at a time.
const BUFFER: usize = 1 << 20;

/// Where the bytes of a frame begin, behind its length.
const PAYLOAD: usize = 4;

/// A socket that is read and written without the C library, whose functions are counted.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    arrived: BytesMut,
    scratch: Vec<u8>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            arrived: BytesMut::new(),
            scratch: vec![0; BUFFER],
        })
    }

    /// Waits until something has arrived; false at the end of the stream.
    pub(super) async fn read(&mut self) -> Result<bool> {
        loop {
            self.stream.readable().await?;
            if let Some(read) = self.try_read()? {
                return Ok(read > 0);
            }
        }
    }

    /// Reads what has arrived, if there is something.
    fn try_read(&mut self) -> Result<Option<usize>> {
        let (stream, scratch) = (&self.stream, &mut *self.scratch);
        let attempt = stream.try_io(Interest::READABLE, || {
            Ok(rustix::io::read(stream, scratch)?)
        });
        match attempt {
            Ok(read) => {
                self.arrived
                    .extend_from_slice(self.scratch.get(..read).unwrap_or_default());
                Ok(Some(read))
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error.into()),
        }
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

    /// Writes all of it, and reads what arrives meanwhile: whoever does not read is not read from.
    pub(super) async fn write_all(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let attempt = self.stream.try_io(Interest::WRITABLE, || {
                Ok(rustix::io::write(&self.stream, bytes)?)
            });
            match attempt {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let ready = self
                        .stream
                        .ready(Interest::READABLE | Interest::WRITABLE)
                        .await?;
                    let read = if ready.is_readable() {
                        self.try_read()?
                    } else {
                        None
                    };
                    ensure!(read != Some(0), "the connection was closed");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
