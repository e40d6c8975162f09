//! `DebugPrinter`: logs what passes.

mod config;
mod secret;
#[cfg(test)]
mod tests;
mod text;
mod transform;

pub use config::DebugPrinterConfig;
