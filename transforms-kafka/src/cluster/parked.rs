//! Which requests wait for something to be looked up, and when do they go?

use super::advertise::Presentation;
use super::sink::{KafkaSinkCluster, is_sasl};
use super::view::{Flights, Need};
use crate::broker::most_queued_request_bytes;
use shotover::message::Message;
use shotover::transforms::TransformError;
use shotover::wire::ApiKey;
use std::collections::{HashMap, HashSet};
use std::task::Context;
use std::time::Duration;
use tokio::time::Instant;

/// Requests of one client that wait for look-ups before it is not read from any more.
const MAX_PARKED: usize = 100;

/// The longest time for which a request waits for look-ups. Those that others make may be held up by their clients.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// Look-ups that the requests of one client wait for before it is not read from any more. Of a request that needs more some
/// are made after the others.
pub(super) const MAX_NEEDS: usize = 10_000;

/// How often some are. What is still missing then counts as looked up.
const MAX_ROUNDS: u8 = 3;

/// A request that needs more is looked at again when all of that has been looked up, and not each time that something has.
const MOST_NEEDS_LOOKED_AT: usize = 100;

/// Look-ups of others that a request waits for in vain before what is missing counts as looked up.
const MAX_RIDES: u8 = 2;

/// Parts of fetches of one client that brokers work on before it is not read from any more.
const MAX_PARTS_OF_FETCHES: usize = 1_000;

/// Who makes a look-up that a request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// This connection.
    Pilot,
    /// Another one.
    Passenger,
}

/// All that may let a request go that waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    generation: u64,
    landed: u64,
}

/// A request that waits for look-ups.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) request: Message,
    /// None of one that waits for a request before it.
    pub(super) needs: Vec<(Need, Role)>,
    pub(super) looked_up: LookedUp,
    pub(super) since: Instant,
    /// How often it waited in vain for look-ups that others made: they may have given up, or not be allowed to know.
    pub(super) rides: u8,
    /// How often it waited for as many as there may be.
    pub(super) rounds: u8,
}

/// What was looked up for a request before.
#[derive(Debug, Default)]
pub(super) struct LookedUp {
    needs: HashSet<Need>,
    /// Nothing more is waited for.
    all: bool,
}

impl LookedUp {
    pub(super) fn contains(&self, need: &Need) -> bool {
        self.all || self.needs.contains(need)
    }

    /// Whether nothing was.
    pub(super) fn is_empty(&self) -> bool {
        !self.all && self.needs.is_empty()
    }
}

impl Parked {
    pub(super) fn new(request: Message, since: Instant) -> Self {
        Self {
            request,
            needs: Vec::new(),
            looked_up: LookedUp::default(),
            since,
            rides: 0,
            rounds: 0,
        }
    }

    /// Whether nothing can have changed for it, or not enough to look.
    fn waits_on(&self, flights: &Flights, is_news: bool) -> bool {
        let mut needs = self.needs.iter();
        let is_under_way = |(need, _): &(Need, Role)| flights.is_under_way(need);
        match needs.len() {
            0 => false,
            1..=MOST_NEEDS_LOOKED_AT => !is_news && needs.all(is_under_way),
            _ => needs.any(is_under_way),
        }
    }
}

impl KafkaSinkCluster {
    /// Whether a request waits until others do not any more that came before it.
    pub(super) fn must_wait(&self, request: &Message) -> bool {
        let presentation = self.cluster.presentation;
        self.parked.iter().any(|earlier| {
            must_follow(&earlier.request, request) || must_be_answered_first(presentation, request)
        })
    }

    /// Whether one more request may wait, or be a fetch.
    pub(super) fn can_wait_for_more(&self) -> bool {
        let (fetches, parts) = match &self.fetches {
            Some(fetches) => (fetches.len(), fetches.on_their_way()),
            None => (0, 0),
        };
        let parked = self.parked.iter().map(|parked| &parked.request);
        self.parked.len() + fetches < MAX_PARKED
            && parts < MAX_PARTS_OF_FETCHES
            && parked.map(Message::wire_len).sum::<usize>() < most_queued_request_bytes()
            && self.needed() < MAX_NEEDS
    }

