//! Start tags: the name and the attributes, with the freedoms that documents in the wild take.

use super::pieces::{Kind, pieces, stretch};
use super::reader::{Reader, Stop, placeholder};
use super::{Attribute, Name, Piece};
use crate::codes;
use diagnostic::Span;

/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 200;

/// A start tag.
pub(super) struct StartTag {
    pub name: Name,
    pub attributes: Vec<Attribute>,
    /// `<a/>`
    pub is_empty: bool,
}

impl Reader<'_> {
    /// Reads `<name attributes>`; the reader stands on `<`.
    pub(super) fn start_tag(&mut self) -> Result<StartTag, Stop> {
        let start = self.at;
        self.at += 1;
        let name = self.name();
        let mut attributes = Vec::new();
        let mut junk: Option<Span> = None;
        let is_empty = loop {
            let had_space = self.skip_space();
            match self.rest().as_bytes() {
                [b'>', ..] => {
                    self.at += 1;
                    break false;
                }
                [b'/', b'>', ..] => {
                    self.at += 2;
                    break true;
                }
                [] | [b'<', ..] => {
                    let message = format!("the tag `<{}` has no `>`", name.text);
                    self.error(codes::MALFORMED_TAG, name.span, message);
                    break false;
                }
                [byte, ..] if is_attribute_start(*byte) => {
                    if !had_space {
                        self.loose(Span::at(self.at), "white space is missing between attributes");
                    }
                    if let Some(attribute) = self.attribute(&name)? {
                        self.add(&mut attributes, attribute, &name)?;
                    }
                }
                _ => {
                    let length = self.rest().chars().next().map_or(1, char::len_utf8);
                    let span = Span::new(self.at, self.at + length);
                    junk = Some(junk.map_or(span, |before| before.to(span)));
                    self.at += length;
                }
            }
        };
        if let Some(span) = junk {
            let found = self
                .text
                .get(span.start..span.end.min(span.start + 40))
                .unwrap_or("…")
                .to_owned();
            let message = format!(
                "found \"{found}\" in the tag `<{}>`, expected an attribute or `>`",
                name.text
            );
            self.error(codes::MALFORMED_TAG, span, message);
        }
        debug_assert!(self.at > start);
        Ok(StartTag {
            name,
            attributes,
            is_empty,
        })
    }

    fn add(&mut self, attributes: &mut Vec<Attribute>, attribute: Attribute, element: &Name) -> Result<(), Stop> {
        if attributes.len() >= MOST_ATTRIBUTES {
            let message = format!("`<{}>` has more than {MOST_ATTRIBUTES} attributes", element.text);
            self.error(codes::DOCUMENT_LIMIT, attribute.name.span, message);
            return Err(Stop);
        }
        if attributes.iter().any(|known| known.name.text == attribute.name.text) {
            let message = format!(
                "attribute `{}` stands twice on `<{}>`",
                attribute.name.text, element.text
            );
            self.error(codes::DUPLICATE_ATTRIBUTE, attribute.name.span, message);
        } else {
            attributes.push(attribute);
        }
        Ok(())
    }

    fn attribute(&mut self, element: &Name) -> Result<Option<Attribute>, Stop> {
        let name = self.name();
        let after = self.at;
        self.skip_space();
        if !self.rest().starts_with('=') {
            self.at = after;
            let message = format!("`{}` in the tag `<{}>` has no value", name.text, element.text);
            self.error(codes::MALFORMED_TAG, name.span, message);
            return Ok(None);
        }
        self.at += 1;
        self.skip_space();
        let (value, span) = match self.rest().as_bytes() {
            [quote @ (b'"' | b'\''), ..] => self.quoted(*quote)?,
            _ => self.unquoted(&name)?,
        };
        Ok(Some(Attribute { name, value, span }))
    }

    fn quoted(&mut self, quote: u8) -> Result<(Vec<Piece>, Span), Stop> {
        let start = self.at + 1;
        let value = match stretch(self.text, start, &|rest| rest.first() == Some(&quote)) {
            Ok(value) => value,
            Err(unclosed) => {
                let end = end_of_value(self.text, unclosed.0, quote);
                let piece = self.without_end(unclosed, end)?;
                self.at += 1;
                return Ok((vec![piece], Span::new(start, self.at - 1)));
            }
        };
        if value.span.end >= self.text.len() {
            return Err(self.unclosed_markup("attribute value"));
        }
        if let Some(end) = self.end_without_brackets(&value, quote) {
            let span = Span::new(start, end);
            let help = "an expression is written `@(…)` or `@{…}`; `\"` in any other value is written `&quot;`";
            self.error_with_help(
                codes::NO_BRACKETS,
                span,
                "`@` without a bracket begins no expression",
                help,
            );
            self.at = end + 1;
            return Ok((vec![placeholder(span)], span));
        }
        self.at = value.span.end + 1;
        Ok((self.value_pieces(&value), value.span))
    }

    /// Where a value probably ends that was meant as an expression but has no brackets: it begins with `@`, and its
    /// first quote is one of C#'s, as what follows is no attribute and not the tag's end.
    fn end_without_brackets(&self, value: &super::pieces::Stretch, quote: u8) -> Option<usize> {
        let inside = self.text.get(value.span.start..value.span.end)?;
        if !inside.trim_start().starts_with('@') || ends_value(self.text.get(value.span.end + 1..)?, false) {
            return None;
        }
        end_of_value(self.text, value.span.end + 1, quote)
    }

    /// A value without quotes: `{{name}}` as a whole, an expression, or up to white space or the tag's end.
    fn unquoted(&mut self, name: &Name) -> Result<(Vec<Piece>, Span), Stop> {
        let start = self.at;
        let is_named = self.rest().starts_with("{{");
        let ends = |rest: &[u8]| match rest {
            [] | [b'>', ..] | [b'/', b'>', ..] => true,
            [byte, ..] => byte.is_ascii_whitespace() && !is_named,
        };
        let mut value = stretch(self.text, start, &ends).map_err(|unclosed| self.unclosed_expression(unclosed))?;
        if is_named {
            let inside = self.text.get(start..value.span.end).unwrap_or_default();
            value.span.end = inside.find("}}").map_or(value.span.end, |at| start + at + 2);
        }
        self.at = value.span.end;
        if value.span.start == value.span.end {
            self.error(
                codes::MALFORMED_TAG,
                name.span,
                format!("attribute `{}` has no value", name.text),
            );
        } else {
            self.loose(value.span, "an attribute's value must stand in quotes");
        }
        Ok((self.value_pieces(&value), value.span))
    }

    fn value_pieces(&mut self, value: &super::pieces::Stretch) -> Vec<Piece> {
        let mut unknown = Vec::new();
        let pieces = pieces(self.text, value, Kind::Attribute, &mut |span| unknown.push(span));
        self.unknown_entities(&unknown);
        pieces
    }

    /// Skips white space; whether there was some.
    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start().len();
        self.at += length;
        length > 0
    }
}

/// Where a value probably ends whose expression does not: at the first quote that the tag's end or another attribute
/// follows.
fn end_of_value(text: &str, from: usize, quote: u8) -> Option<usize> {
    let rest = text.get(from..)?;
    let mut quotes = rest.match_indices(char::from(quote)).map(|(at, _)| at);
    let end = quotes.find(|at| ends_value(rest.get(at + 1..).unwrap_or_default(), true))?;
    Some(from + end)
}

/// Whether a value's quote stands before this: the tag's end or another attribute.
fn ends_value(behind: &str, needs_space: bool) -> bool {
    let next = behind.trim_start();
    let name = next.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'));
    let is_attribute = name.len() < next.len()
        && (behind.len() > next.len() || !needs_space)
        && name
            .strip_prefix('=')
            .is_some_and(|value| value.starts_with(['"', '\'']));
    next.starts_with("/>") || next.starts_with('>') || is_attribute
}

fn is_attribute_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80
}
