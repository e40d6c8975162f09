//! What does a visitor get that expects a kind of value, whatever is there?

use super::error::Error;
use super::node::{Entry, NOTHING, Value};
use super::path;
use super::reader::Reader;
use super::repair::Repair;
use super::sequence::Items;
use super::settings::{Setting, Settings};
use serde::de::{Expected, Visitor};

impl<'de> Reader<'de, '_> {
    pub(super) fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = if let Some(Value::Text(text)) = self.value() {
            text
        } else {
            self.mismatch(&expectation(&visitor));
            self.stand_in_text()
        };
        self.settle(visitor.visit_borrowed_str(text))
    }

    pub(super) fn float<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let number = match self.value() {
            Some(Value::Float(number)) => *number,
            // Precision beyond 2^53 is not what a configuration is about.
            Some(Value::Integer(number)) => *number as f64,
            None
            | Some(
                Value::Null
                | Value::Bool(_)
                | Value::Text(_)
                | Value::Sequence(_)
                | Value::Mapping(_),
            ) => {
                self.mismatch(&expectation(&visitor));
                1.0
            }
        };
        self.settle(visitor.visit_f64(number))
    }

    pub(super) fn integer<V: Visitor<'de>>(
        self,
        number: i128,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = if let Ok(number) = u64::try_from(number) {
            visitor.visit_u64(number)
        } else if let Ok(number) = i64::try_from(number) {
            visitor.visit_i64(number)
        } else {
            visitor.visit_i128(number)
        };
        self.settle(result)
    }

    /// Visits items, or reports that there is no list and visits `stand_ins` stand-ins.
    pub(super) fn sequence<V: Visitor<'de>>(
        self,
        exactly: Option<usize>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = match self.value() {
            Some(Value::Sequence(items)) if exactly.is_none_or(|count| count == items.len()) => {
                visitor.visit_seq(Items::new(&self, items))
            }
            None
            | Some(
                Value::Null
                | Value::Bool(_)
                | Value::Integer(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::Sequence(_)
                | Value::Mapping(_),
            ) => {
                let expected = match exactly {
                    None => expectation(&visitor),
                    Some(count) => format!("a list of {count}"),
                };
                self.mismatch(&expected);
                let reader = self.stand_in();
                visitor.visit_seq(Items::stand_ins(&reader, exactly.unwrap_or(0)))
            }
        };
        self.settle(result)
    }

    /// The entries of a mapping; of nothing, none; of anything else none after reporting it.
    pub(super) fn entries(&self, expected: &str) -> Option<&'de [Entry]> {
        match self.value() {
            Some(Value::Mapping(entries)) => Some(entries),
            Some(Value::Null) => Some(&[]),
            None => None,
            Some(
                Value::Bool(_)
                | Value::Integer(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::Sequence(_),
            ) => {
                self.mismatch(expected);
                None
            }
        }
    }

    /// A `typetag` object: its name and, below that, its settings.
    pub(super) fn tagged<V: Visitor<'de>>(
        self,
        expected: &str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let setting = self.sole(expected);
        let left_out = setting
            .is_none_or(|setting| self.repair_of_name(setting.name) == Some(Repair::LeaveOut));
        let reader = if left_out { self.stand_in() } else { self };
        let setting = setting.filter(|_| !left_out);
        reader.settle(visitor.visit_map(Settings::of_sole(&reader, setting)))
    }

    /// The one name that stands here, alone or with its settings.
    pub(super) fn sole(&self, expected: &str) -> Option<Setting<'de>> {
        match self.value()? {
            Value::Text(name) => Some(Setting {
                name,
                position: self.position(),
                node: Some(&NOTHING),
            }),
            Value::Mapping(entries) => {
                let Some((first, others)) = entries.split_first() else {
                    self.mismatch(expected);
                    return None;
                };
                let mut setting = Setting::from(first);
                if let Some(second) = others.first() {
                    self.find(
                        second.position,
                        Some(&second.name),
                        second_name(first, second),
                    );
                    if matches!(first.node.value, Value::Null) {
                        // Its settings are there, but not where they can be read.
                        setting.node = None;
                    }
                }
                Some(setting)
            }
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Sequence(_) => {
                self.mismatch(expected);
                None
            }
        }
    }
}

fn second_name(first: &Entry, second: &Entry) -> String {
    let (first, second) = (
        path::shorten(&first.name, 60),
        path::shorten(&second.name, 60),
    );
    format!(
        "only one name fits here and `{first}` is already given: \
         indent `{second}` further to make it a setting of `{first}`, \
         or start another item with `- `"
    )
}

pub(super) fn expectation<'de, V: Visitor<'de>>(visitor: &V) -> String {
    let expected: &dyn Expected = visitor;
    expected.to_string()
}
