//! What did a client send first: the hello of a TLS handshake, or something else?

use super::TlsError;
use rustls::server::{Accepted, Acceptor};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A hello of a common client fits; a longer one takes several reads.
const CHUNK: usize = 2048;

/// The type of a TLS record of handshake messages (RFC 8446, 5.1).
const HANDSHAKE: u8 = 22;

/// Reads the hello. A client that sends something else gets no answer: it could not read an alert.
pub(super) async fn client_hello<S>(stream: &mut S) -> Result<Accepted, TlsError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut acceptor = Acceptor::default();
    let mut chunk = [0; CHUNK];
    let mut hung_up = TlsError::NothingSent;
    loop {
        let length = match stream.read(&mut chunk).await {
            Ok(length) => length,
            Err(error) => return Err(TlsError::from_io(error, hung_up)),
        };
        let mut bytes = chunk.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            return Err(hung_up);
        }
        if let (TlsError::NothingSent, Some(found)) = (&hung_up, other_protocol(bytes)) {
            return Err(TlsError::NoTlsClient { found });
        }
        hung_up = TlsError::ClientHungUp;
        while !bytes.is_empty() {
            match acceptor.read_tls(&mut bytes) {
                Ok(1..) => {}
                Ok(0) => return Err(hung_up),
                Err(error) => return Err(TlsError::Io(error)),
            }
        }
        match acceptor.accept() {
            Ok(Some(accepted)) => return Ok(accepted),
            Ok(None) => {}
            Err((error, mut alert)) => {
                let mut bytes = Vec::new();
                if alert.write_all(&mut bytes).is_ok() {
                    tell(stream, &bytes).await;
                }
                return Err(TlsError::Handshake(error));
            }
        }
    }
}

/// What the first bytes look like if they are not those of a TLS handshake. They may be as few as one.
fn other_protocol(first: &[u8]) -> Option<&'static str> {
    match first {
        [HANDSHAKE, ..] | [] => None,
        // The length of a frame below 16 MiB.
        [0, ..] => Some("a Kafka request"),
        [b'P', b'R', b'O', b'X', b'Y', ..] | [b'\r', b'\n', ..] => {
            Some("the PROXY protocol of a load balancer")
        }
        [b'C' | b'D' | b'G' | b'H' | b'O' | b'P' | b'T', ..] => Some("an HTTP request"),
        [_, ..] => Some("bytes of another protocol"),
    }
}

async fn tell(stream: &mut (impl AsyncWrite + Unpin), alert: &[u8]) {
    let told: io::Result<()> = async {
        stream.write_all(alert).await?;
        stream.flush().await
    }
    .await;
    if let Err(error) = told {
        tracing::debug!(%error, "the client was gone before it was told why its handshake failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: &[u8], expected: Option<&str>) {
        assert_eq!(other_protocol(first), expected, "{first:?}");
    }

    #[test]
    fn first_bytes_tell_the_protocol() {
        check(&[22, 3, 1, 2, 0], None);
        check(&[22], None);
        check(&[0, 0, 0, 43, 0, 18], Some("a Kafka request"));
        check(&[0], Some("a Kafka request"));
        check(b"GET / HTTP/1.1\r\n", Some("an HTTP request"));
        check(b"PRI * HTTP/2.0\r\n", Some("an HTTP request"));
        check(b"P", Some("an HTTP request"));
        let proxy = Some("the PROXY protocol of a load balancer");
        check(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", proxy);
        check(b"\r\n\r\n\0\r\nQUIT\n", proxy);
        check(
            b"SSH-2.0-OpenSSH_9.6\r\n",
            Some("bytes of another protocol"),
        );
        check(&[0x80, 0x2e, 1, 3, 1], Some("bytes of another protocol"));
    }
}
