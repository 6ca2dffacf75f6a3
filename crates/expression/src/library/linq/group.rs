//! `GroupBy`, `ToLookup`, and what they give: groups with a key each.

use crate::collection::{ELEMENT_BYTES, Sequence, go_through, release_values};
use crate::frame::Frame;
use crate::library::class::ClassKind;
use crate::library::collections::{equality, key_of};
use crate::library::{Arguments, Call, Class, Row, named_type, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Equality, Key, Object, Value};
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

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
        |call, a| grouped(call, a, (None, None), 2),
    ),
    row(
        "static IEnumerable<IGrouping<TKey, TSource>> GroupBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a", "A" }.GroupBy(x => x, StringComparer.OrdinalIgnoreCase).Count()"#,
        "1",
        |call, a| grouped(call, a, (None, None), 2),
    ),
    row(
        "static IEnumerable<IGrouping<TKey, TElement>> GroupBy<TSource, TKey, TElement>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector)",
        "new[] { 1, 2, 3 }.GroupBy(x => x % 2, x => x * 10).First().First()",
        "10",
        |call, a| grouped(call, a, (Some(2), None), 3),
    ),
    row(
        "static IEnumerable<IGrouping<TKey, TElement>> GroupBy<TSource, TKey, TElement>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector, IEqualityComparer<TKey> comparer)",
        r#"string.Join(",", new[] { "a", "A" }.GroupBy(x => x, x => x + 1, StringComparer.OrdinalIgnoreCase).First())"#,
        "a1,A1",
        |call, a| grouped(call, a, (Some(2), None), 3),
    ),
    row(
        "static IEnumerable<TResult> GroupBy<TSource, TKey, TResult>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TKey, IEnumerable<TSource>, TResult> resultSelector)",
        r#"string.Join(",", new[] { 1, 2, 3 }.GroupBy(x => x % 2, (key, items) => key + ":" + items.Sum()))"#,
        "1:4,0:2",
        |call, a| grouped(call, a, (None, Some(2)), 3),
    ),
    row(
        "static IEnumerable<TResult> GroupBy<TSource, TKey, TResult>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TKey, IEnumerable<TSource>, TResult> resultSelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a", "A" }.GroupBy(x => x, (key, items) => key + items.Count(), StringComparer.OrdinalIgnoreCase).Single()"#,
        "a2",
        |call, a| grouped(call, a, (None, Some(2)), 3),
    ),
    row(
        "static IEnumerable<TResult> GroupBy<TSource, TKey, TElement, TResult>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector, Func<TKey, IEnumerable<TElement>, TResult> resultSelector)",
        r#"string.Join(",", new[] { 1, 2, 3 }.GroupBy(x => x % 2, x => x * 10, (key, items) => key + ":" + items.Sum()))"#,
        "1:40,0:20",
        |call, a| grouped(call, a, (Some(2), Some(3)), 4),
    ),
    row(
        "static IEnumerable<TResult> GroupBy<TSource, TKey, TElement, TResult>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector, Func<TKey, IEnumerable<TElement>, TResult> resultSelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a", "A" }.GroupBy(x => x, x => 1, (key, items) => key + items.Sum(), StringComparer.OrdinalIgnoreCase).Single()"#,
        "a2",
        |call, a| grouped(call, a, (Some(2), Some(3)), 4),
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

/// What is grouped, and how.
#[derive(Clone, Debug)]
pub struct Grouping {
    source: Value,
    key: Value,
    element: Option<Value>,
    equality: Equality,
    /// Whether elements whose key is null are left out, as joins do.
    skips_null: bool,
    group_type: Type,
}

/// Groups, and where each key has its own.
#[derive(Debug)]
pub struct Groups {
    places: HashMap<Key, usize>,
    /// In the order in which their keys came up first.
    pub found: Vec<Arc<Group>>,
    equality: Equality,
}

