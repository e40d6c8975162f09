//! What is a single value?

use crate::wire::schema::Type;
use crate::wire::{Malformed, Reader};

/// The value of a field that is neither a structure nor an array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// A boolean or an integer of any size.
    Int(i64),
    /// A string, bytes or records.
    Bytes(&'a [u8]),
    /// A UUID.
    Uuid([u8; 16]),
    /// A floating point number.
    Float(f64),
}

impl<'a> Scalar<'a> {
    /// The number, if this is an integer, and one of 32 bits or less.
    pub fn int(self) -> Option<i32> {
        match self {
            Self::Int(number) => i32::try_from(number).ok(),
            Self::Bytes(_) | Self::Uuid(_) | Self::Float(_) => None,
        }
    }

    /// The string or bytes, if this is one of them.
    pub fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Int(_) | Self::Uuid(_) | Self::Float(_) => None,
        }
    }

    /// The UUID, if this is one.
    pub fn uuid(self) -> Option<[u8; 16]> {
        match self {
            Self::Uuid(id) => Some(id),
            Self::Int(_) | Self::Bytes(_) | Self::Float(_) => None,
        }
    }
}

/// Reads a value of this type; nothing if it is one of several.
pub(super) fn scalar<'a>(
    reader: &mut Reader<'a>,
    kind: Type,
    what: &'static str,
) -> Result<Option<Scalar<'a>>, Malformed> {
    let scalar = match kind {
        Type::Bool => Scalar::Int(reader.bool(what)?.into()),
        Type::Int8 => Scalar::Int(reader.i8(what)?.into()),
        Type::Int16 => Scalar::Int(reader.i16(what)?.into()),
        Type::Uint16 => Scalar::Int(reader.u16(what)?.into()),
        Type::Int32 => Scalar::Int(reader.i32(what)?.into()),
        Type::Int64 => Scalar::Int(reader.i64(what)?),
        Type::Float64 => Scalar::Float(reader.f64(what)?),
        Type::Uuid => Scalar::Uuid(reader.uuid(what)?),
        Type::String => Scalar::Bytes(reader.string(what)?),
        Type::Bytes | Type::Records => Scalar::Bytes(reader.bytes(what)?),
        Type::Struct(_) | Type::Array(_) => return Ok(None),
    };
    Ok(Some(scalar))
}
