//! From a topology file to sources and chains that are ready to run.

mod address;
mod build;
mod check;
mod file;
#[cfg(test)]
mod tests;

pub use address::{Address, AddressError};
pub use build::{BuildContext, BuildError, Unchecked};
pub use check::{Check, Finding};
pub use file::Topology;