impl Grouping {
    /// Grouping of a source by what a selector makes of its elements, as `IGrouping` of these types.
    pub fn new(source: &Value, key: &Value, equality: Equality, (key_type, element): (Type, Type)) -> Self {
        Self {
            source: source.clone(),
            key: key.clone(),
            element: None,
            equality,
            skips_null: false,
            group_type: named_type("IGrouping", vec![key_type, element]).unwrap_or(Type::OBJECT),
        }
    }

    /// Puts what this selector makes of the elements into the groups.
    #[must_use]
    pub fn of_elements(mut self, selector: Option<Value>) -> Self {
        self.element = selector;
        self
    }

    /// Leaves out elements whose key is null.
    #[must_use]
    pub fn without_null(mut self) -> Self {
        self.skips_null = true;
        self
    }

    /// Goes through the source.
    ///
    /// # Errors
    /// What the source or a selector throws; when the budget is used up.
    pub fn run(&self, frame: &mut Frame<'_>) -> Result<Groups, Thrown> {
        let mut places: HashMap<Key, usize> = HashMap::new();
        let mut found: Vec<Group> = Vec::new();
        go_through(&self.source, frame, &mut |frame, item| {
            frame.step(1)?;
            frame.allocate(ELEMENT_BYTES)?;
            let key = frame.call(&self.key, std::slice::from_ref(item))?;
            if self.skips_null && key.is_null() {
                return Ok(true);
            }
            let item = match &self.element {
                Some(element) => frame.call(element, std::slice::from_ref(item))?,
                None => std::mem::take(item),
            };
            let place = *places
                .entry(key_of(frame, key.clone(), self.equality)?)
                .or_insert(found.len());
            if let Some(group) = found.get_mut(place) {
                group.items.push(item);
                return Ok(true);
            }
            frame.allocate(ELEMENT_BYTES * 3)?;
            found.push(Group {
                ty: self.group_type.clone(),
                key,
                items: vec![item],
            });
            Ok(true)
        })?;
        Ok(Groups {
            places,
            found: found.into_iter().map(Arc::new).collect(),
            equality: self.equality,
        })
    }
}

impl Groups {
    /// The group of a key.
    pub fn get(&self, key: &Value) -> Option<&Arc<Group>> {
        let place = self.places.get(&Key::new(key.clone(), self.equality))?;
        self.found.get(*place)
    }
}

/// `GroupBy`: the places of its element and result selectors, and of its comparer, among the arguments.
fn grouped(
    call: &Call<'_, '_>,
    a: Arguments<'_>,
    (element, result): (Option<usize>, Option<usize>),
    comparer: usize,
) -> Outcome {
    let (source, key) = (a.required(0)?, a.required(1)?);
    let selector = element.map(|at| a.required(at).cloned()).transpose()?;
    let result = result.map(|at| a.required(at).cloned()).transpose()?;
    let element = call.type_argument(if selector.is_some() { 2 } else { 0 });
    let types = (call.type_argument(1), element);
    let grouping = Grouping::new(source, key, equality(a.value(comparer)), types).of_elements(selector);
    let given = match &result {
        Some(_) => call.types.last().cloned().unwrap_or(Type::OBJECT),
        None => grouping.group_type.clone(),
    };
    Ok(Sequence::new(given, move |frame| {
        Ok(Results {
            groups: grouping.run(frame)?.found.into_iter(),
            result: result.clone(),
        })
    }))
}

/// Groups, or what a selector makes of each key and its group.
pub struct Results {
    /// The groups.
    pub groups: std::vec::IntoIter<Arc<Group>>,
    /// The selector.
    pub result: Option<Value>,
}

impl crate::collection::Enumerator for Results {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        let Some(group) = self.groups.next() else {
            return Ok(None);
        };
        let key = group.key.clone();
        let group = Value::Object(group);
        match &self.result {
            Some(result) => frame.call(result, &[key, group]).map(Some),
            None => Ok(Some(group)),
        }
    }
}
