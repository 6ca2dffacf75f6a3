//! `Newtonsoft.Json.Linq.JToken`

use super::convert;
use super::to_object::token_to_object;
use super::value::{content, scalar_value, token_of};
use crate::collection::{Array, ELEMENT_BYTES, Sequence, enumerate};
use crate::frame::Frame;
use crate::json::{Formatting, JToken};
use crate::library::{Arguments, Call, Class, ClassKind, Row, TypeObject, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::{ClassRef, Type};
use crate::value::Value;

/// What a token costs of the allocation budget.
const NODE_BYTES: usize = 64;

/// Any JSON.
pub static JTOKEN: Class = Class::new("Newtonsoft.Json.Linq.JToken", ClassKind::Class)
    .inherits(&["IJEnumerable<JToken>"])
    .rows(ROWS)
    .more(&[convert::ROWS]);
/// A sequence of tokens.
pub static JENUMERABLE: Class = Class::new("Newtonsoft.Json.Linq.IJEnumerable", ClassKind::Interface)
    .generic(&["T"])
    .inherits(&["IEnumerable<T>"]);

/// The token whose place among its siblings is looked for.
fn placed<'a>(call: &mut Call<'_, '_>, a: Arguments<'a>) -> Result<&'a JToken, Thrown> {
    let found = token(a, 0)?;
    call.step(found.sibling_count() as u64 / 256)?;
    Ok(found)
}

