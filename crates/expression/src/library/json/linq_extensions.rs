//! `Newtonsoft.Json.Linq.Extensions`

use super::convert;
use super::token::{JTOKEN, get};
use crate::collection::{ELEMENT_BYTES, Sequence, collect};
use crate::json::JToken;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

/// Extension methods of sequences of tokens.
pub static EXTENSIONS: Class = Class::new("Newtonsoft.Json.Linq.Extensions", ClassKind::Static).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static TResult Value<TResult>(this IEnumerable<JToken> value)",
        r#"JToken.Parse("5").Value<int>()"#,
        "5",
        |call, a| {
            let ty = call.type_argument(0);
            match a.value(0) {
                Value::Json(token) => convert::value_as(Some(token), &ty),
                Value::Null => Err(a.null(0)),
                _ => Err(Thrown::new(
                    "System.ArgumentException",
                    "Source value must be a JToken.",
                )),
            }
        },
    ),
    row(
        "static IJEnumerable<JToken> AsJEnumerable(this IEnumerable<JToken> source)",
        r#"JToken.Parse("[1]").AsJEnumerable().Count()"#,
        "1",
        |call, a| {
            each(call, a, JTOKEN_TYPE, |token, found| {
                found.push(token.clone());
                Ok(())
            })
        },
    ),
    row(
        "static IJEnumerable<JToken> Children(this IEnumerable<JToken> source)",
        r#"JToken.Parse("[[1],[2]]").Children().Children().Count()"#,
        "2",
        |call, a| {
            each(call, a, JTOKEN_TYPE, |token, found| {
                found.extend(token.children());
                Ok(())
            })
        },
    ),
    row(
        "static IJEnumerable<JToken> Ancestors(this IEnumerable<JToken> source)",
        r#"JToken.Parse("[[1],[2]]").Children().OfType<JArray>().Ancestors().Count()"#,
        "2",
        |call, a| {
            each(call, a, JTOKEN_TYPE, |token, found| {
                found.extend(token.ancestors());
                Ok(())
            })
        },
    ),
    row(
        "static IJEnumerable<JToken> AncestorsAndSelf(this IEnumerable<JToken> source)",
        r#"JToken.Parse("[[1],[2]]").Children().AncestorsAndSelf().Count()"#,
        "4",
        |call, a| {
            each(call, a, JTOKEN_TYPE, |token, found| {
                found.extend(token.ancestors_and_self());
                Ok(())
            })
        },
    ),
    row(
        "static IJEnumerable<JToken> Descendants(this IEnumerable<JToken> source)",
        r#"JToken.Parse("[[1],[2]]").Children().Descendants().Count()"#,
        "2",
        |call, a| {
            each(call, a, JTOKEN_TYPE, |token, found| {
                found.extend(token.descendants());
                Ok(())
            })
        },
    ),
    row(
        "static IJEnumerable<JToken> DescendantsAndSelf(this IEnumerable<JToken> source)",
        r#"JToken.Parse("[[1],[2]]").OfType<JArray>().DescendantsAndSelf().Count()"#,
        "4",
        |call, a| {
            each(call, a, JTOKEN_TYPE, |token, found| {
                found.extend(token.descendants_and_self());
                Ok(())
            })
        },
    ),
    row(
        "static IJEnumerable<JProperty> Properties(this IEnumerable<JObject> source)",
        r#"JToken.Parse("[{\"a\":1},{\"b\":2}]").OfType<JObject>().Properties().Last().Name"#,
        "b",
        |call, a| {
            each(
                call,
                a,
                || Type::class(&super::property::JPROPERTY),
                |token, found| {
                    found.extend(token.properties());
                    Ok(())
                },
            )
        },
    ),
    row(
        "static IJEnumerable<JToken> Values(this IEnumerable<JToken> source)",
        r#"JToken.Parse("{\"a\":1,\"b\":2}").Children().Values().Last()"#,
        "2",
        |call, a| each(call, a, JTOKEN_TYPE, values),
    ),
    row(
        "static IJEnumerable<JToken> Values(this IEnumerable<JToken> source, object key)",
        r#"JToken.Parse("[{\"a\":1}]").Children().Values("a").Count()"#,
        "1",
        |call, a| {
            let key = a.value(1).clone();
            each(call, a, JTOKEN_TYPE, move |token, found| values_of(token, &key, found))
        },
    ),
    row(
        "static IEnumerable<TResult> Values<TResult>(this IEnumerable<JToken> source)",
        r#"JToken.Parse("[1,2]").Take(2).Values<int>().Sum()"#,
        "3",
        |call, a| {
            let ty = call.type_argument(0);
            let tokens = each(call, a, JTOKEN_TYPE, values)?;
            Ok(converted(tokens, ty))
        },
    ),
    row(
        "static IEnumerable<TResult> Values<TResult>(this IEnumerable<JToken> source, object key)",
        r#"JToken.Parse("[{\"a\":1},{\"a\":2}]").Children().Values<int>("a").Sum()"#,
        "3",
        |call, a| {
            let (ty, key) = (call.type_argument(0), a.value(1).clone());
            let tokens = each(call, a, JTOKEN_TYPE, move |token, found| values_of(token, &key, found))?;
            Ok(converted(tokens, ty))
        },
    ),
];

const JTOKEN_TYPE: fn() -> Type = || Type::class(&JTOKEN);

/// A lazy sequence of what each token of the source has.
fn each<F>(_: &mut Call<'_, '_>, a: Arguments<'_>, element: fn() -> Type, find: F) -> Outcome
where
    F: Fn(&JToken, &mut Vec<JToken>) -> Result<(), Thrown> + Send + Sync + 'static,
{
    let source = a.required(0)?.clone();
    Ok(Sequence::new(element(), move |frame| {
        let mut found = Vec::new();
        for item in collect(&source, frame)? {
            let before = found.len();
            if let Value::Json(token) = &item {
                find(token, &mut found)?;
            }
            frame.step((found.len() - before) as u64)?;
            frame.allocate((found.len() - before) * ELEMENT_BYTES)?;
        }
        Ok(found.into_iter().map(Value::Json).collect::<Vec<Value>>().into_iter())
    }))
}

/// A value itself, of a container its children.
fn values(token: &JToken, found: &mut Vec<JToken>) -> Result<(), Thrown> {
    if token.scalar().is_some() {
        found.push(token.clone());
    } else {
        found.extend(token.children());
    }
    Ok(())
}

/// `token[key]`, when there is such a child; without a key as [`values`].
fn values_of(token: &JToken, key: &Value, found: &mut Vec<JToken>) -> Result<(), Thrown> {
    if key.is_null() {
        return values(token, found);
    }
    if let Value::Json(child) = get(token, key)? {
        found.push(child);
    }
    Ok(())
}

/// Tokens as values of a type.
fn converted(tokens: Value, ty: Type) -> Value {
    Sequence::new(ty.clone(), move |frame| {
        let tokens = collect(&tokens, frame)?;
        let values: Result<Vec<Value>, Thrown> = tokens
            .iter()
            .map(|token| match token {
                Value::Json(token) => convert::value_as(Some(token), &ty),
                _ => Ok(Value::default_of(&ty)),
            })
            .collect();
        Ok(values?.into_iter())
    })
}
