//! Do the bytes of an open answer get from one socket to the other through a pipe?

use super::tests::{fetched, metadata, opened, reader_of, wire};
use super::*;
use crate::budget::Budget;
use crate::message::RequestRef;
use bytes::Bytes;
use socket2::SockRef;
use std::future::poll_fn;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// How long anything may take that does take place.
const SOON: Duration = Duration::from_secs(20);

/// Bytes of an answer that had arrived when it was opened.
const BEGINNING: usize = 20_000;

/// Both ends of a TCP connection.
async fn connected() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).await;
    (near.unwrap(), listener.accept().await.unwrap().0)
}

/// What comes next of an open response, if possible in a pipe.
async fn piped_rest_of(reader: &mut FrameReader, near: &mut TcpStream) -> io::Result<Portion> {
    let wanted = Wanted {
        most: 1024 * 1024,
        may_be_piped: true,
    };
    poll_fn(|cx| reader.poll_rest(near, wanted, cx)).await
}

/// Passes two responses like this one on, open. Returns how many bytes of them were piped.
async fn pipe_twice(request: RequestRef, from: &mut TcpStream, to: &mut TcpStream) -> usize {
    let (mut reader, mut decoder) = (FrameReader::new(), ResponseDecoder::new());
    let (mut writer, mut piped) = (FrameWriter::new(), 0);
    decoder.sent(request, "first");
    decoder.sent(request, "second");
    for _ in 0..2 {
        let (open, _) = opened(&mut decoder, (&mut reader, from)).await;
        writer.push(open.into_frame().unwrap());
        while reader.is_open() {
            poll_fn(|cx| writer.poll_flush(to, cx)).await.unwrap();
            let portion = piped_rest_of(&mut reader, from).await.unwrap();
            if let Portion::Piped(_) = portion {
                piped += portion.len();
            }
            writer.push_rest(portion);
        }
        poll_fn(|cx| writer.poll_flush(to, cx)).await.unwrap();
    }
    assert_eq!(writer.queued(), 0);
    piped
}

#[tokio::test]
async fn the_rest_of_an_open_response_is_piped_to_its_end_and_no_further() {
    let (request, answer) = fetched(17, 3_000_000);
    let both = [&answer[..], &answer[..]].concat();
    let (mut broker, mut from) = connected().await;
    let (mut client, mut to) = connected().await;
    let mut got = vec![0; both.len()];
    let (sent, piped, read) = tokio::join!(
        broker.write_all(&both),
        pipe_twice(request, &mut from, &mut to),
        client.read_exact(&mut got)
    );
    sent.unwrap();
    read.unwrap();
    assert!(got == both);
    assert!(piped > 5_000_000, "piped {piped} of 6,000,000");
}

/// An answer that is open, and the connections by which its rest comes and leaves: by the second, little at a time.
struct Opened {
    answer: Bytes,
    reader: FrameReader,
    broker: TcpStream,
    from: TcpStream,
    to: TcpStream,
    client: TcpStream,
    /// How much of it the broker has sent.
    sent: usize,
}

impl Opened {
    async fn new() -> Self {
        let (request, answer) = fetched(17, 1_000_000);
        let (broker, from) = connected().await;
        let (client, to) = connected().await;
        SockRef::from(&from).set_recv_buffer_size(400_000).unwrap();
        SockRef::from(&to).set_send_buffer_size(10_000).unwrap();
        SockRef::from(&client).set_recv_buffer_size(10_000).unwrap();
        let mut reader = reader_of(&answer[..BEGINNING]).await;
        let mut decoder = ResponseDecoder::new();
        decoder.sent(request, ());
        decoder.open_response(&mut reader).unwrap().unwrap();
        Self {
            answer,
            reader,
            broker,
            from,
            to,
            client,
            sent: BEGINNING,
        }
    }

