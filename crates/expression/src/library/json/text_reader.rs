//! `Newtonsoft.Json.JsonTextReader` and its base `JsonReader`, whose only kind it is.

use super::options::{OF_READERS, Options};
use super::value::scalar_value;
use crate::json::{JToken, JTokenType, JsonError, Reader, Token};
use crate::library::{Arguments, Call, Class, ClassKind, Row, TypeObject, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;

/// The base.
pub static JSON_READER: Class = Class::new("Newtonsoft.Json.JsonReader", ClassKind::Class)
    .inherits(&["IDisposable"])
    .rows(ROWS)
    .more(OF_READERS);
/// Reads a text.
pub static JSON_TEXT_READER: Class = Class::new("Newtonsoft.Json.JsonTextReader", ClassKind::Class)
    .inherits(&["JsonReader"])
    .rows(TEXT_ROWS);
/// What a reader is at.
pub static JSON_TOKEN: Class = Class::enumeration(
    "Newtonsoft.Json.JsonToken",
    &[
        ("None", 0),
        ("StartObject", 1),
        ("StartArray", 2),
        ("StartConstructor", 3),
        ("PropertyName", 4),
        ("Comment", 5),
        ("Raw", 6),
        ("Integer", 7),
        ("Float", 8),
        ("String", 9),
        ("Boolean", 10),
        ("Null", 11),
        ("Undefined", 12),
        ("EndObject", 13),
        ("EndArray", 14),
        ("EndConstructor", 15),
        ("Date", 16),
        ("Bytes", 17),
    ],
);

const TEXT_ROWS: &[Row] = &[
    row(
        "new(TextReader reader)",
        r#"new JsonTextReader(new StringReader("1")).TokenType"#,
        "None",
        |call, a| {
            let text = crate::library::io::rest(a, 0)?;
            // All of it is paid for at once.
            call.step(text.len() as u64 / 8)?;
            let options = Options::default();
            let place = Place {
                reader: Reader::new(&text, options.read_style()),
                current: None,
                closed: false,
                bytes: text.len(),
            };
            Ok(Value::of(TextReader {
                options,
                place: Mutex::new(place),
            }))
        },
    ),
    row(
        "int LineNumber { get; }",
        r#"new JsonTextReader(new StringReader("1")).LineNumber"#,
        "1",
        |call, a| Ok((place_read(call, a)?.0 as i32).into()),
    ),
    row(
        "int LinePosition { get; }",
        r#"new JsonTextReader(new StringReader("1")).LinePosition"#,
        "0",
        |call, a| Ok((place_read(call, a)?.1 as i32).into()),
    ),
    row(
        "bool HasLineInfo()",
        r#"new JsonTextReader(new StringReader("1")).HasLineInfo()"#,
        "True",
        |_, _| Ok(true.into()),
    ),
];

const ROWS: &[Row] = &[
    row(
        "bool Read()",
        r#"new JsonTextReader(new StringReader("1")).Read()"#,
        "True",
        |_, a| {
            let reader = of(a, 0)?;
            Ok(reader.place.lock().read(&reader.options)?.into())
        },
    ),
    row("JsonToken TokenType { get; }", "", "", |_, a| {
        let number = of(a, 0)?.place.lock().current.as_ref().map_or(0, number);
        Ok(Value::Enum(ClassRef(&JSON_TOKEN), number))
    }),
    row("object Value { get; }", "", "", |_, a| value(a)),
    row("Type ValueType { get; }", "", "", |_, a| {
        let value = value(a)?;
        if value.is_null() {
            return Ok(Value::Null);
        }
        Ok(Value::of(TypeObject(value.runtime_type())))
    }),
    row(
        "int Depth { get; }",
        r#"new JsonTextReader(new StringReader("1")).Depth"#,
        "0",
        |_, a| Ok((of(a, 0)?.place.lock().depth() as i32).into()),
    ),
    row(
        "string Path { get; }",
        r#"new JsonTextReader(new StringReader("1")).Path"#,
        "",
        |call, a| {
            let path = of(a, 0)?.place.lock().reader.path();
            call.text(path)
        },
    ),
    row("void Skip()", "", "", |call, a| {
        let reader = of(a, 0)?;
        let mut place = reader.place.lock();
        if matches!(place.current, Some(Token::Name(_))) {
            place.read(&reader.options)?;
        }
        if place.opened() {
            let depth = place.depth();
            while place.read(&reader.options)? && place.depth() > depth {
                call.step(1)?;
            }
        }
        Ok(Value::Null)
    }),
    row("void Close()", "", "", close),
    row("void Dispose()", "", "", close),
];

struct TextReader {
    options: Options,
    place: Mutex<Place>,
}

struct Place {
    reader: Reader,
    current: Option<Token>,
    closed: bool,
    /// Of the whole text.
    bytes: usize,
}

impl Place {
    fn read(&mut self, options: &Options) -> Result<bool, JsonError> {
        if self.closed {
            return Err(self.reader.error("Unexpected state: Closed."));
        }
        self.reader.set_style(options.read_style());
        self.current = self.reader.read()?;
        Ok(self.current.is_some())
    }

    /// Containers around the token; a container's own brackets are outside of it.
    fn depth(&self) -> usize {
        self.reader.depth().saturating_sub(usize::from(self.opened()))
    }

    /// Whether the token is a container's opening bracket.
    fn opened(&self) -> bool {
        matches!(
            self.current,
            Some(Token::StartObject | Token::StartArray | Token::StartConstructor(_))
        )
    }
}

impl fmt::Debug for TextReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JsonTextReader")
    }
}

