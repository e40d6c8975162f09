//! What do the next bytes say? Checked reads over bytes from a peer.

use super::{Malformed, Problem};

/// How lengths are written: a message changes from one to the other at its first flexible version (KIP-482).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Lengths of fixed size; no tagged fields.
    Fixed,
    /// Lengths are variable-length integers, one more than the length; every structure ends in tagged fields.
    Compact,
}

/// A position in bytes from a peer.
///
/// Every read names what it reads, for the error. A read that fails leaves the reader where it was or further on; do not go on.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    end: usize,
    encoding: Encoding,
}

impl<'a> Reader<'a> {
    /// Starts at the first of `bytes`.
    pub fn new(bytes: &'a [u8], encoding: Encoding) -> Self {
        Self {
            rest: bytes,
            end: bytes.len(),
            encoding,
        }
    }

    /// The offset of the next byte.
    #[inline]
    pub fn position(&self) -> usize {
        self.end - self.rest.len()
    }

    /// How many bytes are left.
    #[inline]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// How lengths are read.
    #[inline]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// From here on, lengths are read as `encoding` says.
    pub fn set_encoding(&mut self, encoding: Encoding) {
        self.encoding = encoding;
    }

    /// An error about the field that starts at the next byte.
    #[cold]
    pub fn malformed(&self, what: &'static str, problem: Problem) -> Malformed {
        Malformed {
            what,
            offset: self.position(),
            problem,
        }
    }

    #[inline]
    fn fixed<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Malformed> {
        let Some((head, rest)) = self.rest.split_first_chunk::<N>() else {
            let left = self.left();
            return Err(self.malformed(what, Problem::Short { needed: N, left }));
        };
        self.rest = rest;
        Ok(*head)
    }

    /// Reads a signed byte.
    #[inline]
    pub fn i8(&mut self, what: &'static str) -> Result<i8, Malformed> {
        Ok(i8::from_be_bytes(self.fixed(what)?))
    }

    /// Reads a boolean: every byte but 0 is true.
    #[inline]
    pub fn bool(&mut self, what: &'static str) -> Result<bool, Malformed> {
        Ok(self.i8(what)? != 0)
    }

    /// Reads a 16-bit integer.
    #[inline]
    pub fn i16(&mut self, what: &'static str) -> Result<i16, Malformed> {
        Ok(i16::from_be_bytes(self.fixed(what)?))
    }

    /// Reads an unsigned 16-bit integer.
    #[inline]
    pub fn u16(&mut self, what: &'static str) -> Result<u16, Malformed> {
        Ok(u16::from_be_bytes(self.fixed(what)?))
    }

    /// Reads a 32-bit integer.
    #[inline]
    pub fn i32(&mut self, what: &'static str) -> Result<i32, Malformed> {
        Ok(i32::from_be_bytes(self.fixed(what)?))
    }

    /// Reads a 64-bit integer.
    #[inline]
    pub fn i64(&mut self, what: &'static str) -> Result<i64, Malformed> {
        Ok(i64::from_be_bytes(self.fixed(what)?))
    }

    /// Reads a 64-bit floating point number.
    #[inline]
    pub fn f64(&mut self, what: &'static str) -> Result<f64, Malformed> {
        Ok(f64::from_be_bytes(self.fixed(what)?))
    }

    /// Reads a UUID.
    #[inline]
    pub fn uuid(&mut self, what: &'static str) -> Result<[u8; 16], Malformed> {
        self.fixed(what)
    }

