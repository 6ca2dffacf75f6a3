//! LINQ query expressions, translated to the method calls that C# defines them by (C# specification, "Query
//! expression translation").
//!
//! Several range variables travel in one object, a *transparent* parameter whose members are in scope by their own
//! names. Never here: what the methods mean, which overload resolution settles like for any other call.

use super::Checker;
use super::typed::Expr;
use crate::syntax::ast::{
    AnonymousMember, Argument, Direction, Expression, ExpressionKind, Identifier, LambdaBody, Parameter, Passing,
    Query, QueryClause, QueryEnd, SimpleName, TypeName,
};
use crate::types::Type;
use diagnostic::Span;

/// What the name of a transparent parameter begins with; no name of a program does.
pub const TRANSPARENT: char = '<';

/// A query while it is translated.
struct Translation {
    /// What was translated so far.
    source: Expression,
    /// The parameter that holds an element of it.
    range: Identifier,
    /// How many transparent parameters there were.
    transparent: usize,
    /// Whether there was a clause behind the first `from`.
    extended: bool,
}

impl Checker {
    /// `from … select …`
    pub(super) fn query(&mut self, query: &Query, span: Span) -> Expr {
        let Some((
            QueryClause::From {
                type_name,
                name,
                source,
            },
            rest,
        )) = query.clauses.split_first()
        else {
            return Expr::error(span);
        };
        if !self.is_query_source(source) {
            return Expr::error(span);
        }
        self.range_variables(query);
        let first = Translation {
            source: of_type(source.clone(), type_name.as_ref()),
            range: name.clone(),
            transparent: 0,
            extended: false,
        };
        let translated = translate(first, rest, query);
        let before = self.problems.len();
        let value = self.value(&translated);
        for problem in self.problems.iter_mut().skip(before) {
            if problem.code == "CS0411" {
                problem.code = "CS1942";
                "the type of this clause cannot be inferred; is the type of its expression known?"
                    .clone_into(&mut problem.message);
            }
        }
        Expr { span, ..value }
    }

    /// Whether a query can begin with it; reports when it cannot.
    fn is_query_source(&mut self, source: &Expression) -> bool {
        let (clean, value) = self.trial(|checker| checker.value(source));
        if !clean || value.ty == Type::Error {
            self.value(source);
            return false;
        }
        if value.ty.is_dynamic() {
            let message = "a query over a value of type 'dynamic' is not possible".to_owned();
            self.report("CS1979", source.span, message, Some("cast it to a sequence".to_owned()));
            return false;
        }
        if value.ty.element().is_none() {
            let message = format!("a query cannot go through a value of type '{}'", value.ty);
            self.report("CS1936", source.span, message, None);
            return false;
        }
        true
    }

    /// Reports range variables whose names are taken.
    fn range_variables(&mut self, query: &Query) {
        let mut names: Vec<&str> = Vec::new();
        for clause in &query.clauses {
            let declared = match clause {
                QueryClause::From { name, .. } | QueryClause::Let { name, .. } => vec![name],
                QueryClause::Join { name, into, .. } => {
                    // Behind `into` the group takes the place of the elements.
                    vec![into.as_ref().unwrap_or(name)]
                }
                _ => Vec::new(),
            };
            for name in declared {
                if names.contains(&name.text.as_str()) {
                    let message = format!("the range variable '{}' is declared twice", name.text);
                    self.report("CS1930", name.span, message, Some("choose another name".to_owned()));
                } else if self.lookup(&name.text).is_some() {
                    let message = format!(
                        "the range variable '{}' has the name of a variable around it",
                        name.text
                    );
                    self.report("CS1931", name.span, message, Some("choose another name".to_owned()));
                }
                names.push(&name.text);
            }
        }
    }
}

/// Translates the clauses behind the first `from`, the end, and what continues behind `into`.
fn translate(mut state: Translation, clauses: &[QueryClause], query: &Query) -> Expression {
    for (at, clause) in clauses.iter().enumerate() {
        let last = at + 1 == clauses.len();
        let end = match &query.end {
            QueryEnd::Select(selected) if last => Some(selected),
            _ => None,
        };
        let (next, ended) = state.clause(clause, end);
        state = next;
        if ended {
            return continued(state, query);
        }
    }
    state.end(&query.end);
    continued(state, query)
}

fn continued(state: Translation, query: &Query) -> Expression {
    match &query.continuation {
        Some((name, rest)) => {
            let next = Translation {
                range: name.clone(),
                extended: false,
                ..state
            };
            translate(next, &rest.clauses, rest)
        }
        None => state.source,
    }
}

impl Translation {
    /// One clause; whether it took the query's `select` along.
    fn clause(mut self, clause: &QueryClause, end: Option<&Expression>) -> (Self, bool) {
        self.extended = true;
        match clause {
            QueryClause::Where(condition) => {
                self.call("Where", condition.span, vec![self.over_range(condition)]);
            }
            QueryClause::OrderBy(keys) => self.order_by(keys),
            QueryClause::Let { name, value } => {
                let pair = self.pair(name, Some(value));
                let selector = lambda(std::slice::from_ref(&self.range), pair);
                self.call("Select", value.span, vec![selector]);
                self.next_transparent();
            }
            QueryClause::From {
                type_name,
                name,
                source,
            } => {
                let inner = self.over_range(&of_type(source.clone(), type_name.as_ref()));
                let result = self.both(name, end);
                self.call("SelectMany", source.span, vec![inner, result]);
                return self.after(end);
            }
            QueryClause::Join {
                type_name,
                name,
                source,
                left,
                right,
                into,
            } => {
                let inner = of_type(source.clone(), type_name.as_ref());
                let keys = (self.over_range(left), lambda(std::slice::from_ref(name), right.clone()));
                let (method, joined) = match into {
                    Some(group) => ("GroupJoin", group),
                    None => ("Join", name),
                };
                let result = self.both(joined, end);
                self.call(method, source.span, vec![inner, keys.0, keys.1, result]);
                return self.after(end);
            }
        }
        (self, false)
    }

