//! `System.Array`'s static members that take a part of an array, or an order.

use super::of;
use crate::collection::{Array, ELEMENT_BYTES};
use crate::library::collections::{backwards, by_delegate, failed_comparison, forwards, order, range, sorted};
use crate::library::{Arguments, Call, Row, row, sort_values};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Value, compare};
use std::ops::Range;

/// The members.
pub const ROWS: &[Row] = &[
    row(
        "static void Reverse<T>(T[] array, int index, int length)",
        "",
        "",
        |_, a| {
            let part = range(of(a, 0)?.len(), a.long(1), a.long(2))?;
            change(a, part, |mut items| {
                items.reverse();
                Ok(items)
            })
        },
    ),
    row(
        "static void Sort<T>(T[] array, int index, int length)",
        "",
        "",
        |call, a| {
            let part = range(of(a, 0)?.len(), a.long(1), a.long(2))?;
            change(a, part, |items| {
                sort_values(call.frame, items, &mut |_, left, right| compare(left, right))
            })
        },
    ),
    row(
        "static void Sort<T>(T[] array, IComparer<T> comparer)",
        "",
        "",
        |call, a| change(a, 0..of(a, 0)?.len(), |items| sorted(call.frame, items, a.value(1))),
    ),
    row(
        "static void Sort<T>(T[] array, int index, int length, IComparer<T> comparer)",
        "",
        "",
        |call, a| {
            let part = range(of(a, 0)?.len(), a.long(1), a.long(2))?;
            change(a, part, |items| sorted(call.frame, items, a.value(3)))
        },
    ),
    row(
        "static void Sort<T>(T[] array, Comparison<T> comparison)",
        "",
        "",
        |call, a| {
            a.required(1)?;
            change(a, 0..of(a, 0)?.len(), |items| {
                sort_values(call.frame, items, &mut |frame, left, right| {
                    by_delegate(frame, a.value(1), left, right).map_err(failed_comparison)
                })
            })
        },
    ),
    row(
        "static void Sort<TKey, TValue>(TKey[] keys, TValue[] items)",
        "",
        "",
        |call, a| sort_with_keys(call, a, 0..of(a, 0)?.len(), &Value::Null),
    ),
    row(
        "static void Sort<TKey, TValue>(TKey[] keys, TValue[] items, IComparer<TKey> comparer)",
        "",
        "",
        |call, a| sort_with_keys(call, a, 0..of(a, 0)?.len(), a.value(2)),
    ),
    row(
        "static void Sort<TKey, TValue>(TKey[] keys, TValue[] items, int index, int length)",
        "",
        "",
        |call, a| {
            let part = range(of(a, 0)?.len(), a.long(2), a.long(3))?;
            sort_with_keys(call, a, part, &Value::Null)
        },
    ),
    row(
        "static void Resize<T>(ref T[] array, int newSize)",
        "",
        "",
        |call, a| {
            let size = usize::try_from(a.long(1))
                .map_err(|_| Thrown::out_of_range("Non-negative number required.", "newSize"))?;
            call.allocate(size.saturating_mul(ELEMENT_BYTES))?;
            let element = call.type_argument(0);
            let mut items = a.value(0).object::<Array>().map(Array::to_vec).unwrap_or_default();
            // One that has this size already stays itself.
            let same = !a.value(0).is_null() && items.len() == size;
            items.resize(size, Value::default_of(&element));
            call.give_out(if same {
                a.value(0).clone()
            } else {
                Value::of(Array::new(element, items))
            });
            Ok(Value::Null)
        },
    ),
    row("static void Clear<T>(T[] array)", "", "", |call, a| {
        let none = Value::default_of(&call.type_argument(0));
        change(a, 0..of(a, 0)?.len(), |items| Ok(vec![none; items.len()]))
    }),
    row(
        "static void Clear<T>(T[] array, int index, int length)",
        "",
        "",
        |call, a| {
            let none = Value::default_of(&call.type_argument(0));
            let inside = range(of(a, 0)?.len(), a.long(1), a.long(2));
            let part = inside.map_err(|_| Thrown::index_out_of_range())?;
            change(a, part, |items| Ok(vec![none; items.len()]))
        },
    ),
    row("static void Fill<T>(T[] array, T value)", "", "", |_, a| {
        change(a, 0..of(a, 0)?.len(), |items| Ok(vec![a.value(1).clone(); items.len()]))
    }),
    row(
        "static void Fill<T>(T[] array, T value, int startIndex, int count)",
        "",
        "",
        |_, a| {
            let part = forwards(of(a, 0)?.len(), a.long(2), Some(a.long(3)))?;
            change(a, part, |items| Ok(vec![a.value(1).clone(); items.len()]))
        },
    ),
    row(
        "static int IndexOf<T>(T[] array, T value, int startIndex)",
        "Array.IndexOf(new[] { 1, 2, 1 }, 1, 1)",
        "2",
        |_, a| {
            let part = forwards(of(a, 0)?.len(), a.long(2), None)?;
            first(a, part, &mut |item| Ok(item.equals(a.value(1))))
        },
    ),
    row(
        "static int IndexOf<T>(T[] array, T value, int startIndex, int count)",
        "Array.IndexOf(new[] { 1, 2, 1 }, 1, 1, 1)",
        "-1",
        |_, a| {
            let part = forwards(of(a, 0)?.len(), a.long(2), Some(a.long(3)))?;
            first(a, part, &mut |item| Ok(item.equals(a.value(1))))
        },
    ),
    row(
        "static int LastIndexOf<T>(T[] array, T value, int startIndex)",
        "Array.LastIndexOf(new[] { 1, 2, 1 }, 1, 1)",
        "0",
        |_, a| {
            let part = behind(a, a.long(2), None)?;
            last(a, part, &mut |item| Ok(item.equals(a.value(1))))
        },
    ),
    row(
        "static int LastIndexOf<T>(T[] array, T value, int startIndex, int count)",
        "Array.LastIndexOf(new[] { 1, 2, 1 }, 1, 1, 1)",
        "-1",
        |_, a| {
            let part = behind(a, a.long(2), Some(a.long(3)))?;
            last(a, part, &mut |item| Ok(item.equals(a.value(1))))
        },
    ),
    row(
        "static int FindIndex<T>(T[] array, int startIndex, Predicate<T> match)",
        "Array.FindIndex(new[] { 1, 2, 3 }, 1, x => x > 0)",
        "1",
        |call, a| {
            let part = forwards(of(a, 0)?.len(), a.long(1), None)?;
            matching(call, a, 2, part, first)
        },
    ),
    row(
        "static int FindIndex<T>(T[] array, int startIndex, int count, Predicate<T> match)",
        "Array.FindIndex(new[] { 1, 2, 3 }, 0, 2, x => x > 2)",
        "-1",
        |call, a| {
            let part = forwards(of(a, 0)?.len(), a.long(1), Some(a.long(2)))?;
            matching(call, a, 3, part, first)
        },
    ),
    row(
        "static int FindLastIndex<T>(T[] array, int startIndex, Predicate<T> match)",
        "Array.FindLastIndex(new[] { 1, 2, 3 }, 1, x => x > 0)",
        "1",
        |call, a| {
            let part = backwards(of(a, 0)?.len(), a.long(1), None)?;
            matching(call, a, 2, part, last)
        },
    ),
    row(
        "static int FindLastIndex<T>(T[] array, int startIndex, int count, Predicate<T> match)",
        "Array.FindLastIndex(new[] { 1, 2, 3 }, 1, 1, x => x < 2)",
        "-1",
        |call, a| {
            let part = backwards(of(a, 0)?.len(), a.long(1), Some(a.long(2)))?;
            matching(call, a, 3, part, last)
        },
    ),
];

