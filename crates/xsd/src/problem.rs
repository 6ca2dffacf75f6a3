//! What is wrong with a schema, with its place, and places in texts.
//!
//! Never here: what is wrong with a document that a schema validates (`fault.rs`).

use std::fmt;

/// Problems that are told of a set of schemas.
pub(crate) const MOST_PROBLEMS: usize = 25;

/// Something that is wrong with a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The schema's name.
    pub document: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub position: usize,
    /// What was found and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            document,
            line,
            position,
            message,
        } = self;
        write!(formatter, "{document}:{line}:{position}: {message}")
    }
}

/// The line and the character in it (both from 1) of a byte of a text.
pub(crate) fn line_and_position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let lines = before.bytes().filter(|byte| *byte == b'\n').count();
    (lines + 1, before.get(start..).unwrap_or_default().chars().count() + 1)
}

/// Where the names of a well-formed document's elements begin, in the order of their start tags.
pub(crate) struct StartTags<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> StartTags<'t> {
    pub fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn skip_behind(&mut self, end: &str) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.find(end).map_or(rest.len(), |at| at + end.len());
    }

    /// A tag's end is the first `>` outside quotes; so is a document type's, outside brackets too.
    fn skip_tag(&mut self) {
        let (mut quote, mut brackets) = (None, 0_usize);
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (at, byte) in rest.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => brackets += 1,
                (None, b']') => brackets = brackets.saturating_sub(1),
                (None, b'>') if brackets == 0 => {
                    self.at += at + 1;
                    return;
                }
                _ => {}
            }
        }
        self.at = self.text.len();
    }
}

impl Iterator for StartTags<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let rest = self.text.get(self.at..)?;
            self.at += rest.find('<')?;
            let rest = self.text.get(self.at..)?;
            if rest.starts_with("<!--") {
                self.at += 4;
                self.skip_behind("-->");
            } else if rest.starts_with("<![CDATA[") {
                self.skip_behind("]]>");
            } else if rest.starts_with("<?") {
                self.skip_behind("?>");
            } else if rest.starts_with("</") {
                self.skip_behind(">");
            } else {
                let name = self.at + 1;
                self.skip_tag();
                if !rest.starts_with("<!") {
                    return Some(name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_start_tags() {
        let text =
            "<?xml version='1.0'?><!DOCTYPE a [<!ELEMENT a ANY>]>\n<a x='>'><!-- <b> --><![CDATA[<c>]]>\n  <d/></a>";
        let places: Vec<_> = StartTags::of(text).map(|at| line_and_position(text, at)).collect();
        assert_eq!(places, [(2, 2), (3, 4)]);
    }
}
