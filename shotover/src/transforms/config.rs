//! What can stand in a chain of a topology file?

use super::{DownChain, Protocol, TransformBuilder, TransformChainBuilder};
use crate::topology::{BuildContext, BuildError, Check};
use async_trait::async_trait;
use serde::Deserialize;
use std::fmt;

/// The configuration of one kind of transform, as it stands in a topology file.
///
/// The name in the file is the `name` given to `typetag`; unknown fields are refused when the type says
/// `deny_unknown_fields`, which every transform should.
///
/// ```
/// use async_trait::async_trait;
/// use serde::Deserialize;
/// use shotover::topology::{BuildContext, BuildError};
/// use shotover::transforms::{DownChain, TransformBuilder, TransformConfig};
/// # use shotover::message::Messages;
/// # use shotover::transforms::{ChainState, ClientDetails, Transform, TransformError};
/// # #[derive(Debug)] struct Greeter { greeting: String }
/// # #[async_trait]
/// # impl Transform for Greeter {
/// #     async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
/// #         chain.call_next_transform().await
/// #     }
/// # }
/// # #[derive(Debug)] struct GreeterBuilder { greeting: String }
/// # impl TransformBuilder for GreeterBuilder {
/// #     fn build(&self, _client: &ClientDetails) -> Box<dyn Transform> {
/// #         Box::new(Greeter { greeting: self.greeting.clone() })
/// #     }
/// # }
///
/// #[derive(Debug, Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct GreeterConfig {
///     name: Option<String>,
///     greeting: String,
/// }
///
/// #[typetag::deserialize(name = "Greeter")]
/// #[async_trait]
/// impl TransformConfig for GreeterConfig {
///     fn kind(&self) -> &'static str {
///         "Greeter"
///     }
///
///     fn name(&self) -> Option<&str> {
///         self.name.as_deref()
///     }
///
///     async fn build(&self, _context: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
///         Ok(Box::new(GreeterBuilder { greeting: self.greeting.clone() }))
///     }
/// }
/// ```
#[typetag::deserialize]
#[async_trait]
pub trait TransformConfig: fmt::Debug + Send + Sync {
    /// What the transform is called in topology files, logs and metrics.
    fn kind(&self) -> &'static str;

    /// The name an operator gave to this place in the topology; unique when given. The default has none.
    fn name(&self) -> Option<&str> {
        None
    }

    /// Reports everything that is wrong with the values, without touching the network. Also runs for `--check`.
    fn check(&self, _check: &mut Check) {}

    /// What must be sent to this transform.
    fn up_chain(&self) -> Protocol {
        Protocol::Kafka
    }

    /// What this transform sends to the one below it.
    fn down_chain(&self) -> DownChain {
        DownChain::SameAsUpChain
    }

    /// Prepares one place in a chain: reads certificates, registers metrics.
    ///
    /// # Errors
    /// When that fails. A broker that cannot be reached is no reason to fail: it may come up later.
    async fn build(&self, context: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError>;
}

/// The transforms of a chain, in order.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct TransformChainConfig(pub(crate) Vec<Box<dyn TransformConfig>>);

impl TransformChainConfig {
    /// Reports everything that is wrong with a chain that is given `up_chain`: what is wrong with each transform, a
    /// transform that does not fit the one above, and a last one that does not terminate, or one that does and is
    /// not the last.
    pub fn check(&self, up_chain: Protocol, check: &mut Check) {
        let Some(last) = self.0.len().checked_sub(1) else {
            check.problem(
                "",
                "a chain needs at least one transform, the last one a sink",
            );
            return;
        };
        let mut speaks = up_chain;
        for (index, config) in self.0.iter().enumerate() {
            check.inside(format!("[{index}].{}", config.kind()), |check| {
                check_place(config.as_ref(), (speaks, index == last), check);
            });
            if let DownChain::Speaks(protocol) = config.down_chain() {
                speaks = protocol;
            }
        }
    }

    /// Prepares every place of the chain.
    ///
    /// # Errors
    /// When one of them fails.
    pub async fn build(&self, context: &BuildContext) -> Result<TransformChainBuilder, BuildError> {
        let mut places = Vec::with_capacity(self.0.len());
        for (index, config) in self.0.iter().enumerate() {
            let context = context.at(index, config.as_ref());
            let builder = config
                .build(&context)
                .await
                .map_err(|error| error.at(&context))?;
            places.push((config.kind(), builder));
        }
        Ok(TransformChainBuilder::new(places))
    }
}

fn check_place(config: &dyn TransformConfig, (given, last): (Protocol, bool), check: &mut Check) {
    if let Some(name) = config.name() {
        check.unique_name(name);
    }
    if config.up_chain() != given {
        check.problem(
            "",
            format!("takes {}, but is given {given}", config.up_chain()),
        );
    }
    match (config.down_chain(), last) {
        (DownChain::Terminates, false) => check.problem(
            "",
            format!("{} answers every request and must be the last of its chain", config.kind()),
        ),
        (DownChain::SameAsUpChain | DownChain::Speaks(_), true) => check.problem(
            "",
            format!("the last of a chain must answer every request, which {} does not: end the chain with a sink", config.kind()),
        ),
        (DownChain::Terminates, true) | (DownChain::SameAsUpChain | DownChain::Speaks(_), false) => {}
    }
    config.check(check);
}
