//! `System.Text.RegularExpressions.Match`, `Group`, `Capture` and their collections.

use crate::library::{Arguments, Class, ClassKind, Row, row, utf16};
use crate::text::Text;
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use std::any::Any;

/// A stretch of the input.
pub static CAPTURE: Class = Class::new("System.Text.RegularExpressions.Capture", ClassKind::Class).rows(CAPTURE_ROWS);
/// What a group captured.
pub static GROUP: Class = Class::new("System.Text.RegularExpressions.Group", ClassKind::Class)
    .inherits(&["Capture"])
    .rows(GROUP_ROWS);
/// A match; its group 0 is the whole.
pub static MATCH: Class = Class::new("System.Text.RegularExpressions.Match", ClassKind::Class)
    .inherits(&["Group"])
    .rows(MATCH_ROWS);
/// The groups of a match.
pub static GROUPS: Class = Class::new("System.Text.RegularExpressions.GroupCollection", ClassKind::Class)
    .inherits(&["IEnumerable<Group>"])
    .rows(GROUPS_ROWS);
/// The matches in a text.
pub static MATCHES: Class = Class::new("System.Text.RegularExpressions.MatchCollection", ClassKind::Class)
    .inherits(&["IEnumerable<Match>"])
    .rows(MATCHES_ROWS);

const CAPTURE_ROWS: &[Row] = &[
    row(
        "string Value { get; }",
        r#"Regex.Match("abc", "b").Value"#,
        "b",
        |_, a| {
            let (input, range) = stretch(a)?;
            Ok(range
                .and_then(|(start, end)| input.slice(start..end))
                .unwrap_or_default()
                .into())
        },
    ),
    row("int Index { get; }", r#"Regex.Match("abc", "b").Index"#, "1", |_, a| {
        let (input, range) = stretch(a)?;
        Ok((range.map_or(0, |(start, _)| utf16::unit_offset(&input, start)) as i32).into())
    }),
    row(
        "int Length { get; }",
        r#"Regex.Match("abc", "bc").Length"#,
        "2",
        |_, a| {
            let (input, range) = stretch(a)?;
            Ok((range
                .and_then(|(start, end)| input.get(start..end))
                .map_or(0, utf16::length) as i32)
                .into())
        },
    ),
    row(
        "string ToString()",
        r#"Regex.Match("abc", "b").ToString()"#,
        "b",
        |_, a| Ok(a.value(0).display_string().into()),
    ),
];

const GROUP_ROWS: &[Row] = &[
    row(
        "bool Success { get; }",
        r#"Regex.Match("abc", "x").Success"#,
        "False",
        |_, a| Ok(stretch(a)?.1.is_some().into()),
    ),
    row(
        "string Name { get; }",
        r#"Regex.Match("abc", "(?<n>b)").Groups[1].Name"#,
        "n",
        |_, a| {
            Ok(a.value(0)
                .object::<Group>()
                .map_or_else(|| "0".into(), |group| group.name.clone().into()))
        },
    ),
];

const MATCH_ROWS: &[Row] = &[
    row(
        "GroupCollection Groups { get; }",
        r#"Regex.Match("abc", "(b)").Groups.Count"#,
        "2",
        |_, a| Ok(Value::of(Groups(found(a)?.clone()))),
    ),
    row(
        "string Result(string replacement)",
        r#"Regex.Match("ab", "(a)(b)").Result("$2$1")"#,
        "ba",
        |call, a| {
            let mut text = String::new();
            found(a)?.expand(a.text(1)?, &mut text);
            call.text(text)
        },
    ),
    row(
        "static Match Empty { get; }",
        "System.Text.RegularExpressions.Match.Empty.Success",
        "False",
        |_, _| Ok(Value::of(Found::default())),
    ),
];

const GROUPS_ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        r#"Regex.Match("a", "(a)").Groups.Count"#,
        "2",
        |_, a| Ok((groups(a)?.groups.len().max(1) as i32).into()),
    ),
    row(
        "Group this[int groupnum] { get; }",
        r#"Regex.Match("a", "(a)").Groups[9].Value + "x""#,
        "x",
        |_, a| {
            let at = usize::try_from(a.long(1)).unwrap_or(usize::MAX);
            Ok(Value::of(groups(a)?.group(at)))
        },
    ),
    row(
        "Group this[string groupname] { get; }",
        r#"Regex.Match("a", "(?<n>a)").Groups["n"].Value"#,
        "a",
        |_, a| {
            let (groups, name) = (groups(a)?, a.text(1)?);
            let at = groups.groups.iter().position(|(own, _)| own.as_ref() == Some(name));
            Ok(Value::of(
                groups.group(at.or_else(|| name.parse().ok()).unwrap_or(usize::MAX)),
            ))
        },
    ),
];

const MATCHES_ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        r#"Regex.Matches("aa", "a").Count"#,
        "2",
        |_, a| Ok((matches(a)?.len() as i32).into()),
    ),
    row(
        "Match this[int i] { get; }",
        r#"Regex.Matches("ab", "[ab]")[1].Value"#,
        "b",
        |_, a| {
            let at = usize::try_from(a.long(1)).ok();
            at.and_then(|at| matches(a).ok()?.get(at).cloned())
                .map(Value::of)
                .ok_or_else(|| Thrown::out_of_range("Specified argument was out of the range of valid values.", "i"))
        },
    ),
];

