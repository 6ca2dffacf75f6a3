//! SQL's text as words: names, variables, numbers, texts, signs; and what may stand where a type is declared.
//!
//! Never here: statements.

use super::tokens::Fault;
use super::types::{Encoding, Type};

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// A keyword or a name.
    Plain(String),
    /// A name in brackets or quotation marks.
    Name(String),
    /// A variable with its `@`.
    Variable(String),
    /// A number without sign.
    Number(String),
    /// A text, and whether it is marked as Unicode.
    Text(String, bool),
    /// Anything else.
    Sign(char),
}

impl Word {
    /// As a message shows it.
    pub fn shown(&self) -> String {
        match self {
            Self::Plain(text) | Self::Name(text) | Self::Variable(text) | Self::Number(text) | Self::Text(text, _) => {
                text.clone()
            }
            Self::Sign(sign) => sign.to_string(),
        }
    }
}

/// Words with the lines they stand in, and how many of them have been read.
pub struct Words {
    words: Vec<(Word, u32)>,
    read: usize,
}

impl Words {
    /// The words of `text`.
    pub fn of(text: &str) -> Result<Self, Fault> {
        let mut letters = Letters { rest: text, line: 1 };
        let mut words = Vec::new();
        while let Some((word, line)) = letters.word()? {
            words.push((word, line));
        }
        Ok(Self { words, read: 0 })
    }

    /// The next word, which stays.
    pub fn peek(&self) -> Option<&Word> {
        self.words.get(self.read).map(|(word, _)| word)
    }

    /// The line of the next word, or of the last.
    pub fn line(&self) -> u32 {
        self.words
            .get(self.read)
            .or(self.words.last())
            .map_or(1, |(_, line)| *line)
    }

    /// The next word.
    pub fn next(&mut self) -> Option<Word> {
        let word = self.words.get(self.read).map(|(word, _)| word.clone());
        self.read += 1;
        word
    }

    /// Whether the next word is this keyword, which is then read.
    pub fn takes(&mut self, keyword: &str) -> bool {
        let is = matches!(self.peek(), Some(Word::Plain(word)) if word.eq_ignore_ascii_case(keyword));
        self.read += usize::from(is);
        is
    }

    /// Whether the next word is this sign, which is then read.
    pub fn takes_sign(&mut self, sign: char) -> bool {
        let is = self.peek() == Some(&Word::Sign(sign));
        self.read += usize::from(is);
        is
    }

    /// The complaint about the next word.
    pub fn wrong(&self) -> Fault {
        let line = self.line();
        let near = self.peek().or(self.words.last().map(|(word, _)| word)).map(Word::shown);
        let text = format!("Incorrect syntax near '{}'.", near.unwrap_or_default());
        Fault::new(102, 1, 15, text).at(line)
    }

    /// The sign that must stand here.
    pub fn sign(&mut self, sign: char) -> Result<(), Fault> {
        if self.takes_sign(sign) {
            Ok(())
        } else {
            Err(self.wrong())
        }
    }

    /// The keyword that must stand here.
    pub fn keyword(&mut self, keyword: &str) -> Result<(), Fault> {
        if self.takes(keyword) { Ok(()) } else { Err(self.wrong()) }
    }

    /// A name, of whose parts the last one counts.
    pub fn name(&mut self) -> Result<String, Fault> {
        loop {
            let name = match self.peek() {
                Some(Word::Plain(name) | Word::Name(name)) => name.clone(),
                _ => return Err(self.wrong()),
            };
            self.read += 1;
            if !self.takes_sign('.') {
                return Ok(name);
            }
        }
    }

    /// A list in parentheses, which nobody looks into.
    pub fn parenthesis(&mut self) -> Result<(), Fault> {
        self.sign('(')?;
        while !self.takes_sign(')') {
            match self.peek() {
                Some(Word::Sign('(')) => self.parenthesis()?,
                Some(_) => self.read += 1,
                None => return Err(self.wrong()),
            }
        }
        Ok(())
    }

