//! What does the beginning of a frame say?

use bytes::{BufMut, BytesMut};
use thiserror::Error;

use super::{ApiKey, Encoding, Malformed, Reader};

/// The header of a request: its frame without the length in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestHeader<'a> {
    /// Which request this is.
    pub api_key: ApiKey,
    /// In which version; one that exists.
    pub version: i16,
    /// What the response will repeat.
    pub correlation_id: i32,
    /// The name the client gave itself, not necessarily UTF-8.
    pub client_id: Option<&'a [u8]>,
    /// Where the body starts.
    pub body_offset: usize,
}

/// Why a request header was not accepted.
///
/// An ApiVersions request of an unknown version is answered (KIP-511); for all others brokers close the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RequestHeaderError {
    /// Not a header at all.
    #[error("malformed request header")]
    Malformed(#[from] Malformed),
    /// A request that Kafka 4.3 does not know.
    #[error("unknown api key {key} (version {version}, correlation id {correlation_id})")]
    UnknownKey {
        /// The number on the wire.
        key: i16,
        /// Its version.
        version: i16,
        /// What a response would have to repeat.
        correlation_id: i32,
    },
    /// A version that Kafka 4.3 does not know.
    #[error("{api_key} has no version {version} (correlation id {correlation_id})")]
    UnsupportedVersion {
        /// Which request.
        api_key: ApiKey,
        /// The version on the wire.
        version: i16,
        /// What a response has to repeat.
        correlation_id: i32,
    },
}

impl<'a> RequestHeader<'a> {
    /// Reads the header of a request.
    #[inline]
    pub fn peek(payload: &'a [u8]) -> Result<Self, RequestHeaderError> {
        Self::plain(payload).map_or_else(|| Self::read(payload), Ok)
    }

    /// One with a client id, no tagged fields, and nothing wrong with it, as nearly all are.
    #[inline]
    fn plain(payload: &'a [u8]) -> Option<Self> {
        let (key, rest) = payload.split_first_chunk()?;
        let (version, rest) = rest.split_first_chunk()?;
        let (correlation_id, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(i16::from_be_bytes(*length)).ok()?;
        let (client_id, rest) = rest.split_at_checked(length)?;
        let api_key = ApiKey::from_code(i16::from_be_bytes(*key))?;
        let version = i16::from_be_bytes(*version);
        let schema = api_key.request_schema();
        let body = match schema.encoding(version) {
            Encoding::Fixed => rest,
            Encoding::Compact => rest.strip_prefix(&[0])?,
        };
        schema.has_version(version).then_some(Self {
            api_key,
            version,
            correlation_id: i32::from_be_bytes(*correlation_id),
            client_id: Some(client_id),
            body_offset: payload.len() - body.len(),
        })
    }

    fn read(payload: &'a [u8]) -> Result<Self, RequestHeaderError> {
        let mut reader = Reader::new(payload, Encoding::Fixed);
        let key = reader.i16("RequestApiKey")?;
        let version = reader.i16("RequestApiVersion")?;
        let correlation_id = reader.i32("CorrelationId")?;
        let Some(api_key) = ApiKey::from_code(key) else {
            return Err(RequestHeaderError::UnknownKey {
                key,
                version,
                correlation_id,
            });
        };
        if !api_key.versions().contains(&version) {
            return Err(RequestHeaderError::UnsupportedVersion {
                api_key,
                version,
                correlation_id,
            });
        }
        // Never compact, also in front of flexible requests: a broker must be able to read the header of any version.
        let client_id = reader.nullable_string("ClientId")?;
        reader.set_encoding(api_key.encoding(version));
        reader.skip_tags()?;
        Ok(Self {
            api_key,
            version,
            correlation_id,
            client_id,
            body_offset: reader.position(),
        })
    }
}

/// The header of a response: its frame without the length in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseHeader {
    /// The one of the request.
    pub correlation_id: i32,
    /// Where the body starts.
    pub body_offset: usize,
}

impl ResponseHeader {
    /// Reads the header of the response to a request of this key and version.
    #[inline]
    pub fn peek(api_key: ApiKey, version: i16, payload: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(payload, response_header_encoding(api_key, version));
        let correlation_id = reader.i32("CorrelationId")?;
        reader.skip_tags()?;
        Ok(Self {
            correlation_id,
            body_offset: reader.position(),
        })
    }
}

#[inline]
fn response_header_encoding(api_key: ApiKey, version: i16) -> Encoding {
    match api_key.response_header_version(version) {
        0 => Encoding::Fixed,
        _ => Encoding::Compact,
    }
}

/// Appends the header of a request. Of a client id only the first 32,767 bytes fit.
pub fn encode_request_header(
    out: &mut BytesMut,
    api_key: ApiKey,
    version: i16,
    correlation_id: i32,
    client_id: Option<&[u8]>,
) {
    out.put_i16(api_key.code());
    out.put_i16(version);
    out.put_i32(correlation_id);
    match client_id {
        Some(id) => {
            let length = i16::try_from(id.len()).unwrap_or(i16::MAX);
            out.put_i16(length);
            out.extend(id.iter().take(usize::from(length.unsigned_abs())));
        }
        None => out.put_i16(-1),
    }
    if api_key.request_header_version(version) == 2 {
        out.put_u8(0);
    }
}

