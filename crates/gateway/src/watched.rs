//! A byte stream that says whether something has come and whether something is stuck, and is given up when too much comes
//! of which nothing becomes: the zeros of a chunk's size, interim responses without an end.
//!
//! A client that closes its side may have gone away, or have nothing more to say and wait for its answer (RFC 9293,
//! section 3.6): `printf … | nc` does. The end of what it says is held back for a moment, in which quick answers leave.
//!
//! A client that still sends what nobody reads would be told of a reset, maybe before it has read its answer (RFC 9112,
//! section 9.6): what it sends is read for a while when its connection closes.
//!
//! A server may answer, and close without reading the rest of the request (RFC 9112, section 9.3). That it takes nothing
//! any more is not told: what there is to read from it tells more, be it the answer or the end.
//!
//! Never here: other deadlines.

use crate::stream::Stream;
use std::future::Future;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long a client that has closed its side may be waiting for an answer. One that is gone should not be worked for.
const PATIENCE: Duration = Duration::from_millis(300);

/// How long a client that has its answer may go on sending, as .NET's server has it.
const LINGERING: Duration = Duration::from_secs(5);

/// What has been seen of a stream. Atomic because a stream that is upgraded must be able to change threads, which
/// none does.
#[derive(Default)]
pub struct Traffic {
    read: AtomicBool,
    /// Requests that are under way.
    answering: AtomicU64,
    /// Whether the other side's end is held back while a request is under way.
    patient: AtomicBool,
    /// Whether the other side may have answered when it takes nothing any more.
    answers: AtomicBool,
    /// Whether the other side still sends what nobody reads.
    cut_off: AtomicBool,
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

    /// A request begins: what has come so far is its head.
    pub fn begin(&self) {
        self.read.store(false, Relaxed);
        self.answering.fetch_add(1, Relaxed);
    }

    /// A request has ended: what has come so far is its body.
    pub fn end(&self) {
        self.read.store(false, Relaxed);
        self.answering.fetch_sub(1, Relaxed);
    }

    /// What has come so far is the rest of a body that nobody wanted.
    pub fn pass(&self) {
        self.read.store(false, Relaxed);
        self.bear_fruit();
    }

    /// From here on the end of what comes is held back for a moment while a request is under way.
    pub fn bear_with_ends(&self) {
        self.patient.store(true, Relaxed);
    }

    fn bears_with_end(&self) -> bool {
        self.patient.load(Relaxed) && (self.read.load(Relaxed) || self.answering.load(Relaxed) > 0)
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

    /// The connection will close before all has come that the other side sends.
    pub fn cut_off(&self) {
        self.cut_off.store(true, Relaxed);
    }

    /// From here on the other side may answer before it has taken all that is said to it.
    pub fn expect_answers(&self) {
        self.answers.store(true, Relaxed);
    }

    /// From here on what comes is nobody's to count.
    pub fn expect_anything(&self) {
        self.most_fruitless.store(0, Relaxed);
        self.patient.store(false, Relaxed);
        self.answers.store(false, Relaxed);
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
    /// Since the end has come: until when it is held back.
    ending: Option<Pin<Box<Sleep>>>,
    /// Since the connection is closed: until when it goes on reading.
    lingering: Option<Pin<Box<Sleep>>>,
}

/// Whether the other side has closed.
fn is_closed(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}

impl Watched {
    /// Reports on `stream` to `traffic`.
    pub fn new(stream: Stream, traffic: Arc<Traffic>) -> Self {
        Self {
            stream,
            traffic,
            ending: None,
            lingering: None,
        }
    }

    /// Ready when the other side's end may be told.
    fn hold_back(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        if self.traffic.bears_with_end() {
            let ending = self.ending.get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
            ready!(ending.as_mut().poll(context));
        }
        Poll::Ready(Ok(()))
    }

    /// Ready when the other side has ended what it says, or its time is over.
    fn linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let lingering = self.lingering.get_or_insert_with(|| Box::pin(sleep(LINGERING)));
        // First, since a client that never stops may leave no turn in which there is nothing to read.
        if lingering.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let mut thrown_away = [0; 16 << 10];
        loop {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    }

    /// The outcome of writing or flushing; `done` in the place of a failure that is not told. Whoever writes reads as
    /// well, and comes to the answer or to the end.
    fn told<T>(&self, done: T, outcome: Poll<Result<T>>) -> Poll<Result<T>> {
        match outcome {
            Poll::Ready(Err(error)) if self.traffic.answers.load(Relaxed) && is_closed(&error) => Poll::Ready(Ok(done)),
            outcome => outcome,
        }
    }

    /// What became of writing `length` bytes.
    fn wrote(&self, length: usize, outcome: Poll<Result<usize>>) -> Poll<Result<usize>> {
        let outcome = self.told(length, outcome);
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
        if self.ending.is_some() {
            return self.hold_back(context);
        }
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        let come = buffer.filled().len().saturating_sub(before);
        if come > 0 {
            self.traffic.read.store(true, Relaxed);
            self.traffic.has_come(come)?;
        } else if matches!(outcome, Poll::Ready(Ok(()))) && buffer.remaining() > 0 {
            return self.hold_back(context);
        }
        outcome
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(bytes.len(), outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.wrote(slices.iter().map(|slice| slice.len()).sum(), outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.told((), outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        if self.lingering.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        }
        if self.traffic.cut_off.load(Relaxed) {
            ready!(self.linger(context));
        }
        Poll::Ready(Ok(()))
    }
}
