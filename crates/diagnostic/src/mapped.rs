//! Text that was decoded from another text, with the way back: an expression whose `&quot;` became `"`.

use crate::Span;

/// A decoded text and, for each of its bytes, the byte of the original that it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    text: String,
    /// Turning points in order: from decoded byte `.0` on, the original runs in parallel from byte `.1`.
    points: Vec<(usize, usize)>,
    end: usize,
}

impl Mapped {
    /// Text that stands unchanged in the original from byte `start` on.
    pub fn verbatim(text: impl Into<String>, start: usize) -> Self {
        let text = text.into();
        Self {
            end: start + text.len(),
            points: vec![(0, start)],
            text,
        }
    }

    /// Appends `piece`, which stands for the bytes `from` of the original (of another length, when it was decoded).
    pub fn push(&mut self, piece: &str, from: Span) {
        self.points.push((self.text.len(), from.start));
        self.text.push_str(piece);
        self.end = from.end;
    }

    /// Appends another text.
    pub fn append(&mut self, other: &Self) {
        let length = self.text.len();
        let points = other.points.iter();
        self.points
            .extend(points.map(|(decoded, original)| (length + decoded, *original)));
        self.text.push_str(&other.text);
        self.end = other.end;
    }

    /// The decoded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The stretch of the original that a stretch of the decoded text came from.
    pub fn original(&self, span: Span) -> Span {
        let start = self.original_offset(span.start);
        Span::new(
            start,
            if span.end <= span.start {
                start
            } else {
                self.original_end(span.end).max(start)
            },
        )
    }

    fn original_offset(&self, offset: usize) -> usize {
        if offset >= self.text.len() {
            return self.end;
        }
        let before = self.points.partition_point(|(decoded, _)| *decoded <= offset);
        before
            .checked_sub(1)
            .and_then(|index| self.points.get(index))
            .map_or(offset, |(decoded, original)| original + (offset - decoded))
    }

    fn original_end(&self, offset: usize) -> usize {
        if offset >= self.text.len() {
            return self.end;
        }
        match self.points.binary_search_by_key(&offset, |(decoded, _)| *decoded) {
            // The span ends just before a decoded piece: its original ends where that piece's original starts.
            Ok(index) => self.points.get(index).map_or(offset, |(_, original)| *original),
            Err(_) => self.original_offset(offset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_lead_back_through_decoded_entities() {
        // original: `a &lt; b` at byte 10
        let mut mapped = Mapped::default();
        mapped.push("a ", Span::new(10, 12));
        mapped.push("<", Span::new(12, 16));
        mapped.push(" b", Span::new(16, 18));
        assert_eq!(mapped.text(), "a < b");
        assert_eq!(mapped.original(Span::new(2, 3)), Span::new(12, 16));
        assert_eq!(mapped.original(Span::new(4, 5)), Span::new(17, 18));
        assert_eq!(mapped.original(Span::at(5)), Span::at(18));
    }
}
