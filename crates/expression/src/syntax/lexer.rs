//! Characters → tokens: white space, comments, names, symbols; tells the parts of interpolated strings apart.
//! Never here: grammar.

use super::number;
use super::token::{Token, TokenKind, keyword, symbol};
use crate::Problem;
use diagnostic::Span;

/// All tokens of a source text and what was wrong on the way.
pub(super) struct Lexed {
    /// Ends with [`TokenKind::End`].
    pub(super) tokens: Vec<Token>,
    pub(super) problems: Vec<Problem>,
    /// Where a literal or comment starts whose end is missing: nothing behind it can be trusted.
    pub(super) unterminated: Option<usize>,
    /// The text ends in a `//` comment, which may have hidden a bracket.
    pub(super) ends_in_comment: bool,
}

/// Reads `source` from byte `from` to its end.
pub(super) fn tokens(source: &str, from: usize) -> Lexed {
    let lexed = Lexed {
        tokens: Vec::new(),
        problems: Vec::new(),
        unterminated: None,
        ends_in_comment: false,
    };
    let mut reader = Lexer {
        source,
        at: from,
        holes: Vec::new(),
        lexed,
    };
    while reader.next_token() {}
    let end = source.trim_end().len().max(from);
    reader.lexed.tokens.push(Token {
        kind: TokenKind::End,
        span: Span::at(end),
    });
    reader.lexed
}

pub(super) struct Lexer<'s> {
    source: &'s str,
    pub(super) at: usize,
    holes: Vec<Hole>,
    lexed: Lexed,
}

/// A hole of an interpolated string that is being read.
struct Hole {
    /// Of a `$@"…"`.
    verbatim: bool,
    /// Open brackets inside it.
    nesting: usize,
    /// A `?` that may belong to a conditional, whose `:` is then not the start of a format.
    conditional: bool,
}

impl<'s> Lexer<'s> {
    pub(super) fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn push(&mut self, kind: TokenKind, start: usize) {
        self.lexed.tokens.push(Token {
            kind,
            span: Span::new(start, self.at),
        });
    }

    pub(super) fn report(&mut self, code: &'static str, start: usize, message: impl Into<String>) {
        self.report_with_help(code, start, message, None);
    }

    pub(super) fn report_with_help(
        &mut self,
        code: &'static str,
        start: usize,
        message: impl Into<String>,
        help: Option<&str>,
    ) {
        let problem = Problem {
            code,
            span: Span::new(start, self.at),
            message: message.into(),
            help: help.map(str::to_owned),
        };
        self.lexed.problems.push(problem);
    }

    pub(super) fn unterminated(&mut self, start: usize) {
        self.lexed.unterminated.get_or_insert(start);
    }

    pub(super) fn open_hole(&mut self, verbatim: bool) {
        self.holes.push(Hole {
            verbatim,
            nesting: 0,
            conditional: false,
        });
    }

    /// Reads one token or reports a character that is none; false at the end.
    fn next_token(&mut self) -> bool {
        self.white_space();
        let start = self.at;
        let rest = self.rest();
        let Some(next) = self.peek() else { return false };
        let after = rest.chars().nth(1);
        match next {
            '"' => self.string(),
            '\'' => self.character(),
            '$' if rest.starts_with("$\"") => self.interpolated(2, false),
            '$' | '@' if rest.starts_with("$@\"") || rest.starts_with("@$\"") => self.interpolated(3, true),
            '@' if after == Some('"') => self.verbatim_string(),
            '@' if after.is_some_and(starts_name) => self.name(),
            '0'..='9' => self.number(),
            '.' if after.is_some_and(|after| after.is_ascii_digit()) => self.number(),
            '\\' if matches!(after, Some('u' | 'U')) => self.name(),
            next if starts_name(next) => self.name(),
            '#' if self.starts_line() => self.directive(),
            _ => self.symbol_or_hole_part(start),
        }
        true
    }

