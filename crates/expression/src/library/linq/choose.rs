//! Choosing and projecting elements: `Where`, `Select`, `SelectMany`, `OfType`, `Cast`, `DefaultIfEmpty`.

use super::walk::{Step, filtered, lazily, test, test_indexed};
use crate::collection::{Enumerator, Passed, Sequence, Visit, enumerate};
use crate::frame::Frame;
use crate::library::{Arguments, Call, Row, named_type, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{ENUMERABLE, Type};
use crate::value::Value;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2, 3 }.Where(x => x > 1).Count()",
        "2",
        |call, a| filtered(call, a, test),
    ),
    row(
        "static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource, int, bool> predicate)",
        "new[] { 1, 2, 3 }.Where((x, i) => i > 0).First()",
        "2",
        |call, a| filtered(call, a, test_indexed),
    ),
    row(
        "static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)",
        "string.Join(\",\", new[] { 1, 2 }.Select(x => x * 2))",
        "2,4",
        |call, a| {
            let (source, selector) = (a.required(0)?.clone(), a.required(1)?.clone());
            Ok(Sequence::new(call.type_argument(1), move |frame| {
                Ok(Projected {
                    source: enumerate(&source, frame)?,
                    selector: selector.clone(),
                })
            }))
        },
    ),
    row(
        "static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, int, TResult> selector)",
        "string.Join(\",\", new[] { 5, 6 }.Select((x, i) => x * i))",
        "0,6",
        |call, a| {
            a.required(0)?;
            let selector = a.required(1)?.clone();
            lazily(a, call.type_argument(1), move || {
                let selector = selector.clone();
                move |frame: &mut Frame<'_>, item: &mut Value, index| {
                    *item = frame.call(&selector, &[std::mem::take(item), index.into()])?;
                    Ok(Step::Give)
                }
            })
        },
    ),
    row(
        "static IEnumerable<TResult> SelectMany<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, IEnumerable<TResult>> selector)",
        r#"new[] { "ab", "c" }.SelectMany(s => s).Count()"#,
        "3",
        |call, a| flattened(call, a, false),
    ),
    row(
        "static IEnumerable<TResult> SelectMany<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, int, IEnumerable<TResult>> selector)",
        r#"string.Concat(new[] { "ab", "cd" }.SelectMany((s, i) => s.Skip(i)))"#,
        "abd",
        |call, a| flattened(call, a, true),
    ),
    row(
        "static IEnumerable<TResult> SelectMany<TSource, TCollection, TResult>(this IEnumerable<TSource> source, Func<TSource, IEnumerable<TCollection>> collectionSelector, Func<TSource, TCollection, TResult> resultSelector)",
        r#"string.Join(",", new[] { "ab", "c" }.SelectMany(s => s, (s, c) => s + c))"#,
        "aba,abb,cc",
        |call, a| flattened(call, a, false),
    ),
    row(
        "static IEnumerable<TResult> SelectMany<TSource, TCollection, TResult>(this IEnumerable<TSource> source, Func<TSource, int, IEnumerable<TCollection>> collectionSelector, Func<TSource, TCollection, TResult> resultSelector)",
        r#"string.Join(",", new[] { "ab", "cd" }.SelectMany((s, i) => s.Skip(i), (s, c) => s + c))"#,
        "aba,abb,cdd",
        |call, a| flattened(call, a, true),
    ),
    row(
        "static IEnumerable<TResult> OfType<TResult>(this IEnumerable source)",
        r#"new object[] { 1, "a" }.OfType<string>().First()"#,
        "a",
        |call, a| {
            let ty = call.type_argument(0);
            lazily(a, ty.clone(), move || {
                let ty = ty.clone();
                move |_: &mut Frame<'_>, item: &mut Value, _| {
                    Ok(if item.is_instance(&ty) { Step::Give } else { Step::Skip })
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
            let sequence = named_type(ENUMERABLE, vec![ty.clone()]);
            if sequence.is_some_and(|sequence| a.value(0).is_instance(&sequence)) {
                return Ok(a.value(0).clone());
            }
            lazily(a, ty.clone(), move || {
                let ty = ty.clone();
                move |_: &mut Frame<'_>, item: &mut Value, _| {
                    *item = crate::compile::cast(std::mem::take(item), &ty)?;
                    Ok(Step::Give)
                }
            })
        },
    ),
    row(
        "static IEnumerable<TSource> DefaultIfEmpty<TSource>(this IEnumerable<TSource> source)",
        "new int[0].DefaultIfEmpty().First()",
        "0",
        |call, a| {
            let element = call.type_argument(0);
            let default = Value::default_of(&element);
            default_if_empty(a, element, default)
        },
    ),
    row(
        "static IEnumerable<TSource> DefaultIfEmpty<TSource>(this IEnumerable<TSource> source, TSource defaultValue)",
        "new int[0].DefaultIfEmpty(7).First()",
        "7",
        |call, a| default_if_empty(a, call.type_argument(0), a.value(1).clone()),
    ),
];

