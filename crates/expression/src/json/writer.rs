//! JSON text of a token, as Newtonsoft's `JsonTextWriter` lays it out.
//!
//! Never here: .NET's `ToString()` of a plain value (`scalar`).

use super::arena::{Arena, Kind, NodeId};
use super::guid::format_guid;
use super::scalar::Scalar;
use super::style::{Escape, FloatFormat, WriteStyle};
use super::token::JToken;
use crate::date::format_time_span;
use crate::number::{format_decimal, format_double};
use crate::text::Text;
use std::fmt::Write;

/// Newtonsoft's `Formatting`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formatting {
    /// On one line, without spaces.
    None,
    /// Two spaces a level, lines end with `\n`.
    Indented,
}

impl JToken {
    /// `ToString(formatting)`: JSON, also for plain values (a string is quoted).
    pub fn to_json(&self, formatting: Formatting) -> String {
        self.to_styled_json(&formatting.into())
    }

    /// JSON as a serializer's settings want it.
    pub fn to_styled_json(&self, style: &WriteStyle) -> String {
        let snapshot = self.snapshot();
        let mut writer = Writer {
            arena: &snapshot.arena,
            style,
            json: String::new(),
        };
        writer.write(snapshot.node);
        writer.json
    }

    /// `ToString()`: .NET's text of a plain value (`True`, empty for null), indented JSON of anything else.
    pub fn to_text(&self) -> Text {
        match self.scalar() {
            Some(scalar) => scalar.to_text(),
            None => self.to_json(Formatting::Indented).into(),
        }
    }
}

/// A container that is being written: its children, how many are written, its closing bracket.
type Open<'a> = (&'a [NodeId], usize, char);

struct Writer<'a> {
    arena: &'a Arena,
    style: &'a WriteStyle,
    json: String,
}

impl<'a> Writer<'a> {
    /// Walks with a stack of its own: a tree made by an expression may be deeper than the machine's stack.
    fn write(&mut self, root: NodeId) {
        let mut open: Vec<Open<'a>> = Vec::new();
        if let Some(container) = self.begin(root) {
            open.push(container);
        }
        loop {
            let depth = open.len();
            let Some((children, next, close)) = open.last_mut() else {
                return;
            };
            let Some(child) = children.get(*next).copied() else {
                let (close, filled) = (*close, *next > 0);
                open.pop();
                // Newtonsoft ends an empty constructor on a line of its own.
                if filled || close == ')' {
                    self.line(depth - 1);
                }
                self.json.push(close);
                continue;
            };
            *next += 1;
            if *next > 1 {
                self.json.push(',');
            }
            self.line(depth);
            if let Some(container) = self.begin(child) {
                open.push(container);
            }
        }
    }

    /// Writes a value, or a container's opening bracket: then its children follow.
    fn begin(&mut self, node: NodeId) -> Option<Open<'a>> {
        let arena = self.arena;
        let mut node = node;
        if let Kind::Property { name, value } = arena.kind(node) {
            quote_into(&mut self.json, name, self.style.escape);
            self.json.push_str(if self.style.formatting == Formatting::Indented {
                ": "
            } else {
                ":"
            });
            node = *value;
        }
        match arena.kind(node) {
            Kind::Value(scalar) => write_scalar(&mut self.json, scalar, self.style),
            Kind::Object(_) => {
                self.json.push('{');
                return Some((arena.children(node), 0, '}'));
            }
            Kind::Constructor(constructor) => {
                let name = constructor.name.as_deref().unwrap_or_default();
                self.json.extend(["new ", name, "("]);
                return Some((arena.children(node), 0, ')'));
            }
            _ => {
                self.json.push('[');
                return Some((arena.children(node), 0, ']'));
            }
        }
        None
    }

    fn line(&mut self, depth: usize) {
        if self.style.formatting == Formatting::Indented {
            self.json.push('\n');
            self.json.extend(std::iter::repeat_n("  ", depth));
        }
    }
}

/// A plain value as JSON.
fn write_scalar(json: &mut String, scalar: &Scalar, style: &WriteStyle) {
    let _ = match scalar {
        Scalar::Null | Scalar::NoString => write!(json, "null"),
        Scalar::Undefined => write!(json, "undefined"),
        Scalar::Boolean(value) => write!(json, "{value}"),
        Scalar::Integer(value) => write!(json, "{value}"),
        Scalar::BigInteger(text) | Scalar::Raw(text) => write!(json, "{text}"),
        Scalar::Float(value) => write_float(json, *value, style.floats),
        Scalar::Decimal(value) => {
            let point = if value.scale() == 0 { ".0" } else { "" };
            write!(json, "{}{point}", format_decimal(*value))
        }
        Scalar::Comment(text) => write!(json, "/*{text}*/"),
        Scalar::String(text) | Scalar::Uri(text) => {
            quote_into(json, text, style.escape);
            Ok(())
        }
        Scalar::Date(date) => write!(json, "\"{}\"", style.date(*date, None)),
        Scalar::DateOffset(date, offset) => write!(json, "\"{}\"", style.date(*date, Some(*offset))),
        Scalar::Guid(guid) => write!(json, "\"{}\"", format_guid(*guid)),
        Scalar::TimeSpan(ticks) => write!(json, "\"{}\"", format_time_span(*ticks)),
        Scalar::Bytes(bytes) => write!(json, "\"{}\"", base64(bytes)),
    };
}

