//! Tests of what is copied, what is not, and what the client notices: nothing.

mod config;
mod failures;
mod fixture;
mod limits;
mod selected;
mod writes;
