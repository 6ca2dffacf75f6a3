//! A stream on which the handshake of TLS travels inside of `PRELOGIN` packets, as SQL Server has it before version 8.0
//! of the protocol; what follows the handshake travels as it is (MS-TDS 3.2.5.2).
//!
//! Never here: TLS.

use crate::packet::{HEADER, Kind, header};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of a packet's payload while the handshake lasts.
const PIECE: usize = crate::packet::DEFAULT_SIZE - HEADER;

/// Bytes of a flight that wait at most.
const MOST: usize = 64 << 10;

/// A stream whose bytes are in packets until [`Wrapped::unwrap`] is called.
#[derive(Debug)]
pub struct Wrapped<S> {
    stream: S,
    wraps: bool,
    /// The header that is being read, and how much of it is there.
    head: ([u8; HEADER], usize),
    /// Bytes of the packet that are still to be read.
    left: usize,
    /// What the handshake says before it is flushed.
    flight: Vec<u8>,
    /// Packets that wait to be written.
    outgoing: Vec<u8>,
}

impl<S> Wrapped<S> {
    /// With packets.
    pub const fn new(stream: S) -> Self {
        Self {
            stream,
            wraps: true,
            head: ([0; HEADER], 0),
            left: 0,
            flight: Vec::new(),
            outgoing: Vec::new(),
        }
    }

    /// The handshake is over: no more packets.
    pub fn unwrap(&mut self) {
        self.wrap();
        self.wraps = false;
    }

    /// Makes a message of the flight.
    fn wrap(&mut self) {
        let flight = std::mem::take(&mut self.flight);
        let pieces = flight.chunks(PIECE);
        let count = pieces.len();
        for (number, piece) in pieces.enumerate() {
            let header = header(Kind::Prelogin, piece.len(), number, number + 1 == count);
            self.outgoing.extend_from_slice(&header);
            self.outgoing.extend_from_slice(piece);
        }
    }
}

impl<S: AsyncWrite + Unpin> Wrapped<S> {
    /// Writes what waits.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.outgoing))?;
            if written == 0 {
                return Poll::Ready(Err(ErrorKind::WriteZero.into()));
            }
            self.outgoing.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> Wrapped<S> {
    /// Reads the header of the next packet that has something in it; false at the end of the stream.
    fn poll_packet(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        while self.left == 0 {
            let (head, filled) = &mut self.head;
            let mut buffer = ReadBuf::new(head.get_mut(*filled..).unwrap_or_default());
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
            let count = buffer.filled().len();
            if count == 0 {
                return Poll::Ready(Ok(false));
            }
            *filled += count;
            if *filled < HEADER {
                continue;
            }
            let [kind, _, high, low, ..] = *head;
            *filled = 0;
            let length = usize::from(u16::from_be_bytes([high, low]));
            // Servers answer with the client's kind or with that of responses.
            let is_packet = (kind == Kind::Prelogin as u8 || kind == 0x04) && length >= HEADER;
            if !is_packet {
                let message = "the handshake of TLS is not in packets of the database's protocol";
                return Poll::Ready(Err(io::Error::new(ErrorKind::InvalidData, message)));
            }
            self.left = length - HEADER;
        }
        Poll::Ready(Ok(true))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wrapped<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        // The rest of a packet that the handshake has begun still belongs to it.
        if this.wraps && !ready!(this.poll_packet(context))? || buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        if this.left == 0 {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        let room = this.left.min(buffer.remaining());
        let mut piece = ReadBuf::new(buffer.initialize_unfilled_to(room));
        ready!(Pin::new(&mut this.stream).poll_read(context, &mut piece))?;
        let count = piece.filled().len();
        this.left -= count;
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wrapped<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.wraps {
            // A flight of the handshake is one message, which its flush ends.
            let room = MOST.saturating_sub(self.flight.len()).min(bytes.len());
            if room > 0 || bytes.is_empty() {
                self.flight.extend_from_slice(bytes.get(..room).unwrap_or_default());
                return Poll::Ready(Ok(room));
            }
            ready!(self.as_mut().poll_flush(context))?;
            return self.poll_write(context, bytes);
        }
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wrap();
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wrap();
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
