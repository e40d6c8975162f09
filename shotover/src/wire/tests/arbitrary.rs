//! What might a message look like? Bodies made up by their schema, for tests.

#![expect(
    clippy::cast_possible_truncation,
    reason = "lengths are small or cut into bytes on purpose"
)]

use std::iter;

use crate::wire::schema::{Field, Schema, Type};
use crate::wire::{ApiKey, Encoding};

/// Where made-up messages take their contents from; zeros once the bytes are used up.
#[derive(Debug)]
pub(super) struct Choices<'a>(pub(super) &'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    /// Any key and one of its versions.
    pub(super) fn key_and_version(&mut self) -> (ApiKey, i16) {
        let key = ApiKey::ALL[self.below(ApiKey::ALL.len())];
        let versions: Vec<i16> = key.versions().collect();
        (key, versions[self.below(versions.len())])
    }
}

/// A body of this version with everything it can contain now and then: nulls, tagged fields, unknown ones.
pub(super) fn body(schema: &Schema, version: i16, choices: &mut Choices<'_>) -> Vec<u8> {
    let mut writer = Writer {
        out: Vec::new(),
        version,
        encoding: schema.encoding(version),
        choices,
    };
    writer.structure(schema.fields());
    writer.out
}

struct Writer<'a, 'b> {
    out: Vec<u8>,
    version: i16,
    encoding: Encoding,
    choices: &'a mut Choices<'b>,
}

impl Writer<'_, '_> {
    fn structure(&mut self, fields: &[Field]) {
        for field in fields {
            if field.exists(self.version) && field.tag_number().is_none() {
                self.field(field);
            }
        }
        if self.encoding == Encoding::Compact {
            self.tags(fields);
        }
    }

    fn tags(&mut self, fields: &[Field]) {
        let mut tags = Vec::new();
        let version = self.version;
        for field in fields.iter().filter(|field| field.exists(version)) {
            if let Some(tag) = field.tag_number()
                && self.choices.below(2) == 1
            {
                let out = std::mem::take(&mut self.out);
                self.field(field);
                tags.push((tag, std::mem::replace(&mut self.out, out)));
            }
        }
        if self.choices.below(16) == 1 {
            tags.push((300, vec![0xaa; self.choices.below(4)]));
        }
        tags.sort();
        self.uvarint(tags.len());
        for (tag, content) in tags {
            self.uvarint(tag as usize);
            self.uvarint(content.len());
            self.out.extend(content);
        }
    }

    fn field(&mut self, field: &Field) {
        let nullable = field.is_nullable(self.version);
        let null = nullable && self.choices.below(3) == 1;
        let is_structure = matches!(field.kind(), Type::Struct(_));
        match (null, self.encoding) {
            (true, _) if is_structure => self.out.push(0xff),
            (true, Encoding::Compact) => self.out.push(0),
            (true, Encoding::Fixed) => {
                let size = field.kind().smallest_size(self.version, Encoding::Fixed);
                self.out.extend(iter::repeat_n(0xff, size));
            }
            (false, _) => {
                if nullable && is_structure {
                    self.out.push(1);
                }
                self.value(field.kind());
            }
        }
    }

    fn value(&mut self, kind: Type) {
        match kind {
            Type::Bool => self.number(1, 2),
            Type::Int8 => self.number(1, 256),
            Type::Int16 | Type::Uint16 => self.number(2, 256),
            Type::Int32 => self.number(4, 256),
            Type::Int64 | Type::Float64 => self.number(8, 256),
            Type::Uuid => self.number(16, 256),
            Type::String => {
                let length = self.length(2, 4);
                self.out.extend(&b"text"[..length]);
            }
            Type::Bytes | Type::Records => {
                let length = self.length(4, 9);
                self.out.extend(&b"\0\xffbytes\x80\x01"[..length]);
            }
            Type::Struct(fields) => self.structure(fields),
            Type::Array(element) => {
                for _ in 0..self.length(4, 3) {
                    self.value(*element);
                }
            }
        }
    }

    fn number(&mut self, size: usize, limit: usize) {
        self.out.resize(self.out.len() + size - 1, 0);
        let last = self.choices.below(limit);
        self.out.push(last as u8);
    }

    fn length(&mut self, size: usize, limit: usize) -> usize {
        let length = self.choices.below(limit);
        match self.encoding {
            Encoding::Compact => self.out.push(length as u8 + 1),
            Encoding::Fixed => {
                self.out.resize(self.out.len() + size - 1, 0);
                self.out.push(length as u8);
            }
        }
        length
    }

    fn uvarint(&mut self, mut value: usize) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }
}
