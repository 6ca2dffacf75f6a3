//! `System.Collections.ObjectModel.ReadOnlyCollection<T>`

use super::bounds::copy_to;
use super::interfaces::{at, count, position};
use crate::collection::{ReadOnly, collect};
use crate::library::{Class, ClassKind, Row, row};
use crate::value::Value;

/// A list that is only shown.
pub static READ_ONLY_COLLECTION: Class =
    Class::new("System.Collections.ObjectModel.ReadOnlyCollection", ClassKind::Class)
        .generic(&["T"])
        .inherits(&["IList<T>", "IReadOnlyList<T>"])
        .rows(ROWS)
        .more(&[super::enumerator::GENERIC_ENUMERABLE_ROWS]);

const ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        "new List<int> { 1, 2 }.AsReadOnly().Count",
        "2",
        |call, a| count(call.frame, a.value(0)),
    ),
    row(
        "T this[int index] { get; }",
        "new List<int> { 1, 2 }.AsReadOnly()[1]",
        "2",
        |_, a| at(a),
    ),
    row(
        "bool Contains(T value)",
        "new List<int> { 1, 2 }.AsReadOnly().Contains(2)",
        "True",
        |call, a| Ok(position(call, a)?.is_some().into()),
    ),
    row(
        "int IndexOf(T value)",
        "new List<int> { 1, 2 }.AsReadOnly().IndexOf(2)",
        "1",
        |call, a| Ok(position(call, a)?.map_or(-1, |at| at as i32).into()),
    ),
    row("void CopyTo(T[] array, int index)", "", "", |call, a| {
        let items = collect(a.value(0), call.frame)?;
        copy_to(a, items, 1, Some(2))
    }),
];

/// The members of what can be shown so.
pub const AS_READ_ONLY: &[Row] = &[row(
    "ReadOnlyCollection<T> AsReadOnly()",
    "new List<int> { 1, 2 }.AsReadOnly().Sum()",
    "3",
    |call, a| Ok(Value::of(ReadOnly::new(a.required(0)?.clone(), call.type_argument(0)))),
)];
