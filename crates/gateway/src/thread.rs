//! A worker's thread: its runtime, and the connections that it serves until the gateway stops.
//!
//! Never here: accepting connections, HTTP.

use crate::connection::{self, Accepted};
use crate::worker::{Shared, Worker};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::LocalSet;

/// Serves connections until no more can come, then lets those that are open finish.
pub fn run(index: usize, shared: Shared, sockets: UnboundedReceiver<Accepted>, open: &Arc<AtomicUsize>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "a worker has no runtime; its connections are not served");
            return;
        }
    };
    LocalSet::new().block_on(&runtime, serve(index, shared, sockets, open));
}

async fn serve(index: usize, shared: Shared, mut sockets: UnboundedReceiver<Accepted>, open: &Arc<AtomicUsize>) {
    let drain = Arc::clone(&shared.drain);
    let worker = Worker::new(index, shared);
    while let Some(accepted) = sockets.recv().await {
        worker.metrics.connections.add(1);
        tokio::task::spawn_local(connection::serve(Rc::clone(&worker), accepted));
    }
    worker.is_draining.set(true);
    worker.draining.notify_waiters();
    let deadline = Instant::now() + Duration::from_millis(drain.load(Ordering::Relaxed) as u64);
    while (open.load(Ordering::Relaxed) > 0 || worker.background.is_busy()) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
