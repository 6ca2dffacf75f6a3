//! `System.Text.RegularExpressions.Regex`

use super::regex_match::{Found, matches_value};
use crate::collection::{Array, ELEMENT_BYTES};
use crate::frame::Frame;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use fancy_regex::{Regex, RegexBuilder};
use parking_lot::Mutex;
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// A regular expression.
pub static REGEX: Class = Class::new("System.Text.RegularExpressions.Regex", ClassKind::Class)
    .rows(ROWS)
    .more(&[STATIC_ROWS]);
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
        |call, a| create(call, a.text(0)?, 0),
    ),
    row(
        "new(string pattern, RegexOptions options)",
        r#"new Regex("A", RegexOptions.IgnoreCase).IsMatch("a")"#,
        "True",
        |call, a| create(call, a.text(0)?, a.int(1)),
    ),
    row(
        "new(string pattern, RegexOptions options, TimeSpan matchTimeout)",
        r#"new Regex("a", RegexOptions.None, TimeSpan.FromSeconds(1)).IsMatch("a")"#,
        "True",
        |call, a| create(call, a.text(0)?, a.int(1)),
    ),
    row(
        "bool IsMatch(string input)",
        r#"new Regex("^a$").IsMatch("a")"#,
        "True",
        |call, a| Ok(own(a)?.first(call.frame, a.text(1)?)?.is_some().into()),
    ),
    row(
        "Match Match(string input)",
        r#"new Regex("(b)(c)").Match("abc").Groups[2].Value"#,
        "c",
        |call, a| one(call, &own(a)?, a.text(1)?),
    ),
    row(
        "MatchCollection Matches(string input)",
        r#"new Regex("a").Matches("banana").Count"#,
        "3",
        |call, a| all(call, &own(a)?, a.text(1)?),
    ),
    row(
        "string Replace(string input, string replacement)",
        r#"new Regex("(a)(n)").Replace("banana", "$2$1")"#,
        "bnanaa",
        |call, a| replace(call, &own(a)?, a.text(1)?, &Replacement::Text(a.text(2)?)),
    ),
    row(
        "string Replace(string input, Func<Match, string> evaluator)",
        r#"new Regex("a").Replace("banana", m => m.Index.ToString())"#,
        "b1n3n5",
        |call, a| replace(call, &own(a)?, a.text(1)?, &Replacement::Delegate(a.required(2)?)),
    ),
    row(
        "string[] Split(string input)",
        r#"new Regex(",+").Split("a,,b").Length"#,
        "2",
        |call, a| split(call, &own(a)?, a.text(1)?),
    ),
    row("string ToString()", r#"new Regex("a+").ToString()"#, "a+", |_, a| {
        Ok(own(a)?.pattern.clone().into())
    }),
];

