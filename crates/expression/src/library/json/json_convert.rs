//! `Newtonsoft.Json.JsonConvert`

use super::to_object::to_object;
use super::token::parsed;
use super::value::token_of;
use crate::json::{Formatting, JToken};
use crate::library::{Call, Class, ClassKind, Row, TypeObject, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

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
        |call, a| deserialize(call, a.text(0)?, &Type::OBJECT),
    ),
    row(
        "static object DeserializeObject(string value, Type type)",
        r#"JsonConvert.DeserializeObject("[1,2]", typeof(List<int>)).GetType()"#,
        "System.Collections.Generic.List`1[System.Int32]",
        |call, a| {
            let text = a.text(0)?;
            let ty = a
                .value(1)
                .object::<TypeObject>()
                .map_or(Type::OBJECT, |ty| ty.0.clone());
            deserialize(call, text, &ty)
        },
    ),
    row(
        "static T DeserializeObject<T>(string value)",
        r#"JsonConvert.DeserializeObject<List<int>>("[1,2]").Count"#,
        "2",
        |call, a| {
            let ty = call.type_argument(0);
            deserialize(call, a.text(0)?, &ty)
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

/// Reads a text into a type; a text without content is null.
fn deserialize(call: &mut Call<'_, '_>, text: &Text, ty: &Type) -> Outcome {
    if text.trim().is_empty() && ty.accepts_null() {
        return Ok(Value::Null);
    }
    let token = parsed(call, text, whole)?;
    to_object(call.frame, &token, ty)
}

/// A tree; a text that ends inside of a value is an exception of the serializer's own.
fn whole(text: &Text) -> Result<JToken, Thrown> {
    JToken::parse(text).map_err(|error| {
        let ended = [
            "Unexpected end of content while loading JObject",
            "Error reading JObject from JsonReader",
        ];
        if let Some(found) = ended.into_iter().find(|ended| error.message.starts_with(ended)) {
            let message = error.message.replace(found, "Unexpected end when reading JSON");
            return Thrown::new("Newtonsoft.Json.JsonSerializationException", message);
        }
        error.into()
    })
}
