//! Packets, of which messages consist: a head of eight bytes (type, status, length, session, number, window), then data.
//!
//! Never here: what a message says.

use std::io;

use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Bytes of a packet's head.
pub const HEAD: usize = 8;
/// Bytes of a packet before client and server have agreed on something else.
pub const FIRST_SIZE: usize = 4096;
/// Bytes of a message at most.
const LARGEST: usize = 64 << 20;

/// Types of messages.
pub mod kind {
    /// Statements as text.
    pub const BATCH: u8 = 0x01;
    /// Calls of procedures.
    pub const RPC: u8 = 0x03;
    /// Whatever the server says.
    pub const ANSWER: u8 = 0x04;
    /// "Stop what you are doing."
    pub const ATTENTION: u8 = 0x06;
    /// A token, after the server has said whose.
    pub const TOKEN: u8 = 0x08;
    /// Transactions.
    pub const TRANSACTION: u8 = 0x0e;
    /// Who logs in.
    pub const LOGIN: u8 = 0x10;
    /// What both can do; the TLS handshake.
    pub const PRELOGIN: u8 = 0x12;
}

/// The last packet of a message.
pub const STATUS_END: u8 = 0x01;
/// The client thought better of the message.
const STATUS_IGNORE: u8 = 0x02;
/// The session begins anew before the message; with or without its transaction.
const STATUS_RESET: u8 = 0x08 | 0x10;

/// A message of the client's.
#[derive(Debug)]
pub struct Message {
    /// Its type.
    pub kind: u8,
    /// Whether the session begins anew before it.
    pub reset: bool,
    /// Whether the client thought better of it before its end.
    pub withdrawn: bool,
    /// Its data.
    pub payload: Vec<u8>,
}

/// The next message; nothing when the client has closed the connection between messages.
pub async fn receive(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Message>> {
    let mut message: Option<Message> = None;
    loop {
        let mut head = [0; HEAD];
        match from.read_exact(&mut head).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && message.is_none() => return Ok(None),
            outcome => outcome?,
        };
        let [kind, status, high, low, ..] = head;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let whole = message.get_or_insert_with(|| Message {
            kind,
            reset: status & STATUS_RESET != 0,
            withdrawn: false,
            payload: Vec::new(),
        });
        let start = whole.payload.len();
        if whole.kind != kind || length < HEAD || start + length > LARGEST {
            let what = format!("a packet of type {kind:#04x} and {length} bytes cannot stand here");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        whole.payload.resize(start + length - HEAD, 0);
        if let Some(data) = whole.payload.get_mut(start..) {
            from.read_exact(data).await?;
        }
        whole.withdrawn |= status & STATUS_IGNORE != 0;
        if status & STATUS_END != 0 {
            return Ok(message);
        }
    }
}

/// One packet.
pub fn packet(kind: u8, status: u8, session: u16, number: u8, data: &[u8]) -> Vec<u8> {
    let mut packet = Vec::with_capacity(HEAD + data.len());
    packet.put_slice(&[kind, status]);
    packet.put_u16((HEAD + data.len()) as u16);
    packet.put_u16(session);
    packet.put_slice(&[number, 0]);
    packet.put_slice(data);
    packet
}

/// Messages of the server's.
pub struct Packets<W> {
    to: W,
    size: usize,
    session: u16,
    number: u8,
    pending: Vec<u8>,
}

impl<W: AsyncWrite + Unpin> Packets<W> {
    /// Messages to `to`, in packets of `size` bytes.
    pub fn new(to: W, session: u16, size: usize) -> Self {
        Self {
            to,
            size,
            session,
            number: 0,
            pending: Vec::new(),
        }
    }

    /// More of the message. Whole packets leave at once, but for what may be its last.
    pub async fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(data);
        let most = self.size - HEAD;
        while self.pending.len() > most {
            let rest = self.pending.split_off(most);
            let full = std::mem::replace(&mut self.pending, rest);
            self.send(0, &full).await?;
        }
        Ok(())
    }

    /// The end of the message.
    pub async fn end(&mut self) -> io::Result<()> {
        self.flush(STATUS_END).await?;
        self.number = 0;
        Ok(())
    }

    /// What there is of the message, and no end.
    pub async fn break_off(&mut self) -> io::Result<()> {
        self.flush(0).await
    }

    /// The size of packets from here on.
    pub fn resize(&mut self, size: usize) {
        self.size = size;
    }

    /// The end of all messages.
    pub async fn close(&mut self) -> io::Result<()> {
        self.to.shutdown().await
    }

    /// Bytes as they are, which are no packet.
    pub async fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(bytes).await?;
        self.to.flush().await
    }

    async fn flush(&mut self, status: u8) -> io::Result<()> {
        let last = std::mem::take(&mut self.pending);
        self.send(status, &last).await?;
        self.to.flush().await
    }

    async fn send(&mut self, status: u8, data: &[u8]) -> io::Result<()> {
        self.number = self.number.wrapping_add(1);
        let packet = packet(kind::ANSWER, status, self.session, self.number, data);
        self.to.write_all(&packet).await
    }
}
