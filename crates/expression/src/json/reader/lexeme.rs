//! Strings, numbers and comments, character by character.

use super::{Reader, Token};
use crate::json::error::JsonError;
use crate::json::scalar::Scalar;
use crate::number::parse_double;
use crate::text::Text;

/// Digits of a whole number that Newtonsoft still reads.
const MAX_INTEGER_LENGTH: usize = 380;

impl Reader {
    /// A quoted string: a slice of the source unless it has escapes.
    pub(super) fn string(&mut self, quote: char) -> Result<Text, JsonError> {
        self.at += 1;
        let start = self.at;
        let is_end = |byte: &u8| *byte == b'\\' || *byte == quote as u8;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let Some(length) = rest.iter().position(is_end) else {
            return Err(self.unterminated(quote));
        };
        self.at += length;
        if self.byte(0) == Some(b'\\') {
            return self.escaped_string(start, quote);
        }
        self.at += 1;
        Ok(self.slice(start, start + length))
    }

    fn unterminated(&mut self, quote: char) -> JsonError {
        self.at = self.text.len();
        self.error(&format!("Unterminated string. Expected delimiter: {quote}."))
    }

    /// From the first backslash on.
    fn escaped_string(&mut self, start: usize, quote: char) -> Result<Text, JsonError> {
        let mut string = self.text.get(start..self.at).unwrap_or_default().to_string();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(length) = rest.find(['\\', quote]) else {
                return Err(self.unterminated(quote));
            };
            let (plain, _) = rest.split_at(length);
            string.push_str(plain);
            self.at += length + 1;
            if !rest.get(length..).is_some_and(|rest| rest.starts_with('\\')) {
                return Ok(string.into());
            }
            let Some(character) = self.peek() else {
                return Err(self.unterminated(quote));
            };
            self.skip(character);
            string.push(match character {
                'b' => '\u{8}',
                't' => '\t',
                'n' => '\n',
                'f' => '\u{c}',
                'r' => '\r',
                '\\' | '"' | '\'' | '/' => character,
                'u' => self.unicode_escape()?,
                other => return Err(self.error(&format!("Bad JSON escape sequence: \\{other}."))),
            });
        }
    }

    /// The character behind `\u`, taking a second escape if both are a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let unit = self.hexadecimal()?;
        if (0xD800..0xDC00).contains(&unit) && self.byte(0) == Some(b'\\') && self.byte(1) == Some(b'u') {
            let before = self.at;
            self.at += 2;
            let low = self.hexadecimal()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hexadecimal(&mut self) -> Result<u32, JsonError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some((end, last)) = rest.char_indices().nth(3) else {
            return Err(self.error("Unexpected end while parsing Unicode escape sequence."));
        };
        let digits = rest.get(..end + last.len_utf8()).unwrap_or_default();
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(self.error(&format!("Invalid Unicode escape sequence: \\u{digits}.")));
        }
        self.at += digits.len();
        Ok(u32::from_str_radix(digits, 16).unwrap_or(0))
    }

    /// A number. What it is depends on all its characters: hexadecimal, octal, whole or not.
    pub(super) fn number(&mut self) -> Result<Scalar, JsonError> {
        let start = self.at;
        loop {
            match self.peek() {
                Some('-' | '+' | 'a'..='f' | 'A'..='F' | 'x' | 'X' | '.' | '0'..='9') => self.at += 1,
                None | Some(',' | '}' | ']' | ')' | '/') => break,
                Some(character) if character.is_whitespace() || character == '\0' => break,
                Some(other) => {
                    return Err(self.error(&format!(
                        "Unexpected character encountered while parsing number: {other}."
                    )));
                }
            }
        }
        let text = self.slice(start, self.at);
        match number_of(&text, self.style.decimals) {
            Some(Scalar::BigInteger(digits)) if digits.len() > MAX_INTEGER_LENGTH => {
                self.value_ended();
                Err(self.error(&format!("JSON integer {digits} is too large to parse.")))
            }
            Some(scalar) => Ok(scalar),
            None => {
                self.value_ended();
                Err(self.error(&format!("Input string '{text}' is not a valid number.")))
            }
        }
    }

    /// A comment of either kind.
    pub(super) fn comment(&mut self) -> Result<Token, JsonError> {
        self.at += 1;
        let unended = "Unexpected end while parsing comment.";
        if self.byte(1).is_none() {
            return Err(self.error(unended));
        }
        let start = self.at + 1;
        let rest = self.text.get(start..).unwrap_or_default();
        let (length, end_length) = match self.peek() {
            Some('/') => (rest.find(['\n', '\r']).unwrap_or(rest.len()), 0),
            Some('*') => {
                let Some(length) = rest.find("*/") else {
                    self.at = self.text.len();
                    return Err(self.error(unended));
                };
                (length, 2)
            }
            other => {
                let found = other.unwrap_or('\0');
                return Err(self.error(&format!("Error parsing comment. Expected: *, got {found}.")));
            }
        };
        self.at = start + length + end_length;
        Ok(Token::Comment(self.slice(start, start + length)))
    }
}

fn number_of(text: &Text, decimals: bool) -> Option<Scalar> {
    let bytes = text.as_bytes();
    if bytes.len() > 1 && bytes.first() == Some(&b'0') && !matches!(bytes.get(1), Some(b'.' | b'e' | b'E')) {
        let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        let (digits, radix) = hexadecimal.map_or((text.as_str(), 8), |digits| (digits, 16));
        let unsigned = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        // All 64 bits may be given, so the highest makes the number negative.
        return unsigned
            .then(|| u64::from_str_radix(digits, radix).ok())
            .flatten()
            .map(|bits| Scalar::Integer(bits as i64));
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(
            text.parse()
                .map_or_else(|_| Scalar::BigInteger(canonical(text, digits)), Scalar::Integer),
        );
    }
    if decimals {
        // A sign, a point and an exponent.
        return crate::number::parse::decimal(text, 4 | 32 | 128)
            .ok()
            .map(Scalar::Decimal);
    }
    parse_double(text).ok().map(Scalar::Float)
}

/// A big number without leading zeros.
fn canonical(text: &Text, digits: &str) -> Text {
    if digits.starts_with('0') {
        format!("-{}", digits.trim_start_matches('0')).into()
    } else {
        text.clone()
    }
}
