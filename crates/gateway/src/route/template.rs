//! One operation's URL template: `/orders/{id}.{format}/{*rest}?expand={expand}`.
//!
//! Never here: choosing among templates.

use super::segments::fold;
use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};

/// A parsed template.
#[derive(Debug, PartialEq)]
pub struct Template {
    /// Its path, without a trailing slash.
    pub segments: Vec<Matcher>,
    /// Names of the parameters in its path, in order.
    pub parameters: Vec<String>,
    /// Whether anything may follow; the last parameter takes it when it has a name.
    pub rest: Option<Rest>,
    /// Query parameters that must be there.
    pub query: Vec<QueryRule>,
}

/// What follows the segments.
#[derive(Clone, Debug, PartialEq)]
pub enum Rest {
    /// `*`
    Anything,
    /// `{*name}`
    Named(String),
}

/// What a path segment must be; the more specific is the lesser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// This text, folded.
    Literal(String),
    /// Texts around parameters, each of at least one character: `["", "."]` and a tail for `{id}.{format}`.
    Pattern {
        /// Folded text before each parameter.
        before: Vec<String>,
        /// Folded text behind the last one.
        tail: String,
    },
}

/// A query parameter of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryRule {
    /// Its name.
    pub name: String,
    /// What it must be.
    pub value: QueryValue,
}

/// What a query parameter must be.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryValue {
    /// Anything; it becomes the parameter of this name.
    Parameter(String),
    /// This text.
    Literal(String),
}

impl Template {
    /// Reads a template; what is not a well-formed `{parameter}` is literal text.
    pub fn parse(text: &str) -> Self {
        let (path, query) = cut_query(text);
        let mut template = Self {
            segments: Vec::new(),
            parameters: Vec::new(),
            rest: None,
            query: Vec::new(),
        };
        let path = path.trim_matches('/');
        let mut segments = path.split('/').filter(|segment| !segment.is_empty()).peekable();
        while let Some(segment) = segments.next() {
            match rest(segment) {
                Some(rest) if segments.peek().is_none() => template.rest = Some(rest),
                _ => template.push(segment),
            }
        }
        template.query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(query_rule)
            .collect();
        template
    }

    fn push(&mut self, segment: &str) {
        let mut before = Vec::new();
        let mut text = segment;
        while let Some((literal, name, behind)) = next_parameter(text) {
            before.push(fold(literal).into_owned());
            self.parameters.push(name.to_owned());
            text = behind;
        }
        let tail = fold(text).into_owned();
        self.segments.push(if before.is_empty() {
            Matcher::Literal(tail)
        } else {
            Matcher::Pattern { before, tail }
        });
    }
}

impl Matcher {
    /// Literal text first, then by its length, then by the text itself so that the order is total.
    fn rank(&self) -> (bool, Reverse<usize>, &[String], &str) {
        match self {
            Self::Literal(text) => (false, Reverse(text.len()), &[], text),
            Self::Pattern { before, tail } => {
                let length = before.iter().map(String::len).sum::<usize>() + tail.len();
                (true, Reverse(length), before, tail)
            }
        }
    }

    /// The values of a pattern's parameters in `decoded`; `None` when it does not match.
    pub fn values<'a>(&self, decoded: &'a str) -> Option<Vec<&'a str>> {
        let Self::Pattern { before, tail } = self else {
            return None;
        };
        let folded: Cow<'_, str> = decoded.to_ascii_lowercase().into();
        let end = folded.strip_suffix(tail.as_str())?.len();
        let (first, others) = before.split_first()?;
        folded.get(..end)?.strip_prefix(first.as_str())?;
        let mut start = first.len();
        let mut values = Vec::with_capacity(before.len());
        for literal in others {
            // A value has a character at least, so the literal cannot follow at once.
            let from = start + decoded.get(start..end)?.chars().next()?.len_utf8();
            let at = from + folded.get(from..end)?.find(literal.as_str())?;
            values.push(decoded.get(start..at)?);
            start = at + literal.len();
        }
        values.push(decoded.get(start..end).filter(|value| !value.is_empty())?);
        Some(values)
    }
}

impl Ord for Matcher {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Matcher {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Cuts at the `?` that begins the query, which is not inside of braces.
fn cut_query(text: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '?' if depth == 0 => return (text.get(..at).unwrap_or(text), text.get(at + 1..).unwrap_or("")),
            _ => {}
        }
    }
    (text, "")
}

fn rest(segment: &str) -> Option<Rest> {
    if segment == "*" {
        return Some(Rest::Anything);
    }
    let name = segment.strip_prefix("{*")?.strip_suffix('}')?;
    Some(if name.is_empty() {
        Rest::Anything
    } else {
        Rest::Named(name.to_owned())
    })
}

/// The next `{name}`: what is before it, the name, what is behind it.
fn next_parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, behind) = rest.split_once('}')?;
    (!name.is_empty()).then_some((before, name, behind))
}

fn query_rule(pair: &str) -> QueryRule {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let parameter = value.strip_prefix('{').and_then(|value| value.strip_suffix('}'));
    let value = match parameter {
        Some(parameter) => QueryValue::Parameter(parameter.to_owned()),
        None if pair.contains('=') => QueryValue::Literal(super::segments::decode(value).into_owned()),
        None => QueryValue::Parameter(name.to_owned()),
    };
    QueryRule {
        name: super::segments::decode(name).into_owned(),
        value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_cut_out_their_values() {
        for (template, segment, expected) in [
            ("{id}", "7", Some(vec!["7"])),
            ("{id}", "", None),
            ("v{id}", "V7", Some(vec!["7"])),
            ("v{id}", "x7", None),
            ("{id}.{format}", "a.b.json", Some(vec!["a", "b.json"])),
            ("{id}.{format}", ".json", None),
            ("{a}-{b}-{c}", "1-2-3", Some(vec!["1", "2", "3"])),
            ("{a}-{b}-{c}", "1-2", None),
            ("({id})", "(ñ)", Some(vec!["ñ"])),
            ("Orders({id})", "orders(5)", Some(vec!["5"])),
            ("{id}:cancel", "5:Cancel", Some(vec!["5"])),
        ] {
            let template = Template::parse(template);
            assert_eq!(template.segments[0].values(segment), expected, "{template:?} {segment}");
        }
    }

    #[test]
    fn templates() {
        let template = Template::parse("/Orders/{id}/{*rest}?expand={expand}&v=2&flag");
        assert_eq!(template.segments[0], Matcher::Literal("orders".into()));
        assert_eq!(template.parameters, ["id"]);
        assert_eq!(template.rest, Some(Rest::Named("rest".into())));
        assert_eq!(template.query.len(), 3);
        assert_eq!(template.query[1].value, QueryValue::Literal("2".into()));
        assert_eq!(Template::parse("/*").rest, Some(Rest::Anything));
        assert_eq!(Template::parse("/").segments, []);
        assert_eq!(Template::parse("/a/{b").segments[1], Matcher::Literal("{b".into()));
    }

    proptest! {
        #[test]
        fn anything_parses_and_matches_without_panic(text in ".{0,40}", segment in ".{0,20}") {
            for matcher in Template::parse(&text).segments {
                let _ = matcher.values(&segment);
            }
        }
    }
}
