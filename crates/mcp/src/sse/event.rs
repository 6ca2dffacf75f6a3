//! One event, or what stands between events.

use bytes::Bytes;

/// An event, or a comment or blank line between events (then without any field).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The bytes as received, line ends included.
    pub raw: Bytes,
    /// The event's name; none means `message`.
    pub event: Option<String>,
    /// The id to resume after.
    pub id: Option<String>,
    /// The data, lines joined by LF; none when there is no data line, which is not the same as an empty one.
    pub data: Option<Bytes>,
}

impl Event {
    /// The event with other data: all other lines stay, in their order, with LF as line end.
    ///
    /// Line ends in `data` begin a new data line; a receiver joins the lines with LF, to JSON the same blank.
    pub fn with_data(&self, data: &[u8]) -> Bytes {
        let mut written = Vec::with_capacity(self.raw.len() + data.len());
        let mut write_data = Some(|written: &mut Vec<u8>| {
            for line in Lines(data)
                .map(|(line, _)| line)
                .chain(data.is_empty().then_some(&[][..]))
            {
                written.extend_from_slice(b"data: ");
                written.extend_from_slice(line);
                written.push(b'\n');
            }
        });
        for (line, _) in Lines(self.raw.strip_prefix(BOM).unwrap_or(&self.raw)) {
            if line.is_empty() {
                continue;
            }
            if field(line).0 != b"data" {
                written.extend_from_slice(line);
                written.push(b'\n');
            } else if let Some(write) = write_data.take() {
                write(&mut written);
            }
        }
        if let Some(write) = write_data {
            write(&mut written);
        }
        written.push(b'\n');
        Bytes::from(written)
    }
}

/// What a stream may begin with.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Name and value of a line; a comment has an empty name.
pub(super) fn field(line: &[u8]) -> (&[u8], &[u8]) {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return (line, b"");
    };
    let (name, value) = line.split_at(colon);
    let value = value.strip_prefix(b":").unwrap_or(value);
    (name, value.strip_prefix(b" ").unwrap_or(value))
}

/// The lines of a text with their line ends (CRLF, LF, CR, or nothing after the last).
pub(super) struct Lines<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let end = self
            .0
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .unwrap_or(self.0.len());
        let (line, rest) = self.0.split_at(end);
        let end_length = if rest.starts_with(b"\r\n") {
            2
        } else {
            rest.len().min(1)
        };
        let (line_end, rest) = rest.split_at(end_length);
        self.0 = rest;
        Some((line, line_end))
    }
}
