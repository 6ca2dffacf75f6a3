//! `GetValueOrDefault` of `context`'s dictionaries and of any other, `ToQueryString`, `ToFormUrlEncodedContent`.

use super::lookup::{find, joined};
use crate::arithmetic;
use crate::collection::{Dictionary, collect};
use crate::library::{Arguments, Call, Class, ClassKind, Row, row, url_encode};
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;

/// Extension methods of dictionaries.
pub static EXTENSIONS: Class = Class::new("DictionaryExtensions", ClassKind::Static)
    .inherits(&["InterfaceDictionaryExtensions"])
    .rows(ROWS);

/// The same of what is known as `IDictionary<,>` alone, which published documents call too. A `Dictionary<,>` is both
/// interfaces: as a base class's, these methods never compete with those above.
pub static INTERFACE_EXTENSIONS: Class =
    Class::new("InterfaceDictionaryExtensions", ClassKind::Static).rows(INTERFACE_ROWS);

const ROWS: &[Row] = &[
    row(
        "static string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> dictionary, string key)",
        r#"context.Request.Headers.GetValueOrDefault("none") ?? "null""#,
        "null",
        |call, a| Ok(joined(a.value(0), call.frame, a.text(1)?).into()),
    ),
    row(
        "static string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> dictionary, string key, string defaultValue)",
        r#"context.Request.Headers.GetValueOrDefault("none", "d")"#,
        "d",
        |call, a| Ok(joined(a.value(0), call.frame, a.text(1)?).map_or_else(|| a.value(2).clone(), Value::String)),
    ),
    row(
        "static object GetValueOrDefault(this IReadOnlyDictionary<string, object> dictionary, string key)",
        r#"(string)context.Variables.GetValueOrDefault("s")"#,
        "text",
        |call, a| Ok(find(a.value(0), call.frame, a.value(1)).unwrap_or_default()),
    ),
    row(
        "static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> dictionary, string key)",
        r#"context.Variables.GetValueOrDefault<int>("none")"#,
        "0",
        |call, a| {
            let default = Value::default_of(&call.type_argument(0));
            typed(call, a, default)
        },
    ),
    row(
        "static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> dictionary, string key, T defaultValue)",
        r#"context.Variables.GetValueOrDefault("none", "d")"#,
        "d",
        |call, a| {
            let default = a.value(2).clone();
            typed(call, a, default)
        },
    ),
    row(
        "static TValue GetValueOrDefault<TKey, TValue>(this IReadOnlyDictionary<TKey, TValue> dictionary, TKey key)",
        r#"context.Request.MatchedParameters.GetValueOrDefault("id")"#,
        "7",
        found_or_default,
    ),
    row(
        "static TValue GetValueOrDefault<TKey, TValue>(this IReadOnlyDictionary<TKey, TValue> dictionary, TKey key, TValue defaultValue)",
        r#"context.Request.MatchedParameters.GetValueOrDefault("none", "d")"#,
        "d",
        found_or_given,
    ),
    row(
        "static string ToQueryString(this IDictionary<string, IList<string>> dictionary)",
        "context.Request.Body.AsFormUrlEncodedContent(true).ToQueryString()",
        "?%7B%22a%22%3A%22b%22%7D=",
        |call, a| {
            let text = encoded(call, a)?;
            if text.is_empty() {
                Ok(Value::Null)
            } else {
                call.text(format!("?{text}"))
            }
        },
    ),
    row(
        "static string ToFormUrlEncodedContent(this IDictionary<string, IList<string>> dictionary)",
        "context.Request.Body.AsFormUrlEncodedContent(true).ToFormUrlEncodedContent()",
        "%7B%22a%22%3A%22b%22%7D=",
        |call, a| {
            let text = encoded(call, a)?;
            call.text(text)
        },
    ),
];

const INTERFACE_ROWS: &[Row] = &[
    row(
        "static TValue GetValueOrDefault<TKey, TValue>(this IDictionary<TKey, TValue> dictionary, TKey key)",
        r#"JsonConvert.DeserializeObject<IDictionary<string, int>>("{\"a\": 1}").GetValueOrDefault("b")"#,
        "0",
        found_or_default,
    ),
    row(
        "static TValue GetValueOrDefault<TKey, TValue>(this IDictionary<TKey, TValue> dictionary, TKey key, TValue defaultValue)",
        r#"JsonConvert.DeserializeObject<IDictionary<string, string>>("{\"a\": \"1\"}").GetValueOrDefault("a", "d")"#,
        "1",
        found_or_given,
    ),
];

fn found_or_default(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let default = Value::default_of(&call.type_argument(1));
    Ok(find(a.value(0), call.frame, a.required(1)?).unwrap_or(default))
}

fn found_or_given(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    Ok(find(a.value(0), call.frame, a.required(1)?).unwrap_or_else(|| a.value(2).clone()))
}

/// A variable as a `T`: numbers widen, anything else of another type is refused (as APIM documents).
fn typed(call: &mut Call<'_, '_>, a: Arguments<'_>, default: Value) -> Outcome {
    let ty = call.type_argument(0);
    match find(a.value(0), call.frame, a.required(1)?) {
        None => Ok(default),
        Some(Value::Null) => Ok(if ty.accepts_null() { Value::Null } else { default }),
        Some(value) if value.is_instance(&ty) => Ok(value),
        Some(value) => match (value.simple(), ty.without_nullable()) {
            (Some(from), Type::Simple(to)) if crate::types::widens(from, *to) => {
                arithmetic::convert(&value, *to, false)
            }
            (Some(Simple::Int64), Type::Simple(Simple::Int32)) => arithmetic::convert(&value, Simple::Int32, true),
            _ => Err(Thrown::cast(&value.type_name(), &ty.without_nullable().dotnet_name())),
        },
    }
}

fn encoded(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<String, Thrown> {
    let mut pieces = Vec::new();
    let entries = a
        .required(0)?
        .object::<Dictionary>()
        .map(Dictionary::entries)
        .unwrap_or_default();
    for (key, values) in entries {
        for value in collect(&values, call.frame)? {
            pieces.push(format!(
                "{}={}",
                url_encode(&key.display_string()),
                url_encode(&value.display_string())
            ));
        }
    }
    Ok(pieces.join("&"))
}
