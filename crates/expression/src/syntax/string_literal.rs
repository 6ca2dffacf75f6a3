//! Strings, characters and the texts of interpolated strings, with their escapes. Never here: what holes hold.

use super::ast::Literal;
use super::lexer::Lexer;
use super::token::TokenKind;

/// Text made of UTF-16 units; a lone surrogate becomes U+FFFD.
#[derive(Default)]
struct Units {
    text: String,
    high: Option<u16>,
    /// UTF-16 units so far.
    count: usize,
    /// The last unit.
    last: u16,
}

impl Units {
    fn character(&mut self, character: char) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            self.unit(*unit);
        }
    }

    fn unit(&mut self, unit: u16) {
        self.count += 1;
        self.last = unit;
        let high = self.high.take();
        if matches!(unit, 0xD800..0xDC00) {
            self.flush(high);
            self.high = Some(unit);
        } else if let Some(high) = high
            && let Some(Ok(pair)) = char::decode_utf16([high, unit]).next()
        {
            self.text.push(pair);
        } else {
            self.flush(high);
            self.flush(Some(unit));
        }
    }

    fn flush(&mut self, unit: Option<u16>) {
        if let Some(unit) = unit {
            self.text
                .push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }

    fn finish(mut self) -> String {
        let high = self.high.take();
        self.flush(high);
        self.text
    }
}

/// What ends a line inside a literal.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

const NO_LINE_BREAK: &str = "write `\\n` for a line break, or a verbatim string `@\"…\"`";

