//! One element, and questions about all: `First`, `Any`, `Contains` …

use super::walk::{each, no_elements, no_match};
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::Thrown;
use crate::value::Value;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static TSource First<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1, 2 }.First()",
        "1",
        |call, a| first(call, a)?.ok_or_else(no_elements),
    ),
    row(
        "static TSource First<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2 }.First(x => x > 1)",
        "2",
        |call, a| first_where(call, a)?.ok_or_else(no_match),
    ),
    row(
        "static TSource FirstOrDefault<TSource>(this IEnumerable<TSource> source)",
        "new int[0].FirstOrDefault()",
        "0",
        |call, a| {
            let default = Value::default_of(&call.type_argument(0));
            Ok(first(call, a)?.unwrap_or(default))
        },
    ),
    row(
        "static TSource FirstOrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2 }.FirstOrDefault(x => x > 2)",
        "0",
        |call, a| {
            let default = Value::default_of(&call.type_argument(0));
            Ok(first_where(call, a)?.unwrap_or(default))
        },
    ),
    row(
        "static TSource Last<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1, 2 }.Last()",
        "2",
        |call, a| last(call, a)?.ok_or_else(no_elements),
    ),
    row(
        "static TSource Last<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2 }.Last(x => x < 2)",
        "1",
        |call, a| last_where(call, a)?.ok_or_else(no_match),
    ),
    row(
        "static TSource LastOrDefault<TSource>(this IEnumerable<TSource> source)",
        "new int[0].LastOrDefault()",
        "0",
        |call, a| {
            let default = Value::default_of(&call.type_argument(0));
            Ok(last(call, a)?.unwrap_or(default))
        },
    ),
    row(
        "static TSource LastOrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2 }.LastOrDefault(x => x < 2)",
        "1",
        |call, a| {
            let default = Value::default_of(&call.type_argument(0));
            Ok(last_where(call, a)?.unwrap_or(default))
        },
    ),
    row(
        "static TSource Single<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1 }.Single()",
        "1",
        |call, a| single(call, a, false)?.ok_or_else(no_elements),
    ),
    row(
        "static TSource Single<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2 }.Single(x => x > 1)",
        "2",
        |call, a| single(call, a, true)?.ok_or_else(no_match),
    ),
    row(
        "static TSource SingleOrDefault<TSource>(this IEnumerable<TSource> source)",
        "new int[0].SingleOrDefault()",
        "0",
        |call, a| {
            let default = Value::default_of(&call.type_argument(0));
            Ok(single(call, a, false)?.unwrap_or(default))
        },
    ),
    row(
        "static TSource SingleOrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2 }.SingleOrDefault(x => x > 2)",
        "0",
        |call, a| {
            let default = Value::default_of(&call.type_argument(0));
            Ok(single(call, a, true)?.unwrap_or(default))
        },
    ),
    row(
        "static TSource ElementAt<TSource>(this IEnumerable<TSource> source, int index)",
        "new[] { 1, 2 }.ElementAt(1)",
        "2",
        |call, a| at(call, a)?.ok_or_else(Thrown::list_index),
    ),
    row(
        "static TSource ElementAtOrDefault<TSource>(this IEnumerable<TSource> source, int index)",
        "new[] { 1, 2 }.ElementAtOrDefault(5)",
        "0",
        |call, a| {
            let default = Value::default_of(&call.type_argument(0));
            Ok(at(call, a)?.unwrap_or(default))
        },
    ),
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
            let predicate = a.required(1)?;
            let failed = each(call, a, |frame, item, _| {
                Ok(if frame.test(predicate, &item)? { None } else { Some(()) })
            })?;
            Ok(failed.is_none().into())
        },
    ),
    row(
        "static bool Contains<TSource>(this IEnumerable<TSource> source, TSource value)",
        "new[] { 1 }.Contains(1)",
        "True",
        |call, a| {
            let found = each(call, a, |_, item, _| Ok(item.equals(a.value(1)).then_some(())))?;
            Ok(found.is_some().into())
        },
    ),
    row(
        "static bool Contains<TSource>(this IEnumerable<TSource> source, TSource value, IEqualityComparer<TSource> comparer)",
        r#"new[] { "a" }.Contains("A", StringComparer.OrdinalIgnoreCase)"#,
        "True",
        |call, a| {
            let comparison = crate::library::system::comparison(a.value(2));
            let found = each(call, a, |_, item, _| {
                Ok(match comparison {
                    Some(comparison) => crate::library::system::string_equal(&item, a.value(1), comparison),
                    None => item.equals(a.value(1)),
                }
                .then_some(()))
            })?;
            Ok(found.is_some().into())
        },
    ),
    row(
        "static bool SequenceEqual<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        "new[] { 1 }.SequenceEqual(new List<int> { 1 })",
        "True",
        |call, a| {
            let left = crate::collection::collect(a.required(0)?, call.frame)?;
            let right = crate::collection::collect(a.required(1)?, call.frame)?;
            Ok((left.len() == right.len() && left.iter().zip(&right).all(|(left, right)| left.equals(right))).into())
        },
    ),
];

fn first(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    each(call, a, |_, item, _| Ok(Some(item)))
}

fn first_where(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    let predicate = a.required(1)?;
    each(call, a, |frame, item, _| {
        Ok(if frame.test(predicate, &item)? {
            Some(item)
        } else {
            None
        })
    })
}

fn last(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    let mut found = None;
    each(call, a, |_, item, _| {
        found = Some(item);
        Ok(None::<()>)
    })?;
    Ok(found)
}

fn last_where(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    let predicate = a.required(1)?;
    let mut found = None;
    each(call, a, |frame, item, _| {
        if frame.test(predicate, &item)? {
            found = Some(item);
        }
        Ok(None::<()>)
    })?;
    Ok(found)
}

fn single(call: &mut Call<'_, '_>, a: Arguments<'_>, conditional: bool) -> Result<Option<Value>, Thrown> {
    let mut found = None;
    each(call, a, |frame, item, _| {
        if conditional && !frame.test(a.value(1), &item)? {
            return Ok(None::<()>);
        }
        if found.replace(item).is_some() {
            let what = if conditional {
                "Sequence contains more than one matching element"
            } else {
                "Sequence contains more than one element"
            };
            return Err(Thrown::invalid_operation(what));
        }
        Ok(None)
    })?;
    Ok(found)
}

fn at(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    let wanted = a.int(1);
    each(call, a, |_, item, index| {
        Ok(if index == wanted { Some(item) } else { None })
    })
}
