//! Calls: methods, delegates, indexers, `?.`.

use super::Checker;
use super::expressions::{MethodGroup, Operand};
use super::members::{Found, members};
use super::overload::Failure;
use super::typed::{CallArgument, Expr, Kind, LocalId};
use crate::library::{self, MemberKind};
use crate::syntax::ast::{self, ExpressionKind};
use crate::types::Type;
use diagnostic::Span;

/// An argument as it stands in the source.
pub struct Given<'t> {
    /// `name:`
    pub name: Option<&'t ast::Identifier>,
    /// What it is.
    pub kind: GivenKind<'t>,
    /// Where it stands.
    pub span: Span,
}

/// What an argument is, before the parameter is known.
pub enum GivenKind<'t> {
    /// A value.
    Value(Expr),
    /// A lambda, a method, `default`, `throw`.
    Untyped(Operand<'t>),
    /// `out var x`, `out T x`: the type (`None` for `var`) and the name (`None` for `_`).
    OutNew(Option<Type>, Option<&'t ast::Identifier>),
    /// `out x`, `ref x`
    OutLocal(LocalId, Type, ast::Passing),
}

impl Given<'_> {
    /// Whether only its value at run time decides what it is.
    pub fn is_dynamic(&self) -> bool {
        matches!(&self.kind, GivenKind::Value(value) if value.ty.is_dynamic())
    }
}

