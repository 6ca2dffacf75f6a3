//! Taking values apart: `(a, b) = value`, `var (a, (b, _)) = value`, by a tuple's elements or a `Deconstruct` method.

use super::Checker;
use super::calls::is_var;
use super::members::members;
use super::typed::{CallArgument, Expr, Kind, LocalId};
use crate::library::{MemberKind, Passing};
use crate::syntax::ast::{self, Designation, ExpressionKind};
use crate::types::Type;
use diagnostic::Span;

/// Where a part goes.
enum Goal<'t> {
    Target(&'t ast::Expression),
    Name(&'t Designation),
}

/// The parts of a value, and what must be evaluated before them.
struct Parts {
    before: Vec<Expr>,
    parts: Vec<Expr>,
}

impl Checker {
    /// `(targets) = value`
    pub(super) fn deconstruction(&mut self, target: &ast::Expression, value: &ast::Expression, span: Span) -> Expr {
        let typed = self.deconstructed_value(target, value);
        if typed.ty == Type::Error {
            return typed;
        }
        let local = self.temporary(typed.ty.clone());
        let whole = self.use_local(local, span);
        let taken = self.deconstruct_targets(target, whole.clone());
        let ty = typed.ty.clone();
        let body = Expr::new(Kind::Sequence(vec![taken], Box::new(whole)), ty.clone(), span);
        Expr::new(
            Kind::Let {
                local,
                value: Box::new(typed),
                body: Box::new(body),
                null_stops: false,
            },
            ty,
            span,
        )
    }

    /// The value; elements such as `null` or a lambda take their types from the targets.
    fn deconstructed_value(&mut self, target: &ast::Expression, value: &ast::Expression) -> Expr {
        let (ExpressionKind::Tuple(targets), ExpressionKind::Tuple(values)) = (&target.kind, &value.kind) else {
            return self.value(value);
        };
        if targets.len() != values.len() {
            return self.value(value);
        }
        let mut types = Vec::with_capacity(values.len());
        let mut items = Vec::with_capacity(values.len());
        for (target, value) in targets.iter().zip(values) {
            let item = match self.target_type(&target.value) {
                Some(ty) => self.value_of_type(&value.value, &ty),
                None => self.deconstructed_value(&target.value, &value.value),
            };
            types.push((item.ty.clone(), None));
            items.push(item);
        }
        Expr::new(Kind::Record(items), Type::Tuple(types.into()), value.span)
    }

    fn target_type(&mut self, target: &ast::Expression) -> Option<Type> {
        let (clean, ty) = self.trial(|checker| match &target.kind {
            ExpressionKind::Declaration { type_name, .. } if !is_var(type_name) => {
                Some(checker.resolve_type(type_name))
            }
            ExpressionKind::Declaration { .. } | ExpressionKind::Tuple(_) => None,
            ExpressionKind::Name(name) if name.identifier.text == "_" => None,
            _ => Some(checker.value(target).ty),
        });
        ty.filter(|_| clean)
    }

    /// Gives the parts of a value to the elements of `(a, var b)` or `var (a, b)`.
    pub(super) fn deconstruct_targets(&mut self, target: &ast::Expression, value: Expr) -> Expr {
        match &target.kind {
            ExpressionKind::Tuple(elements) => {
                let goals = elements.iter().map(|element| Goal::Target(&element.value)).collect();
                self.apart(goals, value, target.span)
            }
            ExpressionKind::Declaration {
                designation: Designation::Tuple(names),
                ..
            } => self.deconstruct_names(names, value, target.span),
            _ => self.error("CS8124", target.span, "a tuple of variables is expected".to_owned()),
        }
    }

    /// Gives the parts of a value to the names of `var (a, b)`.
    pub(super) fn deconstruct_names(&mut self, names: &[Designation], value: Expr, span: Span) -> Expr {
        self.apart(names.iter().map(Goal::Name).collect(), value, span)
    }

    fn apart(&mut self, goals: Vec<Goal<'_>>, value: Expr, span: Span) -> Expr {
        let Some(Parts { before, parts }) = self.parts(value, goals.len(), span) else {
            self.declare_failed(&goals);
            return Expr::error(span);
        };
        let mut effects = before;
        for (goal, part) in goals.into_iter().zip(parts) {
            effects.extend(match goal {
                Goal::Target(target) => self.give_to(target, part),
                Goal::Name(Designation::Variable(name)) => Some(self.fresh(name, part)),
                Goal::Name(Designation::Discard(_)) => None,
                Goal::Name(Designation::Tuple(names)) => Some(self.deconstruct_names(names, part, span)),
            });
        }
        let nothing = Expr::constant(crate::value::Value::Null, Type::VOID, span);
        Expr::new(Kind::Sequence(effects, Box::new(nothing)), Type::VOID, span)
    }

    /// Names that a failed deconstruction would have declared, so that no other problem follows.
    fn declare_failed(&mut self, goals: &[Goal<'_>]) {
        for goal in goals {
            let designation = match goal {
                Goal::Name(designation) => Some(*designation),
                Goal::Target(ast::Expression {
                    kind: ExpressionKind::Declaration { designation, .. },
                    ..
                }) => Some(designation),
                Goal::Target(_) => None,
            };
            if let Some(Designation::Variable(name)) = designation {
                self.declare(name, Type::Error);
            }
        }
    }

    /// The parts of a value: a tuple's elements, or what its `Deconstruct` gives.
    fn parts(&mut self, value: Expr, count: usize, span: Span) -> Option<Parts> {
        match value.ty.clone() {
            Type::Error => None,
            Type::Tuple(types) if types.len() == count => {
                let local = self.temporary(value.ty.clone());
                let record = self.use_local(local, span);
                let parts = types
                    .iter()
                    .enumerate()
                    .map(|(at, (ty, _))| Expr::new(Kind::RecordGet(Box::new(record.clone()), at), ty.clone(), span))
                    .collect();
                Some(Parts {
                    before: vec![self.set_local(local, value, span)],
                    parts,
                })
            }
            Type::Tuple(types) => {
                let message = format!(
                    "a tuple of {} elements cannot be given to {count} variables",
                    types.len()
                );
                self.report("CS8132", span, message, None);
                None
            }
            _ => self.deconstruct_method(value, count, span),
        }
    }

    fn deconstruct_method(&mut self, value: Expr, count: usize, span: Span) -> Option<Parts> {
        let found = members(&value.ty, "Deconstruct").into_iter().find(|found| {
            found.member.kind == MemberKind::Method
                && found.member.parameters.len() == count
                && found
                    .member
                    .parameters
                    .iter()
                    .all(|parameter| parameter.passing == Passing::Out)
        });
        let Some(found) = found else {
            let message = format!(
                "a value of type '{}' cannot be taken apart into {count} variables",
                value.ty
            );
            self.report("CS8129", value.span, message, None);
            return None;
        };
        let bindings = found.member.class.bind(&found.owner.type_arguments());
        let locals: Vec<(LocalId, Type)> = found
            .member
            .parameters
            .iter()
            .map(|parameter| {
                let ty = parameter.ty.substitute(&bindings);
                (self.temporary(ty.clone()), ty)
            })
            .collect();
        let outs = locals
            .iter()
            .map(|(local, _)| CallArgument::Out(Some(*local)))
            .collect();
        let call = Self::call_member(&found, Some(value), outs, span);
        let parts = locals.iter().map(|(local, _)| self.use_local(*local, span)).collect();
        Some(Parts {
            before: vec![call],
            parts,
        })
    }

    fn give_to(&mut self, target: &ast::Expression, part: Expr) -> Option<Expr> {
        match &target.kind {
            ExpressionKind::Declaration {
                type_name,
                designation: Designation::Variable(name),
            } => {
                if is_var(type_name) {
                    return Some(self.fresh(name, part));
                }
                let ty = self.resolve_type(type_name);
                let part = self.convert(part, &ty);
                Some(self.fresh(name, part))
            }
            ExpressionKind::Declaration {
                designation: Designation::Discard(_),
                ..
            } => None,
            ExpressionKind::Name(name) if name.identifier.text == "_" && self.lookup("_").is_none() => None,
            ExpressionKind::Tuple(_) | ExpressionKind::Declaration { .. } => {
                Some(self.deconstruct_targets(target, part))
            }
            _ => self.assign_part(target, part),
        }
    }

    /// Declares a variable with its value: each time it comes to life anew.
    fn fresh(&mut self, name: &ast::Identifier, value: Expr) -> Expr {
        let ty = value.ty.clone();
        if ty == Type::Null || ty == Type::VOID {
            let message = format!("the type of '{}' does not follow from its value; write it", name.text);
            self.report("CS8130", name.span, message, None);
        }
        let local = self.declare(name, ty.clone());
        let variable = self.use_local(local, name.span);
        Expr::new(
            Kind::Let {
                local,
                value: Box::new(value),
                body: Box::new(variable),
                null_stops: false,
            },
            ty,
            name.span,
        )
    }
}
