//! Are bytes from peers read as the protocol means them? With `kafka-protocol` as the oracle.

mod addresses;
mod answer;
mod arbitrary;
mod fetch_response;
mod oracle;
mod peek;
mod produce;
mod produce_response;
mod reader;
mod validate;
mod value;
