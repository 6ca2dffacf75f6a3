//! `validate-headers` lets a response through if its headers are what the API's description says.
//!
//! A header that the description has for the operation and status must conform to its schema, and be there if it is
//! `required`; what is done otherwise is `specified-header-action`. A header that it does not have is treated by
//! `unspecified-header-action`. A `header` element says otherwise for the header of its `name`. Actions are `ignore`,
//! `prevent` (502) and `detect`, which only sets `errors-variable-name`.
//!
//! `Content-Type` belongs to the body: where the response has bodies in the description it is specified. Headers of the
//! connection (`Content-Length`, `Transfer-Encoding`, …) are not looked at. An API without a description fails.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::headers::{is_protected, values_of};
use crate::registry::{Policy, Sections, now};
use crate::spelling;
use crate::step::{Flow, Run, Step};
use crate::validation::{ACTIONS, Action, Found, Kind, Report, Validated, contract_of, faults_of, no_contract};
use crate::value::Value;
use expression::text::Text;
use http::header::CONTENT_TYPE;

pub(crate) const VALIDATE_HEADERS: Policy = Policy {
    sections: Sections::OUTBOUND.and(Sections::ON_ERROR),
    once: true,
    ..Policy::new("validate-headers", parse)
};

struct ValidateHeaders {
    report: Report,
    specified: Value<Action>,
    unspecified: Value<Action>,
    headers: Vec<(Text, Value<Action>)>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let specified = element.required_word("specified-header-action", ACTIONS);
    let unspecified = element.required_word("unspecified-header-action", ACTIONS);
    let report = Report::read(element, "errors-variable-name");
    let headers = element.children("header", |element| {
        let (name, action) = (
            element.required_literal("name"),
            element.required_word("action", ACTIONS),
        );
        Some((name?, action?))
    });
    element.validates(Validated {
        headers: true,
        ..Validated::default()
    });
    now(ValidateHeaders {
        report,
        specified: specified?,
        unspecified: unspecified?,
        headers,
    })
}

impl ValidateHeaders {
    fn action(&self, name: &str, default: &Value<Action>, exchange: &Exchange) -> Result<Action, Failure> {
        let own = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        own.map_or(default, |(_, action)| action).get(exchange)
    }
}

impl Step for ValidateHeaders {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let Some(response) = &exchange.response else {
            return Ok(Flow::Next);
        };
        let operation = exchange.state.operation.clone();
        let mut found = Found::default();
        let Some(contract) = contract_of(operation.as_deref()) else {
            let action = self.specified.get(exchange)?.max(self.unspecified.get(exchange)?);
            found.add(no_contract(), action);
            return self.report.tell(found, exchange);
        };
        let described = contract.response(response.status.as_u16());
        let declared = described.map_or(&[][..], |response| response.headers.as_slice());
        let has_bodies = described.is_some_and(|response| !response.content.is_empty());
        for header in declared {
            let action = self.action(&header.name, &self.specified, exchange)?;
            if action == Action::Ignore {
                continue;
            }
            let values = values_of(&response.headers, &header.name);
            if !values.is_empty() {
                found.add_all(faults_of(header, Kind::ResponseHeader, &values), action);
            } else if header.required {
                found.add(Kind::ResponseHeader.missing(&header.name), action);
            }
        }
        for name in response.headers.keys() {
            let is_declared = declared
                .iter()
                .any(|header| header.name.eq_ignore_ascii_case(name.as_str()));
            if is_declared || is_protected(name) || (name == CONTENT_TYPE && has_bodies) {
                continue;
            }
            let action = self.action(name.as_str(), &self.unspecified, exchange)?;
            found.add(
                Kind::ResponseHeader.unspecified(&spelling::usual(name.as_str())),
                action,
            );
        }
        self.report.tell(found, exchange)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    const RESPONSES: &str = "
responses:
  '200':
    headers:
      X-Rate: {required: true, schema: {type: integer, maximum: 9}}
      X-Tags: {schema: {type: array, items: {type: string, maxLength: 1}}}
    content: {text/plain: {}}";
    const REFUSED: &str = "502 Bad Gateway";

