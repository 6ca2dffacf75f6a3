//! Choosing and projecting elements: `Where`, `Select`, `Take`, `Skip` …

use super::walk::{Step, lazily};
use crate::collection::{Enumerator, Sequence, enumerate};
use crate::frame::Frame;
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Key, Value};
use std::collections::HashSet;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2, 3 }.Where(x => x > 1).Count()",
        "2",
        |call, a| {
            let predicate = a.required(1)?.clone();
            lazily(a, call.type_argument(0), move || {
                let predicate = predicate.clone();
                move |frame: &mut Frame<'_>, item, _| {
                    Ok(if frame.test(&predicate, &item)? {
                        Step::Give(item)
                    } else {
                        Step::Skip
                    })
                }
            })
        },
    ),
    row(
        "static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource, int, bool> predicate)",
        "new[] { 1, 2, 3 }.Where((x, i) => i > 0).First()",
        "2",
        |call, a| {
            let predicate = a.required(1)?.clone();
            lazily(a, call.type_argument(0), move || {
                let predicate = predicate.clone();
                move |frame: &mut Frame<'_>, item: Value, index| {
                    let kept = frame.call(&predicate, &[item.clone(), index.into()])?;
                    Ok(if matches!(kept, Value::Boolean(true)) {
                        Step::Give(item)
                    } else {
                        Step::Skip
                    })
                }
            })
        },
    ),
    row(
        "static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)",
        "string.Join(\",\", new[] { 1, 2 }.Select(x => x * 2))",
        "2,4",
        |call, a| {
            let selector = a.required(1)?.clone();
            lazily(a, call.type_argument(1), move || {
                let selector = selector.clone();
                move |frame: &mut Frame<'_>, item, _| Ok(Step::Give(frame.call(&selector, &[item])?))
            })
        },
    ),
    row(
        "static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, int, TResult> selector)",
        "string.Join(\",\", new[] { 5, 6 }.Select((x, i) => x * i))",
        "0,6",
        |call, a| {
            let selector = a.required(1)?.clone();
            lazily(a, call.type_argument(1), move || {
                let selector = selector.clone();
                move |frame: &mut Frame<'_>, item, index: i32| {
                    Ok(Step::Give(frame.call(&selector, &[item, index.into()])?))
                }
            })
        },
    ),
    row(
        "static IEnumerable<TResult> SelectMany<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, IEnumerable<TResult>> selector)",
        r#"new[] { "ab", "c" }.SelectMany(s => s).Count()"#,
        "3",
        |call, a| {
            let (source, selector) = (a.required(0)?.clone(), a.required(1)?.clone());
            Ok(Sequence::new(call.type_argument(1), move |frame| {
                Ok(Flatten {
                    source: enumerate(&source, frame)?,
                    selector: selector.clone(),
                    current: None,
                })
            }))
        },
    ),
    row(
        "static IEnumerable<TSource> Take<TSource>(this IEnumerable<TSource> source, int count)",
        "new[] { 1, 2, 3 }.Take(2).Count()",
        "2",
        |call, a| {
            let count = a.int(1);
            let source = a.required(0)?.clone();
            Ok(Sequence::new(call.type_argument(0), move |frame| {
                Ok(Take {
                    source: enumerate(&source, frame)?,
                    left: count,
                })
            }))
        },
    ),
    row(
        "static IEnumerable<TSource> Skip<TSource>(this IEnumerable<TSource> source, int count)",
        "new[] { 1, 2, 3 }.Skip(2).First()",
        "3",
        |call, a| {
            let count = a.int(1);
            lazily(a, call.type_argument(0), move || {
                move |_: &mut Frame<'_>, item, index| Ok(if index < count { Step::Skip } else { Step::Give(item) })
            })
        },
    ),
    row(
        "static IEnumerable<TSource> TakeWhile<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2, 1 }.TakeWhile(x => x < 2).Count()",
        "1",
        |call, a| {
            let predicate = a.required(1)?.clone();
            lazily(a, call.type_argument(0), move || {
                let predicate = predicate.clone();
                move |frame: &mut Frame<'_>, item, _| {
                    Ok(if frame.test(&predicate, &item)? {
                        Step::Give(item)
                    } else {
                        Step::Stop
                    })
                }
            })
        },
    ),
    row(
        "static IEnumerable<TSource> SkipWhile<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2, 1 }.SkipWhile(x => x < 2).Count()",
        "2",
        |call, a| {
            let predicate = a.required(1)?.clone();
            lazily(a, call.type_argument(0), move || {
                let (predicate, mut skipping) = (predicate.clone(), true);
                move |frame: &mut Frame<'_>, item, _| {
                    skipping = skipping && frame.test(&predicate, &item)?;
                    Ok(if skipping { Step::Skip } else { Step::Give(item) })
                }
            })
        },
    ),
    row(
        "static IEnumerable<TSource> Distinct<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1, 2, 1 }.Distinct().Count()",
        "2",
        |call, a| distinct(call, a, false),
    ),
    row(
        "static IEnumerable<TSource> Distinct<TSource>(this IEnumerable<TSource> source, IEqualityComparer<TSource> comparer)",
        r#"new[] { "a", "A" }.Distinct(StringComparer.OrdinalIgnoreCase).Count()"#,
        "1",
        |call, a| distinct(call, a, crate::library::system::ignores_case(a.value(1))),
    ),
    row(
        "static IEnumerable<TResult> OfType<TResult>(this IEnumerable source)",
        r#"new object[] { 1, "a" }.OfType<string>().First()"#,
        "a",
        |call, a| {
            let ty = call.type_argument(0);
            let element = ty.clone();
            lazily(a, element, move || {
                let ty = ty.clone();
                move |_: &mut Frame<'_>, item: Value, _| {
                    Ok(if item.is_instance(&ty) {
                        Step::Give(item)
                    } else {
                        Step::Skip
                    })
                }
            })
        },
    ),
    row(
        "static IEnumerable<TResult> Cast<TResult>(this IEnumerable source)",
        r#"new object[] { "a" }.Cast<string>().First()"#,
        "a",
        |call, a| {
            let ty = call.type_argument(0);
            let element = ty.clone();
            lazily(a, element, move || {
                let ty = ty.clone();
                move |_: &mut Frame<'_>, item: Value, _| crate::compile::cast(item, &ty).map(Step::Give)
            })
        },
    ),
    row(
        "static IEnumerable<TSource> DefaultIfEmpty<TSource>(this IEnumerable<TSource> source)",
        "new int[0].DefaultIfEmpty().First()",
        "0",
        |call, a| {
            let default = Value::default_of(&call.type_argument(0));
            default_if_empty(call, a, default)
        },
    ),
    row(
        "static IEnumerable<TSource> DefaultIfEmpty<TSource>(this IEnumerable<TSource> source, TSource defaultValue)",
        "new int[0].DefaultIfEmpty(7).First()",
        "7",
        |call, a| default_if_empty(call, a, a.value(1).clone()),
    ),
];