const STATIC_ROWS: &[Row] = &[
    row(
        "static bool IsMatch(string input, string pattern)",
        r#"Regex.IsMatch("abc", "b")"#,
        "True",
        |call, a| {
            Ok(Pattern::of(call.frame, a.text(1)?, 0)?
                .first(call.frame, a.text(0)?)?
                .is_some()
                .into())
        },
    ),
    row(
        "static bool IsMatch(string input, string pattern, RegexOptions options)",
        r#"Regex.IsMatch("abc", "B", RegexOptions.IgnoreCase)"#,
        "True",
        |call, a| {
            Ok(Pattern::of(call.frame, a.text(1)?, a.int(2))?
                .first(call.frame, a.text(0)?)?
                .is_some()
                .into())
        },
    ),
    row(
        "static bool IsMatch(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        r#"Regex.IsMatch("a", "a", RegexOptions.None, TimeSpan.FromSeconds(1))"#,
        "True",
        |call, a| {
            Ok(Pattern::of(call.frame, a.text(1)?, a.int(2))?
                .first(call.frame, a.text(0)?)?
                .is_some()
                .into())
        },
    ),
    row(
        "static Match Match(string input, string pattern)",
        r#"Regex.Match("a","b").Groups[1].Value + Regex.Match("max-age=5", @"max-age=(?<n>\d+)").Groups["n"].Value"#,
        "5",
        |call, a| {
            let pattern = Pattern::of(call.frame, a.text(1)?, 0)?;
            one(call, &pattern, a.text(0)?)
        },
    ),
    row(
        "static Match Match(string input, string pattern, RegexOptions options)",
        r#"Regex.Match("A","a",RegexOptions.IgnoreCase).Success"#,
        "True",
        |call, a| {
            let pattern = Pattern::of(call.frame, a.text(1)?, a.int(2))?;
            one(call, &pattern, a.text(0)?)
        },
    ),
    row(
        "static MatchCollection Matches(string input, string pattern)",
        r#"Regex.Matches("banana", "an").Count"#,
        "2",
        |call, a| {
            let pattern = Pattern::of(call.frame, a.text(1)?, 0)?;
            all(call, &pattern, a.text(0)?)
        },
    ),
    row(
        "static MatchCollection Matches(string input, string pattern, RegexOptions options)",
        r#"Regex.Matches("aA", "a", RegexOptions.IgnoreCase).Count"#,
        "2",
        |call, a| {
            let pattern = Pattern::of(call.frame, a.text(1)?, a.int(2))?;
            all(call, &pattern, a.text(0)?)
        },
    ),
    row(
        "static string Replace(string input, string pattern, string replacement)",
        r#"Regex.Replace("a1b22", @"\d+", "-")"#,
        "a-b-",
        |call, a| {
            let pattern = Pattern::of(call.frame, a.text(1)?, 0)?;
            replace(call, &pattern, a.text(0)?, &Replacement::Text(a.text(2)?))
        },
    ),
    row(
        "static string Replace(string input, string pattern, string replacement, RegexOptions options)",
        r#"Regex.Replace("aA", "a", "-", RegexOptions.IgnoreCase)"#,
        "--",
        |call, a| {
            let pattern = Pattern::of(call.frame, a.text(1)?, a.int(3))?;
            replace(call, &pattern, a.text(0)?, &Replacement::Text(a.text(2)?))
        },
    ),
    row(
        "static string Replace(string input, string pattern, Func<Match, string> evaluator)",
        r#"Regex.Replace("ab", "[ab]", m => m.Value.ToUpper())"#,
        "AB",
        |call, a| {
            let pattern = Pattern::of(call.frame, a.text(1)?, 0)?;
            replace(call, &pattern, a.text(0)?, &Replacement::Delegate(a.required(2)?))
        },
    ),
    row(
        "static string[] Split(string input, string pattern)",
        r#"Regex.Split("a1b2c", @"\d")[2]"#,
        "c",
        |call, a| {
            let pattern = Pattern::of(call.frame, a.text(1)?, 0)?;
            split(call, &pattern, a.text(0)?)
        },
    ),
    row(
        "static string Escape(string str)",
        r#"Regex.Escape("a.b*")"#,
        r"a\.b\*",
        |call, a| {
            let mut escaped = String::new();
            for c in a.text(0)?.chars() {
                match c {
                    '\n' => escaped.push_str("\\n"),
                    '\r' => escaped.push_str("\\r"),
                    '\t' => escaped.push_str("\\t"),
                    '\\' | '*' | '+' | '?' | '|' | '{' | '[' | '(' | ')' | '^' | '$' | '.' | '#' | ' ' => {
                        escaped.extend(['\\', c]);
                    }
                    _ => escaped.push(c),
                }
            }
            call.text(escaped)
        },
    ),
    row(
        "static string Unescape(string str)",
        r#"Regex.Unescape(@"a\.b")"#,
        "a.b",
        |call, a| {
            let mut plain = String::new();
            let text = a.text(0)?;
            let mut chars = text.chars();
            while let Some(c) = chars.next() {
                plain.extend(match c {
                    '\\' => chars.next().map(|escaped| match escaped {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        other => other,
                    }),
                    other => Some(other),
                });
            }
            call.text(plain)
        },
    ),
];

