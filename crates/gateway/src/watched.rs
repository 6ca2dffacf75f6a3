//! A client's byte stream that says whether something has come and whether something is stuck.
//!
//! Never here: deadlines.

use crate::stream::Stream;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What has been seen of a stream. Atomic because a stream that is upgraded must be able to change threads, which
/// none does.
#[derive(Default)]
pub struct Traffic {
    read: AtomicBool,
    blocked: AtomicBool,
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

    /// Whether the client takes no more bytes.
    pub fn is_write_blocked(&self) -> bool {
        self.blocked.load(Relaxed)
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
        self.traffic.blocked.store(outcome.is_pending(), Relaxed);
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
