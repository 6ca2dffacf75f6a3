//! `System.Collections.Generic.List<T>`: looking for elements.

use super::bounds::{backwards, forwards, range};
use super::comparer::binary_search;
use super::list::{LIST, of};
use crate::collection::{ELEMENT_BYTES, List, modified};
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use std::ops::Range;

/// By a condition.
pub const ROWS: &[Row] = &[
    row(
        "bool Exists(Predicate<T> match)",
        "new List<int> { 1 }.Exists(x => x == 1)",
        "True",
        |call, a| Ok(first_match(call, a, 1, None)?.is_some().into()),
    ),
    row(
        "T Find(Predicate<T> match)",
        "new List<int> { 1, 2 }.Find(x => x > 1)",
        "2",
        |call, a| {
            let found = first_match(call, a, 1, None)?;
            Ok(found.map_or_else(|| Value::default_of(&call.type_argument(0)), |(_, item)| item))
        },
    ),
    row(
        "T FindLast(Predicate<T> match)",
        "new List<int> { 1, 2 }.FindLast(x => x < 5)",
        "2",
        |call, a| {
            let found = last_match(call, a, 1, 0..of(a)?.len())?;
            Ok(found.map_or_else(|| Value::default_of(&call.type_argument(0)), |(_, item)| item))
        },
    ),
    row(
        "int FindIndex(Predicate<T> match)",
        "new List<int> { 1, 2 }.FindIndex(x => x > 1)",
        "1",
        |call, a| Ok(place(first_match(call, a, 1, None)?)),
    ),
    row(
        "int FindIndex(int startIndex, Predicate<T> match)",
        "new List<int> { 1, 2 }.FindIndex(1, x => x > 0)",
        "1",
        |call, a| {
            let range = forwards(of(a)?.len(), a.long(1), None)?;
            Ok(place(first_match(call, a, 2, Some(range))?))
        },
    ),
    row(
        "int FindIndex(int startIndex, int count, Predicate<T> match)",
        "new List<int> { 1, 2 }.FindIndex(0, 1, x => x > 1)",
        "-1",
        |call, a| {
            let range = forwards(of(a)?.len(), a.long(1), Some(a.long(2)))?;
            Ok(place(first_match(call, a, 3, Some(range))?))
        },
    ),
    row(
        "int FindLastIndex(Predicate<T> match)",
        "new List<int> { 1, 2 }.FindLastIndex(x => x > 0)",
        "1",
        |call, a| Ok(place(last_match(call, a, 1, 0..of(a)?.len())?)),
    ),
    row(
        "int FindLastIndex(int startIndex, Predicate<T> match)",
        "new List<int> { 1, 2 }.FindLastIndex(0, x => x > 0)",
        "0",
        |call, a| {
            a.required(2)?;
            let range = backwards(of(a)?.len(), a.long(1), None)?;
            Ok(place(last_match(call, a, 2, range)?))
        },
    ),
    row(
        "int FindLastIndex(int startIndex, int count, Predicate<T> match)",
        "new List<int> { 1, 2 }.FindLastIndex(1, 1, x => x < 2)",
        "-1",
        |call, a| {
            a.required(3)?;
            let range = backwards(of(a)?.len(), a.long(1), Some(a.long(2)))?;
            Ok(place(last_match(call, a, 3, range)?))
        },
    ),
    row(
        "List<T> FindAll(Predicate<T> match)",
        "new List<int> { 1, 2 }.FindAll(x => x > 1).Count",
        "1",
        |call, a| {
            let predicate = a.required(1)?;
            let mut found = Vec::new();
            visit(call, of(a)?, |call, item| {
                if call.test(predicate, &item)? {
                    call.allocate(ELEMENT_BYTES)?;
                    found.push(item);
                }
                Ok(true)
            })?;
            Ok(Value::of(List::new(&LIST, call.type_argument(0), found)))
        },
    ),
    row(
        "bool TrueForAll(Predicate<T> match)",
        "new List<int> { 1, 2 }.TrueForAll(x => x > 1)",
        "False",
        |call, a| {
            let predicate = a.required(1)?;
            let mut all = true;
            visit(call, of(a)?, |call, item| {
                all = call.test(predicate, &item)?;
                Ok(all)
            })?;
            Ok(all.into())
        },
    ),
    row("void ForEach(Action<T> action)", "", "", |call, a| {
        let (list, action) = (of(a)?, a.required(1)?);
        let version = list.version();
        visit(call, list, |call, item| {
            call.call(action, &[item])?;
            if list.version() != version {
                return Err(modified());
            }
            Ok(true)
        })?;
        Ok(Value::Null)
    }),
    row(
        "List<TOutput> ConvertAll<TOutput>(Converter<T, TOutput> converter)",
        "new List<int> { 1, 2 }.ConvertAll(x => x * 10)[1]",
        "20",
        |call, a| {
            let converter = a.required(1)?;
            let mut converted = Vec::new();
            visit(call, of(a)?, |call, item| {
                call.allocate(ELEMENT_BYTES)?;
                converted.push(call.call(converter, &[item])?);
                Ok(true)
            })?;
            Ok(Value::of(List::new(&LIST, call.type_argument(1), converted)))
        },
    ),
];

