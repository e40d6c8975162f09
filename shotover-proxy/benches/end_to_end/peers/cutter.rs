//! Where does a frame of a stream end?

use anyhow::{Context, Result};

/// Cuts a stream into frames without keeping them. The first `HEAD` bytes of each are collected, its length included.
#[derive(Debug)]
pub(crate) struct Cutter<const HEAD: usize> {
    head: [u8; HEAD],
    filled: usize,
    /// Bytes of the frame that are still to come, once its head is there.
    left: usize,
}

/// What is done about the frames of a stream.
pub(crate) trait Frames<const HEAD: usize> {
    /// A frame begins.
    fn begin(&mut self, head: &[u8; HEAD]);
    /// More of it, after the head.
    fn more(&mut self, bytes: &[u8]);
    /// All of it was there.
    fn end(&mut self, head: &[u8; HEAD]) -> Result<()>;
}

impl<const HEAD: usize> Cutter<HEAD> {
    pub(crate) fn new() -> Self {
        Self {
            head: [0; HEAD],
            filled: 0,
            left: 0,
        }
    }

    /// Takes the next bytes of the stream.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], frames: &mut impl Frames<HEAD>) -> Result<()> {
        while !bytes.is_empty() {
            if self.filled < HEAD {
                let missing = self.head.iter_mut().skip(self.filled);
                let taken = missing.zip(bytes).map(|(to, from)| *to = *from).count();
                self.filled += taken;
                bytes = bytes.get(taken..).unwrap_or_default();
                if self.filled < HEAD {
                    return Ok(());
                }
                self.left = self.behind_head()?;
                frames.begin(&self.head);
            }
            let (of_this, rest) = bytes.split_at(self.left.min(bytes.len()));
            frames.more(of_this);
            self.left -= of_this.len();
            bytes = rest;
            if self.left == 0 {
                self.filled = 0;
                frames.end(&self.head)?;
            }
        }
        Ok(())
    }

    fn behind_head(&self) -> Result<usize> {
        let length = self.head.first_chunk().context("a head without a length")?;
        let length = usize::try_from(u32::from_be_bytes(*length))?;
        (length + 4)
            .checked_sub(HEAD)
            .with_context(|| format!("a frame of {length} bytes"))
    }
}
