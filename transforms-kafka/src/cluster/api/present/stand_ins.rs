//! Which proxy stands where an answer names a broker?

use super::proxies::{Proxies, Proxy};
use crate::cluster::by_id::ById;
use kafka_protocol::messages::BrokerId;
use std::collections::HashSet;

/// The proxies that were asked for while one answer is read: each broker is named many times.
pub(super) struct StandIns<'a> {
    proxies: &'a dyn Proxies,
    up: Vec<Proxy>,
    known: ById<i32, i32>,
}

impl<'a> StandIns<'a> {
    pub(super) fn new(proxies: &'a dyn Proxies) -> Self {
        Self {
            proxies,
            up: proxies.up(),
            known: ById::default(),
        }
    }

    /// The proxies that answer.
    pub(super) fn up(&self) -> &[Proxy] {
        &self.up
    }

    /// The id to be shown in place of this one. Below 0 are no brokers.
    #[inline]
    pub(super) fn id(&mut self, broker: i32) -> i32 {
        match broker {
            ..0 => broker,
            0.. => {
                let proxies = self.proxies;
                let proxy_of = || proxies.proxy_of(BrokerId(broker)).0;
                *self.known.entry(broker).or_insert_with(proxy_of)
            }
        }
    }

    /// The ids to be shown in place of these, each once and in their order, without those that are no brokers.
    pub(super) fn ids(&mut self, brokers: impl Iterator<Item = i32>, shown: &mut Vec<i32>) {
        shown.clear();
        for broker in brokers.filter(|broker| *broker >= 0) {
            let id = self.id(broker);
            // There are few: no more than there are proxies.
            if !shown.contains(&id) {
                shown.push(id);
            }
        }
    }

    /// The ids to be shown in place of replicas that are offline: those of proxies that stand for no other of all replicas.
    pub(super) fn offline(&mut self, offline: &[i32], replicas: &[i32]) -> Vec<i32> {
        let are_offline: HashSet<i32> = offline.iter().copied().collect();
        let is_serving = |broker: &i32| *broker >= 0 && !are_offline.contains(broker);
        let serving = replicas.iter().copied().filter(is_serving);
        let serving: HashSet<i32> = serving.map(|broker| self.id(broker)).collect();
        let mut shown: Vec<i32> = Vec::new();
        for broker in offline.iter().copied().filter(|broker| *broker >= 0) {
            let proxy = self.id(broker);
            if !serving.contains(&proxy) && !shown.contains(&proxy) {
                shown.push(proxy);
            }
        }
        shown
    }

    /// The proxy to be shown in place of this broker.
    pub(super) fn proxy(&mut self, broker: i32) -> Option<&Proxy> {
        let id = BrokerId(self.id(broker));
        let stands_in = self.up.iter().find(|proxy| proxy.id == id);
        stands_in.or(self.up.first())
    }
}
