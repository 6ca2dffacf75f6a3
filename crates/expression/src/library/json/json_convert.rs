//! `Newtonsoft.Json.JsonConvert`

use super::convert;
use super::value::token_of;
use crate::json::{Formatting, JToken};
use crate::library::{Class, ClassKind, Row, row};

/// Serialisation.
pub static JSON_CONVERT: Class = Class::new("Newtonsoft.Json.JsonConvert", ClassKind::Static)
    .rows(ROWS)
    .more(&[crate::library::xml::JSON_CONVERT_ROWS]);

const ROWS: &[Row] = &[
    row(
        "static string SerializeObject(object value)",
        r"JsonConvert.SerializeObject(new { a = 1, c = (string)null })",
        r#"{"a":1,"c":null}"#,
        |call, a| {
            let token = token_of(a.value(0), call.frame)?;
            call.text(token.to_json(Formatting::None))
        },
    ),
    row(
        "static string SerializeObject(object value, Formatting formatting)",
        "JsonConvert.SerializeObject(new[] { 1 }, Formatting.None)",
        "[1]",
        |call, a| {
            let token = token_of(a.value(0), call.frame)?;
            call.text(token.to_json(if a.int(1) == 1 {
                Formatting::Indented
            } else {
                Formatting::None
            }))
        },
    ),
    row(
        "static object DeserializeObject(string value)",
        r#"((JObject)JsonConvert.DeserializeObject("{\"a\":1}")).Count"#,
        "1",
        |call, a| {
            let token = JToken::parse(a.text(0)?)?;
            convert::to_object(call.frame, &token, &crate::types::Type::OBJECT)
        },
    ),
    row(
        "static T DeserializeObject<T>(string value)",
        r#"JsonConvert.DeserializeObject<List<int>>("[1,2]").Count"#,
        "2",
        |call, a| {
            let ty = call.type_argument(0);
            let token = JToken::parse(a.text(0)?)?;
            convert::to_object(call.frame, &token, &ty)
        },
    ),
    row(
        "static string ToString(object value)",
        "JsonConvert.ToString(true)",
        "true",
        |call, a| {
            let token = token_of(a.value(0), call.frame)?;
            call.text(token.to_json(Formatting::None))
        },
    ),
];
