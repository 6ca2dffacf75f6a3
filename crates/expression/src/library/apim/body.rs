//! `IMessageBody`

use super::response::StoredBody;
use crate::body::MessageBody;
use crate::collection::{Array, Dictionary, List};
use crate::frame::Frame;
use crate::json::JToken;
use crate::library::{Call, Class, ClassKind, Row, keep_json, named_type, read_json, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::{HostPart, Value};

/// A message's body.
pub static BODY: Class = Class::new("IMessageBody", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "T As<T>(bool preserveContent = false)",
        r#"(string)context.Request.Body.As<JObject>(preserveContent: true)["a"]"#,
        "b",
        |call, a| {
            let ty = call.types.first().unwrap_or(&Type::OBJECT);
            let read = |frame: &mut Frame<'_>, body: &MessageBody| read(frame, body, ty);
            with_body(call, a.value(0), a.bool(1), read).unwrap_or_else(|| Ok(Value::default_of(ty)))
        },
    ),
    row(
        "IDictionary<string, IList<string>> AsFormUrlEncodedContent(bool preserveContent = false)",
        "context.Request.Body.AsFormUrlEncodedContent(true).Count",
        "1",
        |call, a| {
            let read = |_: &mut Frame<'_>, body: &MessageBody| text(body).map(Into::into);
            let text = with_body(call, a.value(0), a.bool(1), read).transpose()?;
            form(
                call.frame,
                text.as_ref().and_then(Value::as_text).map_or("", |text| text.as_str()),
            )
        },
    ),
];

/// Reads a body unless it was consumed; consumes it unless it is to be preserved.
fn with_body(
    call: &mut Call<'_, '_>,
    value: &Value,
    preserve: bool,
    read: impl FnOnce(&mut Frame<'_>, &MessageBody) -> Outcome,
) -> Option<Outcome> {
    let stored = value.object::<StoredBody>().map(|stored| &stored.0.body);
    let body = match value {
        Value::Host(HostPart::RequestBody) => call.frame.context.request().body(),
        Value::Host(HostPart::ResponseBody) => call.frame.context.response().map(crate::context::Response::body),
        _ => stored,
    }?;
    if body.is_consumed() {
        return None;
    }
    if !preserve {
        body.consume();
    }
    Some(read(call.frame, body))
}

fn read(frame: &mut Frame<'_>, body: &MessageBody, ty: &Type) -> Outcome {
    match ty {
        Type::Simple(Simple::String) => Ok(text(body)?.into()),
        Type::Array(element, 1) if **element == Type::Simple(Simple::Byte) => {
            frame.allocate(body.bytes().len())?;
            Ok(Array::bytes(body.bytes().to_vec()))
        }
        Type::Class(class, _) if class.name.starts_with("Newtonsoft.Json.Linq.") => json(frame, body, ty),
        Type::Class(class, _) if class.name.starts_with("System.Xml.") => xml(frame, body, ty),
        _ => Err(Thrown::new(
            "System.NotSupportedException",
            format!(
                "a message body cannot be read as '{ty}'; use string, byte[], JObject, JArray, JToken, XElement, XDocument or XmlDocument"
            ),
        )),
    }
}

/// The body's text, or why it cannot be read.
fn text(body: &MessageBody) -> Result<Text, Thrown> {
    readable(body)?;
    Ok(body.text())
}

/// Fails for a body whose coding cannot be taken off; its bytes can still be had.
fn readable(body: &MessageBody) -> Result<(), Thrown> {
    match body.fault() {
        Some(fault) => Err(Thrown::new("System.IO.InvalidDataException", fault.to_owned())),
        None => Ok(()),
    }
}

/// The body as XML; null when it is empty.
fn xml(frame: &mut Frame<'_>, body: &MessageBody, ty: &Type) -> Outcome {
    if body.bytes().is_empty() {
        return Ok(Value::Null);
    }
    share(frame, body)?;
    crate::library::xml_of_body(frame, body, ty)
}

/// Accounts for a tree of the expression's own: it is copied when it is changed.
fn share(frame: &mut Frame<'_>, body: &MessageBody) -> Result<(), Thrown> {
    readable(body)?;
    let length = body.content().len();
    frame.read(length)?;
    frame.allocate(length)
}

/// The body as JSON; null when it is empty, because published policies test for that.
fn json(frame: &mut Frame<'_>, body: &MessageBody, ty: &Type) -> Outcome {
    if body.bytes().is_empty() {
        return Ok(Value::Null);
    }
    share(frame, body)?;
    let is_first = !body.is_parsed();
    if is_first {
        read_json(frame, &body.text())?;
    }
    let wrapped = |error: crate::json::JsonError| {
        Thrown::new(
            error.exception.name(),
            format!("The message body is not a valid JSON. {}", error.message),
        )
    };
    let token = body.json().map_err(wrapped)?;
    if is_first {
        keep_json(frame, &token)?;
    }
    let token = Value::Json(token);
    if token.is_instance(ty) {
        return Ok(token);
    }
    let text = body.text();
    read_json(frame, &text)?;
    let reparsed = if ty.is_named("Newtonsoft.Json.Linq.JArray") {
        JToken::parse_array(&text)
    } else {
        JToken::parse_object(&text)
    };
    match reparsed {
        Ok(_) => Err(Thrown::cast(&token.type_name(), &ty.dotnet_name())),
        Err(error) => Err(wrapped(error)),
    }
}

fn form(frame: &mut Frame<'_>, text: &str) -> Outcome {
    let list_type = named_type("IList", vec![Type::STRING]).unwrap_or(Type::OBJECT);
    let dictionary = Dictionary::new(Type::STRING, list_type, crate::value::Equality::Default);
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (
            Value::from(crate::library::url_decode(key)),
            Value::from(crate::library::url_decode(value)),
        );
        if let Some(values) = dictionary.get(&key) {
            if let Some(list) = values.object::<List>() {
                list.push(frame, value)?;
            }
        } else {
            let list = List::new(&crate::library::LIST, Type::STRING, vec![value]);
            dictionary.set(frame, key, Value::of(list))?;
        }
    }
    Ok(Value::of(dictionary))
}
