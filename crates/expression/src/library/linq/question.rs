//! Questions about all elements: `Any`, `All`, `Contains`, `SequenceEqual`.

use super::combine::dispose_all;
use super::element::{first, first_where};
use super::walk::each;
use crate::collection::{Enumerator, HashSet, enumerate};
use crate::frame::Frame;
use crate::library::collections::{equality, key_of};
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Equality, Key, Value};

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static bool Any<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1 }.Any()",
        "True",
        |call, a| Ok(first(call, a)?.is_some().into()),
    ),
    row(
        "static bool Any<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1 }.Any(x => x > 1)",
        "False",
        |call, a| Ok(first_where(call, a)?.is_some().into()),
    ),
    row(
        "static bool All<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1 }.All(x => x > 0)",
        "True",
        |call, a| {
            a.required(0)?;
            let predicate = a.required(1)?;
            let failed = each(call, a, |frame, item, _| {
                Ok(if frame.test(predicate, item)? { None } else { Some(()) })
            })?;
            Ok(failed.is_none().into())
        },
    ),
    row(
        "static bool Contains<TSource>(this IEnumerable<TSource> source, TSource value)",
        "new[] { 1 }.Contains(1)",
        "True",
        |call, a| match (a.required(0)?, a.value(1)) {
            // A collection knows by itself: a set by its own comparer, a JSON container which tokens are its own.
            (Value::Json(container), Value::Json(token)) => Ok(container.index_of(token).is_some().into()),
            (source, value) => match source.object::<HashSet>() {
                Some(set) => Ok(set.contains(value).into()),
                None => contains(call, a),
            },
        },
    ),
    row(
        "static bool Contains<TSource>(this IEnumerable<TSource> source, TSource value, IEqualityComparer<TSource> comparer)",
        r#"new[] { "a" }.Contains("A", StringComparer.OrdinalIgnoreCase)"#,
        "True",
        contains,
    ),
    row(
        "static bool SequenceEqual<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        "new[] { 1 }.SequenceEqual(new List<int> { 1 })",
        "True",
        sequence_equal,
    ),
    row(
        "static bool SequenceEqual<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second, IEqualityComparer<TSource> comparer)",
        r#"new[] { "a" }.SequenceEqual(new[] { "A" }, StringComparer.OrdinalIgnoreCase)"#,
        "True",
        sequence_equal,
    ),
];

fn contains(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let equality = equality(a.value(2));
    let wanted = Key::new(a.value(1).clone(), equality);
    let found = each(call, a, |frame, item, _| {
        Ok((key_of(frame, std::mem::take(item), equality)? == wanted).then_some(()))
    })?;
    Ok(found.is_some().into())
}

fn sequence_equal(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let equality = equality(a.value(2));
    let (first, second) = (a.required(0)?, a.required(1)?);
    let frame = &mut *call.frame;
    let mut walks = [enumerate(first, frame)?, enumerate(second, frame)?];
    let outcome = equal_walks(&mut walks, equality, frame);
    dispose_all(&mut walks, frame)?;
    Ok(outcome?.into())
}

fn equal_walks(
    [first, second]: &mut [Box<dyn Enumerator>; 2],
    equality: Equality,
    frame: &mut Frame<'_>,
) -> Result<bool, Thrown> {
    loop {
        frame.step(1)?;
        let equal = match (first.next(frame)?, second.next(frame)?) {
            (Some(left), Some(right)) => key_of(frame, left, equality)? == Key::new(right, equality),
            (None, None) => return Ok(true),
            _ => false,
        };
        if !equal {
            return Ok(false);
        }
    }
}
