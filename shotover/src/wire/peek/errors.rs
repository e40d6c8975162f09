//! What went wrong first, wherever the answer says it?

use crate::wire::schema::{Field, Schema, Type, skip};
use crate::wire::{ErrorCode, Malformed, Reader};

/// The first error code in a body, at the top or beside any entity; `NONE` if there is none.
///
/// Reads the body up to there and allocates nothing. Tagged fields are not looked at: none that matters is an error.
pub fn first_error(
    schema: &'static Schema,
    version: i16,
    body: &[u8],
) -> Result<ErrorCode, Malformed> {
    find(schema, version, body, ErrorCode::is_error)
}

/// Whether a body has an error code that is wanted, at the top or beside any entity, as [`first_error`] reads it.
pub fn has_error(
    schema: &'static Schema,
    version: i16,
    body: &[u8],
    is_wanted: impl Fn(ErrorCode) -> bool,
) -> Result<bool, Malformed> {
    let is_wanted = |code: ErrorCode| code.is_error() && is_wanted(code);
    find(schema, version, body, is_wanted).map(ErrorCode::is_error)
}

fn find(
    schema: &'static Schema,
    version: i16,
    body: &[u8],
    is_wanted: impl Fn(ErrorCode) -> bool,
) -> Result<ErrorCode, Malformed> {
    let mut walk = Walk {
        reader: Reader::new(body, schema.encoding(version)),
        version,
        is_wanted,
    };
    walk.structure(schema.fields())
}

struct Walk<'a, F> {
    reader: Reader<'a>,
    version: i16,
    /// Which errors are looked for.
    is_wanted: F,
}

impl<F: Fn(ErrorCode) -> bool> Walk<'_, F> {
    /// The first of them; `NONE` if there is none.
    fn structure(&mut self, fields: &'static [Field]) -> Result<ErrorCode, Malformed> {
        for field in fields {
            if !field.exists(self.version) || field.tag_number().is_some() {
                continue;
            }
            let error = self.field(field)?;
            if error.is_error() {
                return Ok(error);
            }
        }
        self.reader.skip_tags()?;
        Ok(ErrorCode::NONE)
    }

    fn field(&mut self, field: &'static Field) -> Result<ErrorCode, Malformed> {
        let what = field.name();
        if what.ends_with("ErrorCode") {
            let code = self.reader.i16(what).map(ErrorCode)?;
            return Ok(match (self.is_wanted)(code) {
                true => code,
                false => ErrorCode::NONE,
            });
        }
        let Type::Array(Type::Struct(fields)) = field.kind() else {
            return skip(&mut self.reader, field, self.version).map(|()| ErrorCode::NONE);
        };
        let count = match field.is_nullable(self.version) {
            true => self.reader.nullable_count(what, 1)?.unwrap_or(0),
            false => self.reader.count(what, 1)?,
        };
        for _ in 0..count {
            let error = self.structure(fields)?;
            if error.is_error() {
                return Ok(error);
            }
        }
        Ok(ErrorCode::NONE)
    }
}
