//! What is there of a request until its answer comes?

use super::api;
use shotover::message::{Message, RequestRef};
use shotover::wire::produce::Batch;
use std::sync::Arc;

/// What was kept of a request.
#[derive(Debug)]
pub(super) enum Kept {
    Own(Box<Message>),
    /// What was kept of another that says the same but for its records, which request this is, and the numbers of its own.
    Shared(Arc<Message>, RequestRef, Numbers),
}

/// The numbers of the records of a Produce request, of each of its partitions.
#[derive(Debug)]
pub(super) enum Numbers {
    Of(Option<Batch>),
    OfSeveral(Box<[Option<Batch>]>),
}

impl Kept {
    pub(super) fn own(kept: Message) -> Self {
        Self::Own(Box::new(kept))
    }

    /// What was kept, to see what the request asked for: of its header only API and version are this request's.
    pub(super) fn alike(&self) -> &Message {
        match self {
            Self::Own(request) => request,
            Self::Shared(other, ..) => other,
        }
    }

    /// What to keep of the request to read its response.
    pub(super) fn request_ref(&self) -> RequestRef {
        match self {
            Self::Own(request) => request.request_ref(),
            Self::Shared(_, request, _) => *request,
        }
    }

    /// What was kept, as that of this request.
    pub(super) fn into_message(self) -> Message {
        match self {
            Self::Own(request) => *request,
            Self::Shared(other, request, numbers) => {
                api::numbered(other.for_request(request), numbers.as_slice())
            }
        }
    }
}

impl Numbers {
    fn as_slice(&self) -> &[Option<Batch>] {
        match self {
            Self::Of(batch) => std::slice::from_ref(batch),
            Self::OfSeveral(batches) => batches,
        }
    }
}
