//! `Comparer<T>` and `EqualityComparer<T>`, and what a comparer argument means.

use crate::frame::Frame;
use crate::library::{Class, ClassKind, Row, named_type, row, sort_values};
use crate::thrown::{ExceptionObject, Outcome, Thrown};
use crate::types::Type;
use crate::value::{Equality, Key, Object, Value, compare};
use std::any::Any;
use std::cmp::Ordering;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

/// Gives others an order.
pub static COMPARER: Class = Class::new("System.Collections.Generic.Comparer", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["IComparer<T>"])
    .rows(ORDER_ROWS)
    .more(&[COMPARE_ROWS]);
/// Says which are equal.
pub static EQUALITY_COMPARER: Class = Class::new("System.Collections.Generic.EqualityComparer", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["IEqualityComparer<T>"])
    .rows(EQUALITY_ROWS)
    .more(&[EQUALS_ROWS]);
/// Gives others an order.
pub static ICOMPARER: Class = Class::new("System.Collections.Generic.IComparer", ClassKind::Interface)
    .generic(&["T"])
    .rows(COMPARE_ROWS);
/// Says which are equal.
pub static IEQUALITY_COMPARER: Class = Class::new("System.Collections.Generic.IEqualityComparer", ClassKind::Interface)
    .generic(&["T"])
    .rows(EQUALS_ROWS);

/// A comparer of the default order, or of one that a delegate gives.
#[derive(Debug)]
struct Comparer {
    class: &'static str,
    element: Type,
    comparison: Option<Value>,
}