const ROWS: &[Row] = &[
    row(
        "JToken this[object key] { get; }",
        r#"(string)JToken.Parse("{\"a\":\"b\"}")["a"]"#,
        "b",
        |_, a| get(token(a, 0)?, a.required(1)?),
    ),
    row("JToken this[object key] { set; }", "", "", |_, a| {
        set(token(a, 0)?, a.required(1)?, a.value(2))
    }),
    row(
        "JTokenType Type { get; }",
        r#"JToken.Parse("1").Type"#,
        "Integer",
        |_, a| {
            Ok(Value::Enum(
                ClassRef(&super::settings::JTOKEN_TYPE),
                token(a, 0)?.token_type() as i32,
            ))
        },
    ),
    row(
        "JContainer Parent { get; }",
        r#"JToken.Parse("{\"a\":1}")["a"].Parent.Type"#,
        "Property",
        |_, a| Ok(token(a, 0)?.parent().into()),
    ),
    row(
        "JToken Root { get; }",
        r#"JToken.Parse("{\"a\":1}")["a"].Root.Type"#,
        "Object",
        |_, a| Ok(token(a, 0)?.root().into()),
    ),
    row(
        "string Path { get; }",
        r#"JToken.Parse("{\"a\":[1]}")["a"][0].Path"#,
        "a[0]",
        |call, a| Ok(placed(call, a)?.path().into()),
    ),
    row(
        "bool HasValues { get; }",
        r#"JToken.Parse("[]").HasValues"#,
        "False",
        |_, a| Ok((token(a, 0)?.count() > 0).into()),
    ),
    row(
        "JToken First { get; }",
        r#"JToken.Parse("[1,2]").First"#,
        "1",
        |_, a| Ok(token(a, 0)?.first()?.into()),
    ),
    row("JToken Last { get; }", r#"JToken.Parse("[1,2]").Last"#, "2", |_, a| {
        Ok(token(a, 0)?.last()?.into())
    }),
    row(
        "JToken Next { get; }",
        r#"JToken.Parse("[1,2]").First.Next"#,
        "2",
        |call, a| Ok(placed(call, a)?.next().into()),
    ),
    row(
        "JToken Previous { get; }",
        r#"JToken.Parse("[1,2]").Last.Previous"#,
        "1",
        |call, a| Ok(placed(call, a)?.previous().into()),
    ),
    row(
        "static JToken Parse(string json)",
        r#"JToken.Parse("[1]").Type"#,
        "Array",
        |call, a| {
            let text = a.text_or_null(0).ok_or_else(|| Thrown::argument_null("s"))?;
            Ok(parsed(call, text, JToken::parse)?.into())
        },
    ),
    row(
        "static JToken FromObject(object o)",
        r"JToken.FromObject(new { a = 1 }).ToString(Formatting.None)",
        r#"{"a":1}"#,
        |call, a| Ok(token_of(a.required(0)?, call.frame)?.into()),
    ),
    row(
        "static bool DeepEquals(JToken t1, JToken t2)",
        r#"JToken.DeepEquals(JToken.Parse("[1]"), JToken.Parse("[1]"))"#,
        "True",
        |call, a| {
            Ok(match (a.value(0), a.value(1)) {
                (Value::Json(left), Value::Json(right)) => {
                    call.step(left.node_count().min(right.node_count()) as u64)?;
                    left.deep_equals(right)
                }
                (left, right) => left.is_null() && right.is_null(),
            }
            .into())
        },
    ),
    row(
        "static JTokenEqualityComparer EqualityComparer { get; }",
        r#"JToken.EqualityComparer.Equals(JToken.Parse("[1]"), JToken.Parse("[1]"))"#,
        "True",
        |_, _| Ok(super::comparer::token_comparer()),
    ),
    row(
        "string ToString()",
        r#"JToken.Parse("true").ToString()"#,
        "True",
        |call, a| {
            let text = token(a, 0)?.to_text();
            call.allocate(text.len())?;
            Ok(text.into())
        },
    ),
    row(
        "string ToString(Formatting formatting)",
        r#"JToken.Parse("[ 1 ]").ToString(Formatting.None)"#,
        "[1]",
        |call, a| {
            let formatting = if a.int(1) == 1 {
                Formatting::Indented
            } else {
                Formatting::None
            };
            call.text(token(a, 0)?.to_json(formatting))
        },
    ),
    row(
        "string ToString(Formatting formatting, params object[] converters)",
        r#"JToken.Parse("[ 1 ]").ToString(Formatting.None, new object[0])"#,
        "[1]",
        |call, a| {
            let formatting = if a.int(1) == 1 {
                Formatting::Indented
            } else {
                Formatting::None
            };
            call.text(token(a, 0)?.to_json(formatting))
        },
    ),
    row(
        "JToken DeepClone()",
        r#"JToken.Parse("[1]").DeepClone().ToString(Formatting.None)"#,
        "[1]",
        |call, a| clone(call, token(a, 0)?),
    ),
    row(
        "JToken SelectToken(string path)",
        r#"JToken.Parse("{\"a\":[1]}").SelectToken("a[0]")"#,
        "1",
        |call, a| select_one(call, token(a, 0)?, a.text(1)?, false),
    ),
    row(
        "JToken SelectToken(string path, bool errorWhenNoMatch)",
        r#"JToken.Parse("{\"a\":1}").SelectToken("$.a", true)"#,
        "1",
        |call, a| select_one(call, token(a, 0)?, a.text(1)?, a.bool(2)),
    ),
    row(
        "IEnumerable<JToken> SelectTokens(string path)",
        r#"JToken.Parse("[{\"a\":1},{\"a\":2}]").SelectTokens("$..a").Count()"#,
        "2",
        |call, a| select(call, token(a, 0)?, a.text(1)?, false),
    ),
    row(
        "IEnumerable<JToken> SelectTokens(string path, bool errorWhenNoMatch)",
        r#"JToken.Parse("[1]").SelectTokens("[*]", true).Count()"#,
        "1",
        |call, a| select(call, token(a, 0)?, a.text(1)?, a.bool(2)),
    ),
    row(
        "IJEnumerable<JToken> Children()",
        r#"JToken.Parse("[1,2]").Children().Count()"#,
        "2",
        |_, a| Ok(lazily(Type::class(&JTOKEN), token(a, 0)?.clone())),
    ),
    row(
        "IJEnumerable<T> Children<T>()",
        r#"JToken.Parse("[{},1]").Children<JObject>().Count()"#,
        "1",
        |call, a| {
            let ty = call.type_argument(0);
            Ok(Sequence::of(
                ty.clone(),
                token(a, 0)?
                    .children()
                    .into_iter()
                    .map(Value::Json)
                    .filter(|child| child.is_instance(&ty))
                    .collect(),
            ))
        },
    ),
    row(
        "IEnumerable<JToken> Ancestors()",
        r#"JToken.Parse("{\"a\":1}")["a"].Ancestors().Count()"#,
        "2",
        |call, a| tokens(call.frame, token(a, 0)?.ancestors()),
    ),
    row(
        "IEnumerable<JToken> AncestorsAndSelf()",
        r#"JToken.Parse("{\"a\":1}")["a"].AncestorsAndSelf().Count()"#,
        "3",
        |call, a| tokens(call.frame, token(a, 0)?.ancestors_and_self()),
    ),
    row(
        "IEnumerable<JToken> AfterSelf()",
        r#"JToken.Parse("[1,2,3]")[0].AfterSelf().Count()"#,
        "2",
        |call, a| tokens(call.frame, token(a, 0)?.after_self()),
    ),
    row(
        "IEnumerable<JToken> BeforeSelf()",
        r#"JToken.Parse("[1,2,3]")[1].BeforeSelf().Single()"#,
        "1",
        |call, a| tokens(call.frame, token(a, 0)?.before_self()),
    ),
    row(
        "IEnumerable<JToken> Values()",
        r#"JToken.Parse("{\"a\":1}").Values().First()"#,
        "1",
        |call, a| tokens(call.frame, token(a, 0)?.values()?),
    ),
    row(
        "IEnumerable<T> Values<T>()",
        r#"JToken.Parse("[1,2]").Values<int>().Sum()"#,
        "3",
        |call, a| {
            let ty = call.type_argument(0);
            let values: Result<Vec<Value>, Thrown> = token(a, 0)?
                .values()?
                .into_iter()
                .map(|token| convert::value_as(Some(&token), &ty))
                .collect();
            Ok(Sequence::of(ty, values?))
        },
    ),
    row(
        "T Value<T>(object key)",
        r#"JToken.Parse("{\"a\":5}").Value<int>("a")"#,
        "5",
        |call, a| {
            let ty = call.type_argument(0);
            match get(token(a, 0)?, a.required(1)?)? {
                Value::Json(found) => convert::value_as(Some(&found), &ty),
                _ => Ok(Value::default_of(&ty)),
            }
        },
    ),
    row(
        "T ToObject<T>()",
        r#"JToken.Parse("5").ToObject<int>()"#,
        "5",
        |call, a| {
            let ty = call.type_argument(0);
            token_to_object(call.frame, token(a, 0)?, &ty)
        },
    ),
    row(
        "object ToObject(Type objectType)",
        r#"JToken.Parse("5").ToObject(typeof(long))"#,
        "5",
        |call, a| {
            let ty = a.required(1)?.object::<TypeObject>().ok_or_else(|| a.null(1))?;
            token_to_object(call.frame, token(a, 0)?, &ty.0)
        },
    ),
    row(
        "T ToObject<T>(JsonSerializer jsonSerializer)",
        r#"JToken.Parse("5").ToObject<int>(new JsonSerializer())"#,
        "5",
        |call, a| {
            a.required(1)?;
            let ty = call.type_argument(0);
            token_to_object(call.frame, token(a, 0)?, &ty)
        },
    ),
    row(
        "object ToObject(Type objectType, JsonSerializer jsonSerializer)",
        "",
        "",
        |call, a| {
            a.required(2)?;
            let ty = a.required(1)?.object::<TypeObject>().ok_or_else(|| a.null(1))?;
            token_to_object(call.frame, token(a, 0)?, &ty.0)
        },
    ),
    row(
        "static JToken FromObject(object o, JsonSerializer jsonSerializer)",
        r"JToken.FromObject(new { a = (string)null }, new JsonSerializer { NullValueHandling = NullValueHandling.Ignore }).ToString(Formatting.None)",
        "{}",
        |call, a| Ok(super::serializer::from_object(call, a)?.into()),
    ),
    row(
        "static JToken Load(JsonReader reader)",
        r#"JToken.Load(new JsonTextReader(new StringReader("[1]"))).Type"#,
        "Array",
        |call, a| super::text_reader::load(call, a, JToken::load),
    ),
    row(
        "static JToken ReadFrom(JsonReader reader)",
        r#"JToken.ReadFrom(new JsonTextReader(new StringReader("{}"))).Type"#,
        "Object",
        |call, a| super::text_reader::load(call, a, JToken::load),
    ),
    row("void Remove()", "", "", |_, a| {
        token(a, 0)?.remove()?;
        Ok(Value::Null)
    }),
    row("void Replace(JToken value)", "", "", |_, a| {
        token(a, 0)?.replace(content(a.value(1))?)?;
        Ok(Value::Null)
    }),
    row("void AddAfterSelf(object content)", "", "", |_, a| {
        token(a, 0)?.add_after_self(content(a.value(1))?)?;
        Ok(Value::Null)
    }),
    row("void AddBeforeSelf(object content)", "", "", |_, a| {
        token(a, 0)?.add_before_self(content(a.value(1))?)?;
        Ok(Value::Null)
    }),
];

