//! Sockets that clients connect to: accepts while there is room, and hands each connection to the worker with the
//! fewest.
//!
//! Never here: what is spoken on a connection.

mod tls;

pub use tls::acceptor;

use crate::connection::Accepted;
use crate::visit::Open;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

/// How often an operator is told that there is no room.
const TELL_AGAIN: Duration = Duration::from_secs(10);

/// Where a worker takes connections.
#[derive(Clone)]
pub struct Queue {
    /// Its sockets.
    pub sockets: UnboundedSender<Accepted>,
    /// How many of them are open.
    pub open: Arc<AtomicUsize>,
}

/// How many connections may be open at once. Those beyond wait in the sockets' own queues, so that a flood of them
/// costs neither memory nor those that are served.
#[derive(Clone)]
pub struct Room {
    places: Arc<Semaphore>,
    most: usize,
}

impl Room {
    /// Room for so many, at least one.
    pub fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let places = Arc::new(Semaphore::new(most));
        Self { places, most }
    }

    /// A place for one, as soon as there is one.
    async fn place(&self, told: &mut Option<Instant>) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        if told.is_none_or(|told| told.elapsed() > TELL_AGAIN) {
            *told = Some(Instant::now());
            tracing::warn!(
                connections = self.most,
                "as many clients are connected as may be; others wait"
            );
        }
        Arc::clone(&self.places).acquire_owned().await.ok()
    }
}

/// Accepts until told to stop.
pub async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    room: Room,
    queues: Vec<Queue>,
    mut stop: watch::Receiver<bool>,
) {
    let loopback = listener.local_addr().is_ok_and(|address| address.ip().is_loopback());
    let (mut turn, mut told) = (0, None);
    loop {
        let accepted = async {
            let place = room.place(&mut told).await;
            listener.accept().await.map(|accepted| (accepted, place))
        };
        let accepted = tokio::select! {
            _ = stop.changed() => return,
            accepted = accepted => accepted,
        };
        let Ok(((stream, peer), place)) = accepted else {
            // Out of file descriptors, most likely: some will be closed.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        // Small responses must not wait for the acknowledgement of the ones before.
        let prepared = stream.set_nodelay(true).and_then(|()| stream.into_std());
        if let (Ok(stream), Some(queue)) = (prepared, least(&queues, &mut turn)) {
            let open = Open::new(&queue.open, place);
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
