//! The Shotover binary.

fn main() {}