impl Object for Comparer {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        named_type(self.class, vec![self.element.clone()]).unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

const ORDER_ROWS: &[Row] = &[
    row(
        "static Comparer<T> Default { get; }",
        "Comparer<int>.Default.Compare(1, 2)",
        "-1",
        |call, _| Ok(comparer("Comparer", call.type_argument(0), None)),
    ),
    row(
        "static Comparer<T> Create(Comparison<T> comparison)",
        "new[] { 1, 3, 2 }.OrderBy(x => x, Comparer<int>.Create((x, y) => y - x)).First()",
        "3",
        |call, a| {
            Ok(comparer(
                "Comparer",
                call.type_argument(0),
                Some(a.required(0)?.clone()),
            ))
        },
    ),
];

const EQUALITY_ROWS: &[Row] = &[row(
    "static EqualityComparer<T> Default { get; }",
    "EqualityComparer<int>.Default.Equals(1, 1)",
    "True",
    |call, _| Ok(comparer("EqualityComparer", call.type_argument(0), None)),
)];

const COMPARE_ROWS: &[Row] = &[row(
    "int Compare(T x, T y)",
    "Comparer<string>.Default.Compare(null, \"a\")",
    "-1",
    |call, a| Ok((order(call.frame, a.value(0), a.value(1), a.value(2))? as i32).into()),
)];

const EQUALS_ROWS: &[Row] = &[
    row(
        "bool Equals(T x, T y)",
        "((IEqualityComparer<string>)StringComparer.OrdinalIgnoreCase).Equals(\"a\", \"A\")",
        "True",
        |_, a| Ok((key(a.value(0), a.value(1)) == key(a.value(0), a.value(2))).into()),
    ),
    row(
        "int GetHashCode(T obj)",
        "EqualityComparer<int>.Default.GetHashCode(7) == EqualityComparer<int>.Default.GetHashCode(7)",
        "True",
        |_, a| {
            let value = a.value(1);
            Ok(match equality(a.value(0)) {
                Equality::Default => crate::library::system::hash_code(value),
                equality => {
                    let key = Key::new(value.clone(), equality);
                    BuildHasherDefault::<DefaultHasher>::default().hash_one(key) as i32
                }
            }
            .into())
        },
    ),
];

fn comparer(class: &'static str, element: Type, comparison: Option<Value>) -> Value {
    Value::of(Comparer {
        class,
        element,
        comparison,
    })
}

/// Which values are the same to a comparer argument; null is the type's default.
pub fn equality(comparer: &Value) -> Equality {
    if crate::library::system::ignores_case(comparer) {
        Equality::IgnoreCase
    } else if crate::library::json::compares_tokens(comparer) {
        Equality::Json
    } else if crate::library::xml::compares_nodes(comparer) {
        Equality::Xml
    } else {
        Equality::Default
    }
}

/// A value as a key, accounted for: hashing and comparing it reads through its text or its document.
///
/// # Errors
/// When the budget is used up.
pub fn key_of(frame: &mut Frame<'_>, value: Value, equality: Equality) -> Result<Key, Thrown> {
    match (&value, equality) {
        (Value::String(text), Equality::IgnoreCase) => frame.step(text.len() as u64 / 8)?,
        (Value::String(text), _) => frame.read(text.len())?,
        (Value::Json(token), Equality::Json) => frame.step(token.node_count() as u64)?,
        (node, Equality::Xml) => frame.step(crate::library::xml::node_size(node).unwrap_or_default() as u64)?,
        _ => {}
    }
    Ok(Key::new(value, equality))
}

fn key(comparer: &Value, value: &Value) -> Key {
    Key::new(value.clone(), equality(comparer))
}

/// The comparer of a dictionary or set.
pub fn comparer_of(element: &Type, equality: Equality) -> Value {
    match equality {
        Equality::IgnoreCase => Value::of(crate::library::system::StringComparer(5)),
        Equality::Json => crate::library::json::token_comparer(),
        Equality::Xml => crate::library::xml::node_comparer(),
        Equality::Default => comparer("EqualityComparer", element.clone(), None),
    }
}

/// The order of two values, as a comparer argument (null for the default) sees it.
///
/// # Errors
/// What the comparer throws; `ArgumentException` for values without an order.
pub fn order(frame: &mut Frame<'_>, comparer: &Value, left: &Value, right: &Value) -> Result<Ordering, Thrown> {
    if let (Value::String(left), Value::String(right)) = (left, right) {
        // Rules of a culture cost several times what looking at the bytes does.
        frame.step(left.len().min(right.len()) as u64 / 8)?;
    }
    if let Some(comparison) = crate::library::system::comparison(comparer) {
        return Ok(match (left, right) {
            (Value::String(left), Value::String(right)) => {
                crate::library::system::string_compare(left, right, comparison)
            }
            (left, right) => right.is_null().cmp(&left.is_null()),
        });
    }
    if crate::library::xml::orders_nodes(comparer) {
        return crate::library::xml::compare_nodes(frame, left, right);
    }
    match comparer
        .object::<Comparer>()
        .and_then(|comparer| comparer.comparison.as_ref())
    {
        Some(comparison) => by_delegate(frame, comparison, left, right),
        None => compare(left, right),
    }
}

/// The order of two values that a `Comparison<T>` gives.
///
/// # Errors
/// What it throws.
pub fn by_delegate(frame: &mut Frame<'_>, delegate: &Value, left: &Value, right: &Value) -> Result<Ordering, Thrown> {
    let sign = frame.call(delegate, &[left.clone(), right.clone()])?;
    Ok(sign.integer().unwrap_or_default().cmp(&0))
}

/// Sorts values by a comparer.
///
/// # Errors
/// `InvalidOperationException` around what comparing throws, as .NET's sort has it.
pub fn sorted(frame: &mut Frame<'_>, values: Vec<Value>, comparer: &Value) -> Result<Vec<Value>, Thrown> {
    sort_values(frame, values, &mut |frame, left, right| {
        order(frame, comparer, left, right)
    })
    .map_err(failed_comparison)
}

/// What .NET's sort throws when a comparison throws.
pub fn failed_comparison(thrown: Thrown) -> Thrown {
    if !thrown.can_be_caught() {
        return thrown;
    }
    let outer = Thrown::invalid_operation("Failed to compare two elements in the array.");
    Thrown::object(Arc::new(ExceptionObject {
        class: outer.exception().class,
        message: outer.exception().message.clone(),
        inner: Some(Value::Object(Arc::clone(thrown.exception()) as Arc<dyn Object>)),
    }))
}

/// The place of a value among sorted ones, or the complement of where it would stand (`BinarySearch`).
///
/// # Errors
/// `InvalidOperationException` around what comparing throws.
pub fn binary_search(
    frame: &mut Frame<'_>,
    (items, first): (&[Value], usize),
    value: &Value,
    comparer: &Value,
) -> Outcome {
    let (mut low, mut high) = (0, items.len());
    while low < high {
        frame.step(1)?;
        let middle = low + (high - 1 - low) / 2;
        let item = items.get(middle).unwrap_or(value);
        match order(frame, comparer, item, value).map_err(failed_comparison)? {
            Ordering::Equal => return Ok(((first + middle) as i32).into()),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    Ok((!((first + low) as i32)).into())
}
