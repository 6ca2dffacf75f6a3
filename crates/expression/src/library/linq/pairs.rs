//! What query expressions with several sources become: `SelectMany` of two and `GroupJoin`.

use crate::collection::{ELEMENT_BYTES, Enumerator, Sequence, collect, enumerate};
use crate::frame::Frame;
use crate::library::{Row, row};
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::{Key, Value};
use std::collections::HashMap;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static IEnumerable<TResult> SelectMany<TSource, TCollection, TResult>(this IEnumerable<TSource> source, Func<TSource, IEnumerable<TCollection>> collectionSelector, Func<TSource, TCollection, TResult> resultSelector)",
        r#"string.Join(",", new[] { "ab", "c" }.SelectMany(s => s, (s, c) => s + c))"#,
        "aba,abb,cc",
        |call, a| {
            let (source, selector) = (a.required(0)?.clone(), a.required(1)?.clone());
            let result = a.required(2)?.clone();
            Ok(Sequence::new(call.type_argument(2), move |frame| {
                Ok(Pairs {
                    source: enumerate(&source, frame)?,
                    selector: selector.clone(),
                    result: result.clone(),
                    current: None,
                })
            }))
        },
    ),
    row(
        "static IEnumerable<TResult> GroupJoin<TOuter, TInner, TKey, TResult>(this IEnumerable<TOuter> outer, IEnumerable<TInner> inner, Func<TOuter, TKey> outerKeySelector, Func<TInner, TKey> innerKeySelector, Func<TOuter, IEnumerable<TInner>, TResult> resultSelector)",
        r#"string.Join(",", new[] { 1, 2 }.GroupJoin(new[] { 2, 2 }, x => x, y => y, (x, y) => x + ":" + y.Count()))"#,
        "1:0,2:2",
        |call, a| {
            let (outer, inner) = (a.required(0)?.clone(), a.required(1)?.clone());
            let (outer_key, inner_key) = (a.required(2)?.clone(), a.required(3)?.clone());
            let (result, element) = (a.required(4)?.clone(), call.type_argument(1));
            Ok(Sequence::new(call.type_argument(3), move |frame| {
                Ok(Groups {
                    outer: enumerate(&outer, frame)?,
                    lookup: lookup(&inner, &inner_key, frame)?,
                    key: outer_key.clone(),
                    result: result.clone(),
                    element: element.clone(),
                })
            }))
        },
    ),
];

/// Each element with each of its own elements.
struct Pairs {
    source: Box<dyn Enumerator>,
    selector: Value,
    result: Value,
    current: Option<(Value, Box<dyn Enumerator>)>,
}

impl Enumerator for Pairs {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        loop {
            frame.step(1)?;
            if let Some((outer, inner)) = &mut self.current
                && let Some(item) = inner.next(frame)?
            {
                return frame.call(&self.result, &[outer.clone(), item]).map(Some);
            }
            let Some(outer) = self.source.next(frame)? else {
                return Ok(None);
            };
            let inner = frame.call(&self.selector, std::slice::from_ref(&outer))?;
            self.current = Some((outer, enumerate(&inner, frame)?));
        }
    }
}

/// Each element with all of another sequence that have its key.
struct Groups {
    outer: Box<dyn Enumerator>,
    lookup: HashMap<Key, Vec<Value>>,
    key: Value,
    result: Value,
    element: Type,
}

impl Enumerator for Groups {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        frame.step(1)?;
        let Some(outer) = self.outer.next(frame)? else {
            return Ok(None);
        };
        let key = key(frame.call(&self.key, std::slice::from_ref(&outer))?);
        let inner = self.lookup.get(&key).filter(|_| !key.value.is_null());
        let inner = inner.cloned().unwrap_or_default();
        frame.allocate(inner.len() * ELEMENT_BYTES)?;
        let inner = Sequence::of(self.element.clone(), inner);
        frame.call(&self.result, &[outer, inner]).map(Some)
    }
}

fn key(value: Value) -> Key {
    Key {
        value,
        ignores_case: false,
    }
}

fn lookup(inner: &Value, selector: &Value, frame: &mut Frame<'_>) -> Result<HashMap<Key, Vec<Value>>, Thrown> {
    let mut lookup: HashMap<Key, Vec<Value>> = HashMap::new();
    for item in collect(inner, frame)? {
        let value = frame.call(selector, std::slice::from_ref(&item))?;
        lookup.entry(key(value)).or_default().push(item);
    }
    Ok(lookup)
}
