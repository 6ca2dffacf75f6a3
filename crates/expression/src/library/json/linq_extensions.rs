//! `Newtonsoft.Json.Linq.Extensions`

use super::convert;
use super::token::tokens;
use crate::collection::collect;
use crate::json::JToken;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
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
        "static IEnumerable<JToken> Children(this IEnumerable<JToken> source)",
        r#"JToken.Parse("[[1],[2]]").Children().Children().Count()"#,
        "2",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            Ok(tokens(
                items
                    .iter()
                    .flat_map(|item| {
                        if let Value::Json(token) = item {
                            token.children()
                        } else {
                            Vec::new()
                        }
                    })
                    .collect(),
            ))
        },
    ),
    row(
        "static IEnumerable<JToken> Descendants(this IEnumerable<JToken> source)",
        r#"JToken.Parse("[[1],[2]]").Children().Descendants().Count()"#,
        "2",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            Ok(tokens(
                items
                    .iter()
                    .flat_map(|item| {
                        if let Value::Json(token) = item {
                            token.descendants()
                        } else {
                            Vec::new()
                        }
                    })
                    .collect(),
            ))
        },
    ),
    row(
        "static IEnumerable<JToken> Values(this IEnumerable<JToken> source, object key)",
        r#"JToken.Parse("[{\"a\":1}]").Children().Values("a").Count()"#,
        "1",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            let mut found: Vec<JToken> = Vec::new();
            for item in &items {
                if let Value::Json(token) = item
                    && let Value::Json(child) = super::token::get(token, a.value(1))?
                {
                    found.push(child);
                }
            }
            Ok(tokens(found))
        },
    ),
];
