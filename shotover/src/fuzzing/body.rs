//! Do validating, decoding and encoding agree about a body?

use bytes::{Bytes, BytesMut};

use crate::wire::schema::Schema;

/// Checks a body with everything that works by tables; returns the bytes of it that are the message, if it is one.
pub(super) fn checked(schema: &Schema, version: i16, body: &Bytes) -> Option<Bytes> {
    let used = schema.validate(version, body);
    let decoded = schema.decode(version, body);
    assert_eq!(used.map(drop), decoded.as_ref().map(drop).map_err(|e| *e));
    let (Ok(used), Ok(contents)) = (used, decoded) else {
        return None;
    };
    let encode = |contents| {
        let mut out = BytesMut::new();
        let encoded = schema.encode(version, contents, &mut out);
        assert_eq!(encoded, Ok(()), "what was decoded cannot be encoded");
        out.freeze()
    };
    // Lengths may have been written in more bytes than they need: only the second encoding is the same.
    let once = encode(&contents);
    assert_eq!(schema.validate(version, &once), Ok(once.len()));
    let contents = schema.decode(version, &once);
    assert_eq!(contents.as_ref().map(encode), Ok(once));
    Some(body.slice(..used))
}
