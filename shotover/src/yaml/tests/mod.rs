//! The YAML front end as a whole.

mod file;
mod hostile;
mod limits;
mod messages;
mod types;
mod values;