impl Checker {
    /// Checks arguments as far as that is possible without their parameters.
    pub(super) fn arguments<'t>(&mut self, arguments: &'t [ast::Argument]) -> Vec<Given<'t>> {
        arguments.iter().map(|argument| self.argument(argument)).collect()
    }

    fn argument<'t>(&mut self, argument: &'t ast::Argument) -> Given<'t> {
        let span = argument.value.span;
        let kind = match argument.passing {
            passing @ (ast::Passing::Out | ast::Passing::Ref) => self.out_argument(&argument.value, passing),
            _ => match self.operand(&argument.value) {
                untyped @ (Operand::Untyped(_) | Operand::Methods(_) | Operand::Function(..)) => {
                    GivenKind::Untyped(untyped)
                }
                other => GivenKind::Value(self.demand_value(other, span)),
            },
        };
        Given {
            name: argument.name.as_ref(),
            kind,
            span,
        }
    }

    fn out_argument<'t>(&mut self, value: &'t ast::Expression, passing: ast::Passing) -> GivenKind<'t> {
        match &value.kind {
            ExpressionKind::Declaration { type_name, designation } => {
                let ty = if is_var(type_name) {
                    None
                } else {
                    Some(self.resolve_type(type_name))
                };
                match designation {
                    ast::Designation::Variable(name) => GivenKind::OutNew(ty, Some(name)),
                    _ => GivenKind::OutNew(ty, None),
                }
            }
            ExpressionKind::Name(name) if name.identifier.text == "_" && self.lookup("_").is_none() => {
                GivenKind::OutNew(None, None)
            }
            _ => self.out_place(value, passing),
        }
    }

    fn out_place<'t>(&mut self, value: &ast::Expression, passing: ast::Passing) -> GivenKind<'t> {
        if let ExpressionKind::Name(_) = &value.kind
            && let (
                true,
                Expr {
                    kind: Kind::Local(local),
                    ty,
                    ..
                },
            ) = self.trial(|checker| checker.value(value))
        {
            if self.locals.get(local).is_some_and(|local| local.read_only) {
                let message = "a `foreach` or `using` variable cannot be passed with `ref` or `out`".to_owned();
                self.report("CS1657", value.span, message, None);
            }
            return GivenKind::OutLocal(local, ty, passing);
        }
        match self.stand_in(value) {
            Some(stand_in) => {
                let given = GivenKind::OutLocal(stand_in.local, stand_in.ty.clone(), passing);
                self.stand_ins.push(stand_in);
                given
            }
            None => GivenKind::OutNew(Some(Type::Error), None),
        }
    }

    /// `function(arguments)`
    pub(super) fn invocation(&mut self, function: &ast::Expression, arguments: &[ast::Argument], span: Span) -> Expr {
        let called = match &function.kind {
            ExpressionKind::Member { receiver, name } => {
                let receiver = self.operand(receiver);
                self.member_access(receiver, name, function.span, true)
            }
            _ => self.operand(function),
        };
        let outer = std::mem::take(&mut self.stand_ins);
        let call = self.call_of(called, (function, arguments), span);
        let stand_ins = std::mem::replace(&mut self.stand_ins, outer);
        self.with_stand_ins(call, stand_ins)
    }

    fn call_of(
        &mut self,
        called: Operand<'_>,
        (function, arguments): (&ast::Expression, &[ast::Argument]),
        span: Span,
    ) -> Expr {
        match called {
            Operand::Function(number, explicit) => {
                let given = self.arguments(arguments);
                self.call_function((number, explicit), given, (function.span, span))
            }
            Operand::Methods(group) => {
                let given = self.arguments(arguments);
                self.call_group(group, given, span)
            }
            Operand::Value(value) => match &value.ty {
                Type::Delegate(_) => self.invoke(value, arguments, span),
                Type::Dynamic => {
                    let given = self.arguments(arguments);
                    self.dynamic_invoke(value, given, span)
                }
                Type::Error => {
                    self.arguments(arguments);
                    Expr::error(span)
                }
                ty => {
                    let message = format!("a value of type '{ty}' cannot be called like a method");
                    self.error("CS0149", span, message)
                }
            },
            Operand::Type(ty) => {
                let help = Some(format!("to make one, write `new {ty}(…)`"));
                self.report(
                    "CS1955",
                    function.span,
                    format!("'{ty}' is a type and cannot be called like a method"),
                    help,
                );
                Expr::error(span)
            }
            other => self.demand_value(other, function.span),
        }
    }

    fn invoke(&mut self, delegate: Expr, arguments: &[ast::Argument], span: Span) -> Expr {
        let Type::Delegate(ty) = delegate.ty.clone() else {
            return Expr::error(span);
        };
        if ty.parameters.len() != arguments.len() {
            let message = format!(
                "'{}' takes {} arguments, found {}",
                delegate.ty,
                ty.parameters.len(),
                arguments.len()
            );
            return self.error("CS1593", span, message);
        }
        let arguments = arguments
            .iter()
            .zip(&ty.parameters)
            .map(|(argument, ty)| self.delegate_argument(&argument.value, ty))
            .collect();
        Expr::new(Kind::Invoke(Box::new(delegate), arguments), ty.result.clone(), span)
    }

    fn delegate_argument(&mut self, argument: &ast::Expression, ty: &Type) -> Expr {
        match self.operand(argument) {
            Operand::Value(value) if super::convert::implicit(&value.ty, value.constant_value(), ty).is_none() => {
                let message = format!("the argument is a '{}', which does not convert to '{ty}'", value.ty);
                self.error("CS1503", argument.span, message)
            }
            other => self.operand_to(other, argument.span, ty),
        }
    }

    /// Calls whichever method of a group fits: the type's own first, then extension methods.
    pub(super) fn call_group(&mut self, group: MethodGroup<'_>, given: Vec<Given<'_>>, span: Span) -> Expr {
        let name = &group.name.identifier;
        if let (Some(receiver), "Invoke", Type::Delegate(delegate)) = (&group.receiver, name.text.as_str(), &group.ty) {
            let values: Vec<Expr> = given
                .into_iter()
                .filter_map(|given| {
                    if let GivenKind::Value(value) = given.kind {
                        Some(value)
                    } else {
                        None
                    }
                })
                .collect();
            let arguments = values
                .into_iter()
                .zip(&delegate.parameters)
                .map(|(value, ty)| self.convert(value, ty))
                .collect();
            return Expr::new(Kind::Invoke(receiver.clone(), arguments), delegate.result.clone(), span);
        }
        let explicit = self.type_arguments(group.name.type_arguments.as_deref());
        if given
            .iter()
            .any(|given| matches!(&given.kind, GivenKind::Value(value) if value.ty == Type::Error))
        {
            return Expr::error(span);
        }
        if group.ty.is_dynamic() || given.iter().any(Given::is_dynamic) {
            return self.dynamic_call(&group, given, span);
        }
        let is_static = group.receiver.is_none();
        let (own, of_objects): (Vec<Found>, Vec<Found>) = members(&group.ty, &name.text)
            .into_iter()
            .filter(|found| match found.member.kind {
                MemberKind::Method => true,
                MemberKind::Extension => is_static,
                _ => false,
            })
            .partition(|found| !is_static || found.member.is_static || found.member.kind == MemberKind::Extension);
        let own_result = self.resolve(&own, &given, &explicit);
        match (own_result, group.receiver) {
            (Ok(candidate), Some(_)) if candidate.found.member.is_static => {
                let message = format!(
                    "'{}' belongs to the type: call it as `{}.{}`",
                    name.text, group.ty, name.text
                );
                self.error("CS0176", name.span, message)
            }
            (Ok(candidate), receiver) => {
                let receiver = receiver
                    .filter(|_| !candidate.found.member.is_static)
                    .map(|receiver| *receiver);
                self.finish_call(candidate, receiver, given, span)
            }
            (Err(_), None) if own.is_empty() || self.resolve(&of_objects, &given, &explicit).is_ok() => {
                let message = format!("'{}' of '{}' needs an object to be called on", name.text, group.ty);
                self.error("CS0120", name.span, message)
            }
            (Err(failure), None) => self.report_failure(&name.text, failure, &own, &given, name.span),
            (Err(failure), Some(receiver)) => {
                self.call_extension((name, &explicit), (*receiver, own, failure), given, span)
            }
        }
    }

    fn call_extension(
        &mut self,
        (name, explicit): (&ast::Identifier, &[Type]),
        (receiver, own, failure): (Expr, Vec<Found>, Failure),
        mut given: Vec<Given<'_>>,
        span: Span,
    ) -> Expr {
        let extensions: Vec<Found> = library::extensions(&name.text)
            .iter()
            .map(|member| Found {
                member,
                owner: Type::class(member.class),
            })
            .collect();
        let receiver_type = receiver.ty.clone();
        given.insert(
            0,
            Given {
                name: None,
                span: receiver.span,
                kind: GivenKind::Value(receiver),
            },
        );
        match self.resolve(&extensions, &given, explicit) {
            Ok(candidate) => self.finish_call(candidate, None, given, span),
            Err(extension_failure) => {
                if !own.is_empty() {
                    given.remove(0);
                    return self.report_failure(&name.text, failure, &own, &given, name.span);
                }
                let extending = |found: &&Found| self.extends(found, &receiver_type);
                let extended = extensions.iter().any(|found| extending(&found));
                // With a single type argument it is the receiver that disagrees with the arguments.
                let alone = |found: &Found| found.member.type_parameters.len() == 1;
                let inferred = explicit.is_empty() && extensions.iter().filter(extending).any(alone);
                if let Some(wanted) = wanted_receiver(&extension_failure, &given, inferred) {
                    let message = format!(
                        "'{receiver_type}' does not contain a definition for '{}', and the extension method of this name needs {wanted}",
                        name.text
                    );
                    return self.error("CS1929", name.span, message);
                }
                if !extended {
                    self.no_member(
                        "CS1061",
                        &receiver_type,
                        &name.text,
                        "does not contain a definition for",
                        name.span,
                    );
                    return Expr::error(span);
                }
                self.report_failure(&name.text, extension_failure, &extensions, &given, name.span)
            }
        }
    }

    /// `receiver[arguments]`
    pub(super) fn element(&mut self, receiver: &ast::Expression, arguments: &[ast::Argument], span: Span) -> Expr {
        let receiver = self.value(receiver);
        let given = self.arguments(arguments);
        self.element_get(receiver, given, span)
    }

    /// Reads an element.
    pub(super) fn element_get(&mut self, receiver: Expr, given: Vec<Given<'_>>, span: Span) -> Expr {
        match receiver.ty.clone() {
            Type::Error => Expr::error(span),
            ty if ty.is_dynamic() || given.iter().any(Given::is_dynamic) => {
                match self.dynamic_index(receiver, given, span) {
                    Some((values, site)) => site.expression(values, Type::Dynamic, span),
                    None => Expr::error(span),
                }
            }
            Type::Array(element, rank) => {
                let indices = self.indices(given, rank, span);
                Expr::new(Kind::ArrayGet(Box::new(receiver), indices), (*element).clone(), span)
            }
            ty => {
                let getters = indexers(&ty, MemberKind::Getter);
                if getters.is_empty() {
                    return self.error(
                        "CS0021",
                        span,
                        format!("cannot apply indexing with [] to a value of type '{ty}'"),
                    );
                }
                match self.resolve(&getters, &given, &[]) {
                    Ok(candidate) => self.finish_call(candidate, Some(receiver), given, span),
                    Err(failure) => self.report_failure("this[]", failure, &getters, &given, span),
                }
            }
        }
    }

    /// Indices of an array, as `int` or `long`.
    pub(super) fn indices(&mut self, given: Vec<Given<'_>>, rank: usize, span: Span) -> Vec<Expr> {
        if given.len() != rank {
            self.report(
                "CS0022",
                span,
                format!("expected {rank} indices inside [], found {}", given.len()),
                None,
            );
        }
        let mut indices = Vec::with_capacity(given.len());
        for given in given {
            let GivenKind::Value(value) = given.kind else { continue };
            let long = super::convert::implicit(&value.ty, value.constant_value(), &Type::INT32).is_none();
            indices.push(self.convert(value, if long { &Type::INT64 } else { &Type::INT32 }));
        }
        indices
    }

    /// `receiver?.access`
    pub(super) fn conditional_access(
        &mut self,
        receiver: &ast::Expression,
        access: &ast::Expression,
        span: Span,
    ) -> Expr {
        let receiver = self.value(receiver);
        if receiver.ty.is_value_type() {
            return self.error(
                "CS0023",
                span,
                format!("`?` needs a value that can be null, '{}' cannot", receiver.ty),
            );
        }
        let inner = receiver.ty.without_nullable().clone();
        let local = self.temporary(inner.clone());
        self.receivers.push((local, inner));
        let access = self.operand(access);
        let body = self.demand_value(access, span);
        self.receivers.pop();
        let ty = if body.ty.is_value_type() && body.ty != Type::VOID {
            Type::nullable(body.ty.clone())
        } else {
            body.ty.clone()
        };
        Expr::new(
            Kind::Let {
                local,
                value: Box::new(receiver),
                body: Box::new(body),
                null_stops: true,
            },
            ty,
            span,
        )
    }

    /// Builds the call of the chosen candidate.
    pub(super) fn finish_call(
        &mut self,
        candidate: super::overload::Candidate,
        receiver: Option<Expr>,
        given: Vec<Given<'_>>,
        span: Span,
    ) -> Expr {
        let member = candidate.found.member;
        let mut slots: Vec<Vec<CallArgument>> = member.parameters.iter().map(|_| Vec::new()).collect();
        for ((given, parameter), ty) in given.into_iter().zip(&candidate.mapping).zip(&candidate.types) {
            let argument = self.finish_argument(given, ty);
            if let Some(slot) = slots.get_mut(*parameter) {
                slot.push(argument);
            }
        }
        let arguments = slots
            .into_iter()
            .zip(&member.parameters)
            .enumerate()
            .map(|(index, (mut slot, parameter))| {
                if candidate.expanded && index + 1 == member.parameters.len() {
                    let element = candidate.parameter_type(parameter).element().unwrap_or(Type::OBJECT);
                    let items = slot.into_iter().filter_map(|item| {
                        if let CallArgument::Value(item) = item {
                            Some(item)
                        } else {
                            None
                        }
                    });
                    let items: Vec<Expr> = items.collect();
                    let array = Kind::ArrayOf(element.clone(), vec![items.len()], items);
                    return CallArgument::Value(Expr::new(array, Type::array(element), span));
                }
                slot.pop().unwrap_or_else(|| {
                    let ty = candidate.parameter_type(parameter);
                    let default = parameter.default.clone().filter(|default| !default.is_null());
                    CallArgument::Value(Expr::constant(
                        default.unwrap_or_else(|| crate::value::Value::default_of(&ty)),
                        ty,
                        span,
                    ))
                })
            })
            .collect();
        let result = candidate.result();
        let mut call = Self::call_member(&candidate.found, receiver, arguments, span);
        if let Kind::Call(inner) = &mut call.kind {
            inner.types.extend(candidate.method_types);
        }
        call.ty = result;
        call
    }

    fn finish_argument(&mut self, given: Given<'_>, ty: &Type) -> CallArgument {
        match given.kind {
            GivenKind::Value(value) => CallArgument::Value(self.convert(value, ty)),
            GivenKind::Untyped(operand) => CallArgument::Value(self.operand_to(operand, given.span, ty)),
            GivenKind::OutNew(_, None) => CallArgument::Out(None),
            GivenKind::OutNew(own, Some(name)) => {
                CallArgument::Out(Some(self.declare(name, own.unwrap_or_else(|| ty.clone()))))
            }
            GivenKind::OutLocal(local, ..) => {
                self.touch(local);
                CallArgument::Out(Some(local))
            }
        }
    }
}

/// A type's indexers that read (or write), nearest type first.
pub fn indexers(ty: &Type, kind: MemberKind) -> Vec<Found> {
    members(ty, "this[]")
        .into_iter()
        .filter(|found| found.member.kind == kind)
        .collect()
}

/// Whether a type name is the word `var`.
pub fn is_var(name: &ast::TypeName) -> bool {
    matches!(&name.kind, ast::TypeNameKind::Named(parts) if parts.len() == 1 && parts.iter().all(|part| part.identifier.text == "var" && part.type_arguments.is_none()))
}

/// What an extension method wants to be called on, when that is why a call means none: its receiver is of another type,
/// or the type arguments that the receiver stands for (which are inferred) are not those that the arguments do.
fn wanted_receiver(failure: &Failure, given: &[Given<'_>], inferred: bool) -> Option<String> {
    let typed = |given: &Given<'_>| matches!(given.kind, GivenKind::Value(_));
    match failure {
        Failure::Argument(0, ty) => Some(format!("a receiver of type '{ty}'")),
        Failure::Inference if inferred && given.len() > 1 && given.iter().all(typed) => {
            Some("a receiver that goes with its arguments".to_owned())
        }
        _ => None,
    }
}
