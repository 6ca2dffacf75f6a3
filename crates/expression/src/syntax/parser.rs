//! What every part of the parser uses: the place among the tokens, problems, recovery, and the limits of depth.
//! Never here: grammar.

use super::ast::{Expression, ExpressionKind, Identifier};
use super::brackets::Brackets;
use super::lexer;
use super::token::{Token, TokenKind};
use crate::Problem;
use diagnostic::Span;

/// How deep expressions, types and statements may stand inside each other.
const NESTING: usize = 200;

/// How high the whole tree may become, chains such as `a.b.c.d` or `a + b + c` included: later stages walk it recursively.
const HEIGHT: usize = 300;

/// How many tokens must have been read since a problem for the next one not to be taken for its consequence.
const CALM: usize = 3;

/// Problems after which no more are collected.
const PROBLEMS: usize = 50;

pub(super) struct Parser<'s> {
    source: &'s str,
    tokens: Vec<Token>,
    brackets: Brackets,
    /// Index of the token that comes next.
    pub(super) position: usize,
    problems: Vec<Problem>,
    /// The token of the last problem, reported or not.
    troubled: Option<usize>,
    unterminated: Option<usize>,
    ends_in_comment: bool,
    gave_up: bool,
    depth: usize,
    height: usize,
    /// The token at which a `throw` may stand as an expression.
    throw_position: Option<usize>,
    /// Query expressions around this place: their words are no names.
    pub(super) queries: usize,
    /// Inside the pattern of a `case`, where `when` is no name.
    pub(super) in_case: bool,
}

/// Returned by [`Parser::enter`], to be handed to [`Parser::leave`].
pub(super) struct Level {
    outer_height: usize,
}

impl<'s> Parser<'s> {
    pub(super) fn new(source: &'s str, from: usize) -> Self {
        let lexed = lexer::tokens(source, from);
        Self {
            source,
            brackets: Brackets::of(&lexed.tokens),
            tokens: lexed.tokens,
            position: 0,
            problems: lexed.problems,
            troubled: None,
            unterminated: lexed.unterminated,
            ends_in_comment: lexed.ends_in_comment,
            gave_up: false,
            depth: 0,
            height: 0,
            throw_position: None,
            queries: 0,
            in_case: false,
        }
    }

