//! Values and texts as pieces: where expressions begin and end, and what the characters between them mean.

use super::entities::decode;
use super::{Element, Piece};
use diagnostic::{Mapped, Span};
use expression::syntax::expression_end;

/// What a stretch is, which decides how its characters are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An attribute's value: entities decoded, line ends and tabs become spaces.
    Attribute,
    /// Text between tags: entities decoded.
    Text,
    /// `<![CDATA[…]]>`: characters as they are.
    Cdata,
    /// Markup that is content, such as a SOAP envelope: as it is, entities decoded in expressions only.
    Markup,
}

/// A stretch with the places of its expressions.
pub(super) struct Stretch {
    pub span: Span,
    expressions: Vec<Span>,
}

/// `@` of an expression whose end is missing.
pub(super) struct Unclosed(pub usize);

/// The stretch from `start` up to the first place outside of expressions where `ends` says so, or the text's end.
pub(super) fn stretch(text: &str, start: usize, ends: &dyn Fn(&[u8]) -> bool) -> Result<Stretch, Unclosed> {
    let bytes = text.as_bytes();
    let mut expressions = Vec::new();
    let mut at = start;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty() && !ends(rest)) {
        match rest {
            [b'@', b'@', b'(' | b'{', ..] => at += 3,
            [b'@', b'(' | b'{', ..] => {
                let end = expression_end(text, at).map_err(|_| Unclosed(at))?;
                expressions.push(Span::new(at, end));
                at = end;
            }
            _ => at += 1,
        }
    }
    Ok(Stretch {
        span: Span::new(start, at),
        expressions,
    })
}

/// The pieces of a stretch. Entities that XML does not define are handed to `unknown`.
pub(super) fn pieces(text: &str, stretch: &Stretch, kind: Kind, unknown: &mut dyn FnMut(Span)) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = stretch.span.start;
    for span in &stretch.expressions {
        pieces.extend(literal(text, Span::new(at, span.start), kind, unknown));
        let raw = text.get(span.start..span.end).unwrap_or_default();
        let source = match kind {
            Kind::Cdata => Mapped::verbatim(raw, span.start),
            // `&&x;` is C#, not a reference: what XML does not define stays.
            Kind::Attribute | Kind::Text | Kind::Markup => decode(raw, span.start, |_| {}),
        };
        pieces.push(Piece::Expression { source, span: *span });
        at = span.end;
    }
    pieces.extend(literal(text, Span::new(at, stretch.span.end), kind, unknown));
    pieces
}

fn literal(text: &str, span: Span, kind: Kind, unknown: &mut dyn FnMut(Span)) -> Option<Piece> {
    let raw = text.get(span.start..span.end).filter(|raw| !raw.is_empty())?;
    let mut text = match kind {
        Kind::Attribute | Kind::Text => decode(raw, span.start, unknown).text().to_owned(),
        Kind::Cdata | Kind::Markup => raw.to_owned(),
    };
    if kind == Kind::Attribute {
        text = text.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
    }
    if text.contains("@@") {
        text = text.replace("@@(", "@(").replace("@@{", "@{");
    }
    Some(Piece::Literal { text, span })
}

/// The text between an element's tags as one, expressions included: as it is written where there is markup in it.
pub(crate) fn written_text(text: &str, element: &Element) -> Mapped {
    if element.children().next().is_some() {
        let inner = text.get(element.inner.start..element.inner.end);
        return Mapped::verbatim(inner.unwrap_or_default(), element.inner.start);
    }
    let mut whole = Mapped::default();
    for piece in element.text() {
        match piece {
            Piece::Expression { source, .. } => whole.append(source),
            Piece::Literal { text: read, span } => {
                let raw = text.get(span.start..span.end).unwrap_or_default();
                let decoded = decode(raw, span.start, |_| {});
                if raw != read && decoded.text() == read {
                    whole.append(&decoded);
                } else {
                    whole.push(read, *span);
                }
            }
        }
    }
    whole
}

/// Markup taken as content: everything in `span` as it is written, with its expressions. What does not close is text.
pub(crate) fn markup_pieces(text: &str, span: Span) -> Vec<Piece> {
    let inside = text.get(..span.end).unwrap_or_default();
    let whole = stretch(inside, span.start, &|_| false).unwrap_or(Stretch {
        span,
        expressions: Vec::new(),
    });
    pieces(text, &whole, Kind::Markup, &mut |_| {})
}
