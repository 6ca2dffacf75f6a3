//! Newtonsoft's lenient JSON reader: a text's tokens one after the other.
//!
//! Also accepted: single quotes, unquoted names, comments, a trailing comma, `undefined`, NaN, hexadecimal and octal
//! numbers, line ends in strings. Never here: building the tree (`load`), numbers and strings in detail (`lexeme`).

mod lexeme;

use super::error::{ExceptionType, JsonError};
use super::position::{write_index, write_name};
use super::scalar::Scalar;
use super::style::ReadStyle;
use crate::text::Text;

/// One token.
#[derive(Clone, Debug)]
#[expect(
    missing_docs,
    reason = "each is Newtonsoft's JsonToken of its name, the last but one of any plain value"
)]
pub enum Token {
    StartObject,
    StartArray,
    StartConstructor(Text),
    EndObject,
    EndArray,
    EndConstructor,
    Name(Text),
    Value(Scalar),
    Comment(Text),
}

impl Token {
    /// Newtonsoft's `JsonToken` name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StartObject => "StartObject",
            Self::StartArray => "StartArray",
            Self::StartConstructor(_) => "StartConstructor",
            Self::EndObject => "EndObject",
            Self::EndArray => "EndArray",
            Self::EndConstructor => "EndConstructor",
            Self::Name(_) => "PropertyName",
            Self::Value(scalar) => scalar.token_type().name(),
            Self::Comment(_) => "Comment",
        }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The document's value.
    Start,
    /// A name or the end, right behind `{`.
    ObjectStart,
    /// A name or the end, behind a comma.
    Object,
    /// A property's value.
    Property,
    /// An element or the end, right behind `[`.
    ArrayStart,
    /// An element or the end, behind a comma.
    Array,
    /// An argument or the end, right behind `new Name(`.
    ConstructorStart,
    /// An argument or the end, behind a comma.
    Constructor,
    /// A comma or the end.
    PostValue,
    /// Nothing but comments.
    Finished,
}

/// An open container, and where in it the reader is.
enum Position {
    Object(Option<Text>),
    Array(i64),
    Constructor(i64),
}

/// Reads a text.
pub struct Reader {
    text: Text,
    style: ReadStyle,
    at: usize,
    state: State,
    open: Vec<Position>,
}

impl Reader {
    /// At the beginning of a text.
    pub fn new(text: &Text, style: ReadStyle) -> Self {
        Self {
            text: text.clone(),
            style,
            at: 0,
            state: State::Start,
            open: Vec::new(),
        }
    }

    /// Reads what follows in another way.
    pub fn set_style(&mut self, style: ReadStyle) {
        self.style = style;
    }

    /// How many containers are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Line and position (in UTF-16 units) up to which it has read.
    pub fn place(&self) -> (usize, usize) {
        let read = self.text.get(..self.at).unwrap_or(&self.text);
        let line_start = read.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let position: usize = read.get(line_start..).unwrap_or("").chars().map(char::len_utf16).sum();
        let lines = read.matches('\n').count() + read.matches('\r').count() - read.matches("\r\n").count();
        (lines + 1, position)
    }

    /// The next token; `None` at the end of the text.
    ///
    /// # Errors
    /// `JsonReaderException`
    pub fn read(&mut self) -> Result<Option<Token>, JsonError> {
        loop {
            match self.state {
                State::Start
                | State::Property
                | State::ArrayStart
                | State::Array
                | State::ConstructorStart
                | State::Constructor => return self.value(),
                State::ObjectStart | State::Object => return self.object(),
                State::PostValue => {
                    if let Some(token) = self.post_value()? {
                        return Ok(Some(token));
                    }
                }
                State::Finished => return self.finished(),
            }
        }
    }

    /// An exception with Newtonsoft's suffix: path, line, position (in UTF-16 units, as .NET counts).
    pub fn error(&self, message: &str) -> JsonError {
        let (line, position) = self.place();
        let line = if self.state == State::Start && position == 0 {
            0
        } else {
            line
        };
        let message = message.trim();
        let stop = if message.ends_with('.') { "" } else { "." };
        let path = self.path();
        JsonError::new(
            ExceptionType::JsonReader,
            format!("{message}{stop} Path '{path}', line {line}, position {position}."),
        )
    }

    /// `Path`: where in the document it is.
    pub fn path(&self) -> String {
        let at_start = matches!(
            self.state,
            State::ObjectStart | State::ArrayStart | State::ConstructorStart
        );
        let shown = if at_start {
            self.open.len().saturating_sub(1)
        } else {
            self.open.len()
        };
        let mut path = String::new();
        for position in self.open.iter().take(shown) {
            match position {
                Position::Object(Some(name)) => write_name(&mut path, name),
                Position::Object(None) => {}
                Position::Array(index) | Position::Constructor(index) => write_index(&mut path, *index),
            }
        }
        path
    }

