//! Local variables: which names are in scope, which variables lambdas capture.

use super::Checker;
use super::typed::{Expr, Kind, LocalId};
use crate::syntax::ast;
use crate::types::Type;
use diagnostic::Span;
use std::collections::HashMap;
use std::sync::Arc;

/// A local variable or parameter.
pub struct Local {
    /// Its name; empty for a temporary.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// How many functions it is inside of.
    pub depth: usize,
    /// Whether a function inside its own uses it.
    pub captured: bool,
    /// It cannot be assigned: `foreach` and `using` variables.
    pub read_only: bool,
    /// It was mentioned.
    pub used: bool,
}

/// What a name in scope stands for.
#[derive(Clone)]
pub enum Named {
    /// A variable.
    Local(LocalId),
    /// A `const`.
    Constant(Expr),
}

/// A function being checked: the program itself, or a lambda.
pub struct FunctionScope {
    /// What it returns; `None` while that is being inferred.
    pub expected: Option<Type>,
    /// Types of the values returned so far.
    pub returns: Vec<Type>,
    /// The outer variables it uses.
    pub captures: Vec<LocalId>,
    /// Jump targets around the current statement, innermost last.
    pub jumps: Vec<Jump>,
}

/// A statement that `break` or `continue` can refer to.
pub struct Jump {
    /// A loop rather than a `switch`.
    pub is_loop: bool,
    /// A `break` out of it was seen.
    pub broken: bool,
    /// For a `switch`: constants of its sections, for `goto case`.
    pub sections: Vec<(Option<crate::value::Value>, usize)>,
}

impl FunctionScope {
    /// A function that returns this type.
    pub fn new(expected: Option<Type>) -> Self {
        Self {
            expected,
            returns: Vec::new(),
            captures: Vec::new(),
            jumps: Vec::new(),
        }
    }
}

impl Checker {
    /// Runs `body` in a scope of its own.
    pub(super) fn scoped<R>(&mut self, body: impl FnOnce(&mut Self) -> R) -> R {
        self.scopes.push(HashMap::new());
        let result = body(self);
        self.scopes.pop();
        result
    }

    /// A variable without a name.
    pub(super) fn temporary(&mut self, ty: Type) -> LocalId {
        self.add_local("", ty)
    }

    fn add_local(&mut self, name: &str, ty: Type) -> LocalId {
        let depth = self.functions.len();
        self.locals.push(Local {
            name: name.into(),
            ty,
            depth,
            captured: false,
            read_only: false,
            used: false,
        });
        self.locals.len() - 1
    }

    /// Declares a variable in the innermost scope.
    pub(super) fn declare(&mut self, name: &ast::Identifier, ty: Type) -> LocalId {
        let local = self.add_local(&name.text, ty);
        self.name(name, Named::Local(local));
        local
    }

    /// Gives a name its meaning in the innermost scope.
    pub(super) fn name(&mut self, name: &ast::Identifier, named: Named) {
        let inner = self.scopes.last().is_some_and(|scope| scope.contains_key(&name.text));
        if inner {
            let message = format!(
                "a local variable named '{}' is already defined in this scope",
                name.text
            );
            self.report("CS0128", name.span, message, None);
        } else if self.lookup(&name.text).is_some() {
            let message = format!(
                "'{}' is already the name of a variable of an enclosing scope",
                name.text
            );
            self.report("CS0136", name.span, message, Some("choose another name".to_owned()));
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.text.clone(), named);
        }
    }

    /// What a name stands for.
    pub(super) fn lookup(&self, name: &str) -> Option<Named> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).cloned()
    }

    /// Every name in scope, for advice.
    pub(super) fn names_in_scope(&self) -> impl Iterator<Item = &str> {
        self.scopes
            .iter()
            .flat_map(|scope| scope.keys())
            .map(String::as_str)
            .chain(["context"])
    }

    /// A use of a variable; notes which functions capture it.
    pub(super) fn use_local(&mut self, local: LocalId, span: Span) -> Expr {
        let ty = self.touch(local);
        Expr::new(Kind::Local(local), ty, span)
    }

    /// Sets a variable.
    pub(super) fn set_local(&mut self, local: LocalId, value: Expr, span: Span) -> Expr {
        let ty = self.touch(local);
        Expr::new(Kind::SetLocal(local, Box::new(value)), ty, span)
    }

    /// Notes that the current function uses a variable; gives its type.
    pub(super) fn touch(&mut self, local: LocalId) -> Type {
        let here = self.functions.len();
        let Some(found) = self.locals.get_mut(local) else {
            return Type::Error;
        };
        found.used = true;
        if found.depth < here {
            found.captured = true;
            for function in self.functions.iter_mut().skip(found.depth) {
                if !function.captures.contains(&local) {
                    function.captures.push(local);
                }
            }
        }
        found.ty.clone()
    }
}
