//! What does it cost to pass bytes on without looking at them?

use super::arguments::Relay;
use anyhow::Result;
use std::net::SocketAddr;
use tokio::io::copy_bidirectional_with_sizes;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

const BUFFER: usize = 64 * 1024;

/// A relay as it is usually written: tokio's default runtime, a task per connection. Runs until it is killed.
pub(crate) fn serve(relay: &Relay) -> Result<()> {
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut listeners = JoinSet::new();
        for (listen, to) in relay.listen.iter().zip(&relay.to) {
            listeners.spawn(accept(TcpListener::bind(listen).await?, *to));
        }
        listeners.join_next().await.unwrap_or(Ok(Ok(())))?
    })
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
    let mut broker = TcpStream::connect(to).await?;
    client.set_nodelay(true)?;
    broker.set_nodelay(true)?;
    copy_bidirectional_with_sizes(&mut client, &mut broker, BUFFER, BUFFER).await?;
    Ok(())
}
