//! The documentation says what the binary does.

mod binary;
mod certificates;
mod examples;
mod pages;
mod transforms;
