//! From a path's text to its filters.
//!
//! Never here: conditions (`query`).

use super::query::condition;
use super::scanner::{Scanner, in_indexer};
use super::{Filter, Names, Query};
use crate::json::error::JsonError;

pub(super) const OPEN_INDEXER: &str = "Path ended with open indexer.";
/// Conditions inside conditions; Newtonsoft has no limit and overflows its stack.
const MAX_DEPTH: usize = 32;

impl Query {
    /// Parses a path.
    ///
    /// # Errors
    /// `JsonException` in Newtonsoft's words.
    pub fn parse(path: &str) -> Result<Self, JsonError> {
        let mut scanner = Scanner::new(path);
        let mut filters = Vec::new();
        let start = scanner.at();
        scanner.spaces();
        if scanner.at_end() || path == "$" {
            return Ok(Self { filters });
        }
        let mut member_start = start;
        if scanner.peek() == Some('$') && matches!(scanner.ahead(1), Some('.' | '[')) {
            scanner.advance();
            member_start = scanner.at();
        }
        if !steps(&mut scanner, &mut filters, member_start, false, 0)? {
            let last = scanner.peek();
            scanner.spaces();
            if let (Some(last), false) = (last, scanner.at_end()) {
                return Err(JsonError::json(format!(
                    "Unexpected character while parsing path: {last}"
                )));
            }
        }
        Ok(Self { filters })
    }
}

/// Reads steps until the path, or within a condition the operand, ends; whether the whole path ended.
pub(super) fn steps(
    scanner: &mut Scanner,
    filters: &mut Vec<Filter>,
    mut member_start: usize,
    in_condition: bool,
    depth: usize,
) -> Result<bool, JsonError> {
    let (mut scan, mut after_indexer, mut after_dot) = (false, false, false);
    while let Some(character) = scanner.peek() {
        match character {
            '[' | '(' => {
                if scanner.at() > member_start {
                    filters.push(field(
                        &scanner.slice(member_start, scanner.at()),
                        std::mem::take(&mut scan),
                    ));
                }
                filters.push(indexer(scanner, character, std::mem::take(&mut scan), depth)?);
                scanner.advance();
                member_start = scanner.at();
                (after_indexer, after_dot) = (true, false);
            }
            ']' | ')' | ' ' => break,
            '.' => {
                if scanner.at() > member_start {
                    filters.push(field(
                        &scanner.slice(member_start, scanner.at()),
                        std::mem::take(&mut scan),
                    ));
                }
                if scanner.ahead(1) == Some('.') {
                    scan = true;
                    scanner.advance();
                }
                scanner.advance();
                member_start = scanner.at();
                (after_indexer, after_dot) = (false, true);
            }
            '=' | '<' | '!' | '>' | '|' | '&' if in_condition => break,
            other if after_indexer => {
                return Err(JsonError::json(format!(
                    "Unexpected character following indexer: {other}"
                )));
            }
            _ => scanner.advance(),
        }
    }
    let at_end = scanner.at() == scanner.len();
    if scanner.at() > member_start {
        filters.push(field(scanner.slice(member_start, scanner.at()).trim_end(), scan));
    } else if after_dot && (at_end || in_condition) {
        return Err(JsonError::json("Unexpected end while parsing path."));
    }
    Ok(at_end)
}

fn field(member: &str, scan: bool) -> Filter {
    let names = if member == "*" {
        Names::Every
    } else {
        Names::One(member.to_string())
    };
    Filter::Fields { names, scan }
}

/// From the bracket on, up to the closing bracket, which is left to be read.
fn indexer(scanner: &mut Scanner, bracket: char, scan: bool, depth: usize) -> Result<Filter, JsonError> {
    scanner.advance();
    let close = if bracket == '[' { ']' } else { ')' };
    scanner.expect(OPEN_INDEXER)?;
    scanner.spaces();
    match scanner.expect(OPEN_INDEXER)? {
        '\'' => quoted_fields(scanner, close, scan),
        '?' if depth >= MAX_DEPTH => Err(JsonError::json(format!(
            "path has more than {MAX_DEPTH} conditions inside each other"
        ))),
        '?' => {
            let condition = condition(scanner, close, depth + 1)?;
            Ok(Filter::Condition { condition, scan })
        }
        _ => elements(scanner, close),
    }
}

fn quoted_fields(scanner: &mut Scanner, close: char, scan: bool) -> Result<Filter, JsonError> {
    let mut fields = Vec::new();
    while !scanner.at_end() {
        let name = scanner.quoted()?;
        scanner.spaces();
        match scanner.expect(OPEN_INDEXER)? {
            found if found == close && fields.is_empty() => {
                return Ok(Filter::Fields {
                    names: Names::One(name),
                    scan,
                });
            }
            found if found == close => {
                fields.push(name);
                return Ok(Filter::Fields {
                    names: Names::Several(fields),
                    scan,
                });
            }
            ',' => {
                scanner.advance();
                scanner.spaces();
                fields.push(name);
            }
            other => return Err(in_indexer(other)),
        }
    }
    Err(JsonError::json(OPEN_INDEXER))
}

/// What stands between brackets: indexes or the parts of a slice.
#[derive(Default)]
struct Elements {
    indexes: Vec<i64>,
    parts: Vec<Option<i64>>,
}

fn elements(scanner: &mut Scanner, close: char) -> Result<Filter, JsonError> {
    let mut read = Elements::default();
    let mut number = String::new();
    let mut ended = false;
    while let Some(character) = scanner.peek() {
        match character {
            ' ' => {
                ended = true;
                scanner.spaces();
                continue;
            }
            found if found == close => return read.finish(&number),
            ',' => read.indexes.push(index(&number)?),
            ':' => read
                .parts
                .push(if number.is_empty() { None } else { Some(index(&number)?) }),
            '*' => {
                scanner.advance();
                scanner.expect(OPEN_INDEXER)?;
                scanner.spaces();
                return if scanner.expect(OPEN_INDEXER)? == close {
                    Ok(Filter::AllElements)
                } else {
                    Err(in_indexer('*'))
                };
            }
            other if ended || !(other.is_ascii_digit() || other == '-') => return Err(in_indexer(other)),
            digit => {
                number.push(digit);
                scanner.advance();
                continue;
            }
        }
        scanner.advance();
        scanner.spaces();
        number.clear();
        ended = false;
    }
    Err(JsonError::json(OPEN_INDEXER))
}

impl Elements {
    fn finish(mut self, number: &str) -> Result<Filter, JsonError> {
        if !self.indexes.is_empty() || self.parts.is_empty() {
            self.indexes.push(index(number)?);
            return Ok(Filter::Indexes(self.indexes));
        }
        self.parts
            .push(if number.is_empty() { None } else { Some(index(number)?) });
        let mut parts = self.parts.into_iter();
        let mut next = || parts.next().flatten();
        Ok(Filter::Slice {
            start: next(),
            end: next(),
            step: next(),
        })
    }
}

fn index(number: &str) -> Result<i64, JsonError> {
    if number.is_empty() {
        return Err(JsonError::json("Array index expected."));
    }
    let digits = number.strip_prefix('-').unwrap_or(number);
    number.parse::<i32>().map(i64::from).map_err(|_| {
        if digits.is_empty() || digits.contains('-') {
            crate::json::scalar::not_a_number(number)
        } else {
            let message = "Value was either too large or too small for an Int32.";
            JsonError::new(crate::json::error::ExceptionType::Overflow, message)
        }
    })
}
