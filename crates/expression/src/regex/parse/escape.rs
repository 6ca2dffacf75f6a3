//! What begins with `\`.

use super::super::set::is_word;
use super::{Anchor, Node, Options, Parser, Part, Read, Set};

impl Parser<'_> {
    /// What stands behind a `\` outside of a set.
    pub(super) fn escape(&mut self) -> Read<Node> {
        if self.peek().is_none() {
            return self.fail("Illegal \\ at end of pattern.");
        }
        let anchor = match self.peek() {
            Some('A') => Some(Anchor::Begin),
            Some('b') => Some(Anchor::Boundary),
            Some('B') => Some(Anchor::NoBoundary),
            Some('G') => Some(Anchor::Here),
            Some('z') => Some(Anchor::End),
            Some('Z') => Some(Anchor::LastLineEnd),
            _ => None,
        };
        if let Some(anchor) = anchor {
            self.at += 1;
            return Ok(Node::Anchor(anchor));
        }
        if let Some(part) = self.class_letter()? {
            return Ok(Node::Set(Set::new(vec![part], false, None, false)));
        }
        let begin = self.at;
        if let Some(node) = self.reference()? {
            return Ok(node);
        }
        self.at = begin;
        let c = self.char_escape()?;
        Ok(self.char(c))
    }

    /// `d`, `D`, `s`, `S`, `w`, `W`, `p{…}` and `P{…}`.
    pub(super) fn class_letter(&mut self) -> Read<Option<Part>> {
        let ecma = self.has(Options::ECMA_SCRIPT);
        let Some(letter) = self.peek() else { return Ok(None) };
        let part = match letter.to_ascii_lowercase() {
            'd' if ecma => ascii(&[('0', '9')]),
            'd' => Part::DIGIT,
            's' if ecma => ascii(&[('\t', '\r'), (' ', ' ')]),
            's' => Part::Space,
            'w' if ecma => ascii(&[('a', 'z'), ('A', 'Z'), ('_', '_'), ('0', '9')]),
            'w' => Part::WORD,
            'p' => {
                self.at += 1;
                let part = self.property()?;
                return Ok(Some(if letter == 'P' { Part::Not(Box::new(part)) } else { part }));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(if letter.is_ascii_uppercase() {
            Part::Not(Box::new(part))
        } else {
            part
        }))
    }

    fn property(&mut self) -> Read<Part> {
        if !self.eat("{") {
            return self.fail("Malformed \\p{X} character escape.");
        }
        let begin = self.at;
        while self.peek().is_some_and(|c| is_word(c) || c == '-') {
            self.at += 1;
        }
        let name: String = self.chars.get(begin..self.at).unwrap_or_default().iter().collect();
        if !self.eat("}") {
            return self.fail("Incomplete \\p{X} character escape.");
        }
        match Part::named(&name) {
            Some(part) => Ok(part),
            None => self.fail(format!("Unknown property '{name}'.")),
        }
    }

    /// `\1`, `\k<name>`, `\k'name'`, `\<name>`; `None` when it is none of them.
    fn reference(&mut self) -> Read<Option<Node>> {
        let fold = self.has(Options::IGNORE_CASE);
        let named = self.eat("k");
        if named && !matches!(self.peek(), Some('<' | '\'')) {
            return self.fail("Malformed \\k<...> named back reference.");
        }
        let close = match self.peek() {
            Some('<') => Some(">"),
            Some('\'') => Some("'"),
            _ => None,
        };
        if let Some(close) = close {
            self.at += 1;
            let name = self.name();
            if !name.is_empty() && self.eat(close) {
                return match self.place_of(&name) {
                    Some(place) => Ok(Some(Node::Reference(place, fold))),
                    None if name.starts_with(|c: char| c.is_ascii_digit()) => {
                        self.fail(format!("Reference to undefined group number {name}."))
                    }
                    None => self.fail(format!("Reference to undefined group name '{name}'.")),
                };
            }
            if named {
                return self.fail("Malformed \\k<...> named back reference.");
            }
            return Ok(None);
        }
        if !self.peek().is_some_and(|c| ('1'..='9').contains(&c)) {
            return Ok(None);
        }
        if self.has(Options::ECMA_SCRIPT) {
            return Ok(self.longest_known().map(|place| Node::Reference(place, fold)));
        }
        let number = self.number();
        match self.place_of(&number.to_string()) {
            Some(place) => Ok(Some(Node::Reference(place, fold))),
            None if number <= 9 => self.fail(format!("Reference to undefined group number {number}.")),
            None => Ok(None),
        }
    }

    /// ECMAScript: as many digits as are the number of a group.
    fn longest_known(&mut self) -> Option<usize> {
        let (mut number, mut best) = (0_i32, None);
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit as i32);
            let place = self.place_of(&number.to_string())?;
            self.at += 1;
            best = Some(place);
        }
        best
    }

    /// The place of the group of a name or number; while groups are not known yet, any.
    pub(super) fn place_of(&self, name: &str) -> Option<usize> {
        match (self.groups, name.parse::<i32>()) {
            (None, _) => Some(0),
            (Some(groups), Ok(number)) => groups.of_number(number),
            (Some(groups), Err(_)) => groups.of_name(name),
        }
    }

    /// Decimal digits.
    pub(super) fn number(&mut self) -> i32 {
        let mut number = 0_i32;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit as i32);
            self.at += 1;
        }
        number
    }

    /// Characters of a word.
    pub(super) fn name(&mut self) -> String {
        let begin = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        self.chars.get(begin..self.at).unwrap_or_default().iter().collect()
    }

    /// The character that an escape stands for.
    pub(super) fn char_escape(&mut self) -> Read<char> {
        let Some(c) = self.next() else {
            return self.fail("Illegal \\ at end of pattern.");
        };
        Ok(match c {
            '0'..='7' => {
                self.at -= 1;
                self.octal()
            }
            'x' => self.hex(2)?,
            'u' => self.hex(4)?,
            'a' => '\x07',
            'b' => '\x08',
            'e' => '\x1b',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'c' => {
                let Some(letter) = self.next() else {
                    return self.fail("Missing control character.");
                };
                let code = (letter.to_ascii_uppercase() as u32).wrapping_sub('@' as u32);
                match char::from_u32(code).filter(|_| code < 32) {
                    Some(control) => control,
                    None => return self.fail("Unrecognized control character."),
                }
            }
            _ if is_word(c) && !self.has(Options::ECMA_SCRIPT) => {
                return self.fail(format!("Unrecognized escape sequence \\{c}."));
            }
            other => other,
        })
    }

    fn octal(&mut self) -> char {
        let mut code = 0;
        for _ in 0..3 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else {
                break;
            };
            self.at += 1;
            code = code * 8 + digit;
            if self.has(Options::ECMA_SCRIPT) && code >= 0x20 {
                break;
            }
        }
        char::from((code & 0xff) as u8)
    }

    fn hex(&mut self, digits: usize) -> Read<char> {
        let mut code = 0;
        for _ in 0..digits {
            let Some(digit) = self.next().and_then(|c| c.to_digit(16)) else {
                return self.fail("Insufficient hexadecimal digits.");
            };
            code = code * 16 + digit;
        }
        // Half of a surrogate pair is no character here.
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

fn ascii(ranges: &[(char, char)]) -> Part {
    Part::Any(ranges.iter().map(|(from, to)| Part::Range(*from, *to)).collect())
}