/// A whole number keeps a point, so that it stays a float; what is not finite is a string unless said otherwise.
fn write_float(json: &mut String, value: f64, format: FloatFormat) -> std::fmt::Result {
    let text = format_double(value);
    if !value.is_finite() {
        match format {
            FloatFormat::String => write!(json, "\"{text}\""),
            FloatFormat::Symbol => write!(json, "{text}"),
            FloatFormat::DefaultValue => write!(json, "0.0"),
        }
    } else if text.contains(['.', 'E']) {
        write!(json, "{text}")
    } else {
        write!(json, "{text}.0")
    }
}

fn quote_into(json: &mut String, text: &str, escape: Escape) {
    json.push('"');
    escape_into(json, text, '"', escape);
    json.push('"');
}

/// A text as JSON, in quotes of a kind.
pub fn quoted(text: &str, delimiter: char, escape: Escape) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push(delimiter);
    escape_into(&mut json, text, delimiter, escape);
    json.push(delimiter);
    json
}

/// `text` with what Newtonsoft escapes: the delimiter, backslash, control characters and Unicode's line ends.
pub(super) fn escape_into(json: &mut String, text: &str, delimiter: char, escape: Escape) {
    let mut rest = text;
    let escaped = |c: char| {
        c < ' ' || c == delimiter || matches!(c, '\\' | '\u{85}' | '\u{2028}' | '\u{2029}') || escape.takes(c)
    };
    while let Some(at) = rest.find(escaped) {
        let (plain, after) = rest.split_at(at);
        json.push_str(plain);
        let mut characters = after.chars();
        let character = characters.next().unwrap_or_default();
        rest = characters.as_str();
        match character {
            '\t' => json.push_str("\\t"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\u{c}' => json.push_str("\\f"),
            '\u{8}' => json.push_str("\\b"),
            c if (c == delimiter || c == '\\') && !escape.takes(c) => json.extend(['\\', c]),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
    json.push_str(rest);
}

/// Base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| {
            bits << 8 | u32::from(group.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            let symbol = ALPHABET
                .get((bits >> (18 - 6 * at) & 63) as usize)
                .copied()
                .unwrap_or(b'=');
            text.push(if at > group.len() { '=' } else { char::from(symbol) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse;
    use std::str::FromStr;

    #[test]
    fn values_print_in_json_and_as_text() {
        let decimal = |text| Scalar::Decimal(rust_decimal::Decimal::from_str(text).unwrap());
        let date = parse("2024-05-06").unwrap();
        for (scalar, json, text) in [
            (decimal("1.10"), "1.10", "1.10"),
            (decimal("5"), "5.0", "5"),
            (Scalar::Float(1.0), "1.0", "1"),
            (Scalar::Float(f64::NAN), "\"NaN\"", "NaN"),
            (Scalar::Boolean(true), "true", "True"),
            (Scalar::Null, "null", ""),
            (
                Scalar::TimeSpan(900_615_000_000),
                "\"1.01:01:01.5000000\"",
                "1.01:01:01.5000000",
            ),
            (Scalar::Uri("http://a/b c".into()), "\"http://a/b c\"", "http://a/b c"),
            (Scalar::Bytes(vec![1, 2, 3, 4].into()), "\"AQIDBA==\"", "System.Byte[]"),
            (Scalar::Date(date), "\"2024-05-06T00:00:00\"", "05/06/2024 00:00:00"),
            (
                Scalar::DateOffset(date, -90),
                "\"2024-05-06T00:00:00-01:30\"",
                "05/06/2024 00:00:00 -01:30",
            ),
            (
                Scalar::Guid(1),
                "\"00000000-0000-0000-0000-000000000001\"",
                "00000000-0000-0000-0000-000000000001",
            ),
            (Scalar::Raw("{raw}".into()), "{raw}", "{raw}"),
        ] {
            let token = JToken::value(scalar);
            assert_eq!(
                (token.to_json(Formatting::None).as_str(), token.to_text().as_str()),
                (json, text)
            );
        }
    }

    #[test]
    fn containers_are_indented_unless_empty() {
        let token = JToken::parse(&"{a:[],b:{},c:[{}],d:{e:1,f:2}}".into()).unwrap();
        let expected =
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    {}\n  ],\n  \"d\": {\n    \"e\": 1,\n    \"f\": 2\n  }\n}";
        assert_eq!(token.to_text(), expected);
        assert_eq!(token.property("c").unwrap().to_json(Formatting::None), r#""c":[{}]"#);
    }
}
