//! Functions declared in a block: what they are, and their bodies, one for each set of type arguments.
//!
//! Never here: calls of them (`local_calls`).

use super::Checker;
use super::jumps::yields;
use super::scope::{FunctionScope, Named};
use super::typed::{Expr, FunctionId, Lambda};
use crate::syntax::ast::{self, LambdaBody, Passing, StatementKind};
use crate::types::{DelegateType, Type};
use diagnostic::Span;
use std::sync::Arc;

/// Names that stand for type parameters while a call is resolved, by their place.
const PARAMETERS: [&str; 8] = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8"];

/// How many sets of type arguments a function may be called with: one that calls itself with ever new ones has no end.
const INSTANCES: usize = 40;

/// A parameter of a local function.
#[derive(Clone)]
pub struct FunctionParameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// How it is passed.
    pub passing: Passing,
    /// Its value when no argument is given.
    pub default: Option<Expr>,
}

/// A local function as calls see it.
#[derive(Clone)]
pub struct LocalFunction {
    /// Its name.
    pub name: String,
    /// Names that stand for its type parameters.
    pub type_parameters: &'static [&'static str],
    /// Its parameters.
    pub parameters: Vec<FunctionParameter>,
    /// What it returns.
    pub result: Type,
    /// The sets of type arguments that it is used with, and the function that each makes.
    instances: Vec<(Vec<Type>, FunctionId)>,
}

/// The local functions of a block: where each is declared, and which it is.
pub type Declared = Vec<(Span, usize)>;

impl LocalFunction {
    /// It as a delegate, when it can be one.
    pub fn delegate(&self, types: &[Type]) -> Option<DelegateType> {
        if self
            .parameters
            .iter()
            .any(|parameter| matches!(parameter.passing, Passing::Ref | Passing::Out))
        {
            return None;
        }
        let bindings = self.bindings(types);
        let result = self.result.substitute(&bindings);
        Some(DelegateType {
            name: if result == Type::VOID {
                "System.Action"
            } else {
                "System.Func"
            },
            parameters: self
                .parameters
                .iter()
                .map(|parameter| parameter.ty.substitute(&bindings))
                .collect(),
            result,
        })
    }

    /// Its type parameters bound to these arguments.
    pub fn bindings(&self, types: &[Type]) -> Vec<(&'static str, Type)> {
        self.type_parameters
            .iter()
            .copied()
            .zip(types.iter().cloned())
            .collect()
    }
}

impl Checker {
    /// Declares the functions of a block, so that all its statements can call them.
    pub(super) fn declare_functions(&mut self, statements: &[ast::Statement]) -> Declared {
        let mut declared = Vec::new();
        for statement in statements {
            if let StatementKind::LocalFunction(function) = &statement.kind {
                let number = self.local_functions.len();
                let known = self.signature(function);
                self.local_functions.push(known);
                self.name(&function.name, Named::Function(number));
                declared.push((function.name.span, number));
            }
        }
        declared
    }

    fn signature(&mut self, function: &ast::LocalFunction) -> LocalFunction {
        let count = function.type_parameters.len();
        if count > PARAMETERS.len() {
            let message = format!(
                "{count} type parameters, more than the {} that are possible",
                PARAMETERS.len()
            );
            self.report("TG2002", function.name.span, message, None);
        }
        let type_parameters = PARAMETERS.get(..count.min(PARAMETERS.len())).unwrap_or_default();
        let types: Vec<Type> = type_parameters.iter().map(|name| Type::Parameter(name)).collect();
        self.scoped(|checker| {
            checker.name_types(function, &types);
            let parameters = function
                .parameters
                .iter()
                .map(|parameter| checker.parameter(parameter))
                .collect();
            checker.order_of_parameters(function);
            LocalFunction {
                name: function.name.text.clone(),
                type_parameters,
                parameters,
                result: checker.resolve_type(&function.return_type),
                instances: Vec::new(),
            }
        })
    }

    fn name_types(&mut self, function: &ast::LocalFunction, types: &[Type]) {
        for (name, ty) in function.type_parameters.iter().zip(types) {
            if let Some(scope) = self.scopes.last_mut() {
                scope.insert(name.text.clone(), Named::Type(ty.clone()));
            }
        }
    }

    fn parameter(&mut self, parameter: &ast::Parameter) -> FunctionParameter {
        let ty = match &parameter.type_name {
            Some(name) => self.resolve_type(name),
            None => {
                self.error(
                    "CS1001",
                    parameter.name.span,
                    "a parameter needs a type and a name".to_owned(),
                )
                .ty
            }
        };
        let default = parameter.default.as_ref().map(|default| {
            let (known, value) = self.trial(|checker| checker.value(default));
            let value = if known { self.value_of_type(default, &ty) } else { value };
            if value.constant_value().is_none_or(|_| !known) && !ty.has_parameters() {
                let message = "the value of an optional parameter must be known at compile time".to_owned();
                self.report("CS1736", default.span, message, None);
            }
            value
        });
        FunctionParameter {
            name: parameter.name.text.clone(),
            ty,
            passing: parameter.passing,
            default,
        }
    }

