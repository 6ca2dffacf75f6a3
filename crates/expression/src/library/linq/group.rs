//! `GroupBy`, `ToLookup`, `Join`.

use crate::collection::{Sequence, collect, release_values};
use crate::frame::Frame;
use crate::library::class::ClassKind;
use crate::library::{Class, Row, named_type, row};
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::{Key, Object, Value};
use std::any::Any;
use std::collections::HashMap;

/// Elements with a key in common.
pub static GROUPING: Class = Class::new("System.Linq.IGrouping", ClassKind::Interface)
    .generic(&["TKey", "TElement"])
    .inherits(&["IEnumerable<TElement>"])
    .rows(GROUPING_ROWS);

const GROUPING_ROWS: &[Row] = &[row(
    "TKey Key { get; }",
    "new[] { 1, 2 }.GroupBy(x => x % 2).First().Key",
    "1",
    |_, a| {
        Ok(a.value(0)
            .object::<Group>()
            .map(|group| group.key.clone())
            .unwrap_or_default())
    },
)];

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static IEnumerable<IGrouping<TKey, TSource>> GroupBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        "new[] { 1, 2, 3 }.GroupBy(x => x % 2).First().Count()",
        "2",
        |call, a| {
            let (source, selector) = (a.required(0)?.clone(), a.required(1)?.clone());
            let (element, key) = (call.type_argument(0), call.type_argument(1));
            let group_type = named_type("IGrouping", vec![key.clone(), element.clone()]).unwrap_or(Type::OBJECT);
            Ok(Sequence::new(group_type, move |frame| {
                Ok(groups(frame, (&source, &selector, None), (&key, &element))?.into_iter())
            }))
        },
    ),
    row(
        "static IEnumerable<IGrouping<TKey, TElement>> GroupBy<TSource, TKey, TElement>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector)",
        "new[] { 1, 2, 3 }.GroupBy(x => x % 2, x => x * 10).First().First()",
        "10",
        |call, a| {
            let (source, selector, elements) = (a.required(0)?.clone(), a.required(1)?.clone(), a.required(2)?.clone());
            let (key, element) = (call.type_argument(1), call.type_argument(2));
            let group_type = named_type("IGrouping", vec![key.clone(), element.clone()]).unwrap_or(Type::OBJECT);
            Ok(Sequence::new(group_type, move |frame| {
                Ok(groups(frame, (&source, &selector, Some(&elements)), (&key, &element))?.into_iter())
            }))
        },
    ),
    row(
        "static IEnumerable<TResult> Join<TOuter, TInner, TKey, TResult>(this IEnumerable<TOuter> outer, IEnumerable<TInner> inner, Func<TOuter, TKey> outerKeySelector, Func<TInner, TKey> innerKeySelector, Func<TOuter, TInner, TResult> resultSelector)",
        "new[] { 1, 2 }.Join(new[] { 2, 3 }, x => x, y => y, (x, y) => x * y).Single()",
        "4",
        |call, a| {
            let values = [
                a.required(0)?.clone(),
                a.required(1)?.clone(),
                a.required(2)?.clone(),
                a.required(3)?.clone(),
                a.required(4)?.clone(),
            ];
            Ok(Sequence::new(call.type_argument(3), move |frame| {
                Ok(joined(frame, &values)?.into_iter())
            }))
        },
    ),
];

/// A group.
#[derive(Debug)]
pub struct Group {
    ty: Type,
    key: Value,
    items: Vec<Value>,
}

impl Group {
    /// Its elements.
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        release_values(std::mem::take(&mut self.items));
    }
}

impl Object for Group {
    fn type_name(&self) -> String {
        self.ty.dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        self.ty.clone()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn groups(
    frame: &mut Frame<'_>,
    (source, selector, elements): (&Value, &Value, Option<&Value>),
    (key_type, element): (&Type, &Type),
) -> Result<Vec<Value>, Thrown> {
    let ty = named_type("IGrouping", vec![key_type.clone(), element.clone()]).unwrap_or(Type::OBJECT);
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut found: Vec<Group> = Vec::new();
    for item in collect(source, frame)? {
        let key = frame.call(selector, std::slice::from_ref(&item))?;
        let item = match elements {
            Some(elements) => frame.call(elements, &[item])?,
            None => item,
        };
        let place = *places
            .entry(Key {
                value: key.clone(),
                ignores_case: false,
            })
            .or_insert(found.len());
        match found.get_mut(place) {
            Some(group) => group.items.push(item),
            None => found.push(Group {
                ty: ty.clone(),
                key,
                items: vec![item],
            }),
        }
    }
    Ok(found.into_iter().map(Value::of).collect())
}

fn joined(
    frame: &mut Frame<'_>,
    [outer, inner, outer_key, inner_key, result]: &[Value; 5],
) -> Result<Vec<Value>, Thrown> {
    let mut lookup: HashMap<Key, Vec<Value>> = HashMap::new();
    for item in collect(inner, frame)? {
        let key = frame.call(inner_key, std::slice::from_ref(&item))?;
        lookup
            .entry(Key {
                value: key,
                ignores_case: false,
            })
            .or_default()
            .push(item);
    }
    let mut results = Vec::new();
    for item in collect(outer, frame)? {
        let key = frame.call(outer_key, std::slice::from_ref(&item))?;
        for other in lookup
            .get(&Key {
                value: key,
                ignores_case: false,
            })
            .into_iter()
            .flatten()
        {
            frame.allocate(crate::collection::ELEMENT_BYTES)?;
            results.push(frame.call(result, &[item.clone(), other.clone()])?);
        }
    }
    Ok(results)
}
