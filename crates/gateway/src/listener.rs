//! Sockets that clients connect to: accepts, and hands each connection to the worker with the fewest.
//!
//! Never here: what is spoken on a connection.

mod tls;

pub use tls::acceptor;

use crate::worker::{Accepted, Open};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// Where a worker takes connections.
#[derive(Clone)]
pub struct Queue {
    /// Its sockets.
    pub sockets: UnboundedSender<Accepted>,
    /// How many of them are open.
    pub open: Arc<AtomicUsize>,
}

/// Accepts until told to stop.
pub async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    queues: Vec<Queue>,
    mut stop: watch::Receiver<bool>,
) {
    let loopback = listener.local_addr().is_ok_and(|address| address.ip().is_loopback());
    let mut turn = 0;
    loop {
        let accepted = tokio::select! {
            _ = stop.changed() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file descriptors, most likely: some will be closed.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        // Small responses must not wait for the acknowledgement of the ones before.
        let prepared = stream.set_nodelay(true).and_then(|()| stream.into_std());
        if let (Ok(stream), Some(queue)) = (prepared, least(&queues, &mut turn)) {
            let open = Open::new(&queue.open);
            let _ = queue.sockets.send(Accepted {
                stream,
                peer,
                tls: tls.clone(),
                loopback,
                open,
            });
        }
    }
}

/// The worker with the fewest connections; among equals, the next in turn.
fn least<'a>(queues: &'a [Queue], turn: &mut usize) -> Option<&'a Queue> {
    let count = queues.len().max(1);
    let order = queues.iter().cycle().skip(*turn % count).take(count);
    *turn = turn.wrapping_add(1);
    order.min_by_key(|queue| queue.open.load(Ordering::Relaxed))
}
