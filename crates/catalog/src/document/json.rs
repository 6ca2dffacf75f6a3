//! A JSON reader that keeps positions (RFC 8259).
//!
//! Comments, trailing commas and unquoted names are refused, with advice.

use super::{Content, Document, MAX_DEPTH, Member, Object, Problem, Value};
use diagnostic::Span;

/// Reads a whole JSON text.
pub fn read(text: &str) -> Result<Document, Problem> {
    let mut reader = Reader {
        text,
        at: 0,
        duplicates: Vec::new(),
    };
    let root = reader.value(0)?;
    reader.skip_blanks();
    if reader.at < text.len() {
        return Err(reader.unexpected("the end of the file"));
    }
    Ok(Document {
        root,
        duplicates: reader.duplicates,
    })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    duplicates: Vec<Problem>,
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: usize) -> Result<Value, Problem> {
        self.skip_blanks();
        let start = self.at;
        if depth > MAX_DEPTH {
            return Err(Problem {
                span: Span::at(start),
                message: format!("nested deeper than {MAX_DEPTH} levels"),
            });
        }
        let content = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Content::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Content::Number(self.number()?),
            _ => self.word()?,
        };
        Ok(Value {
            span: Span::new(start, self.at),
            content,
        })
    }

    fn object(&mut self, depth: usize) -> Result<Content, Problem> {
        let mut object = Object::default();
        self.at += 1;
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(Content::Object(object));
        }
        loop {
            self.skip_blanks();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a name in quotation marks"));
            }
            let key = self.string()?;
            let key_span = Span::new(start, self.at);
            self.skip_blanks();
            if !self.take(b':') {
                return Err(self.unexpected("`:`"));
            }
            let value = self.value(depth + 1)?;
            if !object.insert(Member { key, key_span, value }) {
                let message = format!(
                    "{} occurs twice in this object; the last one counts",
                    self.slice(key_span)
                );
                self.duplicates.push(Problem {
                    span: key_span,
                    message,
                });
            }
            self.skip_blanks();
            if self.take(b'}') {
                return Ok(Content::Object(object));
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Content, Problem> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_blanks();
        if self.take(b']') {
            return Ok(Content::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.take(b']') {
                return Ok(Content::Array(items));
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    /// A string from its opening quotation mark on.
    fn string(&mut self) -> Result<String, Problem> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let run = self.at;
            while self.peek().is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            out.push_str(self.slice(Span::new(run, self.at)));
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.unexpected("the closing quotation mark; line breaks are written `\\n`")),
                None => {
                    let message = "this string has no closing quotation mark".to_owned();
                    return Err(Problem {
                        span: Span::new(start, start + 1),
                        message,
                    });
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let start = self.at;
        self.at += 1;
        let escaped = self.peek();
        self.at += 1;
        Ok(match escaped {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.hex4(start)?;
                self.low_surrogate(high)?
            }
            _ => {
                self.at = start;
                return Err(Problem {
                    span: Span::new(start, start + 1),
                    message: "unknown escape sequence, a backslash itself is written `\\\\`".to_owned(),
                });
            }
        })
    }

    /// The character of a `\u` escape; a lone surrogate becomes U+FFFD.
    fn low_surrogate(&mut self, high: u32) -> Result<char, Problem> {
        if (0xd800..0xdc00).contains(&high) && self.rest().starts_with("\\u") {
            let start = self.at;
            self.at += 2;
            let low = self.hex4(start)?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = start;
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self, start: usize) -> Result<u32, Problem> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|four| four.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|four| u32::from_str_radix(four, 16).ok()) else {
            let message = "`\\u` must be followed by four hexadecimal digits".to_owned();
            return Err(Problem {
                span: Span::new(start, start + 2),
                message,
            });
        };
        self.at += 4;
        Ok(code)
    }

    fn number(&mut self) -> Result<String, Problem> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|b| matches!(b, b'+' | b'-' | b'.' | b'e' | b'E' | b'0'..=b'9'))
        {
            self.at += 1;
        }
        let span = Span::new(start, self.at);
        let text = self.slice(span);
        if serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok() {
            return Ok(text.to_owned());
        }
        Err(Problem {
            span,
            message: format!("`{text}` is not a number as JSON writes it"),
        })
    }

    fn word(&mut self) -> Result<Content, Problem> {
        for (word, content) in [
            ("true", Content::Bool(true)),
            ("false", Content::Bool(false)),
            ("null", Content::Null),
        ] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(content);
            }
        }
        Err(self.unexpected("a value"))
    }

    fn unexpected(&self, expected: &str) -> Problem {
        let Some(found) = self.rest().chars().next() else {
            return Problem {
                span: Span::at(self.at),
                message: format!("the file ends where {expected} must follow"),
            };
        };
        let message = match found {
            '/' => format!("expected {expected}, found `/`; JSON has no comments"),
            '}' | ']' => format!("expected {expected}, found `{found}`; JSON has no trailing commas"),
            _ => format!("expected {expected}, found {found:?}"),
        };
        Problem {
            span: Span::new(self.at, self.at + found.len_utf8()),
            message,
        }
    }

    fn skip_blanks(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let found = match read(text) {
            Ok(document) => document.root.to_json(),
            Err(problem) => format!("{}..{}: {}", problem.span.start, problem.span.end, problem.message),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn reads_json_and_says_what_is_wrong() {
        let rows = [
            (
                r#" {"a": [1, -2.5e3, true, null], "b": {}} "#,
                r#"{"a":[1,-2.5e3,true,null],"b":{}}"#,
            ),
            (r#""\u00e9\ud83d\ude00\n\/""#, r#""é😀\n/""#),
            (r#""\ud83dx""#, "\"\u{fffd}x\""),
            ("", "0..0: the file ends where a value must follow"),
            (
                "{\"a\":1,}",
                "7..8: expected a name in quotation marks, found `}`; JSON has no trailing commas",
            ),
            ("{\"a\" 1}", "5..6: expected `:`, found '1'"),
            (
                "[1 // one\n]",
                "3..4: expected `,` or `]`, found `/`; JSON has no comments",
            ),
            ("{a: 1}", "1..2: expected a name in quotation marks, found 'a'"),
            ("\"abc", "0..1: this string has no closing quotation mark"),
            (
                r#""\x""#,
                "1..2: unknown escape sequence, a backslash itself is written `\\\\`",
            ),
            (r#""\u12é9""#, "1..3: `\\u` must be followed by four hexadecimal digits"),
            ("01", "0..2: `01` is not a number as JSON writes it"),
            ("1 2", "2..3: expected the end of the file, found '2'"),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        ];
        for (text, expected) in rows {
            check(text, expected);
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        check(&"[".repeat(100_000), "129..129: nested deeper than 128 levels");
    }

    #[test]
    fn duplicate_names_are_reported_where_they_stand() {
        let document = read("{\"a\": 1, \"a\": 2}").ok().unwrap();
        let found: Vec<_> = document
            .duplicates
            .iter()
            .map(|p| (p.span, p.message.as_str()))
            .collect();
        assert_eq!(
            found,
            [(
                Span::new(9, 12),
                "\"a\" occurs twice in this object; the last one counts"
            )]
        );
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 64, 20, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..20).prop_map(serde_json::Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..20)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_read_alike(value in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let document = read(&text).ok().unwrap();
            prop_assert_eq!(document.root.to_json(), value.to_string());
            prop_assert!(document.duplicates.is_empty());
        }

        #[test]
        fn any_text_is_read_or_refused_as_serde_does(text in r#"[ \[\]{},:"\\u0-9a-f.eE+\-truefalsn/\n]{0,40}|\PC*"#) {
            let ours = read(&text).is_ok();
            let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            // serde refuses lone surrogates, this reader replaces them.
            prop_assert!(ours || !theirs);
            if ours && !text.contains("\\u") {
                prop_assert!(theirs);
            }
        }
    }
}
