//! Sequences one behind or beside the other: `Concat`, `Append`, `Prepend`, `Zip`.

use crate::collection::{Enumerator, Record, Sequence, enumerate};
use crate::frame::Frame;
use crate::library::{Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

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
        "static IEnumerable<TResult> Zip<TFirst, TSecond, TResult>(this IEnumerable<TFirst> first, IEnumerable<TSecond> second, Func<TFirst, TSecond, TResult> resultSelector)",
        "new[] { 1, 2 }.Zip(new[] { 10, 20 }, (x, y) => x + y).Last()",
        "22",
        |call, a| {
            let sources = vec![a.required(0)?.clone(), a.required(1)?.clone()];
            let selector = a.required(2)?.clone();
            Ok(zip(call.type_argument(2), sources, move |frame, items| {
                frame.call(&selector, &items)
            }))
        },
    ),
    row(
        "static IEnumerable<(TFirst, TSecond)> Zip<TFirst, TSecond>(this IEnumerable<TFirst> first, IEnumerable<TSecond> second)",
        r#"new[] { 1, 2 }.Zip(new[] { "a", "b" }).Last()"#,
        "(2, b)",
        |call, a| {
            let sources = vec![a.required(0)?.clone(), a.required(1)?.clone()];
            Ok(tuples(call.types, sources))
        },
    ),
    row(
        "static IEnumerable<(TFirst, TSecond, TThird)> Zip<TFirst, TSecond, TThird>(this IEnumerable<TFirst> first, IEnumerable<TSecond> second, IEnumerable<TThird> third)",
        r#"new[] { 1, 2 }.Zip(new[] { "a", "b" }, new[] { true, false }).Last()"#,
        "(2, b, False)",
        |call, a| {
            let sources = vec![a.required(0)?.clone(), a.required(1)?.clone(), a.required(2)?.clone()];
            Ok(tuples(call.types, sources))
        },
    ),
];

/// Sequences one behind the other.
///
/// # Errors
/// None.
pub fn chain(element: Type, parts: Vec<Value>) -> Outcome {
    Ok(Sequence::new(element, move |_| {
        Ok(Chain {
            parts: parts.clone().into_iter(),
            current: None,
        })
    }))
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

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        self.current.as_mut().map_or(Ok(()), |current| current.dispose(frame))
    }
}

/// Each place's elements as a tuple.
fn tuples(types: &[Type], sources: Vec<Value>) -> Value {
    let ty = Type::Tuple(types.iter().map(|ty| (ty.clone(), None)).collect());
    zip(ty.clone(), sources, move |frame, items| {
        frame.allocate(crate::collection::ELEMENT_BYTES * items.len())?;
        Ok(Value::of(Record::new(ty.clone(), items)))
    })
}

fn zip<J>(element: Type, sources: Vec<Value>, join: J) -> Value
where
    J: Fn(&mut Frame<'_>, Vec<Value>) -> Outcome + Clone + Send + Sync + 'static,
{
    Sequence::new(element, move |frame| {
        let sources: Result<Vec<_>, Thrown> = sources.iter().map(|source| enumerate(source, frame)).collect();
        Ok(Zip {
            sources: sources?,
            join: join.clone(),
        })
    })
}

struct Zip<J> {
    sources: Vec<Box<dyn Enumerator>>,
    join: J,
}

impl<J: Fn(&mut Frame<'_>, Vec<Value>) -> Outcome + Send> Enumerator for Zip<J> {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        let mut items = Vec::with_capacity(self.sources.len());
        for source in &mut self.sources {
            let Some(item) = source.next(frame)? else {
                return Ok(None);
            };
            items.push(item);
        }
        (self.join)(frame, items).map(Some)
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        dispose_all(&mut self.sources, frame)
    }
}

/// Leaves several walks alone, the last one first; all of them, whatever one of them throws.
pub fn dispose_all(walks: &mut [Box<dyn Enumerator>], frame: &mut Frame<'_>) -> Result<(), Thrown> {
    let mut outcome = Ok(());
    for walk in walks.iter_mut().rev() {
        outcome = walk.dispose(frame).and(outcome);
    }
    outcome
}
