//! `System.Collections.Generic.HashSet<T>`

use crate::collection::{HashSet, collect};
use crate::library::system::ignores_case;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// A set.
pub static HASH_SET: Class = Class::new("System.Collections.Generic.HashSet", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["ISet<T>", "IReadOnlyCollection<T>"])
    .rows(ROWS);
/// A set.
pub static ISET: Class = Class::new("System.Collections.Generic.ISet", ClassKind::Interface)
    .generic(&["T"])
    .inherits(&["ICollection<T>"]);

const ROWS: &[Row] = &[
    row("new()", "new HashSet<int>().Count", "0", |call, _| {
        Ok(Value::of(HashSet::new(call.type_argument(0), false)))
    }),
    row(
        "new(IEnumerable<T> collection)",
        "new HashSet<int>(new[] { 1, 1 }).Count",
        "1",
        |call, a| create(call, a, false),
    ),
    row(
        "new(IEqualityComparer<T> comparer)",
        r#"new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a", "A" }.Count"#,
        "1",
        |call, a| Ok(Value::of(HashSet::new(call.type_argument(0), ignores_case(a.value(0))))),
    ),
    row(
        "new(IEnumerable<T> collection, IEqualityComparer<T> comparer)",
        r#"new HashSet<string>(new[] { "a" }, StringComparer.OrdinalIgnoreCase).Contains("A")"#,
        "True",
        |call, a| create(call, a, ignores_case(a.value(1))),
    ),
    row("int Count { get; }", "new HashSet<int> { 1 }.Count", "1", |_, a| {
        Ok((of(a)?.len() as i32).into())
    }),
    row(
        "bool Add(T item)",
        "new HashSet<int> { 1 }.Add(1)",
        "False",
        |call, a| Ok(of(a)?.add(call.frame, a.value(1).clone())?.into()),
    ),
    row(
        "bool Contains(T item)",
        "new HashSet<int> { 1 }.Contains(1)",
        "True",
        |_, a| Ok(of(a)?.contains(a.value(1)).into()),
    ),
    row(
        "bool Remove(T item)",
        "new HashSet<int> { 1 }.Remove(1)",
        "True",
        |_, a| Ok(of(a)?.remove(a.value(1)).into()),
    ),
    row("void Clear()", "", "", |_, a| {
        of(a)?.clear();
        Ok(Value::Null)
    }),
    row(
        "bool Overlaps(IEnumerable<T> other)",
        "new HashSet<int> { 1 }.Overlaps(new[] { 1, 2 })",
        "True",
        |call, a| {
            Ok(collect(a.required(1)?, call.frame)?
                .iter()
                .any(|item| of(a).is_ok_and(|set| set.contains(item)))
                .into())
        },
    ),
    row(
        "bool IsSupersetOf(IEnumerable<T> other)",
        "new HashSet<int> { 1 }.IsSupersetOf(new[] { 1 })",
        "True",
        |call, a| {
            Ok(collect(a.required(1)?, call.frame)?
                .iter()
                .all(|item| of(a).is_ok_and(|set| set.contains(item)))
                .into())
        },
    ),
    row(
        "bool IsSubsetOf(IEnumerable<T> other)",
        "new HashSet<int> { 1 }.IsSubsetOf(new[] { 1, 2 })",
        "True",
        |call, a| {
            let others = collect(a.required(1)?, call.frame)?;
            Ok(of(a)?
                .to_vec()
                .iter()
                .all(|item| others.iter().any(|other| other.equals(item)))
                .into())
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
        let others = collect(a.required(1)?, call.frame)?;
        for item in of(a)?.to_vec() {
            if !others.iter().any(|other| other.equals(&item)) {
                of(a)?.remove(&item);
            }
        }
        Ok(Value::Null)
    }),
];

fn of(a: Arguments<'_>) -> Result<&HashSet, Thrown> {
    a.value(0).object::<HashSet>().ok_or_else(Thrown::null_reference)
}

fn create(call: &mut Call<'_, '_>, a: Arguments<'_>, ignores_case: bool) -> Outcome {
    let set = HashSet::new(call.type_argument(0), ignores_case);
    for item in collect(a.required(0)?, call.frame)? {
        set.add(call.frame, item)?;
    }
    Ok(Value::of(set))
}
