//! A client's byte stream that says whether something has come and whether something is stuck.
//!
//! Never here: deadlines.

use crate::stream::Stream;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What has been seen of a stream. Atomic because a stream that is upgraded must be able to change threads, which
/// none does.
#[derive(Default)]
pub struct Traffic {
    read: AtomicBool,
    blocked: AtomicBool,
    /// Times that the client took bytes.
    taken: AtomicU64,
}

impl Traffic {
    /// Whether bytes have come that belong to no request so far.
    pub fn has_read(&self) -> bool {
        self.read.load(Relaxed)
    }

    /// A request begins or has ended: what has come so far is its head or its body.
    pub fn account(&self) {
        self.read.store(false, Relaxed);
    }

    /// When bytes wait that the client does not take: how often it has taken some before.
    pub fn write_blocked(&self) -> Option<u64> {
        self.blocked.load(Relaxed).then(|| self.taken.load(Relaxed))
    }
}

/// A stream with its traffic.
pub struct Watched {
    stream: Stream,
    traffic: Arc<Traffic>,
}

impl Watched {
    /// Reports on `stream` to `traffic`.
    pub fn new(stream: Stream, traffic: Arc<Traffic>) -> Self {
        Self { stream, traffic }
    }

    fn wrote<T>(&self, outcome: Poll<T>) -> Poll<T> {
        let traffic = &self.traffic;
        traffic.blocked.store(outcome.is_pending(), Relaxed);
        if outcome.is_ready() {
            // One thread writes, so that nothing is lost between the two.
            traffic
                .taken
                .store(traffic.taken.load(Relaxed).wrapping_add(1), Relaxed);
        }
        outcome
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.traffic.read.store(true, Relaxed);
        }
        outcome
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.wrote(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
