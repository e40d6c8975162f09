//! What makes a workload?

use std::fmt;
use std::time::Duration;

/// Something that clients do.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    /// What it is called on the command line.
    pub(crate) name: &'static str,
    /// What is asked for.
    pub(crate) ask: Ask,
    /// How fast, on how many connections.
    pub(crate) drive: Drive,
    /// What a cost is divided by.
    pub(crate) unit: Unit,
    /// Brokers in the cluster.
    pub(crate) brokers: usize,
    /// What stands in front of the sink.
    pub(crate) transforms: Transforms,
    /// Whether clients speak TLS, to whoever can end it.
    pub(crate) tls: bool,
    /// How many times the relay's cost is aimed at, with a KafkaSinkSingle and with a KafkaSinkCluster.
    pub(crate) at_most: Option<[f64; 2]>,
    /// Whether it belongs to `--quick`.
    pub(crate) quick: bool,
}

/// What one request, or a cycle of them, asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ask {
    /// One record of this length to each of the first `partitions` partitions, in one request.
    Produce { record: usize, partitions: usize },
    /// One record of this length to one partition of a topic that has so many.
    ProduceToOneOf { record: usize, partitions: usize },
    /// The same as `Produce`, but a request for each partition, in turn.
    ProduceInTurn { record: usize, partitions: usize },
    /// This much of each of the first `partitions` partitions, where there is always more.
    Fetch {
        bytes: usize,
        partitions: usize,
        names: Names,
    },
    /// Partitions in which there is nothing.
    IdleFetch { partitions: usize, wait: Duration },
    /// All topics: 10,000 partitions.
    Metadata,
}

/// What stands in front of the sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transforms {
    /// So many that let everything pass.
    Passing(usize),
    /// One that reads each request's header, and counts.
    Reading,
}

/// How a Fetch names topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Strings,
    Ids,
}

/// How requests are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drive {
    /// As fast as answers arrive, `depth` requests on their way on each connection.
    Closed { connections: usize, depth: usize },
    /// At a fixed rate over all connections, whether answers arrive or not.
    Open { connections: usize, per_second: u32 },
    /// At a fixed rate over many connections, each of which waits for its answer before it asks again.
    Slow { connections: usize, per_second: u32 },
    /// One request on each connection, then nothing.
    Idle { connections: usize },
    /// One request on each connection, whose answer nobody reads.
    Unread { connections: usize },
}

/// What a cost is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Processor time per request.
    Request,
    /// Processor time per byte of requests and answers.
    Gigabyte,
    /// Memory per connection.
    Connection,
}

impl Workload {
    pub(super) fn new(name: &'static str, ask: Ask, drive: Drive) -> Self {
        let unit = match drive {
            Drive::Closed { .. } | Drive::Open { .. } | Drive::Slow { .. } => Unit::Request,
            Drive::Idle { .. } | Drive::Unread { .. } => Unit::Connection,
        };
        Self {
            name,
            ask,
            drive,
            unit,
            brokers: 3,
            transforms: Transforms::Passing(0),
            tls: false,
            at_most: None,
            quick: false,
        }
    }

    pub(super) fn per_gigabyte(mut self) -> Self {
        self.unit = Unit::Gigabyte;
        self
    }

    pub(super) fn brokers(mut self, brokers: usize) -> Self {
        self.brokers = brokers;
        self
    }

    pub(super) fn transforms(mut self, transforms: Transforms) -> Self {
        self.transforms = transforms;
        self
    }

    pub(super) fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    pub(super) fn at_most(mut self, single: f64, cluster: f64) -> Self {
        self.at_most = Some([single, cluster]);
        self
    }

    pub(super) fn quick(mut self) -> Self {
        self.quick = true;
        self
    }

    /// Whether latencies mean something: not where requests wait for each other, where bandwidth is what counts, or where
    /// brokers wait for records.
    pub(crate) fn has_latency(&self) -> bool {
        if self.unit == Unit::Gigabyte {
            return false;
        }
        match self.drive {
            Drive::Closed { depth, .. } => depth == 1 && !matches!(self.ask, Ask::IdleFetch { .. }),
            Drive::Open { .. } => true,
            Drive::Slow { .. } | Drive::Idle { .. } | Drive::Unread { .. } => false,
        }
    }

    /// Descriptors that a proxy may need: for a client, and for two brokers that it asks.
    pub(crate) fn descriptors(&self) -> usize {
        let connections = match self.drive {
            Drive::Closed { connections, .. }
            | Drive::Open { connections, .. }
            | Drive::Slow { connections, .. }
            | Drive::Idle { connections }
            | Drive::Unread { connections } => connections,
        };
        3 * connections + 500
    }

    /// What it is, for people.
    pub(crate) fn about(&self) -> String {
        let mut about = format!("{}, {}, {} brokers", self.ask, self.drive, self.brokers);
        match self.transforms {
            Transforms::Passing(0) => {}
            Transforms::Passing(1) => about.push_str(", through 1 more transform"),
            Transforms::Passing(more) => {
                about.push_str(&format!(", through {more} more transforms"));
            }
            Transforms::Reading => about.push_str(", through one that reads headers"),
        }
        if self.tls {
            about.push_str(", TLS to HAProxy and to the proxy");
        }
        about
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let brokers = |count: usize| match count {
            1 => String::new(),
            more => format!(" for each of {more} brokers"),
        };
        match *self {
            Self::Produce { record, partitions } => {
                write!(f, "produces of {}{}", length(record), brokers(partitions))
            }
            Self::ProduceToOneOf { record, partitions } => {
                let record = length(record);
                write!(f, "produces of {record} to one of {partitions} partitions")
            }
            Self::ProduceInTurn { record, partitions } => {
                write!(
                    f,
                    "produces of {} to {partitions} brokers in turn",
                    length(record)
                )
            }
            Self::Fetch {
                bytes,
                partitions,
                names,
            } => {
                let by = match names {
                    Names::Strings => "name",
                    Names::Ids => "topic id",
                };
                write!(
                    f,
                    "fetches by {by} of {}{}",
                    length(bytes),
                    brokers(partitions)
                )
            }
            Self::IdleFetch { partitions, wait } => {
                write!(
                    f,
                    "fetches that wait {wait:?} in vain{}",
                    brokers(partitions)
                )
            }
            Self::Metadata => f.write_str("Metadata of 10,000 partitions"),
        }
    }
}

impl fmt::Display for Drive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Closed { connections, depth } => {
                write!(f, "{depth} deep, connections: {connections}")
            }
            Self::Open {
                connections,
                per_second,
            } => write!(f, "{per_second}/s over {connections} connections"),
            Self::Slow {
                connections,
                per_second,
            } => write!(
                f,
                "{per_second}/s over {connections} connections that take turns"
            ),
            Self::Idle { connections } => write!(f, "once on each of {connections} connections"),
            Self::Unread { connections } => {
                write!(f, "once on each of {connections} connections, unread")
            }
        }
    }
}

fn length(bytes: usize) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} B"),
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quick = if self.quick { " (in --quick)" } else { "" };
        write!(f, "{:<15} {}{quick}", self.name, self.about())
    }
}
