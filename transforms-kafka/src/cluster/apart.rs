//! How is carried out what was planned for a request that several brokers have a part of?

use super::api::{self, Entity, Outage, Outline, Place, Split, SubRequest};
use super::fetch::{self, Brokers, Fetches, Given, Part, PartitionKey, ReadFrom, Wanted};
use super::kept::Kept;
use super::line::Destination;
use super::parked::{LookedUp, MAX_NEEDS, Parked};
use super::plan::Planner;
use super::purpose::Purpose;
use super::sink::KafkaSinkCluster;
use super::view::Leadership;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::transforms::TransformError;
use shotover::wire::{ApiKey, ErrorCode};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::Instant;

impl KafkaSinkCluster {
    /// Sends a request to whoever has what it names, or lets it wait until that is known.
    pub(super) fn split(&mut self, taken: Parked) -> Result<(), TransformError> {
        if taken.request.api_key() == ApiKey::Fetch {
            return self.begin_fetch(taken);
        }
        self.settle();
        let mut needs = HashSet::new();
        let split = {
            let planner = self.planner(&taken.looked_up);
            let is_produce = taken.request.api_key() == ApiKey::Produce;
            let under_way = match is_produce && self.view_moved {
                true => self.records_under_way(),
                false => Vec::new(),
            };
            // As `outstanding` tells of one partition.
            let written = api::written_to(&under_way);
            let mut place = |entity: Entity<'_>| {
                let former = match entity {
                    Entity::Partition { topic, index, .. } if is_produce => {
                        written.get(&(topic, index)).copied()
                    }
                    Entity::Partition { .. }
                    | Entity::Coordinator(_)
                    | Entity::Broker(_)
                    | Entity::Controller
                    | Entity::Any => None,
                };
                match former {
                    Some(broker) => Place::Broker(broker),
                    None if needs.len() >= MAX_NEEDS => Place::Nowhere(Outage::RouteUnknown),
                    None => planner.place(&entity).unwrap_or_else(|need| {
                        needs.insert(need);
                        Place::Nowhere(Outage::RouteUnknown)
                    }),
                }
            };
            api::split(&taken.request, &mut place).map_err(TransformError::client)?
        };
        if !needs.is_empty() {
            return self.park(taken, needs.into_iter().collect());
        }
        let request = taken.request;
        // What was looked up in vain went to any broker: it is looked up again each time.
        let is_known = taken.looked_up.is_empty();
        match split {
            Split::Whole(Place::Broker(broker)) => self.send(broker, request, 0),
            Split::Whole(Place::Nowhere(outage)) => self.fail(&request, (None, outage)),
            Split::Parts(parts) => {
                let is_produce = request.api_key() == ApiKey::Produce;
                let outline = is_produce.then(|| Outline::of(&request, &parts));
                let outline = outline.flatten().map(Arc::new);
                if let Some(outline) = &outline
                    && is_known
                {
                    self.remember_dealt(&request, &parts, outline);
                }
                self.send_parts((&request, outline.as_ref()), parts)
            }
        }
    }

    fn begin_fetch(&mut self, taken: Parked) -> Result<(), TransformError> {
        let connection = self.client.connection_id;
        let mut fetches = self
            .fetches
            .take()
            .unwrap_or_else(|| Box::new(Fetches::of(connection)));
        let wanted = Wanted::read(taken.request.to_rest()).map_err(TransformError::client)?;
        let planner = self.planner(&taken.looked_up);
        let mut needs = HashSet::new();
        for entity in fetches.concerned(&wanted) {
            needs.extend(planner.place(&entity).err());
            if needs.len() >= MAX_NEEDS {
                break;
            }
        }
        if !needs.is_empty() {
            self.fetches = Some(fetches);
            let request = wanted.into_request();
            return self.park(Parked { request, ..taken }, needs.into_iter().collect());
        }
        let now = Instant::now();
        let began = fetches.begin(wanted, now);
        self.fetches = Some(fetches);
        began.map_err(TransformError::client)?;
        self.drive_fetches(now)
    }

    fn send_parts(
        &mut self,
        (request, outline): (&Message, Option<&Arc<Outline>>),
        parts: Vec<SubRequest>,
    ) -> Result<(), TransformError> {
        let of = request.id();
        if request.expects_response() {
            let kept = Kept::own(api::for_error(request));
            self.gathers.expect_of_shares(kept, parts.len(), outline);
        }
        for (number, part) in parts.into_iter().enumerate() {
            let SubRequest {
                place,
                request: part,
                kept,
            } = part;
            match place {
                Place::Broker(broker) => {
                    self.send_part((of, number), broker, (part, Kept::own(kept)))?;
                }
                Place::Nowhere(outage) if request.expects_response() => {
                    self.fail_part(of, kept, (None, outage))?;
                }
                Place::Nowhere(outage) => self.fail(&part, (None, outage))?,
            }
        }
        Ok(())
    }

    /// Answers fetches that have enough, and sends what others lack. Of a fetch that is answered nothing more is sent: the
    /// client's next one may want something of the same broker, which would work on the former first.
    pub(super) fn drive_fetches(&mut self, now: Instant) -> Result<(), TransformError> {
        let closings = self.fetches.as_mut().map(|fetches| fetches.closings());
        for closing in closings.unwrap_or_default() {
            // A connection that is gone is not made anew for that: sessions that nobody uses are forgotten.
            if self.lines.has(Destination::LongPoll(closing.broker)) {
                self.send_fetch(closing, now)?;
            }
        }
        loop {
            let is_answered = self.answer_fetch(now)?;
            let Some(mut fetches) = self.fetches.take() else {
                return Ok(());
            };
            let parts = fetches.unsent(now, &self.planner(&LookedUp::default()));
            self.fetches = Some(fetches);
            for part in parts.map_err(TransformError::client)? {
                self.send_fetch(part, now)?;
            }
            if !is_answered && !self.take_news() {
                return Ok(());
            }
        }
    }

    /// Answers the first fetch if it has enough. Whether it had.
    fn answer_fetch(&mut self, now: Instant) -> Result<bool, TransformError> {
        let Some(fetches) = &mut self.fetches else {
            return Ok(false);
        };
        let given = fetches.answer(now)?;
        let is_answered = given.is_some();
        if let Some(Given { answer, rest_of }) = given {
            if let Some(broker) = rest_of {
                self.open.add(answer.id(), Destination::LongPoll(broker));
            }
            self.answers.push(answer);
        }
        let is_wanted = |broker| fetches.wants_rest_of(broker);
        self.open.discard(&mut self.lines, is_wanted);
        Ok(is_answered)
    }

    /// Takes in what a broker answered to a part of a fetch, all of it or its beginning.
    pub(super) fn fetch_answered(
        &mut self,
        destination: Destination,
        (id, kept): (u64, &Message),
        mut answer: Message,
    ) -> Result<(), TransformError> {
        self.served = true;
        let now = Instant::now();
        let said = fetch::said_of_brokers(&answer).map_err(TransformError::broker)?;
        if said.is_any {
            self.learn(destination, kept, &answer)?;
            answer = self.conceal(answer)?;
        } else {
            // Others may know better by now whom to ask for more.
            self.refresh();
        }
        if let (1.., Destination::LongPoll(broker)) = (answer.missing(), destination) {
            self.open.hold(broker);
        }
        // The client may be long in asking for it.
        let answer = answer.to_rest();
        let named = match said.replicas.is_empty() {
            true => BTreeMap::new(),
            false => self.read_from(said.replicas),
        };
        if let Some(fetches) = &mut self.fetches {
            let arrived = fetches.arrived(id, (&answer, &named), now);
            arrived.map_err(TransformError::broker)?;
        }
        Ok(())
    }

    /// Where the client reads the partitions whose leader has named a replica.
    fn read_from(
        &self,
        replicas: BTreeMap<PartitionKey, BrokerId>,
    ) -> BTreeMap<PartitionKey, ReadFrom> {
        let rack = self.fetches.as_ref().map_or(&b""[..], |all| all.rack());
        let brokers = self.known.view().nodes();
        let mut known = HashMap::new();
        let mut read_from = |replica: BrokerId| {
            let nearer = || self.cluster.advertise.nearer(replica, (rack, brokers));
            match *known.entry(replica).or_insert_with(nearer) {
                Some(proxy) => ReadFrom::Through { proxy, replica },
                None => ReadFrom::Replica(replica),
            }
        };
        let named = replicas.into_iter();
        named
            .map(|(partition, replica)| (partition, read_from(replica)))
            .collect()
    }

    /// Makes what there is to make of what has come for fetches. Whether there was anything.
    pub(super) fn settle_fetches(&mut self) -> Result<bool, TransformError> {
        let is_news = self.take_news();
        if is_news {
            self.drive_fetches(Instant::now())?;
        }
        Ok(is_news)
    }

    fn take_news(&mut self) -> bool {
        let fetches = self.fetches.as_mut();
        fetches.is_some_and(|fetches| fetches.take_news())
    }

    /// A connection is gone, and with it the rest of the answer that was open.
    pub(super) fn rest_lost(&mut self, destination: Destination) {
        self.open.lost(destination);
        if let (Destination::LongPoll(broker), Some(fetches)) = (destination, &mut self.fetches) {
            fetches.rest_lost(broker);
        }
    }

    fn send_fetch(&mut self, part: Part, now: Instant) -> Result<(), TransformError> {
        let Part {
            id,
            broker,
            request,
        } = part;
        let credentials = self.session.credentials().cloned();
        match self.connect_as(Destination::LongPoll(broker), broker)? {
            Some(line) => {
                // It holds no buffer that anything was read into.
                let kept = Box::new(request.clone());
                let purpose = Some(Purpose::Fetch { id, request: kept });
                line.upstream
                    .send(request, purpose, credentials.as_deref())?;
            }
            None => self.fetch_failed(id, now),
        }
        Ok(())
    }

    /// A part of a fetch has no answer.
    pub(super) fn fetch_failed(&mut self, id: u64, now: Instant) {
        if let Some(fetches) = &mut self.fetches {
            fetches.failed(id, ErrorCode::NOT_LEADER_OR_FOLLOWER, now);
        }
    }

    /// Answers a fetch whose time is up.
    pub(super) fn poll_fetches(&mut self, cx: &mut Context<'_>) -> Result<(), TransformError> {
        let deadline = self.fetches.as_ref().and_then(|fetches| fetches.deadline());
        let Some(deadline) = deadline else {
            return Ok(());
        };
        match self.fetch_timer.poll(deadline, cx) {
            Poll::Pending => Ok(()),
            Poll::Ready(()) => {
                // The next fetch has another deadline, and may have sent something.
                cx.waker().wake_by_ref();
                self.drive_fetches(Instant::now())
            }
        }
    }
}

impl Brokers for Planner<'_> {
    fn leader(&self, partition: &PartitionKey) -> Option<BrokerId> {
        match self
            .view
            .leader(partition.topic.as_topic(), partition.index)
        {
            Leadership::Led(leader) => self.view.node(leader.broker).map(|node| node.broker_id),
            Leadership::Leaderless | Leadership::Unknown => None,
        }
    }

    /// A broker can tell that there is no such partition. But where there is one, any broker may be a follower, which
    /// would serve the client and lag behind what the client has read already.
    fn without_leader(&self, partition: &PartitionKey) -> Place {
        match self
            .view
            .leader(partition.topic.as_topic(), partition.index)
        {
            Leadership::Unknown => self
                .place(&Entity::Any)
                .unwrap_or(Place::Nowhere(Outage::RouteUnknown)),
            Leadership::Led(_) | Leadership::Leaderless => Place::Nowhere(Outage::RouteUnknown),
        }
    }

    fn is_up(&self, broker: BrokerId) -> bool {
        self.view.node_up(broker).is_some()
    }
}
