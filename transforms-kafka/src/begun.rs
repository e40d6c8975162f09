//! Long Produce requests as a source gives them to a chain: their beginnings first.

use bytes::Bytes;
use kafka_protocol::messages::{MetadataRequest, MetadataResponse, ResponseKind};
use shotover::codec::{Decoded, FrameReader, RequestDecoder};
use shotover::message::{Message, Messages};
use std::future::poll_fn;
use tokio::io::AsyncWriteExt;

/// What a source knows of a client that has been let in.
#[derive(Debug)]
pub(crate) struct Begins {
    reader: FrameReader,
    decoder: RequestDecoder,
}

impl Begins {
    pub(crate) async fn new() -> Self {
        let mut begins = Self {
            reader: FrameReader::new(),
            decoder: RequestDecoder::default(),
        };
        let metadata = Message::new_request(12, "c", &MetadataRequest::default()).unwrap();
        begins.reads(&frame(&metadata)).await;
        let mut requests = Messages::new();
        let decoded = begins
            .decoder
            .next_request(&mut begins.reader, &mut requests);
        assert!(matches!(decoded, Ok(Some(Decoded::Request))));
        let answer = ResponseKind::Metadata(MetadataResponse::default());
        let answer = requests[0].respond(&answer).unwrap();
        begins.decoder.answered(requests[0].request_ref(), &answer);
        begins
    }

    async fn reads(&mut self, bytes: &[u8]) {
        let (mut near, mut far) = tokio::io::duplex(bytes.len());
        far.write_all(bytes).await.unwrap();
        let read = poll_fn(|cx| self.reader.poll_read(&mut near, cx)).await;
        assert_eq!(read.unwrap(), bytes.len());
    }

    /// The request, of which so much has arrived, and the rest of it.
    pub(crate) async fn begun(&mut self, request: &Message, arrived: usize) -> (Message, Bytes) {
        let whole = frame(request);
        self.reads(&whole[..arrived]).await;
        let whole_ones = self
            .decoder
            .next_request(&mut self.reader, &mut Messages::new());
        assert!(whole_ones.unwrap().is_none());
        let open = self
            .decoder
            .open_request(&mut self.reader, |_| true)
            .unwrap();
        assert_eq!(open.missing(), whole.len() - arrived);
        // Its rest is read by the test.
        self.reader = FrameReader::new();
        (open, whole.slice(arrived..))
    }
}

fn frame(request: &Message) -> Bytes {
    request.clone().into_frame().unwrap().contiguous()
}
