//! A sink that is told how to answer.

use async_trait::async_trait;
use kafka_protocol::messages::ResponseKind;
use serde::Deserialize;
use shotover::message::Messages;
use shotover::topology::{BuildContext, BuildError};
use shotover::transforms::{
    ChainState, ClientDetails, DownChain, Transform, TransformBuilder, TransformConfig,
    TransformError,
};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// A sink that answers after a while, never, or not even that.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunnerTestSink {
    answer: Answer,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Answer {
    AtOnce,
    AfterMs(u64),
    Never,
    Panic,
}

#[typetag::deserialize]
#[async_trait]
impl TransformConfig for RunnerTestSink {
    fn kind(&self) -> &'static str {
        "RunnerTestSink"
    }

    fn name(&self) -> Option<&str> {
        None
    }

    fn down_chain(&self) -> DownChain {
        DownChain::Terminates
    }

    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        Ok(Box::new(self.clone()))
    }
}

impl TransformBuilder for RunnerTestSink {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(Sink {
            answer: self.answer,
            held: Messages::new(),
            due: None,
        })
    }
}

struct Sink {
    answer: Answer,
    held: Messages,
    due: Option<Pin<Box<Sleep>>>,
}

#[async_trait]
impl Transform for Sink {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        self.held.append(&mut chain.requests);
        match self.answer {
            Answer::Panic => panic!("told to"),
            Answer::Never => return Ok(Messages::new()),
            Answer::AfterMs(ms) if self.due.is_none() => {
                self.due = Some(Box::pin(sleep(Duration::from_millis(ms))));
                return Ok(Messages::new());
            }
            Answer::AtOnce | Answer::AfterMs(_) => self.due = None,
        }
        let answer = ResponseKind::ApiVersions(Default::default());
        self.held
            .drain(..)
            .map(|request| Ok(request.respond(&answer)?))
            .collect()
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(due) = &mut self.due {
            ready!(due.as_mut().poll(cx));
            return Poll::Ready(());
        }
        Poll::Pending
    }
}