    /// The lambda of two parameters behind `from` and `join`: the query's end, or both of them together.
    fn both(&self, name: &Identifier, end: Option<&Expression>) -> Expression {
        let body = end.cloned().unwrap_or_else(|| self.pair(name, None));
        lambda(&[self.range.clone(), name.clone()], body)
    }

    fn after(mut self, end: Option<&Expression>) -> (Self, bool) {
        if end.is_none() {
            self.next_transparent();
        }
        (self, end.is_some())
    }

    fn order_by(&mut self, keys: &[(Expression, Direction)]) {
        for (at, (key, direction)) in keys.iter().enumerate() {
            let method = match (at, direction) {
                (0, Direction::Ascending) => "OrderBy",
                (0, Direction::Descending) => "OrderByDescending",
                (_, Direction::Ascending) => "ThenBy",
                (_, Direction::Descending) => "ThenByDescending",
            };
            self.call(method, key.span, vec![self.over_range(key)]);
        }
    }

    fn end(&mut self, end: &QueryEnd) {
        match end {
            // `select x` of the element itself changes nothing, unless it is all that the query does.
            QueryEnd::Select(value) if self.is_range(value) && self.extended => {}
            QueryEnd::Select(value) => self.call("Select", value.span, vec![self.over_range(value)]),
            QueryEnd::Group { element, key } => {
                let mut selectors = vec![self.over_range(key)];
                if !self.is_range(element) {
                    selectors.push(self.over_range(element));
                }
                self.call("GroupBy", key.span, selectors);
            }
        }
    }

    fn is_range(&self, value: &Expression) -> bool {
        matches!(&value.kind, ExpressionKind::Name(name)
            if name.identifier.text == self.range.text && name.type_arguments.is_none())
    }

    fn over_range(&self, body: &Expression) -> Expression {
        lambda(std::slice::from_ref(&self.range), body.clone())
    }

    /// `new { range, name = value }`
    fn pair(&self, name: &Identifier, value: Option<&Expression>) -> Expression {
        let member = |name: &Identifier, value: Expression| AnonymousMember {
            name: Some(name.clone()),
            value,
        };
        let second = value.cloned().unwrap_or_else(|| variable(name));
        let members = vec![member(&self.range, variable(&self.range)), member(name, second)];
        Expression {
            kind: ExpressionKind::NewAnonymous(members),
            span: name.span,
        }
    }

    fn next_transparent(&mut self) {
        self.range = Identifier {
            text: format!("{TRANSPARENT}{}", self.transparent),
            span: self.range.span,
        };
        self.transparent += 1;
    }

    /// `source.method(arguments)`
    fn call(&mut self, method: &str, span: Span, arguments: Vec<Expression>) {
        let source = std::mem::replace(
            &mut self.source,
            Expression {
                kind: ExpressionKind::Missing,
                span,
            },
        );
        self.source = method_call(source, simple_name(method, span, None), arguments, span);
    }
}

fn of_type(source: Expression, type_name: Option<&TypeName>) -> Expression {
    match type_name {
        Some(ty) if !super::calls::is_var(ty) => {
            let span = source.span;
            let name = simple_name("Cast", ty.span, Some(vec![ty.clone()]));
            method_call(source, name, Vec::new(), span)
        }
        _ => source,
    }
}

fn simple_name(text: &str, span: Span, type_arguments: Option<Vec<TypeName>>) -> SimpleName {
    let identifier = Identifier {
        text: text.to_owned(),
        span,
    };
    SimpleName {
        identifier,
        type_arguments,
    }
}

fn variable(name: &Identifier) -> Expression {
    Expression {
        kind: ExpressionKind::Name(simple_name(&name.text, name.span, None)),
        span: name.span,
    }
}

fn method_call(receiver: Expression, name: SimpleName, arguments: Vec<Expression>, span: Span) -> Expression {
    let function = ExpressionKind::Member {
        receiver: Box::new(receiver),
        name,
    };
    let argument = |value| Argument {
        name: None,
        passing: Passing::Value,
        value,
    };
    Expression {
        kind: ExpressionKind::Invocation {
            function: Box::new(Expression { kind: function, span }),
            arguments: arguments.into_iter().map(argument).collect(),
        },
        span,
    }
}

fn lambda(names: &[Identifier], body: Expression) -> Expression {
    let parameters = names
        .iter()
        .map(|name| Parameter {
            type_name: None,
            name: name.clone(),
            passing: Passing::Value,
            default: None,
        })
        .collect();
    Expression {
        span: body.span,
        kind: ExpressionKind::Lambda {
            parameters: Some(parameters),
            body: LambdaBody::Expression(Box::new(body)),
        },
    }
}
