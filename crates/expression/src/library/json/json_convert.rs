//! `Newtonsoft.Json.JsonConvert`

use super::options::{Options, escape_of, formatting_of, options, zone};
use super::to_object::to_object;
use super::token::parsed;
use super::value::shaped_token_of;
use crate::json::{Escape, JToken, ReadStyle, WriteStyle, quoted};
use crate::library::{Arguments, Call, Class, ClassKind, Row, TypeObject, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

/// Serialisation.
pub static JSON_CONVERT: Class = Class::new("Newtonsoft.Json.JsonConvert", ClassKind::Static)
    .rows(SERIALIZE_ROWS)
    .more(&[DESERIALIZE_ROWS, TEXT_ROWS, crate::library::xml::JSON_CONVERT_ROWS]);

const SERIALIZE_ROWS: &[Row] = &[
    row(
        "static string SerializeObject(object value)",
        r"JsonConvert.SerializeObject(new { a = 1, c = (string)null })",
        r#"{"a":1,"c":null}"#,
        |call, a| serialize(call, a, None, None),
    ),
    row(
        "static string SerializeObject(object value, Formatting formatting)",
        "JsonConvert.SerializeObject(new[] { 1 }, Formatting.None)",
        "[1]",
        |call, a| serialize(call, a, Some(1), None),
    ),
    row(
        "static string SerializeObject(object value, JsonSerializerSettings settings)",
        r"JsonConvert.SerializeObject(new { a = 1, c = (string)null }, new JsonSerializerSettings { NullValueHandling = NullValueHandling.Ignore })",
        r#"{"a":1}"#,
        |call, a| serialize(call, a, None, Some(1)),
    ),
    row(
        "static string SerializeObject(object value, Formatting formatting, JsonSerializerSettings settings)",
        "",
        "",
        |call, a| serialize(call, a, Some(1), Some(2)),
    ),
    row(
        "static string SerializeObject(object value, Type type, JsonSerializerSettings settings)",
        "",
        "",
        |call, a| serialize(call, a, None, Some(2)),
    ),
    row(
        "static string SerializeObject(object value, Type type, Formatting formatting, JsonSerializerSettings settings)",
        "",
        "",
        |call, a| serialize(call, a, Some(2), Some(3)),
    ),
];

const DESERIALIZE_ROWS: &[Row] = &[
    row(
        "static object DeserializeObject(string value)",
        r#"((JObject)JsonConvert.DeserializeObject("{\"a\":1}")).Count"#,
        "1",
        |call, a| deserialize(call, a, &Type::OBJECT, None),
    ),
    row(
        "static object DeserializeObject(string value, JsonSerializerSettings settings)",
        r#"JsonConvert.DeserializeObject("'2024-05-06T07:08:09Z'", new JsonSerializerSettings { DateParseHandling = DateParseHandling.None })"#,
        "2024-05-06T07:08:09Z",
        |call, a| deserialize(call, a, &Type::OBJECT, Some(1)),
    ),
    row(
        "static object DeserializeObject(string value, Type type)",
        r#"JsonConvert.DeserializeObject("[1,2]", typeof(List<int>)).GetType()"#,
        "System.Collections.Generic.List`1[System.Int32]",
        |call, a| deserialize(call, a, &type_at(a, 1), None),
    ),
    row(
        "static object DeserializeObject(string value, Type type, JsonSerializerSettings settings)",
        "",
        "",
        |call, a| deserialize(call, a, &type_at(a, 1), Some(2)),
    ),
    row(
        "static T DeserializeObject<T>(string value)",
        r#"JsonConvert.DeserializeObject<List<int>>("[1,2]").Count"#,
        "2",
        |call, a| {
            let ty = call.type_argument(0);
            deserialize(call, a, &ty, None)
        },
    ),
    row(
        "static T DeserializeObject<T>(string value, JsonSerializerSettings settings)",
        r#"JsonConvert.DeserializeObject<List<int>>("[1,2]", new JsonSerializerSettings()).Count"#,
        "2",
        |call, a| {
            let ty = call.type_argument(0);
            deserialize(call, a, &ty, Some(1))
        },
    ),
    row(
        "static T DeserializeAnonymousType<T>(string value, T anonymousTypeObject)",
        r#"JsonConvert.DeserializeAnonymousType("{a: 1}", new { a = 0 }).a"#,
        "1",
        |call, a| {
            let ty = call.type_argument(0);
            deserialize(call, a, &ty, None)
        },
    ),
    row(
        "static T DeserializeAnonymousType<T>(string value, T anonymousTypeObject, JsonSerializerSettings settings)",
        "",
        "",
        |call, a| {
            let ty = call.type_argument(0);
            deserialize(call, a, &ty, Some(2))
        },
    ),
];

/// Texts of plain values.
const TEXT_ROWS: &[Row] = &[
    row(
        "static string ToString(object value)",
        "JsonConvert.ToString(true)",
        "true",
        |call, a| serialize(call, a, None, None),
    ),
    row(
        "static string ToString(string value, char delimiter)",
        r#"JsonConvert.ToString("it's", '\'')"#,
        r"'it\'s'",
        |call, a| quote(call, a, Escape::Default),
    ),
    row(
        "static string ToString(string value, char delimiter, StringEscapeHandling stringEscapeHandling)",
        r#"JsonConvert.ToString("<", '"', StringEscapeHandling.EscapeHtml)"#,
        r#""\u003c""#,
        |call, a| quote(call, a, escape_of(a.int(2))),
    ),
    row(
        "static string ToString(DateTime value, DateFormatHandling format, DateTimeZoneHandling timeZoneHandling)",
        "JsonConvert.ToString(new DateTime(1970, 1, 1), DateFormatHandling.MicrosoftDateFormat, DateTimeZoneHandling.Utc)",
        r#""\/Date(0)\/""#,
        |call, a| {
            let style = WriteStyle {
                microsoft_dates: a.int(1) == 1,
                zone: zone(a, 2),
                ..formatting_of(0).into()
            };
            written(call, a, &style)
        },
    ),
    row(
        "static string ToString(DateTimeOffset value, DateFormatHandling format)",
        "JsonConvert.ToString(DateTimeOffset.FromUnixTimeSeconds(0), DateFormatHandling.MicrosoftDateFormat)",
        r#""\/Date(0+0000)\/""#,
        |call, a| {
            let style = WriteStyle {
                microsoft_dates: a.int(1) == 1,
                ..formatting_of(0).into()
            };
            written(call, a, &style)
        },
    ),
    row("static string True { get; }", "JsonConvert.True", "true", |_, _| {
        Ok("true".into())
    }),
    row("static string False { get; }", "JsonConvert.False", "false", |_, _| {
        Ok("false".into())
    }),
    row("static string Null { get; }", "JsonConvert.Null", "null", |_, _| {
        Ok("null".into())
    }),
    row(
        "static string Undefined { get; }",
        "JsonConvert.Undefined",
        "undefined",
        |_, _| Ok("undefined".into()),
    ),
    row("static string NaN { get; }", "JsonConvert.NaN", "NaN", |_, _| {
        Ok("NaN".into())
    }),
    row(
        "static string PositiveInfinity { get; }",
        "JsonConvert.PositiveInfinity",
        "Infinity",
        |_, _| Ok("Infinity".into()),
    ),
    row(
        "static string NegativeInfinity { get; }",
        "JsonConvert.NegativeInfinity",
        "-Infinity",
        |_, _| Ok("-Infinity".into()),
    ),
];

/// Writes the first argument; the formatting and the settings are at these places, if there are any.
fn serialize(call: &mut Call<'_, '_>, a: Arguments<'_>, formatting: Option<usize>, settings: Option<usize>) -> Outcome {
    let options = settings.and_then(|at| options(a.value(at)));
    let mut style = match options {
        Some(options) => options.write_style()?,
        None => formatting_of(0).into(),
    };
    if let Some(at) = formatting {
        style.formatting = formatting_of(a.int(at));
    }
    let shape = options.map(Options::shape).unwrap_or_default();
    let token = shaped_token_of(a.value(0), call.frame, shape)?;
    call.text(token.to_styled_json(&style))
}

fn written(call: &mut Call<'_, '_>, a: Arguments<'_>, style: &WriteStyle) -> Outcome {
    let token = shaped_token_of(a.value(0), call.frame, super::value::Shape::default())?;
    call.text(token.to_styled_json(style))
}

fn quote(call: &mut Call<'_, '_>, a: Arguments<'_>, escape: Escape) -> Outcome {
    let Some(delimiter) = char::from_u32(u32::from(a.char(1))).filter(|c| matches!(c, '"' | '\'')) else {
        return Err(Thrown::argument(
            "Delimiter must be a single or double quote.",
            "delimiter",
        ));
    };
    let text = a.text_or_null(0).map(Text::as_str).unwrap_or_default();
    call.text(quoted(text, delimiter, escape))
}

fn type_at(a: Arguments<'_>, index: usize) -> Type {
    let ty = a.value(index).object::<TypeObject>();
    ty.map_or(Type::OBJECT, |ty| ty.0.clone())
}

fn deserialize(call: &mut Call<'_, '_>, a: Arguments<'_>, ty: &Type, settings: Option<usize>) -> Outcome {
    let options = settings.and_then(|at| options(a.value(at)));
    let style = options.map(Options::read_style).unwrap_or_default();
    read_value(call, a.text(0)?, ty, style)
}

/// Reads a text into a type; a text without content is null.
///
/// # Errors
/// Newtonsoft's; when the budget is used up.
pub fn read_value(call: &mut Call<'_, '_>, text: &Text, ty: &Type, style: ReadStyle) -> Outcome {
    if text.trim().is_empty() && ty.accepts_null() {
        return Ok(Value::Null);
    }
    let token = parsed(call, text, |text| whole(text, style))?;
    to_object(call.frame, &token, ty)
}

/// A tree; a text that ends inside of a value is an exception of the serializer's own.
fn whole(text: &Text, style: ReadStyle) -> Result<JToken, Thrown> {
    JToken::parse_styled(text, style).map_err(|error| {
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
