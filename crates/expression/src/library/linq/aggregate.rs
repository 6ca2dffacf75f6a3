//! Numbers about a sequence: `Count`, `Sum`, `Max`, `Aggregate` …

use super::walk::{each, no_elements};
use crate::arithmetic;
use crate::library::{Arguments, Call, Row, row};
use crate::syntax::ast::BinaryOperator;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Value, compare};
use std::cmp::Ordering;

macro_rules! numbers {
    ($($ty:literal $zero:expr),*) => {
        &[$(
            row(concat!("static ", $ty, " Sum(this IEnumerable<", $ty, "> source)"), concat!("new ", $ty, "[] { 1, 2 }.Sum()"), "3", |call, a| sum(call, a, false, $zero)),
            row(concat!("static ", $ty, " Sum<TSource>(this IEnumerable<TSource> source, Func<TSource, ", $ty, "> selector)"), concat!("new ", $ty, "[] { 1, 2 }.Sum(x => x)"), "3", |call, a| sum(call, a, true, $zero)),
        )*
        row("static double Average(this IEnumerable<int> source)", "new[] { 1, 2 }.Average()", "1.5", |call, a| average(call, a, false)),
        row("static double Average(this IEnumerable<long> source)", "new[] { 1L, 2L }.Average()", "1.5", |call, a| average(call, a, false)),
        row("static double Average(this IEnumerable<double> source)", "new[] { 1.0, 2.0 }.Average()", "1.5", |call, a| average(call, a, false)),
        row("static double Average<TSource>(this IEnumerable<TSource> source, Func<TSource, double> selector)", "new[] { 1, 2 }.Average(x => x)", "1.5", |call, a| average(call, a, true)),
        row("static int Count<TSource>(this IEnumerable<TSource> source)", "new[] { 1, 2 }.Count()", "2", |call, a| {
            Ok((count(call, a, false)? as i32).into())
        }),
        row("static int Count<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)", "new[] { 1, 2 }.Count(x => x > 1)", "1", |call, a| {
            Ok((count(call, a, true)? as i32).into())
        }),
        row("static long LongCount<TSource>(this IEnumerable<TSource> source)", "new[] { 1, 2 }.LongCount()", "2", |call, a| Ok(count(call, a, false)?.into())),
        row("static TSource Max<TSource>(this IEnumerable<TSource> source)", "new[] { 1, 3, 2 }.Max()", "3", |call, a| extreme(call, a, false, Ordering::Greater)),
        row("static TSource Min<TSource>(this IEnumerable<TSource> source)", "new[] { 2, 1 }.Min()", "1", |call, a| extreme(call, a, false, Ordering::Less)),
        row("static TResult Max<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)", "new[] { 1, 3 }.Max(x => -x)", "-1", |call, a| extreme(call, a, true, Ordering::Greater)),
        row("static TResult Min<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)", "new[] { 1, 3 }.Min(x => -x)", "-3", |call, a| extreme(call, a, true, Ordering::Less)),
        row("static TSource Aggregate<TSource>(this IEnumerable<TSource> source, Func<TSource, TSource, TSource> func)", "new[] { 1, 2, 3 }.Aggregate((x, y) => x * 10 + y)", "123", |call, a| {
            let mut total = None;
            each(call, a, |frame, item, _| {
                total = Some(match total.take() {
                    Some(total) => frame.call(a.value(1), &[total, item])?,
                    None => item,
                });
                Ok(None::<()>)
            })?;
            total.ok_or_else(no_elements)
        }),
        row("static TAccumulate Aggregate<TSource, TAccumulate>(this IEnumerable<TSource> source, TAccumulate seed, Func<TAccumulate, TSource, TAccumulate> func)", r#"new[] { 1, 2 }.Aggregate("", (x, y) => x + y)"#, "12", |call, a| fold(call, a)),
        row("static TResult Aggregate<TSource, TAccumulate, TResult>(this IEnumerable<TSource> source, TAccumulate seed, Func<TAccumulate, TSource, TAccumulate> func, Func<TAccumulate, TResult> resultSelector)", "new[] { 1, 2 }.Aggregate(0, (x, y) => x + y, x => x * 2)", "6", |call, a| {
            let total = fold(call, a)?;
            call.call(a.value(3), &[total])
        }),
        ]
    };
}

/// The operators.
pub const ROWS: &[Row] = numbers!("int" Value::Int32(0), "long" Value::Int64(0), "double" Value::Double(0.0), "float" Value::Single(0.0), "decimal" Value::Decimal(rust_decimal::Decimal::ZERO));

fn sum(call: &mut Call<'_, '_>, a: Arguments<'_>, selects: bool, zero: Value) -> Outcome {
    let mut total = zero;
    each(call, a, |frame, item, _| {
        let item = if selects {
            frame.call(a.value(1), &[item])?
        } else {
            item
        };
        total = arithmetic::binary(BinaryOperator::Add, &total, &item, true)?;
        Ok(None::<()>)
    })?;
    Ok(total)
}

fn average(call: &mut Call<'_, '_>, a: Arguments<'_>, selects: bool) -> Outcome {
    let (mut total, mut count) = (0.0, 0.0);
    each(call, a, |frame, item, _| {
        let item = if selects {
            frame.call(a.value(1), &[item])?
        } else {
            item
        };
        if let Value::Double(number) = arithmetic::convert(&item, crate::types::Simple::Double, false)? {
            total += number;
        }
        count += 1.0;
        Ok(None::<()>)
    })?;
    if count == 0.0 {
        Err(no_elements())
    } else {
        Ok((total / count).into())
    }
}

fn count(call: &mut Call<'_, '_>, a: Arguments<'_>, conditional: bool) -> Result<i64, Thrown> {
    let mut count = 0i64;
    each(call, a, |frame, item, _| {
        if !conditional || frame.test(a.value(1), &item)? {
            count += 1;
        }
        Ok(None::<()>)
    })?;
    Ok(count)
}

fn extreme(call: &mut Call<'_, '_>, a: Arguments<'_>, selects: bool, wanted: Ordering) -> Outcome {
    let mut best: Option<Value> = None;
    each(call, a, |frame, item, _| {
        let item = if selects {
            frame.call(a.value(1), &[item])?
        } else {
            item
        };
        let better = match &best {
            Some(best) => !item.is_null() && (best.is_null() || compare(&item, best)? == wanted),
            None => true,
        };
        if better {
            best = Some(item);
        }
        Ok(None::<()>)
    })?;
    let result = call.type_argument(usize::from(selects));
    match best {
        Some(best) => Ok(best),
        None if result.accepts_null() => Ok(Value::Null),
        None => Err(no_elements()),
    }
}

fn fold(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let mut total = a.value(1).clone();
    each(call, a, |frame, item, _| {
        total = frame.call(a.value(2), &[std::mem::take(&mut total), item])?;
        Ok(None::<()>)
    })?;
    Ok(total)
}
