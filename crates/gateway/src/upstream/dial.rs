//! A TCP connection to a host of several addresses: one that does not answer does not keep the others waiting (RFC 8305).
//!
//! Never here: how long all of it may take, TLS.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// How long an address may be silent before the next one is tried as well.
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to the first address of `host` that answers.
pub async fn dial(host: &str, port: u16) -> Result<TcpStream> {
    let addresses: Vec<SocketAddr> = lookup_host((host, port)).await?.collect();
    match addresses.as_slice() {
        [address] => TcpStream::connect(address).await,
        _ => first_of(addresses).await,
    }
}

async fn first_of(addresses: Vec<SocketAddr>) -> Result<TcpStream> {
    let mut left = addresses.into_iter();
    let mut under_way = JoinSet::new();
    let mut failure = Error::new(ErrorKind::NotFound, "the host has no address");
    loop {
        let next = left.next();
        let is_last = next.is_none();
        if let Some(address) = next {
            under_way.spawn(TcpStream::connect(address));
        }
        let head_start = Instant::now() + HEAD_START;
        loop {
            tokio::select! {
                ended = under_way.join_next() => match ended {
                    Some(Ok(Ok(stream))) => return Ok(stream),
                    Some(Ok(Err(error))) => failure = error,
                    Some(Err(error)) => failure = Error::other(error),
                    None => return Err(failure),
                },
                () = sleep_until(head_start), if !is_last => {}
            }
            if !is_last {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_refuses_or_is_silent_gives_way_to_the_next() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = listener.local_addr().unwrap();
        let refusing = SocketAddr::from(([127, 0, 0, 1], 1));
        // For documentation (RFC 5737): nobody answers there.
        let silent = SocketAddr::from(([192, 0, 2, 1], 9));
        for addresses in [
            vec![good],
            vec![refusing, good],
            vec![silent, refusing, good],
            vec![silent, good],
        ] {
            let stream = first_of(addresses.clone()).await;
            assert_eq!(stream.unwrap().peer_addr().unwrap(), good, "{addresses:?}");
        }
        for addresses in [vec![], vec![refusing], vec![refusing, refusing]] {
            assert!(first_of(addresses).await.is_err());
        }
    }
}
