//! `Sum` and `Average`, of numbers and of nullable ones.

use super::walk::{each, no_elements};
use crate::arithmetic;
use crate::library::{Arguments, Call, Row, row};
use crate::syntax::ast::BinaryOperator;
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;

macro_rules! sums {
    ($($ty:literal),*) => {
        &[$(
            row(concat!("static ", $ty, " Sum(this IEnumerable<", $ty, "> source)"), concat!("new ", $ty, "[] { 1, 2 }.Sum()"), "3", sum),
            row(concat!("static ", $ty, "? Sum(this IEnumerable<", $ty, "?> source)"), concat!("new ", $ty, "?[] { 1, null }.Sum()"), "1", sum),
            row(concat!("static ", $ty, " Sum<TSource>(this IEnumerable<TSource> source, Func<TSource, ", $ty, "> selector)"), concat!("new ", $ty, "[] { 1, 2 }.Sum(x => x)"), "3", sum),
            row(concat!("static ", $ty, "? Sum<TSource>(this IEnumerable<TSource> source, Func<TSource, ", $ty, "?> selector)"), concat!("new ", $ty, "?[] { 1, null }.Sum(x => x)"), "1", sum),
        )*]
    };
}

macro_rules! averages {
    ($($ty:literal $result:literal),*) => {
        &[$(
            row(concat!("static ", $result, " Average(this IEnumerable<", $ty, "> source)"), concat!("new ", $ty, "[] { 1, 2 }.Average()"), "1.5", average),
            row(concat!("static ", $result, "? Average(this IEnumerable<", $ty, "?> source)"), concat!("new ", $ty, "?[] { 1, null }.Average()"), "1", average),
            row(concat!("static ", $result, " Average<TSource>(this IEnumerable<TSource> source, Func<TSource, ", $ty, "> selector)"), concat!("new ", $ty, "[] { 1, 2 }.Average(x => x)"), "1.5", average),
            row(concat!("static ", $result, "? Average<TSource>(this IEnumerable<TSource> source, Func<TSource, ", $ty, "?> selector)"), concat!("new ", $ty, "?[] { 1, null }.Average(x => x)"), "1", average),
        )*]
    };
}

/// `Sum`
pub const SUMS: &[Row] = sums!("int", "long", "double", "float", "decimal");
/// `Average`
pub const AVERAGES: &[Row] =
    averages!("int" "double", "long" "double", "double" "double", "float" "float", "decimal" "decimal");

fn sum(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let result = number_type(&a.member.result);
    let (total, _) = total(
        call,
        a,
        if result == Simple::Single {
            Simple::Double
        } else {
            result
        },
    )?;
    arithmetic::convert(&total, result, false)
}

fn average(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let item = match a.member.parameters.last().map(|parameter| &parameter.ty) {
        Some(Type::Delegate(selector)) => number_type(&selector.result),
        Some(source) => source.element().as_ref().map_or(Simple::Double, number_type),
        None => Simple::Double,
    };
    let result = number_type(&a.member.result);
    // Whole numbers are added up as such; then the sum is divided, in the precision of the result or better.
    let (adds, divides) = match item {
        Simple::Int32 | Simple::Int64 => (Simple::Int64, Simple::Double),
        Simple::Decimal => (Simple::Decimal, Simple::Decimal),
        _ => (Simple::Double, Simple::Double),
    };
    let (total, count) = total(call, a, adds)?;
    if count == 0 {
        return if a.member.result.accepts_null() {
            Ok(Value::Null)
        } else {
            Err(no_elements())
        };
    }
    let total = arithmetic::convert(&total, divides, false)?;
    let count = arithmetic::convert(&Value::Int64(count), divides, false)?;
    let quotient = arithmetic::binary(BinaryOperator::Divide, &total, &count, true)?;
    arithmetic::convert(&quotient, result, false)
}

fn number_type(ty: &Type) -> Simple {
    ty.without_nullable().simple().unwrap_or(Simple::Double)
}

/// The sum of the elements (or of what the selector makes of them) that are not null, and how many they are.
fn total(call: &mut Call<'_, '_>, a: Arguments<'_>, adds: Simple) -> Result<(Value, i64), Thrown> {
    a.required(0)?;
    let selector = if a.count() > 1 { Some(a.required(1)?) } else { None };
    let mut total = arithmetic::convert(&Value::Int32(0), adds, false)?;
    let mut count = 0;
    each(call, a, |frame, item, _| {
        if let Some(selector) = selector {
            *item = frame.call(selector, std::slice::from_ref(item))?;
        }
        if item.is_null() {
            return Ok(None::<()>);
        }
        if item.simple() != Some(adds) {
            *item = arithmetic::convert(item, adds, false)?;
        }
        total = arithmetic::binary(BinaryOperator::Add, &total, item, true)?;
        count += 1;
        Ok(None::<()>)
    })?;
    Ok((total, count))
}
