//! What does a frame look like that a scripted peer sends or has read?

use std::io::{self, Read};

/// The key of Produce.
pub const PRODUCE: i16 = 0;
const FETCH: i16 = 1;
/// The key of Heartbeat: a request and an answer in which a proxy looks for nothing.
pub const HEARTBEAT: i16 = 12;
/// The key of ApiVersions.
pub const API_VERSIONS: i16 = 18;

/// The longest frame a scripted peer reads: Kafka's own limit.
const LONGEST: i32 = 100 * 1024 * 1024;

/// A request as a broker reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which API.
    pub api_key: i16,
    /// In which version.
    pub version: i16,
    /// What the answer has to repeat.
    pub correlation_id: i32,
    /// All of it behind the length.
    pub payload: Vec<u8>,
}

impl Asked {
    pub(super) fn parse(payload: Vec<u8>) -> Option<Self> {
        let (head, _) = payload.split_first_chunk::<8>()?;
        let [k0, k1, v0, v1, id @ ..] = *head;
        Some(Self {
            api_key: i16::from_be_bytes([k0, k1]),
            version: i16::from_be_bytes([v0, v1]),
            correlation_id: i32::from_be_bytes(id),
            payload,
        })
    }

    /// The acks of a Produce request that [`produce`] made.
    #[must_use]
    pub fn acks(&self) -> Option<i16> {
        let acks = self.payload.get(12..14)?.try_into().ok()?;
        (self.api_key == PRODUCE).then(|| i16::from_be_bytes(acks))
    }
}

/// A request without a client id. When its version is a flexible one, `body` begins with the tags of the header.
#[must_use]
pub fn request(api_key: i16, version: i16, correlation_id: i32, body: &[u8]) -> Vec<u8> {
    let no_client_id = (-1_i16).to_be_bytes();
    let (key, version) = (api_key.to_be_bytes(), version.to_be_bytes());
    frame(&[
        &key,
        &version,
        &correlation_id.to_be_bytes(),
        &no_client_id,
        body,
    ])
}

/// An ApiVersions request of a version before 3.
#[must_use]
pub fn api_versions(version: i16, correlation_id: i32) -> Vec<u8> {
    request(API_VERSIONS, version, correlation_id, &[])
}

/// A Heartbeat request that is followed by `padding` bytes.
#[must_use]
pub fn heartbeat(correlation_id: i32, padding: usize) -> Vec<u8> {
    // An empty group and member, and generation 0.
    let body = vec![0; 8 + padding];
    request(HEARTBEAT, 0, correlation_id, &body)
}

/// A Produce request of version 3 without records.
#[must_use]
pub fn produce(correlation_id: i32, acks: i16) -> Vec<u8> {
    let (no_transaction, [a0, a1]) = ([0xff, 0xff], acks.to_be_bytes());
    let (timeout, no_topics) = ([0, 0, 0, 100], [0, 0, 0, 0]);
    let body = [&no_transaction[..], &[a0, a1], &timeout, &no_topics].concat();
    request(PRODUCE, 3, correlation_id, &body)
}

/// A Fetch request of version 11 that names no partition.
#[must_use]
pub fn fetch(correlation_id: i32) -> Vec<u8> {
    // No replica; wait, bytes and isolation 0; no session, no topics, none forgotten, no rack.
    let body = [&[0xff; 4][..], &[0; 31]].concat();
    request(FETCH, 11, correlation_id, &body)
}

/// The body of an answer to it, with so many bytes of records for one partition.
#[must_use]
pub fn fetched(records: usize) -> Vec<u8> {
    // Throttle time, error and session; one topic without name; one partition: number, error, three offsets, no aborted
    // transactions, no preferred replica.
    let mut body = vec![0; 10];
    body.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    body.extend([0; 30]);
    body.extend([0xff; 8]);
    body.extend(u32::try_from(records).unwrap_or(u32::MAX).to_be_bytes());
    body.resize(body.len() + records, b'r');
    body
}

/// An answer with a header of version 0.
#[must_use]
pub fn answer(correlation_id: i32, body: &[u8]) -> Vec<u8> {
    frame(&[&correlation_id.to_be_bytes(), body])
}

/// These parts behind their length.
fn frame(parts: &[&[u8]]) -> Vec<u8> {
    let payload = parts.concat();
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), payload.as_slice()].concat()
}

/// What is behind the next length; `None` at the end of the stream, or when the peer cut it off.
pub(super) fn read_frame(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if !read_all(stream, &mut length)? {
        return Ok(None);
    }
    let length = i32::from_be_bytes(length);
    let believable = usize::try_from(length).ok().filter(|_| length <= LONGEST);
    let Some(length) = believable else {
        return Err(io::Error::other(format!("a frame of {length} bytes")));
    };
    let mut payload = vec![0; length];
    Ok(read_all(stream, &mut payload)?.then_some(payload))
}

/// Whether the stream had that many bytes.
fn read_all(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match stream.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if is_end(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the peer closed the connection, in whichever way.
pub(super) fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_back() {
        let frame = request(HEARTBEAT, 2, 77, b"body");
        let payload = read_frame(&mut &frame[..]).unwrap().unwrap();
        let asked = Asked::parse(payload).unwrap();
        assert_eq!(
            (asked.api_key, asked.version, asked.correlation_id),
            (12, 2, 77)
        );
        assert!(asked.payload.ends_with(b"body"));
    }

    #[test]
    fn the_acks_of_a_produce_request_are_read_back() {
        let frame = produce(1, -1);
        let payload = read_frame(&mut &frame[..]).unwrap().unwrap();
        assert_eq!(Asked::parse(payload).unwrap().acks(), Some(-1));
    }

    #[test]
    fn a_stream_that_ends_within_a_frame_has_no_frame() {
        let frame = heartbeat(1, 0);
        assert!(
            read_frame(&mut &frame[..frame.len() - 1])
                .unwrap()
                .is_none()
        );
        assert!(read_frame(&mut &[][..]).unwrap().is_none());
    }
}
