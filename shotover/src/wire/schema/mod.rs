//! Which fields does a message have at which version, and do these bytes have them?
//!
//! The tables are generated from `messages.txt`: to change them, edit that file and run
//! `SHOTOVER_BLESS=1 cargo test -p shotover wire::schema::generate`.

#[cfg(test)]
mod generate;
mod table;
mod tables;
mod validate;

pub(in crate::wire) use table::Default;
pub use table::{Field, Schema, Type};
pub(in crate::wire) use tables::{request, response};
pub use validate::MAX_DECODED_VALUES;
pub(in crate::wire) use validate::{skip, skip_element};