/// How often a match may go back before it is stopped.
const BACKTRACKS: usize = 1_000_000;
/// Compiled patterns by their text and options.
type Recent = HashMap<(Text, i32), Arc<Pattern>>;
/// How many compiled patterns are kept.
const KEPT: usize = 256;
/// Steps that the compilation of a pattern takes, before its length is counted.
const COMPILING: u64 = 5_000;

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    pattern: Text,
    regex: Regex,
}

impl Object for Pattern {
    fn type_name(&self) -> String {
        "System.Text.RegularExpressions.Regex".to_owned()
    }
    fn display(&self) -> String {
        self.pattern.to_string()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Pattern {
    /// The compiled pattern, paid for where it is a new one; recent ones are kept, as .NET keeps those of its static methods.
    fn of(frame: &mut Frame<'_>, pattern: &Text, options: i32) -> Result<Arc<Self>, Thrown> {
        static RECENT: LazyLock<Mutex<Recent>> = LazyLock::new(Mutex::default);
        let key = (pattern.clone(), options);
        if let Some(known) = RECENT.lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        frame.step(COMPILING + 16 * pattern.len() as u64)?;
        let invalid = |error: fancy_regex::Error| {
            let message = format!("Invalid pattern '{pattern}' at offset 0. {error}");
            Thrown::new("System.ArgumentException", message)
        };
        let regex = RegexBuilder::new(pattern)
            .case_insensitive(options & 1 != 0)
            .multi_line(options & 2 != 0)
            .dot_matches_new_line(options & 16 != 0)
            .ignore_whitespace(options & 32 != 0)
            .backtrack_limit(BACKTRACKS)
            .build()
            .map_err(invalid)?;
        // The key's text may be a stretch of something large.
        let compiled = Arc::new(Self {
            pattern: Text::from(pattern.as_str()),
            regex,
        });
        let mut recent = RECENT.lock();
        if recent.len() >= KEPT {
            recent.clear();
        }
        recent.insert((compiled.pattern.clone(), options), Arc::clone(&compiled));
        Ok(compiled)
    }

    /// The first match at or after a byte.
    ///
    /// # Errors
    /// `RegexMatchTimeoutException` when matching goes back too often.
    pub fn from(&self, frame: &mut Frame<'_>, input: &Text, at: usize) -> Result<Option<Found>, Thrown> {
        frame.step(1 + (input.len().saturating_sub(at) / 64) as u64)?;
        let stopped = |_| {
            Thrown::new(
                "System.Text.RegularExpressions.RegexMatchTimeoutException",
                "The Regex engine has timed out while trying to match a pattern to an input string.",
            )
        };
        let captures = self.regex.captures_from_pos(input.as_str(), at).map_err(stopped)?;
        let names: Vec<Option<&str>> = self.regex.capture_names().collect();
        Ok(captures.map(|captures| {
            let groups = names
                .iter()
                .enumerate()
                .map(|(index, name)| {
                    (
                        name.map(Text::from),
                        captures.get(index).map(|group| (group.start(), group.end())),
                    )
                })
                .collect();
            Found {
                input: input.clone(),
                groups,
            }
        }))
    }

    fn first(&self, frame: &mut Frame<'_>, input: &Text) -> Result<Option<Found>, Thrown> {
        self.from(frame, input, 0)
    }

    /// All matches in order.
    fn all(&self, frame: &mut Frame<'_>, input: &Text) -> Result<Vec<Found>, Thrown> {
        let mut found = Vec::new();
        let mut at = 0;
        while at <= input.len()
            && let Some(next) = self.from(frame, input, at)?
        {
            frame.allocate(ELEMENT_BYTES * 4)?;
            let (start, end) = next.range();
            // After an empty match the search goes on behind the next character.
            let step = input
                .get(end..)
                .and_then(|rest| rest.chars().next())
                .map_or(1, char::len_utf8);
            at = if end > start { end } else { end + step };
            found.push(next);
        }
        Ok(found)
    }
}

fn create(call: &mut Call<'_, '_>, pattern: &Text, options: i32) -> Outcome {
    Ok(Value::Object(Pattern::of(call.frame, pattern, options)?))
}

fn own(a: Arguments<'_>) -> Result<Arc<Pattern>, Thrown> {
    let Value::Object(object) = a.value(0) else {
        return Err(Thrown::null_reference());
    };
    (Arc::clone(object) as Arc<dyn Any + Send + Sync>)
        .downcast()
        .map_err(|_| Thrown::null_reference())
}

fn one(call: &mut Call<'_, '_>, pattern: &Arc<Pattern>, input: &Text) -> Outcome {
    Ok(Value::of(pattern.first(call.frame, input)?.unwrap_or_default()))
}

fn all(call: &mut Call<'_, '_>, pattern: &Arc<Pattern>, input: &Text) -> Outcome {
    Ok(matches_value(pattern.all(call.frame, input)?))
}

enum Replacement<'v> {
    Text(&'v Text),
    Delegate(&'v Value),
}

/// `Regex.Replace(input, pattern, replacement)`; `first_only`: the first match only, by the replacement as it is.
///
/// # Errors
/// `ArgumentException` for a malformed pattern, a timeout, or a budget that is used up.
pub fn replace_pattern(
    frame: &mut Frame<'_>,
    (input, pattern): (&Text, &Text),
    replacement: &str,
    first_only: bool,
) -> Result<Text, Thrown> {
    let pattern = Pattern::of(frame, pattern, 0)?;
    let found = if first_only {
        pattern.first(frame, input)?.into_iter().collect()
    } else {
        pattern.all(frame, input)?
    };
    let replaced = substituted(frame, input, found, |_, found, text| {
        if first_only {
            text.push_str(replacement);
        } else {
            found.expand(replacement, text);
        }
        Ok(())
    })?;
    frame.allocate(replaced.len())?;
    Ok(replaced.into())
}

fn replace(call: &mut Call<'_, '_>, pattern: &Arc<Pattern>, input: &Text, replacement: &Replacement<'_>) -> Outcome {
    let found = pattern.all(call.frame, input)?;
    let text = substituted(call.frame, input, found, |frame, found, text| {
        match replacement {
            Replacement::Text(replacement) => found.expand(replacement, text),
            Replacement::Delegate(delegate) => {
                text.push_str(&frame.call(delegate, &[Value::of(found)])?.display_string());
            }
        }
        Ok(())
    })?;
    call.text(text)
}

/// The input with something else in each match's place.
fn substituted(
    frame: &mut Frame<'_>,
    input: &Text,
    matches: Vec<Found>,
    mut write: impl FnMut(&mut Frame<'_>, Found, &mut String) -> Result<(), Thrown>,
) -> Result<String, Thrown> {
    let mut text = String::new();
    let mut rest = 0;
    for found in matches {
        let (start, end) = found.range();
        let before = text.len();
        text.push_str(input.get(rest..start).unwrap_or_default());
        write(frame, found, &mut text)?;
        frame.allocate(text.len() - before)?;
        rest = end;
    }
    text.push_str(input.get(rest..).unwrap_or_default());
    Ok(text)
}

fn split(call: &mut Call<'_, '_>, pattern: &Arc<Pattern>, input: &Text) -> Outcome {
    let mut parts: Vec<Value> = Vec::new();
    let mut rest = 0;
    for found in pattern.all(call.frame, input)? {
        let (start, end) = found.range();
        parts.push(input.slice(rest..start).into());
        // Captured groups are part of the result.
        parts.extend(
            found
                .groups
                .iter()
                .skip(1)
                .filter_map(|(_, range)| range.map(|(from, to)| input.slice(from..to).into())),
        );
        rest = end;
    }
    parts.push(input.slice(rest..input.len()).into());
    Ok(Array::texts(parts))
}
