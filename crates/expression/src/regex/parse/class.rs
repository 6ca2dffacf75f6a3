//! `[…]`

use super::{Options, Parser, Part, Read, Set};

impl Parser<'_> {
    /// A set of characters, behind its `[`.
    pub(super) fn class(&mut self) -> Read<Set> {
        let fold = self.has(Options::IGNORE_CASE);
        let negated = self.eat("^");
        let mut parts = Vec::new();
        // The begin of a range, when a `-` stands behind it.
        let mut from = None;
        let mut first = true;
        loop {
            let Some(mut c) = self.next() else {
                return self.fail("Unterminated [] set.");
            };
            let mut escaped = false;
            if c == ']' && !first {
                return Ok(Set::new(parts, negated, None, fold));
            }
            if c == '\\' && self.peek().is_some() {
                match self.class_escape()? {
                    Ok(character) => (c, escaped) = (character, true),
                    Err(part) => {
                        if from.is_some() {
                            return self.fail("Cannot include class in character range.");
                        }
                        parts.push(part);
                        first = false;
                        continue;
                    }
                }
                // `\-` is itself and begins no range.
                if c == '-' {
                    if let Some(from) = from.take() {
                        self.range(&mut parts, from, c)?;
                    } else {
                        parts.push(Part::Range(c, c));
                    }
                    first = false;
                    continue;
                }
            } else if c == '[' && self.peek() == Some(':') && from.is_none() {
                self.skip_posix();
            }
            if let Some(begin) = from.take() {
                if c == '[' && !escaped && !first {
                    parts.push(Part::Range(begin, begin));
                    return self.without(parts, negated);
                }
                self.range(&mut parts, begin, c)?;
            } else if self.peek() == Some('-') && self.peek_at(1).is_some_and(|after| after != ']') {
                from = Some(c);
                self.at += 1;
            } else if c == '-' && !escaped && self.peek() == Some('[') && !first {
                self.at += 1;
                return self.without(parts, negated);
            } else {
                parts.push(Part::Range(c, c));
            }
            first = false;
        }
    }

    fn range(&self, parts: &mut Vec<Part>, from: char, to: char) -> Read<()> {
        if from > to {
            return self.fail("[x-y] range in reverse order.");
        }
        parts.push(Part::Range(from, to));
        Ok(())
    }

    /// `-[…]]`, behind its `[`.
    fn without(&mut self, parts: Vec<Part>, negated: bool) -> Read<Set> {
        self.deeper()?;
        let without = self.class()?;
        self.depth -= 1;
        if !self.eat("]") {
            let message = if self.peek().is_none() {
                "Unterminated [] set."
            } else {
                "A subtraction must be the last element in a character class."
            };
            return self.fail(message);
        }
        Ok(Set::new(parts, negated, Some(without), self.has(Options::IGNORE_CASE)))
    }

    /// `[:name:]` is read over, as .NET does: it has no such classes.
    fn skip_posix(&mut self) {
        let begin = self.at;
        self.at += 1;
        self.name();
        if !self.eat(":]") {
            self.at = begin;
        }
    }

    /// What stands behind a `\` in a set: a character, or (as an error) a class.
    fn class_escape(&mut self) -> Read<Result<char, Part>> {
        if let Some(part) = self.class_letter()? {
            return Ok(Err(part));
        }
        if self.eat("-") {
            return Ok(Ok('-'));
        }
        Ok(Ok(self.char_escape()?))
    }
}
