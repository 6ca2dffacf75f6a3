//! Patterns behind `is` and `case`.

use super::ast::{Expression, ExpressionKind, Pattern, TypeName, TypeNameKind};
use super::parser::Parser;
use super::type_scan::Question;
use diagnostic::Span;

impl Parser<'_> {
    /// The pattern behind `is`.
    pub(super) fn pattern_of_is(&mut self) -> Pattern {
        match self.newer_pattern() {
            Some(pattern) => pattern,
            None => self.pattern(Question::Operand, Self::pattern_operand),
        }
    }

    /// The pattern of a `case` label.
    pub(super) fn pattern_of_case(&mut self) -> Pattern {
        self.in_case = true;
        let pattern = match self.newer_pattern() {
            Some(pattern) => pattern,
            None => self.pattern(Question::Operand, Self::conditional),
        };
        self.in_case = false;
        pattern
    }

    fn pattern(&mut self, question: Question, constant: fn(&mut Self) -> Expression) -> Pattern {
        let next = self.position + 1;
        if self.at_word("var") && (self.is_name(next) || self.is_at(next, "(")) {
            self.bump();
            return Pattern::Var(self.designation());
        }
        let Some(end) = self.scan_type(self.position, question) else {
            return Pattern::Constant(constant(self));
        };
        if self.is_name(end) {
            let type_name = self.type_name(question);
            return Pattern::Declaration {
                type_name,
                designation: self.designation(),
            };
        }
        // A dotted name may be a type or a constant: it stays an expression. The rest can only be a type.
        let last = end.saturating_sub(1);
        let only_a_type =
            self.is_predefined_type(last) || [">", "?", "]", ")"].iter().any(|closer| self.is_at(last, closer));
        if only_a_type && !self.is_at(end, ".") && !self.is_at(end, "(") {
            return Pattern::Type(self.type_name(question));
        }
        Pattern::Constant(constant(self))
    }

    /// Patterns that C# 7 does not have; each gives a usable one.
    fn newer_pattern(&mut self) -> Option<Pattern> {
        let span = self.span();
        let next = self.position + 1;
        if self.at_word("not") && (self.starts_expression(next) || self.is_at(next, "{")) {
            self.report_newer(span, "a `not` pattern", 9, "write `!(a is b)`, or `a != null`");
            self.bump();
            return Some(if self.at("{") {
                self.property_pattern(span)
            } else {
                self.pattern(Question::Operand, Self::pattern_operand)
            });
        }
        let property = self.at("{")
            || self
                .scan_type(self.position, Question::Operand)
                .is_some_and(|end| self.is_at(end, "{"))
                && !self.in_case;
        if property {
            self.report_newer(span, "a property pattern `{ … }`", 8, "test the members with `&&`");
            return Some(self.property_pattern(span));
        }
        if ["<", ">", "<=", ">="].iter().any(|comparison| self.at(comparison)) {
            self.report_newer(
                span,
                "a relational pattern",
                9,
                "compare with `<`, `>` …, joined by `&&`",
            );
            self.bump();
            return Some(Pattern::Constant(self.pattern_operand()));
        }
        None
    }

    fn property_pattern(&mut self, start: Span) -> Pattern {
        while !self.at("{") && !self.at_end() {
            self.bump();
        }
        self.skip_brackets();
        if self.is_name(self.position) {
            let type_name = TypeName {
                kind: TypeNameKind::Missing,
                span: start,
            };
            return Pattern::Declaration {
                type_name,
                designation: self.designation(),
            };
        }
        Pattern::Constant(Expression {
            kind: ExpressionKind::Missing,
            span: self.since(start.start),
        })
    }
}
