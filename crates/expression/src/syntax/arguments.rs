//! Arguments of calls and indices, and the declarations that may stand among them (`out var x`, `(var a, int b)`).

use super::ast::{Argument, Designation, Expression, ExpressionKind, Identifier, Passing};
use super::parser::Parser;
use super::token::TokenKind;
use super::type_scan::Question;

impl Parser<'_> {
    /// The arguments of a call, in their brackets.
    pub(super) fn arguments(&mut self) -> Vec<Argument> {
        let open = self.position;
        self.expect("(");
        let mut arguments = Vec::new();
        if !self.at(")") {
            arguments.push(self.argument());
            while self.eat(",") {
                arguments.push(self.argument());
            }
        }
        self.close(open, ")");
        arguments
    }

    /// The indices of an element, in their brackets.
    pub(super) fn indices(&mut self) -> Vec<Argument> {
        let open = self.position;
        self.bump();
        if self.at("]") {
            self.report("CS0443", self.span(), "an index expected, found `]`".to_owned());
        }
        let mut indices = vec![self.named_value()];
        while self.eat(",") {
            indices.push(self.named_value());
        }
        self.close(open, "]");
        indices
    }

    /// `name: value`, or a value alone.
    pub(super) fn named_value(&mut self) -> Argument {
        let name = self.argument_name();
        Argument {
            name,
            passing: Passing::Value,
            value: self.expression(),
        }
    }

    /// An argument of a call: `name: out value`.
    fn argument(&mut self) -> Argument {
        let name = self.argument_name();
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

    fn argument_name(&mut self) -> Option<Identifier> {
        let named = matches!(self.kind(), TokenKind::Identifier { .. }) && self.is_at(self.position + 1, ":");
        let name = named.then(|| self.identifier());
        if named {
            self.bump();
        }
        name
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
