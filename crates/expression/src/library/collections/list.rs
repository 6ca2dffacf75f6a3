//! `System.Collections.Generic.List<T>`: creating and changing it.

use super::bounds::{capacity, copy_to, range};
use super::comparer::{by_delegate, failed_comparison, sorted};
use super::enumerator;
use super::list_search;
use crate::collection::{Array, ELEMENT_BYTES, List, collect};
use crate::library::{Arguments, Call, Class, ClassKind, Row, row, sort_values};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// A list.
pub static LIST: Class = Class::new("System.Collections.Generic.List", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["IList<T>", "IReadOnlyList<T>"])
    .rows(ROWS)
    .more(&[
        enumerator::GENERIC_ENUMERABLE_ROWS,
        CHANGE_ROWS,
        SORT_ROWS,
        list_search::ROWS,
        list_search::PLACE_ROWS,
        super::read_only::AS_READ_ONLY,
    ]);

const ROWS: &[Row] = &[
    row("new()", "new List<int>().Count", "0", |call, _| {
        Ok(Value::of(List::new(&LIST, call.type_argument(0), Vec::new())))
    }),
    row("new(int capacity)", "new List<int>(8).Capacity", "8", |call, a| {
        let capacity = capacity(a, 0)?;
        let list = List::new(&LIST, call.type_argument(0), Vec::new());
        list.set_capacity(capacity);
        Ok(Value::of(list))
    }),
    row(
        "new(IEnumerable<T> collection)",
        "new List<int>(new[] { 1, 2 }).Count",
        "2",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            Ok(Value::of(List::new(&LIST, call.type_argument(0), items)))
        },
    ),
    row("int Count { get; }", "new List<int> { 1, 2 }.Count", "2", |_, a| {
        Ok((of(a)?.len() as i32).into())
    }),
    row("int Capacity { get; }", "new List<int> { 1 }.Capacity", "4", |_, a| {
        Ok((of(a)?.capacity() as i32).into())
    }),
    row("int Capacity { set; }", "", "", |_, a| {
        let list = of(a)?;
        let capacity = usize::try_from(a.long(1))
            .ok()
            .filter(|capacity| *capacity >= list.len());
        list.set_capacity(
            capacity.ok_or_else(|| Thrown::out_of_range("capacity was less than the current size.", "value"))?,
        );
        Ok(Value::Null)
    }),
    row(
        "int EnsureCapacity(int capacity)",
        "new List<int>().EnsureCapacity(3)",
        "4",
        |_, a| {
            let (list, wanted) = (of(a)?, capacity(a, 1)?);
            if wanted > list.capacity() {
                list.set_capacity(wanted.max(4).max(list.capacity().saturating_mul(2)));
            }
            Ok((list.capacity() as i32).into())
        },
    ),
    row("void TrimExcess()", "", "", |_, a| {
        let list = of(a)?;
        if list.len() < list.capacity() * 9 / 10 {
            list.set_capacity(list.len());
        }
        Ok(Value::Null)
    }),
    row(
        "T this[int index] { get; }",
        "new List<int> { 1, 2 }[1]",
        "2",
        |_, a| {
            usize::try_from(a.long(1))
                .ok()
                .and_then(|at| of(a).ok()?.get(at))
                .ok_or_else(Thrown::list_index)
        },
    ),
    row("T this[int index] { set; }", "", "", |_, a| {
        let (list, at) = (of(a)?, usize::try_from(a.long(1)).ok());
        let at = at.filter(|at| *at < list.len()).ok_or_else(Thrown::list_index)?;
        list.change(|items| items.get_mut(at).map(|item| *item = a.value(2).clone()));
        Ok(Value::Null)
    }),
    row(
        "List<T> GetRange(int index, int count)",
        "new List<int> { 1, 2, 3 }.GetRange(1, 2).Count",
        "2",
        slice,
    ),
    row(
        "List<T> Slice(int start, int length)",
        "new List<int> { 1, 2, 3 }.Slice(1, 2).Count",
        "2",
        slice,
    ),
    row(
        "T[] ToArray()",
        "new List<int> { 1 }.ToArray().Length",
        "1",
        |call, a| {
            call.allocate(of(a)?.len() * ELEMENT_BYTES)?;
            Ok(Value::of(Array::new(call.type_argument(0), of(a)?.to_vec())))
        },
    ),
    row("void CopyTo(T[] array)", "", "", |_, a| {
        copy_to(a, of(a)?.to_vec(), 1, None)
    }),
    row("void CopyTo(T[] array, int arrayIndex)", "", "", |_, a| {
        copy_to(a, of(a)?.to_vec(), 1, Some(2))
    }),
    row(
        "void CopyTo(int index, T[] array, int arrayIndex, int count)",
        "",
        "",
        |_, a| {
            let items = of(a)?.to_vec();
            let items = items.get(range(items.len(), a.long(1), a.long(4))?).unwrap_or_default();
            copy_to(a, items.to_vec(), 2, Some(3))
        },
    ),
];

