//! Parts of a sequence: `Take`, `Skip`, their kinds, and `Chunk`.

use super::order::Ordered;
use super::walk::{Step, lazily, test, test_indexed};
use crate::collection::{Array, ELEMENT_BYTES, Enumerator, Passed, Sequence, Visit, enumerate, go_through};
use crate::frame::Frame;
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;
use std::collections::VecDeque;
use std::sync::Arc;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static IEnumerable<TSource> Take<TSource>(this IEnumerable<TSource> source, int count)",
        "new[] { 1, 2, 3 }.Take(2).Count()",
        "2",
        |call, a| {
            let (mut source, count) = (a.required(0)?.clone(), a.int(1));
            if count <= 0 {
                // Nothing of the source is computed, not even its order.
                source = Value::of(Array::new(call.type_argument(0), Vec::new()));
            }
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
            let source = a.value(0);
            let computed = source.object::<Sequence>().is_some() || source.object::<Ordered>().is_some();
            if count <= 0 && computed {
                return Ok(source.clone());
            }
            let (source, count) = (a.required(0)?.clone(), usize::try_from(count).unwrap_or(0));
            Ok(Sequence::new(call.type_argument(0), move |frame| {
                Ok(Skip {
                    source: enumerate(&source, frame)?,
                    pending: count,
                })
            }))
        },
    ),
    row(
        "static IEnumerable<TSource> TakeWhile<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2, 1 }.TakeWhile(x => x < 2).Count()",
        "1",
        |call, a| take_while(call, a, test),
    ),
    row(
        "static IEnumerable<TSource> TakeWhile<TSource>(this IEnumerable<TSource> source, Func<TSource, int, bool> predicate)",
        "new[] { 9, 8, 7 }.TakeWhile((x, i) => i < 2).Count()",
        "2",
        |call, a| take_while(call, a, test_indexed),
    ),
    row(
        "static IEnumerable<TSource> SkipWhile<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2, 1 }.SkipWhile(x => x < 2).Count()",
        "2",
        |call, a| skip_while(call, a, test),
    ),
    row(
        "static IEnumerable<TSource> SkipWhile<TSource>(this IEnumerable<TSource> source, Func<TSource, int, bool> predicate)",
        "new[] { 9, 8, 7 }.SkipWhile((x, i) => i < 2).First()",
        "7",
        |call, a| skip_while(call, a, test_indexed),
    ),
    row(
        "static IEnumerable<TSource> TakeLast<TSource>(this IEnumerable<TSource> source, int count)",
        r#"string.Join(",", new[] { 1, 2, 3 }.TakeLast(2))"#,
        "2,3",
        |call, a| {
            let (source, count) = (a.required(0)?.clone(), usize::try_from(a.long(1)).unwrap_or(0));
            Ok(Sequence::new(call.type_argument(0), move |frame| {
                take_last(&source, count, frame)
            }))
        },
    ),
    row(
        "static IEnumerable<TSource> SkipLast<TSource>(this IEnumerable<TSource> source, int count)",
        r#"string.Join(",", new[] { 1, 2, 3 }.SkipLast(2))"#,
        "1",
        |call, a| {
            let count = usize::try_from(a.long(1)).unwrap_or(0);
            lazily(a, call.type_argument(0), move || {
                let mut held = VecDeque::new();
                move |frame: &mut Frame<'_>, item: &mut Value, _| {
                    held.push_back(std::mem::take(item));
                    if held.len() <= count {
                        frame.allocate(ELEMENT_BYTES)?;
                        return Ok(Step::Skip);
                    }
                    *item = held.pop_front().unwrap_or_default();
                    Ok(Step::Give)
                }
            })
        },
    ),
    row(
        "static IEnumerable<TSource[]> Chunk<TSource>(this IEnumerable<TSource> source, int size)",
        r#"string.Join(";", new[] { 1, 2, 3 }.Chunk(2).Select(part => string.Join(",", part)))"#,
        "1,2;3",
        |call, a| {
            let source = a.required(0)?.clone();
            let size = usize::try_from(a.long(1))
                .ok()
                .filter(|size| *size > 0)
                .ok_or_else(|| {
                    Thrown::out_of_range("Specified argument was out of the range of valid values.", "size")
                })?;
            let element = call.type_argument(0);
            Ok(Sequence::new(Type::Array(Arc::new(element.clone()), 1), move |frame| {
                Ok(Chunks {
                    source: enumerate(&source, frame)?,
                    size,
                    element: element.clone(),
                })
            }))
        },
    ),
];

