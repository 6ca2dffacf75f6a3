//! Local variables: which names are in scope, which variables lambdas capture.

use super::Checker;
use super::typed::{Expr, FunctionId, Kind, LocalId};
use crate::check::typed::LabelId;
use crate::syntax::ast;
use crate::types::Type;
use diagnostic::Span;
use std::collections::{BTreeSet, HashMap};
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
    /// A range variable of a query: where it is inside of a transparent parameter.
    Range(LocalId, Arc<[usize]>),
    /// A local function, by its place among all that were declared.
    Function(usize),
    /// A type parameter of a local function.
    Type(Type),
}

/// A function being checked: the program itself, or a lambda.
pub struct FunctionScope {
    /// What it returns; `None` while that is being inferred.
    pub expected: Option<Type>,
    /// Types of the values returned so far.
    pub returns: Vec<Type>,
    /// What it uses of what is around it.
    pub uses: Uses,
    /// Jump targets around the current statement, innermost last.
    pub jumps: Vec<Jump>,
    /// Labels of the statement lists around the current statement, innermost last.
    pub labels: Vec<Vec<(String, LabelId)>>,
    /// A lambda, rather than a local function or the program.
    pub is_lambda: bool,
    /// The type of the elements that it yields.
    pub yields: Option<Type>,
}

/// What a function uses of what is around it.
#[derive(Default)]
pub struct Uses {
    /// The outer variables it mentions.
    pub captures: Vec<LocalId>,
    /// The functions that it calls or contains, whose captures are its own unless they are its locals.
    pub functions: Vec<FunctionId>,
    /// How many functions its own variables are inside of.
    pub depth: usize,
}

/// What `break`, `continue` and `goto case` find around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JumpKind {
    /// A loop.
    Loop,
    /// A `switch`.
    Switch,
    /// A `try` with a `catch`, which `yield return` may not stand in.
    Try,
    /// A `catch`.
    Catch,
    /// A `finally`, which nothing may jump out of.
    Finally,
}

/// A statement around the current one that jumps refer to.
pub struct Jump {
    /// What it is.
    pub kind: JumpKind,
    /// A `break` out of it was seen.
    pub broken: bool,
    /// For a `switch`: constants of its sections, for `goto case`.
    pub sections: Vec<(Option<crate::value::Value>, usize)>,
    /// How many statement lists with labels are around it.
    pub lists: usize,
}

impl FunctionScope {
    /// A function that returns this type.
    pub fn new(expected: Option<Type>) -> Self {
        Self {
            expected,
            returns: Vec::new(),
            uses: Uses::default(),
            jumps: Vec::new(),
            labels: Vec::new(),
            is_lambda: false,
            yields: None,
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

    /// Declares a parameter; the members of a transparent one are in scope by their own names.
    pub(super) fn declare_parameter(&mut self, name: &ast::Identifier, ty: Type) -> LocalId {
        let members = name.text.starts_with(super::query::TRANSPARENT).then(|| ty.clone());
        let local = self.declare(name, ty);
        if let Some(members) = members {
            self.declare_members(local, &members, &[]);
        }
        local
    }

    fn declare_members(&mut self, local: LocalId, ty: &Type, path: &[usize]) {
        let Type::Anonymous(members) = ty else { return };
        for (at, (name, member)) in members.iter().enumerate() {
            let path: Vec<usize> = path.iter().copied().chain([at]).collect();
            if name.starts_with(super::query::TRANSPARENT) {
                self.declare_members(local, member, &path);
            } else if let Some(scope) = self.scopes.last_mut() {
                scope.insert(name.to_string(), Named::Range(local, path.into()));
            }
        }
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

    /// The number of the problem of a variable that its block declares further on.
    pub(super) fn declared_later(&self, name: &str) -> Option<&'static str> {
        if self.declaring.iter().any(|declared| declared == name) {
            return Some("CS0165");
        }
        let later = self.later.iter().flatten().any(|declared| declared == name);
        later.then_some("CS0841")
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
                if !function.uses.captures.contains(&local) {
                    function.uses.captures.push(local);
                }
            }
        }
        found.ty.clone()
    }

    /// Begins a function; [`Checker::end_function`] ends it.
    pub(super) fn begin_function(&mut self, scope: FunctionScope) {
        self.functions.push(scope);
        let depth = self.functions.len();
        if let Some(function) = self.functions.last_mut() {
            function.uses.depth = depth;
        }
    }

    /// Ends the innermost function; what it uses is kept under its number.
    pub(super) fn end_function(&mut self, function: FunctionId) -> FunctionScope {
        let mut scope = self.functions.pop().unwrap_or_else(|| FunctionScope::new(None));
        if let Some(outer) = self.functions.last_mut() {
            outer.uses.functions.push(function);
        }
        if let Some(uses) = self.uses.get_mut(function) {
            *uses = std::mem::take(&mut scope.uses);
        }
        scope
    }

    /// A number for a function that is about to be checked.
    pub(super) fn new_function(&mut self) -> FunctionId {
        self.uses.push(Uses::default());
        self.uses.len() - 1
    }

    /// The outer variables that each function needs: what it mentions, and what the functions need that it calls.
    pub(super) fn captures(&mut self) -> Vec<Vec<LocalId>> {
        let mut all: Vec<BTreeSet<LocalId>> = self
            .uses
            .iter()
            .map(|uses| uses.captures.iter().copied().collect())
            .collect();
        let mut changed = true;
        while changed {
            changed = false;
            for at in 0..self.uses.len() {
                changed |= self.take_captures(at, &mut all);
            }
        }
        all.into_iter().map(|captures| captures.into_iter().collect()).collect()
    }

    fn take_captures(&mut self, function: FunctionId, all: &mut [BTreeSet<LocalId>]) -> bool {
        let Some(uses) = self.uses.get(function) else {
            return false;
        };
        let mut needed: Vec<LocalId> = Vec::new();
        for used in &uses.functions {
            needed.extend(
                all.get(*used)
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(|local| self.locals.get(*local).is_some_and(|local| local.depth < uses.depth)),
            );
        }
        let work = needed.len() as u32;
        let Some(own) = all.get_mut(function) else { return false };
        let before = own.len();
        own.extend(needed);
        let grown = own.len() > before;
        self.work = self.work.saturating_sub(work);
        grown && self.spend(Span::default())
    }
}
