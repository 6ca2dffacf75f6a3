//! One element: `First`, `Last`, `Single`, `ElementAt`, and what stands in for a missing one.

use super::walk::{each, list_element, list_length, no_elements, no_match};
use crate::collection::{Passed, enumerate};
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// Finds an element.
type Find = fn(&mut Call<'_, '_>, Arguments<'_>) -> Result<Option<Value>, Thrown>;

/// The forms of an operator: with or without a condition, throwing or giving a default when there is no element.
macro_rules! forms {
    ($($name:literal $plain:ident $conditional:ident $example:literal $expected:literal $condition:literal $found:literal),*) => {
        &[$(
            row(concat!("static TSource ", $name, "<TSource>(this IEnumerable<TSource> source)"), concat!($example, ".", $name, "()"), $expected,
                |call, a| $plain(call, a)?.ok_or_else(no_elements)),
            row(concat!("static TSource ", $name, "<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)"), concat!("new[] { 1, 2 }.", $name, "(", $condition, ")"), $found,
                |call, a| $conditional(call, a)?.ok_or_else(no_match)),
            row(concat!("static TSource ", $name, "OrDefault<TSource>(this IEnumerable<TSource> source)"), concat!("new int[0].", $name, "OrDefault()"), "0",
                |call, a| or_default(call, a, $plain)),
            row(concat!("static TSource ", $name, "OrDefault<TSource>(this IEnumerable<TSource> source, TSource defaultValue)"), concat!("new int[0].", $name, "OrDefault(7)"), "7",
                |call, a| Ok($plain(call, a)?.unwrap_or_else(|| a.value(1).clone()))),
            row(concat!("static TSource ", $name, "OrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)"), concat!("new[] { 1, 2 }.", $name, "OrDefault(x => x > 2)"), "0",
                |call, a| or_default(call, a, $conditional)),
            row(concat!("static TSource ", $name, "OrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate, TSource defaultValue)"), concat!("new[] { 1, 2 }.", $name, "OrDefault(x => x > 2, 7)"), "7",
                |call, a| Ok($conditional(call, a)?.unwrap_or_else(|| a.value(2).clone()))),
        )*]
    };
}

/// `First`, `Last`, `Single`
pub const ROWS: &[Row] = forms!(
    "First" first first_where "new[] { 1, 2 }" "1" "x => x > 1" "2",
    "Last" last last_where "new[] { 1, 2 }" "2" "x => x < 2" "1",
    "Single" single single_where "new[] { 1 }" "1" "x => x > 1" "2"
);

/// `ElementAt`
pub const AT_ROWS: &[Row] = &[
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
        |call, a| or_default(call, a, at),
    ),
];

fn or_default(call: &mut Call<'_, '_>, a: Arguments<'_>, find: Find) -> Outcome {
    let default = Value::default_of(&call.type_argument(0));
    Ok(find(call, a)?.unwrap_or(default))
}

/// The first element.
///
/// # Errors
/// `ArgumentNullException`; what going through the sequence throws.
pub fn first(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    each(call, a, |_, item, _| Ok(Some(std::mem::take(item))))
}

/// The first element that a predicate is true of.
///
/// # Errors
/// `ArgumentNullException`; what going through the sequence or the predicate throws.
pub fn first_where(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    a.required(0)?;
    let predicate = a.required(1)?;
    each(call, a, |frame, item, _| {
        Ok(if frame.test(predicate, item)? {
            Some(std::mem::take(item))
        } else {
            None
        })
    })
}

fn last(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    let source = a.required(0)?;
    if let Some(length) = list_length(source) {
        return Ok(length.checked_sub(1).and_then(|at| list_element(source, at)));
    }
    let mut walk = enumerate(source, call.frame)?;
    let mut found = None;
    let outcome = match walk.pass(0) {
        Some(Passed { left, .. }) => {
            walk.pass(left.saturating_sub(1));
            walk.next(call.frame).map(|item| found = item)
        }
        None => walk.each(call.frame, &mut |frame, item| {
            frame.step(1)?;
            found = Some(std::mem::take(item));
            Ok(true)
        }),
    };
    walk.dispose(call.frame)?;
    outcome.map(|()| found)
}

/// The last element that a predicate is true of; a list is asked from its end.
fn last_where(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    let source = a.required(0)?;
    let predicate = a.required(1)?;
    if let Some(length) = list_length(source) {
        for at in (0..length).rev() {
            call.frame.step(1)?;
            let Some(item) = list_element(source, at) else {
                continue;
            };
            if call.frame.test(predicate, &item)? {
                return Ok(Some(item));
            }
        }
        return Ok(None);
    }
    let mut found = None;
    each(call, a, |frame, item, _| {
        if frame.test(predicate, item)? {
            found = Some(std::mem::take(item));
        }
        Ok(None::<()>)
    })?;
    Ok(found)
}

fn single(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    let mut found = None;
    each(call, a, |_, item, _| match found.replace(std::mem::take(item)) {
        Some(_) => Err(Thrown::invalid_operation("Sequence contains more than one element")),
        None => Ok(None::<()>),
    })?;
    Ok(found)
}

fn single_where(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    a.required(0)?;
    let predicate = a.required(1)?;
    let mut found = None;
    each(call, a, |frame, item, _| {
        if frame.test(predicate, item)? && found.replace(std::mem::take(item)).is_some() {
            return Err(Thrown::invalid_operation(
                "Sequence contains more than one matching element",
            ));
        }
        Ok(None::<()>)
    })?;
    Ok(found)
}

fn at(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Value>, Thrown> {
    let source = a.required(0)?;
    let Ok(wanted) = usize::try_from(a.long(1)) else {
        return Ok(None);
    };
    if list_length(source).is_some() {
        return Ok(list_element(source, wanted));
    }
    let mut walk = enumerate(source, call.frame)?;
    let mut found = None;
    let outcome = if walk.pass(wanted).is_some() {
        walk.next(call.frame).map(|item| found = item)
    } else {
        let mut ahead = wanted;
        walk.each(call.frame, &mut |frame, item| {
            frame.step(1)?;
            if ahead == 0 {
                found = Some(std::mem::take(item));
                return Ok(false);
            }
            ahead -= 1;
            Ok(true)
        })
    };
    walk.dispose(call.frame)?;
    outcome.map(|()| found)
}
