//! How are the addresses in a response found and replaced?

use bytes::{BufMut, Bytes, BytesMut};

use super::place::{Place, place};
use crate::wire::schema::{Field, skip};
use crate::wire::value::put_uvarint;
use crate::wire::{ApiKey, Encoding, Malformed, Reader, Splice, fetch_response, produce_response};

/// Where a broker says that a broker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// The id of the broker.
    pub node_id: i32,
    /// Its host as it stands in the response.
    pub host: &'a [u8],
    /// Its port as it stands in the response.
    pub port: i32,
}

/// Where clients shall find that broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAddress {
    /// The host. Of one longer than 32,767 bytes, which no name is, only those are written.
    pub host: Bytes,
    /// The port.
    pub port: u16,
}

/// Replaces every address of a broker in a response by the one that `advertise` returns for it.
///
/// The new body is the pieces one after the other: new ones where something changed, slices of `body` elsewhere. `None`
/// if nothing changed. Addresses that say "nowhere", with an empty host or a port below 0, stay, and so does everything
/// that is behind the last field with an address: it is not even read.
///
/// DescribeQuorum's listeners of the controllers are removed; nobody advertises those.
///
/// # Errors
///
/// If the body cannot be read up to the last address. It must not be passed on: what it hides is not known.
pub fn rewrite(
    key: ApiKey,
    version: i16,
    body: &Bytes,
    advertise: &mut dyn FnMut(Address<'_>) -> NewAddress,
) -> Result<Option<Vec<Bytes>>, Malformed> {
    let mut rewriter = Rewriter {
        reader: Reader::new(body, key.encoding(version)),
        splice: Splice::new(body, 0),
        body,
        version,
        advertise,
    };
    let fields = key.response_schema().fields();
    match place(key, version) {
        Place::Nowhere => return Ok(None),
        Place::Top => rewriter.host_and_port(fields)?,
        Place::List(name) | Place::Listeners(name) => {
            let mut fields = fields.iter();
            let list = fields.find(|field| field.name() == name && field.exists(version));
            let Some(list) = list else {
                return Ok(None);
            };
            rewriter.skip_to(key, list)?;
            match list.tag_number() {
                Some(tag) => rewriter.tagged_list(tag, list)?,
                None => rewriter.list(list)?,
            }
        }
    }
    Ok(rewriter.splice.finish(body.len()))
}

struct Rewriter<'a, 'b> {
    reader: Reader<'a>,
    splice: Splice<'a>,
    body: &'a Bytes,
    version: i16,
    advertise: &'b mut dyn FnMut(Address<'_>) -> NewAddress,
}

impl Rewriter<'_, '_> {
    /// Reads past everything in front of this field, or of all tagged fields if it is one.
    fn skip_to(&mut self, key: ApiKey, target: &Field) -> Result<(), Malformed> {
        // The two that are frequent, one of them large.
        if key == ApiKey::Fetch {
            return self.skip_fetched_partitions();
        }
        if key == ApiKey::Produce {
            return self.skip_produced_partitions();
        }
        for field in key.response_schema().fields() {
            if field.name() == target.name() {
                break;
            }
            if field.exists(self.version) && field.tag_number().is_none() {
                skip(&mut self.reader, field, self.version)?;
            }
        }
        Ok(())
    }

    fn skip_fetched_partitions(&mut self) -> Result<(), Malformed> {
        let mut partitions = fetch_response::Partitions::new(self.version, self.body)?;
        for partition in partitions.by_ref() {
            partition?;
        }
        let tags = partitions.tags_offset().unwrap_or(0);
        self.reader.take(tags, "Responses").map(drop)
    }

    fn skip_produced_partitions(&mut self) -> Result<(), Malformed> {
        let mut partitions = produce_response::Partitions::new(self.version, self.body)?;
        for partition in partitions.by_ref() {
            partition?;
        }
        let tags = partitions.tags_offset().unwrap_or(0);
        self.reader.take(tags, "Responses").map(drop)
    }

    /// Goes over the elements of an array that the reader stands in front of.
    fn list(&mut self, list: &'static Field) -> Result<(), Malformed> {
        for _ in 0..self.reader.count(list.name(), 1)? {
            self.host_and_port(list.kind().fields())?;
        }
        Ok(())
    }

