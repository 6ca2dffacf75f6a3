//! Conversions: which exist between two types, and what they do (C# specification, "Conversions").

mod user_defined;

use super::Checker;
use super::dynamic::Site;
use super::typed::{CallArgument, CallExpr, Conversion, Expr, Kind};
use crate::arithmetic;
use crate::library::Member;
use crate::syntax::ast;
use crate::types::{Simple, Type, is_reference, widens};
use crate::value::Value;
use diagnostic::Span;
use user_defined::user_defined;

/// How a value of one type becomes one of another.
#[derive(Clone)]
pub enum Way {
    /// The value stays as it is.
    Same,
    /// By one conversion.
    By(Conversion),
    /// As the value at run time decides; whether it is a cast.
    Dynamic(bool),
    /// By an operator that a type declares, with conversions before and after it.
    User {
        member: &'static Member,
        types: Vec<Type>,
        before: Box<Way>,
        after: Box<Way>,
    },
}

impl Way {
    fn is_same(&self) -> bool {
        matches!(self, Self::Same)
    }
}

/// Whether a constant integer fits a smaller type (C#: implicit constant expression conversions).
fn constant_fits(constant: &Value, from: Simple, to: Simple) -> bool {
    let Some(number) = constant.integer() else { return false };
    let small = matches!(
        to,
        Simple::SByte | Simple::Byte | Simple::Int16 | Simple::UInt16 | Simple::UInt32 | Simple::UInt64
    );
    match from {
        Simple::Int32 => small && arithmetic::fits(number, to),
        Simple::Int64 => to == Simple::UInt64 && number >= 0,
        _ => false,
    }
}

/// Why a constant is refused where another one of its type would not be.
fn constant_problem(value: &Expr, to: &Type) -> Option<(&'static str, String)> {
    let (constant, from, simple) = (
        value.constant_value()?,
        value.ty.simple()?,
        to.without_nullable().simple()?,
    );
    let bounded = match from {
        Simple::Int32 => simple.is_integral(),
        Simple::Int64 => simple == Simple::UInt64,
        _ => false,
    };
    if bounded {
        let message = format!(
            "the constant value '{}' cannot be converted to '{to}'",
            constant.display_string()
        );
        return Some(("CS0031", message));
    }
    let suffix = match simple {
        Simple::Single => 'f',
        Simple::Decimal => 'm',
        _ => return None,
    };
    (from == Simple::Double).then(|| {
        let message = format!("a literal of type double does not become a '{to}'; write it with the suffix '{suffix}'");
        ("CS0664", message)
    })
}

/// The implicit conversion without user-defined operators.
pub fn standard_implicit(from: &Type, constant: Option<&Value>, to: &Type) -> Option<Way> {
    if from == to || matches!(from, Type::Error) || matches!(to, Type::Error) {
        return Some(Way::Same);
    }
    if let Type::Nullable(underlying) = to {
        if *from == Type::Null {
            return Some(Way::Same);
        }
        return standard_implicit(from.without_nullable(), constant, underlying);
    }
    match (from, to) {
        (Type::Simple(from), Type::Simple(to)) if from.is_numeric() && to.is_numeric() => {
            let converts = widens(*from, *to) || constant.is_some_and(|constant| constant_fits(constant, *from, *to));
            converts.then_some(Way::By(Conversion::Numeric {
                to: *to,
                overflow_throws: false,
            }))
        }
        (Type::Simple(Simple::Int32), Type::Class(..)) if to.is_enum() => {
            let zero = constant.is_some_and(|constant| constant.integer() == Some(0));
            zero.then(|| Way::By(Conversion::ToEnum(to.clone())))
        }
        (Type::Tuple(from), Type::Tuple(to)) if from.len() == to.len() => {
            let same = from
                .iter()
                .zip(to.iter())
                .all(|((from, _), (to, _))| standard_implicit(from, None, to).is_some_and(|way| way.is_same()));
            same.then_some(Way::Same)
        }
        (Type::Simple(Simple::Void), _) => None,
        _ => is_reference(from, to).then_some(Way::Same),
    }
}

/// The implicit conversion, user-defined operators included.
pub fn implicit(from: &Type, constant: Option<&Value>, to: &Type) -> Option<Way> {
    if from.is_dynamic() && !is_reference(from, to) {
        return (*to != Type::VOID && !to.has_parameters()).then_some(Way::Dynamic(false));
    }
    standard_implicit(from, constant, to).or_else(|| user_defined(from, constant, to, false).way())
}

