//! Questions about all elements: `Any`, `All`, `Contains`, `SequenceEqual`.

use super::element::{first, first_where};
use super::walk::each;
use crate::collection::{HashSet, enumerate};
use crate::library::collections::{equality, key_of};
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::Outcome;
use crate::value::Key;

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
        |call, a| match a.required(0)?.object::<HashSet>() {
            // A set knows, and by its own comparer.
            Some(set) => Ok(set.contains(a.value(1)).into()),
            None => contains(call, a),
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
    let mut first = enumerate(first, call.frame)?;
    let mut second = enumerate(second, call.frame)?;
    loop {
        call.frame.step(1)?;
        let equal = match (first.next(call.frame)?, second.next(call.frame)?) {
            (Some(left), Some(right)) => key_of(call.frame, left, equality)? == Key::new(right, equality),
            (None, None) => return Ok(true.into()),
            _ => false,
        };
        if !equal {
            return Ok(false.into());
        }
    }
}
