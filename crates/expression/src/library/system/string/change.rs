//! Making a string out of another.

use super::find::find_all_ignoring_case;
use crate::library::culture::{lower, upper};
use crate::library::{Arguments, Call, Row, row, utf16};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// Members that make another string.
pub const ROWS: &[Row] = &[
    row(
        "string Substring(int startIndex)",
        r#""abc".Substring(1)"#,
        "bc",
        |_, a| {
            let text = a.text(0)?;
            let start = usize::try_from(a.long(1))
                .map_err(|_| Thrown::out_of_range("StartIndex cannot be less than zero.", "startIndex"))?;
            let rest = utf16::length(text)
                .checked_sub(start)
                .and_then(|count| utf16::slice(text, start, count));
            rest.map(Value::String)
                .ok_or_else(|| Thrown::out_of_range("startIndex cannot be larger than length of string.", "startIndex"))
        },
    ),
    row(
        "string Substring(int startIndex, int length)",
        r#""abcd".Substring(1, 2)"#,
        "bc",
        |_, a| substring(a),
    ),
    row("string Remove(int startIndex)", r#""abcd".Remove(2)"#, "ab", |_, a| {
        let text = a.text(0)?;
        let kept = usize::try_from(a.long(1))
            .ok()
            .filter(|start| *start <= utf16::length(text))
            .and_then(|start| utf16::slice(text, 0, start));
        kept.map(Value::String)
            .ok_or_else(|| Thrown::out_of_range("startIndex must be less than length of string.", "startIndex"))
    }),
    row(
        "string Remove(int startIndex, int count)",
        r#""abcd".Remove(1, 2)"#,
        "ad",
        |call, a| {
            let text = a.text(0)?;
            let (start, count) = range(a)?;
            let head = utf16::slice(text, 0, start);
            let rest = utf16::length(text)
                .checked_sub(start.saturating_add(count))
                .and_then(|rest| utf16::slice(text, start.saturating_add(count), rest));
            match (head, rest) {
                (Some(head), Some(rest)) => call.text(format!("{head}{rest}")),
                _ => Err(Thrown::out_of_range(
                    "Index and count must refer to a location within the string.",
                    "count",
                )),
            }
        },
    ),
    row(
        "string Insert(int startIndex, string value)",
        r#""ad".Insert(1, "bc")"#,
        "abcd",
        |call, a| {
            let (text, insertion) = (a.text(0)?, a.text(2)?);
            let at = usize::try_from(a.long(1))
                .ok()
                .and_then(|at| utf16::byte_offset(text, at));
            match at.and_then(|at| text.split_at_checked(at)) {
                Some((head, tail)) => call.text(format!("{head}{insertion}{tail}")),
                None => Err(Thrown::out_of_range(
                    "Specified argument was out of the range of valid values.",
                    "startIndex",
                )),
            }
        },
    ),
    row(
        "string Replace(string oldValue, string newValue)",
        r#""aXbX".Replace("X", "--")"#,
        "a--b--",
        |call, a| {
            let (text, old) = (a.text(0)?, a.text(1)?);
            let new = a.text_or_null(2).map_or("", |text| text.as_str());
            replace(call, text, old, new)
        },
    ),
    row(
        "string Replace(string oldValue, string newValue, StringComparison comparisonType)",
        r#""aXbx".Replace("x", "-", StringComparison.OrdinalIgnoreCase)"#,
        "a-b-",
        |call, a| {
            let (text, old) = (a.text(0)?, a.text(1)?);
            let new = a.text_or_null(2).map_or("", |text| text.as_str());
            if a.int(3) % 2 == 0 || old.is_empty() {
                return replace(call, text, old, new);
            }
            replace_any_case(call, text, old, new)
        },
    ),
    row(
        "string Replace(string oldValue, string newValue, bool ignoreCase, CultureInfo culture)",
        r#""aXbx".Replace("x", "-", true, null)"#,
        "a-b-",
        |call, a| {
            let (text, old) = (a.text(0)?, a.text(1)?);
            let new = a.text_or_null(2).map_or("", |text| text.as_str());
            if !a.bool(3) || old.is_empty() {
                return replace(call, text, old, new);
            }
            replace_any_case(call, text, old, new)
        },
    ),
    row(
        "string ReplaceLineEndings()",
        r#""a\r\nb".ReplaceLineEndings().Length"#,
        "3",
        |call, a| lines(call, a.text(0)?, "\n"),
    ),
    row(
        "string ReplaceLineEndings(string replacementText)",
        r#""a\r\nb".ReplaceLineEndings("-")"#,
        "a-b",
        |call, a| lines(call, a.text(0)?, a.text(1)?),
    ),
    row(
        "string Replace(char oldChar, char newChar)",
        r#""a-b".Replace('-', '_')"#,
        "a_b",
        |call, a| replace(call, a.text(0)?, &utf16::text_of(a.char(1)), &utf16::text_of(a.char(2))),
    ),
    row("string ToLower()", r#""ÀB".ToLower()"#, "àb", |call, a| {
        call.text(a.text(0)?.chars().map(lower).collect())
    }),
    row(
        "string ToLowerInvariant()",
        r#""AB".ToLowerInvariant()"#,
        "ab",
        |call, a| call.text(a.text(0)?.chars().map(lower).collect()),
    ),
    row(
        "string ToLower(CultureInfo culture)",
        r#""AB".ToLower(CultureInfo.InvariantCulture)"#,
        "ab",
        |call, a| {
            a.required(1)?;
            call.text(a.text(0)?.chars().map(lower).collect())
        },
    ),
    row(
        "string ToUpper(CultureInfo culture)",
        r#""ab".ToUpper(CultureInfo.InvariantCulture)"#,
        "AB",
        |call, a| {
            a.required(1)?;
            call.text(a.text(0)?.chars().map(upper).collect())
        },
    ),
    row("string ToUpper()", r#""àb".ToUpper()"#, "ÀB", |call, a| {
        call.text(a.text(0)?.chars().map(upper).collect())
    }),
    row(
        "string ToUpperInvariant()",
        r#""ab".ToUpperInvariant()"#,
        "AB",
        |call, a| call.text(a.text(0)?.chars().map(upper).collect()),
    ),
    row("string Trim()", r#""[" + " a ".Trim() + "]""#, "[a]", |_, a| {
        Ok(cut(a.text(0)?, (true, true), &Value::Null))
    }),
    row(
        "string Trim(params char[] trimChars)",
        r#""--a-".Trim('-')"#,
        "a",
        |_, a| Ok(cut(a.text(0)?, (true, true), a.value(1))),
    ),
    row(
        "string TrimStart(params char[] trimChars)",
        r#""--a-".TrimStart('-')"#,
        "a-",
        |_, a| Ok(cut(a.text(0)?, (true, false), a.value(1))),
    ),
    row(
        "string TrimEnd(params char[] trimChars)",
        r#""--a-".TrimEnd('-')"#,
        "--a",
        |_, a| Ok(cut(a.text(0)?, (false, true), a.value(1))),
    ),
    row(
        "string PadLeft(int totalWidth)",
        r#""a".PadLeft(3)"#,
        "  a",
        |call, a| pad(call, a, ' ', true),
    ),
    row(
        "string PadLeft(int totalWidth, char paddingChar)",
        r#""7".PadLeft(3, '0')"#,
        "007",
        |call, a| pad(call, a, filler(a), true),
    ),
    row(
        "string PadRight(int totalWidth)",
        r#""a".PadRight(3) + "|""#,
        "a  |",
        |call, a| pad(call, a, ' ', false),
    ),
    row(
        "string PadRight(int totalWidth, char paddingChar)",
        r#""7".PadRight(3, '0')"#,
        "700",
        |call, a| pad(call, a, filler(a), false),
    ),
];

