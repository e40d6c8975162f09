//! What does a proxy answer when it answers itself?
//!
//! [`error_body`] puts an error where a broker would put it: beside every partition, group, topic or resource that the
//! request names, or at the top. [`empty_body`] is the answer of a broker that has nothing to say.

mod build;
mod entities;
mod plan;
mod table;

pub use build::{AnswerError, empty_body, error_body};