/// A group's name and the bytes that it captured.
pub type NamedRange = (Option<Text>, Option<(usize, usize)>);

/// A match (or none, when it has no groups): bytes of the input for each group, with its name.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// What was searched.
    pub input: Text,
    /// Groups with their names; group 0 is the whole match.
    pub groups: Vec<NamedRange>,
}

impl Found {
    /// The bytes of the whole match.
    pub fn range(&self) -> (usize, usize) {
        self.groups.first().and_then(|(_, range)| *range).unwrap_or_default()
    }

    fn group(&self, at: usize) -> Group {
        let (name, range) = self.groups.get(at).cloned().unwrap_or_default();
        Group {
            input: self.input.clone(),
            name: name.unwrap_or_else(|| at.to_string().into()),
            range,
        }
    }

    fn text(&self, at: usize) -> Option<&str> {
        let (start, end) = self.groups.get(at)?.1?;
        self.input.get(start..end)
    }

    /// Appends a replacement pattern: `$1`, `${name}`, `$&`, `$$`.
    pub fn expand(&self, replacement: &str, text: &mut String) {
        let mut rest = replacement;
        while let Some((before, after)) = rest.split_once('$') {
            text.push_str(before);
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let (piece, remaining) = if after.starts_with('$') {
                (Some("$"), after.get(1..))
            } else if after.starts_with('&') {
                (self.text(0), after.get(1..))
            } else if let Some((name, remaining)) = braced {
                let at = self
                    .groups
                    .iter()
                    .position(|(own, _)| own.as_deref() == Some(name))
                    .or_else(|| name.parse().ok());
                (at.map(|at| self.text(at).unwrap_or_default()), Some(remaining))
            } else {
                let number = after.get(..digits).and_then(|digits| digits.parse::<usize>().ok());
                let known = number.filter(|number| *number < self.groups.len());
                (
                    known.map(|number| self.text(number).unwrap_or_default()),
                    after.get(digits..),
                )
            };
            if let (Some(piece), Some(remaining)) = (piece, remaining) {
                text.push_str(piece);
                rest = remaining;
            } else {
                text.push('$');
                rest = after;
            }
        }
        text.push_str(rest);
    }
}

#[derive(Debug)]
struct Group {
    input: Text,
    name: Text,
    range: Option<(usize, usize)>,
}

#[derive(Debug)]
struct Groups(Found);

#[derive(Debug)]
struct Matches(Vec<Found>);

/// The matches as a collection.
pub fn matches_value(found: Vec<Found>) -> Value {
    Value::of(Matches(found))
}

/// Elements of a collection of matches or groups.
pub fn items(value: &Value) -> Option<Vec<Value>> {
    if let Some(groups) = value.object::<Groups>() {
        return Some(
            (0..groups.0.groups.len())
                .map(|at| Value::of(groups.0.group(at)))
                .collect(),
        );
    }
    value
        .object::<Matches>()
        .map(|matches| matches.0.iter().cloned().map(Value::of).collect())
}

fn stretch(a: Arguments<'_>) -> Result<(Text, Option<(usize, usize)>), Thrown> {
    if let Some(group) = a.value(0).object::<Group>() {
        return Ok((group.input.clone(), group.range));
    }
    let found = found(a)?;
    Ok((found.input.clone(), found.groups.first().and_then(|(_, range)| *range)))
}

fn found(a: Arguments<'_>) -> Result<&Found, Thrown> {
    a.value(0).object::<Found>().ok_or_else(Thrown::null_reference)
}

fn groups(a: Arguments<'_>) -> Result<&Found, Thrown> {
    a.value(0)
        .object::<Groups>()
        .map(|groups| &groups.0)
        .ok_or_else(Thrown::null_reference)
}

fn matches(a: Arguments<'_>) -> Result<&[Found], Thrown> {
    a.value(0)
        .object::<Matches>()
        .map(|matches| matches.0.as_slice())
        .ok_or_else(Thrown::null_reference)
}

macro_rules! named {
    ($($ty:ident $name:literal |$value:ident| $display:expr;)*) => {$(
        impl Object for $ty {
            fn type_name(&self) -> String {
                concat!("System.Text.RegularExpressions.", $name).to_owned()
            }
            fn display(&self) -> String {
                let $value = self;
                $display
            }
            fn as_any(&self) -> &dyn Any {
                self
            }
        }
    )*};
}

named! {
    Found "Match" |found| found.text(0).unwrap_or_default().to_owned();
    Group "Group" |group| group.range.and_then(|(start, end)| group.input.get(start..end)).unwrap_or_default().to_owned();
    Groups "GroupCollection" |_groups| "System.Text.RegularExpressions.GroupCollection".to_owned();
    Matches "MatchCollection" |_matches| "System.Text.RegularExpressions.MatchCollection".to_owned();
}
