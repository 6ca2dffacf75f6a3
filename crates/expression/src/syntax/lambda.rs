//! Lambdas, anonymous methods, and the parameters that they share with local functions.

use super::ast::{Expression, ExpressionKind, LambdaBody, Parameter, Passing};
use super::parser::Parser;
use super::token::TokenKind;
use super::type_scan::Question;

impl Parser<'_> {
    /// Whether `x =>`, `(…) =>` or one of them behind `async` comes next.
    pub(super) fn at_lambda(&self) -> bool {
        self.is_lambda(self.position) || self.at_word("async") && self.at_lambda_behind_modifier()
    }

    pub(super) fn at_lambda_behind_modifier(&self) -> bool {
        self.is_lambda(self.position + 1) || self.is_at(self.position + 1, "delegate")
    }

    fn is_lambda(&self, index: usize) -> bool {
        match self.kind_at(index) {
            TokenKind::Identifier { .. } => self.is_at(index + 1, "=>"),
            TokenKind::Symbol("(") => self.closing(index).is_some_and(|close| self.is_at(close + 1, "=>")),
            _ => false,
        }
    }

    /// A lambda or `delegate`, at its first word.
    pub(super) fn lambda(&mut self) -> Expression {
        let start = self.span().start;
        if self.at_word("async") && self.at_lambda_behind_modifier() {
            self.report_unavailable("`async`");
            self.bump();
        }
        let Some(level) = self.enter() else {
            return self.missing_expression();
        };
        let kind = if self.eat("delegate") {
            self.anonymous_method()
        } else {
            self.arrow_lambda()
        };
        self.leave(level);
        self.node(start, kind)
    }

    fn anonymous_method(&mut self) -> ExpressionKind {
        let parameters = self.at("(").then(|| self.parameters());
        ExpressionKind::Lambda {
            parameters,
            body: LambdaBody::Block(self.block()),
        }
    }

    fn arrow_lambda(&mut self) -> ExpressionKind {
        let parameters = if self.at("(") {
            self.parameters()
        } else {
            vec![Parameter {
                type_name: None,
                name: self.identifier(),
                passing: Passing::Value,
                default: None,
            }]
        };
        self.expect("=>");
        ExpressionKind::Lambda {
            parameters: Some(parameters),
            body: self.lambda_body(),
        }
    }

    /// What stands behind `=>`.
    pub(super) fn lambda_body(&mut self) -> LambdaBody {
        if self.at("{") {
            LambdaBody::Block(self.block())
        } else {
            LambdaBody::Expression(Box::new(self.expression_or_throw()))
        }
    }

    /// Parameters in brackets; their types may be left out.
    pub(super) fn parameters(&mut self) -> Vec<Parameter> {
        let open = self.position;
        self.expect("(");
        let mut parameters = Vec::new();
        if !self.at(")") {
            parameters.push(self.parameter());
            while self.eat(",") {
                parameters.push(self.parameter());
            }
        }
        self.close(open, ")");
        parameters
    }

    fn parameter(&mut self) -> Parameter {
        let passing = match self.kind().spelling() {
            "ref" => Passing::Ref,
            "out" => Passing::Out,
            "in" => Passing::In,
            "params" => Passing::Params,
            _ => Passing::Value,
        };
        if passing != Passing::Value {
            self.bump();
        }
        let bare = self.is_name(self.position)
            && [",", ")", "="]
                .iter()
                .any(|follower| self.is_at(self.position + 1, follower));
        let type_name = (!bare).then(|| self.type_name(Question::Nullable));
        let name = self.identifier();
        let default = self.eat("=").then(|| self.expression());
        Parameter {
            type_name,
            name,
            passing,
            default,
        }
    }
}
