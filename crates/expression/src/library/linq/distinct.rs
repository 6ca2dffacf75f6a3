//! Sequences as sets: `Distinct`, `Union`, `Intersect`, `Except`, by the elements or by keys of theirs.

use super::combine::chain;
use super::walk::{Step, lazily_after};
use crate::collection::{ELEMENT_BYTES, collect};
use crate::frame::Frame;
use crate::library::collections::{equality, key_of};
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::Outcome;
use crate::value::{Key, Value};
use std::collections::HashSet;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static IEnumerable<TSource> Distinct<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1, 2, 1 }.Distinct().Count()",
        "2",
        |call, a| distinct(call, a, None, 1),
    ),
    row(
        "static IEnumerable<TSource> Distinct<TSource>(this IEnumerable<TSource> source, IEqualityComparer<TSource> comparer)",
        r#"new[] { "a", "A" }.Distinct(StringComparer.OrdinalIgnoreCase).Count()"#,
        "1",
        |call, a| distinct(call, a, None, 1),
    ),
    row(
        "static IEnumerable<TSource> DistinctBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        "new[] { 1, 2, 3 }.DistinctBy(x => x % 2).Count()",
        "2",
        |call, a| distinct(call, a, Some(1), 2),
    ),
    row(
        "static IEnumerable<TSource> DistinctBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a", "A" }.DistinctBy(x => x, StringComparer.OrdinalIgnoreCase).Count()"#,
        "1",
        |call, a| distinct(call, a, Some(1), 2),
    ),
    row(
        "static IEnumerable<TSource> Union<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        "new[] { 1, 2 }.Union(new[] { 2, 3 }).Count()",
        "3",
        |call, a| union(call, a, None, 2),
    ),
    row(
        "static IEnumerable<TSource> Union<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second, IEqualityComparer<TSource> comparer)",
        r#"new[] { "a" }.Union(new[] { "A" }, StringComparer.OrdinalIgnoreCase).Count()"#,
        "1",
        |call, a| union(call, a, None, 2),
    ),
    row(
        "static IEnumerable<TSource> UnionBy<TSource, TKey>(this IEnumerable<TSource> first, IEnumerable<TSource> second, Func<TSource, TKey> keySelector)",
        r#"string.Join(",", new[] { 1, 2 }.UnionBy(new[] { 3, 4 }, x => x % 2))"#,
        "1,2",
        |call, a| union(call, a, Some(2), 3),
    ),
    row(
        "static IEnumerable<TSource> UnionBy<TSource, TKey>(this IEnumerable<TSource> first, IEnumerable<TSource> second, Func<TSource, TKey> keySelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a" }.UnionBy(new[] { "A" }, x => x, StringComparer.OrdinalIgnoreCase).Count()"#,
        "1",
        |call, a| union(call, a, Some(2), 3),
    ),
    row(
        "static IEnumerable<TSource> Intersect<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        "new[] { 1, 2 }.Intersect(new[] { 2, 3 }).First()",
        "2",
        |call, a| against(call, a, None, 2, HashSet::remove),
    ),
    row(
        "static IEnumerable<TSource> Intersect<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second, IEqualityComparer<TSource> comparer)",
        r#"new[] { "a", "b" }.Intersect(new[] { "A" }, StringComparer.OrdinalIgnoreCase).Single()"#,
        "a",
        |call, a| against(call, a, None, 2, HashSet::remove),
    ),
    row(
        "static IEnumerable<TSource> IntersectBy<TSource, TKey>(this IEnumerable<TSource> first, IEnumerable<TKey> second, Func<TSource, TKey> keySelector)",
        r#"new[] { "a", "bb" }.IntersectBy(new[] { 2 }, x => x.Length).Single()"#,
        "bb",
        |call, a| against(call, a, Some(2), 3, HashSet::remove),
    ),
    row(
        "static IEnumerable<TSource> IntersectBy<TSource, TKey>(this IEnumerable<TSource> first, IEnumerable<TKey> second, Func<TSource, TKey> keySelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a", "b" }.IntersectBy(new[] { "A" }, x => x, StringComparer.OrdinalIgnoreCase).Single()"#,
        "a",
        |call, a| against(call, a, Some(2), 3, HashSet::remove),
    ),
    row(
        "static IEnumerable<TSource> Except<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        "new[] { 1, 2 }.Except(new[] { 2, 3 }).First()",
        "1",
        |call, a| against(call, a, None, 2, insert),
    ),
    row(
        "static IEnumerable<TSource> Except<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second, IEqualityComparer<TSource> comparer)",
        r#"new[] { "a", "b" }.Except(new[] { "A" }, StringComparer.OrdinalIgnoreCase).Single()"#,
        "b",
        |call, a| against(call, a, None, 2, insert),
    ),
    row(
        "static IEnumerable<TSource> ExceptBy<TSource, TKey>(this IEnumerable<TSource> first, IEnumerable<TKey> second, Func<TSource, TKey> keySelector)",
        r#"new[] { "a", "bb" }.ExceptBy(new[] { 2 }, x => x.Length).Single()"#,
        "a",
        |call, a| against(call, a, Some(2), 3, insert),
    ),
    row(
        "static IEnumerable<TSource> ExceptBy<TSource, TKey>(this IEnumerable<TSource> first, IEnumerable<TKey> second, Func<TSource, TKey> keySelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a", "b" }.ExceptBy(new[] { "A" }, x => x, StringComparer.OrdinalIgnoreCase).Single()"#,
        "b",
        |call, a| against(call, a, Some(2), 3, insert),
    ),
];