/// Puts other elements in the place of a part.
fn change(a: Arguments<'_>, part: Range<usize>, by: impl FnOnce(Vec<Value>) -> Result<Vec<Value>, Thrown>) -> Outcome {
    let array = of(a, 0)?;
    let items = array.to_vec().get(part.clone()).unwrap_or_default().to_vec();
    for (at, item) in part.zip(by(items)?) {
        array.set(at, item);
    }
    Ok(Value::Null)
}

type Test<'t> = &'t mut dyn FnMut(&Value) -> Result<bool, Thrown>;

fn search(a: Arguments<'_>, places: impl Iterator<Item = usize>, test: Test<'_>) -> Outcome {
    let array = of(a, 0)?;
    for at in places {
        if test(&array.get(at).unwrap_or_default())? {
            return Ok((at as i32).into());
        }
    }
    Ok((-1).into())
}

fn first(a: Arguments<'_>, part: Range<usize>, test: Test<'_>) -> Outcome {
    search(a, part, test)
}

fn last(a: Arguments<'_>, part: Range<usize>, test: Test<'_>) -> Outcome {
    search(a, part.rev(), test)
}

/// Searches by the predicate of the argument at `predicate`.
fn matching(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    predicate: usize,
    part: Range<usize>,
    search: fn(Arguments<'_>, Range<usize>, Test<'_>) -> Outcome,
) -> Outcome {
    let predicate = a.required(predicate)?;
    search(a, part, &mut |item| call.test(predicate, item))
}

/// The part before a place; in an empty array the first place is one too.
fn behind(a: Arguments<'_>, start: i64, count: Option<i64>) -> Result<Range<usize>, Thrown> {
    let length = of(a, 0)?.len();
    if length == 0 && start == 0 && count.unwrap_or_default() == 0 {
        return Ok(0..0);
    }
    backwards(length, start, count)
}

/// Sorts a stretch of the keys and, in step, of the items.
fn sort_with_keys(call: &mut Call<'_, '_>, a: Arguments<'_>, part: Range<usize>, comparer: &Value) -> Outcome {
    let keys = of(a, 0)?;
    let items = a.value(1).object::<Array>();
    if items.is_some_and(|items| items.len() < part.end) {
        return Err(Thrown::new(
            "System.ArgumentException",
            "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.",
        ));
    }
    let all_keys = keys.to_vec();
    let own_keys = all_keys.get(part.clone()).unwrap_or_default();
    let places: Vec<Value> = (0..own_keys.len()).map(|place| (place as i32).into()).collect();
    call.allocate(own_keys.len() * ELEMENT_BYTES * 2)?;
    let key = |place: &Value| {
        let place = place.integer().and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| own_keys.get(place)).unwrap_or(&Value::Null)
    };
    let sorted = sort_values(call.frame, places, &mut |frame, left, right| {
        if comparer.is_null() {
            compare(key(left), key(right))
        } else {
            order(frame, comparer, key(left), key(right))
        }
    })?;
    let values = items.map(Array::to_vec);
    for (place, from) in part.clone().zip(&sorted) {
        keys.set(place, key(from).clone());
        let from = from
            .integer()
            .and_then(|from| usize::try_from(from).ok())
            .unwrap_or_default();
        if let (Some(items), Some(value)) = (items, values.as_ref().and_then(|values| values.get(part.start + from))) {
            items.set(place, value.clone());
        }
    }
    Ok(Value::Null)
}
