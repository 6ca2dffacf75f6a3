//! Sequences into collections, and sequences out of nothing: `ToList`, `ToDictionary`, `Range` …

use crate::collection::{Array, Dictionary, Enumerator, HashSet, List, Pair, Passed, Record, Sequence, Visit, collect};
use crate::frame::Frame;
use crate::library::collections::equality;
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
        hash_set,
    ),
    row(
        "static HashSet<TSource> ToHashSet<TSource>(this IEnumerable<TSource> source, IEqualityComparer<TSource> comparer)",
        r#"new[] { "a", "A" }.ToHashSet(StringComparer.OrdinalIgnoreCase).Count"#,
        "1",
        hash_set,
    ),
    row(
        "static Dictionary<TKey, TSource> ToDictionary<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector)",
        r#"new[] { 1, 2 }.ToDictionary(x => "k" + x)["k2"]"#,
        "2",
        |call, a| dictionary(call, a, None, 2),
    ),
    row(
        "static Dictionary<TKey, TSource> ToDictionary<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a" }.ToDictionary(x => x, StringComparer.OrdinalIgnoreCase)["A"]"#,
        "a",
        |call, a| dictionary(call, a, None, 2),
    ),
    row(
        "static Dictionary<TKey, TElement> ToDictionary<TSource, TKey, TElement>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector)",
        r#"new[] { 1, 2 }.ToDictionary(x => "k" + x, x => x * 2)["k2"]"#,
        "4",
        |call, a| dictionary(call, a, Some(2), 3),
    ),
    row(
        "static Dictionary<TKey, TElement> ToDictionary<TSource, TKey, TElement>(this IEnumerable<TSource> source, Func<TSource, TKey> keySelector, Func<TSource, TElement> elementSelector, IEqualityComparer<TKey> comparer)",
        r#"new[] { "a" }.ToDictionary(x => x, x => 1, StringComparer.OrdinalIgnoreCase)["A"]"#,
        "1",
        |call, a| dictionary(call, a, Some(2), 3),
    ),
    row(
        "static Dictionary<TKey, TValue> ToDictionary<TKey, TValue>(this IEnumerable<KeyValuePair<TKey, TValue>> source)",
        r#"new Dictionary<string, int> { ["a"] = 1 }.Where(pair => pair.Value > 0).ToDictionary()["a"]"#,
        "1",
        of_pairs,
    ),
    row(
        "static Dictionary<TKey, TValue> ToDictionary<TKey, TValue>(this IEnumerable<KeyValuePair<TKey, TValue>> source, IEqualityComparer<TKey> comparer)",
        r#"new Dictionary<string, int> { ["a"] = 1 }.ToDictionary(StringComparer.OrdinalIgnoreCase)["A"]"#,
        "1",
        of_pairs,
    ),
    row(
        "static Dictionary<TKey, TValue> ToDictionary<TKey, TValue>(this IEnumerable<(TKey, TValue)> source)",
        r#"new[] { ("a", 1) }.ToDictionary()["a"]"#,
        "1",
        of_pairs,
    ),
    row(
        "static Dictionary<TKey, TValue> ToDictionary<TKey, TValue>(this IEnumerable<(TKey, TValue)> source, IEqualityComparer<TKey> comparer)",
        r#"new[] { ("a", 1) }.ToDictionary(StringComparer.OrdinalIgnoreCase)["A"]"#,
        "1",
        of_pairs,
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
            let (start, count) = (a.long(0), a.long(1));
            let end = start + count;
            if count < 0 || end - 1 > i64::from(i32::MAX) {
                return Err(Thrown::out_of_range(
                    "Specified argument was out of the range of valid values.",
                    "count",
                ));
            }
            Ok(Sequence::new(Type::INT32, move |_| Ok(Numbers(start..end))))
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
        |call, _| Ok(Value::of(Array::new(call.type_argument(0), Vec::new()))),
    ),
];

struct Numbers(std::ops::Range<i64>);

impl Enumerator for Numbers {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        Ok(self.0.next().map(|number| Value::Int32(number as i32)))
    }

    fn each(&mut self, frame: &mut Frame<'_>, visit: &mut Visit<'_>) -> Result<(), Thrown> {
        for number in self.0.by_ref() {
            if !visit(frame, &mut Value::Int32(number as i32))? {
                break;
            }
        }
        Ok(())
    }

    fn pass(&mut self, count: usize) -> Option<Passed> {
        let left = usize::try_from(self.0.end - self.0.start).ok()?;
        let passed = count.min(left);
        self.0.start += i64::try_from(passed).ok()?;
        Some(Passed {
            passed,
            left: left - passed,
        })
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

    fn pass(&mut self, count: usize) -> Option<Passed> {
        let passed = count.min(self.1);
        self.1 -= passed;
        Some(Passed { passed, left: self.1 })
    }
}

fn hash_set(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let set = HashSet::new(call.type_argument(0), equality(a.value(1)));
    for item in collect(a.required(0)?, call.frame)? {
        set.add(call.frame, item)?;
    }
    Ok(Value::of(set))
}

/// A dictionary by selectors; the places of the values' selector and of the comparer among the arguments.
fn dictionary(call: &mut Call<'_, '_>, a: Arguments<'_>, element: Option<usize>, comparer: usize) -> Outcome {
    let (source, selector) = (a.required(0)?, a.required(1)?);
    let element = element.map(|at| a.required(at)).transpose()?;
    let value_type = call.type_argument(if element.is_some() { 2 } else { 0 });
    let dictionary = Dictionary::new(call.type_argument(1), value_type, equality(a.value(comparer)));
    for item in collect(source, call.frame)? {
        let key = call.call(selector, std::slice::from_ref(&item))?;
        let value = match element {
            Some(element) => call.call(element, &[item])?,
            None => item,
        };
        add(call.frame, &dictionary, &key, value)?;
    }
    Ok(Value::of(dictionary))
}

/// A dictionary of pairs or of tuples.
fn of_pairs(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let dictionary = Dictionary::new(call.type_argument(0), call.type_argument(1), equality(a.value(1)));
    for item in collect(a.required(0)?, call.frame)? {
        let (key, value) = match (item.object::<Pair>(), item.object::<Record>()) {
            (Some(pair), _) => (pair.key.clone(), pair.value.clone()),
            (None, Some(tuple)) => {
                let mut items = tuple.items.iter().cloned();
                (items.next().unwrap_or_default(), items.next().unwrap_or_default())
            }
            (None, None) => continue,
        };
        add(call.frame, &dictionary, &key, value)?;
    }
    Ok(Value::of(dictionary))
}

fn add(frame: &mut Frame<'_>, dictionary: &Dictionary, key: &Value, value: Value) -> Result<(), Thrown> {
    if key.is_null() {
        return Err(Thrown::argument_null("key"));
    }
    if dictionary.set(frame, key.clone(), value)? {
        return Ok(());
    }
    let message = format!(
        "An item with the same key has already been added. Key: {}",
        key.display_string()
    );
    Err(Thrown::new("System.ArgumentException", message))
}
