//! Operators between two operands: their spelling, precedence and nodes. Never here: prefix and postfix operators.

use super::ast::{BinaryOperator, Expression, ExpressionKind};
use super::parser::Parser;
use diagnostic::Span;

/// An operator that stands behind its left operand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Infix {
    Binary(BinaryOperator),
    And,
    Or,
    Coalesce,
    Is,
    As,
    /// `..`, which is newer than C# 7.
    Range,
}

/// Binding strength of the operators in patterns: what `is` takes as a constant.
pub(super) const SHIFT: u8 = 9;

impl Infix {
    /// Higher binds tighter.
    pub(super) fn precedence(self) -> u8 {
        use BinaryOperator as B;
        match self {
            Self::Coalesce => 1,
            Self::Or => 2,
            Self::And => 3,
            Self::Binary(B::Or) => 4,
            Self::Binary(B::Xor) => 5,
            Self::Binary(B::And) => 6,
            Self::Binary(B::Equal | B::NotEqual) => 7,
            Self::Binary(B::Less | B::Greater | B::LessOrEqual | B::GreaterOrEqual) | Self::Is | Self::As => 8,
            Self::Binary(B::ShiftLeft | B::ShiftRight) => SHIFT,
            Self::Binary(B::Add | B::Subtract) => 10,
            Self::Binary(B::Multiply | B::Divide | B::Remainder) => 11,
            Self::Range => 12,
        }
    }

    /// Whether this operator, on the left, takes the operand between it and `next`.
    fn binds_before(self, next: Self) -> bool {
        self.precedence() > next.precedence() || self.precedence() == next.precedence() && self != Self::Coalesce
    }

    /// The node of `left operator right`.
    fn join(self, left: Expression, right: Expression, operator_span: Span) -> Expression {
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = match self {
            Self::Binary(operator) => ExpressionKind::Binary {
                operator,
                left,
                right,
                operator_span,
            },
            Self::And => ExpressionKind::Logical { and: true, left, right },
            Self::Or => ExpressionKind::Logical {
                and: false,
                left,
                right,
            },
            Self::Coalesce => ExpressionKind::Coalesce { left, right },
            Self::Is | Self::As | Self::Range => ExpressionKind::Missing,
        };
        Expression { kind, span }
    }
}

/// Operands and the operators between them that are not joined yet.
#[derive(Default)]
pub(super) struct Operands {
    operands: Vec<Expression>,
    operators: Vec<(Infix, Span)>,
}

impl Operands {
    pub(super) fn push(&mut self, operand: Expression) {
        self.operands.push(operand);
    }

    pub(super) fn pop(&mut self) -> Option<Expression> {
        self.operands.pop()
    }

    pub(super) fn operator(&mut self, operator: Infix, span: Span) {
        self.operators.push((operator, span));
    }

    /// Joins what binds tighter than `next`, which stands behind it.
    pub(super) fn join_before(&mut self, next: Infix) {
        while let Some((operator, span)) = self.operators.pop_if(|(operator, _)| operator.binds_before(next)) {
            self.join(operator, span);
        }
    }

    /// Joins everything into one expression.
    pub(super) fn join_all(mut self) -> Option<Expression> {
        while let Some((operator, span)) = self.operators.pop() {
            self.join(operator, span);
        }
        self.operands.pop()
    }

    fn join(&mut self, operator: Infix, span: Span) {
        if let Some(right) = self.operands.pop()
            && let Some(left) = self.operands.pop()
        {
            self.operands.push(operator.join(left, right, span));
        }
    }
}

impl Parser<'_> {
    /// The operator that comes next and how many tokens it has.
    pub(super) fn infix(&self) -> Option<(Infix, usize)> {
        use BinaryOperator as B;
        let binary = match self.kind().spelling() {
            "??" => return Some((Infix::Coalesce, 1)),
            "||" => return Some((Infix::Or, 1)),
            "&&" => return Some((Infix::And, 1)),
            "is" => return Some((Infix::Is, 1)),
            "as" => return Some((Infix::As, 1)),
            ".." => return Some((Infix::Range, 1)),
            ">" if self.touches_next(self.position) && self.is_at(self.position + 1, ">=") => return None,
            ">" if self.touches_next(self.position) && self.is_at(self.position + 1, ">") => {
                return Some((Infix::Binary(B::ShiftRight), 2));
            }
            "|" => B::Or,
            "^" => B::Xor,
            "&" => B::And,
            "==" => B::Equal,
            "!=" => B::NotEqual,
            "<" => B::Less,
            ">" => B::Greater,
            "<=" => B::LessOrEqual,
            ">=" => B::GreaterOrEqual,
            "<<" => B::ShiftLeft,
            "+" => B::Add,
            "-" => B::Subtract,
            "*" => B::Multiply,
            "/" => B::Divide,
            "%" => B::Remainder,
            _ => return None,
        };
        Some((Infix::Binary(binary), 1))
    }

    /// The assignment operator that comes next: its arithmetic, and how many tokens it has.
    pub(super) fn assignment(&self) -> Option<(Option<BinaryOperator>, usize)> {
        use BinaryOperator as B;
        let arithmetic = match self.kind().spelling() {
            "=" => return Some((None, 1)),
            ">" if self.touches_next(self.position) && self.is_at(self.position + 1, ">=") => {
                return Some((Some(B::ShiftRight), 2));
            }
            "+=" => B::Add,
            "-=" => B::Subtract,
            "*=" => B::Multiply,
            "/=" => B::Divide,
            "%=" => B::Remainder,
            "&=" => B::And,
            "|=" => B::Or,
            "^=" => B::Xor,
            "<<=" => B::ShiftLeft,
            _ => return None,
        };
        Some((Some(arithmetic), 1))
    }
}
