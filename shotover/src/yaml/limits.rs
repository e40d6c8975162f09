//! How large may a configuration file be, and how much work may it cause?
//!
//! Each limit is far above what a real file needs and low enough that a hostile one is refused
//! within seconds and without memory to speak of.

/// Bytes of a file.
pub const MAX_TEXT: usize = 1024 * 1024;

/// Lists and mappings around a value; bounds the stack that reading needs.
pub const MAX_DEPTH: usize = 64;

/// Values of a file, each alias counted with all that it stands for.
pub const MAX_NODES: usize = 50_000;

/// Problems that are reported one by one; of the rest only the number is.
pub const MAX_PROBLEMS: usize = 100;

/// How often a file is read to get past problems at which serde stops.
pub const MAX_PASSES: usize = 20 * MAX_PROBLEMS;
