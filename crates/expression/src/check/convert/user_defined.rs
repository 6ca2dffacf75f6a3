//! Conversions by operators that types declare (C# specification, "User-defined conversions").
//!
//! One type *encompasses* another when a standard implicit conversion leads to it from the other.

use super::{Way, standard_explicit, standard_implicit};
use crate::library::{Member, MemberKind};
use crate::types::Type;
use crate::value::Value;

/// What operators there are between two types.
pub enum Choice {
    /// None.
    Nothing,
    /// The one that converts.
    One(Way),
    /// Several, of which none is the most specific one.
    Ambiguous,
}

impl Choice {
    /// The conversion, if there is one.
    pub fn way(self) -> Option<Way> {
        if let Self::One(way) = self { Some(way) } else { None }
    }

    /// Whether there are several.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Ambiguous)
    }
}

/// An operator that may convert.
struct Operator {
    member: &'static Member,
    types: Vec<Type>,
    source: Type,
    target: Type,
}

/// The operator that converts.
pub fn user_defined(from: &Type, constant: Option<&Value>, to: &Type, explicit: bool) -> Choice {
    if from.is_interface()
        || to.is_interface()
        || *from == Type::OBJECT
        || *to == Type::OBJECT
        || to.is_dynamic()
        || *from == Type::Null
    {
        return Choice::Nothing;
    }
    let takes = |source: &Type| standard_implicit(from, constant, source).is_some();
    let gives = |target: &Type| encompassed(target, to);
    let operators: Vec<Operator> = operators(from, to, explicit)
        .into_iter()
        .filter(|operator| takes(&operator.source) || explicit && encompassed(&operator.source, from))
        .filter(|operator| gives(&operator.target) || explicit && encompassed(to, &operator.target))
        .collect();
    if operators.is_empty() {
        return Choice::Nothing;
    }
    let sources = |wanted: &dyn Fn(&Type) -> bool| -> Vec<&Type> {
        let all = operators.iter().map(|operator| &operator.source);
        all.filter(|source| wanted(source)).collect()
    };
    let targets = |wanted: &dyn Fn(&Type) -> bool| -> Vec<&Type> {
        let all = operators.iter().map(|operator| &operator.target);
        all.filter(|target| wanted(target)).collect()
    };
    let source = sources(&|source| source == from)
        .first()
        .copied()
        .or_else(|| most_encompassed(&sources(&takes)))
        .or_else(|| {
            sources(&takes)
                .is_empty()
                .then(|| most_encompassing(&sources(&|_| true)))?
        });
    let target = targets(&|target| target == to)
        .first()
        .copied()
        .or_else(|| most_encompassing(&targets(&gives)))
        .or_else(|| {
            targets(&gives)
                .is_empty()
                .then(|| most_encompassed(&targets(&|_| true)))?
        });
    let (Some(source), Some(target)) = (source, target) else {
        return Choice::Ambiguous;
    };
    let mut best = operators
        .iter()
        .filter(|operator| operator.source == *source && operator.target == *target);
    let (Some(operator), None) = (best.next(), best.next()) else {
        return Choice::Ambiguous;
    };
    let step = |from: &Type, constant: Option<&Value>, to: &Type| {
        standard_implicit(from, constant, to).or_else(|| standard_explicit(from, to, false))
    };
    match (step(from, constant, source), step(target, None, to)) {
        (Some(before), Some(after)) => Choice::One(Way::User {
            member: operator.member,
            types: operator.types.clone(),
            before: Box::new(before),
            after: Box::new(after),
        }),
        _ => Choice::Nothing,
    }
}

/// The conversion operators of both types and their bases.
fn operators(from: &Type, to: &Type, explicit: bool) -> Vec<Operator> {
    let mut classes = from.without_nullable().ancestry();
    for class in to.without_nullable().ancestry() {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    let names: &[&str] = if explicit {
        &["implicit", "explicit"]
    } else {
        &["implicit"]
    };
    let mut operators = Vec::new();
    for class in classes {
        let Some(library) = class.library_class() else { continue };
        let members = names.iter().flat_map(|name| library.0.members(name));
        for member in members.filter(|member| member.kind == MemberKind::Operator) {
            let bindings = member.class.bind(&class.type_arguments());
            let Some(parameter) = member.parameters.first() else {
                continue;
            };
            operators.push(Operator {
                member,
                types: class.type_arguments(),
                source: parameter.ty.substitute(&bindings),
                target: member.result.substitute(&bindings),
            });
        }
    }
    operators
}

fn encompassed(inner: &Type, outer: &Type) -> bool {
    standard_implicit(inner, None, outer).is_some()
}

/// The type that all others encompass.
fn most_encompassed<'t>(types: &[&'t Type]) -> Option<&'t Type> {
    let all_around = |inner: &Type| types.iter().all(|outer| encompassed(inner, outer));
    types.iter().copied().find(|ty| all_around(ty))
}

/// The type that encompasses all others.
fn most_encompassing<'t>(types: &[&'t Type]) -> Option<&'t Type> {
    let all_inside = |outer: &Type| types.iter().all(|inner| encompassed(inner, outer));
    types.iter().copied().find(|ty| all_inside(ty))
}
