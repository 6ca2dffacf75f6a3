//! `dynamic`: operations that are bound when the values are known.
//!
//! A site keeps what was written; binding it checks the same operation again with the run-time types of its operands,
//! by the same rules as everything else. Never here: evaluation, and what JSON tokens do of their own accord
//! (`compile/dynamic.rs`).

use super::Checker;
use super::calls::{Given, GivenKind, indexers};
use super::expressions::{MethodGroup, Operand};
use super::scope::FunctionScope;
use super::typed::{Expr, Kind};
use crate::library::MemberKind;
use crate::syntax::ast::{self, BinaryOperator, Identifier, SimpleName, UnaryOperator};
use crate::types::Type;
use crate::value::Value;
use diagnostic::Span;
use std::sync::Arc;

/// How many nodes binding one operation may check.
const WORK: u32 = 20_000;

/// An operation on operands of which at least one is `dynamic`.
#[derive(Clone)]
pub enum Operation {
    /// `a.name`
    Member(SimpleName),
    /// `a.name = b`
    SetMember(SimpleName),
    /// `a.name(b, …)`, or `T.name(b, …)` of the type.
    Call(Option<Type>, SimpleName),
    /// `a(b, …)`
    Invoke,
    /// `a[b, …]`
    Index,
    /// `a[b, …] = c`
    SetIndex,
    /// `a + b` …
    Binary(BinaryOperator),
    /// `-a` …
    Unary(UnaryOperator),
    /// A conversion; whether it is a cast.
    Convert(Type, bool),
    /// `a` as a condition.
    Truth,
    /// `new T(a, …)`
    New(Type),
}

/// An operation, as it was written.
#[derive(Clone)]
pub struct Site {
    /// What it does.
    pub operation: Operation,
    /// The types of its operands; `None` for what is known only at run time.
    pub types: Vec<Option<Type>>,
    /// `name:` of its arguments.
    names: Vec<Option<Identifier>>,
    overflow_throws: bool,
}

impl Site {
    fn new(operation: Operation, operands: &[Expr]) -> Self {
        Self {
            operation,
            types: operands.iter().map(static_type).collect(),
            names: Vec::new(),
            overflow_throws: false,
        }
    }

    /// The operation on its operands.
    pub fn expression(self, operands: Vec<Expr>, ty: Type, span: Span) -> Expr {
        Expr::new(Kind::Dynamic(Arc::new(self), operands), ty, span)
    }

    /// The indexer's counterpart that sets an element.
    #[must_use]
    pub fn setting(mut self, value: &Expr) -> Self {
        self.operation = Operation::SetIndex;
        self.types.push(static_type(value));
        self
    }

    /// Another operation in its place.
    #[must_use]
    pub fn with(&self, operation: Operation, types: Vec<Option<Type>>) -> Self {
        Self {
            operation,
            types,
            names: Vec::new(),
            overflow_throws: self.overflow_throws,
        }
    }

    /// A conversion.
    pub fn conversion(value: &Expr, to: &Type, cast: bool) -> Self {
        Self::new(Operation::Convert(to.clone(), cast), std::slice::from_ref(value))
    }
}

fn static_type(value: &Expr) -> Option<Type> {
    (!value.ty.is_dynamic()).then(|| value.ty.clone())
}

/// An operation bound to types: its operands are the first variables.
pub struct Bound {
    /// What it does.
    pub value: Expr,
    /// Its variables that lambdas capture (none do, but methods may become delegates).
    pub captured: Vec<bool>,
    /// The outer variables of such delegates.
    pub captures: Vec<Vec<usize>>,
}

