//! `Newtonsoft.Json.Linq.JObject`

use super::container::add;
use super::token::{token, tokens};
use super::value::{content, of_class, token_of};
use crate::collection::collect;
use crate::json::JToken;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::Value;

/// A JSON object.
pub static JOBJECT: Class = Class::new("Newtonsoft.Json.Linq.JObject", ClassKind::Class)
    .inherits(&["JContainer", "IDictionary<string, JToken>"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row("new()", "new JObject().Count", "0", |_, _| Ok(JToken::object().into())),
    row(
        "new(params object[] content)",
        r#"new JObject(new JProperty("a", 1)).ToString(Formatting.None)"#,
        r#"{"a":1}"#,
        |call, a| {
            let object = JToken::object();
            for item in collect(a.required(0)?, call.frame)? {
                add(call.frame, &object, &item)?;
            }
            Ok(object.into())
        },
    ),
    row(
        "new(object content)",
        r#"new JObject(new[] { new JProperty("a", 1) }).Count"#,
        "1",
        |call, a| {
            let object = JToken::object();
            add(call.frame, &object, a.value(0))?;
            Ok(object.into())
        },
    ),
    row(
        "new(JObject other)",
        "new JObject(new JObject()).Count",
        "0",
        |call, a| super::token::clone(call, token(a, 0)?),
    ),
    row(
        "JToken this[string propertyName] { get; }",
        r#"JObject.Parse("{\"a\":1}")["a"]"#,
        "1",
        |_, a| Ok(token(a, 0)?.try_get(a.text(1)?).into()),
    ),
    row("JToken this[string propertyName] { set; }", "", "", |call, a| {
        call.allocate(64)?;
        token(a, 0)?.set(a.text(1)?.clone(), content(a.value(2))?)?;
        Ok(Value::Null)
    }),
    row(
        "static JObject Parse(string json)",
        r#"JObject.Parse("{\"a\":1}").Count"#,
        "1",
        |call, a| {
            let text = a.text_or_null(0).ok_or_else(|| Thrown::argument_null("s"))?;
            Ok(super::token::parsed(call, text, JToken::parse_object)?.into())
        },
    ),
    row(
        "static JObject Load(JsonReader reader)",
        r#"JObject.Load(new JsonTextReader(new StringReader("{a: 1}"))).Count"#,
        "1",
        |call, a| super::text_reader::load(call, a, JToken::load_object),
    ),
    row(
        "static JObject FromObject(object o, JsonSerializer jsonSerializer)",
        "",
        "",
        |call, a| of_class(super::serializer::from_object(call, a)?, "JObject"),
    ),
    row(
        "static JObject FromObject(object o)",
        "JObject.FromObject(new { a = 1 }).Count",
        "1",
        |call, a| of_class(token_of(a.required(0)?, call.frame)?, "JObject"),
    ),
    row("void Add(string propertyName, JToken value)", "", "", |call, a| {
        call.allocate(64)?;
        token(a, 0)?.add_property(a.text(1)?.clone(), content(a.value(2))?)?;
        Ok(Value::Null)
    }),
    row(
        "bool Remove(string propertyName)",
        r#"JObject.Parse("{\"a\":1}").Remove("a")"#,
        "True",
        |_, a| {
            let object = token(a, 0)?;
            Ok(a.text_or_null(1).is_some_and(|name| object.remove_key(name)).into())
        },
    ),
    row(
        "bool ContainsKey(string propertyName)",
        r#"JObject.Parse("{\"a\":1}").ContainsKey("a")"#,
        "True",
        |_, a| Ok(token(a, 0)?.contains_key(a.text(1)?).into()),
    ),
    row(
        "JProperty Property(string name)",
        r#"JObject.Parse("{\"a\":1}").Property("a").Name"#,
        "a",
        |_, a| {
            Ok(a.text_or_null(1)
                .and_then(|name| token(a, 0).ok()?.property(name))
                .into())
        },
    ),
    row(
        "JProperty Property(string name, StringComparison comparison)",
        r#"JObject.Parse("{\"a\":1}").Property("A", StringComparison.OrdinalIgnoreCase).Name"#,
        "a",
        |_, a| {
            let object = token(a, 0)?;
            Ok(if a.int(2) % 2 == 1 {
                object.property_ignoring_case(a.text(1)?)
            } else {
                object.property(a.text(1)?)
            }
            .into())
        },
    ),
    row(
        "IEnumerable<JProperty> Properties()",
        r#"JObject.Parse("{\"a\":1}").Properties().First().Name"#,
        "a",
        |_, a| {
            let element = crate::types::Type::class(&super::property::JPROPERTY);
            Ok(super::token::lazily(element, token(a, 0)?.clone()))
        },
    ),
    row(
        "IJEnumerable<JToken> PropertyValues()",
        r#"JObject.Parse("{\"a\":1}").PropertyValues().First()"#,
        "1",
        |call, a| tokens(call.frame, token(a, 0)?.values()?),
    ),
    row(
        "JToken GetValue(string propertyName)",
        r#"JObject.Parse("{\"a\":1}").GetValue("a")"#,
        "1",
        |_, a| {
            Ok(a.text_or_null(1)
                .and_then(|name| token(a, 0).ok()?.try_get(name))
                .into())
        },
    ),
    row(
        "JToken GetValue(string propertyName, StringComparison comparison)",
        r#"JObject.Parse("{\"a\":1}").GetValue("A", StringComparison.OrdinalIgnoreCase)"#,
        "1",
        |_, a| {
            let object = token(a, 0)?;
            let found = if a.int(2) % 2 == 1 {
                object.property_ignoring_case(a.text(1)?)
            } else {
                object.property(a.text(1)?)
            };
            Ok(found.and_then(|property| property.property_value()).into())
        },
    ),
    row(
        "bool TryGetValue(string propertyName, out JToken value)",
        r#"JObject.Parse("{\"a\":1}").TryGetValue("a", out var v) ? v : null"#,
        "1",
        |call, a| {
            let found = a.text_or_null(1).and_then(|name| token(a, 0).ok()?.try_get(name));
            let known = found.is_some();
            call.give_out(found.into());
            Ok(known.into())
        },
    ),
    row(
        "bool TryGetValue(string propertyName, StringComparison comparison, out JToken value)",
        r#"JObject.Parse("{\"a\":1}").TryGetValue("A", StringComparison.OrdinalIgnoreCase, out var v) ? v : null"#,
        "1",
        |call, a| {
            let object = token(a, 0)?;
            let found = if a.int(2) % 2 == 1 {
                object.property_ignoring_case(a.text(1)?)
            } else {
                object.property(a.text(1)?)
            };
            let known = found.is_some();
            call.give_out(found.and_then(|property| property.property_value()).into());
            Ok(known.into())
        },
    ),
];
