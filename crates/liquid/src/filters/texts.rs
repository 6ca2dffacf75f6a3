//! Filters of texts. Nil stays nil; anything else that is no text is taken by its `ToString()`.

use super::{Filter, Outcome, argument, fails, row};
use crate::render::whole;
use crate::value::Value;
use expression::runtime::{Fault, Runtime, html_decode, html_encode, url_decode, url_encode};
use expression::text::Text;

pub(super) const ROWS: &[Filter] = &[
    row("Append", "{{ 'a' | Append: 'b' }}", "ab", |runtime, input, a| {
        two(runtime, &input, a, |text, added| format!("{text}{added}"))
    }),
    row(
        "Capitalize",
        "{{ 'a bC USA' | Capitalize }}",
        "A Bc USA",
        |runtime, input, _| one(runtime, &input, title),
    ),
    row(
        "Currency",
        "{{ 1234.5 | Currency: 'en-US' }}",
        "$1,234.50",
        super::arithmetic::currency,
    ),
    row("Default", "{{ nothing | Default: 'b' }}", "b", |runtime, input, a| {
        let text = input.to_text(runtime)?;
        if text.trim().is_empty() {
            return Ok(argument(a, 0).clone());
        }
        Ok(Value::Text(text))
    }),
    row("Downcase", "{{ 'Ab' | Downcase }}", "ab", |runtime, input, _| {
        one(runtime, &input, str::to_lowercase)
    }),
    row("Escape", "{{ '<a>' | Escape }}", "&lt;a&gt;", |runtime, input, _| {
        one(runtime, &input, html_encode)
    }),
    row(
        "EscapeOnce",
        "{{ '<&lt;' | EscapeOnce }}",
        "&lt;&lt;",
        |runtime, input, _| one(runtime, &input, |text| html_encode(&html_decode(text))),
    ),
    row("H", "{{ '<' | H }}", "&lt;", |runtime, input, _| {
        one(runtime, &input, html_encode)
    }),
    row("Lstrip", "{{ ' a ' | Lstrip }}.", "a .", |runtime, input, _| {
        one(runtime, &input, |text| text.trim_start().to_owned())
    }),
    row(
        "Money",
        "{{ 2 | Money: 'en-US' }}",
        "$2.00",
        super::arithmetic::currency,
    ),
    row(
        "NewlineToBr",
        "{% capture x %}a\nb{% endcapture %}{{ x | NewlineToBr }}",
        "a<br />\nb",
        |runtime, input, _| {
            one(runtime, &input, |text| {
                let marked = text.replace("\r\n", "\r").replace('\n', "<br />\n");
                marked.replace('\r', "<br />\r\n")
            })
        },
    ),
    row("Prepend", "{{ 'b' | Prepend: 'a' }}", "ab", |runtime, input, a| {
        two(runtime, &input, a, |text, added| format!("{added}{text}"))
    }),
    row("Remove", "{{ 'a.b.c' | Remove: '.' }}", "abc", |runtime, input, a| {
        two(runtime, &input, a, |text, part| {
            if part.is_empty() {
                text.to_owned()
            } else {
                text.replace(part, "")
            }
        })
    }),
    row(
        "RemoveFirst",
        "{{ 'a1b2' | RemoveFirst: '[0-9]' }}",
        "ab2",
        |runtime, input, a| replaced(runtime, &input, argument(a, 0), &Value::Nil, true),
    ),
    row(
        "Replace",
        r"{{ 'a1b2' | Replace: '([a-z])(\d)', '$2$1' }}",
        "1a2b",
        |runtime, input, a| replaced(runtime, &input, argument(a, 0), argument(a, 1), false),
    ),
    row(
        "ReplaceFirst",
        "{{ 'a1b2' | ReplaceFirst: '[0-9]', '$' }}",
        "a$b2",
        |runtime, input, a| replaced(runtime, &input, argument(a, 0), argument(a, 1), true),
    ),
    row("Rstrip", "{{ ' a ' | Rstrip }}.", " a.", |runtime, input, _| {
        one(runtime, &input, |text| text.trim_end().to_owned())
    }),
    row("Slice", "{{ 'abcdef' | Slice: -3, 2 }}", "de", slice),
    row("Split", "{{ 'a,b' | Split: ',' | Last }}", "b", split),
    row("Strip", "{{ ' a ' | Strip }}", "a", |runtime, input, _| {
        one(runtime, &input, |text| text.trim().to_owned())
    }),
    row(
        "StripHtml",
        "{{ '<p>a</p><script>b</script>' | StripHtml }}",
        "a",
        |runtime, input, _| strip_html(runtime, &input),
    ),
    row(
        "StripNewlines",
        "{% capture x %}a\nb{% endcapture %}{{ x | StripNewlines }}",
        "ab",
        |runtime, input, _| one(runtime, &input, |text| text.replace("\r\n", "").replace('\n', "")),
    ),
    row(
        "Truncate",
        "{{ 'abcdefghij' | Truncate: 6 }}",
        "abc...",
        |runtime, input, a| truncate(runtime, &input, a),
    ),
    row(
        "TruncateWords",
        "{{ 'a b c' | TruncateWords: 2, '!' }}",
        "a b!",
        |runtime, input, a| truncate_words(runtime, &input, a),
    ),
    row("Upcase", "{{ 'aB' | Upcase }}", "AB", |runtime, input, _| {
        one(runtime, &input, str::to_uppercase)
    }),
    row(
        "UrlDecode",
        "{{ 'a+b%26' | UrlDecode }}",
        "a b&",
        |runtime, input, _| one(runtime, &input, url_decode),
    ),
    row(
        "UrlEncode",
        "{{ 'a b&' | UrlEncode }}",
        "a+b%26",
        |runtime, input, _| one(runtime, &input, url_encode),
    ),
];

