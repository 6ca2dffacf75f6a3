//! `Newtonsoft.Json.JsonSerializerSettings` and `JsonSerializer`: the same choices, given to `JsonConvert` or kept.

use super::json_convert::read_value;
use super::options::{OF_SERIALIZERS, Options};
use super::text_reader;
use super::to_object::to_object;
use super::value::shaped_token_of;
use crate::json::JToken;
use crate::library::{Arguments, Call, Class, ClassKind, Row, TypeObject, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{ClassRef, Type};
use crate::value::{Object, Value};
use std::any::Any;

/// Choices for `JsonConvert`.
pub static SETTINGS: Class = Class::new("Newtonsoft.Json.JsonSerializerSettings", ClassKind::Class)
    .rows(&[row(
        "new()",
        "new JsonSerializerSettings { Formatting = Formatting.Indented }.Formatting",
        "Indented",
        |_, _| Ok(made(&SETTINGS, Options::default())),
    )])
    .more(OF_SERIALIZERS);
/// Writes and reads by choices of its own.
pub static SERIALIZER: Class = Class::new("Newtonsoft.Json.JsonSerializer", ClassKind::Class)
    .rows(ROWS)
    .more(OF_SERIALIZERS);

const ROWS: &[Row] = &[
    row("new()", "new JsonSerializer().Formatting", "None", |_, _| {
        Ok(made(&SERIALIZER, Options::default()))
    }),
    row(
        "static JsonSerializer Create()",
        "JsonSerializer.Create().DateParseHandling",
        "DateTime",
        create,
    ),
    row(
        "static JsonSerializer Create(JsonSerializerSettings settings)",
        "JsonSerializer.Create(new JsonSerializerSettings { Formatting = Formatting.Indented }).Formatting",
        "Indented",
        create,
    ),
    row(
        "static JsonSerializer CreateDefault()",
        "JsonSerializer.CreateDefault().Formatting",
        "None",
        create,
    ),
    row(
        "static JsonSerializer CreateDefault(JsonSerializerSettings settings)",
        "",
        "",
        create,
    ),
    row("void Serialize(TextWriter textWriter, object value)", "", "", serialize),
    row(
        "void Serialize(TextWriter textWriter, object value, Type objectType)",
        "",
        "",
        serialize,
    ),
    row(
        "object Deserialize(TextReader reader, Type objectType)",
        r#"new JsonSerializer().Deserialize(new StringReader("5"), typeof(int))"#,
        "5",
        |call, a| {
            let text = crate::library::io::rest(a, 1)?;
            let ty = type_at(a, 2);
            read_value(call, &text, &ty, options_of(a, 0)?.read_style())
        },
    ),
    row(
        "object Deserialize(JsonReader reader)",
        r#"new JsonSerializer().Deserialize(new JsonTextReader(new StringReader("true")))"#,
        "True",
        |call, a| from_reader(call, a, &Type::OBJECT),
    ),
    row(
        "object Deserialize(JsonReader reader, Type objectType)",
        "",
        "",
        |call, a| from_reader(call, a, &type_at(a, 2)),
    ),
    row(
        "T Deserialize<T>(JsonReader reader)",
        r#"new JsonSerializer().Deserialize<List<int>>(new JsonTextReader(new StringReader("[1, 2]"))).Count"#,
        "2",
        |call, a| {
            let ty = call.type_argument(0);
            from_reader(call, a, &ty)
        },
    ),
];

/// The choices as an object, of either class.
#[derive(Debug)]
struct Choices {
    class: ClassRef,
    options: Options,
}

impl Object for Choices {
    fn type_name(&self) -> String {
        self.class.0.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn made(class: &'static Class, options: Options) -> Value {
    Value::of(Choices {
        class: ClassRef(class),
        options,
    })
}

/// The choices that settings or a serializer hold.
pub fn options(value: &Value) -> Option<&Options> {
    value.object::<Choices>().map(|choices| &choices.options)
}

fn options_of(a: Arguments<'_>, index: usize) -> Result<&Options, Thrown> {
    options(a.value(index)).ok_or_else(|| a.null(index))
}

fn type_at(a: Arguments<'_>, index: usize) -> Type {
    let ty = a.value(index).object::<TypeObject>();
    ty.map_or(Type::OBJECT, |ty| ty.0.clone())
}

fn create(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    Ok(made(&SERIALIZER, options(a.value(0)).cloned().unwrap_or_default()))
}

fn serialize(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let options = options_of(a, 0)?;
    let style = options.write_style()?;
    let token = shaped_token_of(a.value(2), call.frame, options.shape())?;
    let json = token.to_styled_json(&style);
    crate::library::io::write(call, a, 1, &json)?;
    Ok(Value::Null)
}

fn from_reader(call: &mut Call<'_, '_>, a: Arguments<'_>, ty: &Type) -> Outcome {
    let token = text_reader::load_at(call, a, 1, JToken::load)?;
    to_object(call.frame, &token, ty)
}

/// `FromObject(object, JsonSerializer)`
///
/// # Errors
/// `ArgumentNullException`; as for any value.
pub fn from_object(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<JToken, Thrown> {
    let shape = options_of(a, 1)?.shape();
    shaped_token_of(a.required(0)?, call.frame, shape)
}
