//! Expressions: one function for each kind of node, smaller ones here, the others in modules of their own.

use super::Checker;
use super::names::predefined;
use super::typed::{Expr, Kind, Piece};
use crate::library;
use crate::syntax::ast::{self, ExpressionKind, Literal};
use crate::types::{Simple, Type};
use crate::value::Value;
use diagnostic::Span;

/// What an expression turned out to be.
pub enum Operand<'t> {
    /// A value.
    Value(Expr),
    /// A type.
    Type(Type),
    /// A namespace.
    Namespace(String),
    /// Methods of one name.
    Methods(MethodGroup<'t>),
    /// A local function, by its number, with explicit type arguments.
    Function(usize, Vec<Type>),
    /// Something whose type comes from where it stands: a lambda, `default`, `throw`, a declaration.
    Untyped(&'t ast::Expression),
}

/// Methods of one name, before it is known which is called.
pub struct MethodGroup<'t> {
    /// The object, for instance and extension methods.
    pub receiver: Option<Box<Expr>>,
    /// The type that has them.
    pub ty: Type,
    /// Their name with explicit type arguments.
    pub name: &'t ast::SimpleName,
}

impl Checker {
    /// An expression that must be a value.
    pub(super) fn value(&mut self, expression: &ast::Expression) -> Expr {
        let operand = self.operand(expression);
        self.demand_value(operand, expression.span)
    }

    /// A value, or a problem about what it is instead.
    pub(super) fn demand_value(&mut self, operand: Operand<'_>, span: Span) -> Expr {
        match operand {
            Operand::Value(value) => value,
            Operand::Type(ty) => self.error("CS0119", span, format!("'{ty}' is a type, where a value is expected")),
            Operand::Namespace(name) => self.error(
                "CS0118",
                span,
                format!("'{name}' is a namespace, where a value is expected"),
            ),
            Operand::Methods(group) => {
                let name = &group.name.identifier.text;
                let help = Some(format!("call it: `{name}(…)`"));
                self.report(
                    "CS0428",
                    span,
                    format!("'{name}' is a method, where a value is expected"),
                    help,
                );
                Expr::error(span)
            }
            Operand::Function(number, _) => {
                let name = self
                    .local_functions
                    .get(number)
                    .map_or("", |function| function.name.as_str());
                let message = format!("'{name}' is a function, where a value is expected");
                let help = Some(format!("call it: `{name}(…)`"));
                self.report("CS0428", span, message, help);
                Expr::error(span)
            }
            Operand::Untyped(expression) => self.untyped(expression),
        }
    }