/// What a selector makes of each element; like .NET's, it is not called for elements of a list that are passed.
struct Projected {
    source: Box<dyn Enumerator>,
    selector: Value,
}

impl Enumerator for Projected {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        frame.step(1)?;
        let Some(item) = self.source.next(frame)? else {
            return Ok(None);
        };
        frame.call(&self.selector, &[item]).map(Some)
    }

    fn each(&mut self, frame: &mut Frame<'_>, visit: &mut Visit<'_>) -> Result<(), Thrown> {
        let Self { source, selector } = self;
        source.each(frame, &mut |frame, item| {
            frame.step(1)?;
            *item = frame.call(selector, std::slice::from_ref(item))?;
            visit(frame, item)
        })
    }

    fn pass(&mut self, count: usize) -> Option<Passed> {
        self.source.pass(count)
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        self.source.dispose(frame)
    }
}

fn flattened(call: &Call<'_, '_>, a: Arguments<'_>, indexed: bool) -> Outcome {
    let (source, selector) = (a.required(0)?.clone(), a.required(1)?.clone());
    let result = if a.count() > 2 {
        Some(a.required(2)?.clone())
    } else {
        None
    };
    let element = call.types.last().cloned().unwrap_or(Type::OBJECT);
    Ok(Sequence::new(element, move |frame| {
        Ok(Flatten {
            source: enumerate(&source, frame)?,
            index: indexed.then_some(0),
            selector: selector.clone(),
            result: result.clone(),
            current: None,
        })
    }))
}

/// Each element's own elements, alone or with it.
struct Flatten {
    source: Box<dyn Enumerator>,
    /// The next element's index, for a selector that takes it.
    index: Option<i32>,
    selector: Value,
    result: Option<Value>,
    current: Option<(Value, Box<dyn Enumerator>)>,
}

impl Enumerator for Flatten {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        loop {
            frame.step(1)?;
            if let Some((outer, inner)) = &mut self.current
                && let Some(item) = inner.next(frame)?
            {
                return match &self.result {
                    Some(result) => frame.call(result, &[outer.clone(), item]).map(Some),
                    None => Ok(Some(item)),
                };
            }
            let Some(outer) = self.source.next(frame)? else {
                return Ok(None);
            };
            let inner = match &mut self.index {
                Some(index) => {
                    *index = index.wrapping_add(1);
                    frame.call(&self.selector, &[outer.clone(), index.wrapping_sub(1).into()])?
                }
                None => frame.call(&self.selector, std::slice::from_ref(&outer))?,
            };
            self.current = Some((outer, enumerate(&inner, frame)?));
        }
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        let inner = match &mut self.current {
            Some((_, inner)) => inner.dispose(frame),
            None => Ok(()),
        };
        self.source.dispose(frame)?;
        inner
    }
}

fn default_if_empty(a: Arguments<'_>, element: Type, default: Value) -> Outcome {
    let source = a.required(0)?.clone();
    Ok(Sequence::new(element, move |frame| {
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

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        self.rest.dispose(frame)
    }
}
