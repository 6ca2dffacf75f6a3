//! `System.Collections.Generic.Dictionary<TKey, TValue>` and the interfaces of dictionaries.

use super::interfaces::count;
use crate::collection::{Array, Dictionary, Pair, collect};
use crate::frame::Frame;
use crate::library::system::ignores_case;
use crate::library::{Arguments, Call, Class, ClassKind, Row, find, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{HostPart, Value};

/// A dictionary.
pub static DICTIONARY: Class = Class::new("System.Collections.Generic.Dictionary", ClassKind::Class)
    .generic(&["TKey", "TValue"])
    .inherits(&["IDictionary<TKey, TValue>", "IReadOnlyDictionary<TKey, TValue>"])
    .rows(ROWS)
    .more(&[READ_ROWS, WRITE_ROWS]);
/// A dictionary that can be changed.
pub static IDICTIONARY: Class = Class::new("System.Collections.Generic.IDictionary", ClassKind::Interface)
    .generic(&["TKey", "TValue"])
    .inherits(&["ICollection<KeyValuePair<TKey, TValue>>"])
    .rows(READ_ROWS)
    .more(&[WRITE_ROWS]);
/// A dictionary that cannot be changed.
pub static IREADONLY_DICTIONARY: Class =
    Class::new("System.Collections.Generic.IReadOnlyDictionary", ClassKind::Interface)
        .generic(&["TKey", "TValue"])
        .inherits(&["IReadOnlyCollection<KeyValuePair<TKey, TValue>>"])
        .rows(READ_ROWS);

const ROWS: &[Row] = &[
    row("new()", "new Dictionary<string, int>().Count", "0", |call, _| {
        Ok(create(call, false))
    }),
    row(
        "new(int capacity)",
        "new Dictionary<string, int>(8).Count",
        "0",
        |call, _| Ok(create(call, false)),
    ),
    row(
        "new(IEqualityComparer<TKey> comparer)",
        r#"new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 }["a"]"#,
        "1",
        |call, a| Ok(create(call, ignores_case(a.value(0)))),
    ),
    row(
        "new(IDictionary<TKey, TValue> dictionary)",
        r#"new Dictionary<string, int>(new Dictionary<string, int> { ["a"] = 1 }).Count"#,
        "1",
        |call, a| copy(call, a, false),
    ),
    row(
        "new(IDictionary<TKey, TValue> dictionary, IEqualityComparer<TKey> comparer)",
        r#"new Dictionary<string, int>(new Dictionary<string, int> { ["a"] = 1 }, StringComparer.OrdinalIgnoreCase)["A"]"#,
        "1",
        |call, a| copy(call, a, ignores_case(a.value(1))),
    ),
    row(
        "int Count { get; }",
        r#"new Dictionary<string, int> { { "a", 1 } }.Count"#,
        "1",
        |call, a| count(call.frame, a.value(0)),
    ),
    row(
        "bool ContainsValue(TValue value)",
        r#"new Dictionary<string, int> { { "a", 1 } }.ContainsValue(1)"#,
        "True",
        |_, a| {
            let entries = a
                .value(0)
                .object::<Dictionary>()
                .map(Dictionary::entries)
                .unwrap_or_default();
            Ok(entries.iter().any(|(_, value)| value.equals(a.value(1))).into())
        },
    ),
];

const READ_ROWS: &[Row] = &[
    row(
        "TValue this[TKey key] { get; }",
        r#"new Dictionary<string, int> { ["a"] = 1 }["a"]"#,
        "1",
        |call, a| {
            let key = a.required(1)?;
            if let Some(value) = find(a.value(0), call.frame, key) {
                return Ok(value);
            }
            if matches!(a.value(0), Value::Host(HostPart::Variables)) {
                // Published documents compare `context.Variables["x"]` with null; .NET's dictionaries would throw.
                return Ok(Value::Null);
            }
            let message = format!(
                "The given key '{}' was not present in the dictionary.",
                key.display_string()
            );
            Err(Thrown::new("System.Collections.Generic.KeyNotFoundException", message))
        },
    ),
    row(
        "bool ContainsKey(TKey key)",
        r#"new Dictionary<string, int> { ["a"] = 1 }.ContainsKey("a")"#,
        "True",
        |call, a| Ok(find(a.value(0), call.frame, a.required(1)?).is_some().into()),
    ),
    row(
        "bool TryGetValue(TKey key, out TValue value)",
        r#"new Dictionary<string, int> { ["a"] = 1 }.TryGetValue("a", out var v) ? v : 0"#,
        "1",
        |call, a| {
            let found = find(a.value(0), call.frame, a.required(1)?);
            let known = found.is_some();
            let default = Value::default_of(&call.type_argument(1));
            call.outs.push(found.unwrap_or(default));
            Ok(known.into())
        },
    ),
    row(
        "ICollection<TKey> Keys { get; }",
        r#"new Dictionary<string, int> { ["a"] = 1 }.Keys.First()"#,
        "a",
        |call, a| {
            let keys = pairs(call.frame, a)?.into_iter().map(|(key, _)| key).collect();
            Ok(Value::of(Array::new(call.type_argument(0), keys)))
        },
    ),
    row(
        "ICollection<TValue> Values { get; }",
        r#"new Dictionary<string, int> { ["a"] = 1 }.Values.First()"#,
        "1",
        |call, a| {
            let values = pairs(call.frame, a)?.into_iter().map(|(_, value)| value).collect();
            Ok(Value::of(Array::new(call.type_argument(1), values)))
        },
    ),
];

const WRITE_ROWS: &[Row] = &[
    row("TValue this[TKey key] { set; }", "", "", |call, a| {
        set(call.frame, a, a.required(1)?, a.value(2))?;
        Ok(Value::Null)
    }),
    row("void Add(TKey key, TValue value)", "", "", |call, a| {
        let key = a.required(1)?;
        if find(a.value(0), call.frame, key).is_some() {
            let message = format!(
                "An item with the same key has already been added. Key: {}",
                key.display_string()
            );
            return Err(Thrown::new("System.ArgumentException", message));
        }
        set(call.frame, a, key, a.value(2))?;
        Ok(Value::Null)
    }),
    row(
        "bool Remove(TKey key)",
        r#"((IDictionary<string, int>)new Dictionary<string, int> { { "a", 1 } }).Remove("a")"#,
        "True",
        |_, a| {
            let key = a.required(1)?;
            Ok(match a.value(0) {
                Value::Json(token) => token.remove_key(&key.display_string()),
                other => other
                    .object::<Dictionary>()
                    .and_then(|dictionary| dictionary.remove(key))
                    .is_some(),
            }
            .into())
        },
    ),
    row("void Clear()", "", "", |_, a| {
        if let Some(dictionary) = a.value(0).object::<Dictionary>() {
            dictionary.clear();
        }
        Ok(Value::Null)
    }),
];

fn create(call: &Call<'_, '_>, ignores_case: bool) -> Value {
    Value::of(Dictionary::new(
        call.type_argument(0),
        call.type_argument(1),
        ignores_case,
    ))
}

fn copy(call: &mut Call<'_, '_>, a: Arguments<'_>, ignores_case: bool) -> Outcome {
    let dictionary = Dictionary::new(call.type_argument(0), call.type_argument(1), ignores_case);
    for (key, value) in pairs(call.frame, a)? {
        dictionary.set(call.frame, key, value)?;
    }
    Ok(Value::of(dictionary))
}

fn set(frame: &mut Frame<'_>, a: Arguments<'_>, key: &Value, value: &Value) -> Result<(), Thrown> {
    match a.value(0) {
        Value::Json(token) => token.set(key.display_string(), crate::library::content(value)?)?,
        other => {
            let read_only = || Thrown::new("System.NotSupportedException", "Collection is read-only.");
            other
                .object::<Dictionary>()
                .ok_or_else(read_only)?
                .set(frame, key.clone(), value.clone())?;
        }
    }
    Ok(())
}

/// Keys and values of any dictionary.
fn pairs(frame: &mut Frame<'_>, a: Arguments<'_>) -> Result<Vec<(Value, Value)>, Thrown> {
    if let Some(dictionary) = a.required(0)?.object::<Dictionary>() {
        return Ok(dictionary.entries());
    }
    if let Value::Json(token) = a.value(0) {
        return Ok(token
            .properties()
            .into_iter()
            .map(|property| (property.name().into(), property.property_value().into()))
            .collect());
    }
    let items = collect(a.value(0), frame)?;
    Ok(items
        .iter()
        .filter_map(|item| item.object::<Pair>())
        .map(|pair| (pair.key.clone(), pair.value.clone()))
        .collect())
}
