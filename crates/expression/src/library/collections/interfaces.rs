//! Interfaces: their members go by the object's own type.

use crate::collection::{Array, Dictionary, HashSet, List, collect};
use crate::frame::Frame;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// What `foreach` goes through.
pub static ENUMERABLE: Class = Class::new("System.Collections.IEnumerable", ClassKind::Interface);
/// What `foreach` goes through, with its element type.
pub static GENERIC_ENUMERABLE: Class = Class::new("System.Collections.Generic.IEnumerable", ClassKind::Interface)
    .generic(&["T"])
    .inherits(&["IEnumerable"]);
/// What knows its count and takes elements.
pub static COLLECTION: Class = Class::new("System.Collections.Generic.ICollection", ClassKind::Interface)
    .generic(&["T"])
    .inherits(&["IEnumerable<T>"])
    .rows(COLLECTION_ROWS);
/// What has an element at each index.
pub static ILIST: Class = Class::new("System.Collections.Generic.IList", ClassKind::Interface)
    .generic(&["T"])
    .inherits(&["ICollection<T>"])
    .rows(LIST_ROWS);
/// What knows its count.
pub static READONLY_COLLECTION: Class =
    Class::new("System.Collections.Generic.IReadOnlyCollection", ClassKind::Interface)
        .generic(&["T"])
        .inherits(&["IEnumerable<T>"])
        .rows(COUNT_ROWS);
/// What has an element at each index and cannot be changed.
pub static READONLY_LIST: Class = Class::new("System.Collections.Generic.IReadOnlyList", ClassKind::Interface)
    .generic(&["T"])
    .inherits(&["IReadOnlyCollection<T>"])
    .rows(INDEX_ROWS);
/// What has an order.
pub static ICOMPARABLE: Class = Class::new("System.IComparable", ClassKind::Interface);
/// Gives others an order.
pub static ICOMPARER: Class = Class::new("System.Collections.Generic.IComparer", ClassKind::Interface).generic(&["T"]);
/// Says which are equal.
pub static IEQUALITY_COMPARER: Class =
    Class::new("System.Collections.Generic.IEqualityComparer", ClassKind::Interface).generic(&["T"]);
/// What has formats.
pub static IFORMATTABLE: Class = Class::new("System.IFormattable", ClassKind::Interface);
/// A culture; only null can be given for one.
pub static IFORMAT_PROVIDER: Class = Class::new("System.IFormatProvider", ClassKind::Interface);
/// What `using` releases.
pub static IDISPOSABLE: Class = Class::new("System.IDisposable", ClassKind::Interface).rows(DISPOSE_ROWS);

const DISPOSE_ROWS: &[Row] = &[row("void Dispose()", "", "", |_, _| Ok(Value::Null))];

const COUNT_ROWS: &[Row] = &[row(
    "int Count { get; }",
    "((IReadOnlyCollection<int>)new List<int> { 1 }).Count",
    "1",
    |call, a| count(call.frame, a.value(0)),
)];

const COLLECTION_ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        "((ICollection<int>)new List<int> { 1 }).Count",
        "1",
        |call, a| count(call.frame, a.value(0)),
    ),
    row(
        "bool Contains(T item)",
        "((ICollection<int>)new List<int> { 1 }).Contains(1)",
        "True",
        |call, a| {
            Ok(collect(a.value(0), call.frame)?
                .iter()
                .any(|item| item.equals(a.value(1)))
                .into())
        },
    ),
    row("void Add(T item)", "", "", |call, a| {
        list(a)?.push(call.frame, a.value(1).clone())?;
        Ok(Value::Null)
    }),
    row("void Clear()", "", "", |_, a| {
        list(a)?.change(Vec::clear);
        Ok(Value::Null)
    }),
];

const INDEX_ROWS: &[Row] = &[row(
    "T this[int index] { get; }",
    "((IReadOnlyList<int>)new List<int> { 1 })[0]",
    "1",
    |_, a| at(a),
)];

const LIST_ROWS: &[Row] = &[
    row(
        "T this[int index] { get; }",
        "((IList<int>)new List<int> { 1 })[0]",
        "1",
        |_, a| at(a),
    ),
    row("T this[int index] { set; }", "", "", |_, a| {
        let index = usize::try_from(a.long(1)).ok();
        let list = list(a)?;
        let set =
            index.and_then(|index| list.change(|items| items.get_mut(index).map(|item| *item = a.value(2).clone())));
        set.map(|()| Value::Null).ok_or_else(Thrown::list_index)
    }),
    row(
        "int IndexOf(T item)",
        "((IList<int>)new List<int> { 1, 2 }).IndexOf(2)",
        "1",
        |call, a| {
            let found = collect(a.value(0), call.frame)?
                .iter()
                .position(|item| item.equals(a.value(1)));
            Ok(found.map_or(-1, |at| at as i32).into())
        },
    ),
];

fn list(a: Arguments<'_>) -> Result<&List, Thrown> {
    let fixed = || Thrown::new("System.NotSupportedException", "Collection was of a fixed size.");
    a.value(0).object::<List>().ok_or_else(fixed)
}

fn at(a: Arguments<'_>) -> Outcome {
    let index = usize::try_from(a.long(1)).map_err(|_| Thrown::list_index())?;
    let collection = a.value(0);
    if let Some(array) = collection.object::<Array>() {
        return array.get(index).ok_or_else(Thrown::index_out_of_range);
    }
    if let Value::Json(token) = collection {
        return Ok(token.get_at(a.long(1))?.into());
    }
    collection
        .object::<List>()
        .and_then(|list| list.get(index))
        .ok_or_else(Thrown::list_index)
}

/// The number of elements of any collection.
///
/// # Errors
/// What going through it throws.
pub fn count(frame: &mut Frame<'_>, collection: &Value) -> Outcome {
    let known = match collection {
        Value::Json(token) => Some(token.count()),
        Value::Object(_) => collection
            .object::<List>()
            .map(List::len)
            .or_else(|| collection.object::<Array>().map(Array::len))
            .or_else(|| collection.object::<Dictionary>().map(Dictionary::len))
            .or_else(|| collection.object::<HashSet>().map(HashSet::len)),
        _ => None,
    };
    let count = match known {
        Some(count) => count,
        None => collect(collection, frame)?.len(),
    };
    Ok((count as i32).into())
}
