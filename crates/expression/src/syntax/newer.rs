//! Syntax newer than C# 7, recognised so that its problem can name it. Never here: support for it.

use super::ast::{Expression, ExpressionKind};
use super::parser::Parser;
use diagnostic::Span;

impl Parser<'_> {
    /// Reports that `feature` came with C# `version`; 7.3 has it as CS8370.
    pub(super) fn report_newer(&mut self, span: Span, feature: &str, version: u8, instead: &str) {
        let message = format!("{feature} is C# {version}; policy expressions are C# 7");
        self.report_with_help("CS8370", span, message, instead);
    }

    /// `value switch { … }` and `value with { … }`, at the word; what they would give is unknown.
    pub(super) fn braces_behind(&mut self, value: &Expression) -> Expression {
        if self.at("switch") {
            self.report_newer(
                self.span(),
                "a switch expression",
                8,
                "write a `switch` statement or `?:`",
            );
        } else {
            self.report_newer(self.span(), "a `with` expression", 9, "create a new object");
        }
        self.bump();
        self.skip_brackets();
        Expression {
            kind: ExpressionKind::Missing,
            span: self.since(value.span.start),
        }
    }

    /// Whether `switch {` or `with {` comes next.
    pub(super) fn at_braces_behind(&self) -> bool {
        (self.at("switch") || self.at_word("with")) && self.is_at(self.position + 1, "{")
    }

    /// `new(…)` without a type, at `new`.
    pub(super) fn target_typed_new(&mut self, start: usize) -> Expression {
        self.report_newer(
            self.span(),
            "`new` without a type",
            9,
            "write the type: `new List<string>()`",
        );
        self.bump();
        self.skip_brackets();
        if self.at("{") {
            self.skip_brackets();
        }
        self.node(start, ExpressionKind::Missing)
    }

    /// `[a, b]` where an expression is expected.
    pub(super) fn collection_expression(&mut self, start: usize) -> Expression {
        self.report_newer(
            self.span(),
            "a collection expression `[…]`",
            12,
            "write `new[] { … }` or `new List<string> { … }`",
        );
        self.skip_brackets();
        self.node(start, ExpressionKind::Missing)
    }

    /// `^1` where an operand is expected.
    pub(super) fn index_from_end(&mut self, start: usize) -> Expression {
        self.report_newer(
            self.span(),
            "an index from the end `^`",
            8,
            "write `Length - 1` or `Count - 1`",
        );
        self.bump();
        self.unary();
        self.node(start, ExpressionKind::Missing)
    }

    /// `..2` where an operand is expected.
    pub(super) fn open_range(&mut self, start: usize) -> Expression {
        self.report_range();
        self.bump();
        if self.starts_expression(self.position) {
            self.unary();
        }
        self.node(start, ExpressionKind::Missing)
    }

    /// Reports the `..` that comes next.
    pub(super) fn report_range(&mut self) {
        self.report_newer(self.span(), "a range `..`", 8, "write `Substring`, `Skip` or `Take`");
    }

    /// Reports words that C# 7 has but policy expressions do not, and takes them.
    pub(super) fn report_unavailable(&mut self, what: &str) {
        let message = format!("{what} cannot be used in policy expressions");
        self.report("TG2002", self.span(), message);
    }
}
