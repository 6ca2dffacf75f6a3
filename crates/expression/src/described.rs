//! A value written out for people: its .NET type, and its text with the elements of collections spelled out.
//!
//! Never here: what a policy makes of a value (`target`).

use crate::closure::Closure;
use crate::collection::{Array, Dictionary, HashSet, List, Sequence, collect};
use crate::frame::Frame;
use crate::json::base64;
use crate::library::object_items;
use crate::thrown::Thrown;
use crate::value::Value;

/// Collections inside collections are spelled out to this depth.
const DEPTH: usize = 16;

/// Characters of a value at a glance.
const GLANCE: usize = 200;

/// A value as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Full .NET name of its type; `null` for null.
    pub type_name: String,
    /// `ToString()` in the invariant culture; bytes as base64, other collections as `[a, b]`; `None` for null.
    pub text: Option<String>,
}

impl Described {
    pub(crate) fn of(value: &Value, frame: &mut Frame<'_>) -> Result<Self, Thrown> {
        if value.is_null() {
            return Ok(Self {
                type_name: "null".to_owned(),
                text: None,
            });
        }
        Ok(Self {
            type_name: value.type_name(),
            text: Some(text(value, frame, DEPTH)?),
        })
    }
}

/// A value at a glance: a string in quotes, at most [`GLANCE`] characters, and nothing that would have to run for it.
pub fn glance(value: &Value, frame: &mut Frame<'_>) -> Result<Described, Thrown> {
    let runs = [
        (value.object::<Sequence>().is_some(), "a sequence that has not run"),
        (value.object::<Closure>().is_some(), "a function"),
    ];
    if let Some((_, text)) = runs.iter().find(|(runs, _)| *runs) {
        return Ok(Described {
            type_name: value.type_name(),
            text: Some((*text).to_owned()),
        });
    }
    let mut seen = Described::of(value, frame)?;
    let cut = |text: &mut String| {
        if let Some((end, _)) = text.char_indices().nth(GLANCE) {
            text.truncate(end);
            text.push('…');
        }
    };
    seen.text.iter_mut().for_each(cut);
    if matches!(value, Value::String(_)) {
        seen.text = seen.text.map(|text| format!("{text:?}"));
    }
    Ok(seen)
}

fn text(value: &Value, frame: &mut Frame<'_>, depth: usize) -> Result<String, Thrown> {
    let Value::Object(_) = value else {
        return Ok(value.display_string().to_string());
    };
    if let Some(bytes) = value.object::<Array>().and_then(Array::to_bytes) {
        return Ok(base64(&bytes));
    }
    if depth == 0 || !is_collection(value, frame)? {
        return Ok(value.display_string().to_string());
    }
    let items = collect(value, frame)?;
    let texts: Result<Vec<String>, Thrown> = items.iter().map(|item| text(item, frame, depth - 1)).collect();
    Ok(format!("[{}]", texts?.join(", ")))
}

fn is_collection(value: &Value, frame: &mut Frame<'_>) -> Result<bool, Thrown> {
    let lists =
        value.object::<Array>().is_some() || value.object::<List>().is_some() || value.object::<Sequence>().is_some();
    let sets = value.object::<Dictionary>().is_some() || value.object::<HashSet>().is_some();
    Ok(lists || sets || object_items(value, frame)?.is_some())
}

#[cfg(test)]
mod tests {
    use crate::recorded::RecordedContext;
    use crate::{Budget, Expression, Target};

    fn described(source: &str) -> (String, Option<String>) {
        let context = RecordedContext::from_json("{}").unwrap();
        let expression = Expression::compile(source, Target::Object).unwrap();
        let described = expression.describe(&context, Budget::default()).unwrap();
        (described.type_name, described.text)
    }

    #[test]
    fn collections_are_spelled_out() {
        for (source, type_name, text) in [
            ("@(1 + 1)", "System.Int32", Some("2")),
            ("@(null)", "null", None),
            ("@(new[] { 1, 2 })", "System.Int32[]", Some("[1, 2]")),
            ("@(new byte[] { 1, 171 })", "System.Byte[]", Some("Aas=")),
        ] {
            assert_eq!(
                described(source),
                (type_name.to_owned(), text.map(str::to_owned)),
                "{source}"
            );
        }
    }
}
