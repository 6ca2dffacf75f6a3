//! From a reader's tokens to a tree: `JToken.Parse`, `JObject.Parse` and `JArray.Parse`.

use super::arena::{Arena, Kind, Members, NodeId};
use super::constructor::check_name;
use super::error::JsonError;
use super::reader::{Reader, Token};
use super::scalar::Scalar;
use super::style::{DateParse, ReadStyle};
use super::token::JToken;
use crate::text::Text;

impl JToken {
    /// `JToken.Parse`: any JSON value. Names and strings are slices of `text`.
    ///
    /// # Errors
    /// `JsonReaderException`, with path, line and position.
    pub fn parse(text: &Text) -> Result<Self, JsonError> {
        Self::parse_styled(text, ReadStyle::default())
    }

    /// [`Self::parse`] with strings that look like dates left as they are (`DateParseHandling.None`).
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_without_dates(text: &Text) -> Result<Self, JsonError> {
        let style = ReadStyle {
            dates: DateParse::None,
            ..ReadStyle::default()
        };
        Self::parse_styled(text, style)
    }

    /// As [`Self::parse`], read in another way.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_styled(text: &Text, style: ReadStyle) -> Result<Self, JsonError> {
        let mut reader = Reader::new(text, style);
        let first = reader.read()?;
        let token = Self::load(first, &mut reader)?;
        finish(&mut reader, token)
    }

    /// `JToken.Load`: the value or property that begins with a token which was just read.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn load(first: Option<Token>, reader: &mut Reader) -> Result<Self, JsonError> {
        match first {
            Some(Token::StartObject) => load_object(reader),
            Some(Token::StartArray) => load_array(reader),
            Some(Token::StartConstructor(name)) => load_constructor(reader, name),
            Some(Token::Value(scalar)) => Ok(Self::value(scalar)),
            Some(Token::Comment(comment)) => Ok(Self::value(Scalar::Comment(comment))),
            Some(Token::Name(name)) => {
                let first = reader.read()?;
                Self::new_property(name, Self::load(first, reader)?)
            }
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

    /// `JObject.Load`: the object that begins with a token which was just read; the next ones are read where there is none,
    /// or a comment.
    ///
    /// # Errors
    /// As [`Self::parse`], and if there is no object.
    pub fn load_object(first: Option<Token>, reader: &mut Reader) -> Result<Self, JsonError> {
        match first_content(first, reader, "JObject")? {
            Token::StartObject => load_object(reader),
            other => Err(wrong_start(reader, "JObject", other.name())),
        }
    }

    /// `JArray.Load`, as [`Self::load_object`].
    ///
    /// # Errors
    /// As [`Self::parse`], and if there is no array.
    pub fn load_array(first: Option<Token>, reader: &mut Reader) -> Result<Self, JsonError> {
        match first_content(first, reader, "JArray")? {
            Token::StartArray => load_array(reader),
            other => Err(wrong_start(reader, "JArray", other.name())),
        }
    }

    /// `JConstructor.Load`, as [`Self::load_object`].
    ///
    /// # Errors
    /// As [`Self::parse`], and if there is no constructor.
    pub fn load_constructor(first: Option<Token>, reader: &mut Reader) -> Result<Self, JsonError> {
        match first_content(first, reader, "JConstructor")? {
            Token::StartConstructor(name) => load_constructor(reader, name),
            other => Err(wrong_start(reader, "JConstructor", other.name())),
        }
    }

    /// `JObject.Parse`
    ///
    /// # Errors
    /// As [`Self::parse`], and if the text is not an object.
    pub fn parse_object(text: &Text) -> Result<Self, JsonError> {
        let mut reader = Reader::new(text, ReadStyle::default());
        let object = Self::load_object(None, &mut reader)?;
        finish(&mut reader, object)
    }

    /// `JArray.Parse`
    ///
    /// # Errors
    /// As [`Self::parse`], and if the text is not an array.
    pub fn parse_array(text: &Text) -> Result<Self, JsonError> {
        let mut reader = Reader::new(text, ReadStyle::default());
        let array = Self::load_array(None, &mut reader)?;
        finish(&mut reader, array)
    }
}