    /// Look-ups that are waited for.
    fn needed(&self) -> usize {
        self.parked.iter().map(|parked| parked.needs.len()).sum()
    }

    /// Sends what waited and can go now. Before anything newer is: a partition's records keep their order.
    pub(super) fn unpark(&mut self, now: Instant) -> Result<(), TransformError> {
        let known = Known {
            generation: self.known.generation(),
            landed: self.cluster.flights.landed(),
        };
        let before = std::mem::replace(&mut self.unparked_with, known);
        let is_late = |parked: &Parked| now >= parked.since + LONGEST_WAIT;
        if known == before && !self.parked.front().is_some_and(is_late) {
            return Ok(());
        }
        // What was looked up for a request goes for those that waited for it, if it is not much.
        let mut found = HashSet::new();
        for mut parked in std::mem::take(&mut self.parked) {
            let is_late = is_late(&parked);
            let flights = &self.cluster.flights;
            let is_news = known.generation != before.generation;
            if !is_late && parked.waits_on(flights, is_news) {
                self.parked.push_back(parked);
                continue;
            }
            let waited_for_another = parked.needs.is_empty();
            let mut rode = false;
            for (need, role) in std::mem::take(&mut parked.needs) {
                if flights.is_under_way(&need) && !is_late {
                    parked.needs.push((need, role));
                } else if role == Role::Passenger && parked.rides < MAX_RIDES && !is_late {
                    rode = true;
                } else {
                    parked.looked_up.needs.insert(need);
                }
            }
            parked.rides += u8::from(rode);
            parked.looked_up.all |= is_late || parked.rounds >= MAX_ROUNDS;
            let looked_up = &mut parked.looked_up.needs;
            if waited_for_another {
                looked_up.extend(found.iter().cloned());
            } else if looked_up.len() <= MOST_NEEDS_LOOKED_AT {
                found.clone_from(looked_up);
            } else {
                found.clear();
            }
            self.take(parked)?;
        }
        Ok(())
    }

    /// Whether a request that waits might go now.
    pub(super) fn can_unpark(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(oldest) = self.parked.front() else {
            return false;
        };
        let deadline = oldest.since + LONGEST_WAIT;
        let flights = &self.cluster.flights;
        self.parked_timer.poll(deadline, cx).is_ready()
            || self.cluster.view.is_newer_than(&self.known)
            || self.parked.iter().any(|parked| {
                // One that waits for another goes with it.
                let mut needs = parked.needs.iter();
                !parked.needs.is_empty()
                    && needs.all(|(need, _)| flights.poll_landed(need, cx).is_ready())
            })
    }

    pub(super) fn park(
        &mut self,
        mut parked: Parked,
        needs: Vec<Need>,
    ) -> Result<(), TransformError> {
        let before: HashMap<Need, Role> = std::mem::take(&mut parked.needs).into_iter().collect();
        let room = MAX_NEEDS.saturating_sub(self.needed()).max(1);
        parked.rounds += u8::from(needs.len() >= MAX_NEEDS);
        for need in needs.into_iter().take(room) {
            let role = match self.cluster.flights.depart(&need) {
                Some(flight) => {
                    self.look_up(flight)?;
                    Role::Pilot
                }
                // Which may be its own from before.
                None => before.get(&need).copied().unwrap_or(Role::Passenger),
            };
            parked.needs.push((need, role));
        }
        parked.request = parked.request.to_rest();
        self.parked.push_back(parked);
        Ok(())
    }
}

/// Whether a request waits until an earlier one does not any more. Records must not overtake others: they may be for the
/// same partition. And a client that is about to say who it is has asked everything before as who it was.
fn must_follow(earlier: &Message, later: &Message) -> bool {
    let are_records = (earlier.api_key(), later.api_key()) == (ApiKey::Produce, ApiKey::Produce);
    are_records || is_sasl(earlier) || is_sasl(later)
}

/// Whether a request waits until all before it do not any more. A broker that is in the middle of a long answer to Fetch
/// says nothing else before the client has taken that, which it does when it has the answers to what it asked before.
fn must_be_answered_first(presentation: Presentation, later: &Message) -> bool {
    presentation == Presentation::Brokers && later.api_key() == ApiKey::Fetch
}
