//! `System.Text.RegularExpressions.Match`, `Group`, `Capture` and their collections.

use super::pattern::Pattern;
use crate::library::{Arguments, Class, ClassKind, Row, row, utf16};
use crate::regex::{Search, Stretch};
use crate::text::Text;
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use std::any::Any;
use std::sync::Arc;

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
/// What a group captured, from its first time to its last.
pub static CAPTURES: Class = Class::new("System.Text.RegularExpressions.CaptureCollection", ClassKind::Class)
    .inherits(&["IEnumerable<Capture>"])
    .rows(CAPTURES_ROWS);
/// The matches in a text.
pub static MATCHES: Class = Class::new("System.Text.RegularExpressions.MatchCollection", ClassKind::Class)
    .inherits(&["IEnumerable<Match>"])
    .rows(MATCHES_ROWS);

const CAPTURE_ROWS: &[Row] = &[
    row(
        "string Value { get; }",
        r#"Regex.Match("abc", "b").Value"#,
        "b",
        |_, a| Ok(a.required(0)?.display_string().into()),
    ),
    row("int Index { get; }", r#"Regex.Match("abc", "b").Index"#, "1", |_, a| {
        let capture = capture(a)?;
        Ok((utf16::unit_offset(&capture.input, capture.stretch.0) as i32).into())
    }),
    row(
        "int Length { get; }",
        r#"Regex.Match("abc", "bc").Length"#,
        "2",
        |_, a| Ok((utf16::length(capture(a)?.text()) as i32).into()),
    ),
    row(
        "string ToString()",
        r#"Regex.Match("abc", "b").ToString()"#,
        "b",
        |_, a| Ok(a.required(0)?.display_string().into()),
    ),
];

