//! C# 7 as it is written in policy expressions: characters → tokens → tree.
//!
//! Parsing never fails: it gives a tree and the problems found on the way. Never here: names' meaning, types, values.

mod arguments;
pub mod ast;
mod brackets;
mod creation;
mod declaration;
#[cfg(test)]
mod dump;
mod expression;
mod expression_end;
mod interpolation;
mod lambda;
mod lexer;
mod newer;
mod number;
mod operator;
mod parser;
mod pattern;
mod primary;
mod query;
mod statement;
mod string_literal;
mod switch;
mod token;
mod try_statement;
mod type_name;
mod type_scan;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod problem_tests;
#[cfg(test)]
mod tree_tests;

pub use expression_end::{Unclosed, expression_end};

use crate::Problem;
use ast::{Block, Expression, ExpressionKind, Tree};
use diagnostic::Span;
use parser::Parser;

/// Parses a whole policy expression, `@( expression )` or `@{ statements }`, in XML-decoded form.
///
/// Spans are bytes of `source`. The tree is complete even when there are problems: what could not be read is `Missing`
/// in it. The tree is at most about 300 levels high, so that it can be walked recursively.
pub fn parse(source: &str) -> (Tree, Vec<Problem>) {
    let start = source.len() - source.trim_start().len();
    let body = start + 2;
    match source.get(start..body) {
        Some("@(") => {
            let mut parser = Parser::new(source, body);
            let expression = parser.whole_expression();
            (Tree::Single(expression), parser.finish())
        }
        Some("@{") => {
            // The lexer starts at the brace, so that the block is one like any other.
            let mut parser = Parser::new(source, start + 1);
            let block = parser.whole_block();
            (Tree::Block(block), parser.finish())
        }
        _ => {
            let span = Span::at(start);
            let problem = Problem {
                code: "TG2001",
                span,
                message: "a policy expression starts with `@(` or `@{`".to_owned(),
                help: Some("write `@(expression)`, or `@{ statements }` with a `return`".to_owned()),
            };
            (
                Tree::Single(Expression {
                    kind: ExpressionKind::Missing,
                    span,
                }),
                vec![problem],
            )
        }
    }
}

impl Parser<'_> {
    fn whole_expression(&mut self) -> Expression {
        let expression = self.expression();
        if self.at(";") {
            let found = self.span();
            self.report_with_help(
                "CS1026",
                found,
                "`)` expected, found `;`".to_owned(),
                "a single expression has no `;`; statements are written as `@{ … return value; }`".to_owned(),
            );
        } else {
            self.expect(")");
            self.end_of_source();
        }
        expression
    }

    fn whole_block(&mut self) -> Block {
        let block = self.block();
        self.end_of_source();
        block
    }

    fn end_of_source(&mut self) {
        if !self.at_end() {
            let found = self.found();
            self.report(
                "CS1022",
                self.span(),
                format!("the policy expression ends before {found}"),
            );
        }
    }
}
