//! `Newtonsoft.Json.Linq.JArray`

use super::container::add;
use super::token::token;
use super::value::{content, of_class, token_of};
use crate::collection::collect;
use crate::json::JToken;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::Value;

/// A JSON array.
pub static JARRAY: Class = Class::new("Newtonsoft.Json.Linq.JArray", ClassKind::Class)
    .inherits(&["JContainer", "IList<JToken>"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row("new()", "new JArray().Count", "0", |_, _| Ok(JToken::array().into())),
    row(
        "new(params object[] content)",
        r#"new JArray(1, "a").ToString(Formatting.None)"#,
        r#"[1,"a"]"#,
        |call, a| {
            let array = JToken::array();
            for item in collect(a.required(0)?, call.frame)? {
                add(call.frame, &array, &item)?;
            }
            Ok(array.into())
        },
    ),
    row(
        "new(object content)",
        r"new JArray(new List<int> { 1, 2 }).Count",
        "2",
        |call, a| {
            let array = JToken::array();
            add(call.frame, &array, a.value(0))?;
            Ok(array.into())
        },
    ),
    row(
        "new(JArray other)",
        "new JArray(new JArray(1)).Count",
        "1",
        |call, a| super::token::clone(call, token(a, 0)?),
    ),
    row(
        "JToken this[int index] { get; }",
        r#"JArray.Parse("[1,2]")[1]"#,
        "2",
        |_, a| Ok(token(a, 0)?.get_at(a.long(1))?.into()),
    ),
    row("JToken this[int index] { set; }", "", "", |_, a| {
        token(a, 0)?.set_at(a.long(1), content(a.value(2))?)?;
        Ok(Value::Null)
    }),
    row(
        "static JArray Parse(string json)",
        r#"JArray.Parse("[1]").Count"#,
        "1",
        |call, a| {
            let text = a.text_or_null(0).ok_or_else(|| Thrown::argument_null("s"))?;
            Ok(super::token::parsed(call, text, JToken::parse_array)?.into())
        },
    ),
    row(
        "static JArray Load(JsonReader reader)",
        r#"JArray.Load(new JsonTextReader(new StringReader("[1]"))).Count"#,
        "1",
        |call, a| super::text_reader::load(call, a, JToken::load_array),
    ),
    row(
        "static JArray FromObject(object o, JsonSerializer jsonSerializer)",
        "",
        "",
        |call, a| of_class(super::serializer::from_object(call, a)?, "JArray"),
    ),
    row(
        "static JArray FromObject(object o)",
        "JArray.FromObject(new[] { 1 }).Count",
        "1",
        |call, a| of_class(token_of(a.required(0)?, call.frame)?, "JArray"),
    ),
    row("void Add(JToken item)", "", "", |call, a| {
        call.allocate(64)?;
        token(a, 0)?.add(content(a.value(1))?)?;
        Ok(Value::Null)
    }),
    row("void Insert(int index, JToken item)", "", "", |_, a| {
        token(a, 0)?.insert(a.long(1), content(a.value(2))?)?;
        Ok(Value::Null)
    }),
    row(
        "bool Remove(JToken item)",
        r"new JArray(1).Remove(new JValue(1))",
        "False",
        |_, a| {
            Ok(if let Value::Json(item) = a.value(1) {
                token(a, 0)?.remove_item(item)
            } else {
                false
            }
            .into())
        },
    ),
    row("void RemoveAt(int index)", "", "", |_, a| {
        token(a, 0)?.remove_at(a.long(1))?;
        Ok(Value::Null)
    }),
    row("void Clear()", "", "", |_, a| {
        token(a, 0)?.clear()?;
        Ok(Value::Null)
    }),
    row(
        "int IndexOf(JToken item)",
        "new JArray(1).IndexOf(new JValue(1))",
        "-1",
        |call, a| {
            call.step(token(a, 0)?.count() as u64 / 256)?;
            let at = if let Value::Json(item) = a.value(1) {
                token(a, 0)?.index_of(item)
            } else {
                None
            };
            Ok(at.map_or(-1, |at| at as i32).into())
        },
    ),
    row(
        "bool Contains(JToken item)",
        "new JArray(1).Contains(new JValue(1))",
        "False",
        |call, a| {
            call.step(token(a, 0)?.count() as u64 / 256)?;
            Ok(if let Value::Json(item) = a.value(1) {
                token(a, 0)?.index_of(item).is_some()
            } else {
                false
            }
            .into())
        },
    ),
];
