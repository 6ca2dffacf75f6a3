//! Text → element tree: markup between tags, nesting, and recovery when tags do not match.

use super::pieces::{Kind, Unclosed, pieces, stretch};
use super::{Attribute, Element, Name, Node, Piece};
use crate::codes;
use crate::findings::Findings;
use diagnostic::{Diagnostic, Mapped, Source, Span};
use std::sync::Arc;

/// Bytes of a document, named values included.
const LARGEST: usize = 1 << 20;
/// Bytes that APIM takes of a document.
const LARGEST_OF_APIM: usize = 256 * 1024;
/// Bytes that APIM takes of a fragment.
const LARGEST_FRAGMENT_OF_APIM: usize = 512 * 1024;
/// Elements inside elements. Threads that read, compile and run documents have stacks for as many in every fragment of a
/// chain.
const DEEPEST: usize = 256;
/// Problems of one document after which reading ends: the rest would say the same again.
const MOST_PROBLEMS: usize = 100;
/// Expressions without an end behind which is read on: each is looked through up to the document's end.
const MOST_WITHOUT_END: usize = 10;

/// Reads a whole text. Problems go to `findings`; what could be read comes back.
pub(crate) fn read(source: &Arc<Source>, findings: &mut Findings) -> Vec<Node> {
    let text: &str = source.text();
    let mut reader = Reader {
        text,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        source,
        findings,
        open: Vec::new(),
        content: Vec::new(),
        problems: 0,
        without_end: 0,
    };
    if text.len() > LARGEST {
        let message = format!("the document has {} bytes, expected at most {LARGEST}", text.len());
        reader.error(codes::DOCUMENT_LIMIT, Span::at(0), message);
        return Vec::new();
    }
    if reader.whole().is_ok() {
        reader.report_open();
    }
    while reader.close() {}
    reader.report_size();
    reader.content
}

/// Reading cannot go on; the problem is reported.
pub(super) struct Stop;

/// An element whose end tag has not come yet.
struct Open {
    name: Name,
    attributes: Vec<Attribute>,
    /// Where its content begins.
    start: usize,
    /// What stood before it in the element around it.
    before: Vec<Node>,
}

pub(super) struct Reader<'r> {
    pub(super) text: &'r str,
    pub(super) at: usize,
    source: &'r Arc<Source>,
    findings: &'r mut Findings,
    open: Vec<Open>,
    /// What stands in the innermost open element so far.
    content: Vec<Node>,
    problems: usize,
    /// Expressions without an end so far.
    without_end: usize,
}

