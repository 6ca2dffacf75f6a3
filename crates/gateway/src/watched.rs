//! A byte stream that says whether something has come and whether something is stuck, and is given up when too much comes
//! of which nothing becomes: the zeros of a chunk's size, interim responses without an end.
//!
//! Never here: deadlines.

use crate::stream::Stream;
use std::io::{Error, ErrorKind, IoSlice, Result};
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
    /// Times that the other side took bytes.
    taken: AtomicU64,
    /// Bytes that have come since something became of some.
    fruitless: AtomicU64,
    /// How many there may be; nothing is limited where this is 0.
    most_fruitless: AtomicU64,
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

    /// From here on what comes is HTTP/1.1, of which something must become now and then. `buffer` bytes may be read ahead
    /// of whoever is slow to take them.
    pub fn expect_fruit(&self, buffer: usize) {
        self.most_fruitless.store(8 * buffer as u64, Relaxed);
        self.bear_fruit();
    }

    /// Something became of what has come: a message, or a part of its body.
    pub fn bear_fruit(&self) {
        self.fruitless.store(0, Relaxed);
    }

    /// From here on what comes is nobody's to count.
    pub fn expect_anything(&self) {
        self.most_fruitless.store(0, Relaxed);
    }

    fn has_come(&self, bytes: usize) -> Result<()> {
        let most = self.most_fruitless.load(Relaxed);
        if most == 0 {
            return Ok(());
        }
        // One thread reads, so that nothing is lost between the two.
        let fruitless = self.fruitless.load(Relaxed).saturating_add(bytes as u64);
        self.fruitless.store(fruitless, Relaxed);
        if fruitless > most {
            let message = format!("more than {most} bytes came and no message or part of one");
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        Ok(())
    }

    /// When bytes wait that the other side does not take: how often it has taken some before.
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
        let come = buffer.filled().len().saturating_sub(before);
        if come > 0 {
            self.traffic.read.store(true, Relaxed);
            self.traffic.has_come(come)?;
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
