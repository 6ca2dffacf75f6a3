//! `System.Collections.Generic.List<T>`

use crate::collection::{Array, ELEMENT_BYTES, List, collect};
use crate::frame::Frame;
use crate::library::{Arguments, Class, ClassKind, Row, row, sort_values};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// A list.
pub static LIST: Class = Class::new("System.Collections.Generic.List", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["IList<T>", "IReadOnlyList<T>"])
    .rows(ROWS)
    .more(&[SEARCH_ROWS]);

const ROWS: &[Row] = &[
    row("new()", "new List<int>().Count", "0", |call, _| {
        Ok(Value::of(List::new(&LIST, call.type_argument(0), Vec::new())))
    }),
    row("new(int capacity)", "new List<int>(8).Count", "0", |call, _| {
        Ok(Value::of(List::new(&LIST, call.type_argument(0), Vec::new())))
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
        let at = usize::try_from(a.long(1)).ok();
        let set = at.and_then(|at| {
            of(a)
                .ok()?
                .change(|items| items.get_mut(at).map(|item| *item = a.value(2).clone()))
        });
        set.map(|()| Value::Null).ok_or_else(Thrown::list_index)
    }),
    row("void Add(T item)", "", "", |call, a| {
        of(a)?.push(call.frame, a.value(1).clone())?;
        Ok(Value::Null)
    }),
    row("void AddRange(IEnumerable<T> collection)", "", "", |call, a| {
        let added = collect(a.required(1)?, call.frame)?;
        call.allocate(added.len() * ELEMENT_BYTES)?;
        of(a)?.change(|items| items.extend(added));
        Ok(Value::Null)
    }),
    row("void Insert(int index, T item)", "", "", |call, a| {
        call.allocate(ELEMENT_BYTES)?;
        let list = of(a)?;
        let at = usize::try_from(a.long(1)).ok().filter(|at| *at <= list.len());
        let at = at.ok_or_else(|| Thrown::out_of_range("Index must be within the bounds of the List.", "index"))?;
        list.change(|items| items.insert(at, a.value(2).clone()));
        Ok(Value::Null)
    }),
    row(
        "bool Remove(T item)",
        "new List<int> { 1 }.Remove(1)",
        "True",
        |_, a| {
            let list = of(a)?;
            let at = list.to_vec().iter().position(|item| item.equals(a.value(1)));
            if let Some(at) = at {
                list.change(|items| items.remove(at));
            }
            Ok(at.is_some().into())
        },
    ),
    row("void RemoveAt(int index)", "", "", |_, a| {
        let list = of(a)?;
        let at = usize::try_from(a.long(1))
            .ok()
            .filter(|at| *at < list.len())
            .ok_or_else(Thrown::list_index)?;
        list.change(|items| items.remove(at));
        Ok(Value::Null)
    }),
    row(
        "int RemoveAll(Predicate<T> match)",
        "new List<int> { 1, 2, 3 }.RemoveAll(x => x > 1)",
        "2",
        |call, a| {
            let list = of(a)?;
            let mut kept = Vec::new();
            let before = list.to_vec();
            for item in &before {
                if !call.test(a.value(1), item)? {
                    kept.push(item.clone());
                }
            }
            let removed = before.len() - kept.len();
            list.change(|items| *items = kept);
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
    row("void Sort()", "", "", |call, a| sort(call.frame, a, None)),
    row("void Sort(Comparison<T> comparison)", "", "", |call, a| {
        sort(call.frame, a, Some(a.value(1)))
    }),
    row(
        "T[] ToArray()",
        "new List<int> { 1 }.ToArray().Length",
        "1",
        |call, a| {
            call.allocate(of(a)?.len() * ELEMENT_BYTES)?;
            Ok(Value::of(Array::new(call.type_argument(0), of(a)?.to_vec())))
        },
    ),
];

const SEARCH_ROWS: &[Row] = &[
    row(
        "bool Contains(T item)",
        "new List<int> { 1 }.Contains(1)",
        "True",
        |_, a| Ok(of(a)?.to_vec().iter().any(|item| item.equals(a.value(1))).into()),
    ),
    row(
        "int IndexOf(T item)",
        "new List<int> { 1, 2 }.IndexOf(2)",
        "1",
        |_, a| {
            Ok(of(a)?
                .to_vec()
                .iter()
                .position(|item| item.equals(a.value(1)))
                .map_or(-1, |at| at as i32)
                .into())
        },
    ),
    row(
        "bool Exists(Predicate<T> match)",
        "new List<int> { 1 }.Exists(x => x == 1)",
        "True",
        |call, a| {
            for item in of(a)?.to_vec() {
                if call.test(a.value(1), &item)? {
                    return Ok(true.into());
                }
            }
            Ok(false.into())
        },
    ),
    row(
        "T Find(Predicate<T> match)",
        "new List<int> { 1, 2 }.Find(x => x > 1)",
        "2",
        |call, a| {
            for item in of(a)?.to_vec() {
                if call.test(a.value(1), &item)? {
                    return Ok(item);
                }
            }
            Ok(Value::default_of(&call.type_argument(0)))
        },
    ),
    row(
        "int FindIndex(Predicate<T> match)",
        "new List<int> { 1, 2 }.FindIndex(x => x > 1)",
        "1",
        |call, a| {
            for (at, item) in of(a)?.to_vec().iter().enumerate() {
                if call.test(a.value(1), item)? {
                    return Ok((at as i32).into());
                }
            }
            Ok((-1).into())
        },
    ),
    row(
        "List<T> FindAll(Predicate<T> match)",
        "new List<int> { 1, 2 }.FindAll(x => x > 1).Count",
        "1",
        |call, a| {
            let mut found = Vec::new();
            for item in of(a)?.to_vec() {
                if call.test(a.value(1), &item)? {
                    found.push(item);
                }
            }
            Ok(Value::of(List::new(&LIST, call.type_argument(0), found)))
        },
    ),
    row(
        "bool TrueForAll(Predicate<T> match)",
        "new List<int> { 1, 2 }.TrueForAll(x => x > 1)",
        "False",
        |call, a| {
            for item in of(a)?.to_vec() {
                if !call.test(a.value(1), &item)? {
                    return Ok(false.into());
                }
            }
            Ok(true.into())
        },
    ),
    row("void ForEach(Action<T> action)", "", "", |call, a| {
        for item in of(a)?.to_vec() {
            call.call(a.value(1), &[item])?;
        }
        Ok(Value::Null)
    }),
    row(
        "List<T> GetRange(int index, int count)",
        "new List<int> { 1, 2, 3 }.GetRange(1, 2).Count",
        "2",
        |call, a| {
            let items = of(a)?.to_vec();
            let (start, count) = (usize::try_from(a.long(1)).ok(), usize::try_from(a.long(2)).ok());
            let range = start
                .zip(count)
                .and_then(|(start, count)| items.get(start..start.checked_add(count)?));
            let invalid = || {
                Thrown::new(
                    "System.ArgumentException",
                    "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.",
                )
            };
            Ok(Value::of(List::new(
                &LIST,
                call.type_argument(0),
                range.ok_or_else(invalid)?.to_vec(),
            )))
        },
    ),
];

fn of(a: Arguments<'_>) -> Result<&List, Thrown> {
    a.value(0).object::<List>().ok_or_else(Thrown::null_reference)
}

fn sort(frame: &mut Frame<'_>, a: Arguments<'_>, comparison: Option<&Value>) -> Outcome {
    let sorted = sort_values(frame, of(a)?.to_vec(), &mut |frame, left, right| match comparison {
        Some(comparison) => Ok(frame
            .call(comparison, &[left.clone(), right.clone()])?
            .integer()
            .unwrap_or_default()
            .cmp(&0)),
        None => crate::value::compare(left, right),
    })?;
    of(a)?.change(|items| *items = sorted);
    Ok(Value::Null)
}
