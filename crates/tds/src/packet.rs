//! Packets: messages cut into pieces with a header of eight bytes (MS-TDS 2.2.3).

use crate::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Bytes of a header.
pub(crate) const HEADER: usize = 8;
/// Bytes of a packet until the server says otherwise.
pub(crate) const DEFAULT_SIZE: usize = 4096;
/// Bytes of a server's message that are read at most.
pub(crate) const MOST: usize = 16 << 20;

/// The last packet of its message.
const LAST: u8 = 0x01;
/// The server forgets what statements before have left in the session.
const RESET: u8 = 0x08;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Procedure = 0x03,
    Login = 0x10,
    Prelogin = 0x12,
}

/// What a server sends.
const RESPONSE: u8 = 0x04;

/// The header of a packet with so many bytes behind it.
pub(crate) fn header(kind: Kind, length: usize, number: usize, is_last: bool) -> [u8; HEADER] {
    let [high, low] = ((length + HEADER) as u16).to_be_bytes();
    let status = if is_last { LAST } else { 0 };
    [kind as u8, status, high, low, 0, 0, (number + 1) as u8, 0]
}

/// Sends a message in packets of `size` bytes; with `reset`, the session starts anew before it is looked at.
pub(crate) async fn send<S: AsyncWrite + Unpin>(
    stream: &mut S,
    (kind, message): (Kind, &[u8]),
    size: usize,
    reset: bool,
) -> Result<(), Error> {
    let mut packets = Vec::with_capacity(message.len() + HEADER * (message.len() / size + 2));
    let pieces = message.chunks(size.saturating_sub(HEADER).max(1));
    let count = pieces.len();
    for (number, piece) in pieces.enumerate() {
        let mut header = header(kind, piece.len(), number, number + 1 == count);
        if reset && number == 0 {
            let [_, status, ..] = &mut header;
            *status |= RESET;
        }
        packets.extend_from_slice(&header);
        packets.extend_from_slice(piece);
    }
    stream.write_all(&packets).await?;
    stream.flush().await?;
    Ok(())
}

/// Reads a server's message whole.
pub(crate) async fn receive<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Vec<u8>, Error> {
    let mut message = Vec::new();
    loop {
        let mut header = [0; HEADER];
        stream.read_exact(&mut header).await?;
        let [kind, status, high, low, ..] = header;
        if kind != RESPONSE {
            return Err(Error::Malformed("it is no response"));
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some(length) = length.checked_sub(HEADER) else {
            return Err(Error::Malformed("a packet is shorter than its header"));
        };
        if message.len() + length > MOST {
            return Err(Error::TooLarge(MOST));
        }
        let start = message.len();
        message.resize(start + length, 0);
        let piece = message.get_mut(start..).unwrap_or_default();
        stream.read_exact(piece).await?;
        if status & LAST != 0 {
            return Ok(message);
        }
    }
}