fn first_content(first: Option<Token>, reader: &mut Reader, class: &str) -> Result<Token, JsonError> {
    let mut last = None;
    let mut next = first;
    while let Some(token) = next.take().map_or_else(|| reader.read(), |token| Ok(Some(token)))? {
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

fn wrong_start(reader: &Reader, class: &str, found: &str) -> JsonError {
    let noun = match class {
        "JObject" => "an object",
        "JArray" => "an array",
        _ => "a constructor",
    };
    reader.error(&format!(
        "Error reading {class} from JsonReader. Current JsonReader item is not {noun}: {found}."
    ))
}

fn load_object(reader: &mut Reader) -> Result<JToken, JsonError> {
    load(reader, Kind::Object(Members::default()), "JObject")
}

fn load_array(reader: &mut Reader) -> Result<JToken, JsonError> {
    load(reader, Kind::Array(Vec::new()), "JArray")
}

/// # Errors
/// `ArgumentException` for a constructor without a name.
fn load_constructor(reader: &mut Reader, name: Text) -> Result<JToken, JsonError> {
    check_name(&name)?;
    load(reader, Kind::constructor(Some(name)), "JConstructor")
}

/// Reads the rest of a container whose opening bracket was read.
fn load(reader: &mut Reader, root: Kind, class: &str) -> Result<JToken, JsonError> {
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
            Token::EndObject | Token::EndArray | Token::EndConstructor => {
                open.pop();
                continue;
            }
            Token::StartObject => arena.push(Kind::Object(Members::default())),
            Token::StartArray => arena.push(Kind::Array(Vec::new())),
            Token::StartConstructor(name) => {
                check_name(&name)?;
                arena.push(Kind::constructor(Some(name)))
            }
            Token::Value(scalar) => arena.push(Kind::Value(scalar)),
        };
        if !matches!(arena.kind(value), Kind::Value(_)) {
            open.push(value);
        }
        place(&mut arena, container, name.take(), value);
    }
    Ok(JToken::of(arena, root))
}

/// An array's next element, or the value of the object's property; of equal names the last value stays, at the first place.
fn place(arena: &mut Arena, container: NodeId, name: Option<Text>, value: NodeId) {
    let Some(name) = name else {
        return arena.link_last(container, value);
    };
    if let Some(property) = arena.find(container, &name) {
        arena.exchange(property, 0, value);
    } else {
        let property = arena.push_property(name, value);
        arena.link_last(container, property);
    }
}

