//! `jsonp` wraps the response into a call of the function that a query parameter names, for pages that load it as a
//! script. Without the parameter the response stays as it is.
//!
//! The name must be a JavaScript identifier, or several joined by dots; anything else fails with
//! `CallbackParameterInvalid` and 400. The result is `application/javascript`; an empty body gives `name();`.

use crate::context::decode_query;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::validation::escaped;
use crate::value::Value;
use expression::text::Text;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};

pub(crate) const JSONP: Policy = Policy {
    sections: Sections::OUTBOUND,
    once: true,
    ..Policy::new("jsonp", parse)
};

struct Jsonp {
    parameter: Value<Text>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let parameter = element.required("callback-parameter-name");
    element.rewrites_body();
    now(Jsonp { parameter: parameter? })
}

impl Step for Jsonp {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let parameter = self.parameter.get(exchange)?;
        let Some(callback) = callback(exchange, &parameter) else {
            return Ok(Flow::Next);
        };
        if !callback.split('.').all(is_identifier) {
            let message = format!("Value of callback parameter {parameter} is not a valid JavaScript identifier.");
            let client_message = escaped(&message);
            return Err(Failure::refused(
                "CallbackParameterInvalid",
                StatusCode::BAD_REQUEST,
                message,
                client_message,
            ));
        }
        let body = exchange.body_to_rewrite(Message::Response)?;
        let json = body.map(|body| body.content().clone()).unwrap_or_default();
        let call = [callback.as_bytes(), b"(", &json, b");"].concat();
        exchange.rewrite_body(Message::Response, call);
        let script = HeaderValue::from_static("application/javascript");
        exchange.headers_mut(Message::Response).insert(CONTENT_TYPE, script);
        Ok(Flow::Next)
    }
}

/// The parameter's first value in the client's own query, which policies may have rewritten since.
fn callback(exchange: &Exchange, parameter: &str) -> Option<String> {
    let (_, query) = exchange.request.original.split_once('?')?;
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(name, _)| decode_query(name) == parameter)?;
    Some(decode_query(value))
}

fn is_identifier(text: &str) -> bool {
    let is_start = |c: char| c.is_alphabetic() || matches!(c, '_' | '$');
    text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c.is_numeric())
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    fn run(query: &str) -> String {
        let policies = "<outbound><jsonp callback-parameter-name='cb' /></outbound>";
        let mut bench = Bench::new(policies).answer("200\nContent-Type: application/json\n\n{\"a\":1}");
        bench.run(&format!("GET /x{query}"))
    }

    #[test]
    fn the_response_becomes_a_call() {
        let script = "200 OK\ncontent-type: application/javascript\n\n";
        let plain = "200 OK\ncontent-type: application/json\n\n{\"a\":1}";
        for (query, expected) in [
            ("?cb=show", format!("{script}show({{\"a\":1}});")),
            (
                "?a=1&cb=my.app.%24show_2",
                format!("{script}my.app.$show_2({{\"a\":1}});"),
            ),
            ("?cb=first&cb=second", format!("{script}first({{\"a\":1}});")),
            ("?other=1", plain.to_owned()),
            ("", plain.to_owned()),
        ] {
            assert_eq!(run(query), expected, "{query}");
        }
    }

    #[test]
    fn a_name_that_could_be_code_is_refused() {
        for query in ["?cb=", "?cb=alert(1)//", "?cb=a..b", "?cb=1a", "?cb=a%20b", "?cb=a%3Cb"] {
            let answer = run(query);
            assert!(answer.starts_with("400 Bad Request\n"), "{query}: {answer}");
        }
    }
}