    /// The problems in the order of the source.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.span.start);
        self.problems.truncate(PROBLEMS);
        self.problems
    }

    // The place among the tokens.

    pub(super) fn kind_at(&self, index: usize) -> &TokenKind {
        self.tokens.get(index).map_or(&TokenKind::End, |token| &token.kind)
    }

    pub(super) fn kind(&self) -> &TokenKind {
        self.kind_at(self.position)
    }

    pub(super) fn span_at(&self, index: usize) -> Span {
        self.tokens
            .get(index)
            .or(self.tokens.last())
            .map_or(Span::at(self.source.len()), |token| token.span)
    }

    pub(super) fn span(&self) -> Span {
        self.span_at(self.position)
    }

    /// Where the last token ended.
    pub(super) fn previous_end(&self) -> usize {
        self.position
            .checked_sub(1)
            .map_or(self.span().start, |index| self.span_at(index).end)
    }

    /// From byte `start` to the end of the last token.
    pub(super) fn since(&self, start: usize) -> Span {
        Span::new(start, self.previous_end().max(start))
    }

    pub(super) fn is_at(&self, index: usize, spelling: &str) -> bool {
        self.kind_at(index).spelling() == spelling
    }

    pub(super) fn at(&self, spelling: &str) -> bool {
        self.is_at(self.position, spelling)
    }

    pub(super) fn at_end(&self) -> bool {
        matches!(self.kind(), TokenKind::End)
    }

    /// Whether the contextual keyword `word` comes next.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.kind().is_contextual(word)
    }

    /// Whether a name stands at `index` that may be used as one here.
    pub(super) fn is_name(&self, index: usize) -> bool {
        match self.kind_at(index) {
            TokenKind::Identifier { escaped: true, .. } => true,
            TokenKind::Identifier { text, .. } => {
                !(self.queries > 0 && QUERY_WORDS.contains(&text.as_str()) || self.in_case && text == "when")
            }
            _ => false,
        }
    }

    /// The tokens at `index` and behind it touch each other: `>` `>` is a shift only then.
    pub(super) fn touches_next(&self, index: usize) -> bool {
        self.span_at(index).end == self.span_at(index + 1).start
    }

    /// Whether the next token stands on another line than the last one.
    pub(super) fn on_new_line(&self) -> bool {
        self.source
            .get(self.previous_end()..self.span().start)
            .is_some_and(|between| between.contains('\n'))
    }

    pub(super) fn bump(&mut self) {
        if !self.at_end() {
            self.position += 1;
        }
    }

    pub(super) fn eat(&mut self, spelling: &str) -> bool {
        let found = self.at(spelling);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        self.brackets.closing(open)
    }

    // Problems.

    /// What comes next, for messages.
    pub(super) fn found(&self) -> String {
        let text = self.source.get(self.span().start..self.span().end).unwrap_or_default();
        match (self.kind(), text.char_indices().nth(30)) {
            (TokenKind::End, _) => "the end".to_owned(),
            (_, Some((end, _))) => format!("`{}…`", text.get(..end).unwrap_or_default()),
            _ => format!("`{text}`"),
        }
    }

    pub(super) fn report(&mut self, code: &'static str, span: Span, message: String) {
        self.push_problem(Problem {
            code,
            span,
            message,
            help: None,
        });
    }

    pub(super) fn report_with_help(
        &mut self,
        code: &'static str,
        span: Span,
        message: String,
        help: impl Into<String>,
    ) {
        self.push_problem(Problem {
            code,
            span,
            message,
            help: Some(help.into()),
        });
    }

    fn push_problem(&mut self, problem: Problem) {
        let follows_from_earlier = self.gave_up
            || self.troubled.is_some_and(|troubled| self.position < troubled + CALM)
            || self.unterminated.is_some_and(|start| self.span().start >= start)
            || self.problems.len() >= 2 * PROBLEMS;
        self.troubled = Some(self.position);
        if !follows_from_earlier {
            self.problems.push(problem);
        }
    }

    /// Takes `spelling`, or reports that it is missing behind the last token.
    pub(super) fn expect(&mut self, spelling: &'static str) -> bool {
        if self.eat(spelling) {
            return true;
        }
        let code = match spelling {
            ";" => "CS1002",
            ")" => "CS1026",
            "}" => "CS1513",
            "{" => "CS1514",
            _ => "CS1003",
        };
        self.missing(code, &format!("`{spelling}`"));
        false
    }

    /// Reports that `expected` is missing behind the last token.
    pub(super) fn missing(&mut self, code: &'static str, expected: &str) {
        let message = format!("{expected} expected, found {}", self.found());
        let span = Span::at(self.previous_end());
        if self.at_end() && self.ends_in_comment {
            let help = "the `//` comment hides the rest of its line; write `/* … */`, or end the line behind it";
            self.report_with_help(code, span, message, help);
        } else {
            self.report(code, span, message);
        }
    }

    /// Takes the bracket `spelling` that closes the one at `open`; after a mistake goes on behind it, where it exists.
    pub(super) fn close(&mut self, open: usize, spelling: &'static str) {
        if !self.expect(spelling)
            && let Some(close) = self.closing(open)
            && close >= self.position
            && !self.gave_up
        {
            self.position = close + 1;
        }
    }

    /// Passes over the bracket that comes next and all it holds.
    pub(super) fn skip_brackets(&mut self) {
        match self.closing(self.position) {
            Some(close) if !self.gave_up => self.position = close + 1,
            _ => self.bump(),
        }
    }

    /// What comes next may be a `throw` expression.
    pub(super) fn allow_throw(&mut self) {
        self.throw_position = Some(self.position);
    }

    pub(super) fn throw_is_allowed(&self) -> bool {
        self.throw_position == Some(self.position)
    }

    // Names.

    /// Takes a name, or reports that one is missing and gives an empty one.
    pub(super) fn identifier(&mut self) -> Identifier {
        let span = self.span();
        if self.is_name(self.position)
            && let TokenKind::Identifier { text, .. } = self.kind()
        {
            let text = text.clone();
            self.bump();
            return Identifier { text, span };
        }
        if let TokenKind::Keyword(keyword) = *self.kind()
            && self.previous_end() == span.start
        {
            let message = format!("name expected, found the keyword `{keyword}`");
            self.report_with_help(
                "CS1041",
                span,
                message,
                format!("write `@{keyword}` to use it as a name"),
            );
            self.bump();
            return Identifier {
                text: keyword.to_owned(),
                span,
            };
        }
        self.missing("CS1001", "name");
        Identifier {
            text: String::new(),
            span: Span::at(self.previous_end()),
        }
    }

    // Depth.

    /// Goes one level deeper; `None` when that is too deep, after which nothing more is parsed.
    pub(super) fn enter(&mut self) -> Option<Level> {
        if self.depth >= NESTING {
            self.give_up(format!("nested more than {NESTING} levels deep"));
            return None;
        }
        self.depth += 1;
        Some(Level {
            outer_height: std::mem::take(&mut self.height),
        })
    }

    // By value: each level is left once.
    pub(super) fn leave(&mut self, Level { outer_height }: Level) {
        self.depth -= 1;
        self.grow();
        self.height = self.height.max(outer_height);
    }

    /// The heights of what follows, up to [`Parser::end_chain`], count from zero.
    pub(super) fn start_chain(&mut self) -> usize {
        std::mem::take(&mut self.height)
    }

    pub(super) fn end_chain(&mut self, outer_height: usize) {
        self.height = self.height.max(outer_height);
    }

    /// The tree gets one level on top of what was parsed last; false when it is too high.
    pub(super) fn grow(&mut self) -> bool {
        self.height += 1;
        if self.height > HEIGHT {
            self.give_up(format!("more than {HEIGHT} operators, members and calls in one chain"));
        }
        !self.gave_up
    }

    fn give_up(&mut self, message: String) {
        let help = "keep parts of it in variables of a block `@{ … }`";
        self.report_with_help("CS8078", self.span(), message, help);
        self.gave_up = true;
        self.position = self.tokens.len().saturating_sub(1);
    }

    // Nodes.

    pub(super) fn node(&self, start: usize, kind: ExpressionKind) -> Expression {
        Expression {
            kind,
            span: self.since(start),
        }
    }

    /// What stands for an expression that could not be read.
    pub(super) fn missing_expression(&self) -> Expression {
        Expression {
            kind: ExpressionKind::Missing,
            span: Span::at(self.previous_end()),
        }
    }
}

/// Words that are reserved inside a query expression (C# standard, query expressions).
const QUERY_WORDS: [&str; 13] = [
    "from",
    "where",
    "join",
    "on",
    "equals",
    "into",
    "let",
    "orderby",
    "ascending",
    "descending",
    "select",
    "group",
    "by",
];