/// Appends the header of a response.
pub fn encode_response_header(
    out: &mut BytesMut,
    api_key: ApiKey,
    version: i16,
    correlation_id: i32,
) {
    out.put_i32(correlation_id);
    if api_key.response_header_version(version) == 1 {
        out.put_u8(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Problem;

    fn request(key: i16, version: i16) -> Vec<u8> {
        let mut bytes = BytesMut::new();
        bytes.put_i16(key);
        bytes.put_i16(version);
        bytes.put_i32(7);
        bytes.put_i16(3);
        bytes.put_slice(b"cli");
        bytes.to_vec()
    }

    #[test]
    fn every_header_that_is_written_is_read_back() {
        for key in ApiKey::ALL {
            for version in key.versions() {
                for client_id in [None, Some(&b""[..]), Some(b"na\xffme")] {
                    let mut bytes = BytesMut::new();
                    encode_request_header(&mut bytes, *key, version, -5, client_id);
                    let header = RequestHeader {
                        api_key: *key,
                        version,
                        correlation_id: -5,
                        client_id,
                        body_offset: bytes.len(),
                    };
                    bytes.put_slice(b"body");
                    assert_eq!(RequestHeader::peek(&bytes), Ok(header));
                }
                let mut bytes = BytesMut::new();
                encode_response_header(&mut bytes, *key, version, -5);
                let header = ResponseHeader {
                    correlation_id: -5,
                    body_offset: bytes.len(),
                };
                bytes.put_slice(b"body");
                assert_eq!(ResponseHeader::peek(*key, version, &bytes), Ok(header));
            }
        }
    }

    #[test]
    fn what_is_read_at_one_look_is_what_is_read_field_by_field() {
        for key in -1..=100 {
            for version in -1..=20 {
                let mut bytes = request(key, version);
                bytes.extend([0, 0, 0]);
                for length in 0..=bytes.len() {
                    let payload = &bytes[..length];
                    let plain = RequestHeader::plain(payload);
                    assert!(plain.is_none() || plain == RequestHeader::read(payload).ok());
                }
                let is_known =
                    ApiKey::from_code(key).is_some_and(|it| it.versions().contains(&version));
                assert_eq!(RequestHeader::plain(&bytes).is_some(), is_known);
            }
        }
    }

    #[test]
    fn headers_agree_with_kafka_protocol() {
        use kafka_protocol::messages::RequestHeader as Theirs;
        use kafka_protocol::protocol::{Encodable, StrBytes};
        let theirs = Theirs::default()
            .with_request_api_key(ApiKey::Metadata.code())
            .with_request_api_version(12)
            .with_correlation_id(17)
            .with_client_id(Some(StrBytes::from_static_str("cli")));
        let mut expected = BytesMut::new();
        theirs.encode(&mut expected, 2).unwrap();
        let mut ours = BytesMut::new();
        encode_request_header(&mut ours, ApiKey::Metadata, 12, 17, Some(b"cli"));
        assert_eq!(ours, expected);
    }

    #[test]
    fn tagged_fields_of_a_header_are_skipped() {
        let mut bytes = request(ApiKey::Produce.code(), 9);
        bytes.extend([1, 5, 2, 0xab, 0xcd]);
        assert_eq!(
            RequestHeader::peek(&bytes).unwrap().body_offset,
            bytes.len()
        );
        let response = [0, 0, 0, 9, 1, 5, 2, 0xab, 0xcd];
        let header = ResponseHeader::peek(ApiKey::Produce, 9, &response).unwrap();
        assert_eq!(header.body_offset, response.len());
    }

    #[test]
    fn an_unknown_key_is_told_apart() {
        for key in [-1, 4, 93] {
            let expected = RequestHeaderError::UnknownKey {
                key,
                version: 1,
                correlation_id: 7,
            };
            assert_eq!(RequestHeader::peek(&request(key, 1)), Err(expected));
        }
    }

    #[test]
    fn an_unknown_version_is_told_apart() {
        for version in [-1, 5, i16::MAX] {
            let expected = RequestHeaderError::UnsupportedVersion {
                api_key: ApiKey::ApiVersions,
                version,
                correlation_id: 7,
            };
            assert_eq!(RequestHeader::peek(&request(18, version)), Err(expected));
        }
    }

    #[test]
    fn a_header_cut_off_anywhere_is_malformed() {
        let mut bytes = request(0, 9);
        bytes.extend([1, 5, 2, 0xab, 0xcd]);
        for length in 0..bytes.len() {
            assert!(matches!(
                RequestHeader::peek(&bytes[..length]),
                Err(RequestHeaderError::Malformed(_))
            ));
        }
    }

    #[test]
    fn a_client_id_longer_than_the_frame_is_malformed() {
        let bytes = [0, 0, 0, 8, 0, 0, 0, 1, 0x7f, 0xff, b'x'];
        let expected = Malformed {
            what: "ClientId",
            offset: 10,
            problem: Problem::Length {
                length: 0x7fff,
                left: 1,
            },
        };
        assert_eq!(
            RequestHeader::peek(&bytes),
            Err(RequestHeaderError::Malformed(expected))
        );
    }

    #[test]
    fn a_client_id_too_long_for_a_header_is_cut() {
        let mut bytes = BytesMut::new();
        encode_request_header(&mut bytes, ApiKey::Produce, 9, 1, Some(&[b'x'; 40_000]));
        let header = RequestHeader::peek(&bytes).unwrap();
        assert_eq!(header.client_id.unwrap().len(), 32_767);
        assert_eq!(header.body_offset, bytes.len());
    }
}
