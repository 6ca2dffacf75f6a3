//! `Count` and `Aggregate`.

use super::walk::{each, known_count, no_elements};
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static int Count<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1, 2 }.Count()",
        "2",
        |call, a| Ok((count(call, a)? as i32).into()),
    ),
    row(
        "static int Count<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2 }.Count(x => x > 1)",
        "1",
        |call, a| Ok((count_where(call, a)? as i32).into()),
    ),
    row(
        "static long LongCount<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1, 2 }.LongCount()",
        "2",
        |call, a| Ok(count(call, a)?.into()),
    ),
    row(
        "static long LongCount<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)",
        "new[] { 1, 2 }.LongCount(x => x > 1)",
        "1",
        |call, a| Ok(count_where(call, a)?.into()),
    ),
    row(
        "static bool TryGetNonEnumeratedCount<TSource>(this IEnumerable<TSource> source, out int count)",
        "new[] { 1, 2 }.TryGetNonEnumeratedCount(out var count) ? count : -1",
        "2",
        |call, a| {
            let count = known_count(a.required(0)?);
            call.give_out((count.unwrap_or_default() as i32).into());
            Ok(count.is_some().into())
        },
    ),
    row(
        "static TSource Aggregate<TSource>(this IEnumerable<TSource> source, Func<TSource, TSource, TSource> func)",
        "new[] { 1, 2, 3 }.Aggregate((x, y) => x * 10 + y)",
        "123",
        |call, a| {
            a.required(0)?;
            let step = a.required(1)?;
            let mut total = None;
            each(call, a, |frame, item, _| {
                total = Some(match total.take() {
                    Some(total) => frame.call(step, &[total, std::mem::take(item)])?,
                    None => std::mem::take(item),
                });
                Ok(None::<()>)
            })?;
            total.ok_or_else(no_elements)
        },
    ),
    row(
        "static TAccumulate Aggregate<TSource, TAccumulate>(this IEnumerable<TSource> source, TAccumulate seed, Func<TAccumulate, TSource, TAccumulate> func)",
        r#"new[] { 1, 2 }.Aggregate("", (x, y) => x + y)"#,
        "12",
        fold,
    ),
    row(
        "static TResult Aggregate<TSource, TAccumulate, TResult>(this IEnumerable<TSource> source, TAccumulate seed, Func<TAccumulate, TSource, TAccumulate> func, Func<TAccumulate, TResult> resultSelector)",
        "new[] { 1, 2 }.Aggregate(0, (x, y) => x + y, x => x * 2)",
        "6",
        |call, a| {
            a.required(0)?;
            a.required(2)?;
            a.required(3)?;
            let total = fold(call, a)?;
            call.call(a.value(3), &[total])
        },
    ),
];

fn count(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<i64, Thrown> {
    if let Some(count) = known_count(a.required(0)?) {
        return Ok(count as i64);
    }
    let mut count = 0;
    each(call, a, |_, _, _| {
        count += 1;
        Ok(None::<()>)
    })?;
    Ok(count)
}

fn count_where(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<i64, Thrown> {
    a.required(0)?;
    let predicate = a.required(1)?;
    let mut count = 0;
    each(call, a, |frame, item, _| {
        count += i64::from(frame.test(predicate, item)?);
        Ok(None::<()>)
    })?;
    Ok(count)
}

fn fold(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    a.required(0)?;
    let step = a.required(2)?;
    let mut total = a.value(1).clone();
    each(call, a, |frame, item, _| {
        total = frame.call(step, &[std::mem::take(&mut total), std::mem::take(item)])?;
        Ok(None::<()>)
    })?;
    Ok(total)
}
