//! YAML 1.2 (core schema) into the same tree as JSON: specifications are written in both. Of YAML 1.1, whose readers are
//! still about, the merge key `<<` is known.
//!
//! Never here: tags other than the core schema's, several documents in one file (the first is read).

use super::{Content, Document, MAX_DEPTH, Member, Object, Problem, Value};
use diagnostic::Span;
use granit_parser::{Event, Options, Parser, ScalarStyle};
use std::collections::HashMap;

/// What all aliases of a document may expand to, in bytes and nodes: an alias of aliases grows exponentially.
const MAX_ALIASED: usize = 10_000_000;

/// Reads the first document of a YAML text.
pub fn read(text: &str) -> Result<Document, Problem> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader {
        parser,
        text,
        anchors: HashMap::new(),
        aliased: 0,
        duplicates: Vec::new(),
    };
    loop {
        match reader.next()? {
            None | Some((Event::StreamEnd | Event::DocumentEnd, _)) => {
                let root = Value {
                    span: Span::at(0),
                    content: Content::Null,
                };
                return Ok(Document {
                    root,
                    duplicates: reader.duplicates,
                });
            }
            Some((Event::StreamStart | Event::DocumentStart(..), _)) => {}
            Some((event, span)) => {
                let root = reader.value(event, span, 0)?;
                return Ok(Document {
                    root,
                    duplicates: reader.duplicates,
                });
            }
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    text: &'t str,
    anchors: HashMap<usize, Value>,
    aliased: usize,
    duplicates: Vec<Problem>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Problem> {
        match self.parser.next() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or(0..0);
                Ok(Some((event, self.first_line(range.start, range.end))))
            }
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
                Err(self.tab(at, &error.info()).unwrap_or_else(|| Problem {
                    span: Span::at(at),
                    message: error.info(),
                }))
            }
        }
    }

    /// A tab in an indentation, which the parser tells of where the value begins that it ends.
    fn tab(&self, at: usize, message: &str) -> Option<Problem> {
        let starts = self.text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
        let mut line = starts;
        let found = self.text.get(starts..)?.split_inclusive('\n').find_map(|text| {
            let blanks = text.len() - text.trim_start_matches(' ').len();
            let tab = text.get(blanks..)?.starts_with('\t').then_some(line + blanks);
            line += text.len();
            tab
        });
        let tab = found.filter(|_| message.contains("tab"))?;
        Some(Problem {
            span: Span::new(tab, tab + 1),
            message: "a tab indents this line, expected blanks: YAML takes no tabs there".to_owned(),
        })
    }

    /// The span cut at the end of its first line: excerpts show one line.
    fn first_line(&self, start: usize, end: usize) -> Span {
        let end = end.max(start);
        let line = self.text.get(start..end).unwrap_or_default();
        Span::new(start, start + line.find('\n').unwrap_or(line.len()))
    }

    fn value(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Value, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem {
                span,
                message: format!("nested deeper than {MAX_DEPTH} levels"),
            });
        }
        let (content, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                (
                    if plain {
                        plain_scalar(&text)
                    } else {
                        Content::String(text.into_owned())
                    },
                    anchor,
                )
            }
            Event::SequenceStart(_, anchor, _) => (self.sequence(depth)?, anchor),
            Event::MappingStart(_, anchor, _) => (self.mapping(depth)?, anchor),
            Event::Alias(anchor) => return self.alias(anchor, span),
            _ => {
                return Err(Problem {
                    span,
                    message: "expected a value".to_owned(),
                });
            }
        };
        let value = Value { span, content };
        if anchor != 0 {
            self.charge(&value, span)?;
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn sequence(&mut self, depth: usize) -> Result<Content, Problem> {
        let mut items = Vec::new();
        while let Some((event, span)) = self.next()? {
            if event == Event::SequenceEnd {
                break;
            }
            items.push(self.value(event, span, depth + 1)?);
        }
        Ok(Content::Array(items))
    }

    fn mapping(&mut self, depth: usize) -> Result<Content, Problem> {
        let mut object = Object::default();
        let mut bases = Vec::new();
        while let Some((event, key_span)) = self.next()? {
            let is_merge_key = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            if event == Event::MappingEnd {
                break;
            }
            let key = match event {
                // As written, not as typed: the key `200` is the text "200", `null` the text "null".
                Event::Scalar(text, ..) => text.into_owned(),
                event => {
                    let key = self.value(event, key_span, depth + 1)?;
                    key.scalar().ok_or(Problem {
                        span: key_span,
                        message: "a key must be a plain text".to_owned(),
                    })?
                }
            };
            let Some((event, span)) = self.next()? else { break };
            let value = self.value(event, span, depth + 1)?;
            if is_merge_key {
                bases.push(value);
                continue;
            }
            let message = format!("`{key}` occurs twice in this mapping; the last one counts");
            if !object.insert(Member { key, key_span, value }) {
                self.duplicates.push(Problem {
                    span: key_span,
                    message,
                });
            }
        }
        for value in &bases {
            let others = std::iter::once(value).chain(value.items());
            for member in others.flat_map(Value::members) {
                if object.member(&member.key).is_none() {
                    object.insert(member.clone());
                }
            }
        }
        Ok(Content::Object(object))
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Value, Problem> {
        let Some(value) = self.anchors.get(&anchor).cloned() else {
            return Err(Problem {
                span,
                message: "this alias refers to a value that contains it".to_owned(),
            });
        };
        self.charge(&value, span)?;
        Ok(value)
    }

    fn charge(&mut self, value: &Value, span: Span) -> Result<(), Problem> {
        self.aliased += weight(value);
        if self.aliased > MAX_ALIASED {
            return Err(Problem {
                span,
                message: "the aliases of this document expand to too much".to_owned(),
            });
        }
        Ok(())
    }
}

fn weight(value: &Value) -> usize {
    1 + match &value.content {
        Content::Null | Content::Bool(_) => 0,
        Content::Number(text) | Content::String(text) => text.len(),
        Content::Array(items) => items.iter().map(weight).sum(),
        Content::Object(object) => object
            .members()
            .iter()
            .map(|member| member.key.len() + weight(&member.value))
            .sum(),
    }
}

/// The type of an unquoted scalar by YAML 1.2's core schema.
fn plain_scalar(text: &str) -> Content {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Content::Null,
        "true" | "True" | "TRUE" => return Content::Bool(true),
        "false" | "False" | "FALSE" => return Content::Bool(false),
        _ => {}
    }
    number(text).map_or_else(|| Content::String(text.to_owned()), Content::Number)
}

