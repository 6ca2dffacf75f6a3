//! `ToLookup` and `ILookup`: groups that are found by key.

use super::group::{Group, Grouping, Groups, Results};
use crate::collection::{Array, Sequence};
use crate::library::class::ClassKind;
use crate::library::collections::equality;
use crate::library::{Arguments, Call, Class, Row, named_type, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;
use std::sync::Arc;

/// Groups by key.
pub static ILOOKUP: Class = Class::new("System.Linq.ILookup", ClassKind::Interface)
    .generic(&["TKey", "TElement"])
    .inherits(&["IEnumerable<IGrouping<TKey, TElement>>"])
    .rows(LOOKUP_ROWS);
/// The one implementation of it.
pub static LOOKUP: Class = Class::new("System.Linq.Lookup", ClassKind::Class)
    .generic(&["TKey", "TElement"])
    .inherits(&["ILookup<TKey, TElement>"])
    .rows(LOOKUP_ROWS)
    .more(&[CLASS_ROWS]);

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static ILookup<TKey, TSource> ToLookup<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        "new[] { 1, 2, 3 }.ToLookup(x => x % 2)[1].Sum()",
        "4",
        |call, a| lookup(call, a, None, 2),
    ),
    row(
        "static ILookup<TKey, TSource> ToLookup<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a", "A" }.ToLookup(x => x, StringComparer.OrdinalIgnoreCase)["A"].Count()"#,
        "2",
        |call, a| lookup(call, a, None, 2),
    ),
    row(
        "static ILookup<TKey, TElement> ToLookup<TSource, TKey, TElement>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector)",
        "new[] { 1, 2, 3 }.ToLookup(x => x % 2, x => x * 10)[1].Sum()",
        "40",
        |call, a| lookup(call, a, Some(2), 3),
    ),
    row(
        "static ILookup<TKey, TElement> ToLookup<TSource, TKey, TElement>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a", "A" }.ToLookup(x => x, x => 1, StringComparer.OrdinalIgnoreCase)["A"].Sum()"#,
        "2",
        |call, a| lookup(call, a, Some(2), 3),
    ),
];

const LOOKUP_ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        "new[] { 1, 2, 3 }.ToLookup(x => x % 2).Count",
        "2",
        |_, a| Ok((of(a)?.groups.found.len() as i32).into()),
    ),
    row(
        "IEnumerable<TElement> this[TKey key] { get; }",
        "new[] { 1, 2, 3 }.ToLookup(x => x % 2)[5].Count()",
        "0",
        |call, a| {
            let group = of(a)?.groups.get(a.value(1)).cloned();
            Ok(match group {
                Some(group) => Value::Object(group),
                None => Value::of(Array::new(call.type_argument(1), Vec::new())),
            })
        },
    ),
    row(
        "bool Contains(TKey key)",
        "new[] { 1, 2, 3 }.ToLookup(x => x % 2).Contains(1)",
        "True",
        |_, a| Ok(of(a)?.groups.get(a.value(1)).is_some().into()),
    ),
];

const CLASS_ROWS: &[Row] = &[row(
    "IEnumerable<TResult> ApplyResultSelector<TResult>(Func<TKey, IEnumerable<TElement>, TResult> resultSelector)",
    r#"string.Join(",", ((Lookup<int, int>)new[] { 1, 2, 3 }.ToLookup(x => x % 2)).ApplyResultSelector((key, items) => key + ":" + items.Sum()))"#,
    "1:4,0:2",
    |call, a| {
        let (groups, result) = (of(a)?.groups.found.clone(), a.required(1)?.clone());
        Ok(Sequence::new(call.type_argument(2), move |_| {
            Ok(Results {
                groups: groups.clone().into_iter(),
                result: Some(result.clone()),
            })
        }))
    },
)];

/// Groups by key.
#[derive(Debug)]
pub struct Lookup {
    key: Type,
    element: Type,
    groups: Groups,
}

impl Lookup {
    /// The groups as values.
    pub fn items(&self) -> Vec<Value> {
        let groups = self.groups.found.iter();
        groups.map(|group| Value::Object(Arc::<Group>::clone(group))).collect()
    }
}

impl Object for Lookup {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        named_type("Lookup", vec![self.key.clone(), self.element.clone()]).unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>) -> Result<&Lookup, Thrown> {
    a.value(0).object::<Lookup>().ok_or_else(Thrown::null_reference)
}

fn lookup(call: &mut Call<'_, '_>, a: Arguments<'_>, element: Option<usize>, comparer: usize) -> Outcome {
    let (source, key) = (a.required(0)?, a.required(1)?);
    let selector = element.map(|at| a.required(at).cloned()).transpose()?;
    let (key_type, element) = (
        call.type_argument(1),
        call.type_argument(if selector.is_some() { 2 } else { 0 }),
    );
    let types = (key_type.clone(), element.clone());
    let grouping = Grouping::new(source, key, equality(a.value(comparer)), types).of_elements(selector);
    Ok(Value::of(Lookup {
        key: key_type,
        element,
        groups: grouping.run(call.frame)?,
    }))
}