impl Reader<'_> {
    fn whole(&mut self) -> Result<(), Stop> {
        while !self.rest().is_empty() {
            if self.problems >= MOST_PROBLEMS {
                return Err(Stop);
            }
            match self.rest().as_bytes() {
                [b'<', b'!', b'-', b'-', ..] => self.comment()?,
                [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => self.cdata()?,
                [b'<', b'!', b'D', b'O', b'C', ..] => self.document_type()?,
                [b'<', b'?', ..] => self.skip_past("?>", "processing instruction")?,
                [b'<', b'/', ..] => self.end_tag(),
                [b'<', next, ..] if is_name_start(*next) => self.element()?,
                _ => self.characters()?,
            }
        }
        Ok(())
    }

    /// Text up to the next markup.
    fn characters(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let first_is_loose = self.rest().starts_with('<');
        if first_is_loose {
            self.loose(Span::new(start, start + 1), "`<` in text must be written `&lt;`");
        }
        let from = start + usize::from(first_is_loose);
        let is_markup = |rest: &[u8]| matches!(rest, [b'<', next, ..] if is_name_start(*next) || matches!(next, b'/' | b'!' | b'?'));
        let mut stretch = match stretch(self.text, from, &is_markup) {
            Ok(stretch) => stretch,
            Err(unclosed) => {
                let end = self.open.last().and_then(|open| {
                    let end_tag = format!("</{}", open.name.text);
                    self.text.get(unclosed.0..)?.find(&end_tag).map(|at| unclosed.0 + at)
                });
                let piece = self.without_end(unclosed, end)?;
                self.content.push(Node::Text(vec![piece]));
                return Ok(());
            }
        };
        stretch.span.start = start;
        self.at = stretch.span.end.max(start + 1);
        // `<!` and `<?` that begin nothing known are text too.
        stretch.span.end = self.at;
        self.push_text(&stretch, Kind::Text);
        Ok(())
    }

    fn push_text(&mut self, stretch: &super::pieces::Stretch, kind: Kind) {
        let mut unknown = Vec::new();
        let pieces = pieces(self.text, stretch, kind, &mut |span| unknown.push(span));
        self.unknown_entities(&unknown);
        self.content.push(Node::Text(pieces));
    }

    fn report_size(&mut self) {
        let is_fragment = |node: &Node| matches!(node, Node::Element(root) if root.name.text == "fragment");
        let (what, most) = if self.content.iter().any(is_fragment) {
            ("fragment", LARGEST_FRAGMENT_OF_APIM)
        } else {
            ("document", LARGEST_OF_APIM)
        };
        if self.text.len() > most {
            let message = format!("the {what} has {} bytes, APIM takes at most {most}", self.text.len());
            let diagnostic = Diagnostic::warning(codes::DOCUMENT_LIMIT, self.source, Span::at(0), message);
            self.findings.refused_by_apim(diagnostic);
        }
    }

    pub(super) fn unknown_entities(&mut self, spans: &[Span]) {
        for span in spans.iter().take(MOST_PROBLEMS) {
            self.problems += 1;
            let name = self.text.get(span.start..span.end).unwrap_or_default();
            let message = format!("`{name}` is no entity of XML; it stays as it is");
            self.findings
                .refused_by_apim(Diagnostic::warning(codes::UNKNOWN_ENTITY, self.source, *span, message));
        }
    }

    fn comment(&mut self) -> Result<(), Stop> {
        let inside = self.at + 4;
        self.skip_past("-->", "comment")?;
        let text = self.text.get(inside..self.at.saturating_sub(3)).unwrap_or_default();
        if let Some(dashes) = text.find("--") {
            let span = Span::new(inside + dashes, inside + dashes + 2);
            self.loose(span, "`--` may not stand inside a comment");
        }
        Ok(())
    }

    fn cdata(&mut self) -> Result<(), Stop> {
        let start = self.at + "<![CDATA[".len();
        let inside = stretch(self.text, start, &|rest| rest.starts_with(b"]]>"))
            .map_err(|unclosed| self.unclosed_expression(unclosed))?;
        if inside.span.end >= self.text.len() {
            return Err(self.unclosed_markup("CDATA section"));
        }
        self.push_text(&inside, Kind::Cdata);
        self.at = inside.span.end + 3;
        Ok(())
    }

    fn document_type(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let has_subset = self
            .rest()
            .find(['[', '>'])
            .is_some_and(|at| self.text.as_bytes().get(start + at) == Some(&b'['));
        self.skip_past(if has_subset { "]>" } else { ">" }, "document type")?;
        self.loose(
            Span::new(start, self.at),
            "a document type declaration has no meaning in a policy document",
        );
        Ok(())
    }

    fn skip_past(&mut self, end: &str, what: &str) -> Result<(), Stop> {
        let found = self.rest().get(2..).and_then(|rest| rest.find(end));
        let Some(found) = found else {
            return Err(self.unclosed_markup(what));
        };
        self.at += 2 + found + end.len();
        Ok(())
    }

    fn element(&mut self) -> Result<(), Stop> {
        let tag = self.start_tag()?;
        self.open.push(Open {
            name: tag.name,
            attributes: tag.attributes,
            start: self.at,
            before: std::mem::take(&mut self.content),
        });
        if tag.is_empty {
            self.close();
        } else if let Some(deepest) = self.open.get(DEEPEST) {
            let span = deepest.name.span;
            self.error(
                codes::DOCUMENT_LIMIT,
                span,
                format!("elements are nested deeper than {DEEPEST} levels"),
            );
            self.forget();
            return Err(Stop);
        }
        Ok(())
    }

    /// `</name>`: closes the innermost element of that name; elements inside it that are still open are reported.
    fn end_tag(&mut self) {
        let start = self.at;
        self.at += 2;
        let name = self.name();
        let length = self.rest().find(['>', '<']).unwrap_or(self.rest().len());
        let junk = self.rest().get(..length).unwrap_or_default().trim();
        let span = Span::new(start, self.at + length);
        if !junk.is_empty() {
            let message = format!("found \"{junk}\" in an end tag, expected `>`");
            self.error(codes::MALFORMED_TAG, span, message);
        }
        self.at += length + usize::from(self.rest().get(length..).is_some_and(|rest| rest.starts_with('>')));
        let Some(index) = self.open.iter().rposition(|open| open.name.text == name.text) else {
            let message = match self.open.last() {
                Some(open) => format!(
                    "found `</{}>`, expected `</{}>` for the element opened at line {}",
                    name.text,
                    open.name.text,
                    self.source.position(open.name.span.start).line
                ),
                None => format!("`</{}>` closes nothing", name.text),
            };
            self.error(codes::STRAY_END_TAG, name.span, message);
            return;
        };
        while self.open.len() > index + 1 {
            if let Some(open) = self.open.last() {
                let (open, line) = (open.name.clone(), self.source.position(name.span.start).line);
                let message = format!("`<{}>` is still open at `</{}>` in line {line}", open.text, name.text);
                self.unclosed(codes::MISMATCHED_TAG, &open, message);
            }
            self.close();
        }
        self.close_at(start);
    }

    /// Leaves out what is open but the document itself: cut off, it would lack what it has.
    fn forget(&mut self) {
        if let Some(open) = self.open.drain(1..).next() {
            self.content = open.before;
        }
    }

    fn report_open(&mut self) {
        let open: Vec<Name> = self.open.iter().map(|open| open.name.clone()).collect();
        for name in open {
            let message = format!("`<{0}>` has no `</{0}>`", name.text);
            self.unclosed(codes::UNCLOSED_ELEMENT, &name, message);
        }
    }

    fn close(&mut self) -> bool {
        self.close_at(self.at)
    }

    /// Puts the innermost open element, whose content ends at `end`, into the one around it.
    fn close_at(&mut self, end: usize) -> bool {
        let Some(open) = self.open.pop() else {
            return false;
        };
        let content = std::mem::replace(&mut self.content, open.before);
        self.content.push(Node::Element(Element {
            name: open.name,
            attributes: open.attributes,
            content,
            inner: Span::new(open.start, end.max(open.start)),
        }));
        true
    }

    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The name that starts here; empty when there is none.
    pub(super) fn name(&mut self) -> Name {
        let start = self.at;
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '>' | '<' | '=' | '"' | '\'');
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        self.at += length;
        Name {
            text: self.text.get(start..self.at).unwrap_or_default().to_owned(),
            span: Span::new(start, self.at),
        }
    }

    pub(super) fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.problems += 1;
        self.findings.error(code, self.source, span, message);
    }

    fn unclosed(&mut self, code: &'static str, name: &Name, message: String) {
        let help = format!("write `<{} … />` if it holds nothing", name.text);
        self.error_with_help(code, name.span, message, help);
    }

    pub(super) fn error_with_help(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.problems += 1;
        self.findings
            .push(Diagnostic::error(code, self.source, span, message).with_help(help));
    }

    pub(super) fn loose(&mut self, span: Span, message: &str) {
        self.problems += 1;
        self.findings
            .refused_by_apim(Diagnostic::warning(codes::LOOSE_MARKUP, self.source, span, message));
    }

    pub(super) fn unclosed_expression(&mut self, Unclosed(at): Unclosed) -> Stop {
        let open = self.text.get(at..at + 2).unwrap_or_default().to_owned();
        let close = if open == "@(" { ')' } else { '}' };
        let message = format!("the expression that starts here has no closing `{close}`");
        self.error(codes::UNCLOSED_EXPRESSION, Span::new(at, at + open.len()), message);
        Stop
    }

    /// An expression that has no end, up to where it probably should have one, so that what stands behind it is read
    /// too. What stands in its place fits everywhere: it throws.
    pub(super) fn without_end(&mut self, unclosed: Unclosed, end: Option<usize>) -> Result<Piece, Stop> {
        let start = unclosed.0;
        let stop = self.unclosed_expression(unclosed);
        self.without_end += 1;
        let Some(end) = end.filter(|_| self.without_end < MOST_WITHOUT_END) else {
            return Err(stop);
        };
        self.at = end;
        Ok(placeholder(Span::new(start, end)))
    }

    pub(super) fn unclosed_markup(&mut self, what: &str) -> Stop {
        let span = Span::new(self.at, (self.at + 2).min(self.text.len()));
        self.error(
            codes::UNCLOSED_MARKUP,
            span,
            format!("the {what} that starts here has no end"),
        );
        Stop
    }
}

/// What stands in the place of an expression that cannot be read.
pub(super) fn placeholder(span: Span) -> Piece {
    Piece::Expression {
        source: Mapped::verbatim("@{ throw null; }", span.start),
        span,
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}
