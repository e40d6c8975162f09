//! `config.yaml`: what concerns the process rather than any source or chain.
//!
//! ```yaml
//! main_log_level: "info, shotover=debug"
//! observability_interface: "127.0.0.1:9001"   # optional: metrics, health, log level
//! ```

mod file;

pub use file::Config;
