//! The static members of `System.Text.RegularExpressions.Regex`.

use super::pattern::Pattern;
use super::regex::{all, count, is_match, one};
use super::regex_replacement::{replace, split};
use crate::library::{Arguments, Call, Row, row};
use crate::regex::{Search, unescape};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use std::sync::Arc;

/// They all search the whole input with a pattern that is compiled for the call.
pub const ROWS: &[Row] = &[
    row(
        "static bool IsMatch(string input, string pattern)",
        r#"Regex.IsMatch("abc", "b")"#,
        "True",
        |call, a| given(call, a, 1, 2, is_match),
    ),
    row(
        "static bool IsMatch(string input, string pattern, RegexOptions options)",
        r#"Regex.IsMatch("abc", "B", RegexOptions.IgnoreCase)"#,
        "True",
        |call, a| given(call, a, 1, 2, is_match),
    ),
    row(
        "static bool IsMatch(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        r#"Regex.IsMatch("a", "a", RegexOptions.None, TimeSpan.FromSeconds(1))"#,
        "True",
        |call, a| given(call, a, 1, 2, is_match),
    ),
    row(
        "static Match Match(string input, string pattern)",
        r#"Regex.Match("a","b").Groups[1].Value + Regex.Match("max-age=5", @"max-age=(?<n>\d+)").Groups["n"].Value"#,
        "5",
        |call, a| given(call, a, 1, 2, one),
    ),
    row(
        "static Match Match(string input, string pattern, RegexOptions options)",
        r#"Regex.Match("A","a",RegexOptions.IgnoreCase).Success"#,
        "True",
        |call, a| given(call, a, 1, 2, one),
    ),
    row(
        "static Match Match(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        r#"Regex.Match("ab", "b", RegexOptions.None, TimeSpan.FromSeconds(1)).Index"#,
        "1",
        |call, a| given(call, a, 1, 2, one),
    ),
    row(
        "static MatchCollection Matches(string input, string pattern)",
        r#"Regex.Matches("banana", "an").Count"#,
        "2",
        |call, a| given(call, a, 1, 2, all),
    ),
    row(
        "static MatchCollection Matches(string input, string pattern, RegexOptions options)",
        r#"Regex.Matches("aA", "a", RegexOptions.IgnoreCase).Count"#,
        "2",
        |call, a| given(call, a, 1, 2, all),
    ),
    row(
        "static MatchCollection Matches(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        r#"Regex.Matches("aA", "a", RegexOptions.None, TimeSpan.FromSeconds(1)).Count"#,
        "1",
        |call, a| given(call, a, 1, 2, all),
    ),
    row(
        "static int Count(string input, string pattern)",
        r#"Regex.Count("banana", "an")"#,
        "2",
        |call, a| given(call, a, 1, 2, count),
    ),
    row(
        "static int Count(string input, string pattern, RegexOptions options)",
        r#"Regex.Count("aA", "a", RegexOptions.IgnoreCase)"#,
        "2",
        |call, a| given(call, a, 1, 2, count),
    ),
    row(
        "static int Count(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        r#"Regex.Count("aA", "a", RegexOptions.None, TimeSpan.FromSeconds(1))"#,
        "1",
        |call, a| given(call, a, 1, 2, count),
    ),
    row(
        "static string Replace(string input, string pattern, string replacement)",
        r#"Regex.Replace("a1b22", @"\d+", "-")"#,
        "a-b-",
        |call, a| {
            given(call, a, 1, 3, |call, pattern, input| {
                replace(call, a, pattern, input, 2, None)
            })
        },
    ),
    row(
        "static string Replace(string input, string pattern, string replacement, RegexOptions options)",
        r#"Regex.Replace("aA", "a", "-", RegexOptions.IgnoreCase)"#,
        "--",
        |call, a| {
            given(call, a, 1, 3, |call, pattern, input| {
                replace(call, a, pattern, input, 2, None)
            })
        },
    ),
    row(
        "static string Replace(string input, string pattern, string replacement, RegexOptions options, TimeSpan matchTimeout)",
        r#"Regex.Replace("aA", "a", "$`-", RegexOptions.None, TimeSpan.FromSeconds(1))"#,
        "-A",
        |call, a| {
            given(call, a, 1, 3, |call, pattern, input| {
                replace(call, a, pattern, input, 2, None)
            })
        },
    ),
    row(
        "static string Replace(string input, string pattern, MatchEvaluator evaluator)",
        r#"Regex.Replace("ab", "[ab]", m => m.Value.ToUpper())"#,
        "AB",
        |call, a| {
            given(call, a, 1, 3, |call, pattern, input| {
                replace(call, a, pattern, input, 2, None)
            })
        },
    ),
    row(
        "static string Replace(string input, string pattern, MatchEvaluator evaluator, RegexOptions options)",
        r#"Regex.Replace("ab", "B", m => m.Value + m.Value, RegexOptions.IgnoreCase)"#,
        "abb",
        |call, a| {
            given(call, a, 1, 3, |call, pattern, input| {
                replace(call, a, pattern, input, 2, None)
            })
        },
    ),
    row(
        "static string Replace(string input, string pattern, MatchEvaluator evaluator, RegexOptions options, TimeSpan matchTimeout)",
        r#"Regex.Replace("ab", "b", m => "-", RegexOptions.None, TimeSpan.FromSeconds(1))"#,
        "a-",
        |call, a| {
            given(call, a, 1, 3, |call, pattern, input| {
                replace(call, a, pattern, input, 2, None)
            })
        },
    ),
    row(
        "static string[] Split(string input, string pattern)",
        r#"Regex.Split("a1b2c", @"\d")[2]"#,
        "c",
        |call, a| {
            given(call, a, 1, 2, |call, pattern, input| {
                split(call, a, pattern, input, None)
            })
        },
    ),
    row(
        "static string[] Split(string input, string pattern, RegexOptions options)",
        r#"Regex.Split("aXbxc", "x", RegexOptions.IgnoreCase).Length"#,
        "3",
        |call, a| {
            given(call, a, 1, 2, |call, pattern, input| {
                split(call, a, pattern, input, None)
            })
        },
    ),
    row(
        "static string[] Split(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        r#"Regex.Split("a,b", ",", RegexOptions.None, TimeSpan.FromSeconds(1))[1]"#,
        "b",
        |call, a| {
            given(call, a, 1, 2, |call, pattern, input| {
                split(call, a, pattern, input, None)
            })
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
                    '\x0c' => escaped.push_str("\\f"),
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
            let text = unescape(a.text(0)?).map_err(|error| {
                let message = format!("Invalid pattern at offset {}. {}", error.offset, error.message);
                Thrown::new("System.ArgumentException", message)
            })?;
            call.text(text)
        },
    ),
];

/// Runs a method with the pattern that it is given, on all of its input.
fn given(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    pattern: usize,
    options: usize,
    run: impl FnOnce(&mut Call<'_, '_>, &Arc<Pattern>, (&Text, Search)) -> Outcome,
) -> Outcome {
    let pattern = Pattern::given(call, a, pattern, options)?;
    let input = a.text(0)?;
    run(call, &pattern, (input, pattern.whole(input)))
}
