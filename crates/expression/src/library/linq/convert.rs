//! Sequences into collections, and sequences out of nothing: `ToList`, `ToDictionary`, `Range` …

use crate::collection::{Array, Dictionary, Enumerator, HashSet, List, Sequence, collect};
use crate::frame::Frame;
use crate::library::{Arguments, Call, LIST, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

/// The operators.
pub const ROWS: &[Row] = &[
    row(
        "static List<TSource> ToList<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1, 2 }.ToList().Count",
        "2",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            Ok(Value::of(List::new(&LIST, call.type_argument(0), items)))
        },
    ),
    row(
        "static TSource[] ToArray<TSource>(this IEnumerable<TSource> source)",
        "new List<int> { 1, 2 }.ToArray().Length",
        "2",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            Ok(Value::of(Array::new(call.type_argument(0), items)))
        },
    ),
    row(
        "static HashSet<TSource> ToHashSet<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1, 1 }.ToHashSet().Count",
        "1",
        |call, a| {
            let set = HashSet::new(call.type_argument(0), false);
            for item in collect(a.required(0)?, call.frame)? {
                set.add(call.frame, item)?;
            }
            Ok(Value::of(set))
        },
    ),
    row(
        "static Dictionary<TKey, TSource> ToDictionary<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        r#"new[] { 1, 2 }.ToDictionary(x => "k" + x)["k2"]"#,
        "2",
        |call, a| {
            let value_type = call.type_argument(0);
            dictionary(call, a, value_type, false)
        },
    ),
    row(
        "static Dictionary<TKey, TElement> ToDictionary<TSource, TKey, TElement>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector)",
        r#"new[] { 1, 2 }.ToDictionary(x => "k" + x, x => x * 2)["k2"]"#,
        "4",
        |call, a| {
            let value_type = call.type_argument(2);
            dictionary(call, a, value_type, true)
        },
    ),
    row(
        "static IEnumerable<TSource> AsEnumerable<TSource>(this IEnumerable<TSource> source)",
        "new[] { 1 }.AsEnumerable().Count()",
        "1",
        |_, a| Ok(a.value(0).clone()),
    ),
    row(
        "static IEnumerable<int> Range(int start, int count)",
        "Enumerable.Range(1, 3).Sum()",
        "6",
        |_, a| {
            let (start, count) = (a.int(0), a.int(1));
            let last = i64::from(start) + i64::from(count) - 1;
            if count < 0 || last > i64::from(i32::MAX) {
                return Err(Thrown::out_of_range(
                    "Specified argument was out of the range of valid values.",
                    "count",
                ));
            }
            Ok(Sequence::new(Type::INT32, move |_| {
                Ok(Numbers(start..start.saturating_add(count)))
            }))
        },
    ),
    row(
        "static IEnumerable<TResult> Repeat<TResult>(TResult element, int count)",
        r#"string.Concat(Enumerable.Repeat("a", 3))"#,
        "aaa",
        |call, a| {
            let count = usize::try_from(a.long(1)).map_err(|_| {
                Thrown::out_of_range("Specified argument was out of the range of valid values.", "count")
            })?;
            let item = a.value(0).clone();
            Ok(Sequence::new(call.type_argument(0), move |_| {
                Ok(Copies(item.clone(), count))
            }))
        },
    ),
    row(
        "static IEnumerable<TResult> Empty<TResult>()",
        "Enumerable.Empty<int>().Count()",
        "0",
        |call, _| Ok(Sequence::of(call.type_argument(0), Vec::new())),
    ),
];

struct Numbers(std::ops::Range<i32>);

impl Enumerator for Numbers {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        Ok(self.0.next().map(Value::Int32))
    }
}

struct Copies(Value, usize);

impl Enumerator for Copies {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        Ok(self.1.checked_sub(1).map(|left| {
            self.1 = left;
            self.0.clone()
        }))
    }
}

fn dictionary(call: &mut Call<'_, '_>, a: Arguments<'_>, value_type: Type, selects: bool) -> Outcome {
    let dictionary = Dictionary::new(call.type_argument(1), value_type, false);
    for item in collect(a.required(0)?, call.frame)? {
        let key = call.call(a.required(1)?, std::slice::from_ref(&item))?;
        let value = if selects {
            call.call(a.required(2)?, &[item])?
        } else {
            item
        };
        if key.is_null() {
            return Err(Thrown::argument_null("key"));
        }
        if !dictionary.set(call.frame, key.clone(), value)? {
            let message = format!(
                "An item with the same key has already been added. Key: {}",
                key.display_string()
            );
            return Err(Thrown::new("System.ArgumentException", message));
        }
    }
    Ok(Value::of(dictionary))
}