/// Binds an operation to the types of its operands.
///
/// # Errors
/// What C# has against it.
pub fn bind(site: &Site, types: &[Type]) -> Result<Bound, String> {
    let mut checker = Checker::new(WORK);
    checker.overflow_throws = site.overflow_throws;
    checker.begin_function(FunctionScope::new(None));
    let span = Span::default();
    let operands: Vec<Expr> = types
        .iter()
        .map(|ty| {
            let local = checker.temporary(ty.clone());
            checker.use_local(local, span)
        })
        .collect();
    let value = checker.bind(site, operands, span);
    let captures = checker.captures();
    if let Some(problem) = checker.problems.first() {
        return Err(problem.message.clone());
    }
    Ok(Bound {
        value,
        captured: checker.locals.iter().map(|local| local.captured).collect(),
        captures,
    })
}

impl Checker {
    fn bind(&mut self, site: &Site, mut operands: Vec<Expr>, span: Span) -> Expr {
        match &site.operation {
            Operation::Binary(operator) => match (operands.pop(), operands.pop()) {
                (Some(right), Some(left)) => self.binary(*operator, left, right, span),
                _ => Expr::error(span),
            },
            Operation::Unary(operator) => match operands.pop() {
                Some(value) => self.unary_of(*operator, value, span),
                None => Expr::error(span),
            },
            Operation::Convert(to, cast) => match operands.pop() {
                Some(value) if *cast => self.cast(value, to, span),
                Some(value) => self.convert(value, to),
                None => Expr::error(span),
            },
            Operation::Truth => match operands.pop() {
                Some(value) => self.convert(value, &Type::BOOLEAN),
                None => Expr::error(span),
            },
            Operation::New(ty) => {
                let given = site.given(operands);
                self.construct(ty, given, span)
            }
            Operation::Call(Some(ty), name) => {
                let group = MethodGroup {
                    receiver: None,
                    ty: ty.clone(),
                    name,
                };
                let given = site.given(operands);
                self.call_group(group, given, span)
            }
            _ => {
                let receiver = operands.remove(0);
                self.bind_to(site, receiver, operands, span)
            }
        }
    }

    /// Operations whose first operand has the member.
    fn bind_to(&mut self, site: &Site, receiver: Expr, mut operands: Vec<Expr>, span: Span) -> Expr {
        match &site.operation {
            Operation::Member(name) => {
                let member = self.member_access(Operand::Value(receiver), name, span, false);
                self.demand_value(member, span)
            }
            Operation::SetMember(name) => {
                let Some(setter) = self.property_setter(&receiver.ty, &name.identifier, "CS1061") else {
                    return Expr::error(span);
                };
                let value = operands.pop().unwrap_or_else(|| Expr::error(span));
                let value = self.convert(value, &setter.result());
                let argument = super::typed::CallArgument::Value(value);
                Self::call_member(&setter, Some(receiver), vec![argument], span)
            }
            Operation::Call(_, name) => {
                let called = self.member_access(Operand::Value(receiver), name, span, true);
                let given = site.given(operands);
                match called {
                    // Extension methods are not looked for at run time.
                    Operand::Methods(group) if has_methods(&group) => self.call_group(group, given, span),
                    Operand::Value(value) => self.invoke_values(value, given, span),
                    _ => {
                        let message = format!("there is no method '{}'", name.identifier.text);
                        self.error("CS1061", span, message)
                    }
                }
            }
            Operation::Invoke => {
                let given = site.given(operands);
                self.invoke_values(receiver, given, span)
            }
            Operation::SetIndex => self.bind_set_index(site, receiver, operands, span),
            _ => {
                let given = site.given(operands);
                self.element_get(receiver, given, span)
            }
        }
    }

    fn bind_set_index(&mut self, site: &Site, receiver: Expr, mut operands: Vec<Expr>, span: Span) -> Expr {
        if let Type::Array(element, rank) = receiver.ty.clone() {
            let value = operands.pop().unwrap_or_else(|| Expr::error(span));
            let value = self.convert(value, &element);
            let given = site.given(operands);
            let indices = self.indices(given, rank, span);
            return Expr::new(
                Kind::ArraySet(Box::new(receiver), indices, Box::new(value)),
                (*element).clone(),
                span,
            );
        }
        let setters = indexers(&receiver.ty, MemberKind::Setter);
        let given = site.given(operands);
        match self.resolve(&setters, &given, &[]) {
            Ok(candidate) => self.finish_call(candidate, Some(receiver), given, span),
            Err(failure) => self.report_failure("this[]", failure, &setters, &given, span),
        }
    }

