//! Conditions of a path: `?(@.a == 'x' && @.b > 3)`.

use super::filter::{OPEN_INDEXER, steps};
use super::scanner::{Scanner, in_indexer, in_query};
use super::{Condition, Filter, Operator, Side};
use crate::json::error::JsonError;
use crate::json::scalar::Scalar;
use crate::number::parse_double;

const OPEN_QUERY: &str = "Path ended with open query.";

/// From `?` up to the closing bracket, which is left to be read.
pub(super) fn condition(scanner: &mut Scanner, close: char, depth: usize) -> Result<Condition, JsonError> {
    scanner.advance();
    match scanner.expect(OPEN_INDEXER)? {
        '(' => scanner.advance(),
        other => return Err(in_indexer(other)),
    }
    let condition = expression(scanner, depth)?;
    scanner.advance();
    scanner.expect(OPEN_INDEXER)?;
    scanner.spaces();
    match scanner.expect(OPEN_INDEXER)? {
        found if found == close => Ok(condition),
        other => Err(in_indexer(other)),
    }
}

/// Comparisons joined by `&&` and `||` up to the closing parenthesis.
///
/// As in Newtonsoft neither binds tighter: each change of the operator begins a group that is the last member of the
/// group before, and holds the comparisons from there on.
fn expression(scanner: &mut Scanner, depth: usize) -> Result<Condition, JsonError> {
    let mut groups: Vec<(bool, Vec<Condition>)> = Vec::new();
    while !scanner.at_end() {
        let comparison = comparison(scanner, depth)?;
        match scanner.expect(OPEN_QUERY)? {
            ')' => return Ok(close_groups(groups, comparison)),
            joint @ ('&' | '|') => {
                let all = joint == '&';
                if !scanner.accept(if all { "&&" } else { "||" }) {
                    return Err(in_query(joint));
                }
                match groups.last_mut() {
                    Some((last, members)) if *last == all => members.push(comparison),
                    _ => groups.push((all, vec![comparison])),
                }
            }
            other => return Err(in_query(other)),
        }
    }
    Err(JsonError::json(OPEN_QUERY))
}

fn close_groups(groups: Vec<(bool, Vec<Condition>)>, last: Condition) -> Condition {
    groups.into_iter().rev().fold(last, |inner, (all, mut members)| {
        members.push(inner);
        if all {
            Condition::All(members)
        } else {
            Condition::Any(members)
        }
    })
}

fn comparison(scanner: &mut Scanner, depth: usize) -> Result<Condition, JsonError> {
    let left = side(scanner, depth)?;
    if matches!(scanner.peek(), Some(')' | '|' | '&')) {
        return Ok(Condition::Exists(left));
    }
    let operator = operator(scanner)?;
    Ok(Condition::Compare(left, operator, side(scanner, depth)?))
}

fn operator(scanner: &mut Scanner) -> Result<Operator, JsonError> {
    if scanner.ahead(1).is_none() {
        return Err(JsonError::json(OPEN_QUERY));
    }
    let known = [
        ("===", Operator::StrictEqual),
        ("==", Operator::Equal),
        ("!==", Operator::StrictNotEqual),
        ("!=", Operator::NotEqual),
        ("<>", Operator::NotEqual),
        ("<=", Operator::LessOrEqual),
        ("<", Operator::Less),
        (">=", Operator::GreaterOrEqual),
        (">", Operator::Greater),
    ];
    let found = known.into_iter().find(|(text, _)| scanner.accept(text));
    found
        .map(|(_, operator)| operator)
        .ok_or_else(|| JsonError::json("Could not read query operator."))
}

fn side(scanner: &mut Scanner, depth: usize) -> Result<Side, JsonError> {
    scanner.spaces();
    let first = scanner.expect(OPEN_QUERY)?;
    let side = match first {
        '$' | '@' => {
            let mut filters = if first == '$' { vec![Filter::Root] } else { Vec::new() };
            scanner.advance();
            let start = scanner.at();
            if steps(scanner, &mut filters, start, true, depth)? {
                return Err(JsonError::json(OPEN_QUERY));
            }
            Side::Path(filters)
        }
        '\'' => Side::Literal(Scalar::String(scanner.quoted()?.into())),
        '0'..='9' | '-' => Side::Literal(number(scanner).ok_or_else(|| in_query(first))?),
        't' if scanner.accept("true") => Side::Literal(Scalar::Boolean(true)),
        'f' if scanner.accept("false") => Side::Literal(Scalar::Boolean(false)),
        'n' if scanner.accept("null") => Side::Literal(Scalar::Null),
        other => return Err(in_query(other)),
    };
    scanner.spaces();
    scanner.expect(OPEN_QUERY)?;
    Ok(side)
}

fn number(scanner: &mut Scanner) -> Option<Scalar> {
    let start = scanner.at();
    while !matches!(scanner.peek()?, ' ' | ')') {
        scanner.advance();
    }
    let text = scanner.slice(start, scanner.at());
    if text.contains(['.', 'E', 'e']) {
        return parse_double(&text).ok().map(Scalar::Float);
    }
    text.parse().ok().map(Scalar::Integer)
}