fn range(a: Arguments<'_>) -> Result<(usize, usize), Thrown> {
    let start = usize::try_from(a.long(1))
        .map_err(|_| Thrown::out_of_range("StartIndex cannot be less than zero.", "startIndex"))?;
    let count =
        usize::try_from(a.long(2)).map_err(|_| Thrown::out_of_range("Length cannot be less than zero.", "length"))?;
    Ok((start, count))
}

fn substring(a: Arguments<'_>) -> Outcome {
    let text = a.text(0)?;
    let (start, count) = range(a)?;
    if start > utf16::length(text) {
        return Err(Thrown::out_of_range(
            "startIndex cannot be larger than length of string.",
            "startIndex",
        ));
    }
    let found = utf16::slice(text, start, count).map(Value::String);
    found.ok_or_else(|| Thrown::out_of_range("Index and length must refer to a location within the string.", "length"))
}

fn replace(call: &mut Call<'_, '_>, text: &Text, old: &str, new: &str) -> Outcome {
    if old.is_empty() {
        return Err(Thrown::argument("String cannot be of zero length.", "oldValue"));
    }
    if !text.contains(old) {
        return Ok(Value::String(text.clone()));
    }
    let growth = text.matches(old).count().saturating_mul(new.len());
    call.allocate(growth)?;
    call.text(text.replace(old, new))
}

