//! What do clients take for the brokers?

/// What clients see as the brokers of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presentation {
    /// Every broker under its own id, at an address of a proxy. A request belongs to one broker.
    Brokers,
    /// The proxies, of which one stands for several brokers. A request may belong to several brokers.
    Proxies,
}