    fn order_of_parameters(&mut self, function: &ast::LocalFunction) {
        let mut optional = false;
        for (at, parameter) in function.parameters.iter().enumerate() {
            let last = at + 1 == function.parameters.len();
            if parameter.passing == Passing::Params && !last {
                self.report(
                    "CS0231",
                    parameter.name.span,
                    "`params` must be the last parameter".to_owned(),
                    None,
                );
            }
            if optional && parameter.default.is_none() && parameter.passing != Passing::Params {
                let message = "optional parameters come after all that are needed".to_owned();
                self.report("CS1737", parameter.name.span, message, None);
            }
            optional |= parameter.default.is_some();
        }
    }

    /// A function's declaration is reached: one without type parameters is checked here.
    pub(super) fn local_function(&mut self, function: &ast::LocalFunction, declared: &Declared) {
        let Some((_, number)) = declared.iter().find(|(span, _)| *span == function.name.span) else {
            return;
        };
        if function.type_parameters.is_empty() {
            let instance = self.instance(*number, &[], function.name.span);
            self.function_body(function, *number, &[], instance);
        }
    }

    /// The function that a local function is for these type arguments.
    pub(super) fn instance(&mut self, number: usize, types: &[Type], span: Span) -> FunctionId {
        let types: Vec<Type> = types.iter().map(Type::erased).collect();
        let known = self
            .local_functions
            .get(number)
            .map(|function| function.instances.as_slice());
        if let Some((_, id)) = known.and_then(|known| known.iter().find(|(own, _)| *own == types)) {
            return *id;
        }
        if known.is_some_and(|known| known.len() >= INSTANCES) {
            let message = format!("the function is called with more than {INSTANCES} sets of type arguments");
            self.report("TG2002", span, message, None);
            return known_first(&self.local_functions, number);
        }
        let id = self.new_function();
        if let Some(function) = self.local_functions.get_mut(number) {
            function.instances.push((types, id));
        }
        id
    }

    /// Checks the bodies of a block's generic functions, for all type arguments that they are used with.
    pub(super) fn instantiate(&mut self, statements: &[ast::Statement], declared: &Declared) {
        let mut done: Vec<usize> = vec![0; declared.len()];
        let mut more = true;
        while more {
            more = false;
            for (at, (span, number)) in declared.iter().enumerate() {
                let function = statements.iter().find_map(|statement| match &statement.kind {
                    StatementKind::LocalFunction(function) if function.name.span == *span => Some(function),
                    _ => None,
                });
                let Some(function) = function.filter(|function| !function.type_parameters.is_empty()) else {
                    continue;
                };
                let Some(done) = done.get_mut(at) else { continue };
                while let Some((types, id)) = self
                    .local_functions
                    .get(*number)
                    .and_then(|known| known.instances.get(*done).cloned())
                {
                    *done += 1;
                    more = true;
                    self.function_body(function, *number, &types, id);
                }
            }
        }
    }

    /// Checks a body.
    fn function_body(&mut self, function: &ast::LocalFunction, number: usize, types: &[Type], id: FunctionId) {
        let Some(known) = self.local_functions.get(number).cloned() else {
            return;
        };
        let bindings = known.bindings(types);
        let result = known.result.substitute(&bindings);
        let mut scope = FunctionScope::new(Some(result.clone()));
        scope.yields = self.yielded(function, &result);
        let yields = scope.yields.clone();
        self.begin_function(scope);
        let (parameters, outs, body) = self.scoped(|checker| {
            checker.name_types(function, types);
            let mut parameters = Vec::with_capacity(known.parameters.len());
            let mut outs = Vec::new();
            for (written, parameter) in function.parameters.iter().zip(&known.parameters) {
                let local = checker.declare(&written.name, parameter.ty.substitute(&bindings));
                if parameter.passing == Passing::Out {
                    outs.push(local);
                }
                parameters.push(local);
            }
            let expected = if yields.is_some() { Type::VOID } else { result.clone() };
            (
                parameters,
                outs,
                checker.lambda_body(&function.body, Some(&expected), "CS0161"),
            )
        });
        self.end_function(id);
        let ty = known
            .delegate(types)
            .map_or(Type::OBJECT, |delegate| Type::Delegate(Arc::new(delegate)));
        self.bodies.push(Lambda {
            id,
            parameters,
            outs,
            body,
            ty,
            yields,
        });
    }

    /// The type of the elements of a function with `yield`.
    fn yielded(&mut self, function: &ast::LocalFunction, result: &Type) -> Option<Type> {
        let LambdaBody::Block(block) = &function.body else {
            return None;
        };
        if !yields(&block.statements) {
            return None;
        }
        for parameter in &function.parameters {
            if matches!(parameter.passing, Passing::Ref | Passing::Out) {
                let message = "a function that yields cannot have `ref` or `out` parameters".to_owned();
                self.report("CS1623", parameter.name.span, message, None);
            }
        }
        let sequence = [
            "System.Collections.Generic.IEnumerable",
            "System.Collections.IEnumerable",
        ]
        .iter()
        .any(|name| result.is_named(name));
        if !sequence && *result != Type::Error {
            let message = format!("a function that yields must return `IEnumerable<T>`, not '{result}'");
            self.report("CS1624", function.name.span, message, None);
        }
        Some(result.element().filter(|_| sequence).unwrap_or(Type::Error))
    }
}

fn known_first(functions: &[LocalFunction], number: usize) -> FunctionId {
    functions
        .get(number)
        .and_then(|function| function.instances.first())
        .map_or(0, |(_, id)| *id)
}
