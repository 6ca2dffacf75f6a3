//! Overload resolution: which of several members a call means (C# specification, "Overload resolution").

use super::Checker;
use super::calls::{Given, GivenKind};
use super::convert::implicit;
use super::expressions::Operand;
use super::members::Found;
use super::typed::Expr;
use crate::library::{Member, Parameter, Passing};
use crate::syntax::ast::{self, ExpressionKind};
use crate::types::is_reference;
use crate::types::{Simple, Type};

/// A member that can be called with the arguments given.
#[derive(Clone)]
pub struct Candidate {
    /// The member.
    pub found: Found,
    /// The member's own type arguments.
    pub method_types: Vec<Type>,
    /// For each argument, the parameter it is for.
    pub mapping: Vec<usize>,
    /// For each argument, the type that it is converted to.
    pub types: Vec<Type>,
    /// The last arguments are gathered into the `params` array.
    pub expanded: bool,
}

impl Candidate {
    fn bindings(&self) -> Vec<(&'static str, Type)> {
        let member = self.found.member;
        let mut bindings = member.class.bind(&self.found.owner.type_arguments());
        bindings.extend(
            member
                .type_parameters
                .iter()
                .copied()
                .zip(self.method_types.iter().cloned()),
        );
        bindings
    }

    /// A parameter's type in this call.
    pub fn parameter_type(&self, parameter: &Parameter) -> Type {
        parameter.ty.substitute(&self.bindings())
    }

    /// Whether each parameter has an argument, so that none takes its default.
    fn is_complete(&self) -> bool {
        let parameters = &self.found.member.parameters;
        (0..parameters.len()).all(|at| self.mapping.contains(&at))
    }

    /// The type of the call.
    pub fn result(&self) -> Type {
        self.found.member.result.substitute(&self.bindings())
    }
}

/// Why no member could be chosen.
pub enum Failure {
    /// None takes as many arguments.
    Count,
    /// Type arguments of this member could not be inferred.
    Inference,
    /// The argument at this place cannot be converted to this type (the only or the closest candidate).
    Argument(usize, Type),
    /// Two fit equally well.
    Ambiguous,
}

