//! `System.Collections.Generic.KeyValuePair<TKey, TValue>`

use crate::collection::Pair;
use crate::library::{Class, ClassKind, Row, row};
use crate::value::Value;

/// A key with its value.
pub static PAIR: Class = Class::new("System.Collections.Generic.KeyValuePair", ClassKind::Struct)
    .generic(&["TKey", "TValue"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "new(TKey key, TValue value)",
        r#"new KeyValuePair<string, int>("a", 1)"#,
        "[a, 1]",
        |call, a| {
            let (key_type, value_type) = (call.type_argument(0), call.type_argument(1));
            Ok(Value::of(Pair::new(
                (key_type, value_type),
                a.value(0).clone(),
                a.value(1).clone(),
            )))
        },
    ),
    row(
        "TKey Key { get; }",
        r#"new KeyValuePair<string, int>("a", 1).Key"#,
        "a",
        |_, a| {
            Ok(a.value(0)
                .object::<Pair>()
                .map(|pair| pair.key.clone())
                .unwrap_or_default())
        },
    ),
    row(
        "TValue Value { get; }",
        r#"new KeyValuePair<string, int>("a", 1).Value"#,
        "1",
        |_, a| {
            Ok(a.value(0)
                .object::<Pair>()
                .map(|pair| pair.value.clone())
                .unwrap_or_default())
        },
    ),
    row("void Deconstruct(out TKey key, out TValue value)", "", "", |call, a| {
        if let Some(pair) = a.value(0).object::<Pair>() {
            call.give_out(pair.key.clone());
            call.give_out(pair.value.clone());
        }
        Ok(Value::Null)
    }),
];
