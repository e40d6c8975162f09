//! How do log lines reach standard output without holding up whoever logs?
//!
//! A write to a pipe that nobody reads blocks, and the threads that log are those that serve clients. So they put their
//! lines into a queue of [`MAX_QUEUED_LINES`] and a thread of its own writes them out; lines that do not fit are counted
//! and dropped.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait to be written.
pub(super) const MAX_QUEUED_LINES: usize = 8_192;

/// How long the end of the process waits for the last lines to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// The end of the queue where lines go in.
#[derive(Clone, Debug)]
pub(super) struct LogQueue {
    entries: SyncSender<Entry>,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Entry {
    Line(Box<[u8]>),
    /// Answered when everything before it is written.
    Flush(SyncSender<()>),
}

impl LogQueue {
    /// Starts the thread that writes to `output`.
    pub(super) fn start(output: impl Write + Send + 'static) -> io::Result<Self> {
        let (entries, queued) = sync_channel(MAX_QUEUED_LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let lost = Arc::clone(&dropped);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_out(&queued, output, &lost))?;
        Ok(Self { entries, dropped })
    }

    /// Waits until what was logged before is written, unless nobody reads it.
    pub(super) fn flush(&self) {
        let (done, wait) = sync_channel(1);
        // A full queue is one that nobody reads: its lines are lost whether or not they are waited for.
        if self.entries.try_send(Entry::Flush(done)).is_ok() {
            wait.recv_timeout(FLUSH_TIMEOUT).ok();
        }
    }
}

fn write_out(queued: &Receiver<Entry>, output: impl Write, dropped: &AtomicU64) {
    let mut output = BufWriter::new(output);
    while let Ok(first) = queued.recv() {
        let mut next = Ok(first);
        let mut waiting = Vec::new();
        while let Ok(entry) = next {
            match entry {
                // Nobody is left to tell about an output that is closed.
                Entry::Line(line) => output.write_all(&line).unwrap_or_default(),
                Entry::Flush(done) => waiting.push(done),
            }
            next = if waiting.is_empty() {
                queued.try_recv()
            } else {
                Err(TryRecvError::Empty)
            };
        }
        output.flush().unwrap_or_default();
        waiting
            .into_iter()
            .for_each(|done| done.send(()).unwrap_or_default());
        let lines = dropped.swap(0, Ordering::Relaxed);
        if lines > 0 {
            // Goes through the queue as any other line, and so in the format of the others.
            tracing::warn!(
                lines,
                "log lines were dropped: standard output was not read fast enough"
            );
        }
    }
}

impl<'a> MakeWriter<'a> for LogQueue {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &LogQueue {
    /// Takes one line; the subscriber writes each with a single call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.entries.try_send(Entry::Line(line.into())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Mutex, mpsc};

    /// An output whose reader is slow: every write waits for a permit.
    struct Slow {
        permits: Receiver<()>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Without a sender left, nothing holds up the output any more.
            self.permits.recv().unwrap_or_default();
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow() -> (LogQueue, mpsc::Sender<()>, Arc<Mutex<Vec<u8>>>) {
        let (permit, permits) = mpsc::channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let queue = LogQueue::start(Slow {
            permits,
            written: Arc::clone(&written),
        })
        .unwrap();
        (queue, permit, written)
    }

    #[test]
    fn flushed_lines_are_written_in_order() {
        let (queue, permit, written) = slow();
        drop(permit);
        for line in 0..100 {
            writeln!(&mut &queue, "line {line}").unwrap();
        }
        queue.flush();
        let written = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        let expected: String = (0..100).map(|line| format!("line {line}\n")).collect();
        assert_eq!(written, expected);
    }

    #[test]
    fn an_output_that_nobody_reads_costs_lines_and_not_time() {
        let (queue, permit, written) = slow();
        let line = [b'x'; 64];
        let many = 3 * MAX_QUEUED_LINES;
        for _ in 0..many {
            (&queue).write_all(&line).unwrap();
        }
        assert!(queue.dropped.load(Ordering::Relaxed) > 0);
        let kept = many - usize::try_from(queue.dropped.load(Ordering::Relaxed)).unwrap();
        drop(permit);
        queue.flush();
        // The flush gives up on a queue that is full, so the first one may have waited for nothing.
        while written.lock().unwrap().len() < kept * line.len() {
            queue.flush();
        }
        assert_eq!(written.lock().unwrap().len(), kept * line.len());
    }

    #[test]
    fn a_closed_output_is_no_reason_to_fail() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let queue = LogQueue::start(Closed).unwrap();
        for _ in 0..10 {
            writeln!(&mut &queue, "line").unwrap();
            queue.flush();
        }
    }
}
