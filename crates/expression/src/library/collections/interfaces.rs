//! Interfaces of collections: their members go by the object's own type.

use super::bounds::copy_to;
use crate::collection::{Array, Deque, Dictionary, HashSet, List, Pair, ReadOnly, View, Walk, collect};
use crate::frame::Frame;
use crate::json::JToken;
use crate::library::{Arguments, Call, Class, ClassKind, Row, content, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

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
/// A culture; only null can be given for one.
pub static IFORMAT_PROVIDER: Class = Class::new("System.IFormatProvider", ClassKind::Interface);
/// What `using` releases.
pub static IDISPOSABLE: Class = Class::new("System.IDisposable", ClassKind::Interface).rows(DISPOSE_ROWS);

const DISPOSE_ROWS: &[Row] = &[row("void Dispose()", "", "", |call, a| {
    if let Some(walk) = a.value(0).object::<Walk>() {
        walk.dispose(call.frame)?;
    }
    Ok(Value::Null)
})];

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
        "bool IsReadOnly { get; }",
        "((ICollection<int>)new[] { 1 }).IsReadOnly",
        "True",
        |_, a| {
            let value = a.value(0);
            let fixed = value.object::<Array>().is_some() || value.object::<View>().is_some();
            Ok((fixed || value.object::<ReadOnly>().is_some()).into())
        },
    ),
    row(
        "bool Contains(T item)",
        "((ICollection<int>)new List<int> { 1 }).Contains(1)",
        "True",
        |call, a| Ok(position(call, a)?.is_some().into()),
    ),
    row("void Add(T item)", "", "", add),
    row(
        "bool Remove(T item)",
        "((ICollection<int>)new List<int> { 1 }).Remove(1)",
        "True",
        remove,
    ),
    row("void Clear()", "", "", |_, a| clear(a.value(0))),
    row("void CopyTo(T[] array, int arrayIndex)", "", "", |call, a| {
        let items = collect(a.value(0), call.frame)?;
        copy_to(a, items, 1, Some(2))
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
        let set = match a.value(0) {
            Value::Json(token) => {
                token.set_at(a.long(1), content(a.value(2))?)?;
                Some(())
            }
            other => {
                if let Some(array) = other.object::<Array>() {
                    index.and_then(|index| array.set(index, a.value(2).clone()).then_some(()))
                } else {
                    let list = list(a)?;
                    index.and_then(|index| {
                        list.change(|items| items.get_mut(index).map(|item| *item = a.value(2).clone()))
                    })
                }
            }
        };
        set.map(|()| Value::Null).ok_or_else(Thrown::list_index)
    }),
    row(
        "int IndexOf(T item)",
        "((IList<int>)new List<int> { 1, 2 }).IndexOf(2)",
        "1",
        |call, a| Ok(position(call, a)?.map_or(-1, |at| at as i32).into()),
    ),
    row("void Insert(int index, T item)", "", "", |call, a| {
        if let Value::Json(token) = a.value(0) {
            token.insert(a.long(1), content(a.value(2))?)?;
            return Ok(Value::Null);
        }
        super::list::insert(call, a, list(a)?)
    }),
    row("void RemoveAt(int index)", "", "", |_, a| {
        if let Value::Json(token) = a.value(0) {
            token.remove_at(a.long(1))?;
            return Ok(Value::Null);
        }
        super::list::remove_at(a, list(a)?)
    }),
];

fn fixed() -> Thrown {
    Thrown::new("System.NotSupportedException", "Collection was of a fixed size.")
}

fn list(a: Arguments<'_>) -> Result<&List, Thrown> {
    a.value(0).object::<List>().ok_or_else(fixed)
}

