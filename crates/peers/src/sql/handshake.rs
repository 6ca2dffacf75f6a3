//! A stream on which TLS shakes hands inside of TDS packets, and goes on without them.
//!
//! Never here: TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::packets::{FIRST_SIZE, HEAD, STATUS_END, kind, packet};

/// The stream. What is written leaves as packets when it is flushed.
pub struct Handshake<Io> {
    io: Io,
    /// Whether packets are over.
    plain: bool,
    /// The part of a packet's head that was read.
    head: Vec<u8>,
    /// Bytes of the packet that are to come.
    left: usize,
    /// What was written and has not been flushed.
    written: Vec<u8>,
    /// Packets that are on their way.
    leaving: Vec<u8>,
}

impl<Io> Handshake<Io> {
    /// Begins with packets.
    pub fn new(io: Io) -> Self {
        Self {
            io,
            plain: false,
            head: Vec::new(),
            left: 0,
            written: Vec::new(),
            leaving: Vec::new(),
        }
    }

    /// From here on bytes are as they are.
    pub fn over(&mut self) {
        self.plain = true;
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Handshake<Io> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while !this.plain && this.left == 0 {
            let mut space = [0; HEAD];
            let missing = HEAD - this.head.len();
            let mut buffer = ReadBuf::new(space.get_mut(..missing).unwrap_or_default());
            ready!(Pin::new(&mut this.io).poll_read(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.head.extend_from_slice(buffer.filled());
            if let [kind, _, high, low, _, _, _, _] = *this.head {
                let length = usize::from(u16::from_be_bytes([high, low]));
                if kind != kind::PRELOGIN || length < HEAD {
                    let what = format!("a packet of type {kind:#04x} instead of the TLS handshake's");
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, what)));
                }
                this.left = length - HEAD;
                this.head.clear();
            }
        }
        if this.plain && this.left == 0 {
            return Pin::new(&mut this.io).poll_read(context, into);
        }
        let mut part = into.take(this.left);
        ready!(Pin::new(&mut this.io).poll_read(context, &mut part))?;
        let count = part.filled().len();
        // What `part` was given is a prefix of what `into` has room for.
        let read = part.filled().to_vec();
        into.put_slice(&read);
        this.left -= count;
        Poll::Ready(Ok(()))
    }
}

impl<Io: AsyncWrite + Unpin> Handshake<Io> {
    fn poll_leave(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.leaving.is_empty() {
            let count = ready!(Pin::new(&mut self.io).poll_write(context, &self.leaving))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.leaving.drain(..count);
        }
        Poll::Ready(Ok(()))
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Handshake<Io> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.plain {
            ready!(self.poll_leave(context))?;
            return Pin::new(&mut self.io).poll_write(context, bytes);
        }
        self.written.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = std::mem::take(&mut self.written);
        let mut parts = written.chunks(FIRST_SIZE - HEAD).peekable();
        let mut number = 0_u8;
        while let Some(part) = parts.next() {
            number = number.wrapping_add(1);
            let status = if parts.peek().is_none() { STATUS_END } else { 0 };
            let packet = packet(kind::PRELOGIN, status, 0, number, part);
            self.leaving.extend_from_slice(&packet);
        }
        ready!(self.poll_leave(context))?;
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(context))?;
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
