//! How are prebuilt answers sent, with next to no work per request?

use super::answers::{Answer, Cluster};
use super::{Cutter, Frames};
use crate::arguments::Peers;
use anyhow::Result;
use bytes::Bytes;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::rc::Rc;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::{JoinSet, LocalSet};

/// Length, api key, version, correlation id.
const HEAD: usize = 12;

/// Read at a time, by all connections into the same bytes.
const SCRATCH: usize = 256 * 1024;

/// Answers up to this length are put together in one write.
const SHORT: usize = 16 * 1024;

/// Requests up to this length are told apart by all they say.
const TINY: usize = 256;

/// Longer requests of one length for one API at one broker are taken to be alike: only the first is looked into.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Shape {
    broker: usize,
    length_key_and_version: [u8; 8],
    /// What is behind the head of a tiny request.
    tiny: Option<Vec<u8>>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    cluster: Cluster,
    answers: RefCell<HashMap<Shape, Rc<Answer>>>,
    scratch: RefCell<Vec<u8>>,
    requests: Cell<u64>,
}

/// Answers on the addresses it is given until it is killed.
pub(crate) fn serve(peers: &Peers) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let shared = Rc::new(Shared {
        cluster: Cluster {
            brokers: peers.brokers.clone(),
        },
        answers: RefCell::default(),
        scratch: RefCell::new(vec![0; SCRATCH]),
        requests: Cell::new(0),
    });
    LocalSet::new().block_on(&runtime, async {
        let mut listeners = JoinSet::new();
        for (broker, address) in peers.brokers.iter().enumerate() {
            let listener = TcpListener::bind(address).await?;
            listeners.spawn_local(accept(listener, broker, Rc::clone(&shared)));
        }
        // Bound last: whoever is told a number knows that all brokers listen.
        let count = TcpListener::bind(peers.count).await?;
        listeners.spawn_local(tell_count(count, Rc::clone(&shared)));
        listeners.join_next().await.unwrap_or(Ok(Ok(())))?
    })
}

async fn tell_count(listener: TcpListener, shared: Rc<Shared>) -> Result<()> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        // Whoever asked may be gone again.
        stream
            .write_all(&shared.requests.get().to_be_bytes())
            .await
            .ok();
    }
}

async fn accept(listener: TcpListener, broker: usize, shared: Rc<Shared>) -> Result<()> {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        connections.spawn_local(converse(stream, broker, Rc::clone(&shared)));
        while let Some(ended) = connections.try_join_next() {
            // A proxy that is killed resets its connections; anything else is shown with the log of this process.
            ended??;
        }
    }
}

async fn converse(mut stream: TcpStream, broker: usize, shared: Rc<Shared>) -> Result<()> {
    let mut cutter = Cutter::new();
    let mut requests = Requests {
        broker,
        shared,
        body: None,
        answers: Vec::new(),
    };
    let mut out = Out::default();
    while read(&stream, &mut cutter, &mut requests).await? {
        if send(&mut stream, &mut requests.answers, &mut out)
            .await
            .is_err()
        {
            break;
        }
    }
    Ok(())
}

/// Whether there was something; else the stream has ended.
async fn read(
    stream: &TcpStream,
    cutter: &mut Cutter<HEAD>,
    requests: &mut Requests,
) -> Result<bool> {
    loop {
        stream.readable().await?;
        let shared = Rc::clone(&requests.shared);
        let mut scratch = shared.scratch.borrow_mut();
        match stream.try_read(&mut scratch) {
            Ok(length) => {
                cutter.feed(scratch.get(..length).unwrap_or_default(), requests)?;
                return Ok(length > 0);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
}

/// What was asked on one connection and is to be answered.
#[derive(Debug)]
struct Requests {
    broker: usize,
    shared: Rc<Shared>,
    /// What is behind the head of this request, where that has to be looked at.
    body: Option<Vec<u8>>,
    answers: Vec<([u8; 4], Rc<Answer>)>,
}

impl Requests {
    /// Of a request that is not tiny.
    fn shape(&self, head: &[u8; HEAD]) -> Shape {
        let [l0, l1, l2, l3, k0, k1, v0, v1, ..] = *head;
        Shape {
            broker: self.broker,
            length_key_and_version: [l0, l1, l2, l3, k0, k1, v0, v1],
            tiny: None,
        }
    }
}

impl Frames<HEAD> for Requests {
    fn begin(&mut self, head: &[u8; HEAD]) {
        let shape = self.shape(head);
        if is_tiny(head) || !self.shared.answers.borrow().contains_key(&shape) {
            self.body = Some(Vec::new());
        }
    }

    fn more(&mut self, bytes: &[u8]) {
        if let Some(body) = &mut self.body {
            body.extend_from_slice(bytes);
        }
    }

    fn end(&mut self, head: &[u8; HEAD]) -> Result<()> {
        let mut shape = self.shape(head);
        let body = self.body.take();
        if is_tiny(head) {
            shape.tiny.clone_from(&body);
        }
        let mut answers = self.shared.answers.borrow_mut();
        let answer = match (answers.get(&shape), body) {
            (Some(answer), _) => Rc::clone(answer),
            (None, body) => {
                let [_, _, _, _, behind_length @ ..] = head;
                let request = [behind_length, &*body.unwrap_or_default()].concat();
                let answer = Rc::new(self.shared.cluster.answer(Bytes::from(request))?);
                answers.insert(shape, Rc::clone(&answer));
                answer
            }
        };
        let [.., c0, c1, c2, c3] = *head;
        self.answers.push(([c0, c1, c2, c3], answer));
        self.shared.requests.set(self.shared.requests.get() + 1);
        Ok(())
    }
}

fn is_tiny(head: &[u8; HEAD]) -> bool {
    let [l0, l1, l2, l3, ..] = *head;
    usize::try_from(u32::from_be_bytes([l0, l1, l2, l3])).is_ok_and(|length| length <= TINY)
}

/// Answers on their way out of one connection.
#[derive(Debug, Default)]
struct Out {
    short: Vec<u8>,
    /// The last long answer, so that only its correlation id has to be written again.
    long: Option<(Rc<Answer>, Vec<u8>)>,
}

async fn send(
    stream: &mut TcpStream,
    answers: &mut Vec<([u8; 4], Rc<Answer>)>,
    out: &mut Out,
) -> Result<()> {
    for (correlation, answer) in answers.drain(..) {
        if let Some(wait) = answer.wait {
            stream.write_all(&out.short).await?;
            out.short.clear();
            tokio::time::sleep(wait).await;
        }
        if answer.frame.len() <= SHORT {
            let start = out.short.len();
            out.short.extend_from_slice(&answer.frame);
            stamp(out.short.get_mut(start..), correlation);
            continue;
        }
        stream.write_all(&out.short).await?;
        out.short.clear();
        let (_, frame) = match &mut out.long {
            Some(long) if Rc::ptr_eq(&long.0, &answer) => long,
            other => other.insert((Rc::clone(&answer), answer.frame.to_vec())),
        };
        stamp(Some(frame), correlation);
        stream.write_all(frame).await?;
    }
    stream.write_all(&out.short).await?;
    out.short.clear();
    Ok(())
}

/// The correlation id stands behind the length.
fn stamp(frame: Option<&mut [u8]>, correlation: [u8; 4]) {
    if let Some(place) = frame.and_then(|frame| frame.get_mut(4..8)) {
        place.copy_from_slice(&correlation);
    }
}