/// The token at an argument's place.
///
/// # Errors
/// `NullReferenceException`
pub fn token(a: Arguments<'_>, index: usize) -> Result<&JToken, Thrown> {
    if let Value::Json(token) = a.value(index) {
        Ok(token)
    } else {
        Err(a.null(index))
    }
}

/// `token[key]`
///
/// # Errors
/// Newtonsoft's, for keys that do not fit the token.
pub fn get(token: &JToken, key: &Value) -> Outcome {
    match key {
        Value::String(name) => Ok(token.get(name)?.into()),
        Value::Json(inner) => get(
            token,
            &inner.scalar().map(|scalar| scalar_value(&scalar)).unwrap_or_default(),
        ),
        other => Ok(token.get_at(other.integer().unwrap_or(-1))?.into()),
    }
}

/// `token[key] = value`
///
/// # Errors
/// Newtonsoft's, for keys that do not fit the token.
pub fn set(token: &JToken, key: &Value, value: &Value) -> Outcome {
    match key {
        Value::String(name) => token.set(name.clone(), content(value)?)?,
        other => token.set_at(other.integer().unwrap_or(-1), content(value)?)?,
    }
    Ok(Value::Null)
}

/// A sequence of tokens, accounted for.
///
/// # Errors
/// When the budget is used up.
pub fn tokens(frame: &mut Frame<'_>, tokens: Vec<JToken>) -> Outcome {
    frame.step(tokens.len() as u64)?;
    frame.allocate(tokens.len() * ELEMENT_BYTES)?;
    let element = Type::class(&JTOKEN);
    Ok(Value::of(Array::new(
        element,
        tokens.into_iter().map(Value::Json).collect(),
    )))
}

