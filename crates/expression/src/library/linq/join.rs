//! `Join` and `GroupJoin`.

use super::group::{Group, Grouping, Groups};
use crate::collection::{Array, ELEMENT_BYTES, Enumerator, Sequence, enumerate};
use crate::frame::Frame;
use crate::library::collections::equality;
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;
use std::sync::Arc;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static IEnumerable<TResult> Join<TOuter, TInner, TKey, TResult>(this IEnumerable<TOuter> outer, IEnumerable<TInner> inner, Func<TOuter, TKey> outerKeySelector, Func<TInner, TKey> innerKeySelector, Func<TOuter, TInner, TResult> resultSelector)",
        "new[] { 1, 2 }.Join(new[] { 2, 3 }, x => x, y => y, (x, y) => x * y).Single()",
        "4",
        |call, a| joined(call, a, false),
    ),
    row(
        "static IEnumerable<TResult> Join<TOuter, TInner, TKey, TResult>(this IEnumerable<TOuter> outer, IEnumerable<TInner> inner, Func<TOuter, TKey> outerKeySelector, Func<TInner, TKey> innerKeySelector, Func<TOuter, TInner, TResult> resultSelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a" }.Join(new[] { "A" }, x => x, y => y, (x, y) => x + y, StringComparer.OrdinalIgnoreCase).Single()"#,
        "aA",
        |call, a| joined(call, a, false),
    ),
    row(
        "static IEnumerable<TResult> GroupJoin<TOuter, TInner, TKey, TResult>(this IEnumerable<TOuter> outer, IEnumerable<TInner> inner, Func<TOuter, TKey> outerKeySelector, Func<TInner, TKey> innerKeySelector, Func<TOuter, IEnumerable<TInner>, TResult> resultSelector)",
        r#"string.Join(",", new[] { 1, 2 }.GroupJoin(new[] { 2, 2 }, x => x, y => y, (x, y) => x + ":" + y.Count()))"#,
        "1:0,2:2",
        |call, a| joined(call, a, true),
    ),
    row(
        "static IEnumerable<TResult> GroupJoin<TOuter, TInner, TKey, TResult>(this IEnumerable<TOuter> outer, IEnumerable<TInner> inner, Func<TOuter, TKey> outerKeySelector, Func<TInner, TKey> innerKeySelector, Func<TOuter, IEnumerable<TInner>, TResult> resultSelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a" }.GroupJoin(new[] { "A" }, x => x, y => y, (x, y) => x + y.Count(), StringComparer.OrdinalIgnoreCase).Single()"#,
        "a1",
        |call, a| joined(call, a, true),
    ),
];

fn joined(call: &Call<'_, '_>, a: Arguments<'_>, groups: bool) -> Outcome {
    let (outer, inner) = (a.required(0)?.clone(), a.required(1)?.clone());
    let (outer_key, inner_key) = (a.required(2)?.clone(), a.required(3)?.clone());
    let result = a.required(4)?.clone();
    let element = call.type_argument(1);
    let types = (call.type_argument(2), element.clone());
    let grouping = Grouping::new(&inner, &inner_key, equality(a.value(5)), types).without_null();
    Ok(Sequence::new(call.type_argument(3), move |frame| {
        Ok(Join {
            outer: enumerate(&outer, frame)?,
            grouping: grouping.clone(),
            lookup: None,
            key: outer_key.clone(),
            result: result.clone(),
            groups: groups.then(|| element.clone()),
            current: None,
        })
    }))
}

/// Each element with all of another sequence that have its key, one by one or as a group.
struct Join {
    outer: Box<dyn Enumerator>,
    grouping: Grouping,
    /// The other sequence, gone through as soon as there is a first element.
    lookup: Option<Groups>,
    key: Value,
    result: Value,
    /// The type of the others' elements, when they are given as groups.
    groups: Option<Type>,
    /// An element, the group of its key, and how many of it have been given.
    current: Option<(Value, Arc<Group>, usize)>,
}

/// An element, and the group of its key if there is one.
type Match = (Value, Option<Arc<Group>>);

impl Join {
    /// The next element and its key's group.
    fn advance(&mut self, frame: &mut Frame<'_>) -> Result<Option<Match>, Thrown> {
        let Some(outer) = self.outer.next(frame)? else {
            return Ok(None);
        };
        let lookup = match self.lookup.take() {
            Some(lookup) => lookup,
            None => self.grouping.run(frame)?,
        };
        let lookup = self.lookup.insert(lookup);
        let key = frame.call(&self.key, std::slice::from_ref(&outer))?;
        let group = lookup.get(&key).cloned();
        Ok(Some((outer, group)))
    }
}

impl Enumerator for Join {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        loop {
            frame.step(1)?;
            if let Some((outer, group, given)) = &mut self.current
                && let Some(inner) = group.items().get(*given)
            {
                *given += 1;
                return frame.call(&self.result, &[outer.clone(), inner.clone()]).map(Some);
            }
            let Some((outer, group)) = self.advance(frame)? else {
                return Ok(None);
            };
            if let Some(element) = &self.groups {
                frame.allocate(ELEMENT_BYTES)?;
                let group = match group {
                    Some(group) => Value::Object(group),
                    None => Value::of(Array::new(element.clone(), Vec::new())),
                };
                return frame.call(&self.result, &[outer, group]).map(Some);
            }
            self.current = group.map(|group| (outer, group, 0));
        }
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        self.outer.dispose(frame)
    }
}