/// A text made of a text.
fn one<'v>(runtime: &mut Runtime<'v>, input: &Value<'v>, make: impl FnOnce(&str) -> String) -> Outcome<'v> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let text = input.to_text(runtime)?;
    Value::text(make(&text), runtime)
}

/// A text made of a text and an argument.
fn two<'v>(
    runtime: &mut Runtime<'v>,
    input: &Value<'v>,
    arguments: &[Value<'v>],
    make: impl FnOnce(&str, &str) -> String,
) -> Outcome<'v> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let (text, other) = (input.to_text(runtime)?, argument(arguments, 0).to_text(runtime)?);
    // What is made may be the argument's length more, before it is accounted for.
    runtime.allocate(other.len())?;
    Value::text(make(&text, &other), runtime)
}

/// `TextInfo.ToTitleCase`: each word with a capital, those in capitals stay.
fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_part = |c: char| c.is_alphanumeric() || c == '\'';
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        if length == 0 {
            titled.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (word, behind) = rest.split_at_checked(length).unwrap_or_default();
        let is_capitals = word.chars().all(|c| !c.is_lowercase());
        if is_capitals {
            titled.push_str(word);
        } else {
            titled.extend(c.to_uppercase());
            titled.push_str(&word.get(c.len_utf8()..).unwrap_or_default().to_lowercase());
        }
        rest = behind;
    }
    titled
}

/// .NET's `Regex.Replace`; for the first match only, the replacement is taken as it is.
fn replaced<'v>(
    runtime: &mut Runtime<'v>,
    input: &Value<'v>,
    pattern: &Value<'v>,
    replacement: &Value<'v>,
    first_only: bool,
) -> Outcome<'v> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let (text, pattern) = (input.to_text(runtime)?, pattern.to_text(runtime)?);
    if text.is_empty() || pattern.is_empty() {
        return Ok(Value::Text(text));
    }
    let replacement = replacement.to_text(runtime)?;
    let replaced = runtime.replace(&text, &pattern, &replacement, first_only)?;
    Ok(Value::Text(replaced))
}

/// A stretch of a text, or of a list of texts.
fn slice<'v>(runtime: &mut Runtime<'v>, input: Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    let start = whole(argument(a, 0))?;
    let length = match argument(a, 1) {
        Value::Nil => 1,
        length => whole(length)?,
    };
    if input.is_list() {
        let items = input.items(runtime)?.unwrap_or_default();
        let range = stretch(items.len(), start, length).unwrap_or(0..0);
        let part = items.get(range).unwrap_or_default().to_vec();
        return Value::list(part, runtime);
    }
    let Value::Text(text) = &input else {
        return Ok(input);
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    match stretch(units.len(), start, length) {
        Some(range) => Value::text(String::from_utf16_lossy(units.get(range).unwrap_or_default()), runtime),
        None => Ok(Value::Nil),
    }
}