const CHANGE_ROWS: &[Row] = &[
    row("void Add(T item)", "", "", |call, a| {
        of(a)?.push(call.frame, a.value(1).clone())?;
        Ok(Value::Null)
    }),
    row("void AddRange(IEnumerable<T> collection)", "", "", |call, a| {
        let list = of(a)?;
        let added = added(call, a, 1)?;
        list.change(|items| items.extend(added));
        Ok(Value::Null)
    }),
    row("void Insert(int index, T item)", "", "", |call, a| {
        insert(call, a, of(a)?)
    }),
    row(
        "void InsertRange(int index, IEnumerable<T> collection)",
        "",
        "",
        |call, a| {
            a.required(2)?;
            let list = of(a)?;
            let at = insertion(a, list)?;
            let added = added(call, a, 2)?;
            list.change(|items| drop(items.splice(at..at, added)));
            Ok(Value::Null)
        },
    ),
    row(
        "bool Remove(T item)",
        "new List<int> { 1 }.Remove(1)",
        "True",
        |call, a| {
            let list = of(a)?;
            let at = list_search::first(call, list, 0..list.len(), a.value(1))?;
            if let Some(at) = at {
                list.change(|items| items.remove(at));
            }
            Ok(at.is_some().into())
        },
    ),
    row("void RemoveAt(int index)", "", "", |_, a| remove_at(a, of(a)?)),
    row("void RemoveRange(int index, int count)", "", "", |_, a| {
        let list = of(a)?;
        let range = range(list.len(), a.long(1), a.long(2))?;
        if !range.is_empty() {
            list.change(|items| drop(items.drain(range)));
        }
        Ok(Value::Null)
    }),
    row(
        "int RemoveAll(Predicate<T> match)",
        "new List<int> { 1, 2, 3 }.RemoveAll(x => x > 1)",
        "2",
        |call, a| {
            let (list, predicate) = (of(a)?, a.required(1)?);
            let mut kept = Vec::new();
            let before = list.to_vec();
            for item in &before {
                if !call.test(predicate, item)? {
                    kept.push(item.clone());
                }
            }
            let removed = before.len() - kept.len();
            if removed > 0 {
                list.change(|items| *items = kept);
            }
            Ok((removed as i32).into())
        },
    ),
    row("void Clear()", "", "", |_, a| {
        of(a)?.change(Vec::clear);
        Ok(Value::Null)
    }),
    row("void Reverse()", "", "", |_, a| {
        of(a)?.change(|items| items.reverse());
        Ok(Value::Null)
    }),
    row("void Reverse(int index, int count)", "", "", |_, a| {
        let list = of(a)?;
        let range = range(list.len(), a.long(1), a.long(2))?;
        list.change(|items| {
            if let Some(part) = items.get_mut(range) {
                part.reverse();
            }
        });
        Ok(Value::Null)
    }),
];

const SORT_ROWS: &[Row] = &[
    row("void Sort()", "", "", |call, a| sort(call, a, None, &Value::Null)),
    row("void Sort(IComparer<T> comparer)", "", "", |call, a| {
        sort(call, a, None, a.value(1))
    }),
    row(
        "void Sort(int index, int count, IComparer<T> comparer)",
        "",
        "",
        |call, a| sort(call, a, Some((a.long(1), a.long(2))), a.value(3)),
    ),
    row("void Sort(Comparison<T> comparison)", "", "", |call, a| {
        let (list, comparison) = (of(a)?, a.required(1)?);
        let sorted = sort_values(call.frame, list.to_vec(), &mut |frame, left, right| {
            by_delegate(frame, comparison, left, right)
        });
        let sorted = sorted.map_err(failed_comparison)?;
        list.change(|items| *items = sorted);
        Ok(Value::Null)
    }),
];

pub(super) fn of(a: Arguments<'_>) -> Result<&List, Thrown> {
    a.value(0).object::<List>().ok_or_else(Thrown::null_reference)
}

/// `Insert(index, item)`
pub(super) fn insert(call: &mut Call<'_, '_>, a: Arguments<'_>, list: &List) -> Outcome {
    let at = insertion(a, list)?;
    call.allocate(ELEMENT_BYTES)?;
    call.step(1 + (list.len() - at) as u64 / 32)?;
    list.change(|items| items.insert(at, a.value(2).clone()));
    Ok(Value::Null)
}

/// `RemoveAt(index)`
pub(super) fn remove_at(a: Arguments<'_>, list: &List) -> Outcome {
    let at = usize::try_from(a.long(1)).ok().filter(|at| *at < list.len());
    let at = at.ok_or_else(Thrown::list_index)?;
    list.change(|items| items.remove(at));
    Ok(Value::Null)
}

fn insertion(a: Arguments<'_>, list: &List) -> Result<usize, Thrown> {
    let at = usize::try_from(a.long(1)).ok().filter(|at| *at <= list.len());
    at.ok_or_else(|| Thrown::out_of_range("Index must be within the bounds of the List.", "index"))
}

/// The elements of a sequence that is added, accounted for.
fn added(call: &mut Call<'_, '_>, a: Arguments<'_>, index: usize) -> Result<Vec<Value>, Thrown> {
    let added = collect(a.required(index)?, call.frame)?;
    call.allocate(added.len() * ELEMENT_BYTES)?;
    Ok(added)
}

fn slice(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = of(a)?.to_vec();
    let part = items.get(range(items.len(), a.long(1), a.long(2))?).unwrap_or_default();
    call.allocate(part.len() * ELEMENT_BYTES)?;
    Ok(Value::of(List::new(&LIST, call.type_argument(0), part.to_vec())))
}

fn sort(call: &mut Call<'_, '_>, a: Arguments<'_>, part: Option<(i64, i64)>, comparer: &Value) -> Outcome {
    let list = of(a)?;
    let items = list.to_vec();
    let range = match part {
        Some((index, count)) => range(items.len(), index, count)?,
        None => 0..items.len(),
    };
    let part = items.get(range.clone()).unwrap_or_default().to_vec();
    let sorted = sorted(call.frame, part, comparer)?;
    list.change(|items| drop(items.splice(range, sorted)));
    Ok(Value::Null)
}
