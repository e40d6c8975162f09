//! TLS between real peers in memory and on loopback, with certificates made for each test.

mod fixture;
mod handshake;
mod keys;
mod problems;
mod rotation;
mod strangers;
mod trust;
mod warnings;
