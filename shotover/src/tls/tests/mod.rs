mod fixture;
mod handshake;
mod keys;
mod problems;
mod rotation;
mod strangers;
mod trust;
mod warnings;