/// The place of the second argument in the first.
pub fn position(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<usize>, Thrown> {
    let (collection, wanted) = (a.value(0), a.value(1));
    if let Some(set) = collection.object::<HashSet>() {
        return Ok(set.contains(wanted).then_some(0));
    }
    if let (Value::Json(token), Value::Json(item)) = (collection, wanted) {
        return Ok(token.index_of(item));
    }
    let items = collect(collection, call.frame)?;
    Ok(items.iter().position(|item| item.equals(wanted)))
}

fn add(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let (collection, item) = (a.value(0), a.value(1));
    if let Value::Json(token) = collection {
        call.allocate(64)?;
        add_token(token, item)?;
    } else if let Some(list) = collection.object::<List>() {
        list.push(call.frame, item.clone())?;
    } else if let Some(set) = collection.object::<HashSet>() {
        set.add(call.frame, item.clone())?;
    } else if let (Some(dictionary), Some(pair)) = (collection.object::<Dictionary>(), item.object::<Pair>()) {
        super::dictionary::add(call.frame, dictionary, &pair.key, &pair.value)?;
    } else {
        return Err(fixed());
    }
    Ok(Value::Null)
}

fn add_token(token: &JToken, item: &Value) -> Result<(), Thrown> {
    match item.object::<Pair>() {
        Some(pair) => token.add_property(pair.key.display_string(), content(&pair.value)?)?,
        None => token.add(content(item)?)?,
    }
    Ok(())
}

fn remove(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let (collection, item) = (a.value(0), a.value(1));
    if let Value::Json(token) = collection {
        return Ok(match (item, item.object::<Pair>()) {
            (Value::Json(item), _) => token.remove_item(item),
            (_, Some(pair)) => token.remove_key(&pair.key.display_string()),
            _ => false,
        }
        .into());
    }
    if let Some(set) = collection.object::<HashSet>() {
        return Ok(set.remove(item).into());
    }
    if let (Some(dictionary), Some(pair)) = (collection.object::<Dictionary>(), item.object::<Pair>()) {
        let same = dictionary.get(&pair.key).is_some_and(|value| value.equals(&pair.value));
        return Ok((same && dictionary.remove(&pair.key).is_some()).into());
    }
    let list = list(a)?;
    let at = position(call, a)?;
    if let Some(at) = at {
        list.change(|items| items.remove(at));
    }
    Ok(at.is_some().into())
}

fn clear(collection: &Value) -> Outcome {
    if let Value::Json(token) = collection {
        token.clear()?;
    } else if let Some(list) = collection.object::<List>() {
        list.change(Vec::clear);
    } else if let Some(set) = collection.object::<HashSet>() {
        set.clear();
    } else if let Some(dictionary) = collection.object::<Dictionary>() {
        dictionary.clear();
    } else {
        return Err(fixed());
    }
    Ok(Value::Null)
}

/// The element at the place of the second argument.
pub fn at(a: Arguments<'_>) -> Outcome {
    let collection = ReadOnly::shown(a.value(0));
    let index = usize::try_from(a.long(1)).map_err(|_| Thrown::list_index())?;
    if let Some(array) = collection.object::<Array>() {
        return array.get(index).ok_or_else(Thrown::list_index);
    }
    if let Value::Json(token) = collection {
        return Ok(token.get_at(a.long(1))?.into());
    }
    collection
        .object::<List>()
        .and_then(|list| list.get(index))
        .ok_or_else(Thrown::list_index)
}

/// The number of elements of a collection that knows it.
fn known_count(collection: &Value) -> Option<usize> {
    match ReadOnly::shown(collection) {
        Value::Json(token) => Some(token.count()),
        collection @ Value::Object(_) => collection
            .object::<List>()
            .map(List::len)
            .or_else(|| collection.object::<Array>().map(Array::len))
            .or_else(|| collection.object::<Dictionary>().map(Dictionary::len))
            .or_else(|| collection.object::<HashSet>().map(HashSet::len))
            .or_else(|| collection.object::<Deque>().map(Deque::len))
            .or_else(|| collection.object::<View>().map(View::len)),
        _ => None,
    }
}

/// The number of elements of any collection.
///
/// # Errors
/// What going through it throws.
pub fn count(frame: &mut Frame<'_>, collection: &Value) -> Outcome {
    let count = match known_count(collection) {
        Some(count) => count,
        None => collect(collection, frame)?.len(),
    };
    Ok((count as i32).into())
}