const GROUP_ROWS: &[Row] = &[
    row(
        "bool Success { get; }",
        r#"Regex.Match("abc", "x").Success"#,
        "False",
        |_, a| Ok((!group(a)?.captures.is_empty()).into()),
    ),
    row(
        "string Name { get; }",
        r#"Regex.Match("abc", "(?<n>b)").Groups[1].Name"#,
        "n",
        |_, a| Ok(group(a)?.name.into()),
    ),
    row(
        "CaptureCollection Captures { get; }",
        r#"Regex.Match("abc", "(.)+").Groups[1].Captures.Count"#,
        "3",
        |_, a| Ok(Value::of(Captures(group(a)?))),
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
        "Match NextMatch()",
        r#"Regex.Match("abc", ".").NextMatch().Value"#,
        "b",
        |call, a| {
            let found = found(a)?;
            let Some(pattern) = &found.pattern else {
                return Ok(a.value(0).clone());
            };
            let next = pattern.find(call.frame, &found.input, found.next_search())?;
            Ok(Value::of(next.unwrap_or_default()))
        },
    ),
    row(
        "string Result(string replacement)",
        r#"Regex.Match("ab", "(a)(b)").Result("$2$1")"#,
        "ba",
        |call, a| {
            let (found, replacement) = (found(a)?, a.text(1)?);
            if found.pattern.is_none() {
                return Err(Thrown::new(
                    "System.NotSupportedException",
                    "Result cannot be called on a failed Match.",
                ));
            }
            let mut text = String::new();
            found.expand(replacement, &mut text);
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
        |_, a| Ok((groups(a)?.group_count() as i32).into()),
    ),
    row(
        "Group this[int groupnum] { get; }",
        r#"Regex.Match("a", "(a)").Groups[9].Value + "x""#,
        "x",
        |_, a| {
            let groups = groups(a)?;
            Ok(Value::of(groups.group(groups.place_of_number(a.int(1)))))
        },
    ),
    row(
        "Group this[string groupname] { get; }",
        r#"Regex.Match("a", "(?<n>a)").Groups["n"].Value"#,
        "a",
        |_, a| {
            let (groups, name) = (groups(a)?, a.text(1)?);
            Ok(Value::of(groups.group(groups.place_of_name(name))))
        },
    ),
];

const CAPTURES_ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        r#"Regex.Match("ab", "(.)+").Groups[1].Captures.Count"#,
        "2",
        |_, a| Ok((captures(a)?.captures.len() as i32).into()),
    ),
    row(
        "Capture this[int i] { get; }",
        r#"Regex.Match("ab", "(.)+").Groups[1].Captures[0].Value"#,
        "a",
        |_, a| {
            let at = usize::try_from(a.long(1)).ok();
            at.and_then(|at| captures(a).ok()?.capture(at))
                .map(Value::of)
                .ok_or_else(|| Thrown::out_of_range("Specified argument was out of the range of valid values.", "i"))
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

/// A match; one that failed is without a pattern.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pattern: Option<Arc<Pattern>>,
    /// What was searched.
    pub input: Text,
    stretch: Stretch,
    /// What each group captured, by places.
    captures: Arc<[Vec<Stretch>]>,
}

impl Found {
    /// What a pattern found in a stretch of a text.
    pub fn new(pattern: &Arc<Pattern>, input: &Text, stretch: Stretch, captures: Vec<Vec<Stretch>>) -> Self {
        Self {
            pattern: Some(Arc::clone(pattern)),
            input: input.clone(),
            stretch,
            captures: captures.into(),
        }
    }

    /// The bytes of the whole match.
    pub fn range(&self) -> Stretch {
        self.last(0).unwrap_or_default()
    }

    /// The bytes that the group at a place captured last.
    pub fn last(&self, place: usize) -> Option<Stretch> {
        self.captures.get(place)?.last().copied()
    }

    /// What the group at a place captured last; nothing when it captured nothing.
    pub fn text(&self, place: usize) -> &str {
        let (start, end) = self.last(place).unwrap_or_default();
        self.input.get(start..end).unwrap_or_default()
    }

    /// How many groups there are.
    pub fn group_count(&self) -> usize {
        self.captures.len().max(1)
    }

    /// The place of the group that a replacement pattern means by a name or a number.
    pub fn place_of(&self, name: &str) -> Option<usize> {
        let groups = self.pattern.as_ref()?.regex.groups();
        match name.parse() {
            Ok(number) => groups.of_number(number),
            Err(_) => groups.of_name(name),
        }
    }

    fn place_of_name(&self, name: &str) -> Option<usize> {
        self.pattern.as_ref()?.regex.groups().of_name(name)
    }

    fn place_of_number(&self, number: i32) -> Option<usize> {
        match &self.pattern {
            Some(pattern) => pattern.regex.groups().of_number(number),
            None => (number == 0).then_some(0),
        }
    }

    fn group(&self, place: Option<usize>) -> Group {
        let named = self
            .pattern
            .as_ref()
            .and_then(|pattern| pattern.regex.groups().at(place?));
        Group {
            input: self.input.clone(),
            name: named.map_or_else(
                || if place == Some(0) { "0".into() } else { Text::default() },
                |(_, name)| name.into(),
            ),
            captures: place
                .and_then(|place| self.captures.get(place))
                .cloned()
                .unwrap_or_default(),
        }
    }

    /// Where the search for the match behind this one begins.
    pub fn next_search(&self) -> Search {
        let (start, end) = self.range();
        let backward = self.pattern.as_ref().is_some_and(|pattern| pattern.regex.is_backward());
        Search {
            stretch: self.stretch,
            at: if backward { start } else { end },
            after_empty: start == end,
        }
    }
}

#[derive(Clone, Debug)]
struct Group {
    input: Text,
    name: Text,
    captures: Vec<Stretch>,
}

impl Group {
    fn capture(&self, at: usize) -> Option<Capture> {
        Some(Capture {
            input: self.input.clone(),
            stretch: *self.captures.get(at)?,
        })
    }
}

#[derive(Debug)]
struct Capture {
    input: Text,
    stretch: Stretch,
}

impl Capture {
    fn text(&self) -> &str {
        self.input.get(self.stretch.0..self.stretch.1).unwrap_or_default()
    }
}

#[derive(Debug)]
struct Groups(Found);

#[derive(Debug)]
struct Captures(Group);

#[derive(Debug)]
struct Matches(Vec<Found>);

/// The matches as a collection.
pub fn matches_value(found: Vec<Found>) -> Value {
    Value::of(Matches(found))
}

/// Elements of a collection of matches, groups or captures.
pub fn items(value: &Value) -> Option<Vec<Value>> {
    if let Some(Groups(found)) = value.object() {
        let places = 0..found.group_count();
        return Some(places.map(|place| Value::of(found.group(Some(place)))).collect());
    }
    if let Some(Captures(group)) = value.object() {
        let places = 0..group.captures.len();
        return Some(places.filter_map(|at| group.capture(at)).map(Value::of).collect());
    }
    value
        .object::<Matches>()
        .map(|matches| matches.0.iter().cloned().map(Value::of).collect())
}

/// A group, or group 0 of a match.
fn group(a: Arguments<'_>) -> Result<Group, Thrown> {
    if let Some(group) = a.value(0).object::<Group>() {
        return Ok(group.clone());
    }
    Ok(found(a)?.group(Some(0)))
}

/// A capture, or the last one of a group or match.
fn capture(a: Arguments<'_>) -> Result<Capture, Thrown> {
    if let Some(capture) = a.value(0).object::<Capture>() {
        return Ok(Capture {
            input: capture.input.clone(),
            stretch: capture.stretch,
        });
    }
    let group = group(a)?;
    Ok(Capture {
        stretch: group.captures.last().copied().unwrap_or_default(),
        input: group.input,
    })
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

fn captures(a: Arguments<'_>) -> Result<&Group, Thrown> {
    a.value(0)
        .object::<Captures>()
        .map(|captures| &captures.0)
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
    Found "Match" |found| found.text(0).to_owned();
    Group "Group" |group| group.capture(group.captures.len().wrapping_sub(1)).map(|last| last.text().to_owned()).unwrap_or_default();
    Capture "Capture" |capture| capture.text().to_owned();
    Groups "GroupCollection" |_groups| "System.Text.RegularExpressions.GroupCollection".to_owned();
    Captures "CaptureCollection" |_captures| "System.Text.RegularExpressions.CaptureCollection".to_owned();
    Matches "MatchCollection" |_matches| "System.Text.RegularExpressions.MatchCollection".to_owned();
}
