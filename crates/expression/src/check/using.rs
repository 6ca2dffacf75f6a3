//! `using`: a `finally` that disposes of what it was given.

use super::Checker;
use super::statements::Checked;
use super::typed::{CallArgument, CallExpr, Expr, Kind, LocalId, Stmt, StmtKind};
use crate::library::{Class, Member};
use crate::syntax::ast::{self, UsingResource};
use crate::types::Type;

impl Checker {
    /// `using (…) …`: the variables that it declares, or the value that it is given, are disposed of in the reverse order.
    pub(super) fn using(&mut self, resource: &UsingResource, body: &ast::Statement) -> Checked {
        let first = match resource {
            UsingResource::Declaration(declaration) => {
                let kind = self.declaration(declaration);
                Stmt {
                    kind,
                    span: declaration.type_name.span,
                }
            }
            UsingResource::Expression(expression) => {
                let value = self.value(expression);
                let local = self.temporary(value.ty.clone());
                Stmt {
                    span: value.span,
                    kind: StmtKind::Declare(local, Some(value)),
                }
            }
        };
        if let StmtKind::Declare(
            local,
            Some(Expr {
                kind: Kind::Call(_), ..
            }),
        ) = &first.kind
            && let Some(variable) = self.locals.get_mut(*local)
        {
            variable.read_only = true;
        }
        let (body, end) = self.embedded(body);
        let mut disposals: Vec<Stmt> = declared(&first)
            .into_iter()
            .filter_map(|local| self.disposal(local, &first))
            .collect();
        disposals.reverse();
        let guarded = if disposals.is_empty() {
            *body
        } else {
            Stmt {
                span: body.span,
                kind: StmtKind::Try {
                    body: vec![*body],
                    catches: Vec::new(),
                    finally: Some(disposals),
                },
            }
        };
        (StmtKind::Block(vec![first, guarded]), end)
    }

    /// `variable?.Dispose();`, where disposing of its type means something.
    fn disposal(&mut self, local: LocalId, declaration: &Stmt) -> Option<Stmt> {
        let ty = self.locals.get(local)?.ty.clone();
        let Type::Class(class, types) = &ty else {
            return None;
        };
        let (member, types) = (dispose(class.0)?, types.to_vec());
        let span = declaration.span;
        let value = self.use_local(local, span);
        let local = self.temporary(ty.clone());
        let receiver = self.use_local(local, span);
        let call = CallExpr {
            member,
            types,
            arguments: vec![CallArgument::Value(receiver)],
            null_check: false,
            gives_last_argument: false,
            lifted: false,
        };
        let body = Expr::new(Kind::Call(Box::new(call)), Type::VOID, span);
        let disposed = Kind::Let {
            local,
            value: Box::new(value),
            body: Box::new(body),
            null_stops: true,
        };
        Some(Stmt {
            kind: StmtKind::Expression(Expr::new(disposed, Type::VOID, span)),
            span,
        })
    }
}

/// The variables that a statement declares.
fn declared(statement: &Stmt) -> Vec<LocalId> {
    match &statement.kind {
        StmtKind::Declare(local, _) => vec![*local],
        StmtKind::Block(statements) => statements.iter().flat_map(declared).collect(),
        _ => Vec::new(),
    }
}

/// The `Dispose()` of a type, its own or the nearest that it inherits.
fn dispose(class: &'static Class) -> Option<&'static Member> {
    let own = class
        .members("Dispose")
        .iter()
        .find(|member| member.parameters.is_empty());
    let inherited = || {
        let mut parents = class.parents().iter().filter_map(Type::library_class);
        parents.find_map(|parent| dispose(parent.0))
    };
    own.or_else(inherited)
}