fn take_while<T>(call: &Call<'_, '_>, a: Arguments<'_>, goes_on: T) -> Outcome
where
    T: Fn(&mut Frame<'_>, &Value, &Value, i32) -> Result<bool, Thrown> + Copy + Send + Sync + 'static,
{
    a.required(0)?;
    let predicate = a.required(1)?.clone();
    lazily(a, call.type_argument(0), move || {
        let predicate = predicate.clone();
        move |frame: &mut Frame<'_>, item: &mut Value, index| {
            Ok(if goes_on(frame, &predicate, item, index)? {
                Step::Give
            } else {
                Step::Stop
            })
        }
    })
}

fn skip_while<T>(call: &Call<'_, '_>, a: Arguments<'_>, goes_on: T) -> Outcome
where
    T: Fn(&mut Frame<'_>, &Value, &Value, i32) -> Result<bool, Thrown> + Copy + Send + Sync + 'static,
{
    a.required(0)?;
    let predicate = a.required(1)?.clone();
    lazily(a, call.type_argument(0), move || {
        let (predicate, mut skipping) = (predicate.clone(), true);
        move |frame: &mut Frame<'_>, item: &mut Value, index| {
            skipping = skipping && goes_on(frame, &predicate, item, index)?;
            Ok(if skipping { Step::Skip } else { Step::Give })
        }
    })
}

fn take_last(source: &Value, count: usize, frame: &mut Frame<'_>) -> Result<std::vec::IntoIter<Value>, Thrown> {
    let mut held = VecDeque::new();
    if count > 0 {
        go_through(source, frame, &mut |frame, item| {
            frame.step(1)?;
            if held.len() == count {
                held.pop_front();
            } else {
                frame.allocate(ELEMENT_BYTES)?;
            }
            held.push_back(std::mem::take(item));
            Ok(true)
        })?;
    }
    Ok(Vec::from(held).into_iter())
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

    fn pass(&mut self, count: usize) -> Option<Passed> {
        let taken = usize::try_from(self.left).unwrap_or(0);
        let Passed { passed, left } = self.source.pass(count.min(taken))?;
        let taken = taken.saturating_sub(passed);
        self.left = i32::try_from(taken).unwrap_or(i32::MAX);
        Some(Passed {
            passed,
            left: left.min(taken),
        })
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        self.source.dispose(frame)
    }
}

/// `Skip` computes what it skips only where the source cannot pass it.
struct Skip {
    source: Box<dyn Enumerator>,
    /// How many elements are still to be skipped.
    pending: usize,
}

impl Skip {
    fn start(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        let pending = std::mem::take(&mut self.pending);
        if pending > 0 && self.source.pass(pending).is_none() {
            for _ in 0..pending {
                frame.step(1)?;
                if self.source.next(frame)?.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}

impl Enumerator for Skip {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        self.start(frame)?;
        self.source.next(frame)
    }

    fn each(&mut self, frame: &mut Frame<'_>, visit: &mut Visit<'_>) -> Result<(), Thrown> {
        self.start(frame)?;
        self.source.each(frame, visit)
    }

    fn pass(&mut self, count: usize) -> Option<Passed> {
        let Passed { passed, left } = self.source.pass(self.pending.saturating_add(count))?;
        let skipped = std::mem::take(&mut self.pending);
        Some(Passed {
            passed: passed.saturating_sub(skipped),
            left,
        })
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        self.source.dispose(frame)
    }
}

/// Arrays of some elements each.
struct Chunks {
    source: Box<dyn Enumerator>,
    size: usize,
    element: Type,
}

impl Enumerator for Chunks {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        let mut items = Vec::new();
        while items.len() < self.size
            && let Some(item) = self.source.next(frame)?
        {
            frame.step(1)?;
            frame.allocate(ELEMENT_BYTES)?;
            items.push(item);
        }
        Ok((!items.is_empty()).then(|| Value::of(Array::new(self.element.clone(), items))))
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        self.source.dispose(frame)
    }
}
