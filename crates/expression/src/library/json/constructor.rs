//! `Newtonsoft.Json.Linq.JConstructor`

use super::container::add;
use super::token::{clone, token};
use crate::collection::collect;
use crate::json::JToken;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::Value;

/// A JavaScript constructor in JSON: `new Date(1)`.
pub static JCONSTRUCTOR: Class = Class::new("Newtonsoft.Json.Linq.JConstructor", ClassKind::Class)
    .inherits(&["JContainer"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row("new()", "new JConstructor().Count", "0", |_, _| {
        Ok(JToken::constructor(None)?.into())
    }),
    row("new(string name)", "new JConstructor(\"Date\").Name", "Date", |_, a| {
        Ok(named(a)?.into())
    }),
    row(
        "new(string name, params object[] content)",
        "new JConstructor(\"Date\", 1, 2).Count",
        "2",
        |call, a| {
            let constructor = named(a)?;
            for item in collect(a.required(1)?, call.frame)? {
                add(call.frame, &constructor, &item)?;
            }
            Ok(constructor.into())
        },
    ),
    row(
        "new(string name, object content)",
        "new JConstructor(\"Date\", new List<int> { 1, 2 }).Count",
        "2",
        |call, a| {
            let constructor = named(a)?;
            add(call.frame, &constructor, a.value(1))?;
            Ok(constructor.into())
        },
    ),
    row(
        "new(JConstructor other)",
        "new JConstructor(new JConstructor(\"Date\", 1)).Count",
        "1",
        |call, a| clone(call, token(a, 0)?),
    ),
    row(
        "string Name { get; }",
        "((JConstructor)JToken.Parse(\"new Date(1)\")).Name",
        "Date",
        |_, a| Ok(token(a, 0)?.constructor_name().into()),
    ),
    row("string Name { set; }", "", "", |_, a| {
        token(a, 0)?.set_constructor_name(a.text_or_null(1).cloned());
        Ok(Value::Null)
    }),
    row(
        "static JConstructor Load(JsonReader reader)",
        r#"JConstructor.Load(new JsonTextReader(new StringReader("new Date(1)"))).Count"#,
        "1",
        |call, a| super::text_reader::load(call, a, JToken::load_constructor),
    ),
];

fn named(a: Arguments<'_>) -> Result<JToken, Thrown> {
    let name = a.text_or_null(0).ok_or_else(|| Thrown::argument_null("name"))?;
    Ok(JToken::constructor(Some(name.clone()))?)
}
