//! The documentation says what the binary does.

mod binary;
mod certificates;
mod configuration;
mod examples;
mod fields;
mod pages;
mod transforms;
