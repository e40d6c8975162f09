//! What are the contestants asked to do?

mod catalogue;
mod frames;
mod shape;

pub(crate) use catalogue::all;
pub(crate) use frames::{
    CORRELATION, Request, WIDE_TOPICS, batch, check_answer, framed, greeting, is_idle,
    partition_count, topic_id, topic_of,
};
pub(crate) use shape::{Ask, Drive, Names, Transforms, Unit, Workload};
