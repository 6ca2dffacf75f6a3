//! `Min` and `Max`, `MinBy` and `MaxBy`.

use super::walk::{each, no_elements};
use crate::library::collections::order;
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::Outcome;
use crate::value::Value;
use std::cmp::Ordering;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static TSource Max<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1, 3, 2 }.Max()",
        "3",
        |call, a| extreme(call, a, Ordering::Greater),
    ),
    row(
        "static TSource Max<TSource>(this IEnumerable<TSource> source, IComparer<TSource> comparer)",
        r#"new[] { "a", "B" }.Max(StringComparer.Ordinal)"#,
        "a",
        |call, a| extreme(call, a, Ordering::Greater),
    ),
    row(
        "static TSource Min<TSource>(this IEnumerable<TSource> source)",
        "new[] { 2, 1 }.Min()",
        "1",
        |call, a| extreme(call, a, Ordering::Less),
    ),
    row(
        "static TSource Min<TSource>(this IEnumerable<TSource> source, IComparer<TSource> comparer)",
        r#"new[] { "a", "B" }.Min(StringComparer.Ordinal)"#,
        "B",
        |call, a| extreme(call, a, Ordering::Less),
    ),
    row(
        "static TResult Max<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)",
        "new[] { 1, 3 }.Max(x => -x)",
        "-1",
        |call, a| extreme_of(call, a, Ordering::Greater),
    ),
    row(
        "static TResult Min<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)",
        "new[] { 1, 3 }.Min(x => -x)",
        "-3",
        |call, a| extreme_of(call, a, Ordering::Less),
    ),
    row(
        "static TSource MaxBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        r#"new[] { "a", "ccc", "bb" }.MaxBy(x => x.Length)"#,
        "ccc",
        |call, a| extreme_by(call, a, Ordering::Greater),
    ),
    row(
        "static TSource MaxBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, IComparer<TKey> comparer)",
        r#"new[] { "a", "B" }.MaxBy(x => x, StringComparer.Ordinal)"#,
        "a",
        |call, a| extreme_by(call, a, Ordering::Greater),
    ),
    row(
        "static TSource MinBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        r#"new[] { "bb", "a" }.MinBy(x => x.Length)"#,
        "a",
        |call, a| extreme_by(call, a, Ordering::Less),
    ),
    row(
        "static TSource MinBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, IComparer<TKey> comparer)",
        r#"new[] { "a", "B" }.MinBy(x => x, StringComparer.Ordinal)"#,
        "B",
        |call, a| extreme_by(call, a, Ordering::Less),
    ),
];

fn extreme(call: &mut Call<'_, '_>, a: Arguments<'_>, wanted: Ordering) -> Outcome {
    let best = best(call, a, (None, a.value(1)), wanted)?;
    given(call, 0, best.map(|(item, _)| item))
}

fn extreme_of(call: &mut Call<'_, '_>, a: Arguments<'_>, wanted: Ordering) -> Outcome {
    a.required(0)?;
    let best = best(call, a, (Some(a.required(1)?), &Value::Null), wanted)?;
    given(call, 1, best.map(|(_, key)| key))
}

fn extreme_by(call: &mut Call<'_, '_>, a: Arguments<'_>, wanted: Ordering) -> Outcome {
    a.required(0)?;
    let best = best(call, a, (Some(a.required(1)?), a.value(2)), wanted)?;
    given(call, 0, best.map(|(item, _)| item))
}

/// The first element whose key (or which itself) comes before or behind all others; null comes into question only where
/// there is nothing else.
fn best(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    (selector, comparer): (Option<&Value>, &Value),
    wanted: Ordering,
) -> Result<Option<(Value, Value)>, crate::thrown::Thrown> {
    let mut best: Option<(Value, Value)> = None;
    each(call, a, |frame, item, _| {
        let key = match selector {
            Some(selector) => frame.call(selector, std::slice::from_ref(item))?,
            None => item.clone(),
        };
        let better = match &best {
            Some((_, best)) if best.is_null() => !key.is_null(),
            Some((_, best)) => !key.is_null() && order(frame, comparer, &key, best)? == wanted,
            None => true,
        };
        if better {
            best = Some((std::mem::take(item), key));
        }
        Ok(None::<()>)
    })?;
    Ok(best)
}

/// The result; null stands for none where the type has it.
fn given(call: &Call<'_, '_>, type_argument: usize, best: Option<Value>) -> Outcome {
    match best {
        Some(best) => Ok(best),
        None if call.type_argument(type_argument).accepts_null() => Ok(Value::Null),
        None => Err(no_elements()),
    }
}
