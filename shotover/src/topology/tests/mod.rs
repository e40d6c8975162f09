//! Topology files, right and wrong.

mod accepted;
mod hostile;
mod refused;
mod transforms;
