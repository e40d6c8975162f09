//! How are the contents of a message held?

use bytes::Bytes;

use crate::wire::ErrorCode;

/// The contents of one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Null, where the field allows it.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer of any size.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// A UUID.
    Uuid([u8; 16]),
    /// A string, bytes or records: a slice of the frame they were read from.
    Bytes(Bytes),
    /// The elements of an array.
    Array(Vec<Self>),
    /// The fields of a structure.
    Structure(Structure),
}

impl Value {
    /// The number, if this is an integer.
    pub fn as_int(&self) -> Option<i64> {
        let Self::Int(number) = self else {
            return None;
        };
        Some(*number)
    }

    /// The string, bytes or records, if this is one of them.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        let Self::Bytes(bytes) = self else {
            return None;
        };
        Some(bytes)
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        let Self::Array(elements) = self else {
            return None;
        };
        Some(elements)
    }

    /// The structure, if this is one.
    pub fn as_structure(&self) -> Option<&Structure> {
        let Self::Structure(structure) = self else {
            return None;
        };
        Some(structure)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<ErrorCode> for Value {
    fn from(value: ErrorCode) -> Self {
        Self::Int(value.0.into())
    }
}

impl From<Bytes> for Value {
    fn from(value: Bytes) -> Self {
        Self::Bytes(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Bytes(Bytes::copy_from_slice(value.as_bytes()))
    }
}

impl From<Vec<Self>> for Value {
    fn from(value: Vec<Self>) -> Self {
        Self::Array(value)
    }
}

impl From<Structure> for Value {
    fn from(value: Structure) -> Self {
        Self::Structure(value)
    }
}

/// The fields of a message, or of a structure in one.
///
/// A field that is not there has its default, which is the one of Kafka's own definitions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Structure {
    fields: Vec<(&'static str, Value)>,
    unknown_tags: Vec<(u32, Bytes)>,
}

impl Structure {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// No fields, and room for so many.
    pub(super) fn with_room(fields: usize) -> Self {
        Self {
            fields: Vec::with_capacity(fields),
            unknown_tags: Vec::new(),
        }
    }

    /// The contents of the field, if it is there.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut fields = self.fields.iter();
        fields.find_map(|(field, value)| (*field == name).then_some(value))
    }

    /// Puts a value into the field.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        match self.fields.iter_mut().find(|(field, _)| *field == name) {
            Some((_, old)) => *old = value,
            None => self.fields.push((name, value)),
        }
    }

    /// Takes the value out of the field, which then has its default.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.fields.iter().position(|(field, _)| *field == name)?;
        Some(self.fields.remove(place).1)
    }

    /// Takes the elements of the array out of the field; none if there is no array.
    pub fn remove_elements(&mut self, name: &str) -> Vec<Value> {
        match self.remove(name) {
            Some(Value::Array(elements)) => elements,
            Some(
                Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Uuid(_)
                | Value::Bytes(_)
                | Value::Structure(_),
            )
            | None => Vec::new(),
        }
    }

    /// This structure with a value in the field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// All fields that are there.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.fields.iter().map(|(name, value)| (*name, value))
    }

    /// The elements of the array in this field; none if there is no array.
    pub fn elements(&self, name: &str) -> &[Value] {
        self.get(name).and_then(Value::as_array).unwrap_or(&[])
    }

    /// The structures in the array in this field, to be changed; none if there is no array.
    pub fn elements_mut(&mut self, name: &str) -> impl Iterator<Item = &mut Self> {
        let mut fields = self.fields.iter_mut();
        let field = fields.find_map(|(field, value)| (*field == name).then_some(value));
        let elements = match field {
            Some(Value::Array(elements)) => &mut elements[..],
            Some(_) | None => &mut [],
        };
        elements.iter_mut().filter_map(|element| match element {
            Value::Structure(structure) => Some(structure),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Bytes(_)
            | Value::Array(_)
            | Value::Uuid(_) => None,
        })
    }

    pub(super) fn push(&mut self, name: &'static str, value: Value) {
        self.fields.push((name, value));
    }

    pub(super) fn push_unknown_tag(&mut self, tag: u32, content: Bytes) {
        self.unknown_tags.push((tag, content));
    }

    pub(super) fn unknown_tags(&self) -> &[(u32, Bytes)] {
        &self.unknown_tags
    }
}
