//! Cuts a byte stream into events, wherever its chunks happen to end.

use super::event::{BOM, Event, Lines, field};
use bytes::{Bytes, BytesMut};
use thiserror::Error;

/// An event is larger than the decoder's limit; the stream cannot be read on.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a server-sent event is larger than {limit} bytes")]
pub struct EventTooLarge {
    /// The limit in bytes.
    pub limit: usize,
}

/// An incremental decoder. Bytes go in by [`push`](Self::push), events come out by [`next_event`](Self::next_event).
///
/// Comments and blank lines outside an event are handed out line by line, so that a keep-alive never waits.
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    buffer: BytesMut,
    /// Where the line begins that is not complete yet; all before it in `buffer` belongs to the open event.
    line: usize,
    /// Up to where the open line was searched for its end.
    searched: usize,
    /// Whether the open event has a field line.
    in_event: bool,
    /// Whether the open event is the stream's first, which may begin with a byte order mark.
    first: bool,
    /// What ended the previous line.
    line_end: LineEnd,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineEnd {
    Lf,
    Cr,
    CrLf,
}

impl Decoder {
    /// A decoder for events of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            buffer: BytesMut::new(),
            line: 0,
            searched: 0,
            in_event: false,
            first: true,
            line_end: LineEnd::Lf,
            ended: false,
        }
    }

    /// Takes the stream's next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// Tells that the stream has ended: an event without its blank line is then handed out as well.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The next complete event; none: more bytes are needed, or the stream is over.
    pub fn next_event(&mut self) -> Result<Option<Event>, EventTooLarge> {
        while let Some(end) = self.line_complete() {
            let line = self.buffer.get(self.line..self.searched).unwrap_or_default();
            let bom = if self.first && self.line == 0 { BOM } else { b"" };
            let line = line.strip_prefix(bom).unwrap_or(line);
            let (blank, comment) = (line.is_empty(), line.starts_with(b":"));
            self.line = end;
            self.searched = end;
            self.in_event |= !blank && !comment;
            if blank || !self.in_event {
                return self.take(end).map(Some);
            }
        }
        if self.ended && !self.buffer.is_empty() {
            return self.take(self.buffer.len()).map(Some);
        }
        if self.buffer.len() > self.limit {
            return Err(EventTooLarge { limit: self.limit });
        }
        Ok(None)
    }

    /// Searches the open line's end and gives the place after it; `searched` is then where the line's text ends.
    ///
    /// A CR ends a line at once, since waiting for a LF would hold back an event; if a LF does follow, it is skipped
    /// and the stream is known to be one of CRLF. From then on a LF is waited for: it is on its way.
    fn line_complete(&mut self) -> Option<usize> {
        if self.line_end == LineEnd::Cr && self.searched == self.line && self.buffer.get(self.line) == Some(&b'\n') {
            self.line += 1;
            self.searched = self.line;
            self.line_end = LineEnd::CrLf;
        }
        let unsearched = self.buffer.get(self.searched..)?;
        let Some(found) = unsearched.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            self.searched = self.buffer.len();
            return None;
        };
        self.searched += found;
        let (line_end, length) = match (unsearched.get(found..)?, self.line_end) {
            ([b'\r', b'\n', ..], LineEnd::CrLf) => (LineEnd::CrLf, 2),
            ([b'\r'], LineEnd::CrLf) if !self.ended => return None,
            ([b'\r', ..], _) => (LineEnd::Cr, 1),
            _ => (LineEnd::Lf, 1),
        };
        self.line_end = line_end;
        Some(self.searched + length)
    }

    /// Hands out the first `length` bytes as an event.
    fn take(&mut self, length: usize) -> Result<Event, EventTooLarge> {
        if length > self.limit {
            return Err(EventTooLarge { limit: self.limit });
        }
        let raw = self.buffer.split_to(length).freeze();
        self.line = 0;
        self.searched = 0;
        self.in_event = false;
        let bom = if std::mem::take(&mut self.first) { BOM } else { b"" };
        Ok(parse(raw, bom))
    }
}

/// Reads the fields of a complete event, after `bom` if it begins with that.
fn parse(raw: Bytes, bom: &[u8]) -> Event {
    let mut event = Event::default();
    let mut lines: Vec<&[u8]> = Vec::new();
    for (line, _) in Lines(raw.strip_prefix(bom).unwrap_or(&raw)) {
        match field(line) {
            (b"event", value) => event.event = Some(String::from_utf8_lossy(value).into_owned()),
            (b"id", value) if !value.contains(&0) => event.id = Some(String::from_utf8_lossy(value).into_owned()),
            (b"data", value) => lines.push(value),
            _ => {}
        }
    }
    event.data = match lines.as_slice() {
        [] => None,
        [line] => Some(raw.slice_ref(line)),
        lines => Some(Bytes::from(lines.join(&b'\n'))),
    };
    event.raw = raw;
    event
}
