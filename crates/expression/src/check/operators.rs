//! Operators: numeric promotion, lifting over null, equality, concatenation, declared operators.

use super::Checker;
use super::calls::{Given, GivenKind};
use super::constants;
use super::convert::{Way, standard_implicit};
use super::members::{Found, members};
use super::typed::{Conversion, Expr, Kind, Operation};
use crate::syntax::ast::{self, BinaryOperator, UnaryOperator};
use crate::thrown::Outcome;
use crate::types::{Simple, Type, is_reference, widens};
use diagnostic::Span;

/// C#'s text of an operator.
pub fn symbol(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Remainder => "%",
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::ShiftLeft => "<<",
        BinaryOperator::ShiftRight => ">>",
        BinaryOperator::Less => "<",
        BinaryOperator::Greater => ">",
        BinaryOperator::LessOrEqual => "<=",
        BinaryOperator::GreaterOrEqual => ">=",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::And => "&",
        BinaryOperator::Xor => "^",
        BinaryOperator::Or => "|",
    }
}

fn is_equality(operator: BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual)
}

fn is_comparison(operator: BinaryOperator) -> bool {
    use BinaryOperator::{Greater, GreaterOrEqual, Less, LessOrEqual};
    is_equality(operator) || matches!(operator, Less | Greater | LessOrEqual | GreaterOrEqual)
}

fn is_bits(operator: BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Xor)
}

/// The type that both operands are promoted to (C# specification, "Binary numeric promotions").
fn promoted(left: Simple, right: Simple) -> Option<Simple> {
    use Simple::{Decimal, Double, Int32, Int64, Single, UInt32, UInt64};
    if !left.is_numeric() || !right.is_numeric() {
        return None;
    }
    let either = |simple| left == simple || right == simple;
    let signed = |simple| matches!(simple, Simple::SByte | Simple::Int16 | Int32 | Int64);
    Some(if either(Decimal) {
        if either(Double) || either(Single) {
            return None;
        }
        Decimal
    } else if either(Double) {
        Double
    } else if either(Single) {
        Single
    } else if either(UInt64) {
        if signed(left) || signed(right) {
            return None;
        }
        UInt64
    } else if either(Int64) || (either(UInt32) && (signed(left) || signed(right))) {
        Int64
    } else if either(UInt32) {
        UInt32
    } else {
        Int32
    })
}

impl Checker {
    /// `left operator right`
    pub(super) fn binary(&mut self, operator: BinaryOperator, left: Expr, right: Expr, at: Span) -> Expr {
        let span = left.span.to(right.span);
        if left.ty == Type::Error || right.ty == Type::Error {
            return Expr::error(span);
        }
        if (left.ty.is_dynamic() || right.ty.is_dynamic()) && left.ty != Type::VOID && right.ty != Type::VOID {
            return self.dynamic_binary(operator, left, right, span);
        }
        if operator == BinaryOperator::Add
            && (left.ty == Type::STRING || right.ty == Type::STRING)
            && left.ty != Type::VOID
            && right.ty != Type::VOID
        {
            // An operator that a type declares comes before concatenation: `XNamespace + string`.
            if (left.ty != Type::STRING || right.ty != Type::STRING)
                && let Some(declared) = self.declared(operator, &left, &right, span)
            {
                return declared;
            }
            return constants::fold_concat(left, right, span);
        }
        if let Some(compared) = self.tuple_equality(operator, (&left, &right), span) {
            return compared;
        }
        let found = self
            .numeric(operator, &left, &right, span)
            .or_else(|| Self::boolean(operator, &left, &right, span))
            .or_else(|| self.enumeration(operator, &left, &right, span))
            .or_else(|| self.declared(operator, &left, &right, span))
            .or_else(|| {
                if is_equality(operator) {
                    Self::equality(operator, &left, &right, span)
                } else {
                    None
                }
            });
        found.unwrap_or_else(|| {
            let message = format!(
                "operator '{}' cannot be applied to operands of type '{}' and '{}'",
                symbol(operator),
                left.ty,
                right.ty
            );
            let json = |ty: &Type| ty.is_named("Newtonsoft.Json.Linq.JToken");
            let help = if json(&left.ty) || json(&right.ty) {
                Some("cast the token: (string)token, (int)token, …".to_owned())
            } else if left.ty == Type::OBJECT || right.ty == Type::OBJECT {
                Some("cast the object: (string)value, (int)value, …".to_owned())
            } else {
                None
            };
            self.report("CS0019", at, message, help);
            Expr::error(span)
        })
    }

