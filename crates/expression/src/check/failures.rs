//! Why a call means no member: the number of the problem, its place, and what is wrong inside a lambda.

use super::Checker;
use super::calls::{Given, GivenKind};
use super::expressions::Operand;
use super::members::Found;
use super::overload::{Candidate, Failure, argument_types, is_passed, map_arguments, suits_lambda};
use super::typed::Expr;
use crate::library::Passing;
use crate::syntax::ast;
use crate::types::Type;
use diagnostic::Span;

impl Checker {
    /// Reports an indexer that takes no value: none of the type's does, or this one does not take these.
    pub(super) fn report_setter(
        &mut self,
        receiver: &Expr,
        failure: Failure,
        (setters, given): (&[Found], &[Given<'_>]),
        span: Span,
    ) -> Expr {
        if !setters.is_empty() {
            return self.report_failure("this[]", failure, setters, given, span);
        }
        let ty = receiver.ty.to_string();
        let help = (ty == "IReadOnlyDictionary<string, object>").then(|| "`set-variable` sets variables".to_owned());
        self.report(
            "CS0200",
            span,
            format!("elements of '{ty}' cannot be assigned to"),
            help,
        );
        Expr::error(span)
    }

    /// Reports why a call means no member.
    pub(super) fn report_failure(
        &mut self,
        name: &str,
        failure: Failure,
        members: &[Found],
        given: &[Given<'_>],
        span: Span,
    ) -> Expr {
        let shown = members.first().map_or(name, |found| {
            if found.member.name == "new" {
                found.member.class.short_name()
            } else {
                name
            }
        });
        if self.explained(&failure, members, given) {
            return Expr::error(span);
        }
        let (code, span, message) = match failure {
            Failure::Count => wrong_count(shown, members, given, span),
            Failure::Inference => (
                "CS0411",
                span,
                format!("the type arguments of '{shown}' cannot be inferred; write them: {shown}<…>(…)"),
            ),
            Failure::Ambiguous => (
                "CS0121",
                span,
                format!("the call of '{shown}' is ambiguous between several overloads"),
            ),
            Failure::Argument(at, ty) => {
                let argument = given.get(at);
                let from = argument.map_or_else(String::new, |argument| match &argument.kind {
                    GivenKind::Value(value) => value.ty.to_string(),
                    GivenKind::OutLocal(_, ty, _) | GivenKind::OutNew(Some(ty), _) => format!("out {ty}"),
                    GivenKind::OutNew(None, _) => "out".to_owned(),
                    GivenKind::Untyped(_) => "lambda or method".to_owned(),
                });
                let span = argument.map_or(span, |argument| argument.span);
                (
                    "CS1503",
                    span,
                    format!("argument {}: cannot convert from '{from}' to '{ty}'", at + 1),
                )
            }
        };
        self.error(code, span, message)
    }

    /// Reports what is wrong inside a lambda, when that is why a call means no member.
    fn explained(&mut self, failure: &Failure, members: &[Found], given: &[Given<'_>]) -> bool {
        let before = self.problems.len();
        match failure {
            Failure::Argument(at, ty @ Type::Delegate(_)) if suits_lambda(given.get(*at), ty) => {
                if let Some(Given {
                    kind: GivenKind::Untyped(Operand::Untyped(lambda)),
                    ..
                }) = given.get(*at)
                {
                    self.value_of_type(lambda, ty);
                }
            }
            Failure::Inference => {
                let fitting = members.iter().find_map(|found| {
                    let mapping = map_arguments(found.member, given, false)?;
                    let candidate = Candidate {
                        found: found.clone(),
                        method_types: Vec::new(),
                        types: Vec::new(),
                        mapping,
                        expanded: false,
                    };
                    let types = argument_types(&candidate);
                    let lambda = |(given, ty): (&Given<'_>, &Type)| {
                        !matches!(given.kind, GivenKind::Untyped(_)) || suits_lambda(Some(given), ty)
                    };
                    given.iter().zip(&types).all(lambda).then_some(candidate)
                });
                if let Some(candidate) = fitting {
                    let outer = std::mem::replace(&mut self.explains, true);
                    self.infer(&candidate, given);
                    self.explains = outer;
                }
            }
            _ => {}
        }
        self.problems.len() > before
    }
}

/// Why no member takes these arguments, judged by their number and names.
fn wrong_count(shown: &str, members: &[Found], given: &[Given<'_>], span: Span) -> (&'static str, Span, String) {
    let parameters = || members.iter().flat_map(|found| &found.member.parameters);
    let names: Vec<&ast::Identifier> = given.iter().filter_map(|given| given.name).collect();
    if let Some(wrong) = names
        .iter()
        .find(|name| !parameters().any(|parameter| parameter.name == name.text))
    {
        let message = format!("'{shown}' has no parameter named '{}'", wrong.text);
        return ("CS1739", wrong.span, message);
    }
    let twice = names
        .iter()
        .enumerate()
        .find(|(at, name)| names.iter().take(*at).any(|before| before.text == name.text));
    if let Some((_, name)) = twice {
        return (
            "CS1740",
            name.span,
            format!("the parameter '{}' is given twice", name.text),
        );
    }
    let passed = members.iter().find_map(|found| {
        let parameters = &found.member.parameters;
        let wrong = || {
            given
                .iter()
                .zip(parameters)
                .find(|(given, parameter)| !is_passed(given, parameter.passing))
        };
        (parameters.len() == given.len()).then(wrong)?
    });
    if let Some((wrong, parameter)) = passed {
        let word = match parameter.passing {
            Passing::Out => "with `out`",
            Passing::Ref => "with `ref`",
            _ => "without `ref` or `out`",
        };
        let by_value = !matches!(parameter.passing, Passing::Out | Passing::Ref);
        let code = if by_value { "CS1615" } else { "CS1620" };
        (
            code,
            wrong.span,
            format!("the parameter '{}' is passed {word}", parameter.name),
        )
    } else {
        let created = members.first().is_some_and(|found| found.member.name == "new");
        let code = if created { "CS1729" } else { "CS1501" };
        (
            code,
            span,
            format!("no overload of '{shown}' takes {} arguments", given.len()),
        )
    }
}
