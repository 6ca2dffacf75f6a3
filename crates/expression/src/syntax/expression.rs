//! Expressions from assignment down to prefix operators. Never here: what stands between operators (`primary`).

use super::ast::{Expression, ExpressionKind, Increment, UnaryOperator};
use super::operator::{Infix, Operands, SHIFT};
use super::parser::Parser;
use super::token::TokenKind;
use super::type_scan::Question;

impl Parser<'_> {
    /// An expression of any kind.
    pub(super) fn expression(&mut self) -> Expression {
        let Some(level) = self.enter() else {
            return self.missing_expression();
        };
        let target = self.conditional();
        let expression = self.assignment_to(target);
        self.leave(level);
        expression
    }

    /// An expression where C# also takes `throw`: behind `?`, `:` and `=>`.
    pub(super) fn expression_or_throw(&mut self) -> Expression {
        self.allow_throw();
        self.expression()
    }

    fn assignment_to(&mut self, target: Expression) -> Expression {
        let start = target.span.start;
        let (operator, tokens) = match self.assignment() {
            Some(found) => found,
            None if self.at("??=") => {
                self.report_newer(self.span(), "`??=`", 8, "write `a = a ?? b`");
                (None, 1)
            }
            None => return target,
        };
        self.position += tokens;
        let value = Box::new(self.expression());
        self.node(
            start,
            ExpressionKind::Assignment {
                operator,
                target: Box::new(target),
                value,
            },
        )
    }

    /// `c ? a : b` and what binds tighter.
    pub(super) fn conditional(&mut self) -> Expression {
        let condition = self.binary(0);
        // Frames that recursion goes through are kept small; what happens rarely stands in functions of its own.
        if self.at("?") {
            self.conditional_on(condition)
        } else {
            condition
        }
    }

    fn conditional_on(&mut self, condition: Expression) -> Expression {
        let start = condition.span.start;
        self.bump();
        let when_true = Box::new(self.expression_or_throw());
        let when_false = Box::new(if self.expect(":") {
            self.expression_or_throw()
        } else {
            self.missing_expression()
        });
        self.node(
            start,
            ExpressionKind::Conditional {
                condition: Box::new(condition),
                when_true,
                when_false,
            },
        )
    }

    /// Operands with operators that bind at least as tight as `least`.
    fn binary(&mut self, least: u8) -> Expression {
        // A stack instead of recursion: eleven levels of precedence would be eleven frames for each bracket.
        let mut operands = Operands::default();
        let first = self.unary();
        operands.push(first);
        while let Some((operator, tokens)) = self.infix().filter(|(operator, _)| operator.precedence() >= least) {
            operands.join_before(operator);
            if !self.grow() {
                break;
            }
            if operator == Infix::Range {
                self.report_range();
            }
            let start = self.span().start;
            self.position += tokens;
            match operator {
                Infix::Is | Infix::As => self.tested_by_type(operator, &mut operands),
                Infix::Range if !self.starts_expression(self.position) => {}
                _ => {
                    operands.operator(operator, self.since(start));
                    if operator == Infix::Coalesce {
                        self.allow_throw();
                    }
                    let operand = self.unary();
                    operands.push(operand);
                }
            }
        }
        operands.join_all().unwrap_or_else(|| self.missing_expression())
    }

    /// What stands behind `is` or `as`.
    fn tested_by_type(&mut self, operator: Infix, operands: &mut Operands) {
        let Some(operand) = operands.pop() else { return };
        let start = operand.span.start;
        let operand = Box::new(operand);
        let kind = if operator == Infix::Is {
            ExpressionKind::Is {
                operand,
                pattern: Box::new(self.pattern_of_is()),
            }
        } else {
            ExpressionKind::As {
                operand,
                type_name: self.type_name(Question::Operand),
            }
        };
        operands.push(self.node(start, kind));
    }

    /// Operands of operators that may stand in a constant pattern behind `is`.
    pub(super) fn pattern_operand(&mut self) -> Expression {
        self.binary(SHIFT)
    }

    /// Prefix operators, casts, and what binds tighter.
    pub(super) fn unary(&mut self) -> Expression {
        let start = self.span().start;
        let operator = match self.kind() {
            TokenKind::Symbol(spelling) => *spelling,
            TokenKind::Keyword("throw") => "throw",
            TokenKind::Identifier { .. } if self.at_await() => "await",
            _ => "",
        };
        let is_prefix = matches!(
            operator,
            "+" | "-" | "!" | "~" | "++" | "--" | "^" | ".." | "&" | "*" | "throw" | "await"
        );
        let cast = operator == "(" && self.at_cast();
        if !is_prefix && !cast {
            return self.primary();
        }
        let Some(level) = self.enter() else {
            return self.missing_expression();
        };
        let expression = if cast {
            self.cast(start)
        } else {
            self.prefixed(operator, start)
        };
        self.leave(level);
        expression
    }

    fn prefixed(&mut self, operator: &'static str, start: usize) -> Expression {
        match operator {
            "^" => return self.index_from_end(start),
            ".." => return self.open_range(start),
            "&" | "*" => return self.pointer(start),
            "throw" => return self.throw_expression(start),
            _ => self.bump(),
        }
        let operand = Box::new(self.unary());
        let unary = |operator, operand| ExpressionKind::Unary { operator, operand };
        let kind = match operator {
            "+" => unary(UnaryOperator::Plus, operand),
            "-" => unary(UnaryOperator::Minus, operand),
            "!" => unary(UnaryOperator::Not, operand),
            "~" => unary(UnaryOperator::Complement, operand),
            "++" => ExpressionKind::Prefix {
                operator: Increment::Increment,
                operand,
            },
            "--" => ExpressionKind::Prefix {
                operator: Increment::Decrement,
                operand,
            },
            _ => ExpressionKind::Await(operand),
        };
        self.node(start, kind)
    }

    fn throw_expression(&mut self, start: usize) -> Expression {
        if !self.throw_is_allowed() {
            let message = "a `throw` expression stands only behind `??`, `?`, `:` and `=>`".to_owned();
            self.report("CS8115", self.span(), message);
        }
        self.bump();
        let value = Box::new(self.conditional());
        self.node(start, ExpressionKind::Throw(value))
    }

    fn pointer(&mut self, start: usize) -> Expression {
        self.report_unavailable("a pointer");
        self.bump();
        self.unary();
        self.node(start, ExpressionKind::Missing)
    }

    fn cast(&mut self, start: usize) -> Expression {
        self.bump();
        let type_name = self.type_name(Question::Nullable);
        self.expect(")");
        let operand = Box::new(self.unary());
        self.node(start, ExpressionKind::Cast { type_name, operand })
    }

    /// Whether `(T)` with an operand comes next rather than a bracketed expression (C# standard, cast expressions).
    fn at_cast(&self) -> bool {
        let open = self.position;
        let Some(end) = self
            .scan_type(open + 1, Question::Nullable)
            .filter(|end| self.is_at(*end, ")"))
        else {
            return false;
        };
        let last = end.saturating_sub(1);
        let only_a_type = self.is_predefined_type(last) || self.is_at(last, "?") || self.is_at(last, "]");
        only_a_type && !self.is_at(end + 1, "=>") || self.follows_cast(end + 1)
    }

    fn follows_cast(&self, index: usize) -> bool {
        match self.kind_at(index) {
            TokenKind::Symbol(symbol) => matches!(*symbol, "~" | "!" | "("),
            TokenKind::Keyword(keyword) => !matches!(*keyword, "as" | "is" | "in" | "switch"),
            TokenKind::Identifier { .. } => {
                self.is_name(index) && !(self.kind_at(index).is_contextual("with") && self.is_at(index + 1, "{"))
            }
            TokenKind::Literal(_) | TokenKind::InterpolationStart => true,
            _ => false,
        }
    }

    /// Whether `await` with an operand comes next; `await` alone is a name.
    fn at_await(&self) -> bool {
        let next = self.position + 1;
        self.at_word("await")
            && match self.kind_at(next) {
                TokenKind::Identifier { .. } | TokenKind::Literal(_) | TokenKind::InterpolationStart => true,
                TokenKind::Keyword(keyword) => !matches!(*keyword, "as" | "is" | "in" | "switch"),
                _ => false,
            }
    }

    /// Whether an expression can start with the token at `index`.
    pub(super) fn starts_expression(&self, index: usize) -> bool {
        match self.kind_at(index) {
            TokenKind::Identifier { .. } => self.is_name(index) || self.kind_at(index).is_contextual("from"),
            TokenKind::Literal(_) | TokenKind::InterpolationStart => true,
            TokenKind::Symbol(symbol) => matches!(*symbol, "(" | "+" | "-" | "!" | "~" | "++" | "--" | "^" | ".."),
            TokenKind::Keyword(keyword) => {
                self.is_predefined_type(index)
                    || matches!(
                        *keyword,
                        "null"
                            | "true"
                            | "false"
                            | "new"
                            | "typeof"
                            | "default"
                            | "checked"
                            | "unchecked"
                            | "delegate"
                            | "this"
                            | "base"
                            | "throw"
                            | "sizeof"
                    )
            }
            _ => false,
        }
    }
}
