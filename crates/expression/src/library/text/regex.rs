//! `System.Text.RegularExpressions.Regex`

use super::pattern::{INFINITE, Pattern};
use super::regex_match::{Found, matches_value};
use super::regex_replacement::{replace, split};
use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row, utf16};
use crate::regex::Search;
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::{ClassRef, Simple, Type};
use crate::value::Value;
use std::sync::Arc;

/// A regular expression.
pub static REGEX: Class = Class::new("System.Text.RegularExpressions.Regex", ClassKind::Class)
    .rows(ROWS)
    .more(&[super::regex_static::ROWS]);
/// How a pattern is read.
pub static REGEX_OPTIONS: Class = Class::enumeration(
    "System.Text.RegularExpressions.RegexOptions",
    &[
        ("None", 0),
        ("IgnoreCase", 1),
        ("Multiline", 2),
        ("ExplicitCapture", 4),
        ("Compiled", 8),
        ("Singleline", 16),
        ("IgnorePatternWhitespace", 32),
        ("RightToLeft", 64),
        ("ECMAScript", 256),
        ("CultureInvariant", 512),
    ],
)
.flags();

const ROWS: &[Row] = &[
    row(
        "new(string pattern)",
        r#"new Regex("a+").IsMatch("caat")"#,
        "True",
        |call, a| Ok(Value::Object(Pattern::given(call, a, 0, 1)?)),
    ),
    row(
        "new(string pattern, RegexOptions options)",
        r#"new Regex("A", RegexOptions.IgnoreCase).IsMatch("a")"#,
        "True",
        |call, a| Ok(Value::Object(Pattern::given(call, a, 0, 1)?)),
    ),
    row(
        "new(string pattern, RegexOptions options, TimeSpan matchTimeout)",
        r#"new Regex("a", RegexOptions.None, TimeSpan.FromSeconds(1)).IsMatch("a")"#,
        "True",
        |call, a| Ok(Value::Object(Pattern::given(call, a, 0, 1)?)),
    ),
    row(
        "bool IsMatch(string input)",
        r#"new Regex("^a$").IsMatch("a")"#,
        "True",
        |call, a| is_match(call, &Pattern::own(a)?, whole(a)?),
    ),
    row(
        "bool IsMatch(string input, int startat)",
        r#"new Regex("a").IsMatch("ab", 1)"#,
        "False",
        |call, a| is_match(call, &Pattern::own(a)?, from(a, 2)?),
    ),
    row(
        "Match Match(string input)",
        r#"new Regex("(b)(c)").Match("abc").Groups[2].Value"#,
        "c",
        |call, a| one(call, &Pattern::own(a)?, whole(a)?),
    ),
    row(
        "Match Match(string input, int startat)",
        r#"new Regex("a").Match("banana", 2).Index"#,
        "3",
        |call, a| one(call, &Pattern::own(a)?, from(a, 2)?),
    ),
    row(
        "Match Match(string input, int beginning, int length)",
        r#"new Regex("^a").Match("banana", 1, 3).Index"#,
        "1",
        |call, a| {
            let (pattern, input) = (Pattern::own(a)?, a.text(1)?);
            let begin = usize::try_from(a.long(2)).ok();
            let end = begin
                .zip(usize::try_from(a.long(3)).ok())
                .map(|(begin, length)| begin + length);
            let offset = |unit: Option<usize>| utf16::byte_offset(input, unit?);
            let outside = || {
                Thrown::out_of_range(
                    "Index and count must refer to a location within the string.",
                    "beginning",
                )
            };
            let stretch = offset(begin).zip(offset(end)).ok_or_else(outside)?;
            let at = if pattern.regex.is_backward() {
                stretch.1
            } else {
                stretch.0
            };
            let after_empty = false;
            one(
                call,
                &pattern,
                (
                    input,
                    Search {
                        stretch,
                        at,
                        after_empty,
                    },
                ),
            )
        },
    ),
    row(
        "MatchCollection Matches(string input)",
        r#"new Regex("a").Matches("banana").Count"#,
        "3",
        |call, a| all(call, &Pattern::own(a)?, whole(a)?),
    ),
    row(
        "MatchCollection Matches(string input, int startat)",
        r#"new Regex("a").Matches("banana", 2).Count"#,
        "2",
        |call, a| all(call, &Pattern::own(a)?, from(a, 2)?),
    ),
    row(
        "int Count(string input)",
        r#"new Regex("a").Count("banana")"#,
        "3",
        |call, a| count(call, &Pattern::own(a)?, whole(a)?),
    ),
    row(
        "string Replace(string input, string replacement)",
        r#"new Regex("(a)(n)").Replace("banana", "$2$1")"#,
        "bnanaa",
        |call, a| replace(call, a, &Pattern::own(a)?, whole(a)?, 2, None),
    ),
    row(
        "string Replace(string input, string replacement, int count)",
        r#"new Regex("a").Replace("banana", "-", 2)"#,
        "b-n-na",
        |call, a| replace(call, a, &Pattern::own(a)?, whole(a)?, 2, Some(3)),
    ),
    row(
        "string Replace(string input, string replacement, int count, int startat)",
        r#"new Regex("a").Replace("banana", "-", 1, 2)"#,
        "ban-na",
        |call, a| replace(call, a, &Pattern::own(a)?, from(a, 4)?, 2, Some(3)),
    ),
    row(
        "string Replace(string input, MatchEvaluator evaluator)",
        r#"new Regex("a").Replace("banana", m => m.Index.ToString())"#,
        "b1n3n5",
        |call, a| replace(call, a, &Pattern::own(a)?, whole(a)?, 2, None),
    ),
    row(
        "string Replace(string input, MatchEvaluator evaluator, int count)",
        r#"new Regex("a").Replace("banana", m => m.Index.ToString(), 1)"#,
        "b1nana",
        |call, a| replace(call, a, &Pattern::own(a)?, whole(a)?, 2, Some(3)),
    ),
    row(
        "string Replace(string input, MatchEvaluator evaluator, int count, int startat)",
        r#"new Regex("a").Replace("banana", m => m.Index.ToString(), 1, 2)"#,
        "ban3na",
        |call, a| replace(call, a, &Pattern::own(a)?, from(a, 4)?, 2, Some(3)),
    ),
    row(
        "string[] Split(string input)",
        r#"new Regex(",+").Split("a,,b").Length"#,
        "2",
        |call, a| split(call, a, &Pattern::own(a)?, whole(a)?, None),
    ),
    row(
        "string[] Split(string input, int count)",
        r#"new Regex(",").Split("a,b,c", 2)[1]"#,
        "b,c",
        |call, a| split(call, a, &Pattern::own(a)?, whole(a)?, Some(2)),
    ),
    row(
        "string[] Split(string input, int count, int startat)",
        r#"new Regex(",").Split("a,b,c", 2, 2)[0]"#,
        "a,b",
        |call, a| split(call, a, &Pattern::own(a)?, from(a, 3)?, Some(2)),
    ),
    row(
        "string[] GetGroupNames()",
        r#"string.Join(" ", new Regex("(?<n>a)(b)").GetGroupNames())"#,
        "0 1 n",
        |_, a| {
            Ok(Array::texts(
                Pattern::own(a)?.regex.groups().iter().map(|(_, name)| name),
            ))
        },
    ),
    row(
        "int[] GetGroupNumbers()",
        r#"new Regex("(?<n>a)(b)").GetGroupNumbers().Length"#,
        "3",
        |_, a| {
            let numbers = Pattern::own(a)?
                .regex
                .groups()
                .iter()
                .map(|(number, _)| number.into())
                .collect();
            Ok(Value::of(Array::new(Type::Simple(Simple::Int32), numbers)))
        },
    ),
    row(
        "string GroupNameFromNumber(int i)",
        r#"new Regex("(?<n>a)(b)").GroupNameFromNumber(2)"#,
        "n",
        |_, a| {
            let pattern = Pattern::own(a)?;
            let groups = pattern.regex.groups();
            let named = groups.of_number(a.int(1)).and_then(|place| groups.at(place));
            Ok(named.map_or("", |(_, name)| name).into())
        },
    ),
    row(
        "int GroupNumberFromName(string name)",
        r#"new Regex("(?<n>a)(b)").GroupNumberFromName("n")"#,
        "2",
        |_, a| {
            let (pattern, name) = (Pattern::own(a)?, a.text(1)?);
            let groups = pattern.regex.groups();
            let number = groups.of_name(name).and_then(|place| groups.at(place));
            Ok(number.map_or(-1, |(number, _)| number).into())
        },
    ),
    row(
        "RegexOptions Options { get; }",
        r#"new Regex("a", RegexOptions.IgnoreCase).Options"#,
        "IgnoreCase",
        |_, a| Ok(Value::Enum(ClassRef(&REGEX_OPTIONS), Pattern::own(a)?.options)),
    ),
    row(
        "bool RightToLeft { get; }",
        r#"new Regex("a").RightToLeft"#,
        "False",
        |_, a| Ok(Pattern::own(a)?.regex.is_backward().into()),
    ),
    row(
        "static TimeSpan InfiniteMatchTimeout { get; }",
        "Regex.InfiniteMatchTimeout.TotalMilliseconds",
        "-1",
        |_, _| Ok(Value::TimeSpan(INFINITE)),
    ),
    row("string ToString()", r#"new Regex("a+").ToString()"#, "a+", |_, a| {
        Ok(Pattern::own(a)?.text.clone().into())
    }),
];

