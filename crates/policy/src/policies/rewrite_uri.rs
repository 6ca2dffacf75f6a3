//! `rewrite-uri` replaces the path below the backend's base URL, and the query.
//!
//! `{name}` in a literal template stands for the operation's parameter of that name, percent-encoded; an unknown name
//! fails the request. What an expression gives is taken as it is. Parameters of the request's query follow those of the
//! template, unless the template or the operation's own URL template names them, or `copy-unmatched-params` is false.
//! APIM wants an expression to be the whole template; literals around one work here and are reported.
//! A leading `/` is added where it is missing, so that a template never becomes part of the backend's host name, and a
//! parameter that would make a `..` segment fails the request.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::query::{encoded, is_named, pairs};
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Computed, Required, Value};

pub(crate) const REWRITE_URI: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("rewrite-uri", parse)
};

struct RewriteUri {
    template: Value<Required>,
    copies_unmatched: Value<bool>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let template = element.required("template");
    let copies_unmatched = element.or("copy-unmatched-params", true);
    if matches!(template, Some(Value::Computed(Computed::Mixed(_), _))) {
        let span = element.attribute_span("template");
        let message = "`template` of `<rewrite-uri>` must be either a literal or one expression";
        element.compiler.refused_by_apim(codes::WRONG_VALUE, span, message);
    }
    now(RewriteUri {
        template: template?,
        copies_unmatched,
    })
}

/// What a path may hold unencoded besides unreserved characters; `%` because templates are written encoded.
const IN_PATH: &[u8] = b"/:@!$&'()*+,;=%";
/// The same of a query.
const IN_QUERY: &[u8] = b"/?:@!$&'()*+,;=%";

impl Step for RewriteUri {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let template = match &self.template {
            Value::Constant(Required(template)) => expanded(template, exchange)?,
            Value::Computed(..) => self.template.get(exchange)?.0.to_string(),
        };
        let (path, query) = template.split_once('?').unwrap_or((&template, ""));
        let slash = if path.starts_with('/') { "" } else { "/" };
        let mut pairs: Vec<String> = pairs(query).map(|pair| encoded(pair, IN_QUERY)).collect();
        if self.copies_unmatched.get(exchange)? {
            let unmatched = unmatched(exchange, &pairs);
            pairs.extend(unmatched);
        }
        exchange.request.path = format!("{slash}{}", encoded(path, IN_PATH)).into();
        exchange.request.query = pairs.join("&").into();
        Ok(Flow::Next)
    }
}

/// The template with the operation's parameters in it.
fn expanded(template: &str, exchange: &Exchange) -> Result<String, Failure> {
    let mut expanded = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((name, behind)) = behind.split_once('}') else {
            break;
        };
        expanded.push_str(before);
        let in_path = !expanded.contains('?');
        expanded.push_str(&parameter(name.trim_start_matches('*'), in_path, exchange)?);
        rest = behind;
    }
    expanded.push_str(rest);
    let path = expanded.split('?').next().unwrap_or_default();
    if template != expanded && path.split('/').any(|segment| segment == "." || segment == "..") {
        return Err(invalid(
            "A parameter of the rewrite template makes a path segment of dots.",
        ));
    }
    Ok(expanded)
}

fn parameter(name: &str, in_path: bool, exchange: &Exchange) -> Result<String, Failure> {
    let found = exchange
        .matched
        .parameters
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let Some((_, value)) = found else {
        return Err(invalid(&format!(
            "The operation has no parameter `{name}`, which the rewrite template names."
        )));
    };
    // Of a wildcard, the slashes are the path's own.
    let wildcard = format!("{{*{name}}}");
    let is_wildcard = exchange
        .matched
        .operation
        .as_ref()
        .is_some_and(|it| it.url_template.contains(&wildcard));
    let kept: &[u8] = if in_path && is_wildcard { b"/" } else { b"" };
    Ok(encoded(value, kept))
}

