//! Looks ahead over a type without building it: is this `a < b` or `a<b>(c)`, a cast, a declaration?
//!
//! A scan goes straight on and gives up at once; it never tries alternatives, so it costs no more than its tokens.

use super::parser::Parser;
use super::token::TokenKind;

/// How `?` behind a type is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Part of the type.
    Nullable,
    /// Behind `is` and `as`: part of the type unless an expression follows, which makes it a conditional.
    Operand,
}

/// Type arguments inside type arguments that a scan follows.
const DEPTH: usize = 50;

impl Parser<'_> {
    /// The token behind the type at token `at`, if one stands there.
    pub(super) fn scan_type(&self, at: usize, question: Question) -> Option<usize> {
        self.scan(at, question, 0)
    }

    fn scan(&self, at: usize, question: Question, depth: usize) -> Option<usize> {
        if depth > DEPTH {
            return None;
        }
        let mut at = match self.kind_at(at) {
            TokenKind::Identifier { .. } if self.is_name(at) => self.scan_name(at, depth)?,
            TokenKind::Symbol("(") => self.scan_tuple(at, depth)?,
            _ if self.is_predefined_type(at) => at + 1,
            _ => return None,
        };
        loop {
            if self.is_at(at, "?") && self.question_belongs_to_type(at, question) {
                at += 1;
            } else if let Some(end) = self.scan_rank(at) {
                at = end;
            } else {
                return Some(at);
            }
        }
    }

    /// Whether the `?` at `at` makes the type before it nullable.
    pub(super) fn question_belongs_to_type(&self, at: usize, question: Question) -> bool {
        match question {
            Question::Nullable => !self.is_at(at + 1, "."),
            Question::Operand => {
                !self.starts_expression(at + 1) && !self.is_at(at + 1, ".") && !self.is_at(at + 1, "[")
            }
        }
    }

    fn scan_name(&self, mut at: usize, depth: usize) -> Option<usize> {
        if self.is_at(at + 1, "::") {
            at += 2;
        }
        loop {
            if !matches!(self.kind_at(at), TokenKind::Identifier { .. }) {
                return None;
            }
            at += 1;
            if self.is_at(at, "<") {
                at = self.scan_arguments(at, depth)?;
            }
            if !self.is_at(at, ".") {
                return Some(at);
            }
            at += 1;
        }
    }

    /// `<T, U>`, or `<,>` of an open type.
    pub(super) fn scan_arguments(&self, mut at: usize, depth: usize) -> Option<usize> {
        at += 1;
        while self.is_at(at, ",") {
            at += 1;
        }
        if self.is_at(at, ">") {
            return Some(at + 1);
        }
        loop {
            at = self.scan(at, Question::Nullable, depth + 1)?;
            if self.is_at(at, ">") {
                return Some(at + 1);
            }
            if !self.is_at(at, ",") {
                return None;
            }
            at += 1;
        }
    }

    fn scan_tuple(&self, mut at: usize, depth: usize) -> Option<usize> {
        let mut elements = 0;
        loop {
            at = self.scan(at + 1, Question::Nullable, depth + 1)?;
            elements += 1;
            if self.is_name(at) {
                at += 1;
            }
            if self.is_at(at, ")") {
                return (elements > 1).then_some(at + 1);
            }
            if !self.is_at(at, ",") {
                return None;
            }
        }
    }

    /// The token behind `[]` or `[,]` at token `at`.
    pub(super) fn scan_rank(&self, at: usize) -> Option<usize> {
        if !self.is_at(at, "[") {
            return None;
        }
        let mut at = at + 1;
        while self.is_at(at, ",") {
            at += 1;
        }
        self.is_at(at, "]").then_some(at + 1)
    }

    /// Whether the `<` at `at` starts type arguments in an expression: they must be types, and what follows must be
    /// one of the tokens that C#'s standard lists (grammar ambiguities).
    pub(super) fn type_arguments_follow(&self, at: usize) -> bool {
        let Some(end) = self.scan_arguments(at, 0) else {
            return false;
        };
        match self.kind_at(end) {
            TokenKind::Symbol(symbol) => matches!(
                *symbol,
                "(" | ")" | "]" | "}" | ":" | ";" | "," | "." | "?" | "==" | "!=" | "|" | "^" | "&&" | "||" | "&" | "["
            ),
            TokenKind::HoleEnd | TokenKind::Format(_) | TokenKind::End => true,
            _ => false,
        }
    }
}
