//! Syntax tree → typed tree: names, members, overloads, conversions, by C#'s rules.
//!
//! All problems are collected; where one was reported, [`Type::Error`] keeps others from following from it.
//! Never here: evaluation, apart from folding constants.

mod assign;
mod calls;
mod choices;
mod constants;
mod convert;
mod creation;
mod deconstruct;
pub mod dynamic;
mod expressions;
mod failures;
mod flow;
mod infer;
mod jumps;
mod lambdas;
mod local_calls;
mod local_functions;
mod loops;
mod members;
mod names;
mod operators;
mod overload;
mod patterns;
mod query;
mod scope;
mod statements;
mod switches;
mod tuples;
pub mod typed;
mod using;

use crate::syntax::ast;
use crate::types::Type;
use crate::{Problem, Reads, Target};
use assign::StandIn;
use diagnostic::Span;
use local_functions::LocalFunction;
use scope::{FunctionScope, Local, Named, Uses};
use std::collections::HashMap;
use typed::{Body, Expr, Lambda, LocalId, Program};

/// How many nodes may be checked before an expression is refused as too complex (lambdas inside overloaded calls are
/// checked once for each candidate).
const WORK: u32 = 2_000_000;

/// The checker's state.
pub struct Checker {
    problems: Vec<Problem>,
    locals: Vec<Local>,
    scopes: Vec<HashMap<String, Named>>,
    functions: Vec<FunctionScope>,
    /// What each function that was checked uses.
    uses: Vec<Uses>,
    /// The local functions in scope and before.
    local_functions: Vec<LocalFunction>,
    /// Their bodies.
    bodies: Vec<Lambda>,
    /// How many labels there are.
    labels: usize,
    /// What stands for `out` arguments that are no variables, of the innermost call.
    stand_ins: Vec<StandIn>,
    /// Names that the blocks around the current statement declare, innermost last.
    later: Vec<Vec<String>>,
    /// The variables whose values are being checked.
    declaring: Vec<String>,
    /// Problems of lambdas are kept while types are inferred, to say why that is impossible.
    explains: bool,
    /// Temporaries that hold the values before `?`, innermost last.
    receivers: Vec<(LocalId, Type)>,
    reads: Reads,
    response_mentioned: bool,
    response_body_read: bool,
    overflow_throws: bool,
    /// Inside `unchecked`, where constants may overflow too.
    unchecked: bool,
    work: u32,
}

/// Checks an expression or block for a place of this type.
///
/// # Errors
/// All problems found, in the order of the source.
pub fn check(tree: &ast::Tree, target: Target) -> Result<Program, Vec<Problem>> {
    let mut checker = Checker::new(WORK);
    let expected = expected_type(target);
    let (body, result) = checker.program(tree, &expected);
    let mut problems = std::mem::take(&mut checker.problems);
    if problems.is_empty() {
        flow::check(
            (&body, &checker.bodies),
            checker.locals.len(),
            &mut |code, local, span| {
                let name = checker.locals.get(local).map_or("", |local| &*local.name);
                let message = match code {
                    "CS0177" => format!("the `out` parameter '{name}' must have a value when the function returns"),
                    _ => format!("use of unassigned local variable '{name}'"),
                };
                problems.push(Problem {
                    code,
                    span,
                    message,
                    help: Some("give it a value on every path that leads here".to_owned()),
                });
            },
        );
    }
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.span);
        problems.dedup();
        return Err(problems);
    }
    let captures = checker.captures();
    if !checker.problems.is_empty() {
        return Err(checker.problems);
    }
    let is_captured = checker.locals.iter().map(|local| local.captured).collect();
    // A response that is handed on may be asked for its body by whoever gets it.
    let is_handed_on = result.is_named("IResponse");
    let response_body = checker.response_mentioned && (checker.response_body_read || is_handed_on);
    Ok(Program {
        body,
        captured: is_captured,
        captures,
        functions: checker.bodies,
        result,
        reads: Reads {
            response_body,
            ..checker.reads
        },
    })
}

fn expected_type(target: Target) -> Type {
    match target {
        Target::Object | Target::String | Target::Body => Type::OBJECT,
        Target::Boolean => Type::BOOLEAN,
        Target::Int32 => Type::INT32,
        Target::Int64 => Type::INT64,
        Target::Double => Type::DOUBLE,
    }
}

impl Checker {
    fn new(work: u32) -> Self {
        Self {
            problems: Vec::new(),
            locals: Vec::new(),
            scopes: vec![HashMap::new()],
            functions: Vec::new(),
            uses: Vec::new(),
            local_functions: Vec::new(),
            bodies: Vec::new(),
            labels: 0,
            stand_ins: Vec::new(),
            later: Vec::new(),
            declaring: Vec::new(),
            explains: false,
            receivers: Vec::new(),
            reads: Reads::default(),
            response_mentioned: false,
            response_body_read: false,
            overflow_throws: false,
            unchecked: false,
            work,
        }
    }

    fn program(&mut self, tree: &ast::Tree, expected: &Type) -> (Body, Type) {
        self.begin_function(FunctionScope::new(Some(expected.clone())));
        match tree {
            ast::Tree::Single(expression) => {
                let value = self.value(expression);
                let own = value.ty.clone();
                if own == Type::VOID {
                    let message = "an expression must give a value, this one gives none".to_owned();
                    self.report("CS0029", expression.span, message, None);
                }
                let body = Body::Expression(self.convert_target(value, expected));
                (body, own)
            }
            ast::Tree::Block(block) => {
                let (statements, end_reachable) = self.block(block);
                let returns = self
                    .functions
                    .last()
                    .map(|function| function.returns.clone())
                    .unwrap_or_default();
                if end_reachable {
                    let at = Span::new(block.span.end.saturating_sub(1), block.span.end);
                    let help = Some("every path through `@{ … }` must return a value".to_owned());
                    self.report("CS0161", at, "not all code paths return a value".to_owned(), help);
                }
                let own = match returns.split_first() {
                    Some((first, rest)) if rest.iter().all(|ty| ty == first) => first.clone(),
                    _ => Type::OBJECT,
                };
                (Body::Block(statements), own)
            }
        }
    }

    /// A value for the place that the whole expression stands in: `object` stands for unknown values, which are
    /// converted when they are known.
    fn convert_target(&mut self, value: Expr, expected: &Type) -> Expr {
        let deferred = matches!(expected, Type::Simple(simple) if simple.is_numeric() || *expected == Type::BOOLEAN);
        if deferred && (value.ty == Type::OBJECT || (value.ty == Type::STRING && *expected != Type::BOOLEAN)) {
            return Expr {
                ty: expected.clone(),
                ..value
            };
        }
        self.convert(value, expected)
    }

    fn report(&mut self, code: &'static str, span: Span, message: String, help: Option<String>) {
        self.problems.push(Problem {
            code,
            span,
            message,
            help,
        });
    }

    /// Reports a problem; the expression it stands for has no type.
    fn error(&mut self, code: &'static str, span: Span, message: String) -> Expr {
        self.report(code, span, message, None);
        Expr::error(span)
    }

    /// Whether there is work left; reports once when there is not.
    fn spend(&mut self, span: Span) -> bool {
        let Some(left) = self.work.checked_sub(1) else {
            return false;
        };
        self.work = left;
        if left == 0 {
            let help = Some("split it: lambdas inside lambdas cost most".to_owned());
            self.report(
                "TG2002",
                span,
                "the expression is too complex to check".to_owned(),
                help,
            );
        }
        left > 0
    }
}