    /// A type.
    pub fn type_of(&mut self) -> Result<Type, Fault> {
        let line = self.line();
        let name = self.name()?.to_ascii_lowercase();
        let mut numbers = Vec::new();
        if self.takes_sign('(') {
            loop {
                match self.next() {
                    Some(Word::Number(number)) => numbers.push(number.parse::<u16>().ok()),
                    Some(Word::Plain(max)) if max.eq_ignore_ascii_case("max") => numbers.push(None),
                    _ => return Err(self.wrong()),
                }
                if self.takes_sign(')') {
                    break;
                }
                self.sign(',')?;
            }
        }
        let unknown = || {
            let text = format!("Column, parameter, or variable #1: Cannot find data type {name}.");
            Fault::new(2715, 6, 16, text).at(line)
        };
        let length = |default: u16, most: u16| match numbers.first() {
            None => Ok(default),
            Some(Some(length)) if (1..=most).contains(length) => Ok(*length),
            Some(_) => {
                let text = format!("The size given to the type '{name}' is not one from 1 to {most}.");
                Err(Fault::new(131, 2, 15, text).at(line))
            }
        };
        let scale = || match numbers.first() {
            Some(Some(0)) => Ok(0),
            _ => length(7, 7).map(|scale| scale as u8),
        };
        let or_max = |most| match numbers.first() {
            Some(None) => Ok(None),
            _ => length(1, most).map(Some),
        };
        Ok(match name.as_str() {
            "tinyint" => Type::TinyInt,
            "smallint" => Type::SmallInt,
            "int" | "integer" => Type::Int,
            "bigint" => Type::BigInt,
            "bit" => Type::Bit,
            "real" => Type::Real,
            "float" if length(53, 53)? <= 24 => Type::Real,
            "float" => Type::Float,
            "smallmoney" => Type::SmallMoney,
            "money" => Type::Money,
            "decimal" | "dec" | "numeric" => {
                let precision = length(18, 38)? as u8;
                let scale = match numbers.get(1) {
                    None => 0,
                    Some(Some(scale)) if *scale <= precision.into() => *scale as u8,
                    Some(_) => return Err(unknown()),
                };
                if name == "numeric" {
                    Type::Numeric { precision, scale }
                } else {
                    Type::Decimal { precision, scale }
                }
            }
            "date" => Type::Date,
            "time" => Type::Time(scale()?),
            "smalldatetime" => Type::SmallDateTime,
            "datetime" => Type::DateTime,
            "datetime2" => Type::DateTime2(scale()?),
            "datetimeoffset" => Type::DateTimeOffset(scale()?),
            "char" => Type::Char(length(1, 8000)?, Encoding::Latin),
            "varchar" => Type::VarChar(or_max(8000)?, Encoding::Latin),
            "nchar" => Type::NChar(length(1, 4000)?),
            "nvarchar" | "sysname" => Type::NVarChar(or_max(4000)?),
            "binary" => Type::Binary(length(1, 8000)?),
            "varbinary" => Type::VarBinary(or_max(8000)?),
            "uniqueidentifier" => Type::UniqueIdentifier,
            "xml" => Type::Xml,
            _ => return Err(unknown()),
        })
    }
}

/// What is left of a text.
struct Letters<'a> {
    rest: &'a str,
    line: u32,
}

impl Letters<'_> {
    fn take(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = self.rest.get(letter.len_utf8()..).unwrap_or_default();
        self.line += u32::from(letter == '\n');
        Some(letter)
    }

    fn word(&mut self) -> Result<Option<(Word, u32)>, Fault> {
        loop {
            if self.rest.starts_with("--") {
                while self.take().is_some_and(|letter| letter != '\n') {}
            } else if self.rest.starts_with("/*") {
                while !self.rest.starts_with("*/") && self.take().is_some() {}
                self.take();
                self.take();
            } else if self.rest.starts_with(char::is_whitespace) {
                self.take();
            } else {
                break;
            }
        }
        let line = self.line;
        let national = self.rest.starts_with("N'") || self.rest.starts_with("n'");
        if national {
            self.take();
        }
        let Some(first) = self.rest.chars().next() else {
            return Ok(None);
        };
        let word = match first {
            '\'' => Word::Text(self.quoted('\'')?, national),
            '"' => Word::Name(self.quoted('"')?),
            '[' => Word::Name(self.quoted(']')?),
            '0'..='9' => Word::Number(self.run(|letter| letter.is_ascii_digit() || letter == '.')),
            '@' => Word::Variable(self.run(|letter| letter == '@' || is_in_names(letter))),
            letter if is_in_names(letter) => Word::Plain(self.run(is_in_names)),
            sign => {
                self.take();
                Word::Sign(sign)
            }
        };
        Ok(Some((word, line)))
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|letter| !belongs(letter)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run.to_owned()
    }

    /// What stands between quotation marks; `end` twice is one of it.
    fn quoted(&mut self, end: char) -> Result<String, Fault> {
        let line = self.line;
        self.take();
        let mut text = String::new();
        loop {
            match self.take() {
                Some(letter) if letter == end => {
                    if !self.rest.starts_with(end) {
                        return Ok(text);
                    }
                    self.take();
                    text.push(end);
                }
                Some(letter) => text.push(letter),
                None => {
                    let complaint = format!("Unclosed quotation mark after the character string '{text}'.");
                    return Err(Fault::new(105, 1, 15, complaint).at(line));
                }
            }
        }
    }
}

fn is_in_names(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '#' | '$')
}