/// Only comments may follow.
fn finish(reader: &mut Reader, token: JToken) -> Result<JToken, JsonError> {
    while reader.read()?.is_some() {}
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Formatting;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    fn written(result: Result<JToken, JsonError>) -> String {
        result.map_or_else(|error| error.message, |token| token.to_json(Formatting::None))
    }

    fn check(source: &str, expected: &str) {
        assert_eq!(written(JToken::parse(&source.into())), expected, "{source}");
    }

    #[test]
    fn newtonsofts_lenient_grammar() {
        for (source, expected) in [
            (
                "{'a':[1,2,{'b c':1.5e3}],i:[,],}",
                r#"{"a":[1,2,{"b c":1500.0}],"i":[undefined]}"#,
            ),
            (
                "{d:'2024-05-06T07:08:09.000+02:00', e:0x1F, f:017, g:NaN, h:undefined}",
                r#"{"d":"2024-05-06T05:08:09+00:00","e":31,"f":15,"g":"NaN","h":undefined}"#,
            ),
            ("[1,]", "[1]"),
            ("[1,,2]", "[1,undefined,2]"),
            ("{a:1,b:3,a:2}", r#"{"a":2,"b":3}"#),
            ("{}//x", "{}"),
            ("[1/*c*/,2]", "[1,2]"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("1E5", "100000.0"),
            ("1e400", "\"Infinity\""),
            ("12345678901234567890", "12345678901234567890"),
            ("-12345678901234567890123", "-12345678901234567890123"),
            ("00", "0"),
            ("0xFFFFFFFFFFFFFFFF", "-1"),
            ("1.", "1.0"),
            ("[.5,-.5]", "[0.5,-0.5]"),
            (r"'\u0041\ud83d\ude00\ud83d'", "\"A😀\u{fffd}\""),
            ("'2024-05-06T07:08:09.123456789'", r#""2024-05-06T07:08:09.1234567""#),
            (
                "'2024-05-06T07:08:09.1234567891Z'",
                r#""2024-05-06T07:08:09.1234567891Z""#,
            ),
            (r"'\/Date(1198908717056)\/'", r#""2007-12-29T06:11:57.056Z""#),
            ("{\"a\":\"b\nc\"}", r#"{"a":"b\nc"}"#),
            ("'\u{2028}\u{85}\u{1}\t<>/&é'", r#""\u2028\u0085\u0001\t<>/&é""#),
            ("[1.10,1e16,1e-5,100000000000000000000.5]", "[1.1,1E+16,1E-05,1E+20]"),
        ] {
            check(source, expected);
        }
    }

    #[test]
    fn errors_say_what_newtonsoft_says() {
        for (source, expected) in [
            ("", "Error reading JToken from JsonReader. Path '', line 0, position 0."),
            (
                "  ",
                "Error reading JToken from JsonReader. Path '', line 1, position 2.",
            ),
            (
                "09",
                "Input string '09' is not a valid number. Path '', line 1, position 2.",
            ),
            (
                "[-]",
                "Input string '-' is not a valid number. Path '[0]', line 1, position 2.",
            ),
            (
                "[+1]",
                "Unexpected character encountered while parsing value: +. Path '', line 1, position 1.",
            ),
            (r"'\x'", r"Bad JSON escape sequence: \x. Path '', line 1, position 3."),
            (
                "'a",
                "Unterminated string. Expected delimiter: '. Path '', line 1, position 2.",
            ),
            (
                "'\\",
                "Unterminated string. Expected delimiter: '. Path '', line 1, position 2.",
            ),
            (
                r"'\u00",
                "Unexpected end while parsing Unicode escape sequence. Path '', line 1, position 3.",
            ),
            (
                r"'\uzzzz'",
                r"Invalid Unicode escape sequence: \uzzzz. Path '', line 1, position 3.",
            ),
            (
                "{",
                "Error reading JObject from JsonReader. Path '', line 1, position 1.",
            ),
            (
                "{a",
                "Unexpected end while parsing unquoted property name. Path '', line 1, position 2.",
            ),
            (
                "{a:",
                "Unexpected end of content while loading JObject. Path 'a', line 1, position 3.",
            ),
            (
                "[1,2",
                "Unexpected end of content while loading JArray. Path '[1]', line 1, position 4.",
            ),
            (
                "[[1],[2,]",
                "Unexpected end of content while loading JArray. Path '[1]', line 1, position 9.",
            ),
            (
                "{a:}",
                "Unexpected character encountered while parsing value: }. Path 'a', line 1, position 3.",
            ),
            (
                "{a:1 b:2}",
                "After parsing a value an unexpected character was encountered: b. Path 'a', line 1, position 5.",
            ),
            (
                "{'a' 1}",
                "Invalid character after parsing property name. Expected ':' but got: 1. Path '', line 1, position 5.",
            ),
            (
                "{,}",
                "Invalid property identifier character: ,. Path '', line 1, position 1.",
            ),
            (
                "{a-b:1}",
                "Invalid JavaScript property identifier character: -. Path '', line 1, position 2.",
            ),
            (
                "{a:]",
                "JsonToken EndArray is not valid for closing JsonType Object. Path '', line 1, position 4.",
            ),
            (
                "{} x",
                "Additional text encountered after finished reading JSON content: x. Path '', line 1, position 3.",
            ),
            ("true1", "Error parsing boolean value. Path '', line 1, position 4."),
            ("tru", "Unexpected end when reading JSON. Path '', line 1, position 3."),
            (
                "é",
                "Unexpected character encountered while parsing value: é. Path '', line 0, position 0.",
            ),
            (
                "{a:[1,{b:[\n  x]}]}",
                "Unexpected character encountered while parsing value: x. Path 'a[1].b', line 2, position 2.",
            ),
            (
                "{'a':{'b c':x}}",
                "Unexpected character encountered while parsing value: x. Path 'a['b c']', line 1, position 12.",
            ),
            (
                "{a:1;}",
                "Unexpected character encountered while parsing number: ;. Path 'a', line 1, position 4.",
            ),
            (
                "/* x",
                "Unexpected end while parsing comment. Path '', line 1, position 4.",
            ),
        ] {
            check(source, expected);
        }
    }

    #[test]
    fn object_and_array_ask_for_their_kind() {
        let wrong = |class, noun, found, at| {
            format!(
                "Error reading {class} from JsonReader. Current JsonReader item is not an {noun}: {found}. Path '', line 1, position {at}."
            )
        };
        assert_eq!(
            written(JToken::parse_object(&"".into())),
            "Error reading JObject from JsonReader. Path '', line 0, position 0."
        );
        assert_eq!(
            written(JToken::parse_object(&"[1]".into())),
            wrong("JObject", "object", "StartArray", 1)
        );
        assert_eq!(
            written(JToken::parse_object(&"null".into())),
            wrong("JObject", "object", "Null", 4)
        );
        assert_eq!(
            written(JToken::parse_object(&"/*c*/".into())),
            wrong("JObject", "object", "None", 5)
        );
        assert_eq!(written(JToken::parse_object(&"//c\n{}".into())), "{}");
        assert_eq!(
            written(JToken::parse_array(&"{}".into())),
            wrong("JArray", "array", "StartObject", 1)
        );
        assert_eq!(written(JToken::parse_array(&"[1]".into())), "[1]");
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(JToken::parse(&nested(64).into()).is_ok());
        let error = JToken::parse(&nested(65).into()).unwrap_err().message;
        let path = "[0]".repeat(64);
        assert_eq!(
            error,
            format!("The reader's MaxDepth of 64 has been exceeded. Path '{path}', line 1, position 65.")
        );
        let began = Instant::now();
        assert!(JToken::parse(&nested(100_000).into()).is_err());
        assert!(began.elapsed() < Duration::from_millis(200));
    }

    #[test]
    fn names_and_strings_are_slices_of_the_source() {
        let source = Text::from(r#"{"name":"value"}"#);
        let token = JToken::parse(&source).unwrap();
        let name = token.properties()[0].name().unwrap();
        let range = source.as_bytes().as_ptr_range();
        assert!(range.contains(&name.as_bytes().as_ptr()));
    }

    #[test]
    fn large_documents_take_linear_time() {
        let many = |count: usize| {
            let properties: Vec<String> = (0..count)
                .map(|n| format!("\"property {n}\":[{n},\"text\\n{n}\"]"))
                .collect();
            Text::from(format!("{{{}}}", properties.join(",")))
        };
        let time = |count| {
            let source = many(count);
            let began = Instant::now();
            let token = JToken::parse(&source).unwrap();
            assert_eq!(token.count(), count);
            assert!(token.get(&format!("property {}", count - 1)).unwrap().is_some());
            began.elapsed()
        };
        // Ten times the text takes ten times as long, give or take a loaded machine; a hundred would be quadratic.
        assert!(time(40_000) < time(4_000).max(Duration::from_millis(4)) * 50);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(source in r#"([\[\]{}:,'"/*\\u0-9a-fxIN.eE+\-tr \n\u{0}é]|true|null|NaN|/\*|new a\(|\)){0,40}"#) {
            let source = Text::from(source);
            for parsed in [JToken::parse(&source), JToken::parse_object(&source), JToken::parse_array(&source)].into_iter().flatten() {
                let once = parsed.to_json(Formatting::None);
                if parsed.token_type() != crate::json::JTokenType::Comment {
                    let again = JToken::parse(&once.clone().into()).unwrap();
                    prop_assert_eq!(again.to_json(Formatting::None), once.clone());
                    prop_assert_eq!(JToken::parse(&parsed.to_json(Formatting::Indented).into()).unwrap().to_json(Formatting::None), once);
                }
            }
        }

        #[test]
        fn any_string_survives(text in any::<String>()) {
            let array = JToken::array();
            array.add(text.as_str()).unwrap();
            let read = JToken::parse(&array.to_json(Formatting::None).into()).unwrap();
            prop_assert!(read.deep_equals(&array));
        }
    }
}