/// The explicit conversion.
pub fn explicit(from: &Type, constant: Option<&Value>, to: &Type, overflow_throws: bool) -> Option<Way> {
    if from.is_dynamic() && !is_reference(from, to) {
        return (*to != Type::VOID).then_some(Way::Dynamic(true));
    }
    standard_implicit(from, constant, to)
        .or_else(|| standard_explicit(from, to, overflow_throws))
        .or_else(|| user_defined(from, constant, to, true).way())
}

pub fn standard_explicit(from: &Type, to: &Type, overflow_throws: bool) -> Option<Way> {
    match (from, to) {
        (Type::Nullable(from), Type::Nullable(to)) => standard_explicit(from, to, overflow_throws),
        (Type::Nullable(from), _) if to.is_value_type() => {
            let way = standard_implicit(from, None, to).or_else(|| standard_explicit(from, to, overflow_throws))?;
            match way {
                Way::Same => Some(Way::By(Conversion::Unwrap)),
                // The conversion of the value follows the unwrapping; a null never reaches it.
                Way::By(_) => Some(way),
                Way::User { .. } | Way::Dynamic(_) => None,
            }
        }
        (_, Type::Nullable(to)) if from.is_value_type() => standard_explicit(from, to, overflow_throws),
        (Type::Simple(from), Type::Simple(to)) if from.is_numeric() && to.is_numeric() => {
            Some(Way::By(Conversion::Numeric {
                to: *to,
                overflow_throws,
            }))
        }
        (Type::Simple(from), _) if from.is_numeric() && to.is_enum() => Some(Way::By(Conversion::ToEnum(to.clone()))),
        (_, Type::Simple(to)) if to.is_numeric() && from.is_enum() => Some(Way::By(Conversion::FromEnum(*to))),
        _ if from.is_enum() && to.is_enum() => Some(Way::By(Conversion::ToEnum(to.clone()))),
        _ if can_be_cast(from, to) => Some(Way::By(Conversion::Cast(to.clone()))),
        _ => None,
    }
}

/// Whether an object of static type `from` may turn out to be a `to`.
pub fn can_be_cast(from: &Type, to: &Type) -> bool {
    let boxes = |ty: &Type| *ty == Type::OBJECT || ty.is_dynamic() || ty.is_interface();
    if from.is_value_type() || matches!(from, Type::Nullable(_)) {
        return false;
    }
    if to.is_value_type() || matches!(to, Type::Nullable(_)) {
        return boxes(from)
            && (*from == Type::OBJECT || from.is_dynamic() || is_reference(to.without_nullable(), from));
    }
    is_reference(to, from) || (from.is_interface() && !matches!(to, Type::Simple(Simple::String))) || to.is_interface()
}

impl Checker {
    /// Converts implicitly, or reports why that is impossible.
    pub(super) fn convert(&mut self, value: Expr, to: &Type) -> Expr {
        if let Some(way) = implicit(&value.ty, value.constant_value(), to) {
            return Self::apply(value, &way, to);
        }
        if let Some(converted) = self.tuple_conversion(&value, to) {
            return converted;
        }
        if value.ty == Type::Null {
            let message = format!("cannot convert null to '{to}' because it is a value type that has no null");
            return self.error("CS0037", value.span, message);
        }
        let (from, span) = (value.ty.to_string(), value.span);
        if let Some((code, message)) = constant_problem(&value, to) {
            return self.error(code, span, message);
        }
        if explicit(&value.ty, value.constant_value(), to, false).is_some() {
            let help = Some(format!("write a cast: ({to})…"));
            self.report(
                "CS0266",
                span,
                format!("cannot implicitly convert type '{from}' to '{to}'"),
                help,
            );
            return Expr::error(span);
        }
        self.error(
            "CS0029",
            span,
            format!("cannot implicitly convert type '{from}' to '{to}'"),
        )
    }

