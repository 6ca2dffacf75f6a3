//! Type inference: the type arguments of a generic method, from its arguments (C# specification, "Type inference").

use super::Checker;
use super::calls::{Given, GivenKind};
use super::convert::implicit;
use super::expressions::Operand;
use super::overload::{Candidate, argument_types};
use crate::syntax::ast::{self, ExpressionKind};
use crate::types::{DelegateType, Type};

/// What is known of type parameters.
struct Bounds {
    found: Vec<(&'static str, Vec<Type>)>,
}

impl Bounds {
    fn add(&mut self, name: &'static str, ty: &Type) -> bool {
        if matches!(ty, Type::Null | Type::Error | Type::Parameter(_)) || *ty == Type::VOID {
            return false;
        }
        match self.found.iter_mut().find(|(bound, _)| *bound == name) {
            Some((_, types)) if types.contains(ty) => false,
            Some((_, types)) => {
                types.push(ty.clone());
                true
            }
            None => false,
        }
    }

    /// The type that all bounds convert to.
    fn fixed(&self) -> Vec<(&'static str, Type)> {
        self.found
            .iter()
            .filter_map(|(name, types)| best_common(types).map(|ty| (*name, ty)))
            .collect()
    }

    /// Matches an argument's type against a parameter's.
    fn unify(&mut self, parameter: &Type, argument: &Type) -> bool {
        match (parameter, argument) {
            (Type::Parameter(name), _) => self.add(name, argument),
            (Type::Nullable(parameter), _) => self.unify(parameter, argument.without_nullable()),
            (Type::Array(parameter, _), Type::Array(argument, _)) => self.unify(parameter, argument),
            (Type::Delegate(parameter), Type::Delegate(argument)) => {
                let mut changed = self.unify(&parameter.result, &argument.result);
                for (parameter, argument) in parameter.parameters.iter().zip(&argument.parameters) {
                    changed |= self.unify(parameter, argument);
                }
                changed
            }
            (Type::Tuple(parameters), Type::Tuple(arguments)) => {
                let mut changed = false;
                for ((parameter, _), (argument, _)) in parameters.iter().zip(arguments.iter()) {
                    changed |= self.unify(parameter, argument);
                }
                changed
            }
            (Type::Class(class, parameters), _) if !parameters.is_empty() => {
                let ancestry = argument.ancestry();
                let mut same = ancestry.iter().filter_map(|ancestor| match ancestor {
                    Type::Class(own, arguments) if own == class => Some(arguments),
                    _ => None,
                });
                let (Some(arguments), None) = (same.next(), same.next()) else {
                    return false;
                };
                let mut changed = false;
                for (parameter, argument) in parameters.iter().zip(arguments.iter()) {
                    changed |= self.unify(parameter, argument);
                }
                changed
            }
            _ => false,
        }
    }
}

/// The one of some types that all others convert to.
pub fn best_common(types: &[Type]) -> Option<Type> {
    types
        .iter()
        .find(|candidate| types.iter().all(|ty| implicit(ty, None, candidate).is_some()))
        .cloned()
}

impl Checker {
    /// The type arguments of a candidate's member; `None` when they do not follow from the arguments.
    pub(super) fn infer(&mut self, candidate: &Candidate, given: &[Given<'_>]) -> Option<Vec<Type>> {
        let parameters = argument_types(candidate);
        self.infer_types(&candidate.found.member.type_parameters, &parameters, given)
    }

    /// Type arguments from arguments and the types of their parameters.
    pub(super) fn infer_types(
        &mut self,
        names: &[&'static str],
        parameters: &[Type],
        given: &[Given<'_>],
    ) -> Option<Vec<Type>> {
        let mut bounds = Bounds {
            found: names.iter().map(|name| (*name, Vec::new())).collect(),
        };
        for (given, parameter) in given.iter().zip(parameters) {
            match &given.kind {
                GivenKind::Value(value) => bounds.unify(parameter, &value.ty),
                GivenKind::OutLocal(_, ty, _) | GivenKind::OutNew(Some(ty), _) => bounds.unify(parameter, ty),
                _ => false,
            };
        }
        loop {
            let mut changed = false;
            for (given, parameter) in given.iter().zip(parameters) {
                if let (GivenKind::Untyped(operand), Type::Delegate(delegate)) = (&given.kind, parameter) {
                    changed |= self.infer_delegate(operand, delegate, &mut bounds);
                }
            }
            if !changed {
                break;
            }
        }
        let fixed = bounds.fixed();
        names
            .iter()
            .map(|name| fixed.iter().find(|(bound, _)| bound == name).map(|(_, ty)| ty.clone()))
            .collect()
    }

    fn infer_delegate(&mut self, operand: &Operand<'_>, delegate: &DelegateType, bounds: &mut Bounds) -> bool {
        let mut changed = false;
        if let Operand::Untyped(ast::Expression {
            kind:
                ExpressionKind::Lambda {
                    parameters: Some(parameters),
                    ..
                },
            ..
        }) = operand
        {
            for (written, parameter) in parameters.iter().zip(&delegate.parameters) {
                if let Some(name) = &written.type_name {
                    let ty = self.resolve_type(name);
                    changed |= bounds.unify(parameter, &ty);
                }
            }
        }
        if !delegate.result.has_parameters() {
            return changed;
        }
        let fixed = bounds.fixed();
        let inputs: Vec<Type> = delegate
            .parameters
            .iter()
            .map(|parameter| parameter.substitute(&fixed))
            .collect();
        if inputs.iter().any(Type::has_parameters) {
            return changed;
        }
        let result = match operand {
            Operand::Untyped(ast::Expression {
                kind: ExpressionKind::Lambda { parameters, body },
                ..
            }) => {
                if parameters
                    .as_ref()
                    .is_some_and(|parameters| parameters.len() != inputs.len())
                {
                    return changed;
                }
                self.lambda_result(parameters.as_deref(), body, &inputs)
            }
            Operand::Methods(group) => self.method_group_result(group, &inputs),
            Operand::Function(..) => self.function_result(operand, &inputs),
            _ => None,
        };
        result.is_some_and(|result| bounds.unify(&delegate.result, &result)) || changed
    }
}