    fn white_space(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{1a}');
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                let length = trimmed.find(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
                self.lexed.ends_in_comment = length.is_none();
                self.at += length.unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                let start = self.at;
                let length = trimmed
                    .get(2..)
                    .and_then(|inside| inside.find("*/"))
                    .map(|inside| inside + 4);
                self.at += length.unwrap_or(trimmed.len());
                if length.is_none() {
                    self.unterminated(start);
                    self.lexed.problems.push(Problem {
                        code: "CS1035",
                        span: Span::new(start, start + 2),
                        message: "the comment that starts with `/*` has no `*/`".to_owned(),
                        help: None,
                    });
                }
            } else {
                return;
            }
        }
    }

    fn name(&mut self) {
        let start = self.at;
        let mut escaped = self.peek() == Some('@');
        self.at += usize::from(escaped);
        let mut text = String::new();
        while let Some(next) = self.peek() {
            if next == '\\' {
                let before = self.at;
                let Some(escape) = self.name_escape().filter(|c| continues_name(*c)) else {
                    self.at = before + 1;
                    self.report("CS1056", before, "unexpected character `\\`");
                    break;
                };
                text.push(escape);
                escaped = true;
            } else if continues_name(next) {
                self.bump();
                // Formatting characters are not part of the name (C# standard, identifiers).
                if !matches!(next, '\u{200c}' | '\u{200d}') {
                    text.push(next);
                }
            } else {
                break;
            }
        }
        if text.is_empty() {
            return;
        }
        let kind = match keyword(&text).filter(|_| !escaped) {
            Some(keyword) => TokenKind::Keyword(keyword),
            None => TokenKind::Identifier { text, escaped },
        };
        self.push(kind, start);
    }

    /// `\u0041` or `\U00000041` in a name.
    fn name_escape(&mut self) -> Option<char> {
        let length = match self.rest().chars().nth(1)? {
            'u' => 4,
            'U' => 8,
            _ => return None,
        };
        let digits = self.rest().get(2..2 + length)?;
        let escape = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)?;
        self.at += 2 + length;
        Some(escape)
    }

    fn number(&mut self) {
        let start = self.at;
        let number = number::scan(self.rest());
        self.at += number.length;
        if let Some((code, message)) = number.problem {
            self.report(code, start, message);
        }
        self.push(TokenKind::Literal(number.literal), start);
    }

    /// Whether only white space stands before this place in its line.
    fn starts_line(&self) -> bool {
        let before = self.source.get(..self.at).unwrap_or_default();
        before.trim_end_matches([' ', '\t']).ends_with('\n')
    }

    fn directive(&mut self) {
        let start = self.at;
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        self.report(
            "CS1040",
            start,
            "preprocessor directives cannot be used in policy expressions",
        );
    }

    fn symbol_or_hole_part(&mut self, start: usize) {
        let Some(symbol) = symbol(self.rest()) else {
            let found = self.bump().unwrap_or_default();
            self.report(
                "CS1056",
                start,
                format!("unexpected character `{}`", found.escape_debug()),
            );
            return;
        };
        let after = self.rest().get(symbol.len()..).and_then(|rest| rest.chars().next());
        let Some(hole) = self.holes.last_mut() else {
            self.at += symbol.len();
            self.push(TokenKind::Symbol(symbol), start);
            return;
        };
        match symbol {
            "(" | "[" | "{" => hole.nesting += 1,
            "}" if hole.nesting == 0 => return self.close_hole(),
            ")" | "]" | "}" => hole.nesting = hole.nesting.saturating_sub(1),
            "?" if hole.nesting == 0 && !matches!(after, Some('.' | '[' | ':' | '}')) => hole.conditional = true,
            ":" if hole.nesting == 0 && !std::mem::take(&mut hole.conditional) => {
                let verbatim = hole.verbatim;
                return self.format(verbatim);
            }
            _ => {}
        }
        self.at += symbol.len();
        self.push(TokenKind::Symbol(symbol), start);
    }

    fn close_hole(&mut self) {
        let start = self.at;
        self.at += 1;
        self.push(TokenKind::HoleEnd, start);
        if let Some(hole) = self.holes.pop() {
            self.interpolated_text(hole.verbatim);
        }
    }

    /// Gives up the innermost hole, whose string ended before it did.
    pub(super) fn abandon_hole(&mut self) {
        self.holes.pop();
    }
}

fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_name(c: char) -> bool {
    // Combining marks and connectors, which `is_alphanumeric` does not cover.
    starts_name(c)
        || c.is_numeric()
        || matches!(
            c,
            '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{203f}' | '\u{2040}'
        )
}
