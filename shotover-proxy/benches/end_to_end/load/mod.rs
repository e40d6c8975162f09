//! How are requests sent, and answers counted, that cost less than any proxy?

mod closed;
mod connect;
mod counters;
mod idle;
mod open;
mod ring;
mod slow;

pub(crate) use closed::start as start_closed;
pub(crate) use connect::{Target, check_first_answer};
pub(crate) use counters::{Answers, Counters};
pub(crate) use idle::{Crowd, connect as connect_idle, connect_unread};
pub(crate) use open::start as start_open;
pub(crate) use ring::Ring;
pub(crate) use slow::start as start_slow;