    /// Goes over the fields of a structure that the reader stands in front of.
    fn host_and_port(&mut self, fields: &'static [Field]) -> Result<(), Malformed> {
        let mut node_id = -1;
        let version = self.version;
        let plain = |field: &&Field| field.exists(version) && field.tag_number().is_none();
        for field in fields.iter().filter(plain) {
            match field.name() {
                "NodeId" | "BrokerId" => node_id = self.reader.i32(field.name())?,
                // The port stands right behind the host.
                "Host" => self.address(node_id)?,
                "Port" => {}
                "Listeners" => self.listeners(field)?,
                _ => skip(&mut self.reader, field, self.version)?,
            }
        }
        self.reader.skip_tags()
    }

    fn address(&mut self, node_id: i32) -> Result<(), Malformed> {
        let start = self.reader.position();
        let host = self.reader.string("Host")?;
        let port = self.reader.i32("Port")?;
        if host.is_empty() || port < 0 {
            return Ok(());
        }
        let address = Address {
            node_id,
            host,
            port,
        };
        let new = (self.advertise)(address);
        let new_port = i32::from(new.port);
        if new.host == host && new_port == port {
            return Ok(());
        }
        let encoding = self.reader.encoding();
        self.splice.replace(start..self.reader.position(), |out| {
            put_string(out, encoding, &new.host);
            out.put_i32(new_port);
        });
        Ok(())
    }

    fn listeners(&mut self, field: &'static Field) -> Result<(), Malformed> {
        let start = self.reader.position();
        let is_empty = self.reader.clone().count(field.name(), 1)? == 0;
        skip(&mut self.reader, field, self.version)?;
        if !is_empty {
            let encoding = self.reader.encoding();
            let range = start..self.reader.position();
            self.splice.replace(range, |out| match encoding {
                Encoding::Fixed => out.put_i32(0),
                Encoding::Compact => out.put_u8(1),
            });
        }
        Ok(())
    }

    /// Goes over the tagged fields that the reader stands in front of, one of which is a list.
    ///
    /// They are written anew: the list's size stands in front of it.
    fn tagged_list(&mut self, wanted: u32, list: &'static Field) -> Result<(), Malformed> {
        if self.reader.clone().uvarint("tagged fields")? == 0 {
            return Ok(());
        }
        let (body, version) = (self.body, self.version);
        let start = self.reader.position();
        let mut tags = Vec::new();
        let mut is_changed = false;
        let advertise = &mut *self.advertise;
        self.reader.tags(|tag, reader| {
            let content = reader.position()..reader.position() + reader.left();
            let mut pieces = None;
            if tag == wanted {
                let mut rewriter = Rewriter {
                    splice: Splice::new(body, content.start),
                    reader,
                    body,
                    version,
                    advertise: &mut *advertise,
                };
                rewriter.list(list)?;
                pieces = rewriter.splice.finish(content.end);
            }
            is_changed |= pieces.is_some();
            tags.push((tag, pieces.unwrap_or_else(|| vec![body.slice(content)])));
            Ok(())
        })?;
        if is_changed {
            let range = start..self.reader.position();
            self.splice.replace(range, |out| put_tags(out, &tags));
        }
        Ok(())
    }
}

fn put_tags(out: &mut BytesMut, tags: &[(u32, Vec<Bytes>)]) {
    put_length(out, tags.len());
    for (tag, pieces) in tags {
        put_uvarint(out, *tag);
        put_length(out, pieces.iter().map(Bytes::len).sum());
        for piece in pieces {
            out.put_slice(piece);
        }
    }
}

fn put_string(out: &mut BytesMut, encoding: Encoding, string: &Bytes) {
    let length = i16::try_from(string.len()).unwrap_or(i16::MAX);
    let kept = usize::from(length.unsigned_abs());
    match encoding {
        Encoding::Fixed => out.put_i16(length),
        Encoding::Compact => put_length(out, kept + 1),
    }
    out.extend(string.iter().take(kept));
}

/// The lengths are those of parts of a frame, whose own length has 31 bits.
fn put_length(out: &mut BytesMut, length: usize) {
    put_uvarint(out, u32::try_from(length).unwrap_or(u32::MAX));
}
