//! What a client or a broker that does not keep up costs the proxy, and everybody else: nothing beyond the limits.

mod broker;
mod checks;
mod requests;
