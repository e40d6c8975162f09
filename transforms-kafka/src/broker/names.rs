//! Which addresses does the name of a broker have?
//!
//! That is asked with every dial, so a broker that has moved is found. The system may be long in answering, and a question
//! cannot be taken back: it keeps one of the few threads of a worker for what blocks. So a name is looked up once at a
//! time, however many clients dial, and what was found last is used where there is no answer.

use shotover::once_a_minute::OnceAMinute;
use shotover::topology::Address;
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

/// How long a look-up may take until dials go on with the addresses that were found last.
const PATIENCE: Duration = Duration::from_millis(500);

/// Names that are remembered, then the one goes that was not asked for for the longest time. As many as brokers are
/// remembered.
const MOST_NAMES: usize = 2_000;

/// Addresses that are remembered of a name, and tried.
const MOST_ADDRESSES: usize = 64;

/// The addresses of a name, with any port.
type Addresses = Arc<[SocketAddr]>;

/// What the system says to a name. Blocks.
type Ask = dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// The names that all clients of a sink dial.
pub(crate) struct Names {
    ask: Arc<Ask>,
    known: Mutex<HashMap<Arc<str>, Known>>,
}

/// A name, and when it was last asked for.
struct Known {
    name: Arc<Name>,
    asked: Instant,
}

/// A name, and what its look-ups tell those who wait for them.
struct Name {
    host: Arc<str>,
    state: watch::Sender<State>,
}

#[derive(Default)]
struct State {
    /// When the look-up began that is on its way, or waits for a thread.
    began: Option<Instant>,
    /// Look-ups that have ended.
    ended: u64,
    /// What was found last.
    addresses: Option<Addresses>,
    /// Why the last look-up found nothing.
    failure: Option<Arc<io::Error>>,
    /// Whether it was said that dials go on with what an earlier look-up found, and not that they need not any more.
    is_doubtful: bool,
    said: OnceAMinute,
}

/// How a dial waits for the look-up that is on its way.
struct Wait {
    /// Whether it has to begin it.
    begins: bool,
    /// Look-ups that had ended before.
    ended: u64,
    until: Instant,
}

/// A look-up that is on its way. It ends when this is dropped, also if no thread ever came to it.
struct LookUp {
    name: Arc<Name>,
    /// None until it has been asked.
    found: Option<io::Result<Addresses>>,
}

impl Names {
    /// The names that the system knows.
    pub(crate) fn of_system() -> Self {
        Self::asking(|host| Ok((host, 0).to_socket_addrs()?.collect()))
    }

    fn asking(ask: impl Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static) -> Self {
        Self {
            ask: Arc::new(ask),
            known: Mutex::default(),
        }
    }

    /// Where this place is: that needs no look-up if it is an IP address.
    ///
    /// # Errors
    /// As [`addresses`](Self::addresses).
    ///
    /// # Cancel safety
    /// The same.
    pub(crate) async fn resolve(
        &self,
        place: &Address,
        limit: Duration,
    ) -> io::Result<Vec<SocketAddr>> {
        let at_port = |ip| SocketAddr::new(ip, place.port());
        if let Some(ip) = place.ip() {
            return Ok(vec![at_port(ip)]);
        }
        let found = self.addresses(place.host(), limit).await?;
        Ok(found.iter().map(|found| at_port(found.ip())).collect())
    }

    /// The addresses of a name: those that are found now, within `limit` if none were before.
    ///
    /// # Errors
    /// When none are found, and none were before.
    ///
    /// # Cancel safety
    /// The look-up goes on for those who dial next.
    async fn addresses(&self, host: &str, limit: Duration) -> io::Result<Addresses> {
        let name = self.name(host, Instant::now());
        let mut state = name.state.subscribe();
        let Wait {
            begins,
            ended,
            until,
        } = name.wait(limit);
        if begins {
            self.begin(&name);
        }
        let has_ended = state.wait_for(|state| state.ended != ended);
        if timeout_at(until, has_ended).await.is_err() {
            return name.late();
        }
        name.state.borrow().outcome()
    }

