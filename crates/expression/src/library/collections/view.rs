//! `Dictionary<TKey, TValue>.KeyCollection` and `.ValueCollection`

use super::bounds::copy_to;
use super::interfaces::{count, position};
use crate::collection::collect;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::Outcome;

/// The keys of a dictionary.
pub static KEY_COLLECTION: Class = Class::new(
    "System.Collections.Generic.Dictionary`2+KeyCollection",
    ClassKind::Class,
)
.generic(&["TKey", "TValue"])
.inherits(&["ICollection<TKey>", "IReadOnlyCollection<TKey>"])
.rows(KEY_ROWS);
/// Its values.
pub static VALUE_COLLECTION: Class = Class::new(
    "System.Collections.Generic.Dictionary`2+ValueCollection",
    ClassKind::Class,
)
.generic(&["TKey", "TValue"])
.inherits(&["ICollection<TValue>", "IReadOnlyCollection<TValue>"])
.rows(VALUE_ROWS);

const KEY_ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        r#"new Dictionary<string, int> { ["a"] = 1 }.Keys.Count"#,
        "1",
        |call, a| count(call.frame, a.value(0)),
    ),
    row(
        "bool Contains(TKey item)",
        r#"new Dictionary<string, int> { ["a"] = 1 }.Keys.Contains("a")"#,
        "True",
        |call, a| Ok(position(call, a)?.is_some().into()),
    ),
    row("void CopyTo(TKey[] array, int index)", "", "", copied),
];

const VALUE_ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        r#"new Dictionary<string, int> { ["a"] = 1 }.Values.Count"#,
        "1",
        |call, a| count(call.frame, a.value(0)),
    ),
    row("void CopyTo(TValue[] array, int index)", "", "", copied),
];

fn copied(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = collect(a.value(0), call.frame)?;
    copy_to(a, items, 1, Some(2))
}
