//! How do brokers answer that cost less than any proxy?

mod answers;
mod cutter;
mod serve;

pub(crate) use cutter::{Cutter, Frames};
pub(crate) use serve::serve;