    fn untyped(&mut self, expression: &ast::Expression) -> Expr {
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Lambda { .. } => self.error(
                "CS8917",
                span,
                "the type of a lambda must follow from where it stands; write `Func<…>`".to_owned(),
            ),
            ExpressionKind::Default(None) => self.error(
                "CS8716",
                span,
                "the type of `default` must follow from where it stands; write `default(T)`".to_owned(),
            ),
            ExpressionKind::Throw(_) => self.error("CS8115", span, "a throw expression is not allowed here".to_owned()),
            _ => self.error("CS8185", span, "a declaration is not allowed here".to_owned()),
        }
    }

    /// An expression converted to a known type, which lambdas, `default` and `throw` take their own from.
    pub(super) fn value_of_type(&mut self, expression: &ast::Expression, ty: &Type) -> Expr {
        if let (ExpressionKind::Tuple(elements), Type::Tuple(types)) = (&expression.kind, ty)
            && elements.len() == types.len()
        {
            return self.tuple_of_type(elements, types, expression.span);
        }
        let operand = self.operand(expression);
        self.operand_to(operand, expression.span, ty)
    }

    /// What [`Checker::value_of_type`] does, after the operand was checked.
    pub(super) fn operand_to(&mut self, operand: Operand<'_>, span: Span, ty: &Type) -> Expr {
        match operand {
            Operand::Untyped(expression) => match (&expression.kind, ty) {
                (ExpressionKind::Lambda { parameters, body }, Type::Delegate(delegate)) => {
                    self.lambda(parameters.as_deref(), body, delegate, expression.span)
                }
                (ExpressionKind::Lambda { .. }, _) if *ty != Type::Error => self.error(
                    "CS1660",
                    span,
                    format!("cannot convert a lambda to '{ty}' because it is not a delegate type"),
                ),
                (ExpressionKind::Default(None), _) => Expr::constant(Value::default_of(ty), ty.clone(), span),
                (ExpressionKind::Throw(thrown), _) => {
                    let thrown = self.value(thrown);
                    Expr::new(Kind::Throw(Box::new(thrown)), ty.clone(), span)
                }
                _ => self.untyped(expression),
            },
            Operand::Methods(group) if matches!(ty, Type::Delegate(_)) => self.method_group(&group, ty, span),
            Operand::Function(number, explicit) if matches!(ty, Type::Delegate(_)) => {
                self.function_delegate((number, &explicit), ty, span)
            }
            other => {
                let value = self.demand_value(other, span);
                self.convert(value, ty)
            }
        }
    }

    /// Checks any expression.
    pub(super) fn operand<'t>(&mut self, expression: &'t ast::Expression) -> Operand<'t> {
        let span = expression.span;
        if !self.spend(span) {
            return Operand::Value(Expr::error(span));
        }
        match &expression.kind {
            ExpressionKind::Name(name) => self.simple_name(name, span),
            ExpressionKind::PredefinedType(keyword) => Operand::Type(Type::Simple(predefined(*keyword))),
            ExpressionKind::Parenthesized(inner) => match self.operand(inner) {
                Operand::Value(value) => Operand::Value(Expr {
                    span: expression.span,
                    ..value
                }),
                other => other,
            },
            ExpressionKind::Member { receiver, name } => {
                let receiver = self.operand(receiver);
                self.member_access(receiver, name, span, false)
            }
            ExpressionKind::Lambda { .. }
            | ExpressionKind::Default(None)
            | ExpressionKind::Throw(_)
            | ExpressionKind::Declaration { .. } => Operand::Untyped(expression),
            _ => Operand::Value(self.plain(expression)),
        }
    }

    /// Expressions that are always values.
    fn plain(&mut self, expression: &ast::Expression) -> Expr {
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Literal(literal) => self.literal(literal, span),
            ExpressionKind::Interpolated(pieces) => self.interpolated(pieces, span),
            ExpressionKind::Tuple(elements) => self.tuple(elements, span),
            ExpressionKind::Invocation { function, arguments } => self.invocation(function, arguments, span),
            ExpressionKind::Element { receiver, arguments } => self.element(receiver, arguments, span),
            ExpressionKind::ConditionalAccess { receiver, access } => self.conditional_access(receiver, access, span),
            ExpressionKind::ConditionalReceiver => match self.receivers.last().cloned() {
                Some((local, ty)) => Expr {
                    ty,
                    ..self.use_local(local, span)
                },
                None => Expr::error(span),
            },
            ExpressionKind::New {
                type_name,
                arguments,
                initializer,
            } => self.new_object(type_name, arguments.as_deref(), initializer.as_ref(), span),
            ExpressionKind::NewAnonymous(members) => self.anonymous(members, span),
            ExpressionKind::NewArray {
                element,
                lengths,
                rank,
                further_ranks,
                initializer,
            } => {
                let shape = super::creation::ArrayShape {
                    element: element.as_ref(),
                    lengths,
                    rank: *rank,
                    further_ranks,
                };
                self.new_array(&shape, initializer.as_ref(), span)
            }
            ExpressionKind::Default(Some(name)) => {
                let ty = self.resolve_type(name);
                Expr::constant(Value::default_of(&ty), ty, span)
            }
            ExpressionKind::NameOf(inner) => self.name_of(inner, span),
            ExpressionKind::Missing => Expr::error(span),
            _ => self.operation(expression),
        }
    }

    /// Operators and what else has operands.
    fn operation(&mut self, expression: &ast::Expression) -> Expr {
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Checked {
                overflow_throws,
                operand,
            } => self.with_overflow(*overflow_throws, |checker| checker.value(operand)),
            ExpressionKind::Unary { operator, operand } => self.unary(*operator, operand, span),
            ExpressionKind::Prefix { operator, operand } => self.increment(*operator, operand, true, span),
            ExpressionKind::Postfix { operator, operand } => self.increment(*operator, operand, false, span),
            ExpressionKind::Cast { type_name, operand } => self.cast_expression(type_name, operand, span),
            ExpressionKind::Binary {
                operator,
                left,
                right,
                operator_span,
            } => {
                let (left, right) = (self.value(left), self.value(right));
                self.binary(*operator, left, right, *operator_span)
            }
            ExpressionKind::Logical { and, left, right } => self.logical(*and, left, right, span),
            ExpressionKind::Coalesce { left, right } => self.coalesce(left, right, span),
            ExpressionKind::Is { operand, pattern } => self.is_pattern(operand, pattern, span),
            ExpressionKind::As { operand, type_name } => self.as_type(operand, type_name, span),
            ExpressionKind::Conditional {
                condition,
                when_true,
                when_false,
            } => self.conditional(condition, when_true, when_false, span),
            ExpressionKind::Assignment {
                operator,
                target,
                value,
            } => self.assignment(*operator, target, value, span),
            ExpressionKind::Await(_) => self.error(
                "CS1992",
                span,
                "`await` is not allowed in policy expressions, which wait for nothing".to_owned(),
            ),
            ExpressionKind::TypeOf(name) => {
                let ty = self.resolve_type(name);
                Expr::constant(Value::of(library::TypeObject(ty)), Type::class(&library::TYPE), span)
            }
            ExpressionKind::Query(query) => self.query(query, span),
            _ => Expr::error(span),
        }
    }

    /// Checks with `checked` or `unchecked` arithmetic.
    pub(super) fn with_overflow<R>(&mut self, overflow_throws: bool, body: impl FnOnce(&mut Self) -> R) -> R {
        let before = (self.overflow_throws, self.unchecked);
        (self.overflow_throws, self.unchecked) = (overflow_throws, !overflow_throws);
        let result = body(self);
        (self.overflow_throws, self.unchecked) = before;
        result
    }

    fn literal(&mut self, literal: &Literal, span: Span) -> Expr {
        let (value, ty) = match literal {
            Literal::Null => (Value::Null, Type::Null),
            Literal::Boolean(value) => (Value::Boolean(*value), Type::BOOLEAN),
            Literal::Char(unit) => (Value::Char(*unit), Type::CHAR),
            Literal::String(text) => (text.as_str().into(), Type::STRING),
            Literal::Integer { value, unsigned, long } => {
                let (value, simple) = integer(*value, *unsigned, *long);
                (value, Type::Simple(simple))
            }
            Literal::Single(value) => (Value::Single(*value), Type::Simple(Simple::Single)),
            Literal::Double(value) => (Value::Double(*value), Type::DOUBLE),
            Literal::Decimal(digits) => match digits
                .parse()
                .or_else(|_| rust_decimal::Decimal::from_scientific(digits))
            {
                Ok(value) => (Value::Decimal(value), Type::Simple(Simple::Decimal)),
                Err(_) => return self.error("CS0594", span, format!("'{digits}m' is outside the range of decimal")),
            },
        };
        Expr::constant(value, ty, span)
    }

    fn interpolated(&mut self, pieces: &[ast::Interpolation], span: Span) -> Expr {
        let mut typed = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                ast::Interpolation::Text(text) => typed.push(Piece::Text(text.clone())),
                ast::Interpolation::Hole {
                    value,
                    alignment,
                    format,
                } => {
                    let value = self.value(value);
                    let value = self.convert(value, &Type::OBJECT);
                    let width = alignment.as_ref().map_or(0, |alignment| self.constant_int(alignment));
                    typed.push(Piece::Hole(value, width, format.clone().unwrap_or_default()));
                }
            }
        }
        Expr::new(Kind::Interpolated(typed), Type::STRING, span)
    }

    fn constant_int(&mut self, expression: &ast::Expression) -> i32 {
        let value = self.value(expression);
        if let Some(Value::Int32(number)) = value.constant_value() {
            return *number;
        }
        self.report(
            "CS0150",
            expression.span,
            "a constant whole number is expected".to_owned(),
            None,
        );
        0
    }

    fn name_of(&mut self, inner: &ast::Expression, span: Span) -> Expr {
        let name = match &inner.kind {
            ExpressionKind::Name(name) | ExpressionKind::Member { name, .. } => name.identifier.text.clone(),
            _ => return self.error("CS8081", span, "`nameof` needs a name".to_owned()),
        };
        // Members of types need no object here.
        if let ExpressionKind::Name(_) = &inner.kind {
            let _ = self.operand(inner);
        }
        Expr::constant(name, Type::STRING, span)
    }

    fn cast_expression(&mut self, type_name: &ast::TypeName, operand: &ast::Expression, span: Span) -> Expr {
        let ty = self.resolve_type(type_name);
        match self.operand(operand) {
            untyped @ (Operand::Untyped(_) | Operand::Methods(_) | Operand::Function(..)) => {
                self.operand_to(untyped, operand.span, &ty)
            }
            other => {
                let value = self.demand_value(other, operand.span);
                self.cast(value, &ty, span)
            }
        }
    }

    fn as_type(&mut self, operand: &ast::Expression, type_name: &ast::TypeName, span: Span) -> Expr {
        let value = self.value(operand);
        let ty = self.resolve_type(type_name);
        if ty.is_value_type() {
            let help = Some(format!("write `as {ty}?` or a cast"));
            self.report(
                "CS0077",
                span,
                format!("`as` needs a type that can be null, '{ty}' cannot"),
                help,
            );
            return Expr::error(span);
        }
        if value.ty == Type::Error || ty == Type::Error {
            return Expr { ty, ..value };
        }
        let boxed = value.ty.is_value_type() && super::convert::standard_implicit(&value.ty, None, &ty).is_some();
        if boxed
            || value.ty == Type::Null
            || super::convert::can_be_cast(&value.ty, &ty)
            || crate::types::is_reference(&value.ty, &ty)
        {
            return Expr::new(Kind::AsInstance(Box::new(value), ty.clone()), ty, span);
        }
        self.error(
            "CS0039",
            span,
            format!("a value of type '{}' can never be a '{ty}'", value.ty),
        )
    }
}

/// The type of an integer literal: the first of its suffix's list that holds the value.
fn integer(value: u64, unsigned: bool, long: bool) -> (Value, Simple) {
    if !unsigned
        && !long
        && let Ok(value) = i32::try_from(value)
    {
        return (Value::Int32(value), Simple::Int32);
    }
    if !long && let Ok(value) = u32::try_from(value) {
        return (Value::UInt32(value), Simple::UInt32);
    }
    if !unsigned && let Ok(value) = i64::try_from(value) {
        return (Value::Int64(value), Simple::Int64);
    }
    (Value::UInt64(value), Simple::UInt64)
}
