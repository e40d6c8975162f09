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
    let mut walk = Walk {
        reader: Reader::new(body, schema.encoding(version)),
        version,
    };
    walk.structure(schema.fields())
}

struct Walk<'a> {
    reader: Reader<'a>,
    version: i16,
}

impl Walk<'_> {
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
            return self.reader.i16(what).map(ErrorCode);
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