    fn peek(&self) -> Option<char> {
        self.byte(0)
            .map(|byte| if byte.is_ascii() { char::from(byte) } else { self.wide() })
    }

    #[cold]
    fn wide(&self) -> char {
        self.text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
            .unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn skip(&mut self, character: char) {
        self.at += character.len_utf8();
    }

    /// The next character that is not white space, which is still to be read. NUL counts as white space, as in Newtonsoft
    /// where a value or name is expected.
    fn next_visible(&mut self) -> Option<char> {
        while let Some(character) = self.peek() {
            if !character.is_whitespace() && character != '\0' {
                return Some(character);
            }
            self.skip(character);
        }
        None
    }

    fn object(&mut self) -> Result<Option<Token>, JsonError> {
        match self.next_visible() {
            None => Ok(None),
            Some('}') => self.close('}').map(Some),
            Some('/') => self.comment().map(Some),
            Some(_) => self.name().map(Some),
        }
    }

    fn name(&mut self) -> Result<Token, JsonError> {
        let name = match self.peek() {
            Some(quote @ ('"' | '\'')) => self.string(quote)?,
            Some(character) if is_identifier(character) => self.unquoted_name()?,
            other => {
                return Err(self.error(&format!(
                    "Invalid property identifier character: {}.",
                    other.unwrap_or('\0')
                )));
            }
        };
        self.skip_white_space();
        match self.peek() {
            Some(':') => self.at += 1,
            other => {
                let found = other.unwrap_or('\0');
                return Err(self.error(&format!(
                    "Invalid character after parsing property name. Expected ':' but got: {found}."
                )));
            }
        }
        self.state = State::Property;
        if let Some(Position::Object(current)) = self.open.last_mut() {
            *current = Some(name.clone());
        }
        Ok(Token::Name(name))
    }

    fn unquoted_name(&mut self) -> Result<Text, JsonError> {
        let start = self.at;
        loop {
            match self.peek() {
                None => return Err(self.error("Unexpected end while parsing unquoted property name.")),
                Some(character) if is_identifier(character) => self.skip(character),
                Some(character) if character.is_whitespace() || character == ':' => break,
                Some(character) => {
                    return Err(self.error(&format!(
                        "Invalid JavaScript property identifier character: {character}."
                    )));
                }
            }
        }
        Ok(self.slice(start, self.at))
    }

    fn value(&mut self) -> Result<Option<Token>, JsonError> {
        let Some(character) = self.next_visible() else {
            return Ok(None);
        };
        let token = match character {
            '"' | '\'' => {
                let text = self.string(character)?;
                let scalar = self.style.scalar(text);
                self.scalar(scalar)
            }
            '{' => return self.open(Token::StartObject).map(Some),
            '[' => return self.open(Token::StartArray).map(Some),
            ']' | ')' => return self.close(character).map(Some),
            // The comma itself is read behind the value that is missing before it.
            ',' => self.scalar(Scalar::Undefined),
            '/' => return self.comment().map(Some),
            't' => self.word("true", "boolean", Scalar::Boolean(true))?,
            'f' => self.word("false", "boolean", Scalar::Boolean(false))?,
            'n' if self.byte(1) == Some(b'u') => self.word("null", "null", Scalar::Null)?,
            'n' if self.byte(1) == Some(b'e') => return self.constructor().map(Some),
            'n' if self.byte(1).is_none() => {
                self.at += 1;
                return Err(self.error("Unexpected end when reading JSON."));
            }
            'u' => self.word("undefined", "undefined", Scalar::Undefined)?,
            'N' => self.word("NaN", "NaN", Scalar::Float(f64::NAN))?,
            'I' => self.word("Infinity", "Infinity", Scalar::Float(f64::INFINITY))?,
            '-' if self.byte(1) == Some(b'I') => {
                self.word("-Infinity", "-Infinity", Scalar::Float(f64::NEG_INFINITY))?
            }
            '0'..='9' | '-' | '.' => {
                let number = self.number()?;
                self.scalar(number)
            }
            other => return Err(self.unexpected(other)),
        };
        Ok(Some(token))
    }

    fn unexpected(&self, character: char) -> JsonError {
        self.error(&format!(
            "Unexpected character encountered while parsing value: {character}."
        ))
    }

    /// A literal word that must end where it ends; `kind` is what the exception calls it.
    fn word(&mut self, word: &str, kind: &str, scalar: Scalar) -> Result<Token, JsonError> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.len() < word.len() {
            self.at = self.text.len();
            return Err(self.error("Unexpected end when reading JSON."));
        }
        if !self.passes(word) {
            return Err(self.error(&format!("Error parsing {kind} value.")));
        }
        Ok(self.scalar(scalar))
    }