/// By a value.
pub const PLACE_ROWS: &[Row] = &[
    row(
        "bool Contains(T item)",
        "new List<int> { 1 }.Contains(1)",
        "True",
        |call, a| {
            let list = of(a)?;
            Ok(first(call, list, 0..list.len(), a.value(1))?.is_some().into())
        },
    ),
    row(
        "int IndexOf(T item)",
        "new List<int> { 1, 2 }.IndexOf(2)",
        "1",
        |call, a| {
            let list = of(a)?;
            Ok(index(first(call, list, 0..list.len(), a.value(1))?))
        },
    ),
    row(
        "int IndexOf(T item, int index)",
        "new List<int> { 1, 2 }.IndexOf(1, 1)",
        "-1",
        |call, a| {
            let list = of(a)?;
            let range = forwards(list.len(), a.long(2), None)?;
            Ok(index(first(call, list, range, a.value(1))?))
        },
    ),
    row(
        "int IndexOf(T item, int index, int count)",
        "new List<int> { 1, 2 }.IndexOf(2, 0, 1)",
        "-1",
        |call, a| {
            let list = of(a)?;
            let range = forwards(list.len(), a.long(2), Some(a.long(3)))?;
            Ok(index(first(call, list, range, a.value(1))?))
        },
    ),
    row(
        "int LastIndexOf(T item)",
        "new List<int> { 1, 1 }.LastIndexOf(1)",
        "1",
        |call, a| {
            let list = of(a)?;
            Ok(index(last(call, list, 0..list.len(), a.value(1))?))
        },
    ),
    row(
        "int LastIndexOf(T item, int index)",
        "new List<int> { 1, 1 }.LastIndexOf(1, 0)",
        "0",
        |call, a| {
            let list = of(a)?;
            if a.long(2) >= list.len() as i64 {
                return Err(Thrown::list_index());
            }
            last_within(call, a, list, None)
        },
    ),
    row(
        "int LastIndexOf(T item, int index, int count)",
        "new List<int> { 1, 2 }.LastIndexOf(1, 1, 1)",
        "-1",
        |call, a| last_within(call, a, of(a)?, Some(a.long(3))),
    ),
    row(
        "int BinarySearch(T item)",
        "new List<int> { 1, 3 }.BinarySearch(2)",
        "-2",
        |call, a| binary_search(call.frame, (&of(a)?.to_vec(), 0), a.value(1), &Value::Null),
    ),
    row(
        "int BinarySearch(T item, IComparer<T> comparer)",
        r#"new List<string> { "a", "B" }.BinarySearch("b", StringComparer.OrdinalIgnoreCase)"#,
        "1",
        |call, a| binary_search(call.frame, (&of(a)?.to_vec(), 0), a.value(1), a.value(2)),
    ),
    row(
        "int BinarySearch(int index, int count, T item, IComparer<T> comparer)",
        "new List<int> { 9, 1, 3 }.BinarySearch(1, 2, 3, null)",
        "2",
        |call, a| {
            let items = of(a)?.to_vec();
            let range = range(items.len(), a.long(1), a.long(2))?;
            let first = range.start;
            let part = items.get(range).unwrap_or_default();
            binary_search(call.frame, (part, first), a.value(3), a.value(4))
        },
    ),
];

fn index(at: Option<usize>) -> Value {
    at.map_or(-1, |at| at as i32).into()
}

fn place(found: Option<(usize, Value)>) -> Value {
    index(found.map(|(at, _)| at))
}

/// Goes through the list as it is at each turn, until `look` says no.
fn visit<'f, 'c>(
    call: &mut Call<'f, 'c>,
    list: &List,
    mut look: impl FnMut(&mut Call<'f, 'c>, Value) -> Result<bool, Thrown>,
) -> Result<(), Thrown> {
    let mut at = 0;
    while let Some(item) = list.get(at) {
        call.step(1)?;
        if !look(call, item)? {
            break;
        }
        at += 1;
    }
    Ok(())
}

fn first_match(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    predicate: usize,
    range: Option<Range<usize>>,
) -> Result<Option<(usize, Value)>, Thrown> {
    let (list, predicate) = (of(a)?, a.required(predicate)?);
    for at in range.unwrap_or_else(|| 0..list.len()) {
        call.step(1)?;
        if let Some(item) = list.get(at)
            && call.test(predicate, &item)?
        {
            return Ok(Some((at, item)));
        }
    }
    Ok(None)
}

fn last_match(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    predicate: usize,
    range: Range<usize>,
) -> Result<Option<(usize, Value)>, Thrown> {
    let (list, predicate) = (of(a)?, a.required(predicate)?);
    for at in range.rev() {
        call.step(1)?;
        if let Some(item) = list.get(at)
            && call.test(predicate, &item)?
        {
            return Ok(Some((at, item)));
        }
    }
    Ok(None)
}

/// The first place in a range with this value.
pub(super) fn first(
    call: &mut Call<'_, '_>,
    list: &List,
    range: Range<usize>,
    wanted: &Value,
) -> Result<Option<usize>, Thrown> {
    call.step(1 + range.len() as u64 / 8)?;
    let items = list.to_vec();
    let part = items.get(range.clone()).unwrap_or_default();
    let found = part.iter().position(|item| item.equals(wanted));
    Ok(found.map(|at| range.start + at))
}

fn last(call: &mut Call<'_, '_>, list: &List, range: Range<usize>, wanted: &Value) -> Result<Option<usize>, Thrown> {
    call.step(1 + range.len() as u64 / 8)?;
    let items = list.to_vec();
    let part = items.get(range.clone()).unwrap_or_default();
    let found = part.iter().rposition(|item| item.equals(wanted));
    Ok(found.map(|at| range.start + at))
}

fn last_within(call: &mut Call<'_, '_>, a: Arguments<'_>, list: &List, count: Option<i64>) -> Outcome {
    if list.len() == 0 {
        return Ok((-1).into());
    }
    let range = backwards(list.len(), a.long(2), count)?;
    Ok(index(last(call, list, range, a.value(1))?))
}
