//! .NET's pattern syntax to a tree: alternatives, quantifiers and groups.
//!
//! A pattern is read twice: what `\1` and `(?(a)…)` mean depends on groups that may come later.

mod class;
mod escape;
mod group;

use super::groups::{Found, Groups};
use super::options::Options;
use super::set::{Part, Set};
use super::tree::{Anchor, Node};

/// Why a pattern is none.
#[derive(Clone, Debug)]
pub struct Invalid {
    /// What is wrong.
    pub message: String,
    /// How many characters were read.
    pub offset: usize,
}

type Read<T> = Result<T, Invalid>;

/// How deep groups may be nested.
const DEEPEST: usize = 120;

/// Reads a pattern.
///
/// # Errors
/// What .NET refuses, and patterns that are nested too deep.
pub fn parse(pattern: &str, options: Options) -> Read<(Node, Groups)> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut first = Parser::new(&chars, options, None);
    first.whole()?;
    let groups = Groups::from(first.found);
    let mut second = Parser::new(&chars, options, Some(&groups));
    Ok((second.whole()?, groups))
}

/// `Regex.Unescape`: a text with its escapes made characters.
///
/// # Errors
/// For what is no escape.
pub fn unescape(text: &str) -> Read<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut parser = Parser::new(&chars, Options(0), None);
    let mut plain = String::with_capacity(text.len());
    while let Some(c) = parser.next() {
        if c != '\\' {
            plain.push(c);
        } else if parser.peek().is_some() {
            plain.push(parser.char_escape()?);
        }
    }
    Ok(plain)
}

struct Parser<'p> {
    chars: &'p [char],
    at: usize,
    options: Options,
    /// `None` while the pattern is read the first time.
    groups: Option<&'p Groups>,
    found: Found,
    depth: usize,
}

impl<'p> Parser<'p> {
    fn new(chars: &'p [char], options: Options, groups: Option<&'p Groups>) -> Self {
        Self {
            chars,
            at: 0,
            options,
            groups,
            found: Found::default(),
            depth: 0,
        }
    }

    fn whole(&mut self) -> Read<Node> {
        let node = self.choice()?;
        if self.at < self.chars.len() {
            return self.fail("Too many )'s.");
        }
        Ok(node)
    }

    fn fail<T>(&self, message: impl Into<String>) -> Read<T> {
        Err(Invalid {
            message: message.into(),
            offset: self.at,
        })
    }

    fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = wanted
            .chars()
            .enumerate()
            .all(|(ahead, c)| self.peek_at(ahead) == Some(c));
        if found {
            self.at += wanted.chars().count();
        }
        found
    }

    fn has(&self, option: Options) -> bool {
        self.options.has(option)
    }

    /// Alternatives up to the end or a `)`, which is left. Options that change inside count until there.
    fn choice(&mut self) -> Read<Node> {
        let outside = self.options;
        let mut choices = vec![self.sequence()?];
        while self.eat("|") {
            choices.push(self.sequence()?);
        }
        self.options = outside;
        Ok(match (choices.pop(), choices.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                choices.extend(last);
                Node::Choice(choices)
            }
        })
    }

    fn sequence(&mut self) -> Read<Node> {
        let mut nodes = Vec::new();
        loop {
            self.skip_blank()?;
            let Some(c) = self.peek().filter(|c| !matches!(c, '|' | ')')) else {
                return Ok(Node::Sequence(nodes));
            };
            if self.quantifier_here() {
                let what = if c == '{' { "{x,y}".to_owned() } else { c.to_string() };
                return self.fail(format!("Quantifier {what} following nothing."));
            }
            // Only options: nothing that could be repeated.
            if let Some(node) = self.atom()? {
                nodes.push(self.quantified(node)?);
            }
        }
    }

    fn atom(&mut self) -> Read<Option<Node>> {
        let Some(c) = self.next() else { return Ok(None) };
        Ok(Some(match c {
            '(' => return self.group(),
            '[' => Node::Set(self.class()?),
            '\\' => self.escape()?,
            '^' if self.has(Options::MULTILINE) => Node::Anchor(Anchor::LineBegin),
            '^' => Node::Anchor(Anchor::Begin),
            '$' if self.has(Options::MULTILINE) => Node::Anchor(Anchor::LineEnd),
            '$' => Node::Anchor(Anchor::LastLineEnd),
            '.' if self.has(Options::SINGLE_LINE) => set(Part::Range('\0', char::MAX), false),
            '.' => set(Part::Range('\n', '\n'), true),
            other => self.char(other),
        }))
    }

    fn char(&self, c: char) -> Node {
        Node::Char(c, self.has(Options::IGNORE_CASE))
    }

    /// White space and comments that a pattern may hold between its parts.
    fn skip_blank(&mut self) -> Read<()> {
        loop {
            let spaced = self.has(Options::IGNORE_SPACE);
            if self.eat("(?#") {
                while self.peek() != Some(')') {
                    if self.next().is_none() {
                        return self.fail("Unterminated (?#...) comment.");
                    }
                }
                self.at += 1;
            } else if spaced && matches!(self.peek(), Some('\t' | '\n' | '\x0c' | '\r' | ' ')) {
                self.at += 1;
            } else if spaced && self.peek() == Some('#') {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            } else {
                return Ok(());
            }
        }
    }

    /// Whether a quantifier begins here; `{` is one only when a whole quantifier follows.
    fn quantifier_here(&self) -> bool {
        match self.peek() {
            Some('*' | '+' | '?') => true,
            Some('{') => self.braces().is_some(),
            _ => false,
        }
    }

    /// `{n}`, `{n,}` and `{n,m}`: both numbers and how many characters they take.
    fn braces(&self) -> Option<(u32, Option<u32>, usize)> {
        let mut at = 1;
        let number = |at: &mut usize| {
            let mut number = None;
            while let Some(digit) = self.peek_at(*at).and_then(|c| c.to_digit(10)) {
                number = Some(number.unwrap_or(0_u32).saturating_mul(10).saturating_add(digit));
                *at += 1;
            }
            number
        };
        let least = number(&mut at)?;
        let mut most = Some(least);
        if self.peek_at(at) == Some(',') {
            at += 1;
            most = number(&mut at);
        }
        (self.peek_at(at) == Some('}')).then_some((least, most, at + 1))
    }

    fn quantified(&mut self, node: Node) -> Read<Node> {
        self.skip_blank()?;
        if !self.quantifier_here() {
            return Ok(node);
        }
        let (least, most) = match self.peek() {
            Some('*') => (0, u32::MAX),
            Some('+') => (1, u32::MAX),
            Some('?') => (0, 1),
            _ => {
                let Some((least, most, length)) = self.braces() else {
                    return Ok(node);
                };
                self.at += length - 1;
                (least, most.unwrap_or(u32::MAX))
            }
        };
        self.at += 1;
        if least > most {
            return self.fail("Illegal {x,y} with x > y.");
        }
        self.skip_blank()?;
        let lazy = self.eat("?");
        self.skip_blank()?;
        if self.quantifier_here() {
            let what = self.peek().unwrap_or_default();
            let what = if what == '{' {
                "{x,y}".to_owned()
            } else {
                what.to_string()
            };
            return self.fail(format!("Nested quantifier {what}."));
        }
        Ok(Node::Repeat {
            body: Box::new(node),
            least,
            most,
            lazy,
        })
    }
}

fn set(part: Part, negated: bool) -> Node {
    Node::Set(Set::new(vec![part], negated, None, false))
}
