//! `System.Collections.Generic.Dictionary<TKey, TValue>` and the interfaces of dictionaries.

use super::bounds::capacity;
use super::comparer::{comparer_of, equality};
use super::enumerator;
use super::interfaces::count;
use crate::collection::{Array, Dictionary, Pair, View, collect};
use crate::frame::Frame;
use crate::library::{Arguments, Call, Class, ClassKind, Row, find, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Equality, HostPart, Value};

/// A dictionary.
pub static DICTIONARY: Class = Class::new("System.Collections.Generic.Dictionary", ClassKind::Class)
    .generic(&["TKey", "TValue"])
    .inherits(&["IDictionary<TKey, TValue>", "IReadOnlyDictionary<TKey, TValue>"])
    .rows(ROWS)
    .more(&[enumerator::PAIRS_ROWS, READ_ROWS, OWN_VIEW_ROWS, WRITE_ROWS]);
/// A dictionary that can be changed.
pub static IDICTIONARY: Class = Class::new("System.Collections.Generic.IDictionary", ClassKind::Interface)
    .generic(&["TKey", "TValue"])
    .inherits(&["ICollection<KeyValuePair<TKey, TValue>>"])
    .rows(READ_ROWS)
    .more(&[VIEW_ROWS, WRITE_ROWS]);
/// A dictionary that cannot be changed.
pub static IREADONLY_DICTIONARY: Class =
    Class::new("System.Collections.Generic.IReadOnlyDictionary", ClassKind::Interface)
        .generic(&["TKey", "TValue"])
        .inherits(&["IReadOnlyCollection<KeyValuePair<TKey, TValue>>"])
        .rows(READ_ROWS)
        .more(&[ENUMERABLE_VIEW_ROWS]);

const ROWS: &[Row] = &[
    row("new()", "new Dictionary<string, int>().Count", "0", |call, _| {
        Ok(create(call, Equality::Default))
    }),
    row(
        "new(int capacity)",
        "new Dictionary<string, int>(8).Count",
        "0",
        |call, a| {
            capacity(a, 0)?;
            Ok(create(call, Equality::Default))
        },
    ),
    row(
        "new(int capacity, IEqualityComparer<TKey> comparer)",
        r#"new Dictionary<string, int>(8, StringComparer.OrdinalIgnoreCase) { ["A"] = 1 }["a"]"#,
        "1",
        |call, a| {
            capacity(a, 0)?;
            Ok(create(call, equality(a.value(1))))
        },
    ),
    row(
        "new(IEnumerable<KeyValuePair<TKey, TValue>> collection)",
        r#"new Dictionary<string, int>(new[] { new KeyValuePair<string, int>("a", 1) }.Where(p => p.Value > 0))["a"]"#,
        "1",
        |call, a| copy(call, a, Equality::Default),
    ),
    row(
        "new(IEnumerable<KeyValuePair<TKey, TValue>> collection, IEqualityComparer<TKey> comparer)",
        r#"new Dictionary<string, int>(new[] { new KeyValuePair<string, int>("a", 1) }.Where(p => p.Value > 0), StringComparer.OrdinalIgnoreCase)["A"]"#,
        "1",
        |call, a| copy(call, a, equality(a.value(1))),
    ),
    row(
        "new(IEqualityComparer<TKey> comparer)",
        r#"new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 }["a"]"#,
        "1",
        |call, a| Ok(create(call, equality(a.value(0)))),
    ),
    row(
        "new(IDictionary<TKey, TValue> dictionary)",
        r#"new Dictionary<string, int>(new Dictionary<string, int> { ["a"] = 1 }).Count"#,
        "1",
        |call, a| copy(call, a, Equality::Default),
    ),
    row(
        "new(IDictionary<TKey, TValue> dictionary, IEqualityComparer<TKey> comparer)",
        r#"new Dictionary<string, int>(new Dictionary<string, int> { ["a"] = 1 }, StringComparer.OrdinalIgnoreCase)["A"]"#,
        "1",
        |call, a| copy(call, a, equality(a.value(1))),
    ),
    row(
        "int Count { get; }",
        r#"new Dictionary<string, int> { { "a", 1 } }.Count"#,
        "1",
        |call, a| count(call.frame, a.value(0)),
    ),
    row("void Clear()", "", "", |_, a| {
        of(a)?.clear();
        Ok(Value::Null)
    }),
    row(
        "bool ContainsValue(TValue value)",
        r#"new Dictionary<string, int> { { "a", 1 } }.ContainsValue(1)"#,
        "True",
        |_, a| {
            let entries = of(a)?.entries();
            Ok(entries.iter().any(|(_, value)| value.equals(a.value(1))).into())
        },
    ),
    row(
        "IEqualityComparer<TKey> Comparer { get; }",
        "new Dictionary<int, int>().Comparer.Equals(1, 1)",
        "True",
        |_, a| Ok(comparer_of(&of(a)?.key_type, of(a)?.equality())),
    ),
    row(
        "bool TryAdd(TKey key, TValue value)",
        r#"new Dictionary<string, int> { ["a"] = 1 }.TryAdd("a", 2)"#,
        "False",
        |call, a| {
            let (dictionary, key) = (of(a)?, a.required(1)?);
            let new = dictionary.get(key).is_none();
            if new {
                dictionary.set(call.frame, key.clone(), a.value(2).clone())?;
            }
            Ok(new.into())
        },
    ),
    row(
        "bool Remove(TKey key, out TValue value)",
        r#"new Dictionary<string, int> { ["a"] = 1 }.Remove("a", out var value) ? value : 0"#,
        "1",
        |call, a| {
            let removed = of(a)?.remove(a.required(1)?);
            let known = removed.is_some();
            let default = Value::default_of(&call.type_argument(1));
            call.give_out(removed.unwrap_or(default));
            Ok(known.into())
        },
    ),
    row(
        "int EnsureCapacity(int capacity)",
        "new Dictionary<int, int>().EnsureCapacity(0)",
        "0",
        |_, a| Ok((capacity(a, 1)?.max(of(a)?.len()) as i32).into()),
    ),
    row("void TrimExcess()", "", "", |_, _| Ok(Value::Null)),
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
            call.give_out(found.unwrap_or(default));
            Ok(known.into())
        },
    ),
];

