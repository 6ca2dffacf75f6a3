//! Characters of a path, and the exceptions about them.

use crate::json::error::JsonError;

/// Reads a path's characters.
pub(super) struct Scanner {
    characters: Vec<char>,
    at: usize,
}

impl Scanner {
    pub fn new(path: &str) -> Self {
        Self {
            characters: path.chars().collect(),
            at: 0,
        }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    pub fn len(&self) -> usize {
        self.characters.len()
    }

    pub fn at_end(&self) -> bool {
        self.at >= self.characters.len()
    }

    pub fn peek(&self) -> Option<char> {
        self.ahead(0)
    }

    pub fn ahead(&self, distance: usize) -> Option<char> {
        self.characters.get(self.at + distance).copied()
    }

    pub fn advance(&mut self) {
        self.at += 1;
    }

    pub fn spaces(&mut self) {
        while self.peek() == Some(' ') {
            self.advance();
        }
    }

    /// The next character.
    ///
    /// # Errors
    /// The path ends here; `message` is the exception's.
    pub fn expect(&self, message: &str) -> Result<char, JsonError> {
        self.peek().ok_or_else(|| JsonError::json(message))
    }

    pub fn slice(&self, start: usize, end: usize) -> String {
        self.characters.get(start..end).unwrap_or_default().iter().collect()
    }

    /// Reads `text` if it comes next.
    pub fn accept(&mut self, text: &str) -> bool {
        let matches = text
            .chars()
            .enumerate()
            .all(|(distance, character)| self.ahead(distance) == Some(character));
        if matches {
            self.at += text.chars().count();
        }
        matches
    }

    /// A string in single quotes.
    pub fn quoted(&mut self) -> Result<String, JsonError> {
        self.advance();
        let mut string = String::new();
        while let Some(character) = self.peek() {
            self.advance();
            match character {
                '\'' => return Ok(string),
                '\\' if !self.at_end() => string.push(self.escape()?),
                plain => string.push(plain),
            }
        }
        Err(JsonError::json("Path ended with an open string."))
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let escaped = self.peek().unwrap_or_default();
        self.advance();
        Ok(match escaped {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            '\\' | '"' | '\'' | '/' => escaped,
            other => return Err(JsonError::json(format!("Unknown escape character: \\{other}"))),
        })
    }
}

/// Inside `[…]`.
pub(super) fn in_indexer(character: char) -> JsonError {
    JsonError::json(format!("Unexpected character while parsing path indexer: {character}"))
}

/// Inside `?(…)`.
pub(super) fn in_query(character: char) -> JsonError {
    JsonError::json(format!("Unexpected character while parsing path query: {character}"))
}
