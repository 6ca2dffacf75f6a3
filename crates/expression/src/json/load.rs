//! From a reader's tokens to a tree: `JToken.Parse`, `JObject.Parse` and `JArray.Parse`.

use super::arena::{Arena, Kind, Members, NodeId};
use super::error::JsonError;
use super::reader::{Reader, Token};
use super::scalar::Scalar;
use super::token::JToken;
use crate::text::Text;

impl JToken {
    /// `JToken.Parse`: any JSON value. Names and strings are slices of `text`.
    ///
    /// # Errors
    /// `JsonReaderException`, with path, line and position.
    pub fn parse(text: &Text) -> Result<Self, JsonError> {
        let mut reader = Reader::new(text);
        match reader.read()? {
            Some(Token::StartObject) => load_object(reader),
            Some(Token::StartArray) => load_array(reader),
            Some(Token::Value(scalar)) => finish(reader, Self::value(scalar)),
            Some(Token::Comment(comment)) => finish(reader, Self::value(Scalar::Comment(comment))),
            Some(other) => {
                let message = format!(
                    "Error reading JToken from JsonReader. Unexpected token: {}.",
                    other.name()
                );
                Err(reader.error(&message))
            }
            None => Err(reader.error("Error reading JToken from JsonReader.")),
        }
    }

    /// `JObject.Parse`
    ///
    /// # Errors
    /// As [`Self::parse`], and if the text is not an object.
    pub fn parse_object(text: &Text) -> Result<Self, JsonError> {
        let mut reader = Reader::new(text);
        match first_content(&mut reader, "JObject")? {
            Token::StartObject => load_object(reader),
            other => Err(wrong_start(&reader, "JObject", other.name())),
        }
    }

    /// `JArray.Parse`
    ///
    /// # Errors
    /// As [`Self::parse`], and if the text is not an array.
    pub fn parse_array(text: &Text) -> Result<Self, JsonError> {
        let mut reader = Reader::new(text);
        match first_content(&mut reader, "JArray")? {
            Token::StartArray => load_array(reader),
            other => Err(wrong_start(&reader, "JArray", other.name())),
        }
    }
}

fn first_content(reader: &mut Reader<'_>, class: &str) -> Result<Token, JsonError> {
    let mut last = None;
    while let Some(token) = reader.read()? {
        if !matches!(token, Token::Comment(_)) {
            return Ok(token);
        }
        last = Some(token);
    }
    match last {
        Some(_) => Err(wrong_start(reader, class, "None")),
        None => Err(reader.error(&format!("Error reading {class} from JsonReader."))),
    }
}

fn wrong_start(reader: &Reader<'_>, class: &str, found: &str) -> JsonError {
    let noun = if class == "JObject" { "object" } else { "array" };
    reader.error(&format!(
        "Error reading {class} from JsonReader. Current JsonReader item is not an {noun}: {found}."
    ))
}

fn load_object(reader: Reader<'_>) -> Result<JToken, JsonError> {
    load(reader, Kind::Object(Members::default()), "JObject")
}

fn load_array(reader: Reader<'_>) -> Result<JToken, JsonError> {
    load(reader, Kind::Array(Vec::new()), "JArray")
}

/// Reads the rest of a container whose opening bracket was read.
fn load(mut reader: Reader<'_>, root: Kind, class: &str) -> Result<JToken, JsonError> {
    let mut arena = Arena::default();
    let root = arena.push(root);
    let mut open = vec![root];
    let mut name = None;
    let mut began = false;
    while let Some(container) = open.last().copied() {
        let Some(token) = reader.read()? else {
            let message = if began {
                "Unexpected end of content while loading"
            } else {
                "Error reading"
            };
            let rest = if began { "." } else { " from JsonReader." };
            return Err(reader.error(&format!("{message} {class}{rest}")));
        };
        began = true;
        let value = match token {
            Token::Name(read) => {
                name = Some(read);
                continue;
            }
            Token::Comment(_) => continue,
            Token::EndObject | Token::EndArray => {
                open.pop();
                continue;
            }
            Token::StartObject => arena.push(Kind::Object(Members::default())),
            Token::StartArray => arena.push(Kind::Array(Vec::new())),
            Token::Value(scalar) => arena.push(Kind::Value(scalar)),
        };
        if !matches!(arena.kind(value), Kind::Value(_)) {
            open.push(value);
        }
        place(&mut arena, container, name.take(), value);
    }
    finish(reader, JToken::of(arena, root))
}

/// An array's next element, or the value of the object's property; of equal names the last value stays, at the first place.
fn place(arena: &mut Arena, container: NodeId, name: Option<Text>, value: NodeId) {
    let Some(name) = name else {
        return arena.link_last(container, value);
    };
    match arena.find(container, &name) {
        Some(property) => arena.exchange(property, 0, value),
        None => {
            let property = arena.push_property(name, value);
            arena.link_last(container, property);
        }
    }
}

/// Only comments may follow.
fn finish(mut reader: Reader<'_>, token: JToken) -> Result<JToken, JsonError> {
    while reader.read()?.is_some() {}
    Ok(token)
}
