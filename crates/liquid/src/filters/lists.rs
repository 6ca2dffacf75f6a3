//! Filters of lists. Those that flatten put the items of lists inside in their place.

use super::{Filter, Outcome, argument, fails, row};
use crate::compare::equal;
use crate::value::Value;
use expression::runtime::{Fault, Runtime};
use std::cmp::Ordering;

pub(super) const ROWS: &[Filter] = &[
    row(
        "Compact",
        "{{ body.list | Compact | Size }}",
        "3",
        |runtime, input, _| {
            flattened(runtime, &input, |items, _| {
                Ok(items.into_iter().filter(|item| !item.is_nil()).collect())
            })
        },
    ),
    row(
        "Concat",
        "{% assign a = 'a,b' | Split: ',' %}{{ a | Concat: a }}",
        "abab",
        |runtime, input, a| {
            let (Some(mut items), Some(more)) = (input.items(runtime)?, argument(a, 0).items(runtime)?) else {
                return Ok(if input.is_nil() { argument(a, 0).clone() } else { input });
            };
            items.extend(more);
            Value::list(items, runtime)
        },
    ),
    row("First", "{{ 'a,b' | Split: ',' | First }}", "a", |runtime, input, _| {
        Ok(input
            .items(runtime)?
            .and_then(|items| items.into_iter().next())
            .unwrap_or(Value::Nil))
    }),
    row("Join", "{{ 'a,b' | Split: ',' | Join: '; ' }}", "a; b", join),
    row("Last", "{{ 'abc' | Last }}", "c", |runtime, input, _| {
        Ok(input
            .items(runtime)?
            .and_then(|mut items| items.pop())
            .unwrap_or(Value::Nil))
    }),
    row("Map", "{{ body.things | Map: 'name' | Join: ',' }}", "pen,Ink", map),
    row(
        "Reverse",
        "{{ 'a,b' | Split: ',' | Reverse }}",
        "ba",
        |runtime, input, _| {
            if !input.is_list() {
                return Ok(input);
            }
            let mut items = input.items(runtime)?.unwrap_or_default();
            items.reverse();
            Value::list(items, runtime)
        },
    ),
    row("Size", "{{ 'abc' | Size }}", "3", |runtime, input, _| {
        let size = match &input {
            Value::Text(text) => text.encode_utf16().count(),
            other => other.items(runtime)?.map_or(0, |items| items.len()),
        };
        Ok(Value::Integer(size as i64))
    }),
    row(
        "Sort",
        "{{ 'b,A,c' | Split: ',' | Sort }} {% assign s = body.things | Sort: 'name' %}{{ s[0].name }}",
        "Abc Ink",
        |runtime, input, a| sort(runtime, &input, a),
    ),
    row(
        "SortNatural",
        "{{ 'b,A' | Split: ',' | SortNatural }}",
        "Ab",
        |runtime, input, a| sort(runtime, &input, a),
    ),
    row(
        "Uniq",
        "{{ 'a,b,a' | Split: ',' | Uniq }}",
        "ab",
        |runtime, input, _| flattened(runtime, &input, unique),
    ),
    row(
        "Where",
        "{% assign w = body.things | Where: 'name', 'Ink' %}{{ w[0].price }}",
        "2.5",
        filter,
    ),
];

/// Makes a list of a list whose inner lists are dissolved.
fn flattened<'v>(
    runtime: &mut Runtime<'v>,
    input: &Value<'v>,
    make: impl FnOnce(Vec<Value<'v>>, &mut Runtime<'v>) -> Result<Vec<Value<'v>>, Fault>,
) -> Outcome<'v> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let items = input.flattened(runtime)?;
    let list = make(items, runtime)?;
    Value::list(list, runtime)
}

fn unique<'v>(items: Vec<Value<'v>>, runtime: &mut Runtime<'v>) -> Result<Vec<Value<'v>>, Fault> {
    let mut unique: Vec<Value<'v>> = Vec::new();
    for item in items {
        let item = item.settled();
        let mut is_known = false;
        for known in &unique {
            // Values of different types are different, whatever they convert to.
            let same_type = std::mem::discriminant(known) == std::mem::discriminant(&item);
            if same_type && equal(known, &item, runtime)? {
                is_known = true;
                break;
            }
            runtime.step(1)?;
        }
        if !is_known {
            unique.push(item);
        }
    }
    Ok(unique)
}