/// Places from `start`, which counts from the end when it is negative; nothing behind the end.
fn stretch(count: usize, start: i64, length: i64) -> Option<std::ops::Range<usize>> {
    let count = count as i64;
    if start > count {
        return None;
    }
    let (mut start, mut length) = (start, length);
    if start < 0 {
        start = start.saturating_add(count);
        if start < 0 {
            length = length.saturating_add(start);
            start = 0;
        }
    }
    let end = start.saturating_add(length.max(0)).min(count);
    Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

/// The parts of a text without the empty ones; its characters when there is no separator.
fn split<'v>(runtime: &mut Runtime<'v>, input: Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    let text = input.to_text(runtime)?;
    if text.trim().is_empty() {
        return Value::list(vec![input], runtime);
    }
    let separator = argument(a, 0).to_text(runtime)?;
    if separator.is_empty() {
        let characters = Value::Text(text).items(runtime)?.unwrap_or_default();
        return Value::list(characters, runtime);
    }
    runtime.allocate(text.len().saturating_mul(2))?;
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, found) in text.match_indices(separator.as_str()) {
        parts.extend(text.slice(start..at));
        start = at + found.len();
    }
    parts.extend(text.slice(start..text.len()));
    let parts = parts.into_iter().filter(|part| !part.is_empty()).map(Value::Text);
    let parts = parts.collect();
    Value::list(parts, runtime)
}

/// A text without scripts, styles, comments and tags.
fn strip_html<'v>(runtime: &mut Runtime<'v>, input: &Value<'v>) -> Outcome<'v> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let mut text = input.to_text(runtime)?;
    for pattern in ["(?is)<script.*?</script>|<!--.*?-->|<style.*?</style>", "(?s)<.*?>"] {
        text = runtime.replace(&text, &Text::from(pattern), "", false)?;
    }
    Ok(Value::Text(text))
}

/// A text of so many UTF-16 units at most, with what stands for the rest.
fn truncate<'v>(runtime: &mut Runtime<'v>, input: &Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    let Some((text, length, mark)) = shortened(runtime, input, a, 50)? else {
        return Ok(Value::Nil);
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    let Ok(length) = usize::try_from(length) else {
        return Ok(Value::Text(mark));
    };
    if text.is_empty() || units.len() <= length {
        return Ok(Value::Text(text));
    }
    let kept = length.saturating_sub(mark.encode_utf16().count());
    let mut short = String::from_utf16_lossy(units.get(..kept).unwrap_or_default());
    short.push_str(&mark);
    Value::text(short, runtime)
}

/// A text of so many words at most, with what stands for the rest.
fn truncate_words<'v>(runtime: &mut Runtime<'v>, input: &Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    let Some((text, count, mark)) = shortened(runtime, input, a, 15)? else {
        return Ok(Value::Nil);
    };
    if text.is_empty() {
        return Ok(Value::Text(text));
    }
    let count = match usize::try_from(count) {
        Ok(count) if count > 0 => count,
        _ => return Ok(Value::Text(mark)),
    };
    let end = text.match_indices(' ').nth(count - 1).map(|(at, _)| at);
    match end.and_then(|end| text.get(..end)) {
        Some(kept) => Value::text(format!("{kept}{mark}"), runtime),
        None => Ok(Value::Text(text)),
    }
}

/// The input as text, how much of it is kept, and what stands for the rest.
type Shortened = Option<(Text, i64, Text)>;

fn shortened<'v>(
    runtime: &mut Runtime<'v>,
    input: &Value<'v>,
    a: &[Value<'v>],
    usual: i64,
) -> Result<Shortened, Fault> {
    if input.is_nil() {
        return Ok(None);
    }
    let length = match argument(a, 0) {
        Value::Nil => usual,
        Value::Text(text) if text.trim().parse::<i64>().is_err() => {
            return fails("Input string was not in a correct format.");
        }
        length => whole(length)?,
    };
    let mark = match argument(a, 1) {
        Value::Nil => "...".into(),
        mark => mark.to_text(runtime)?,
    };
    Ok(Some((input.to_text(runtime)?, length, mark)))
}
