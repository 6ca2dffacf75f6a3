//! `try` with its handlers.

use super::ast::{Catch, StatementKind};
use super::parser::Parser;
use super::type_scan::Question;

impl Parser<'_> {
    /// A `try`, at its word.
    pub(super) fn try_statement(&mut self) -> StatementKind {
        self.bump();
        let body = self.block();
        let mut catches = Vec::new();
        while self.at("catch") {
            catches.push(self.catch());
        }
        let finally = self.eat("finally").then(|| self.block());
        if catches.is_empty() && finally.is_none() {
            self.missing("CS1524", "`catch` or `finally`");
        }
        StatementKind::Try { body, catches, finally }
    }

    fn catch(&mut self) -> Catch {
        let span = self.span();
        self.bump();
        let (mut type_name, mut variable) = (None, None);
        if self.at("(") {
            self.in_brackets(|parser| {
                type_name = Some(parser.type_name(Question::Nullable));
                variable = parser.is_name(parser.position).then(|| parser.identifier());
            });
        }
        let filter = self.eat_word("when").then(|| self.in_brackets(Self::expression));
        Catch {
            type_name,
            variable,
            filter,
            body: self.block(),
            span,
        }
    }
}
