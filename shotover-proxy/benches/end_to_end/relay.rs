//! What does it cost to pass bytes on without looking at them?

use super::arguments::Relay;
use anyhow::Result;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use tokio::io::copy_bidirectional_with_sizes;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

const BUFFER: usize = 64 * 1024;

/// A relay as it is usually written: tokio's default runtime, a task per connection. Runs until it is killed.
pub(crate) fn serve(relay: &Relay) -> Result<()> {
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(listen(relay, accept))
}

/// Takes connections wherever it is said, until one of the listeners fails.
pub(super) async fn listen<F>(
    relay: &Relay,
    accept: impl Fn(TcpListener, SocketAddr) -> F,
) -> Result<()>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let mut listeners = JoinSet::new();
    for (listen, to) in relay.listen.iter().zip(&relay.to) {
        listeners.spawn(accept(TcpListener::bind(listen).await?, *to));
    }
    listeners.join_next().await.unwrap_or(Ok(Ok(())))?
}

async fn accept(listener: TcpListener, to: SocketAddr) -> Result<()> {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await?;
        connections.spawn(pass_on(client, to));
        while connections.try_join_next().is_some() {}
    }
}

async fn pass_on(mut client: TcpStream, to: SocketAddr) -> Result<()> {
    let mut broker = broker_of(&client, to).await?;
    copy_bidirectional_with_sizes(&mut client, &mut broker, BUFFER, BUFFER).await?;
    Ok(())
}

/// The broker of a client. Neither waits for more to send.
pub(super) async fn broker_of(client: &TcpStream, to: SocketAddr) -> io::Result<TcpStream> {
    let broker = TcpStream::connect(to).await?;
    client.set_nodelay(true)?;
    broker.set_nodelay(true)?;
    Ok(broker)
}
