//! What the fuzz targets call: everything that reads bytes of somebody else.
//!
//! Each function panics if what it reads is not handled as it must be; `fuzz/README.md` says how to run them.

mod body;
mod request;
mod response;
mod sasl_frames;
mod topology;

pub use request::request;
pub use response::response;
pub use sasl_frames::sasl_frames;
pub use topology::topology;