/// The children of a token, looked up while they are gone through.
pub fn lazily(element: Type, parent: JToken) -> Value {
    let parent = Value::Json(parent);
    Sequence::new(element, move |frame| enumerate(&parent, frame))
}

/// A tree read from a text, accounted for by the text's size and its own.
///
/// # Errors
/// Newtonsoft's; when the budget is used up.
pub fn parsed<E: Into<Thrown>>(
    call: &mut Call<'_, '_>,
    text: &Text,
    parse: impl FnOnce(&Text) -> Result<JToken, E>,
) -> Result<JToken, Thrown> {
    read_through(call, text)?;
    let token = parse(text).map_err(Into::into)?;
    keep(call, &token)?;
    Ok(token)
}

/// Accounts for a text that is parsed.
///
/// # Errors
/// When the budget is used up.
pub fn read_through(frame: &mut Frame<'_>, text: &Text) -> Result<(), Thrown> {
    frame.step(text.len() as u64 / 8)?;
    frame.allocate(text.len())
}

/// Accounts for a tree that a text became.
///
/// # Errors
/// When the budget is used up.
pub fn keep(frame: &mut Frame<'_>, token: &JToken) -> Result<(), Thrown> {
    frame.allocate(token.node_count().saturating_mul(NODE_BYTES))
}

/// `DeepClone`, accounted for.
///
/// # Errors
/// When the budget is used up.
pub fn clone(call: &mut Call<'_, '_>, token: &JToken) -> Outcome {
    let nodes = token.node_count();
    call.step(nodes as u64)?;
    call.allocate(nodes.saturating_mul(NODE_BYTES))?;
    Ok(token.deep_clone().into())
}

fn select_one(call: &mut Call<'_, '_>, token: &JToken, path: &str, strict: bool) -> Outcome {
    let (found, work) = token.select_counted(path, strict)?;
    call.step(work as u64)?;
    Ok(JToken::only(found)?.into())
}

fn select(call: &mut Call<'_, '_>, token: &JToken, path: &str, strict: bool) -> Outcome {
    let (found, work) = token.select_counted(path, strict)?;
    call.step(work as u64)?;
    tokens(call.frame, found)
}
