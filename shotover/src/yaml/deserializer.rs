//! How does serde read a tree without stopping at a value of the wrong type?
//!
//! A value that is not what its visitor expects is reported, and the visitor is given a stand-in.
//! An error that the visitor itself returns is recorded on its way out, at the innermost place.

use super::error::Error;
use super::expect::expectation;
use super::node::Value;
use super::reader::Reader;
use super::settings::{Setting, Settings};
use super::variant::Variant;
use serde::de::{Deserializer, Visitor};

/// What `typetag` expects starts with this.
const TYPETAG: &str = "dyn ";

/// One is in the range of every type, those that exclude zero included.
macro_rules! integers {
    ($($deserialize:ident $visit:ident $type:ty;)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let number = if let Some(Value::Integer(number)) = self.value() {
                <$type>::try_from(*number).ok()
            } else {
                None
            };
            let number = number.unwrap_or_else(|| {
                self.mismatch(&expectation(&visitor));
                1
            });
            self.settle(visitor.$visit(number))
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Error;

    integers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_i128 visit_i128 i128;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_u128 visit_u128 u128;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value() {
            None | Some(Value::Null) => self.settle(visitor.visit_unit()),
            Some(Value::Bool(value)) => self.settle(visitor.visit_bool(*value)),
            Some(Value::Integer(number)) => self.integer(*number, visitor),
            Some(Value::Float(number)) => self.settle(visitor.visit_f64(*number)),
            Some(Value::Text(text)) => self.settle(visitor.visit_borrowed_str(text)),
            Some(Value::Sequence(_)) => self.sequence(None, visitor),
            Some(Value::Mapping(entries)) => {
                let result = visitor.visit_map(Settings::of_entries(&self, entries));
                self.settle(result)
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value = if let Some(Value::Bool(value)) = self.value() {
            *value
        } else {
            self.mismatch(&expectation(&visitor));
            false
        };
        self.settle(visitor.visit_bool(value))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.float(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.float(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let result = match self.value() {
            None | Some(Value::Null) => visitor.visit_none(),
            Some(
                Value::Bool(_)
                | Value::Integer(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::Sequence(_)
                | Value::Mapping(_),
            ) => visitor.visit_some(self),
        };
        self.settle(result)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(entries) = self.entries("unit") {
            Settings::of_fields(&self, entries, &[]);
        }
        self.settle(visitor.visit_unit())
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.settle(visitor.visit_newtype_struct(self))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.sequence(None, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.sequence(Some(len), visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.sequence(Some(len), visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let expected = expectation(&visitor);
        if expected.starts_with(TYPETAG) {
            return self.tagged(&expected, visitor);
        }
        let entries = self.entries(&expected);
        let reader = entries.map_or(self.stand_in(), |_| self);
        let entries = entries.unwrap_or_default();
        reader.settle(visitor.visit_map(Settings::of_entries(&reader, entries)))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let entries = self.entries(&expectation(&visitor));
        let reader = entries.map_or(self.stand_in(), |_| self);
        let entries = entries.unwrap_or_default();
        reader.settle(visitor.visit_map(Settings::of_fields(&reader, entries, fields)))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = match self.sole(&expectation(&visitor)) {
            Some(setting) => visitor.visit_enum(Variant::new(&self, setting)),
            None => {
                let reader = self.stand_in();
                let first = variants.first().copied().unwrap_or_default();
                let setting = Setting::stand_in(first, self.position());
                visitor.visit_enum(Variant::new(&reader, setting))
            }
        };
        self.settle(result)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}
