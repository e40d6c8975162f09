//! Drives proxies, Kafka clusters and clients for tests and for the quickstart.
