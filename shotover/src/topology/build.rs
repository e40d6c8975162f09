//! What does a place of a chain get to be built from?

use crate::causes::Causes;
use crate::observability::Metrics;
use crate::transforms::TransformConfig;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// Values that [`Check`](super::Check) would have reported were to be built from.
#[derive(Clone, Copy, Debug, Error)]
#[error("the configuration was not checked before it was built")]
pub struct Unchecked;

/// What a [`TransformConfig`] is given to build its place in a chain.
#[derive(Clone, Debug)]
pub struct BuildContext {
    metrics: Metrics,
    source: Arc<str>,
    path: String,
    name: Arc<str>,
}

impl BuildContext {
    /// The context for a chain at `path` of the topology, below the source of that name.
    pub fn new(metrics: Metrics, source: Arc<str>, path: String) -> Self {
        let name = Arc::clone(&source);
        Self {
            metrics,
            source,
            path,
            name,
        }
    }

    /// The context for a sub-chain in `field` of this place.
    pub fn sub_chain(&self, field: &str) -> Self {
        Self {
            path: format!("{}.{field}", self.path),
            ..self.clone()
        }
    }

    pub(crate) fn at(&self, index: usize, config: &dyn TransformConfig) -> Self {
        Self {
            path: format!("{}[{index}].{}", self.path, config.kind()),
            name: config.name().unwrap_or(config.kind()).into(),
            ..self.clone()
        }
    }

    /// Where transforms register what they count.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The name of the source above.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The name of the transform: the one the operator gave, or its kind.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }
}

/// A place of the topology could not be built.
pub struct BuildError {
    path: Option<String>,
    source: Box<dyn Error + Send + Sync>,
}

impl BuildError {
    /// A failure with `source` as its reason.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            path: None,
            source: source.into(),
        }
    }

    /// The innermost place is the one to name.
    pub(crate) fn at(self, context: &BuildContext) -> Self {
        Self {
            path: self.path.or_else(|| Some(context.path.clone())),
            ..self
        }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for BuildError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        write!(f, "{}", Causes(self.source.as_ref()))
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuildError {{ {self} }}")
    }
}