impl Lexer<'_> {
    /// `"…"`
    pub(super) fn string(&mut self) {
        let start = self.at;
        if self.rest().starts_with("\"\"\"") {
            return self.raw_string();
        }
        self.bump();
        let mut units = Units::default();
        loop {
            match self.peek() {
                Some('"') => {
                    self.bump();
                    break;
                }
                Some('\\') => self.escape(&mut units),
                Some(next) if !is_line_end(next) => {
                    self.bump();
                    units.character(next);
                }
                _ => {
                    self.newline_in_string(start);
                    break;
                }
            }
        }
        if self.rest().starts_with("u8") {
            self.at += 2;
            self.report(
                "CS8370",
                start,
                "a UTF-8 string literal is C# 11; policy expressions are C# 7",
            );
        }
        self.push(TokenKind::Literal(Literal::String(units.finish())), start);
    }

    fn newline_in_string(&mut self, start: usize) {
        self.unterminated(start);
        if self.peek().is_none() {
            self.report("CS1039", start, "the string has no closing `\"`");
        } else {
            self.report_with_help(
                "CS1010",
                start,
                "the string has no closing `\"` on its line",
                Some(NO_LINE_BREAK),
            );
        }
    }

    /// `"""…"""`: reported, and read so that the rest makes sense.
    fn raw_string(&mut self) {
        let start = self.at;
        let quotes = self.rest().len() - self.rest().trim_start_matches('"').len();
        let fence = "\"".repeat(quotes);
        self.at += quotes;
        let rest = self.rest();
        let length = rest.find(&fence).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default().to_owned();
        self.at = (self.at + length + quotes).min(start + quotes + rest.len());
        self.report_with_help(
            "CS8370",
            start,
            "a raw string literal `\"\"\"` is C# 11; policy expressions are C# 7",
            Some("write a verbatim string `@\"…\"` with doubled quotes"),
        );
        self.push(TokenKind::Literal(Literal::String(text)), start);
    }

    /// `@"…"`
    pub(super) fn verbatim_string(&mut self) {
        let start = self.at;
        self.at += 2;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(quote) = rest.find('"') else {
                text.push_str(rest);
                self.at += rest.len();
                self.unterminated(start);
                self.report("CS1039", start, "the string has no closing `\"`");
                break;
            };
            text.push_str(rest.get(..quote).unwrap_or_default());
            self.at += quote + 1;
            if self.peek() != Some('"') {
                break;
            }
            self.bump();
            text.push('"');
        }
        self.push(TokenKind::Literal(Literal::String(text)), start);
    }

    /// `'x'`
    pub(super) fn character(&mut self) {
        let start = self.at;
        self.bump();
        let mut units = Units::default();
        let closed = loop {
            match self.peek() {
                // `'''` is the apostrophe without its backslash.
                Some('\'') => {
                    self.bump();
                    break true;
                }
                Some('\\') => self.escape(&mut units),
                Some(next) if !is_line_end(next) => {
                    self.bump();
                    units.character(next);
                }
                _ => break false,
            }
        };
        if !closed {
            self.unterminated(start);
            self.report("CS1010", start, "the character has no closing `'` on its line");
        } else if units.count == 0 {
            self.report("CS1011", start, "a character literal holds one character, found none");
        } else if units.count > 1 {
            self.report_with_help(
                "CS1012",
                start,
                format!("a character literal holds one character, found {}", units.count),
                Some("a string is written in double quotes"),
            );
        }
        self.push(TokenKind::Literal(Literal::Char(units.last)), start);
    }

    /// `$"` or `$@"`, `length` bytes long.
    pub(super) fn interpolated(&mut self, length: usize, verbatim: bool) {
        let start = self.at;
        self.at += length;
        self.push(TokenKind::InterpolationStart, start);
        self.interpolated_text(verbatim);
    }

    /// Text of an interpolated string up to the next hole or to its end.
    pub(super) fn interpolated_text(&mut self, verbatim: bool) {
        let start = self.at;
        let mut units = Units::default();
        let end = loop {
            let rest = self.rest();
            let doubled =
                ["{{", "}}"].iter().any(|braces| rest.starts_with(braces)) || verbatim && rest.starts_with("\"\"");
            match self.peek() {
                Some(next) if doubled => {
                    self.at += 2;
                    units.character(next);
                }
                Some(quote_or_brace @ ('"' | '{')) => break Some(quote_or_brace),
                Some('}') => {
                    self.bump();
                    self.report_with_help(
                        "CS8086",
                        self.at - 1,
                        "`}` without `{` in an interpolated string",
                        Some("write `}}` for a brace"),
                    );
                }
                Some('\\') if !verbatim => self.escape(&mut units),
                Some(next) if verbatim || !is_line_end(next) => {
                    self.bump();
                    units.character(next);
                }
                _ => break None,
            }
        };
        if end.is_none() {
            self.newline_in_string(start);
        }
        if units.count > 0 {
            self.push(TokenKind::Text(units.finish()), start);
        }
        let start = self.at;
        if end.is_some() {
            self.bump();
        }
        if end == Some('{') {
            self.push(TokenKind::HoleStart, start);
            self.open_hole(verbatim);
        } else {
            self.push(TokenKind::InterpolationEnd, start);
        }
    }

    /// `:format` of a hole, up to its `}`.
    pub(super) fn format(&mut self, verbatim: bool) {
        let start = self.at;
        self.bump();
        let mut units = Units::default();
        let closed = loop {
            let rest = self.rest();
            match self.peek() {
                Some(next)
                    if rest.starts_with("}}") || rest.starts_with("{{") || verbatim && rest.starts_with("\"\"") =>
                {
                    self.at += 2;
                    units.character(next);
                }
                Some('}') => break true,
                Some('\\') if !verbatim => self.escape(&mut units),
                Some(next) if next != '"' && (verbatim || !is_line_end(next)) => {
                    self.bump();
                    units.character(next);
                }
                _ => break false,
            }
        };
        self.push(TokenKind::Format(units.finish()), start);
        if !closed {
            self.report(
                "CS8076",
                start,
                "the format in the interpolated string has no closing `}`",
            );
            self.unterminated(start);
            self.abandon_hole();
            let start = self.at;
            self.at += usize::from(self.peek() == Some('"'));
            self.push(TokenKind::InterpolationEnd, start);
        }
    }

    /// An escape sequence, at its `\`.
    fn escape(&mut self, units: &mut Units) {
        let start = self.at;
        self.bump();
        let simple = match self.bump() {
            Some(same @ ('\'' | '"' | '\\')) => same,
            Some('0') => '\0',
            Some('a') => '\u{7}',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('v') => '\u{b}',
            Some('x') => return self.hexadecimal(start, 1, 4, units),
            Some('u') => return self.hexadecimal(start, 4, 4, units),
            Some('U') => return self.hexadecimal(start, 8, 8, units),
            Some(other) if !is_line_end(other) => {
                let message = format!("`\\{other}` is not an escape sequence");
                self.report_with_help(
                    "CS1009",
                    start,
                    message,
                    Some("write `\\\\` for a backslash, or a verbatim string `@\"…\"`"),
                );
                other
            }
            _ => {
                self.at = start + 1;
                return;
            }
        };
        units.character(simple);
    }

    fn hexadecimal(&mut self, start: usize, least: usize, most: usize, units: &mut Units) {
        let digits = self.rest().bytes().take(most).take_while(u8::is_ascii_hexdigit).count();
        let value = self
            .rest()
            .get(..digits)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += digits;
        match value.filter(|_| digits >= least) {
            Some(value) if value <= 0xFFFF => units.unit(value as u16),
            Some(value) if char::from_u32(value).is_some() => {
                units.character(char::from_u32(value).unwrap_or_default());
            }
            _ => self.report(
                "CS1009",
                start,
                format!("the escape sequence needs {least} hexadecimal digits of a character's number"),
            ),
        }
    }
}
