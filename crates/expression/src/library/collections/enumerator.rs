//! `IEnumerator<T>`, and what gives one.

use crate::collection::{Walk, enumerate};
use crate::library::{Arguments, Call, Class, ClassKind, Row, named_type, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

/// What `foreach` goes through.
pub static ENUMERABLE: Class = Class::new("System.Collections.IEnumerable", ClassKind::Interface).rows(ENUMERABLE_ROWS);
/// What `foreach` goes through, with its element type.
pub static GENERIC_ENUMERABLE: Class = Class::new("System.Collections.Generic.IEnumerable", ClassKind::Interface)
    .generic(&["T"])
    .inherits(&["IEnumerable"])
    .rows(GENERIC_ENUMERABLE_ROWS);
/// A walk through a collection.
pub static ENUMERATOR: Class = Class::new("System.Collections.IEnumerator", ClassKind::Interface).rows(ENUMERATOR_ROWS);
/// A walk through a collection, with its element type.
pub static GENERIC_ENUMERATOR: Class = Class::new("System.Collections.Generic.IEnumerator", ClassKind::Interface)
    .generic(&["T"])
    .inherits(&["IDisposable", "System.Collections.IEnumerator"])
    .rows(GENERIC_ENUMERATOR_ROWS);

const ENUMERABLE_ROWS: &[Row] = &[row(
    "System.Collections.IEnumerator GetEnumerator()",
    "((System.Collections.IEnumerable)new[] { 1 }).GetEnumerator().MoveNext()",
    "True",
    |call, a| walk(call, a, Type::OBJECT),
)];

/// `GetEnumerator()` of a type whose first type argument is its element.
pub const GENERIC_ENUMERABLE_ROWS: &[Row] = &[row(
    "System.Collections.Generic.IEnumerator<T> GetEnumerator()",
    "Enumerable.Range(1, 2).GetEnumerator().MoveNext()",
    "True",
    |call, a| {
        let element = call.type_argument(0);
        walk(call, a, element)
    },
)];

const ENUMERATOR_ROWS: &[Row] = &[
    row(
        "bool MoveNext()",
        "new List<int>().GetEnumerator().MoveNext()",
        "False",
        |call, a| Ok(of(a)?.advance(call.frame)?.into()),
    ),
    row("object Current { get; }", "", "", |_, a| Ok(of(a)?.current())),
    row("void Reset()", "", "", |_, _| {
        Err(Thrown::new(
            "System.NotSupportedException",
            "Specified method is not supported.",
        ))
    }),
];

const GENERIC_ENUMERATOR_ROWS: &[Row] = &[row(
    "T Current { get; }",
    "new List<int> { 1 }.GetEnumerator().Current",
    "0",
    |_, a| Ok(of(a)?.current()),
)];

/// `GetEnumerator()` of a dictionary.
pub const PAIRS_ROWS: &[Row] = &[row(
    "System.Collections.Generic.IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()",
    "new Dictionary<string, int>().GetEnumerator().MoveNext()",
    "False",
    |call, a| {
        let types = vec![call.type_argument(0), call.type_argument(1)];
        let element = named_type("KeyValuePair", types).unwrap_or(Type::OBJECT);
        walk(call, a, element)
    },
)];

fn of(a: Arguments<'_>) -> Result<&Walk, Thrown> {
    a.value(0).object::<Walk>().ok_or_else(Thrown::null_reference)
}

fn walk(call: &mut Call<'_, '_>, a: Arguments<'_>, element: Type) -> Outcome {
    let rest = enumerate(a.value(0), call.frame)?;
    Ok(Value::of(Walk::new(element, rest)))
}