/// A number in JSON's notation, where `text` is one in YAML's.
fn number(text: &str) -> Option<String> {
    let radix = |prefix: &str, radix| {
        text.strip_prefix(prefix)
            .and_then(|digits| u64::from_str_radix(digits, radix).ok())
    };
    if let Some(value) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Some(value.to_string());
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        || !text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
    {
        return None;
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Ok(value) = unsigned.parse::<i64>() {
        return Some(value.to_string());
    }
    let value = unsigned.parse::<f64>().ok().filter(|value| value.is_finite())?;
    serde_json::Number::from_f64(value).map(|number| number.to_string())
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
    fn reads_yaml_as_the_core_schema_types_it() {
        let rows = [
            ("", "null"),
            (
                "a: 1\nb: [x, '2', 2.50, 0x1F, ~, yes]",
                r#"{"a":1,"b":["x","2",2.5,31,null,"yes"]}"#,
            ),
            ("200: ok\ntrue: yes", r#"{"200":"ok","true":"yes"}"#),
            ("a: |\n  one\n  two\n", r#"{"a":"one\ntwo\n"}"#),
            ("a: &x {b: 1}\nc: *x", r#"{"a":{"b":1},"c":{"b":1}}"#),
            (
                "version: 1.0.0\ndate: 2026-01-02",
                r#"{"version":"1.0.0","date":"2026-01-02"}"#,
            ),
            ("{\"json\": [1, null]}", r#"{"json":[1,null]}"#),
            (
                "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3",
                r#"{"a":{"b":1,"c":2},"d":{"b":3,"c":2}}"#,
            ),
            ("a: {<<: [{b: 1}, {b: 2, c: 3}]}", r#"{"a":{"b":1,"c":3}}"#),
            (r#"{"<<": {"a": 1}}"#, r#"{"<<":{"a":1}}"#),
            ("? [a]\n: b", "2..3: a key must be a plain text"),
        ];
        for (text, expected) in rows {
            check(text, expected);
        }
    }

    #[test]
    fn aliases_of_aliases_are_refused_before_they_fill_memory() {
        let mut text = format!("a0: &a0 {}\n", "x".repeat(1000));
        for level in 1..20 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            text.extend([
                "a",
                &level.to_string(),
                ": &a",
                &level.to_string(),
                " [",
                &aliases,
                "]\n",
            ]);
        }
        let problem = read(&text).err().unwrap();
        assert_eq!(problem.message, "the aliases of this document expand to too much");
    }

    #[test]
    fn a_malformed_document_says_where() {
        let problem = read("paths:\n  a: [1, 2\n  b: 3\n").err().unwrap();
        assert!(problem.span.start >= 11, "{} {}", problem.span.start, problem.message);
    }

    #[test]
    fn a_tab_is_told_where_it_stands() {
        for text in [
            "a:\n  - b: c\n\t- d: e\n",
            "a:\n  - b: |\n\t\tc\n",
            "a:\n\tb: c\n",
            "a:\n  b: c\n  \td: e\n",
        ] {
            let Some(problem) = read(text).err() else {
                panic!("{text}")
            };
            assert_eq!(
                problem.span.start,
                text.find('\t').unwrap(),
                "{text}: {}",
                problem.message
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r#"[ \[\]{},:"'\\&*a-c|>?\-#!%\n\t]{0,60}|\PC*"#) {
            let _ = read(&text);
        }
    }
}
