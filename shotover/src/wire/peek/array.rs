//! What is in an array?

use super::scalar::{Scalar, scalar};
use super::structure::Peek;
use crate::wire::schema::{Type, skip_element};
use crate::wire::{Malformed, Reader};

/// The rest of an array.
#[derive(Debug, Clone)]
pub(super) struct Array<'a> {
    reader: Reader<'a>,
    version: i16,
    element: Type,
    what: &'static str,
    left: usize,
    /// Whether the reader stands in front of the next element, not of the one that was taken last.
    is_in_front: bool,
}

impl<'a> Array<'a> {
    /// The elements that the reader stands in front of: how many, and of which type.
    pub(super) fn new(
        reader: Reader<'a>,
        version: i16,
        (left, element): (usize, Type),
        what: &'static str,
    ) -> Self {
        Self {
            reader,
            version,
            element,
            what,
            left,
            is_in_front: true,
        }
    }

    /// No elements.
    pub(super) fn empty(reader: Reader<'a>) -> Self {
        Self::new(reader, 0, (0, Type::Bool), "nothing")
    }

    /// Goes to the next element. What was taken is read past only if another one is asked for.
    fn advance(&mut self) -> Result<bool, Malformed> {
        if self.left == 0 {
            return Ok(false);
        }
        if !self.is_in_front {
            let skipped = skip_element(&mut self.reader, self.element, self.version, self.what);
            skipped.inspect_err(|_| self.left = 0)?;
        }
        self.left -= 1;
        self.is_in_front = false;
        Ok(true)
    }
}

/// The structures of an array; ends after the first error.
#[derive(Debug, Clone)]
pub struct Elements<'a>(Array<'a>);

impl<'a> Elements<'a> {
    pub(super) fn of(array: Array<'a>) -> Self {
        Self(array)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Peek<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let Type::Struct(fields) = self.0.element else {
            return None;
        };
        match self.0.advance() {
            Ok(true) => Some(Ok(Peek {
                reader: self.0.reader.clone(),
                version: self.0.version,
                fields,
            })),
            Ok(false) => None,
            Err(malformed) => Some(Err(malformed)),
        }
    }
}

/// The values of an array; ends after the first error.
#[derive(Debug, Clone)]
pub struct Scalars<'a>(Array<'a>);

impl<'a> Scalars<'a> {
    pub(super) fn of(array: Array<'a>) -> Self {
        Self(array)
    }
}

impl<'a> Iterator for Scalars<'a> {
    type Item = Result<Scalar<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.0.element, Type::Struct(_) | Type::Array(_)) {
            return None;
        }
        let value = self.0.advance().and_then(|is_one| match is_one {
            true => scalar(&mut self.0.reader.clone(), self.0.element, self.0.what),
            false => Ok(None),
        });
        value.inspect_err(|_| self.0.left = 0).transpose()
    }
}