    /// Reads a word as far as it is there; whether it is, and ends where it ends.
    fn passes(&mut self, word: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let same = rest
            .iter()
            .zip(word.bytes())
            .take_while(|(found, expected)| **found == *expected)
            .count();
        self.at += same;
        let ends = match self.peek() {
            None | Some('}' | ']' | ',' | '\0') => true,
            Some(')') => matches!(self.state, State::ConstructorStart | State::Constructor),
            Some('/') => matches!(self.byte(1), Some(b'*' | b'/')),
            Some(character) => character.is_whitespace(),
        };
        same == word.len() && ends
    }

    /// `new Name(`
    fn constructor(&mut self) -> Result<Token, JsonError> {
        let start = self.at;
        if self.text.len() < start + "new".len() || !self.passes("new") {
            self.at = self.at.max(start);
            return Err(self.error("Unexpected content while parsing JSON."));
        }
        self.skip_white_space();
        let start = self.at;
        while let Some(letter) = self.peek().filter(|letter| letter.is_alphanumeric()) {
            self.skip(letter);
        }
        let name = self.slice(start, self.at);
        self.skip_white_space();
        match self.peek() {
            Some('(') => self.open(Token::StartConstructor(name)),
            Some(other) => Err(self.error(&format!("Unexpected character while parsing constructor: {other}."))),
            None => Err(self.error("Unexpected end while parsing constructor.")),
        }
    }

    fn skip_white_space(&mut self) {
        while let Some(character) = self.peek().filter(|character| character.is_whitespace()) {
            self.skip(character);
        }
    }

    /// Notes that a value was read.
    fn scalar(&mut self, scalar: Scalar) -> Token {
        self.value_ended();
        Token::Value(scalar)
    }

    fn value_ended(&mut self) {
        self.after_value();
        self.count_element();
    }

    fn count_element(&mut self) {
        if let Some(Position::Array(index) | Position::Constructor(index)) = self.open.last_mut() {
            *index += 1;
        }
    }

    fn after_value(&mut self) {
        self.state = if self.open.is_empty() {
            State::Finished
        } else {
            State::PostValue
        };
    }

    fn open(&mut self, token: Token) -> Result<Token, JsonError> {
        self.at += 1;
        self.count_element();
        let too_deep = self.open.len() >= self.style.depth;
        let (position, state) = match token {
            Token::StartObject => (Position::Object(None), State::ObjectStart),
            Token::StartConstructor(_) => (Position::Constructor(-1), State::ConstructorStart),
            _ => (Position::Array(-1), State::ArrayStart),
        };
        self.open.push(position);
        self.state = state;
        if too_deep {
            let depth = self.style.depth;
            return Err(self.error(&format!("The reader's MaxDepth of {depth} has been exceeded.")));
        }
        Ok(token)
    }

    fn close(&mut self, bracket: char) -> Result<Token, JsonError> {
        self.at += 1;
        let token = match bracket {
            '}' => Token::EndObject,
            ')' => Token::EndConstructor,
            _ => Token::EndArray,
        };
        let container = match (self.open.pop(), bracket) {
            (Some(Position::Object(_)), '}')
            | (Some(Position::Array(_)), ']')
            | (Some(Position::Constructor(_)), ')') => {
                self.after_value();
                return Ok(token);
            }
            (Some(Position::Object(_)), _) => "Object",
            (Some(Position::Array(_)), _) => "Array",
            (Some(Position::Constructor(_)), _) => "Constructor",
            (None, _) => "None",
        };
        Err(self.error(&format!(
            "JsonToken {} is not valid for closing JsonType {container}.",
            token.name()
        )))
    }

    fn post_value(&mut self) -> Result<Option<Token>, JsonError> {
        match self.next_visible() {
            None => {
                self.state = State::Finished;
                Ok(None)
            }
            Some(bracket @ ('}' | ']' | ')')) => self.close(bracket).map(Some),
            Some('/') => self.comment().map(Some),
            Some(',') => {
                self.at += 1;
                self.state = match self.open.last() {
                    Some(Position::Object(_)) => State::Object,
                    Some(Position::Array(_)) => State::Array,
                    Some(Position::Constructor(_)) => State::Constructor,
                    None => State::Finished,
                };
                Ok(None)
            }
            Some(other) => Err(self.error(&format!(
                "After parsing a value an unexpected character was encountered: {other}."
            ))),
        }
    }

    fn finished(&mut self) -> Result<Option<Token>, JsonError> {
        match self.next_visible() {
            None => Ok(None),
            Some('/') => self.comment().map(Some),
            Some(other) => Err(self.error(&format!(
                "Additional text encountered after finished reading JSON content: {other}."
            ))),
        }
    }

    fn slice(&self, start: usize, end: usize) -> Text {
        self.text.slice(start..end).unwrap_or_default()
    }
}

fn is_identifier(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}