    fn numeric(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
        let lifted = matches!(left.ty, Type::Nullable(_))
            || matches!(right.ty, Type::Nullable(_))
            || left.ty == Type::Null
            || right.ty == Type::Null;
        let simple = |ty: &Type, other: &Type| {
            if *ty == Type::Null {
                other.without_nullable().simple()
            } else {
                ty.without_nullable().simple()
            }
        };
        let (left_simple, right_simple) = (simple(&left.ty, &right.ty)?, simple(&right.ty, &left.ty)?);
        let shift = matches!(operator, BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight);
        if left.ty == Type::Null && right.ty == Type::Null {
            return None;
        }
        let number = if shift {
            promoted(left_simple, left_simple).filter(|number| {
                number.is_integral() && (right_simple == Simple::Int32 || widens(right_simple, Simple::Int32))
            })?
        } else {
            constant_promotion(left, right, left_simple, right_simple)?
        };
        if (is_bits(operator) || shift) && !number.is_integral() {
            return None;
        }
        let promote = |value: &Expr, number: Simple| {
            if value.ty == Type::Null {
                return value.clone();
            }
            let target = if matches!(value.ty, Type::Nullable(_)) {
                Type::nullable(Type::Simple(number))
            } else {
                Type::Simple(number)
            };
            if value.ty == target {
                return value.clone();
            }
            Self::apply(
                value.clone(),
                &Way::By(Conversion::Numeric {
                    to: number,
                    overflow_throws: false,
                }),
                &target,
            )
        };
        let left = promote(left, number);
        let right = promote(right, if shift { Simple::Int32 } else { number });
        let comparison = is_comparison(operator);
        let own = if comparison {
            Type::BOOLEAN
        } else {
            Type::Simple(number)
        };
        let ty = if lifted && !comparison {
            Type::nullable(own)
        } else {
            own
        };
        let operation = Operation {
            operator,
            number,
            overflow_throws: self.overflow_throws,
            lifted,
            left,
            right,
        };
        Some(match constants::fold(&operation, !self.unchecked) {
            Some(folded) => self.folded(folded, ty, span),
            None if comparison => Expr::new(Kind::Compare(Box::new(operation)), ty, span),
            None => Expr::new(Kind::Arithmetic(Box::new(operation)), ty, span),
        })
    }

    /// A constant that an operation on constants gives, or the problem that it throws.
    fn folded(&mut self, folded: Outcome, ty: Type, span: Span) -> Expr {
        let (code, what) = match folded {
            Ok(constant) => return Expr::constant(constant, ty, span),
            Err(thrown) if thrown.exception().class.name == "System.DivideByZeroException" => {
                ("CS0020", "division by constant zero")
            }
            Err(_) if ty == Type::Simple(Simple::Decimal) => ("CS0463", "the constant does not fit 'decimal'"),
            Err(_) => ("CS0220", "the operation overflows at compile time in checked mode"),
        };
        self.error(code, span, what.to_owned())
    }

    fn negated(&mut self, value: Expr, span: Span) -> Expr {
        let ty = value.ty.clone();
        match constants::negate(&value, !self.unchecked) {
            Some(folded) => self.folded(folded, ty, span),
            None => Expr::new(Kind::Negate(Box::new(value), self.overflow_throws), ty, span),
        }
    }

    fn boolean(operator: BinaryOperator, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
        let boolean = |ty: &Type| *ty.without_nullable() == Type::BOOLEAN;
        let null = |ty: &Type| *ty == Type::Null;
        if !(boolean(&left.ty) && (boolean(&right.ty) || null(&right.ty)) || null(&left.ty) && boolean(&right.ty)) {
            return None;
        }
        let (left, right) = (left.clone(), right.clone());
        if is_equality(operator) {
            return Some(constants::equal(operator, left, right, span));
        }
        if !is_bits(operator) {
            return None;
        }
        let plain = left.ty == Type::BOOLEAN && right.ty == Type::BOOLEAN;
        let ty = if plain {
            Type::BOOLEAN
        } else {
            Type::nullable(Type::BOOLEAN)
        };
        Some(Expr::new(
            Kind::BooleanBits(operator, Box::new(left), Box::new(right)),
            ty,
            span,
        ))
    }

