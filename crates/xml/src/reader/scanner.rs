//! The characters of a document: names, values, references, places.

use super::XmlError;
use crate::name::{is_character, is_name_part, is_name_start, is_space};

/// What is left to read.
pub struct Scanner<'t> {
    whole: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    /// At the beginning of a text.
    pub fn new(whole: &'t str) -> Self {
        Self { whole, at: 0 }
    }

    /// What is left.
    pub fn rest(&self) -> &'t str {
        self.whole.get(self.at..).unwrap_or_default()
    }

    /// Steps over a token if it comes next.
    pub fn eat(&mut self, token: &str) -> bool {
        let comes = self.rest().starts_with(token);
        if comes {
            self.at += token.len();
        }
        comes
    }

    /// Steps over whitespace; whether there was any.
    pub fn spaces(&mut self) -> bool {
        let left = self.rest();
        let length = left.len() - left.trim_start_matches(is_space).len();
        self.at += length;
        length > 0
    }

    /// The byte that comes next.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Line and character of a byte, from 1; it reads all before it, so only errors ask.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let before = self.whole.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before.get(start..).unwrap_or_default().chars().count() + 1)
    }

    /// An error here.
    pub fn error(&self, message: &str) -> XmlError {
        let (line, position) = self.place(self.at);
        XmlError {
            message: format!("{message} Line {line}, position {position}."),
            line,
            position,
        }
    }

    /// Something else was expected here.
    pub fn unexpected(&self, expected: &str) -> XmlError {
        match self.rest().chars().next() {
            Some(found) => self.error(&format!(
                "'{found}' is an unexpected token. The expected token is '{expected}'."
            )),
            None => self.error("Unexpected end of file has occurred."),
        }
    }

    /// A name with at most one colon.
    pub fn name(&mut self) -> Result<&'t str, XmlError> {
        let left = self.rest();
        let end = left.find(|c| !is_name_part(c) && c != ':').unwrap_or(left.len());
        let name = left.get(..end).unwrap_or_default();
        let sound = name.split(':').all(|part| part.starts_with(is_name_start)) && name.matches(':').count() < 2;
        if !sound {
            return Err(match left.chars().next() {
                Some(found) => self.error(&format!(
                    "Name cannot begin with the '{found}' character, hexadecimal value 0x{:02X}.",
                    u32::from(found)
                )),
                None => self.error("Unexpected end of file has occurred."),
            });
        }
        self.at += end;
        Ok(name)
    }

    /// Everything before a token, which is stepped over.
    pub fn until(&mut self, token: &str) -> Result<String, XmlError> {
        let Some(end) = self.rest().find(token) else {
            return Err(self.error("Unexpected end of file has occurred."));
        };
        let text = self.rest().get(..end).unwrap_or_default();
        let clean = self.clean(text)?;
        self.at += end + token.len();
        Ok(clean)
    }

    fn clean(&self, text: &str) -> Result<String, XmlError> {
        if let Some(bad) = text.chars().find(|c| !is_character(*c)) {
            let message = format!(
                "'{bad}', hexadecimal value 0x{:02X}, is an invalid character.",
                u32::from(bad)
            );
            return Err(self.error(&message));
        }
        Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
    }

    /// A quoted text without references.
    pub fn quoted(&mut self) -> Result<String, XmlError> {
        self.spaces();
        for quote in ["\"", "'"] {
            if self.eat(quote) {
                return self.until(quote);
            }
        }
        Err(self.unexpected("\"' or '''"))
    }

    /// `="value"` of an attribute.
    pub fn attribute_value(&mut self) -> Result<String, XmlError> {
        self.spaces();
        if !self.eat("=") {
            return Err(self.unexpected("="));
        }
        let raw = self.quoted()?;
        if raw.contains('<') {
            return Err(self.error("'<', hexadecimal value 0x3C, is an invalid attribute character."));
        }
        self.expand(&raw.replace(['\n', '\t'], " "))
    }

    /// Text up to the next tag.
    pub fn text(&mut self) -> Result<String, XmlError> {
        let left = self.rest();
        let raw = left.get(..left.find('<').unwrap_or(left.len())).unwrap_or_default();
        if raw.contains("]]>") {
            return Err(self.error("']]>' is not allowed in character data."));
        }
        let expanded = self.expand(&self.clean(raw)?)?;
        self.at += raw.len();
        Ok(expanded)
    }

    fn expand(&self, raw: &str) -> Result<String, XmlError> {
        let mut parts = raw.split('&');
        let mut all = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let Some((entity, text)) = part.split_once(';') else {
                return Err(self.error("An error occurred while parsing EntityName."));
            };
            all.push(self.reference(entity)?);
            all.push_str(text);
        }
        Ok(all)
    }

    fn reference(&self, entity: &str) -> Result<char, XmlError> {
        let number = match (entity.strip_prefix("#x"), entity.strip_prefix('#')) {
            (Some(digits), _) => Some(u32::from_str_radix(digits, 16)),
            (None, Some(digits)) => Some(digits.parse()),
            (None, None) => None,
        };
        match (entity, number) {
            ("lt", _) => Ok('<'),
            ("gt", _) => Ok('>'),
            ("amp", _) => Ok('&'),
            ("quot", _) => Ok('"'),
            ("apos", _) => Ok('\''),
            (_, Some(number)) => number
                .ok()
                .and_then(char::from_u32)
                .filter(|c| is_character(*c))
                .ok_or_else(|| self.error("Invalid syntax for a character reference.")),
            _ => Err(self.error(&format!(
                "Reference to entity '{entity}', which is none of XML's own five: entities of a document type are not expanded."
            ))),
        }
    }
}
