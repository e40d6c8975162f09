//! A producer and readers that go on whatever fails, and notice what is lost, doubled or out of order.

mod flow;
mod produce;
mod progress;
mod read;

pub(crate) use flow::{REFRESH, Traffic, all_flow};
