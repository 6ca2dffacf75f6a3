//! `check-header` refuses a request that lacks a header or has another value in it than those listed.
//!
//! Without `value` elements the header must be there. With some, it must be there once and be equal to one of them.
//! `failed-check-error-message` goes into the JSON body as it is written: APIM leaves it to authors to escape quotes.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::headers::text_of;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Readable, Value};
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use http::StatusCode;
use http::header::HeaderName;

pub(crate) const CHECK_HEADER: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("check-header", parse)
};

struct CheckHeader {
    name: Value<WrittenName>,
    status: Value<StatusCode>,
    message: Value<Text>,
    ignores_case: Value<bool>,
    values: Vec<Value<Text>>,
}

/// A header's name as the author wrote it, which the error message repeats.
#[derive(Clone)]
struct WrittenName(Text);

impl Readable for WrittenName {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = HeaderName::EXPECTED;
    fn from_literal(text: &str) -> Option<Self> {
        text.parse::<HeaderName>().ok().map(|_| Self(text.into()))
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&Text::from_object(object)?)
    }
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let name = element.required("name");
    let status = element.required("failed-check-httpcode");
    let message = element.required("failed-check-error-message");
    let ignores_case = if element.has("ignore-case") {
        element.optional("ignore-case")
    } else {
        let span = element.attribute_span("");
        let message = "`<check-header>` lacks the attribute `ignore-case`: letter case counts";
        element
            .compiler
            .refused_by_apim(codes::MISSING_ATTRIBUTE, span, message);
        Some(Value::Constant(false))
    };
    let empty = || Value::Constant(Text::default());
    let values = element.children("value", |value| Some(value.text().unwrap_or_else(empty)));
    now(CheckHeader {
        name: name?,
        status: status?,
        message: message?,
        ignores_case: ignores_case?,
        values,
    })
}

impl Step for CheckHeader {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let WrittenName(name) = self.name.get(exchange)?;
        let given: Vec<_> = exchange.request.headers.get_all(name.as_str()).iter().collect();
        let Some(first) = given.first().map(|value| text_of(value).into_owned()) else {
            let message = format!("Header {name} was not found in the request. Access denied.");
            return Err(self.failure(exchange, "HeaderNotFound", message)?);
        };
        if self.values.is_empty() || given.len() == 1 && self.allows(&first, exchange)? {
            return Ok(Flow::Next);
        }
        let message = format!("Header {name} value of {first} is not allowed. Access denied.");
        Err(self.failure(exchange, "HeaderValueNotAllowed", message)?)
    }
}

impl CheckHeader {
    fn allows(&self, given: &str, exchange: &Exchange) -> Result<bool, Failure> {
        let ignores_case = self.ignores_case.get(exchange)?;
        for value in &self.values {
            let value = value.get(exchange)?;
            if value.as_str() == given || ignores_case && value.eq_ignore_ascii_case(given) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn failure(&self, exchange: &Exchange, reason: &'static str, message: String) -> Result<Failure, Failure> {
        let client_message = self.message.get(exchange)?;
        Ok(Failure::refused(
            reason,
            self.status.get(exchange)?,
            message,
            client_message.as_str(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, response_text};

    fn check(values: &str, ignore_case: &str, headers: &str, expected: &str) {
        let mut bench = Bench::new(&format!(
            "<inbound><check-header name='X-Key' failed-check-httpcode='401' failed-check-error-message='Say \\\"x\\\"' ignore-case='{ignore_case}'>{values}</check-header></inbound><backend />"
        ));
        let plan = bench.plan(None);
        let mut exchange = bench.exchange(&format!("GET /{headers}"));
        ready(plan.run(&mut exchange));
        let error = exchange.last_error.take();
        let error = error.map(|error| format!("{}|{}|{}\n", error.source, error.reason, error.message));
        let outcome = error.unwrap_or_default() + &response_text(&mut exchange);
        assert_eq!(outcome, expected, "{values} ignore-case={ignore_case} {headers}");
    }

    fn refused(error: &str) -> String {
        format!(
            "check-header|{error}\n401 Unauthorized\ncontent-type: application/json\n\n{{ \"statusCode\": 401, \"message\": \"Say \\\"x\\\"\" }}"
        )
    }

    #[test]
    fn a_header_must_be_there() {
        check("", "true", "\nx-key: any", "200 OK");
        check("", "true", "\nx-key: a\nx-key: b", "200 OK");
        let missing = refused("HeaderNotFound|Header X-Key was not found in the request. Access denied.");
        check("", "true", "", &missing);
        check("<value>a</value>", "true", "", &missing);
    }

    #[test]
    fn a_header_must_have_one_of_the_values() {
        let values = "<value>one</value><value> two </value>";
        let not_allowed = |value: &str| {
            refused(&format!(
                "HeaderValueNotAllowed|Header X-Key value of {value} is not allowed. Access denied."
            ))
        };
        check(values, "false", "\nx-key: two", "200 OK");
        check(values, "false", "\nx-key: Two", &not_allowed("Two"));
        check(values, "true", "\nx-key: Two", "200 OK");
        check(values, "true", "\nx-key: three", &not_allowed("three"));
        check(values, "true", "\nx-key: one\nx-key: two", &not_allowed("one"));
    }
}