struct Flatten {
    source: Box<dyn Enumerator>,
    selector: Value,
    current: Option<Box<dyn Enumerator>>,
}

impl Enumerator for Flatten {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        loop {
            frame.step(1)?;
            if let Some(current) = &mut self.current
                && let Some(item) = current.next(frame)?
            {
                return Ok(Some(item));
            }
            let Some(outer) = self.source.next(frame)? else {
                return Ok(None);
            };
            let inner = frame.call(&self.selector, &[outer])?;
            self.current = Some(enumerate(&inner, frame)?);
        }
    }
}

/// `Take` asks its source for no more than it gives.
struct Take {
    source: Box<dyn Enumerator>,
    left: i32,
}

impl Enumerator for Take {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        if self.left <= 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.source.next(frame)
    }
}

fn distinct(call: &mut Call<'_, '_>, a: Arguments<'_>, ignores_case: bool) -> Outcome {
    lazily(a, call.type_argument(0), move || {
        let mut seen = HashSet::new();
        move |frame: &mut Frame<'_>, item: Value, _| {
            frame.allocate(crate::collection::ELEMENT_BYTES)?;
            Ok(
                if seen.insert(Key {
                    value: item.clone(),
                    ignores_case,
                }) {
                    Step::Give(item)
                } else {
                    Step::Skip
                },
            )
        }
    })
}

fn default_if_empty(call: &mut Call<'_, '_>, a: Arguments<'_>, default: Value) -> Outcome {
    let source = a.required(0)?.clone();
    Ok(Sequence::new(call.type_argument(0), move |frame| {
        let mut items = enumerate(&source, frame)?;
        let first = items.next(frame)?.unwrap_or_else(|| default.clone());
        Ok(After {
            first: Some(first),
            rest: items,
        })
    }))
}

/// An element, then the rest of a walk.
struct After {
    first: Option<Value>,
    rest: Box<dyn Enumerator>,
}

impl Enumerator for After {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.rest.next(frame),
        }
    }
}
