//! Two sequences into one: `Concat`, `Union`, `Zip` …

use crate::collection::{ELEMENT_BYTES, Enumerator, Sequence, collect, enumerate};
use crate::frame::Frame;
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Key, Value};
use std::collections::HashSet;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static IEnumerable<TSource> Concat<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        "new[] { 1 }.Concat(new[] { 2 }).Count()",
        "2",
        |call, a| {
            chain(
                call.type_argument(0),
                vec![a.required(0)?.clone(), a.required(1)?.clone()],
            )
        },
    ),
    row(
        "static IEnumerable<TSource> Append<TSource>(this IEnumerable<TSource> source, TSource element)",
        "new[] { 1 }.Append(2).Last()",
        "2",
        |call, a| {
            let element = call.type_argument(0);
            chain(
                element.clone(),
                vec![a.required(0)?.clone(), Sequence::of(element, vec![a.value(1).clone()])],
            )
        },
    ),
    row(
        "static IEnumerable<TSource> Prepend<TSource>(this IEnumerable<TSource> source, TSource element)",
        "new[] { 1 }.Prepend(2).First()",
        "2",
        |call, a| {
            let element = call.type_argument(0);
            chain(
                element.clone(),
                vec![Sequence::of(element, vec![a.value(1).clone()]), a.required(0)?.clone()],
            )
        },
    ),
    row(
        "static IEnumerable<TSource> Union<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        "new[] { 1, 2 }.Union(new[] { 2, 3 }).Count()",
        "3",
        |call, a| {
            lazily_combined(call, a, |left, right| {
                let mut seen = HashSet::new();
                left.into_iter()
                    .chain(right)
                    .filter(|item| seen.insert(key(item)))
                    .collect()
            })
        },
    ),
    row(
        "static IEnumerable<TSource> Intersect<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        "new[] { 1, 2 }.Intersect(new[] { 2, 3 }).First()",
        "2",
        |call, a| {
            lazily_combined(call, a, |left, right| {
                let mut wanted: HashSet<Key> = right.iter().map(key).collect();
                left.into_iter().filter(|item| wanted.remove(&key(item))).collect()
            })
        },
    ),
    row(
        "static IEnumerable<TSource> Except<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        "new[] { 1, 2 }.Except(new[] { 2, 3 }).First()",
        "1",
        |call, a| {
            lazily_combined(call, a, |left, right| {
                let mut known: HashSet<Key> = right.iter().map(key).collect();
                left.into_iter().filter(|item| known.insert(key(item))).collect()
            })
        },
    ),
    row(
        "static IEnumerable<TResult> Zip<TFirst, TSecond, TResult>(this IEnumerable<TFirst> first, IEnumerable<TSecond> second, Func<TFirst, TSecond, TResult> resultSelector)",
        "new[] { 1, 2 }.Zip(new[] { 10, 20 }, (x, y) => x + y).Last()",
        "22",
        |call, a| {
            let (first, second, selector) = (a.required(0)?.clone(), a.required(1)?.clone(), a.required(2)?.clone());
            Ok(Sequence::new(call.type_argument(2), move |frame| {
                Ok(Zip {
                    first: enumerate(&first, frame)?,
                    second: enumerate(&second, frame)?,
                    selector: selector.clone(),
                })
            }))
        },
    ),
];

fn key(item: &Value) -> Key {
    Key {
        value: item.clone(),
        ignores_case: false,
    }
}

struct Chain {
    parts: std::vec::IntoIter<Value>,
    current: Option<Box<dyn Enumerator>>,
}

impl Enumerator for Chain {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        loop {
            if let Some(current) = &mut self.current
                && let Some(item) = current.next(frame)?
            {
                return Ok(Some(item));
            }
            let Some(part) = Iterator::next(&mut self.parts) else {
                return Ok(None);
            };
            self.current = Some(enumerate(&part, frame)?);
        }
    }
}

fn chain(element: Type, parts: Vec<Value>) -> Outcome {
    Ok(Sequence::new(element, move |_| {
        Ok(Chain {
            parts: parts.clone().into_iter(),
            current: None,
        })
    }))
}

fn lazily_combined(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    combine: fn(Vec<Value>, Vec<Value>) -> Vec<Value>,
) -> Outcome {
    let (first, second) = (a.required(0)?.clone(), a.required(1)?.clone());
    Ok(Sequence::new(call.type_argument(0), move |frame| {
        let (left, right) = (collect(&first, frame)?, collect(&second, frame)?);
        frame.allocate((left.len() + right.len()) * ELEMENT_BYTES)?;
        Ok(combine(left, right).into_iter())
    }))
}

struct Zip {
    first: Box<dyn Enumerator>,
    second: Box<dyn Enumerator>,
    selector: Value,
}

impl Enumerator for Zip {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        let Some(left) = self.first.next(frame)? else {
            return Ok(None);
        };
        let Some(right) = self.second.next(frame)? else {
            return Ok(None);
        };
        frame.call(&self.selector, &[left, right]).map(Some)
    }
}
