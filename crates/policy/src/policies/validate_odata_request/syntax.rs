//! `OData`'s expressions (OASIS, "`OData` Version 4.01, Part 2: URL Conventions" and its ABNF), as far as their form goes.
//!
//! Never here: what names mean, types.

use std::borrow::Cow;

/// What is wrong.
pub(super) type Problem = Cow<'static, str>;

/// Brackets and signs within each other that are read.
const MAX_DEPTH: usize = 64;

const BINARY: [&str; 16] = [
    "and", "or", "eq", "ne", "gt", "ge", "lt", "le", "has", "in", "add", "sub", "mul", "div", "divby", "mod",
];

/// Reads a decoded text from left to right.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes a sign, white space before it included, if it is next.
    pub fn sign(&mut self, sign: char) -> bool {
        let before = self.at;
        self.space();
        if self.next() == Some(sign) {
            self.at += sign.len_utf8();
            return true;
        }
        self.at = before;
        false
    }

    /// Takes a whole word, white space before it included, if it is next.
    pub fn word(&mut self, word: &str) -> bool {
        let before = self.at;
        self.space();
        let end = self.rest().find(|c: char| !is_name(c)).unwrap_or(self.rest().len());
        if self.rest().get(..end) == Some(word) {
            self.at += end;
            return true;
        }
        self.at = before;
        false
    }

    fn expected(&self, what: &str) -> Problem {
        if self.rest().trim().is_empty() {
            return format!("The text ends where {what} is expected.").into();
        }
        let what = what.replacen("an ", "An ", 1).replacen("a ", "A ", 1);
        format!("{what} is expected at character {}.", self.character()).into()
    }

    /// The number of the next character that is no white space, from 1 on.
    fn character(&self) -> usize {
        let rest = self.rest();
        let at = self.at + rest.len() - rest.trim_start().len();
        self.text.get(..at).unwrap_or_default().chars().count() + 1
    }

    /// Nothing may follow.
    pub fn end(&mut self) -> Result<(), Problem> {
        self.space();
        if self.rest().is_empty() {
            return Ok(());
        }
        Err(format!("The end is expected at character {}.", self.character()).into())
    }

    /// What follows an opening bracket, to be closed by [`Self::close`].
    pub fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<(), Problem>) -> Result<(), Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("It is nested too deeply.".into());
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    pub fn close(&mut self) -> Result<(), Problem> {
        if self.sign(')') {
            return Ok(());
        }
        if self.rest().trim().is_empty() {
            return Err("A bracket is not closed.".into());
        }
        Err(self.expected("a closing bracket"))
    }

    /// Several of something with commas between them.
    pub fn list(&mut self, mut read: impl FnMut(&mut Self) -> Result<(), Problem>) -> Result<(), Problem> {
        loop {
            read(self)?;
            if !self.sign(',') {
                return Ok(());
            }
        }
    }

    pub fn expression(&mut self) -> Result<(), Problem> {
        loop {
            self.operand()?;
            if !BINARY.into_iter().any(|operator| self.word(operator)) {
                return Ok(());
            }
        }
    }

    fn operand(&mut self) -> Result<(), Problem> {
        if self.word("not") || self.starts_negation() {
            return self.nested(Self::operand);
        }
        if self.sign('(') {
            // An expression, or the list of `in`.
            return self.nested(|reader| {
                reader.list(Self::expression)?;
                reader.close()
            });
        }
        self.space();
        match self.next() {
            None => Err(self.expected("an expression")),
            Some('\'') => self.quoted(),
            Some('[' | '{') => self.json(),
            Some(c) if c.is_ascii_digit() || c == '-' || c == '+' => self.value(),
            Some(_) => self.path(),
        }
    }

    /// A minus before something that is no number.
    fn starts_negation(&mut self) -> bool {
        let rest = self.rest().trim_start();
        let is_number = rest
            .get(1..)
            .is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()) || after.starts_with("INF"));
        rest.starts_with('-') && !is_number && self.sign('-')
    }

    fn quoted(&mut self) -> Result<(), Problem> {
        self.at += 1;
        loop {
            let Some(end) = self.rest().find('\'') else {
                return Err("A text in quotes is not closed.".into());
            };
            self.at += end + 1;
            if self.next() != Some('\'') {
                return Ok(());
            }
            self.at += 1;
        }
    }

    /// A JSON array or object, as functions take it.
    fn json(&mut self) -> Result<(), Problem> {
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<serde_json::Value>();
        match values.next() {
            Some(Ok(_)) => {
                self.at += values.byte_offset();
                Ok(())
            }
            _ => Err("A JSON value is malformed.".into()),
        }
    }

    /// A number, GUID, date or time.
    fn value(&mut self) -> Result<(), Problem> {
        let is_inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '+');
        let rest = self.rest();
        let end = rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
        // A colon at its end belongs to `case`.
        let written = rest.get(..end).unwrap_or_default().trim_end_matches(':');
        let is_value = written.parse::<f64>().is_ok_and(|_| !written.ends_with('.'))
            || is_guid(written)
            || is_moment(written)
            || written == "-INF";
        if !is_value {
            return Err(format!("{} is no value.", written.chars().take(60).collect::<String>()).into());
        }
        self.at += written.len();
        Ok(())
    }

    /// Names, calls and lambdas with slashes between them; `null`, `true` and the like are names here.
    fn path(&mut self) -> Result<(), Problem> {
        if let Some(guid) = self.rest().get(..36).filter(|text| is_guid(text)) {
            self.at += guid.len();
            return Ok(());
        }
        loop {
            self.step()?;
            if self.next() != Some('/') {
                return Ok(());
            }
            self.at += 1;
        }
    }

    fn step(&mut self) -> Result<(), Problem> {
        let rest = self.rest();
        let start = rest.strip_prefix(['$', '@']).unwrap_or(rest);
        let end = start.find(|c: char| !is_name(c) && c != '.').unwrap_or(start.len());
        if end == 0 || start.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return Err(self.expected("an expression"));
        }
        self.at += rest.len() - start.len() + end;
        let name = start.get(..end).unwrap_or_default();
        if self.next() == Some('\'') {
            return self.quoted();
        }
        // Keys behind a function's result: `F(a=1)(2)`.
        while self.next() == Some('(') {
            self.at += 1;
            if matches!(name, "any" | "all") {
                self.nested(Self::lambda)?;
            } else {
                self.arguments()?;
            }
        }
        Ok(())
    }

    /// What stands in the brackets of `any` and `all`: nothing, or a name, a colon and an expression.
    fn lambda(&mut self) -> Result<(), Problem> {
        if self.sign(')') {
            return Ok(());
        }
        self.identifier()?;
        if !self.sign(':') {
            return Err(self.expected("a colon"));
        }
        self.expression()?;
        self.close()
    }

    /// What follows the opening bracket of a call or key: expressions, with `name=` or, in `case`, `condition:` before.
    pub fn arguments(&mut self) -> Result<(), Problem> {
        self.nested(|reader| {
            if reader.rest().trim().is_empty() {
                return reader.close();
            }
            if reader.sign(')') {
                return Ok(());
            }
            reader.list(|reader| {
                reader.expression()?;
                if reader.sign('=') || reader.sign(':') {
                    reader.expression()?;
                }
                Ok(())
            })?;
            reader.close()
        })
    }

    pub fn identifier(&mut self) -> Result<(), Problem> {
        self.space();
        let rest = self.rest();
        let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        if end == 0 || rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.expected("a name"));
        }
        self.at += end;
        Ok(())
    }

    /// A path of `$select` and `$expand`.
    pub fn item_path(&mut self) -> Result<(), Problem> {
        self.space();
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(is_name(c) || matches!(c, '.' | '/' | '$' | '*' | '@' | '-')))
            .unwrap_or(rest.len());
        let path = rest.get(..end).unwrap_or_default();
        if path.is_empty() || path.split('/').any(str::is_empty) {
            return Err(self.expected("a name"));
        }
        self.at += end;
        Ok(())
    }

    /// The name of an option in brackets, with the sign behind it.
    pub fn option_name(&mut self) -> Result<&'t str, Problem> {
        self.space();
        let rest = self.rest();
        let end = rest.find(|c: char| !(is_name(c) || c == '$')).unwrap_or(rest.len());
        let name = rest.get(..end).filter(|name| !name.is_empty());
        let Some(name) = name else {
            return Err(self.expected("an option"));
        };
        self.at += end;
        if self.sign('=') {
            Ok(name)
        } else {
            Err(self.expected("an equals sign"))
        }
    }

    /// The value of an option in brackets, up to the `;` or bracket that ends it.
    pub fn plain_value(&mut self) -> Result<&'t str, Problem> {
        let start = self.at;
        let (mut depth, mut in_quotes) = (0_usize, false);
        for (at, c) in self.rest().char_indices() {
            match c {
                '"' => in_quotes = !in_quotes,
                _ if in_quotes => {}
                '(' => depth += 1,
                ')' | ';' if depth == 0 => {
                    self.at = start + at;
                    return Ok(self.text.get(start..self.at).unwrap_or_default());
                }
                ')' => depth -= 1,
                _ => {}
            }
        }
        Err("A bracket is not closed.".into())
    }

    /// `$search`: words and phrases with `AND`, `OR`, `NOT` and brackets.
    pub fn search(&mut self) -> Result<(), Problem> {
        loop {
            while self.word("NOT") {}
            if self.sign('(') {
                self.nested(|reader| {
                    reader.search()?;
                    reader.close()
                })?;
            } else {
                self.term()?;
            }
            // Words beside each other must all be there.
            let is_joined = self.word("AND") || self.word("OR");
            self.space();
            if !is_joined && matches!(self.next(), None | Some(')')) {
                return Ok(());
            }
        }
    }

    fn term(&mut self) -> Result<(), Problem> {
        self.space();
        if self.next() == Some('"') {
            let end = self.rest().get(1..).and_then(|inside| inside.find('"'));
            let Some(end) = end else {
                return Err("A text in quotes is not closed.".into());
            };
            self.at += end + 2;
            return Ok(());
        }
        let rest = self.rest();
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
            .unwrap_or(rest.len());
        if end == 0 {
            return Err(self.expected("a word"));
        }
        self.at += end;
        Ok(())
    }

    /// `$apply`: transformations with slashes between them, each with its brackets.
    pub fn transformations(&mut self) -> Result<(), Problem> {
        loop {
            self.space();
            let rest = self.rest();
            let end = rest.find(|c: char| !(is_name(c) || c == '.')).unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or_default();
            if name.is_empty() {
                return Err(self.expected("a transformation"));
            }
            self.at += end;
            if self.sign('(') {
                self.plain_value()?;
                self.close()?;
            } else if name != "identity" {
                return Err(format!("A bracket is expected behind {name}.").into());
            }
            if !self.sign('/') {
                return Ok(());
            }
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether a text is a date, a time, or both with a zone.
fn is_moment(text: &str) -> bool {
    let is_number = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = |date: &str| {
        let date = date.strip_prefix('-').unwrap_or(date);
        let parts: Vec<&str> = date.split('-').collect();
        matches!(parts.as_slice(), [year, month, day] if is_number(year, 4) && is_number(month, 2) && is_number(day, 2))
    };
    let is_time = |time: &str| {
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let parts: Vec<&str> = time.split(':').collect();
        matches!(parts.len(), 2 | 3)
            && parts.iter().all(|part| is_number(part, 2))
            && matches!(fraction.len(), 1..=12)
            && is_number(fraction, fraction.len())
    };
    match text.split_once(['T', 't']) {
        None => is_date(text) || is_time(text),
        Some((date, time)) => {
            let zone = time.find(['Z', 'z', '+', '-']);
            let (time, zone) = time.split_at(zone.unwrap_or(time.len()));
            is_date(date) && is_time(time) && (matches!(zone, "Z" | "z") || zone.get(1..).is_some_and(is_time))
        }
    }
}