    fn begin(&self, name: &Arc<Name>) {
        let look_up = LookUp::of(Arc::clone(name));
        let ask = Arc::clone(&self.ask);
        // Nobody can end it, and it tells those who wait what it found.
        drop(spawn_blocking(move || look_up.run(&*ask)));
    }

    fn name(&self, host: &str, now: Instant) -> Arc<Name> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get_mut(host) {
            known.asked = now;
            return Arc::clone(&known.name);
        }
        if known.len() >= MOST_NAMES {
            let oldest = known.iter().min_by_key(|(_, known)| known.asked);
            if let Some(oldest) = oldest.map(|(host, _)| Arc::clone(host)) {
                known.remove(&oldest);
            }
        }
        let host: Arc<str> = Arc::from(host);
        let name = Arc::new(Name {
            host: Arc::clone(&host),
            state: watch::Sender::default(),
        });
        let asked = Known {
            name: Arc::clone(&name),
            asked: now,
        };
        known.insert(host, asked);
        name
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

impl Name {
    /// Joins the look-up that is on its way, or one that begins now.
    fn wait(&self, limit: Duration) -> Wait {
        let now = Instant::now();
        let mut wait = Wait {
            begins: false,
            ended: 0,
            until: now + limit,
        };
        self.state.send_if_modified(|state| {
            wait.begins = state.began.is_none();
            wait.ended = state.ended;
            let began = *state.began.get_or_insert(now);
            if state.addresses.is_some() {
                wait.until = wait.until.min(began + PATIENCE);
            }
            false
        });
        wait
    }

    /// What was found before, as the look-up takes too long.
    fn late(&self) -> io::Result<Addresses> {
        let addresses = self.state.borrow().addresses.clone();
        let addresses = addresses.ok_or(io::ErrorKind::TimedOut)?;
        self.doubt("it is long in being looked up");
        Ok(addresses)
    }

    fn end(&self, found: io::Result<Addresses>) {
        let mut failure = None;
        let mut is_trusted_again = false;
        self.state.send_modify(|state| {
            let began = state.began.take();
            state.ended += 1;
            match found {
                Ok(addresses) => {
                    let in_time = began.is_some_and(|began| began.elapsed() < PATIENCE);
                    is_trusted_again = in_time && std::mem::take(&mut state.is_doubtful);
                    (state.addresses, state.failure) = (Some(addresses), None);
                }
                Err(error) => {
                    state.failure = Some(Arc::new(error));
                    failure = state.failure.clone();
                }
            }
        });
        if is_trusted_again {
            info!(host = %self.host, "the name of a broker is found again");
        }
        if let Some(failure) = failure {
            self.doubt(failure);
        }
    }

    /// Says that the addresses may have been given up, if there are any and it was not said yet.
    fn doubt(&self, error: impl fmt::Display) {
        let mut is_news = false;
        self.state.send_if_modified(|state| {
            // A name server among several may be the one that does not answer.
            is_news = state.addresses.is_some()
                && !state.is_doubtful
                && state.said.is_said(Instant::now());
            state.is_doubtful |= is_news;
            false
        });
        if is_news {
            warn!(host = %self.host, %error, "cannot look up the name of a broker: it is dialled at the addresses found last");
        }
    }
}

impl State {
    fn outcome(&self) -> io::Result<Addresses> {
        match (&self.addresses, &self.failure) {
            (Some(addresses), _) => Ok(Arc::clone(addresses)),
            (None, Some(failure)) => Err(io::Error::new(failure.kind(), Arc::clone(failure))),
            (None, None) => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl LookUp {
    fn of(name: Arc<Name>) -> Self {
        Self { name, found: None }
    }

    fn run(mut self, ask: &Ask) {
        let found = ask(&self.name.host).and_then(|mut addresses| {
            addresses.truncate(MOST_ADDRESSES);
            match addresses.is_empty() {
                true => Err(io::ErrorKind::NotFound.into()),
                false => Ok(addresses.into()),
            }
        });
        self.found = Some(found);
    }
}

impl Drop for LookUp {
    fn drop(&mut self) {
        let found = self.found.take();
        let found = found.unwrap_or_else(|| Err(io::ErrorKind::Interrupted.into()));
        self.name.end(found);
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