/// Every line end of Unicode by another.
fn lines(call: &mut Call<'_, '_>, text: &Text, end: &str) -> Outcome {
    let mut result = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' {
            chars.next_if_eq(&'\n');
        }
        if matches!(c, '\r' | '\n' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            call.allocate(end.len())?;
            result.push_str(end);
        } else {
            result.push(c);
        }
    }
    call.text(result)
}

fn replace_any_case(call: &mut Call<'_, '_>, text: &Text, old: &str, new: &str) -> Outcome {
    call.read(text.len())?;
    // Capitals, and a place for every character.
    call.allocate(text.len().saturating_mul(1 + size_of::<usize>()))?;
    let found = find_all_ignoring_case(text, old);
    call.allocate(found.len().saturating_mul(size_of::<(usize, usize)>() + new.len()))?;
    let mut result = String::new();
    let mut end = 0;
    for (at, length) in found {
        result.push_str(text.get(end..at).unwrap_or_default());
        result.push_str(new);
        end = at + length;
    }
    result.push_str(text.get(end..).unwrap_or_default());
    call.text(result)
}

fn filler(a: Arguments<'_>) -> char {
    char::from_u32(u32::from(a.char(2))).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn pad(call: &mut Call<'_, '_>, a: Arguments<'_>, filler: char, left: bool) -> Outcome {
    let text = a.text(0)?;
    let width =
        usize::try_from(a.long(1)).map_err(|_| Thrown::out_of_range("Non-negative number required.", "totalWidth"))?;
    let missing = width.saturating_sub(utf16::length(text));
    call.allocate(missing)?;
    let padding: String = std::iter::repeat_n(filler, missing).collect();
    Ok(if left {
        format!("{padding}{text}")
    } else {
        format!("{text}{padding}")
    }
    .into())
}

/// Cuts characters off (start, end): white space when none are given.
fn cut(text: &Text, (start, end): (bool, bool), chars: &Value) -> Value {
    let units = super::units(chars);
    let belongs = |c: char| {
        if units.is_empty() {
            return c.is_whitespace();
        }
        let mut buffer = [0; 2];
        c.encode_utf16(&mut buffer).iter().all(|unit| units.contains(unit)) && c.len_utf16() == 1
    };
    let mut kept = text.as_str();
    let mut from = 0;
    if start {
        kept = kept.trim_start_matches(belongs);
        from = text.len() - kept.len();
    }
    if end {
        kept = kept.trim_end_matches(belongs);
    }
    text.slice(from..from + kept.len()).into()
}