fn join<'v>(runtime: &mut Runtime<'v>, input: Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    let Some(items) = input.items(runtime)? else {
        return Ok(input);
    };
    let glue = match argument(a, 0) {
        Value::Nil => " ".into(),
        glue => glue.to_text(runtime)?,
    };
    let mut joined = String::new();
    for (index, item) in items.iter().enumerate() {
        let text = item.to_text(runtime)?;
        let glue = if index > 0 { glue.as_str() } else { "" };
        runtime.allocate(text.len() + glue.len())?;
        joined.push_str(glue);
        joined.push_str(&text);
    }
    Ok(Value::Text(joined.into()))
}

/// A member of each item.
fn map<'v>(runtime: &mut Runtime<'v>, input: Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    let Some(items) = input.items(runtime)? else {
        return Ok(input);
    };
    let name = argument(a, 0).to_text(runtime)?;
    let members: Result<Vec<_>, _> = items.iter().map(|item| member(item, &name, runtime)).collect();
    Value::list(members?, runtime)
}

fn member<'v>(item: &Value<'v>, name: &str, runtime: &mut Runtime<'v>) -> Outcome<'v> {
    let Value::Object(object) = item else {
        return Ok(Value::Nil);
    };
    runtime.step(1)?;
    Ok(object.member(name, runtime)?.unwrap_or(Value::Nil))
}

/// Items in order, texts without regard to case; by a member where one is named.
fn sort<'v>(runtime: &mut Runtime<'v>, input: &Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    let name = argument(a, 0).to_text(runtime)?;
    flattened(runtime, input, |items, runtime| {
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            let key = if name.is_empty() {
                item.clone().settled()
            } else {
                member(&item, &name, runtime)?.settled()
            };
            keyed.push((key, item));
        }
        let count = keyed.len() as u64;
        runtime.step(count.saturating_mul(u64::from(64 - count.leading_zeros())))?;
        let mut failed = None;
        keyed.sort_by(|(left, _), (right, _)| {
            order(left, right, runtime).unwrap_or_else(|fault| {
                failed.get_or_insert(fault);
                Ordering::Equal
            })
        });
        match failed {
            Some(fault) => Err(fault),
            None => Ok(keyed.into_iter().map(|(_, item)| item).collect()),
        }
    })
}

fn order<'v>(left: &Value<'v>, right: &Value<'v>, runtime: &mut Runtime<'v>) -> Result<Ordering, Fault> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            runtime.step(left.len().min(right.len()) as u64 / 64)?;
            let upper = |text: &str| text.chars().flat_map(char::to_uppercase).collect::<String>();
            Ok(upper(left).cmp(&upper(right)))
        }
        (Value::Nil, Value::Nil) => Ok(Ordering::Equal),
        (Value::Nil, _) => Ok(Ordering::Less),
        (_, Value::Nil) => Ok(Ordering::Greater),
        _ => match crate::compare::order(left, right, runtime)? {
            Some(order) => Ok(order),
            None => fails("At least one object must implement IComparable."),
        },
    }
}

/// Items whose member is equal to a value, or there and not false.
fn filter<'v>(runtime: &mut Runtime<'v>, input: Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    let Some(items) = input.items(runtime)? else {
        return Ok(input);
    };
    let (name, wanted) = (argument(a, 0).to_text(runtime)?, argument(a, 1));
    let mut kept = Vec::new();
    for item in items {
        let found = member(&item, &name, runtime)?.settled();
        let is_kept = match (wanted, &found) {
            (Value::Nil, _) | (_, Value::Nil) => found.is_true(),
            (wanted, found) => equal(found, wanted, runtime)?,
        };
        if is_kept {
            kept.push(item);
        }
    }
    Value::list(kept, runtime)
}
