//! How does a client reach a contestant?

use crate::workload::{Request, check_answer, greeting};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// Where clients connect to, and how.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<Arc<ClientConfig>>,
}

/// A connection, with or without TLS.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Target {
    pub(super) async fn connect(&self) -> Result<Box<dyn Stream>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let connector = TlsConnector::from(Arc::clone(tls));
        let name = ServerName::try_from("localhost")?;
        Ok(Box::new(connector.connect(name, stream).await?))
    }
}

/// Sends each request once and looks into the answers, which is not done while measuring.
pub(crate) async fn check_first_answer(target: &Target, requests: &[Request]) -> Result<()> {
    let mut stream = target.connect().await?;
    ask(&mut stream, &greeting()?).await?;
    for request in requests {
        let answer = ask(&mut stream, request).await?;
        check_answer(request, &answer)?;
    }
    Ok(())
}

/// Sends a request and returns its answer, without the length.
pub(super) async fn ask(stream: &mut impl Stream, request: &Request) -> Result<Vec<u8>> {
    stream.write_all(&request.frame).await?;
    // TLS keeps what it has not been told to send.
    stream.flush().await?;
    let length = stream.read_u32().await.context("reading an answer")?;
    let mut answer = vec![0; usize::try_from(length)?];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}