    fn invoke_values(&mut self, delegate: Expr, given: Vec<Given<'_>>, span: Span) -> Expr {
        let Type::Delegate(ty) = delegate.ty.clone() else {
            return self.error(
                "CS0149",
                span,
                format!("a value of type '{}' cannot be called", delegate.ty),
            );
        };
        if ty.parameters.len() != given.len() {
            return self.error(
                "CS1593",
                span,
                format!("'{}' does not take {} arguments", delegate.ty, given.len()),
            );
        }
        let arguments = given
            .into_iter()
            .zip(&ty.parameters)
            .filter_map(|(given, ty)| match given.kind {
                GivenKind::Value(value) => Some(self.convert(value, ty)),
                _ => None,
            })
            .collect();
        Expr::new(Kind::Invoke(Box::new(delegate), arguments), ty.result.clone(), span)
    }

    /// `dynamic.name`
    pub(super) fn dynamic_member(receiver: Expr, name: &SimpleName, span: Span) -> Expr {
        let operands = vec![receiver];
        Site::new(Operation::Member(name.clone()), &operands).expression(operands, Type::Dynamic, span)
    }

    /// `dynamic.name = value`
    pub(super) fn set_dynamic_member(receiver: Expr, name: SimpleName, value: Expr, span: Span) -> Expr {
        let operands = vec![receiver, value];
        Site::new(Operation::SetMember(name), &operands).expression(operands, Type::Dynamic, span)
    }

    /// An operator with a `dynamic` operand.
    pub(super) fn dynamic_binary(&self, operator: BinaryOperator, left: Expr, right: Expr, span: Span) -> Expr {
        let operands = vec![left, right];
        let mut site = Site::new(Operation::Binary(operator), &operands);
        site.overflow_throws = self.overflow_throws;
        site.expression(operands, Type::Dynamic, span)
    }

    /// An operator on a `dynamic` operand.
    pub(super) fn dynamic_unary(&self, operator: UnaryOperator, value: Expr, span: Span) -> Expr {
        let operands = vec![value];
        let mut site = Site::new(Operation::Unary(operator), &operands);
        site.overflow_throws = self.overflow_throws;
        site.expression(operands, Type::Dynamic, span)
    }

    /// A `dynamic` condition.
    pub(super) fn dynamic_truth(value: Expr) -> Expr {
        let span = value.span;
        let operands = vec![value];
        Site::new(Operation::Truth, &operands).expression(operands, Type::BOOLEAN, span)
    }

    /// A call that is bound at run time.
    pub(super) fn dynamic_call(&mut self, group: &MethodGroup<'_>, given: Vec<Given<'_>>, span: Span) -> Expr {
        let (receiver, ty) = match &group.receiver {
            Some(receiver) => (Some((**receiver).clone()), None),
            None => (None, Some(group.ty.clone())),
        };
        let name = &group.name.identifier;
        if receiver.is_some() && !group.ty.is_dynamic() && !has_methods(group) {
            let message = format!(
                "the extension method '{}' cannot be called with a `dynamic` argument",
                name.text
            );
            let help = Some("cast the argument to its type".to_owned());
            self.report("CS1973", name.span, message, help);
            return Expr::error(span);
        }
        let operation = Operation::Call(ty, group.name.clone());
        self.dynamic_arguments(operation, receiver, given, span).map_or_else(
            || Expr::error(span),
            |(operands, site)| site.expression(operands, Type::Dynamic, span),
        )
    }

    /// `dynamic(arguments)`
    pub(super) fn dynamic_invoke(&mut self, function: Expr, given: Vec<Given<'_>>, span: Span) -> Expr {
        self.dynamic_arguments(Operation::Invoke, Some(function), given, span)
            .map_or_else(
                || Expr::error(span),
                |(operands, site)| site.expression(operands, Type::Dynamic, span),
            )
    }

