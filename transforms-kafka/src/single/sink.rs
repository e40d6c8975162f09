//! How do the requests of one client reach the one broker?

use super::answers::Advertise;
use crate::broker::{BrokerConnection, BrokerLost, Dial};
use crate::woken::{Due, Woken};
use async_trait::async_trait;
use shotover::causes::Causes;
use shotover::codec::{Portion, Wanted};
use shotover::message::{MessageId, Messages};
use shotover::observability::SinkMetrics;
use shotover::transforms::{
    ChainState, ClientDetails, NothingOpen, Transform, TransformBuilder, TransformError,
};
use shotover::wire::produce::Partition;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

/// The place of the only connection.
const BROKER: usize = 0;

/// One `KafkaSinkSingle` of a topology.
#[derive(Debug)]
pub(super) struct KafkaSinkSingleBuilder(Arc<Shared>);

/// What its connections share.
#[derive(Debug)]
struct Shared {
    dial: Box<dyn Dial>,
    advertise: Advertise,
    read_timeout: Option<Duration>,
    metrics: Arc<SinkMetrics>,
}

impl KafkaSinkSingleBuilder {
    pub(super) fn new(
        dial: Box<dyn Dial>,
        advertise: Advertise,
        read_timeout: Option<Duration>,
        metrics: Arc<SinkMetrics>,
    ) -> Self {
        Self(Arc::new(Shared {
            dial,
            advertise,
            read_timeout,
            metrics,
        }))
    }
}

impl Shared {
    /// What a client's connection ends with when the one to the broker has.
    fn ended_by(&self, lost: &BrokerLost) -> TransformError {
        let ended = format!("{}: {}", self.metrics.name(), Causes(lost));
        match matches!(lost, BrokerLost::Closed(0)) {
            true => TransformError::idle_broker(ended),
            false => TransformError::broker(ended),
        }
    }
}

impl TransformBuilder for KafkaSinkSingleBuilder {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        let woken = Arc::<Woken<1>>::default();
        Box::new(KafkaSinkSingle {
            waker: woken.waker(BROKER),
            woken,
            due: Due::default(),
            shared: Arc::clone(&self.0),
            broker: None,
            answers: Messages::new(),
            lost: None,
        })
    }
}

/// The sink of one client connection.
#[derive(Debug)]
pub(super) struct KafkaSinkSingle {
    shared: Arc<Shared>,
    /// Made when the first request comes.
    broker: Option<BrokerConnection>,
    /// Whether anything happened to it.
    woken: Arc<Woken<1>>,
    waker: Waker,
    due: Due<1>,
    /// Answers that wait to be called for.
    answers: Messages,
    /// Why there will be no more; said after the answers that came before.
    lost: Option<Box<BrokerLost>>,
}

#[async_trait]
impl Transform for KafkaSinkSingle {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        if self.answers.is_empty()
            && let Some(lost) = self.lost.take()
        {
            return Err(self.shared.ended_by(&lost));
        }
        if !chain.requests.is_empty() {
            self.due.add(BROKER);
        }
        let opens = chain.takes_open_answers();
        for request in chain.requests.drain(..) {
            self.broker(opens).send(request)?;
        }
        let mut answers = std::mem::take(&mut self.answers);
        for answer in &mut answers {
            let concealed = self.shared.advertise.conceal(answer, chain.client());
            concealed.map_err(TransformError::broker)?;
        }
        Ok(answers)
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.lost.is_some() || !self.answers.is_empty() {
            return Poll::Ready(());
        }
        let Some(broker) = &mut self.broker else {
            return Poll::Pending;
        };
        // If only the client woke the task, nothing has come from the broker.
        while self.due.first(&self.woken, cx).is_some() {
            self.due.done(BROKER);
            let cx = &mut Context::from_waker(&self.waker);
            if let Poll::Ready(outcome) = broker.poll_progress(cx, &mut self.answers) {
                self.lost = outcome.err().map(Box::new);
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }

    fn has_capacity(&self) -> bool {
        self.lost.is_none()
            && self
                .broker
                .as_ref()
                .is_none_or(BrokerConnection::has_capacity)
    }

    fn is_busy(&self) -> bool {
        self.lost.is_none() && self.broker.as_ref().is_some_and(BrokerConnection::is_busy)
    }

    fn poll_rest(
        &mut self,
        _: MessageId,
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Portion, TransformError>> {
        let Some(broker) = &mut self.broker else {
            return Poll::Ready(Err(TransformError::broker(BrokerLost::Closed(0))));
        };
        let rest = ready!(broker.poll_rest(wanted, cx));
        // What is behind it can be read once it is complete.
        self.due.add(BROKER);
        Poll::Ready(rest.map_err(|lost| self.shared.ended_by(&lost)))
    }

    fn takes_open_request(&mut self, _: &Partition<'_>) -> bool {
        true
    }

    fn poll_wanted(
        &mut self,
        id: MessageId,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Wanted, TransformError>> {
        // If the broker is lost, that is told with the next step.
        self.due.add(BROKER);
        match &mut self.broker {
            Some(broker) => broker.poll_wanted(id, cx).map(Ok),
            None => Poll::Ready(Err(TransformError::proxy(NothingOpen))),
        }
    }

    fn take_rest(&mut self, _: MessageId, rest: Portion) -> Result<(), TransformError> {
        self.due.add(BROKER);
        match &mut self.broker {
            Some(broker) => broker.take_rest(rest),
            None => Err(TransformError::proxy(NothingOpen)),
        }
    }
}

impl KafkaSinkSingle {
    fn broker(&mut self, opens: bool) -> &mut BrokerConnection {
        self.broker.get_or_insert_with(|| {
            let metrics = Arc::clone(&self.shared.metrics);
            let (dialing, read_timeout) = (self.shared.dial.dial(), self.shared.read_timeout);
            let mut broker = BrokerConnection::new(dialing, read_timeout, metrics);
            if opens {
                broker.open_answers();
            }
            broker
        })
    }
}
