//! `OrderBy`, `ThenBy`, `Reverse`.

use crate::collection::{Sequence, collect, go_through, release_values};
use crate::frame::Frame;
use crate::library::class::ClassKind;
use crate::library::collections::{failed_comparison, order as comparer_order};
use crate::library::{Arguments, Call, Class, Row, named_type, row, sort_values};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;
use std::cmp::Ordering;

/// A sequence that `ThenBy` can order further.
pub static ORDERED: Class = Class::new("System.Linq.IOrderedEnumerable", ClassKind::Interface)
    .generic(&["TElement"])
    .inherits(&["IEnumerable<TElement>"]);

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static IOrderedEnumerable<TSource> OrderBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        r#"string.Join(",", new[] { "b", "A", "a", "B" }.OrderBy(x => x))"#,
        "a,A,b,B",
        |call, a| order(call, a, false),
    ),
    row(
        "static IOrderedEnumerable<TSource> OrderBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, IComparer<TKey> comparer)",
        r#"string.Join(",", new[] { "b", "A", "a", "B" }.OrderBy(x => x, StringComparer.Ordinal))"#,
        "A,B,a,b",
        |call, a| order(call, a, false),
    ),
    row(
        "static IOrderedEnumerable<TSource> OrderByDescending<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        "new[] { 1, 3, 2 }.OrderByDescending(x => x).First()",
        "3",
        |call, a| order(call, a, true),
    ),
    row(
        "static IOrderedEnumerable<TSource> OrderByDescending<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, IComparer<TKey> comparer)",
        r#"new[] { "a", "B" }.OrderByDescending(x => x, StringComparer.Ordinal).First()"#,
        "a",
        |call, a| order(call, a, true),
    ),
    row(
        "static IOrderedEnumerable<TSource> ThenBy<TSource, TKey>(this IOrderedEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        "string.Join(\",\", new[] { 12, 11, 21 }.OrderBy(x => x / 10).ThenBy(x => x % 10))",
        "11,12,21",
        |call, a| order(call, a, false),
    ),
    row(
        "static IOrderedEnumerable<TSource> ThenBy<TSource, TKey>(this IOrderedEnumerable<TSource> source, Func<TSource, TKey> keySelector, IComparer<TKey> comparer)",
        r#"string.Join(",", new[] { "b", "A", "a" }.OrderBy(x => x.Length).ThenBy(x => x, StringComparer.Ordinal))"#,
        "A,a,b",
        |call, a| order(call, a, false),
    ),
    row(
        "static IOrderedEnumerable<TSource> ThenByDescending<TSource, TKey>(this IOrderedEnumerable<TSource> source, Func<TSource, TKey> keySelector, IComparer<TKey> comparer)",
        r#"string.Join(",", new[] { "b", "A", "a" }.OrderBy(x => x.Length).ThenByDescending(x => x, StringComparer.Ordinal))"#,
        "b,a,A",
        |call, a| order(call, a, true),
    ),
    row(
        "static IOrderedEnumerable<T> Order<T>(this IEnumerable<T> source)",
        "string.Join(\",\", new[] { 2, 3, 1 }.Order())",
        "1,2,3",
        |call, a| by_itself(call, a, false),
    ),
    row(
        "static IOrderedEnumerable<T> Order<T>(this IEnumerable<T> source, IComparer<T> comparer)",
        "string.Join(\",\", new[] { \"b\", \"A\", \"a\" }.Order(StringComparer.Ordinal))",
        "A,a,b",
        |call, a| by_itself(call, a, false),
    ),
    row(
        "static IOrderedEnumerable<T> OrderDescending<T>(this IEnumerable<T> source)",
        "string.Join(\",\", new[] { 2, 3, 1 }.OrderDescending())",
        "3,2,1",
        |call, a| by_itself(call, a, true),
    ),
    row(
        "static IOrderedEnumerable<T> OrderDescending<T>(this IEnumerable<T> source, IComparer<T> comparer)",
        "string.Join(\",\", new[] { \"b\", \"A\", \"a\" }.OrderDescending(StringComparer.Ordinal))",
        "b,a,A",
        |call, a| by_itself(call, a, true),
    ),
    row(
        "static IOrderedEnumerable<TSource> ThenByDescending<TSource, TKey>(this IOrderedEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        "string.Join(\",\", new[] { 11, 12, 21 }.OrderBy(x => x / 10).ThenByDescending(x => x % 10))",
        "12,11,21",
        |call, a| order(call, a, true),
    ),
    row(
        "static IEnumerable<TSource> Reverse<TSource>(this IEnumerable<TSource> source)",
        "string.Join(\",\", new[] { 1, 2 }.Reverse())",
        "2,1",
        |call, a| {
            let source = a.required(0)?.clone();
            Ok(Sequence::new(call.type_argument(0), move |frame| {
                let mut items = collect(&source, frame)?;
                items.reverse();
                Ok(items.into_iter())
            }))
        },
    ),
];

/// An ordered sequence: a source and the keys it is ordered by, the most significant first.
#[derive(Debug)]
pub struct Ordered {
    element: Type,
    source: Value,
    keys: Vec<OrderKey>,
}

#[derive(Clone, Debug)]
struct OrderKey {
    /// None for the elements themselves.
    selector: Option<Value>,
    comparer: Value,
    descending: bool,
}

impl Ordered {
    /// The elements in order.
    ///
    /// # Errors
    /// What a selector throws; keys that have no order.
    pub fn sorted(&self, frame: &mut Frame<'_>) -> Result<Vec<Value>, Thrown> {
        let (mut items, mut keys) = (Vec::new(), Vec::new());
        go_through(&self.source, frame, &mut |frame, item| {
            frame.step(1)?;
            frame.allocate(crate::collection::ELEMENT_BYTES * 2)?;
            let row: Result<Vec<Value>, Thrown> = self
                .keys
                .iter()
                .map(|key| match &key.selector {
                    Some(selector) => frame.call(selector, std::slice::from_ref(item)),
                    None => Ok(item.clone()),
                })
                .collect();
            keys.push(row?);
            items.push(std::mem::take(item));
            Ok(true)
        })?;
        let places = (0..items.len()).map(|at| Value::Int64(at as i64)).collect();
        let sorted = sort_values(frame, places, &mut |frame, left, right| {
            let key_row = |place: &Value| {
                usize::try_from(place.integer().unwrap_or_default())
                    .ok()
                    .and_then(|at| keys.get(at))
            };
            let (Some(left), Some(right)) = (key_row(left), key_row(right)) else {
                return Ok(Ordering::Equal);
            };
            self.compare(frame, left, right)
        })
        .map_err(failed_comparison)?;
        Ok(sorted
            .iter()
            .filter_map(|place| items.get(usize::try_from(place.integer()?).ok()?).cloned())
            .collect())
    }

    fn compare(&self, frame: &mut Frame<'_>, left: &[Value], right: &[Value]) -> Result<Ordering, Thrown> {
        for (key, (left, right)) in self.keys.iter().zip(left.iter().zip(right)) {
            let order = comparer_order(frame, &key.comparer, left, right)?;
            let order = if key.descending { order.reverse() } else { order };
            if order != Ordering::Equal {
                return Ok(order);
            }
        }
        Ok(Ordering::Equal)
    }
}

impl Drop for Ordered {
    fn drop(&mut self) {
        release_values([std::mem::take(&mut self.source)]);
    }
}

impl Object for Ordered {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        named_type("IOrderedEnumerable", vec![self.element.clone()]).unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn order(call: &mut Call<'_, '_>, a: Arguments<'_>, descending: bool) -> Outcome {
    a.required(0)?;
    let key = OrderKey {
        selector: Some(a.required(1)?.clone()),
        comparer: a.value(2).clone(),
        descending,
    };
    let further = a.member.name.starts_with("Then");
    let (source, mut keys) = match a.required(0)?.object::<Ordered>() {
        Some(ordered) if further => (ordered.source.clone(), ordered.keys.clone()),
        _ => (a.value(0).clone(), Vec::new()),
    };
    keys.push(key);
    Ok(Value::of(Ordered {
        element: call.type_argument(0),
        source,
        keys,
    }))
}

/// `Order`: by the elements themselves.
fn by_itself(call: &Call<'_, '_>, a: Arguments<'_>, descending: bool) -> Outcome {
    Ok(Value::of(Ordered {
        element: call.type_argument(0),
        source: a.required(0)?.clone(),
        keys: vec![OrderKey {
            selector: None,
            comparer: a.value(1).clone(),
            descending,
        }],
    }))
}