    /// `new T(arguments)` with a `dynamic` argument.
    pub(super) fn dynamic_new(&mut self, ty: &Type, given: Vec<Given<'_>>, span: Span) -> Expr {
        self.dynamic_arguments(Operation::New(ty.clone()), None, given, span)
            .map_or_else(
                || Expr::error(span),
                |(operands, site)| site.expression(operands, ty.clone(), span),
            )
    }

    /// `receiver[arguments]` with `dynamic` among them: the operands and the operation.
    pub(super) fn dynamic_index(
        &mut self,
        receiver: Expr,
        given: Vec<Given<'_>>,
        span: Span,
    ) -> Option<(Vec<Expr>, Site)> {
        self.dynamic_arguments(Operation::Index, Some(receiver), given, span)
    }

    fn dynamic_arguments(
        &mut self,
        operation: Operation,
        receiver: Option<Expr>,
        given: Vec<Given<'_>>,
        span: Span,
    ) -> Option<(Vec<Expr>, Site)> {
        let mut operands: Vec<Expr> = receiver.into_iter().collect();
        let mut names = Vec::with_capacity(given.len());
        for given in given {
            let value = match given.kind {
                GivenKind::Value(value) => value,
                GivenKind::Untyped(Operand::Untyped(ast::Expression {
                    kind: ast::ExpressionKind::Lambda { .. },
                    ..
                })) => {
                    let message = "a lambda cannot be an argument of a call that is bound at run time".to_owned();
                    self.report(
                        "CS1977",
                        given.span,
                        message,
                        Some("cast it to a delegate type".to_owned()),
                    );
                    return None;
                }
                GivenKind::Untyped(Operand::Methods(_) | Operand::Function(..)) => {
                    let message = "a method cannot be an argument of a call that is bound at run time".to_owned();
                    self.report(
                        "CS1976",
                        given.span,
                        message,
                        Some("call it, or cast it to a delegate".to_owned()),
                    );
                    return None;
                }
                GivenKind::Untyped(other) => self.demand_value(other, given.span),
                GivenKind::OutNew(..) | GivenKind::OutLocal(..) => {
                    let help = Some("cast the `dynamic` values of the call to their types".to_owned());
                    let message = "a call that is bound at run time cannot have `ref` or `out` arguments".to_owned();
                    self.report("TG2003", given.span, message, help);
                    return None;
                }
            };
            if value.ty == Type::Error {
                return None;
            }
            names.push(given.name.cloned());
            operands.push(value);
        }
        if operands.iter().any(|operand| operand.ty == Type::VOID) {
            self.report("CS1503", span, "an argument gives no value".to_owned(), None);
            return None;
        }
        let mut site = Site::new(operation, &operands);
        site.names = names;
        Some((operands, site))
    }
}

impl Site {
    /// Its arguments as those of a call.
    fn given(&self, operands: Vec<Expr>) -> Vec<Given<'_>> {
        operands
            .into_iter()
            .enumerate()
            .map(|(at, value)| Given {
                name: self.names.get(at).and_then(Option::as_ref),
                span: value.span,
                kind: GivenKind::Value(value),
            })
            .collect()
    }
}

fn has_methods(group: &MethodGroup<'_>) -> bool {
    let delegate = matches!(group.ty, Type::Delegate(_)) && group.name.identifier.text == "Invoke";
    delegate
        || super::members::members(&group.ty, &group.name.identifier.text)
            .iter()
            .any(|found| found.member.kind == MemberKind::Method)
}

/// The type that an operand has for the binder.
pub fn operand_type(known: Option<&Type>, value: &Value) -> Type {
    match known {
        Some(ty) => ty.erased(),
        None if value.is_null() => Type::Null,
        None => value.runtime_type().erased(),
    }
}
