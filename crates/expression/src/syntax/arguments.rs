//! Arguments of calls and indices, and the declarations that may stand among them (`out var x`, `(var a, int b)`).

use super::ast::{Argument, Designation, Expression, ExpressionKind, Passing};
use super::parser::Parser;
use super::token::TokenKind;
use super::type_scan::Question;

impl Parser<'_> {
    /// A list of arguments in the given brackets.
    pub(super) fn arguments(&mut self, opening: &'static str, closing: &'static str) -> Vec<Argument> {
        let open = self.position;
        self.expect(opening);
        let mut arguments = Vec::new();
        if !self.at(closing) {
            arguments.push(self.argument());
            while self.eat(",") {
                arguments.push(self.argument());
            }
        }
        self.close(open, closing);
        arguments
    }

    /// One argument: `name: out value`.
    pub(super) fn argument(&mut self) -> Argument {
        let named = matches!(self.kind(), TokenKind::Identifier { .. }) && self.is_at(self.position + 1, ":");
        let name = named.then(|| self.identifier());
        if named {
            self.bump();
        }
        let passing = match self.kind().spelling() {
            "ref" => Passing::Ref,
            "out" => Passing::Out,
            "in" => Passing::In,
            _ => Passing::Value,
        };
        if passing != Passing::Value {
            self.bump();
        }
        let declares = passing == Passing::Out
            && self
                .scan_type(self.position, Question::Nullable)
                .is_some_and(|end| self.is_name(end));
        let value = if declares {
            self.variable_declaration_expression()
        } else {
            self.expression()
        };
        Argument { name, passing, value }
    }

    /// `T x` as an element of a tuple, if that comes next.
    pub(super) fn declaration_in_tuple(&mut self) -> Option<Expression> {
        let end = self
            .scan_type(self.position, Question::Nullable)
            .filter(|end| self.is_name(*end))?;
        let declares = self.is_at(end + 1, ",") || self.is_at(end + 1, ")");
        declares.then(|| self.variable_declaration_expression())
    }

    fn variable_declaration_expression(&mut self) -> Expression {
        let start = self.span().start;
        let type_name = self.type_name(Question::Nullable);
        let designation = self.designation();
        self.node(start, ExpressionKind::Declaration { type_name, designation })
    }

    /// `x`, `_` or `(a, (b, _))`
    pub(super) fn designation(&mut self) -> Designation {
        if !self.at("(") {
            let span = self.span();
            if self.eat_word("_") {
                return Designation::Discard(span);
            }
            return Designation::Variable(self.identifier());
        }
        let Some(level) = self.enter() else {
            return Designation::Discard(self.span());
        };
        let open = self.position;
        self.bump();
        let mut parts = vec![self.designation()];
        while self.eat(",") {
            parts.push(self.designation());
        }
        self.close(open, ")");
        self.leave(level);
        Designation::Tuple(parts)
    }
}
