//! `switch` statements.

use super::ast::{StatementKind, SwitchLabel, SwitchSection};
use super::parser::Parser;

impl Parser<'_> {
    /// A `switch`, at its word.
    pub(super) fn switch_statement(&mut self) -> StatementKind {
        self.bump();
        let value = self.in_brackets(Self::expression);
        let open = self.position;
        let mut sections = Vec::new();
        if self.expect("{") {
            while self.at("case") || self.at("default") {
                sections.push(self.section());
            }
            self.close(open, "}");
        }
        StatementKind::Switch { value, sections }
    }

    fn section(&mut self) -> SwitchSection {
        let mut labels = Vec::new();
        while self.at_label() {
            labels.push(self.switch_label());
        }
        let mut statements = Vec::new();
        while !self.at_label() && !self.at("}") && !self.at_end() {
            statements.push(self.statement_with_progress());
        }
        SwitchSection { labels, statements }
    }

    fn at_label(&self) -> bool {
        self.at("case")
            || self.at("default") && !self.is_at(self.position + 1, "(") && !self.is_at(self.position + 1, ".")
    }

    fn switch_label(&mut self) -> SwitchLabel {
        let start = self.span().start;
        if self.eat("default") {
            self.expect(":");
            return SwitchLabel::Default(self.since(start));
        }
        self.bump();
        let pattern = self.pattern_of_case();
        let when = self.eat_word("when").then(|| self.expression());
        self.expect(":");
        SwitchLabel::Case {
            pattern,
            when,
            span: self.since(start),
        }
    }
}