const OWN_VIEW_ROWS: &[Row] = &[
    row(
        "KeyCollection<TKey, TValue> Keys { get; }",
        r#"new Dictionary<string, int> { ["a"] = 1 }.Keys.First()"#,
        "a",
        |call, a| view(call, a, true),
    ),
    row(
        "ValueCollection<TKey, TValue> Values { get; }",
        r#"new Dictionary<string, int> { ["a"] = 1 }.Values.First()"#,
        "1",
        |call, a| view(call, a, false),
    ),
];

const VIEW_ROWS: &[Row] = &[
    row(
        "ICollection<TKey> Keys { get; }",
        r#"((IDictionary<string, int>)new Dictionary<string, int> { ["a"] = 1 }).Keys.First()"#,
        "a",
        |call, a| view(call, a, true),
    ),
    row(
        "ICollection<TValue> Values { get; }",
        r#"((IDictionary<string, int>)new Dictionary<string, int> { ["a"] = 1 }).Values.First()"#,
        "1",
        |call, a| view(call, a, false),
    ),
];

const ENUMERABLE_VIEW_ROWS: &[Row] = &[
    row(
        "IEnumerable<TKey> Keys { get; }",
        r#"((IReadOnlyDictionary<string, int>)new Dictionary<string, int> { ["a"] = 1 }).Keys.First()"#,
        "a",
        |call, a| view(call, a, true),
    ),
    row(
        "IEnumerable<TValue> Values { get; }",
        r#"((IReadOnlyDictionary<string, int>)new Dictionary<string, int> { ["a"] = 1 }).Values.First()"#,
        "1",
        |call, a| view(call, a, false),
    ),
];

const WRITE_ROWS: &[Row] = &[
    row("TValue this[TKey key] { set; }", "", "", |call, a| {
        set(call.frame, a, a.required(1)?, a.value(2))?;
        Ok(Value::Null)
    }),
    row("void Add(TKey key, TValue value)", "", "", |call, a| {
        let key = a.required(1)?;
        match a.value(0) {
            Value::Json(token) => token.add_property(key.display_string(), crate::library::content(a.value(2))?)?,
            _ => add(call.frame, of(a)?, key, a.value(2))?,
        }
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
];

fn of(a: Arguments<'_>) -> Result<&Dictionary, Thrown> {
    let read_only = || Thrown::new("System.NotSupportedException", "Collection is read-only.");
    a.value(0).object::<Dictionary>().ok_or_else(read_only)
}

/// `Add(key, value)`
///
/// # Errors
/// `ArgumentNullException`, and `ArgumentException` for a key that is known.
pub(super) fn add(frame: &mut Frame<'_>, dictionary: &Dictionary, key: &Value, value: &Value) -> Result<(), Thrown> {
    if key.is_null() {
        return Err(Thrown::argument_null("key"));
    }
    if dictionary.get(key).is_some() {
        let message = format!(
            "An item with the same key has already been added. Key: {}",
            key.display_string()
        );
        return Err(Thrown::new("System.ArgumentException", message));
    }
    dictionary.set(frame, key.clone(), value.clone())?;
    Ok(())
}

fn view(call: &mut Call<'_, '_>, a: Arguments<'_>, keys: bool) -> Outcome {
    let element = call.type_argument(usize::from(!keys));
    if a.value(0).object::<Dictionary>().is_some() {
        let types = vec![call.type_argument(0), call.type_argument(1)];
        return Ok(Value::of(View::new(a.value(0).clone(), types, keys)));
    }
    let halves = pairs(call.frame, a)?
        .into_iter()
        .map(|(key, value)| if keys { key } else { value })
        .collect();
    Ok(Value::of(Array::new(element, halves)))
}

fn create(call: &Call<'_, '_>, equality: Equality) -> Value {
    Value::of(Dictionary::new(call.type_argument(0), call.type_argument(1), equality))
}

fn copy(call: &mut Call<'_, '_>, a: Arguments<'_>, equality: Equality) -> Outcome {
    let dictionary = Dictionary::new(call.type_argument(0), call.type_argument(1), equality);
    for (key, value) in pairs(call.frame, a)? {
        dictionary.set(call.frame, key, value)?;
    }
    Ok(Value::of(dictionary))
}

fn set(frame: &mut Frame<'_>, a: Arguments<'_>, key: &Value, value: &Value) -> Result<(), Thrown> {
    match a.value(0) {
        Value::Json(token) => token.set(key.display_string(), crate::library::content(value)?)?,
        _ => {
            of(a)?.set(frame, key.clone(), value.clone())?;
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
