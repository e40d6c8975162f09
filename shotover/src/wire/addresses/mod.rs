//! Which addresses of brokers does a response give away, and what shall stand there instead?
//!
//! [`rewrite`] replaces them in the bytes of the body and copies nothing else: a Metadata answer about ten thousand
//! partitions is as cheap as its list of brokers, records are not touched.

mod place;
mod rewrite;

pub use rewrite::{Address, NewAddress, rewrite};

#[cfg(test)]
pub(in crate::wire) use place::{Place, place};