    fn enumeration(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
        let of = |ty: &Type| ty.without_nullable().is_enum().then(|| ty.without_nullable().clone());
        let ty = of(&left.ty).or_else(|| of(&right.ty))?;
        let fits = |value: &Expr| {
            value.ty == Type::Null
                || standard_implicit(value.ty.without_nullable(), value.constant_value(), &ty).is_some()
        };
        let adds = matches!(operator, BinaryOperator::Add | BinaryOperator::Subtract);
        // A zero that is added is a number, everywhere else it is one of the values.
        let integral = |value: &Expr| value.ty.without_nullable().simple().is_some_and(Simple::is_integral);
        let moves = adds && (integral(left) || integral(right));
        if fits(left) && fits(right) && !moves {
            let (left, right) = (self.enum_operand(left, &ty), self.enum_operand(right, &ty));
            if is_equality(operator) {
                return Some(constants::equal(operator, left, right, span));
            }
            let number = |value: Expr| Self::apply(value, &Way::By(Conversion::FromEnum(Simple::Int32)), &Type::INT32);
            if left.ty != ty
                || right.ty != ty
                || !(is_comparison(operator) || is_bits(operator) || operator == BinaryOperator::Subtract)
            {
                return None;
            }
            let (left, right) = (number(left), number(right));
            let result = self.numeric(operator, &left, &right, span)?;
            return Some(if is_bits(operator) {
                Self::apply(result, &Way::By(Conversion::ToEnum(ty.clone())), &ty)
            } else {
                result
            });
        }
        let like = |of: &Type, plain: Type| match of {
            Type::Nullable(_) => Type::nullable(plain),
            _ => plain,
        };
        let mut number = |value: &Expr| {
            if *value.ty.without_nullable() == ty {
                self.cast(value.clone(), &like(&value.ty, Type::INT32), span)
            } else {
                value.clone()
            }
        };
        let (left, right) = (number(left), number(right));
        if !moves {
            return None;
        }
        let result = self.numeric(operator, &left, &right, span)?;
        let to = like(&result.ty, ty);
        Some(self.cast(result, &to, span))
    }

    fn enum_operand(&mut self, value: &Expr, ty: &Type) -> Expr {
        if value.ty.simple().is_some() {
            self.convert(value.clone(), ty)
        } else {
            value.clone()
        }
    }

    /// Operators that the operands' types declare.
    fn declared(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
        let name = format!("operator {}", symbol(operator));
        let mut found: Vec<Found> = members(left.ty.without_nullable(), &name);
        for candidate in members(right.ty.without_nullable(), &name) {
            if !found.iter().any(|known| std::ptr::eq(known.member, candidate.member)) {
                found.push(candidate);
            }
        }
        if found.is_empty() {
            return None;
        }
        let lifted = [left, right].iter().any(|value| {
            matches!(value.ty, Type::Nullable(_))
                || (value.ty == Type::Null && found.iter().all(|found| found.owner.is_value_type()))
        });
        let given: Vec<Given<'_>> = [left, right]
            .into_iter()
            .map(|value| {
                let other = if std::ptr::eq(value, left) { right } else { left };
                let ty = if value.ty == Type::Null && lifted {
                    other.ty.without_nullable().clone()
                } else {
                    value.ty.without_nullable().clone()
                };
                Given {
                    name: None,
                    kind: GivenKind::Value(Expr { ty, ..value.clone() }),
                    span: value.span,
                }
            })
            .collect();
        let candidate = self.resolve(&found, &given, &[]).ok()?;
        let mut call = self.finish_call(candidate, None, given, span);
        if lifted && let Kind::Call(inner) = &mut call.kind {
            inner.lifted = true;
            if !is_comparison(operator) {
                call.ty = Type::nullable(call.ty);
            }
        }
        Some(call)
    }

