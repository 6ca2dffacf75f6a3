//! What `ISet<T>` does with another sequence, by the set's own comparer.

use super::hash_set::of;
use crate::collection::{HashSet, collect};
use crate::frame::Frame;
use crate::library::{Arguments, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// Questions and changes.
pub const ROWS: &[Row] = &[
    row(
        "bool Overlaps(IEnumerable<T> other)",
        "new HashSet<int> { 1 }.Overlaps(new[] { 1, 2 })",
        "True",
        |call, a| compared(call.frame, a, |counts| counts.common > 0),
    ),
    row(
        "bool SetEquals(IEnumerable<T> other)",
        "new HashSet<int> { 1, 2 }.SetEquals(new[] { 2, 1, 1 })",
        "True",
        |call, a| {
            compared(call.frame, a, |counts| {
                counts.own == counts.common && counts.other == counts.common
            })
        },
    ),
    row(
        "bool IsSupersetOf(IEnumerable<T> other)",
        "new HashSet<int> { 1 }.IsSupersetOf(new[] { 1 })",
        "True",
        |call, a| compared(call.frame, a, |counts| counts.other == counts.common),
    ),
    row(
        "bool IsProperSupersetOf(IEnumerable<T> other)",
        "new HashSet<int> { 1 }.IsProperSupersetOf(new[] { 1 })",
        "False",
        |call, a| {
            compared(call.frame, a, |counts| {
                counts.other == counts.common && counts.own > counts.common
            })
        },
    ),
    row(
        "bool IsSubsetOf(IEnumerable<T> other)",
        "new HashSet<int> { 1 }.IsSubsetOf(new[] { 1, 2 })",
        "True",
        |call, a| compared(call.frame, a, |counts| counts.own == counts.common),
    ),
    row(
        "bool IsProperSubsetOf(IEnumerable<T> other)",
        "new HashSet<int> { 1 }.IsProperSubsetOf(new[] { 1, 2 })",
        "True",
        |call, a| {
            compared(call.frame, a, |counts| {
                counts.own == counts.common && counts.other > counts.common
            })
        },
    ),
    row("void UnionWith(IEnumerable<T> other)", "", "", |call, a| {
        for item in collect(a.required(1)?, call.frame)? {
            of(a)?.add(call.frame, item)?;
        }
        Ok(Value::Null)
    }),
    row("void ExceptWith(IEnumerable<T> other)", "", "", |call, a| {
        for item in collect(a.required(1)?, call.frame)? {
            of(a)?.remove(&item);
        }
        Ok(Value::Null)
    }),
    row("void IntersectWith(IEnumerable<T> other)", "", "", |call, a| {
        let (set, others) = (of(a)?, others(call.frame, a)?);
        for item in set.to_vec() {
            if !others.contains(&item) {
                set.remove(&item);
            }
        }
        Ok(Value::Null)
    }),
    row("void SymmetricExceptWith(IEnumerable<T> other)", "", "", |call, a| {
        let (set, others) = (of(a)?, others(call.frame, a)?);
        for item in others.to_vec() {
            if !set.remove(&item) {
                set.add(call.frame, item)?;
            }
        }
        Ok(Value::Null)
    }),
];

/// How many different elements both have, and each.
struct Counts {
    own: usize,
    other: usize,
    common: usize,
}

/// The other sequence as a set with the same comparer.
fn others(frame: &mut Frame<'_>, a: Arguments<'_>) -> Result<HashSet, Thrown> {
    let set = of(a)?;
    let others = HashSet::new(set.element().clone(), set.equality());
    for item in collect(a.required(1)?, frame)? {
        others.add(frame, item)?;
    }
    Ok(others)
}

fn compared(frame: &mut Frame<'_>, a: Arguments<'_>, judge: fn(&Counts) -> bool) -> Outcome {
    let (set, others) = (of(a)?, others(frame, a)?);
    let common = others.to_vec().iter().filter(|item| set.contains(item)).count();
    Ok(judge(&Counts {
        own: set.len(),
        other: others.len(),
        common,
    })
    .into())
}
