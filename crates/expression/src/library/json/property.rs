//! `Newtonsoft.Json.Linq.JProperty`

use super::container::add;
use super::token::token;
use super::value::content;
use crate::collection::collect;
use crate::json::{JToken, Scalar};
use crate::library::{Class, ClassKind, Row, row};
use crate::value::Value;

/// A name with its value.
pub static JPROPERTY: Class = Class::new("Newtonsoft.Json.Linq.JProperty", ClassKind::Class)
    .inherits(&["JContainer"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "new(string name, object content)",
        r#"new JProperty("a", 1).Value"#,
        "1",
        |call, a| {
            call.allocate(128)?;
            let name = a.text(0)?.clone();
            let value = a.value(1);
            let bytes = value
                .object::<crate::collection::Array>()
                .is_some_and(|array| array.to_bytes().is_some());
            if matches!(value, Value::Object(_)) && !bytes && value.runtime_type().element().is_some() {
                let array = JToken::array();
                add(call.frame, &array, value)?;
                return Ok(JToken::new_property(name, array)?.into());
            }
            Ok(JToken::new_property(name, content(value)?)?.into())
        },
    ),
    row(
        "new(string name, params object[] content)",
        r#"new JProperty("a", 1, 2).Value.Count()"#,
        "2",
        |call, a| {
            if a.value(1).is_null() {
                return Ok(JToken::new_property(a.text(0)?.clone(), Scalar::Null)?.into());
            }
            let items = collect(a.value(1), call.frame)?;
            let array = JToken::array();
            for item in &items {
                add(call.frame, &array, item)?;
            }
            Ok(JToken::new_property(a.text(0)?.clone(), array)?.into())
        },
    ),
    row(
        "new(JProperty other)",
        r#"new JProperty(new JProperty("a", 1)).Name"#,
        "a",
        |call, a| {
            let Value::Json(other) = a.required(0)? else {
                return Err(a.null(0));
            };
            super::token::clone(call, other)
        },
    ),
    row("string Name { get; }", r#"new JProperty("a", 1).Name"#, "a", |_, a| {
        Ok(token(a, 0)?.name().into())
    }),
    row(
        "JToken Value { get; }",
        r#"new JProperty("a", 1).Value"#,
        "1",
        |_, a| Ok(token(a, 0)?.property_value().into()),
    ),
    row("JToken Value { set; }", "", "", |_, a| {
        token(a, 0)?.set_property_value(content(a.value(1))?)?;
        Ok(Value::Null)
    }),
];