/// Whether an element is given, by what its key finds or leaves in the set.
type Judge = fn(&mut HashSet<Key>, &Key) -> bool;

fn insert(seen: &mut HashSet<Key>, key: &Key) -> bool {
    seen.insert(key.clone())
}

/// The key of an element: itself, without a selector.
fn selected(frame: &mut Frame<'_>, selector: Option<&Value>, item: &Value) -> Outcome {
    match selector {
        Some(selector) => frame.call(selector, std::slice::from_ref(item)),
        None => Ok(item.clone()),
    }
}

fn distinct(call: &Call<'_, '_>, a: Arguments<'_>, selector: Option<usize>, comparer: usize) -> Outcome {
    a.required(0)?;
    let selector = selector.map(|at| a.required(at).cloned()).transpose()?;
    let equality = equality(a.value(comparer));
    lazily_after(a, call.type_argument(0), move |_| {
        let (selector, mut seen) = (selector.clone(), HashSet::new());
        Ok(move |frame: &mut Frame<'_>, item: &mut Value, _| {
            let key = selected(frame, selector.as_ref(), item)?;
            if !seen.insert(key_of(frame, key, equality)?) {
                return Ok(Step::Skip);
            }
            frame.allocate(ELEMENT_BYTES)?;
            Ok(Step::Give)
        })
    })
}

/// The elements of both sequences whose keys are distinct.
fn union(call: &Call<'_, '_>, a: Arguments<'_>, selector: Option<usize>, comparer: usize) -> Outcome {
    let element = call.type_argument(0);
    let both = chain(element, vec![a.required(0)?.clone(), a.required(1)?.clone()])?;
    let mut values = a.to_vec();
    if let Some(first) = values.first_mut() {
        *first = both;
    }
    distinct(call, Arguments::new(&values, a.member), selector, comparer)
}

/// The elements of the first sequence, judged by the keys in the second.
fn against(call: &Call<'_, '_>, a: Arguments<'_>, selector: Option<usize>, comparer: usize, judge: Judge) -> Outcome {
    a.required(0)?;
    let second = a.required(1)?.clone();
    let selector = selector.map(|at| a.required(at).cloned()).transpose()?;
    let equality = equality(a.value(comparer));
    lazily_after(a, call.type_argument(0), move |frame| {
        let mut keys = HashSet::new();
        for item in collect(&second, frame)? {
            keys.insert(key_of(frame, item, equality)?);
        }
        let selector = selector.clone();
        Ok(move |frame: &mut Frame<'_>, item: &mut Value, _| {
            let key = selected(frame, selector.as_ref(), item)?;
            let key = key_of(frame, key, equality)?;
            frame.allocate(ELEMENT_BYTES)?;
            Ok(if judge(&mut keys, &key) { Step::Give } else { Step::Skip })
        })
    })
}