    /// More of it arrives, and so much is there then.
    async fn arrives(&mut self, more: usize, there: usize) {
        let arrives = async {
            let more = &self.answer[self.sent..][..more];
            self.broker.write_all(more).await.unwrap();
            let there = u64::try_from(there).unwrap();
            while rustix::io::ioctl_fionread(&self.from).unwrap() < there {
                tokio::task::yield_now().await;
            }
        };
        timeout(SOON, arrives).await.expect("not all arrives");
        self.sent += more;
    }

    async fn rest(&mut self) -> io::Result<Portion> {
        let rest = piped_rest_of(&mut self.reader, &mut self.from);
        timeout(SOON, rest).await.expect("nothing comes")
    }

    async fn piped(&mut self) -> Portion {
        let portion = self.rest().await.unwrap();
        assert!(matches!(portion, Portion::Piped(_)), "{portion:?}");
        portion
    }

    /// What the client gets of what the writer has.
    async fn gets(&mut self, writer: &mut FrameWriter) -> Vec<u8> {
        let mut got = vec![0; writer.queued()];
        let both = async {
            tokio::join!(
                poll_fn(|cx| writer.poll_flush(&mut self.to, cx)),
                self.client.read_exact(&mut got)
            )
        };
        let (flushed, read) = timeout(SOON, both).await.expect("not all leaves");
        flushed.unwrap();
        read.unwrap();
        got
    }
}

#[tokio::test]
async fn what_was_piped_leaves_before_what_is_queued_behind_it() {
    static OF_CLIENT: Budget = Budget::new(usize::MAX);
    let mut opened = Opened::new().await;
    opened.arrives(300_000, 300_000).await;
    let portion = opened.piped().await;
    let (length, behind) = (portion.len(), wire(metadata()));
    assert!(length > 150_000, "{length} bytes are too few to wait");

    let mut writer = FrameWriter::within(&OF_CLIENT);
    writer.push_rest(portion);
    let flushed = poll_fn(|cx| writer.poll_flush(&mut opened.to, cx));
    assert!(timeout(Duration::from_millis(50), flushed).await.is_err());
    assert!(writer.has_waited() && writer.queued() > 0);
    assert_eq!(OF_CLIENT.held(), writer.queued());
    let mut got = vec![0; length - writer.queued()];
    opened.client.read_exact(&mut got).await.unwrap();
    writer.push(metadata().into_frame().unwrap());
    got.extend(opened.gets(&mut writer).await);
    assert!(got == [&opened.answer[BEGINNING..][..length], &behind].concat());
    assert_eq!((writer.queued(), OF_CLIENT.held()), (0, 0));
}

#[tokio::test]
async fn what_is_left_in_a_pipe_comes_out_of_no_other() {
    let mut opened = Opened::new().await;
    opened.arrives(200_000, 200_000).await;
    let dropped = opened.piped().await.len();
    opened.arrives(100_000, 300_000 - dropped).await;
    let mut writer = FrameWriter::new();
    writer.push_rest(opened.piped().await);
    let got = opened.gets(&mut writer).await;
    assert!(got == opened.answer[BEGINNING + dropped..][..got.len()]);
}

#[tokio::test]
async fn what_arrives_little_at_a_time_is_read_until_there_is_something_to_write() {
    let mut opened = Opened::new().await;
    opened.arrives(10_000, 10_000).await;
    let early = timeout(Duration::from_millis(50), opened.rest());
    assert!(early.await.is_err());
    opened.arrives(200_000, 200_000).await;
    let Portion::Read(rest) = opened.rest().await.unwrap() else {
        panic!("piped before what was read");
    };
    assert!(rest == opened.answer[BEGINNING..][..32 * 1024]);
    opened.piped().await;
}

#[tokio::test]
async fn a_response_that_ends_while_it_is_piped_is_an_error() {
    let mut opened = Opened::new().await;
    opened.arrives(200_000, 200_000).await;
    opened.broker = connected().await.0;
    let mut came = 0;
    let error = loop {
        match opened.rest().await {
            Ok(portion) => came += portion.len(),
            Err(error) => break error,
        }
    };
    assert!((32 * 1024..=200_000).contains(&came), "{came} bytes came");
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}