impl Object for TextReader {
    fn type_name(&self) -> String {
        JSON_TEXT_READER.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>, index: usize) -> Result<&TextReader, Thrown> {
    a.value(index).object().ok_or_else(|| a.null(index))
}

/// The choices of a reader.
pub fn options(value: &Value) -> Option<&Options> {
    value.object::<TextReader>().map(|reader| &reader.options)
}

fn place_read(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<(usize, usize), Thrown> {
    let place = of(a, 0)?.place.lock();
    call.read(place.bytes)?;
    Ok(place.reader.place())
}

fn close(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let mut place = of(a, 0)?.place.lock();
    (place.closed, place.current) = (true, None);
    Ok(Value::Null)
}

/// Newtonsoft's number of a token.
fn number(token: &Token) -> i32 {
    match token {
        Token::StartObject => 1,
        Token::StartArray => 2,
        Token::StartConstructor(_) => 3,
        Token::Name(_) => 4,
        Token::Comment(_) => 5,
        Token::EndObject => 13,
        Token::EndArray => 14,
        Token::EndConstructor => 15,
        Token::Value(scalar) => match scalar.token_type() {
            JTokenType::Integer => 7,
            JTokenType::Float => 8,
            JTokenType::Boolean => 10,
            JTokenType::Null => 11,
            JTokenType::Undefined => 12,
            JTokenType::Date => 16,
            _ => 9,
        },
    }
}

fn value(a: Arguments<'_>) -> Result<Value, Thrown> {
    Ok(match &of(a, 0)?.place.lock().current {
        Some(Token::Value(scalar)) => scalar_value(scalar),
        Some(Token::Name(text) | Token::Comment(text) | Token::StartConstructor(text)) => text.clone().into(),
        _ => Value::Null,
    })
}

/// `JToken.Load(reader)` and its siblings.
///
/// # Errors
/// `JsonReaderException`; when the budget is used up.
pub fn load(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    load: impl FnOnce(Option<Token>, &mut Reader) -> Result<JToken, JsonError>,
) -> Outcome {
    Ok(load_at(call, a, 0, load)?.into())
}

/// The token that the reader at `index` comes to: the current one, or the first.
///
/// # Errors
/// As [`load`].
pub fn load_at(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    index: usize,
    load: impl FnOnce(Option<Token>, &mut Reader) -> Result<JToken, JsonError>,
) -> Result<JToken, Thrown> {
    let reader = of(a, index)?;
    let mut place = reader.place.lock();
    if place.current.is_none() {
        place.read(&reader.options)?;
    }
    call.allocate(place.bytes)?;
    let first = place.current.clone();
    let token = load(first, &mut place.reader)?;
    call.allocate(token.node_count() * 64)?;
    let last = token.property_value().unwrap_or_else(|| token.clone());
    place.current = match last.class() {
        "JObject" => Some(Token::EndObject),
        "JArray" => Some(Token::EndArray),
        "JConstructor" => Some(Token::EndConstructor),
        _ => last.scalar().map(Token::Value),
    };
    Ok(token)
}
