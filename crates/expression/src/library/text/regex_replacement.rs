//! `Regex.Replace`, `Regex.Split` and replacement patterns.

use super::pattern::Pattern;
use super::regex_match::Found;
use crate::collection::Array;
use crate::frame::Frame;
use crate::library::{Arguments, Call};
use crate::regex::Search;
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use std::sync::Arc;

/// Replaces matches by the argument at `by`, a pattern or a function; at most as many as the argument at `count` says.
pub fn replace(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    pattern: &Arc<Pattern>,
    (input, search): (&Text, Search),
    by: usize,
    count: Option<usize>,
) -> Outcome {
    a.required(by)?;
    let most = count.map_or(-1, |count| a.int(count));
    if most < -1 {
        return Err(Thrown::out_of_range("Count cannot be less than -1.", "count"));
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut pieces = Vec::new();
    for found in pattern.all(call.frame, input, search, most)? {
        let range = found.range();
        let piece: Text = match a.value(by) {
            Value::String(replacement) => {
                let mut piece = String::new();
                found.expand(replacement, &mut piece);
                piece.into()
            }
            delegate => call.call(delegate, &[Value::of(found)])?.display_string(),
        };
        call.allocate(piece.len() + size_of::<Text>())?;
        pieces.push((range, piece));
    }
    if pieces.is_empty() {
        return Ok(input.clone().into());
    }
    call.text(put_together(pattern, input, pieces))
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
    let most = if first_only { 1 } else { usize::MAX };
    let mut pieces = Vec::new();
    for found in pattern.all(frame, input, pattern.whole(input), most)? {
        let mut piece = String::new();
        if first_only {
            piece.push_str(replacement);
        } else {
            found.expand(replacement, &mut piece);
        }
        frame.allocate(piece.len() + size_of::<Text>())?;
        pieces.push((found.range(), piece.into()));
    }
    let text = put_together(&pattern, input, pieces);
    frame.allocate(text.len())?;
    Ok(text.into())
}

/// The input with these pieces in the place of what was found, in the order in which it was found.
fn put_together(pattern: &Pattern, input: &Text, mut pieces: Vec<((usize, usize), Text)>) -> String {
    if pattern.regex.is_backward() {
        pieces.reverse();
    }
    let (mut text, mut rest) = (String::new(), 0);
    for ((start, end), piece) in pieces {
        text.push_str(input.get(rest..start).unwrap_or_default());
        text.push_str(&piece);
        rest = end;
    }
    text.push_str(input.get(rest..).unwrap_or_default());
    text
}

/// What lies between matches and what their groups captured; at most as many parts as the argument at `count` says.
pub fn split(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    pattern: &Arc<Pattern>,
    (input, search): (&Text, Search),
    count: Option<usize>,
) -> Outcome {
    let most = count.map_or(0, |count| a.int(count));
    let most = usize::try_from(most).map_err(|_| Thrown::out_of_range("Count cannot be less than -1.", "count"))?;
    let matches = pattern.all(call.frame, input, search, most.wrapping_sub(1))?;
    let backward = pattern.regex.is_backward();
    let mut parts: Vec<Value> = Vec::new();
    let mut rest = if backward { input.len() } else { 0 };
    for found in &matches {
        let (start, end) = found.range();
        let (between, next) = if backward {
            (end..rest, start)
        } else {
            (rest..start, end)
        };
        parts.push(input.slice(between).into());
        let groups = 1..pattern.regex.groups().count();
        parts.extend(
            groups
                .filter_map(|group| found.last(group))
                .map(|(from, to)| input.slice(from..to).into()),
        );
        rest = next;
    }
    parts.push(input.slice(if backward { 0..rest } else { rest..input.len() }).into());
    if backward {
        parts.reverse();
    }
    Ok(Array::texts(parts))
}

impl Found {
    /// Appends a replacement pattern: `$1`, `${name}`, `$&`, `` $` ``, `$'`, `$+`, `$_`, `$$`.
    pub fn expand(&self, replacement: &str, text: &mut String) {
        let mut rest = replacement;
        while let Some((before, after)) = rest.split_once('$') {
            text.push_str(before);
            if let Some((piece, remaining)) = self.piece(after) {
                text.push_str(piece);
                rest = remaining;
            } else {
                text.push('$');
                rest = after;
            }
        }
        text.push_str(rest);
    }

    /// What stands for the text behind a `$`, and what follows it.
    fn piece<'t>(&'t self, after: &'t str) -> Option<(&'t str, &'t str)> {
        let input = self.input.as_str();
        let (start, end) = self.range();
        let symbol = match after.as_bytes().first()? {
            b'$' => Some("$"),
            b'&' => input.get(start..end),
            b'`' => input.get(..start),
            b'\'' => input.get(end..),
            b'+' => Some(self.text(self.group_count().saturating_sub(1))),
            b'_' => Some(input),
            _ => None,
        };
        if let Some(symbol) = symbol {
            return Some((symbol, after.get(1..)?));
        }
        if let Some((name, remaining)) = after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            return Some((self.text(self.place_of(name)?), remaining));
        }
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, remaining) = after.split_at_checked(digits)?;
        Some((self.text(self.place_of(number)?), remaining))
    }
}
