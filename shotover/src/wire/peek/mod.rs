//! What does one field of a message say, at whatever version, without the others being decoded?

mod array;
mod errors;
mod scalar;
mod structure;

pub use array::{Elements, Scalars};
pub use errors::{first_error, has_error};
pub use scalar::Scalar;
pub use structure::Peek;