    fn faults(attributes: &str, children: &str, headers: &str) -> String {
        let policies = format!(
            "<outbound><validate-headers errors-variable-name='e' {attributes}>{children}</validate-headers><set-body>@{{\
             if (!context.Variables.ContainsKey(\"e\")) {{ return \"none\"; }} var all = \"\"; \
             foreach (var e in (JArray)context.Variables[\"e\"]) {{ all += e[\"Name\"] + \" \" + e[\"Type\"] + \" \" + e[\"ValidationRule\"] + \" \" + e[\"Action\"] + \": \" + e[\"Details\"] + \"\\n\"; }} return all; }}</set-body></outbound>"
        );
        let answer = Bench::new(&policies)
            .described(RESPONSES)
            .answer(&format!("200\n{headers}"))
            .run("GET /a/1");
        answer
            .split_once("\n\n")
            .map(|(_, body)| body.to_owned())
            .unwrap_or_default()
    }

    #[test]
    fn specified_headers_must_conform() {
        let attributes = "specified-header-action='detect' unspecified-header-action='ignore'";
        let wrong = "does not conform to the definition.";
        for (headers, expected) in [
            ("X-Rate: 9\nX-Tags: a,b\nx-other: 1", "none".to_owned()),
            ("x-rate: 10", format!("X-Rate ResponseHeader IncorrectMessage detect: Value of the header X-Rate {wrong} Integer 10 exceeds maximum value of 9. Line: 1, Position: 2\n")),
            ("X-Rate: 1\nX-Rate: 2", "X-Rate ResponseHeader IncorrectMessage detect: Response cannot contain multiple values for the header X-Rate.\n".into()),
            ("X-Rate: many", "X-Rate ResponseHeader IncorrectMessage detect: Value of the header X-Rate couldn't be parsed according to the definition.\n".into()),
            ("X-Rate: 1\nX-Tags: a\nX-Tags: bc, d", format!("X-Tags ResponseHeader IncorrectMessage detect: Value of the header X-Tags {wrong} String 'bc' exceeds maximum length of 1. Line: 1, Position: 9\n")),
            ("X-Tags: a", "X-Rate ResponseHeader IncorrectMessage detect: Required header X-Rate is missing.\n".into()),
        ] {
            assert_eq!(faults(attributes, "", headers), expected, "{headers}");
        }
    }

    #[test]
    fn unspecified_headers_are_treated_by_themselves() {
        let attributes = "specified-header-action='ignore' unspecified-header-action='detect'";
        let other = "X-Other ResponseHeader Unspecified detect: Unspecified header X-Other is not allowed.\n";
        for (children, headers, expected) in [
            ("", "Content-Type: text/plain\nContent-Length: 0\nX-Rate: many", "none"),
            ("", "x-other: 1\nx-other: 2", other),
            ("<header name='X-Other' action='ignore' />", "x-other: 1", "none"),
            ("<header name='X-Rate' action='detect' />", "x-rate: 1", "none"),
        ] {
            assert_eq!(faults(attributes, children, headers), expected, "{children} {headers}");
        }
    }

    #[test]
    fn prevention_refuses_the_response() {
        let policies = "<outbound><validate-headers specified-header-action='prevent' unspecified-header-action='@(\"prevent\")' /></outbound>";
        for (headers, expected) in [
            ("X-Rate: 1", "200 OK"),
            ("X-Rate: 1\nx: 1", REFUSED),
            ("x-rate: a", REFUSED),
        ] {
            let answer = Bench::new(policies)
                .described(RESPONSES)
                .answer(&format!("200\n{headers}"))
                .run("GET /a/1");
            assert!(answer.starts_with(expected), "{headers}: {answer}");
        }
        assert!(Bench::new(policies).run("GET /a/1").starts_with(REFUSED));
    }
}