/// All of the input of an instance method.
fn whole(a: Arguments<'_>) -> Result<(&Text, Search), Thrown> {
    let input = a.text(1)?;
    Ok((input, Pattern::own(a)?.whole(input)))
}

/// The input of an instance method, from the place that an argument says.
fn from(a: Arguments<'_>, place: usize) -> Result<(&Text, Search), Thrown> {
    let input = a.text(1)?;
    Ok((input, Pattern::search_at(input, a, place)?))
}

/// `IsMatch`
pub fn is_match(call: &mut Call<'_, '_>, pattern: &Arc<Pattern>, (input, search): (&Text, Search)) -> Outcome {
    Ok(pattern.find(call.frame, input, search)?.is_some().into())
}

/// `Match`
pub fn one(call: &mut Call<'_, '_>, pattern: &Arc<Pattern>, (input, search): (&Text, Search)) -> Outcome {
    let found = pattern.find(call.frame, input, search)?;
    Ok(Value::of(found.unwrap_or_default()))
}

/// `Matches`
pub fn all(call: &mut Call<'_, '_>, pattern: &Arc<Pattern>, (input, search): (&Text, Search)) -> Outcome {
    Ok(matches_value(pattern.all(call.frame, input, search, usize::MAX)?))
}

/// `Count`
pub fn count(call: &mut Call<'_, '_>, pattern: &Arc<Pattern>, (input, search): (&Text, Search)) -> Outcome {
    let found: Vec<Found> = pattern.all(call.frame, input, search, usize::MAX)?;
    Ok((found.len() as i32).into())
}
