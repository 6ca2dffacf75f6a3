//! `System.Collections.Generic.HashSet<T>`

use super::bounds::{capacity, copy_to};
use super::comparer::{comparer_of, equality};
use super::enumerator;
use super::set_algebra;
use crate::collection::{HashSet, collect};
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Equality, Value};

/// A set.
pub static HASH_SET: Class = Class::new("System.Collections.Generic.HashSet", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["ISet<T>", "IReadOnlyCollection<T>"])
    .rows(ROWS)
    .more(&[enumerator::GENERIC_ENUMERABLE_ROWS, ELEMENT_ROWS, set_algebra::ROWS]);
/// A set.
pub static ISET: Class = Class::new("System.Collections.Generic.ISet", ClassKind::Interface)
    .generic(&["T"])
    .inherits(&["ICollection<T>"])
    .rows(ADD_ROWS)
    .more(&[set_algebra::ROWS]);

const ROWS: &[Row] = &[
    row("new()", "new HashSet<int>().Count", "0", |call, _| {
        Ok(Value::of(HashSet::new(call.type_argument(0), Equality::Default)))
    }),
    row("new(int capacity)", "new HashSet<int>(8).Count", "0", |call, a| {
        capacity(a, 0)?;
        Ok(Value::of(HashSet::new(call.type_argument(0), Equality::Default)))
    }),
    row(
        "new(IEnumerable<T> collection)",
        "new HashSet<int>(new[] { 1, 1 }).Count",
        "1",
        |call, a| create(call, a, Equality::Default),
    ),
    row(
        "new(IEqualityComparer<T> comparer)",
        r#"new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a", "A" }.Count"#,
        "1",
        |call, a| Ok(Value::of(HashSet::new(call.type_argument(0), equality(a.value(0))))),
    ),
    row(
        "new(IEnumerable<T> collection, IEqualityComparer<T> comparer)",
        r#"new HashSet<string>(new[] { "a" }, StringComparer.OrdinalIgnoreCase).Contains("A")"#,
        "True",
        |call, a| create(call, a, equality(a.value(1))),
    ),
    row(
        "new(int capacity, IEqualityComparer<T> comparer)",
        r#"new HashSet<string>(8, StringComparer.OrdinalIgnoreCase) { "a", "A" }.Count"#,
        "1",
        |call, a| {
            capacity(a, 0)?;
            Ok(Value::of(HashSet::new(call.type_argument(0), equality(a.value(1)))))
        },
    ),
    row("int Count { get; }", "new HashSet<int> { 1 }.Count", "1", |_, a| {
        Ok((of(a)?.len() as i32).into())
    }),
    row(
        "IEqualityComparer<T> Comparer { get; }",
        "new HashSet<int>().Comparer.Equals(1, 1)",
        "True",
        |_, a| Ok(comparer_of(of(a)?.element(), of(a)?.equality())),
    ),
    row(
        "int EnsureCapacity(int capacity)",
        "new HashSet<int>().EnsureCapacity(0)",
        "0",
        |_, a| Ok((capacity(a, 1)?.max(of(a)?.len()) as i32).into()),
    ),
    row("void TrimExcess()", "", "", |_, _| Ok(Value::Null)),
];

const ADD_ROWS: &[Row] = &[row(
    "bool Add(T item)",
    "((ISet<int>)new HashSet<int> { 1 }).Add(1)",
    "False",
    |call, a| Ok(of(a)?.add(call.frame, a.value(1).clone())?.into()),
)];

const ELEMENT_ROWS: &[Row] = &[
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
        "bool TryGetValue(T equalValue, out T actualValue)",
        r#"new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a" }.TryGetValue("A", out var known) ? known : null"#,
        "a",
        |call, a| {
            let found = of(a)?.find(a.value(1));
            let known = found.is_some();
            let default = Value::default_of(&call.type_argument(0));
            call.give_out(found.unwrap_or(default));
            Ok(known.into())
        },
    ),
    row(
        "bool Remove(T item)",
        "new HashSet<int> { 1 }.Remove(1)",
        "True",
        |_, a| Ok(of(a)?.remove(a.value(1)).into()),
    ),
    row(
        "int RemoveWhere(Predicate<T> match)",
        "new HashSet<int> { 1, 2, 3 }.RemoveWhere(x => x > 1)",
        "2",
        |call, a| {
            let (set, predicate) = (of(a)?, a.required(1)?);
            let mut removed = 0;
            for item in set.to_vec() {
                if call.test(predicate, &item)? && set.remove(&item) {
                    removed += 1;
                }
            }
            Ok(removed.into())
        },
    ),
    row("void Clear()", "", "", |_, a| {
        of(a)?.clear();
        Ok(Value::Null)
    }),
    row("void CopyTo(T[] array)", "", "", |_, a| {
        copy_to(a, of(a)?.to_vec(), 1, None)
    }),
    row("void CopyTo(T[] array, int arrayIndex)", "", "", |_, a| {
        copy_to(a, of(a)?.to_vec(), 1, Some(2))
    }),
    row("void CopyTo(T[] array, int arrayIndex, int count)", "", "", |_, a| {
        let count = capacity(a, 3)?;
        let items = of(a)?.to_vec().into_iter().take(count).collect();
        copy_to(a, items, 1, Some(2))
    }),
];

pub(super) fn of(a: Arguments<'_>) -> Result<&HashSet, Thrown> {
    a.value(0).object::<HashSet>().ok_or_else(Thrown::null_reference)
}

fn create(call: &mut Call<'_, '_>, a: Arguments<'_>, equality: Equality) -> Outcome {
    let set = HashSet::new(call.type_argument(0), equality);
    for item in collect(a.required(0)?, call.frame)? {
        set.add(call.frame, item)?;
    }
    Ok(Value::of(set))
}