    /// `==` of references, strings, and values with null.
    fn equality(operator: BinaryOperator, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
        let string = |ty: &Type| *ty == Type::STRING;
        let (left, right) = (left.clone(), right.clone());
        if (string(&left.ty) || left.ty == Type::Null) && (string(&right.ty) || right.ty == Type::Null) {
            return Some(constants::equal(operator, left, right, span));
        }
        if (left.ty == Type::Null && right.ty.accepts_null()) || (right.ty == Type::Null && left.ty.accepts_null()) {
            return Some(constants::equal(operator, left, right, span));
        }
        let reference = |ty: &Type| !ty.is_value_type() && !matches!(ty, Type::Nullable(_));
        let related = is_reference(&left.ty, &right.ty) || is_reference(&right.ty, &left.ty);
        if reference(&left.ty) && reference(&right.ty) && related {
            let negated = operator == BinaryOperator::NotEqual;
            let kind = Kind::Equal {
                left: Box::new(left),
                right: Box::new(right),
                negated,
                by_reference: true,
            };
            return Some(Expr::new(kind, Type::BOOLEAN, span));
        }
        None
    }

    /// `-x`, `+x`, `~x`, `!x`
    pub(super) fn unary(&mut self, operator: UnaryOperator, operand: &ast::Expression, span: Span) -> Expr {
        if operator == UnaryOperator::Minus
            && let Some(least) = constants::least_integer(operand)
        {
            return Expr { span, ..least };
        }
        let value = self.value(operand);
        self.unary_of(operator, value, span)
    }

    /// An operator on one value.
    pub(super) fn unary_of(&mut self, operator: UnaryOperator, value: Expr, span: Span) -> Expr {
        if value.ty == Type::Error {
            return value;
        }
        if value.ty.is_dynamic() {
            return self.dynamic_unary(operator, value, span);
        }
        let lifted = matches!(value.ty, Type::Nullable(_));
        if operator == UnaryOperator::Not && *value.ty.without_nullable() == Type::BOOLEAN {
            return constants::not(value, span);
        }
        let number = value
            .ty
            .without_nullable()
            .simple()
            .and_then(|simple| match (operator, simple) {
                (UnaryOperator::Minus, Simple::UInt32) => Some(Simple::Int64),
                (UnaryOperator::Minus, Simple::UInt64) | (UnaryOperator::Not, _) => None,
                (UnaryOperator::Complement, simple) if !simple.is_integral() => None,
                (_, simple) => promoted(simple, simple),
            });
        if let Some(number) = number {
            let plain = Type::Simple(number);
            let target = if lifted { Type::nullable(plain) } else { plain };
            let value = if value.ty == target {
                value
            } else {
                Self::apply(
                    value,
                    &Way::By(Conversion::Numeric {
                        to: number,
                        overflow_throws: false,
                    }),
                    &target,
                )
            };
            return match operator {
                UnaryOperator::Plus => Expr { span, ..value },
                UnaryOperator::Minus => self.negated(value, span),
                _ => constants::complement(value, span),
            };
        }
        let text = match operator {
            UnaryOperator::Plus => "+",
            UnaryOperator::Minus => "-",
            UnaryOperator::Not => "!",
            UnaryOperator::Complement => "~",
        };
        let found = members(value.ty.without_nullable(), &format!("operator {text}"));
        let given = vec![Given {
            name: None,
            kind: GivenKind::Value(value.clone()),
            span: value.span,
        }];
        if let Ok(candidate) = self.resolve(&found, &given, &[]) {
            return self.finish_call(candidate, None, given, span);
        }
        self.error(
            "CS0023",
            span,
            format!(
                "operator '{text}' cannot be applied to an operand of type '{}'",
                value.ty
            ),
        )
    }
}

/// Promotion with C#'s exception: a constant `int` that is not negative counts as the other operand's unsigned type.
fn constant_promotion(left: &Expr, right: &Expr, left_simple: Simple, right_simple: Simple) -> Option<Simple> {
    let fits = |value: &Expr, other: Simple| {
        matches!(other, Simple::UInt32 | Simple::UInt64)
            && standard_implicit(&value.ty, value.constant_value(), &Type::Simple(other)).is_some()
    };
    if fits(left, right_simple) {
        return Some(right_simple);
    }
    if fits(right, left_simple) {
        return Some(left_simple);
    }
    promoted(left_simple, right_simple)
}
