//! How does serde read an enum?

use super::error::Error;
use super::name::Name;
use super::reader::Reader;
use super::settings::Setting;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};

/// The name of a variant and what it holds.
#[derive(Debug)]
pub(super) struct Variant<'de, 'r> {
    reader: &'r Reader<'de, 'r>,
    setting: Setting<'de>,
}

impl<'de, 'r> Variant<'de, 'r> {
    pub(super) fn new(reader: &'r Reader<'de, 'r>, setting: Setting<'de>) -> Self {
        Self { reader, setting }
    }

    fn content(&self) -> Reader<'de, '_> {
        let Setting {
            name,
            position,
            node,
        } = self.setting;
        self.reader.named(name, position, node)
    }
}

impl<'de> EnumAccess<'de> for Variant<'de, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let pass = self.reader.pass();
        let value = seed
            .deserialize(Name(self.setting.name))
            .map_err(|error| pass.fail(self.reader, self.setting.shown(), error))?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        serde::Deserialize::deserialize(self.content())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let reader = self.content();
        reader.settle(seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.content().deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.content().deserialize_struct("", fields, visitor)
    }
}