    /// `(T)e`
    pub(super) fn cast(&mut self, value: Expr, to: &Type, span: Span) -> Expr {
        if value.ty == Type::Null && !to.accepts_null() {
            return self.error(
                "CS0037",
                span,
                format!("cannot convert null to '{to}' because it is a value type that has no null"),
            );
        }
        if let (Some(constant), Some(from), Some(number)) = (value.constant_value(), value.ty.simple(), to.simple())
            && from.is_numeric()
            && (number.is_integral() || number == Simple::Decimal)
            && let decimal = [from, number].contains(&Simple::Decimal)
            // What has to do with decimal throws whatever `unchecked` says.
            && (decimal || !self.unchecked)
            && arithmetic::convert(constant, number, true).is_err()
        {
            if decimal {
                let message = format!("the constant '{}' does not fit '{to}'", constant.display_string());
                return self.error("CS0031", span, message);
            }
            let help = Some(format!("write `unchecked(({to})…)` to cut it off"));
            let message = format!("the constant '{}' does not fit '{to}'", constant.display_string());
            self.report("CS0221", span, message, help);
            return Expr::error(span);
        }
        match explicit(&value.ty, value.constant_value(), to, self.overflow_throws) {
            Some(way) => {
                let mut converted = Self::apply(value, &way, to);
                converted.span = span;
                converted
            }
            None if user_defined(&value.ty, value.constant_value(), to, true).is_ambiguous() => {
                let message = format!(
                    "several conversions of '{}' lead to '{to}', none of them better",
                    value.ty
                );
                self.error("CS0457", span, message)
            }
            None => self.error("CS0030", span, format!("cannot convert type '{}' to '{to}'", value.ty)),
        }
    }

    /// Writes a conversion out.
    pub(super) fn apply(value: Expr, way: &Way, to: &Type) -> Expr {
        let span = value.span;
        match way {
            Way::Same if value.ty == *to => value,
            Way::Same => match value.kind {
                Kind::Constant(_) => Expr {
                    ty: to.clone(),
                    ..value
                },
                _ => Expr::new(Kind::Convert(Conversion::Retype, Box::new(value)), to.clone(), span),
            },
            Way::By(conversion) => Self::by(value, conversion, to),
            Way::Dynamic(cast) => Site::conversion(&value, to, *cast).expression(vec![value], to.clone(), span),
            Way::User {
                member,
                types,
                before,
                after,
            } => {
                let bindings = member.class.bind(types);
                let source = member
                    .parameters
                    .first()
                    .map_or(Type::Error, |parameter| parameter.ty.substitute(&bindings));
                // Between nullables, null stays null.
                let lifted = matches!(&value.ty, Type::Nullable(inner) if **inner == source)
                    && matches!(to, Type::Nullable(_))
                    && member.result.is_value_type();
                let argument = if lifted {
                    value
                } else {
                    Self::apply(value, before, &source)
                };
                let call = CallExpr {
                    member,
                    types: types.clone(),
                    arguments: vec![CallArgument::Value(argument)],
                    null_check: false,
                    gives_last_argument: false,
                    lifted,
                };
                if lifted {
                    return Expr::new(Kind::Call(Box::new(call)), to.clone(), span);
                }
                let result = Expr::new(Kind::Call(Box::new(call)), member.result.substitute(&bindings), span);
                Self::apply(result, after, to)
            }
        }
    }

    fn by(value: Expr, conversion: &Conversion, to: &Type) -> Expr {
        let span = value.span;
        let unwraps = matches!(value.ty, Type::Nullable(_)) && !matches!(to, Type::Nullable(_));
        if let (
            Kind::Constant(constant),
            Conversion::Numeric {
                to: number,
                overflow_throws,
            },
        ) = (&value.kind, conversion)
            && !(unwraps && constant.is_null())
            && let Ok(converted) = arithmetic::convert(constant, *number, *overflow_throws)
        {
            return Expr::constant(converted, to.clone(), span);
        }
        if let (Kind::Constant(constant), Conversion::ToEnum(Type::Class(class, _))) = (&value.kind, conversion)
            && !constant.is_null()
            && let Ok(constant) = arithmetic::convert(constant, Simple::Int32, false)
            && let Some(number) = constant.integer()
        {
            return Expr::constant(Value::Enum(*class, number as i32), to.clone(), span);
        }
        let value = if unwraps && *conversion != Conversion::Unwrap {
            let underlying = value.ty.without_nullable().clone();
            Expr::new(Kind::Convert(Conversion::Unwrap, Box::new(value)), underlying, span)
        } else {
            value
        };
        Expr::new(Kind::Convert(conversion.clone(), Box::new(value)), to.clone(), span)
    }

    /// A condition.
    pub(super) fn condition(&mut self, expression: &ast::Expression) -> Expr {
        let value = self.value(expression);
        if value.ty.is_dynamic() {
            return Self::dynamic_truth(value);
        }
        self.convert(value, &Type::BOOLEAN)
    }
}