impl Checker {
    /// Chooses the member that fits best.
    pub(super) fn resolve(
        &mut self,
        members: &[Found],
        given: &[Given<'_>],
        explicit: &[Type],
    ) -> Result<Candidate, Failure> {
        let mut forms = Vec::new();
        for found in members {
            for expanded in [false, true] {
                if let Some(mapping) = map_arguments(found.member, given, expanded) {
                    forms.push((found, mapping, expanded));
                }
            }
        }
        let single = forms.len() == 1;
        let mut failure = Failure::Count;
        let mut applicable: Vec<Candidate> = Vec::new();
        for (found, mapping, expanded) in forms {
            match self.candidate(found, mapping, expanded, (given, explicit)) {
                Some(candidate) => match self.inapplicable(&candidate, given, single) {
                    None => applicable.push(candidate),
                    Some(at) => {
                        let ty = candidate.types.get(at).cloned().unwrap_or(Type::Error);
                        let better = match &failure {
                            Failure::Argument(known_at, known) => {
                                !suits_lambda(given.get(*known_at), known) && suits_lambda(given.get(at), &ty)
                            }
                            _ => true,
                        };
                        if better {
                            failure = Failure::Argument(at, ty);
                        }
                    }
                },
                None if matches!(failure, Failure::Count) => failure = Failure::Inference,
                None => {}
            }
        }
        drop_hidden(&mut applicable);
        match applicable.len() {
            0 => Err(failure),
            1 => applicable.pop().ok_or(Failure::Count),
            _ => self.best(applicable, given).ok_or(Failure::Ambiguous),
        }
    }

    fn candidate(
        &mut self,
        found: &Found,
        mapping: Vec<usize>,
        expanded: bool,
        (given, explicit): (&[Given<'_>], &[Type]),
    ) -> Option<Candidate> {
        let member = found.member;
        let mut candidate = Candidate {
            found: found.clone(),
            method_types: Vec::new(),
            types: Vec::new(),
            mapping,
            expanded,
        };
        if explicit.is_empty() && !member.type_parameters.is_empty() {
            candidate.method_types = self.infer(&candidate, given)?;
        } else if explicit.len() == member.type_parameters.len() {
            candidate.method_types = explicit.to_vec();
        } else {
            return None;
        }
        candidate.types = argument_types(&candidate);
        Some(candidate)
    }

    /// The first argument that does not fit.
    fn inapplicable(&mut self, candidate: &Candidate, given: &[Given<'_>], single: bool) -> Option<usize> {
        let types = &candidate.types;
        (0..given.len()).find(|at| match (given.get(*at), types.get(*at)) {
            (Some(given), Some(ty)) => !self.fits(given, ty, single),
            _ => true,
        })
    }

    fn fits(&mut self, given: &Given<'_>, ty: &Type, single: bool) -> bool {
        match &given.kind {
            GivenKind::Value(value) => implicit(&value.ty, value.constant_value(), ty).is_some(),
            GivenKind::OutNew(own, _) => own.as_ref().is_none_or(|own| own == ty || *own == Type::Error),
            GivenKind::OutLocal(_, own, _) => own == ty,
            GivenKind::Untyped(Operand::Untyped(expression)) => match (&expression.kind, ty) {
                (ExpressionKind::Lambda { parameters, body }, Type::Delegate(delegate)) => {
                    let count = parameters
                        .as_ref()
                        .is_none_or(|parameters| parameters.len() == delegate.parameters.len());
                    count && (single || self.lambda_fits(parameters.as_deref(), body, delegate))
                }
                (ExpressionKind::Lambda { .. }, _) => false,
                _ => true,
            },
            GivenKind::Untyped(Operand::Methods(group)) => {
                matches!(ty, Type::Delegate(_)) && self.method_group_fits(group, ty)
            }
            GivenKind::Untyped(Operand::Function(number, explicit)) => match ty {
                Type::Delegate(delegate) => self.delegate_types(*number, explicit, delegate).is_some(),
                _ => false,
            },
            GivenKind::Untyped(_) => false,
        }
    }

    /// The candidate that is better than each other.
    fn best(&mut self, candidates: Vec<Candidate>, given: &[Given<'_>]) -> Option<Candidate> {
        let winner = (0..candidates.len()).find(|left| {
            (0..candidates.len()).all(|right| {
                left == &right
                    || match (candidates.get(*left), candidates.get(right)) {
                        (Some(left), Some(right)) => self.is_better(left, right, given),
                        _ => false,
                    }
            })
        })?;
        candidates.into_iter().nth(winner)
    }

    fn is_better(&mut self, left: &Candidate, right: &Candidate, given: &[Given<'_>]) -> bool {
        let mut better = false;
        for (given, (left, right)) in given.iter().zip(left.types.iter().zip(&right.types)) {
            match self.better_conversion(given, left, right) {
                std::cmp::Ordering::Greater => better = true,
                std::cmp::Ordering::Less => return false,
                std::cmp::Ordering::Equal => {}
            }
        }
        better || (left.types == right.types && tie_break(left, right)) || (left.is_complete() && !right.is_complete())
    }

    /// `Greater` when converting to `left` is better.
    fn better_conversion(&mut self, given: &Given<'_>, left: &Type, right: &Type) -> std::cmp::Ordering {
        use std::cmp::Ordering::{Equal, Greater, Less};
        if left == right {
            return Equal;
        }
        let own = match &given.kind {
            GivenKind::Value(Expr { ty, .. }) => Some(ty.clone()),
            GivenKind::Untyped(Operand::Untyped(expression)) => {
                return match (&expression.kind, left, right) {
                    (ExpressionKind::Lambda { parameters, body }, Type::Delegate(left), Type::Delegate(right)) => {
                        let result = self.lambda_result(parameters.as_deref(), body, &left.parameters);
                        better_result(result.as_ref(), &left.result, &right.result)
                    }
                    _ => Equal,
                };
            }
            _ => None,
        };
        match own {
            Some(own) if own == *left => Greater,
            Some(own) if own == *right => Less,
            _ => better_target(left, right),
        }
    }

    /// Whether the receiver of an extension method can be of this type.
    pub(super) fn extends(&self, found: &Found, receiver: &Type) -> bool {
        let _ = self;
        let Some(first) = found.member.parameters.first() else {
            return false;
        };
        match &first.ty {
            Type::Class(class, _) => receiver.ancestry().iter().any(|ancestor| {
                ancestor.library_class() == Some(*class) || matches!(ancestor, Type::Class(own, _) if own == class)
            }),
            Type::Parameter(_) => true,
            other => implicit(receiver, None, other).is_some(),
        }
    }
}

/// Which parameter each argument is for; `None` when the counts or names do not match.
pub fn map_arguments(member: &Member, given: &[Given<'_>], expanded: bool) -> Option<Vec<usize>> {
    let parameters = &member.parameters;
    let has_params = parameters
        .last()
        .is_some_and(|parameter| parameter.passing == Passing::Params);
    if expanded && !has_params {
        return None;
    }
    let fixed = parameters.len() - usize::from(expanded);
    let mut mapping = Vec::with_capacity(given.len());
    for (index, given) in given.iter().enumerate() {
        let at = match given.name {
            Some(name) => parameters.iter().position(|parameter| parameter.name == name.text)?,
            None if index < fixed => index,
            None if expanded => fixed,
            None => return None,
        };
        if mapping.contains(&at) && !(expanded && at == fixed) {
            return None;
        }
        if !parameters
            .get(at)
            .is_some_and(|parameter| is_passed(given, parameter.passing))
        {
            return None;
        }
        mapping.push(at);
    }
    let complete = parameters
        .iter()
        .take(fixed)
        .enumerate()
        .all(|(index, parameter)| parameter.default.is_some() || mapping.contains(&index));
    complete.then_some(mapping)
}

/// Whether an argument is passed as the parameter wants it.
pub fn is_passed(given: &Given<'_>, passing: Passing) -> bool {
    match (&given.kind, passing) {
        (GivenKind::OutLocal(_, _, ast::Passing::Ref), _) => passing == Passing::Ref,
        (GivenKind::OutLocal(..) | GivenKind::OutNew(..), _) => passing == Passing::Out,
        (_, passing) => !matches!(passing, Passing::Out | Passing::Ref),
    }
}

/// Whether a lambda has as many parameters as the delegate that it would become.
pub fn suits_lambda(given: Option<&Given<'_>>, ty: &Type) -> bool {
    match (given.map(|given| &given.kind), ty) {
        (
            Some(GivenKind::Untyped(Operand::Untyped(ast::Expression {
                kind: ExpressionKind::Lambda { parameters, .. },
                ..
            }))),
            Type::Delegate(delegate),
        ) => parameters
            .as_ref()
            .is_none_or(|parameters| parameters.len() == delegate.parameters.len()),
        _ => false,
    }
}

/// For each argument, its parameter's type.
pub fn argument_types(candidate: &Candidate) -> Vec<Type> {
    let parameters = &candidate.found.member.parameters;
    let bindings = candidate.bindings();
    candidate
        .mapping
        .iter()
        .map(|at| {
            let Some(parameter) = parameters.get(*at) else {
                return Type::Error;
            };
            let ty = parameter.ty.substitute(&bindings);
            let gathered = candidate.expanded && at + 1 == parameters.len();
            if gathered {
                ty.element().unwrap_or(Type::OBJECT)
            } else {
                ty
            }
        })
        .collect()
}

/// Members of a base class are hidden by fitting ones of a class derived from it.
fn drop_hidden(candidates: &mut Vec<Candidate>) {
    let owners: Vec<Type> = candidates
        .iter()
        .map(|candidate| candidate.found.owner.clone())
        .collect();
    candidates.retain(|candidate| {
        let own = &candidate.found.owner;
        !owners.iter().any(|other| other != own && is_reference(other, own))
    });
}

fn tie_break(left: &Candidate, right: &Candidate) -> bool {
    let generic = |candidate: &Candidate| !candidate.method_types.is_empty();
    if generic(left) != generic(right) {
        return !generic(left);
    }
    if left.expanded != right.expanded {
        return !left.expanded;
    }
    let (left_count, right_count) = (left.found.member.parameters.len(), right.found.member.parameters.len());
    if left_count != right_count {
        return if left.expanded {
            left_count > right_count
        } else {
            left_count < right_count
        };
    }
    let specific = |candidate: &Candidate| {
        candidate
            .found
            .member
            .parameters
            .iter()
            .filter(|parameter| !matches!(parameter.ty, Type::Parameter(_)))
            .count()
    };
    let depth = |candidate: &Candidate| {
        candidate
            .found
            .member
            .parameters
            .iter()
            .map(|parameter| concreteness(&parameter.ty))
            .sum::<usize>()
    };
    (specific(left), depth(left)) > (specific(right), depth(right))
}

/// How much of a type is written out rather than a type parameter.
fn concreteness(ty: &Type) -> usize {
    match ty {
        Type::Parameter(_) => 0,
        Type::Class(_, arguments) => 1 + arguments.iter().map(concreteness).sum::<usize>(),
        Type::Nullable(inner) | Type::Array(inner, _) => 1 + concreteness(inner),
        Type::Delegate(delegate) => {
            1 + delegate.parameters.iter().map(concreteness).sum::<usize>() + concreteness(&delegate.result)
        }
        _ => 1,
    }
}

fn better_result(own: Option<&Type>, left: &Type, right: &Type) -> std::cmp::Ordering {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match own {
        _ if left == right => Equal,
        Some(own) if own == left => Greater,
        Some(own) if own == right => Less,
        _ if *left == Type::VOID => Less,
        _ if *right == Type::VOID => Greater,
        _ => better_target(left, right),
    }
}

fn better_target(left: &Type, right: &Type) -> std::cmp::Ordering {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match (
        implicit(left, None, right).is_some(),
        implicit(right, None, left).is_some(),
    ) {
        (true, false) => Greater,
        (false, true) => Less,
        _ => match (left.without_nullable(), right.without_nullable()) {
            (Type::Simple(left), Type::Simple(right)) if signed(*left) && unsigned(*right) => Greater,
            (Type::Simple(left), Type::Simple(right)) if unsigned(*left) && signed(*right) => Less,
            _ => Equal,
        },
    }
}

fn signed(simple: Simple) -> bool {
    matches!(simple, Simple::SByte | Simple::Int16 | Simple::Int32 | Simple::Int64)
}

fn unsigned(simple: Simple) -> bool {
    matches!(simple, Simple::Byte | Simple::UInt16 | Simple::UInt32 | Simple::UInt64)
}
