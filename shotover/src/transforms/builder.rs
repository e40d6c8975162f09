//! What is shared by all connections that pass one place of a chain?

use super::chain::Link;
use super::contract::Contract;
use super::{ClientDetails, Transform, TransformChain};
use std::fmt;

/// One place in a chain: makes a [`Transform`] for every client connection.
///
/// What the connections share lives here: limits, caches, TLS configuration, counters. A transform that can be cloned
/// needs none: it is its own builder, and every connection gets a clone.
pub trait TransformBuilder: fmt::Debug + Send + Sync {
    /// Makes the transform for the connection of `client`. Runs while a client waits: connect later.
    fn build(&self, client: &ClientDetails) -> Box<dyn Transform>;
}

impl<T: Transform + Clone + fmt::Debug + Sync + 'static> TransformBuilder for T {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(self.clone())
    }
}

/// A chain as the topology has it: makes a [`TransformChain`] for every client connection.
#[derive(Debug)]
pub struct TransformChainBuilder {
    places: Vec<(&'static str, Box<dyn TransformBuilder>)>,
}

impl TransformChainBuilder {
    /// A chain of these places, each with the kind of its transform.
    pub fn new(places: Vec<(&'static str, Box<dyn TransformBuilder>)>) -> Self {
        Self { places }
    }

    /// Makes the chain for the connection of `client`.
    pub fn build(&self, client: &ClientDetails) -> TransformChain {
        let mut above = "the source";
        let links = self.places.iter().map(|(kind, builder)| {
            let contract = cfg!(debug_assertions).then(|| Box::new(Contract::new(kind, above)));
            above = kind;
            Link {
                name: kind,
                transform: builder.build(client),
                contract,
            }
        });
        TransformChain::new(links.collect(), client.clone())
    }
}