    /// Reads an unsigned variable-length integer.
    #[inline]
    pub fn uvarint(&mut self, what: &'static str) -> Result<u32, Malformed> {
        match self.rest {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.rest = rest;
                Ok(u32::from(*byte))
            }
            // Lengths of most record batches.
            [low, high, rest @ ..] if *high < 0x80 => {
                self.rest = rest;
                Ok(u32::from(*low & 0x7f) | u32::from(*high) << 7)
            }
            _ => self.long_uvarint(what),
        }
    }

    fn long_uvarint(&mut self, what: &'static str) -> Result<u32, Malformed> {
        let start = self.clone();
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.fixed(what)?;
            if shift == 28 && byte > 0x0f {
                return Err(start.malformed(what, Problem::Varint));
            }
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        Ok(value)
    }

    /// Takes the next `length` bytes.
    #[inline]
    pub fn take(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], Malformed> {
        let Some((head, rest)) = self.rest.split_at_checked(length) else {
            let left = self.left();
            return Err(self.malformed(what, Problem::Length { length, left }));
        };
        self.rest = rest;
        Ok(head)
    }

    #[inline]
    fn compact_length(&mut self, what: &'static str) -> Result<Option<usize>, Malformed> {
        let start = self.clone();
        let Some(length) = self.uvarint(what)?.checked_sub(1) else {
            return Ok(None);
        };
        match usize::try_from(length) {
            Ok(length) => Ok(Some(length)),
            Err(_) => Err(start.malformed(what, Problem::Varint)),
        }
    }

    #[inline]
    fn length_of(&self, length: i32, what: &'static str) -> Result<Option<usize>, Malformed> {
        match usize::try_from(length) {
            Ok(length) => Ok(Some(length)),
            Err(_) if length == -1 => Ok(None),
            Err(_) => Err(self.malformed(what, Problem::Negative(length))),
        }
    }

    #[inline]
    fn length16(&mut self, what: &'static str) -> Result<Option<usize>, Malformed> {
        match self.encoding {
            Encoding::Fixed => {
                let start = self.clone();
                let length = self.i16(what)?;
                start.length_of(i32::from(length), what)
            }
            Encoding::Compact => self.compact_length(what),
        }
    }

    #[inline]
    pub(super) fn length32(&mut self, what: &'static str) -> Result<Option<usize>, Malformed> {
        match self.encoding {
            Encoding::Fixed => {
                let start = self.clone();
                let length = self.i32(what)?;
                start.length_of(length, what)
            }
            Encoding::Compact => self.compact_length(what),
        }
    }

    /// Reads a string that may be null. It need not be UTF-8.
    #[inline]
    pub fn nullable_string(&mut self, what: &'static str) -> Result<Option<&'a [u8]>, Malformed> {
        match self.length16(what)? {
            Some(length) => self.take(length, what).map(Some),
            None => Ok(None),
        }
    }

    /// Reads a string. It need not be UTF-8.
    #[inline]
    pub fn string(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        let start = self.clone();
        self.nullable_string(what)?
            .ok_or_else(|| start.malformed(what, Problem::Null))
    }

    /// Reads bytes, or records, that may be null.
    #[inline]
    pub fn nullable_bytes(&mut self, what: &'static str) -> Result<Option<&'a [u8]>, Malformed> {
        match self.length32(what)? {
            Some(length) => self.take(length, what).map(Some),
            None => Ok(None),
        }
    }

    /// Reads bytes, or records.
    #[inline]
    pub fn bytes(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        let start = self.clone();
        self.nullable_bytes(what)?
            .ok_or_else(|| start.malformed(what, Problem::Null))
    }

    /// Reads how many elements an array has that may be null.
    ///
    /// An element takes `smallest` bytes or more, at least one: a count that cannot fit in what is left is refused.
    #[inline]
    pub fn nullable_count(
        &mut self,
        what: &'static str,
        smallest: usize,
    ) -> Result<Option<usize>, Malformed> {
        let start = self.clone();
        let Some(count) = self.length32(what)? else {
            return Ok(None);
        };
        let left = self.left();
        if count > left || count.saturating_mul(smallest) > left {
            return Err(start.malformed(what, Problem::Count { count, left }));
        }
        Ok(Some(count))
    }

    /// Reads how many elements an array has; see [`nullable_count`](Self::nullable_count).
    #[inline]
    pub fn count(&mut self, what: &'static str, smallest: usize) -> Result<usize, Malformed> {
        let start = self.clone();
        self.nullable_count(what, smallest)?
            .ok_or_else(|| start.malformed(what, Problem::Null))
    }

    /// Reads whether a structure that may be null follows.
    #[inline]
    pub fn presence(&mut self, what: &'static str) -> Result<bool, Malformed> {
        let start = self.clone();
        match self.i8(what)? {
            1 => Ok(true),
            -1 => Ok(false),
            other => Err(start.malformed(what, Problem::Presence(other))),
        }
    }

    /// Reads past the tagged fields at the end of a structure, if the encoding has any.
    #[inline]
    pub fn skip_tags(&mut self) -> Result<(), Malformed> {
        match (self.encoding, self.rest) {
            (Encoding::Fixed, _) => Ok(()),
            // Nearly always there are none.
            (Encoding::Compact, [0, rest @ ..]) => {
                self.rest = rest;
                Ok(())
            }
            (Encoding::Compact, _) => self.tags(|_, _| Ok(())),
        }
    }

    /// Calls `visit` with number and content of each tagged field at the end of a structure, if the encoding has any.
    #[inline]
    pub fn tags(
        &mut self,
        mut visit: impl FnMut(u32, Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if self.encoding == Encoding::Fixed {
            return Ok(());
        }
        let mut previous = None;
        for _ in 0..self.uvarint("tagged fields")? {
            let start = self.clone();
            let tag = self.uvarint("tag")?;
            if previous.is_some_and(|previous| previous >= tag) {
                return Err(start.malformed("tag", Problem::TagOrder));
            }
            previous = Some(tag);
            let content = self.tag_content()?;
            visit(tag, content)?;
        }
        Ok(())
    }

    fn tag_content(&mut self) -> Result<Self, Malformed> {
        const WHAT: &str = "tagged field";
        let start = self.clone();
        let size = self.uvarint(WHAT)?;
        let size = usize::try_from(size).map_err(|_| start.malformed(WHAT, Problem::Varint))?;
        let rest = self.take(size, WHAT)?;
        Ok(Self {
            rest,
            end: self.position(),
            encoding: self.encoding,
        })
    }
}