/// The request's query parameters that neither the new query nor the operation's URL template names.
fn unmatched(exchange: &Exchange, new: &[String]) -> Vec<String> {
    let template = exchange
        .matched
        .operation
        .as_ref()
        .map(|operation| operation.url_template.clone());
    let own = template
        .as_ref()
        .and_then(|template| template.split_once('?'))
        .map_or("", |(_, query)| query);
    let named: Vec<String> = pairs(own)
        .chain(new.iter().map(String::as_str))
        .map(|pair| crate::context::decode_query(pair.split_once('=').map_or(pair, |(name, _)| name)))
        .collect();
    pairs(&exchange.request.query)
        .filter(|pair| !named.iter().any(|name| is_named(pair, name)))
        .map(str::to_owned)
        .collect()
}

fn invalid(message: &str) -> Failure {
    Failure::internal("RewriteTemplateInvalid", message)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, reports, response_text};
    use expression::context::Operation;
    use std::sync::Arc;

    /// What the upstream is asked for when `GET /get/…?b=2&c=3` matched `/get/{id}/{*rest}?b={b}` with these values.
    fn rewritten(attributes: &str, id: &str, rest: &str) -> String {
        let mut bench = Bench::new(&format!("<inbound><rewrite-uri {attributes} /></inbound>"));
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /get/x?b=2&c=3");
        exchange.matched.parameters = [("id", id), ("rest", rest), ("b", "2")]
            .map(|(name, value)| (name.into(), value.into()))
            .into();
        let operation = Operation {
            url_template: "/get/{id}/{*rest}?b={b}".into(),
            ..Operation::default()
        };
        exchange.matched.operation = Some(Arc::new(operation));
        ready(plan.run(&mut exchange));
        let reason = exchange.last_error.as_ref().map(|error| error.message.to_string());
        let response = response_text(&mut exchange);
        let sent = response.lines().last().unwrap_or_default();
        reason.unwrap_or_else(|| sent.trim_start_matches("GET http://backend.example").to_owned())
    }

    fn check(attributes: &str, expected: &str) {
        assert_eq!(rewritten(attributes, "7", "a/b"), expected, "{attributes}");
    }

    #[test]
    fn templates_take_parameters_and_leave_what_nobody_names() {
        check("template='/put'", "/base/put?c=3");
        check("template='/put' copy-unmatched-params='false'", "/base/put");
        check("template='/put?c=9&amp;d=1'", "/base/put?c=9&d=1");
        check("template='/put/{id}?x={b}'", "/base/put/7?x=2&c=3");
        check("template='/{rest}/{ID}' copy-unmatched-params='FALSE'", "/base/a/b/7");
        check("template='put'", "/base/put?c=3");
        check("template='/a b%20c\"#é'", "/base/a%20b%20c%22%23%C3%A9?c=3");
    }

    #[test]
    fn what_an_expression_gives_is_taken_as_it_is() {
        check(
            "template='@(\"/{id}/\" + context.Request.MatchedParameters[\"id\"])'",
            "/base/%7Bid%7D/7?c=3",
        );
        check("template='/x/@(1 + 1)'", "/base/x/2?c=3");
    }

    #[test]
    fn parameters_stay_in_their_segments() {
        assert_eq!(
            rewritten("template='/v/{id}/{rest}'", "a/b?c#d", "e/f?g"),
            "/base/v/a%2Fb%3Fc%23d/e/f%3Fg?c=3"
        );
        let dots = "A parameter of the rewrite template makes a path segment of dots.";
        assert_eq!(rewritten("template='/v/{id}/x'", "..", ""), dots);
        assert_eq!(rewritten("template='/v/{rest}'", "", "a/../../b"), dots);
    }

    #[test]
    fn an_unknown_parameter_fails_the_request() {
        check(
            "template='/{nope}'",
            "The operation has no parameter `nope`, which the rewrite template names.",
        );
    }

    #[test]
    fn literals_around_an_expression_are_reported() {
        reports(&[
            (
                "<rewrite-uri template='/x/@(1)' />",
                "`template` of `<rewrite-uri>` must be either a literal or one expression",
            ),
            ("<rewrite-uri />", "`<rewrite-uri>` lacks the attribute `template`"),
        ]);
    }
}
