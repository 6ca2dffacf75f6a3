//! `validate-content` lets a message through if its body is not too large and is what a schema says: the request's in
//! inbound, the response's in outbound and on-error. A message without a body passes.
//!
//! - A body of more than `max-size` bytes is treated by `size-exceeded-action`; APIM takes up to 4 MB there.
//! - `content-type-map` says what the body is taken to be: what a `type` says that names the content type (`from`) or
//!   whose `when` is true, else `missing-content-type-value` where there is none, else `any-content-type-value`, else
//!   what the message says. Content types are compared without parameters and ignoring case.
//! - A content type that neither the API's description has for the operation (and status) nor a `content` with a
//!   `schema-id` names is treated by `unspecified-content-type-action`.
//! - Each `content` of the type, or without a type, validates: by the schema `schema-id` (`schema-ref` is a place in it),
//!   else by the one that the description has for the content type, as far as there is one.
//!   `allow-additional-properties` overrides what schemas say of properties that they do not name;
//!   `case-insensitive-property-names` compares names of properties ignoring case.
//!
//! Actions are `ignore`, `prevent` (400, in outbound 502) and `detect`, which only sets `errors-variable-name`. A body that
//! is no JSON (or XML), or is of another coding than gzip, deflate and br, cannot be validated, which is a fault like any
//! other.
//!
//! `validate-as="xml"` validates the root element by XML Schema, `"soap"` what is within the body of a SOAP envelope; the
//! schema is the one of the folder that `schema-id` names, else those in the types of the API's WSDL, whose content types
//! are those of SOAP. Schemas include and import each other by the names of their folders.

mod body;
mod schemas;
mod types;

use crate::codes;
use crate::element::{ElementReader, Words};
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::headers::text_of;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::validation::{ACTIONS, Action, Fault, Found, Report, Validated, contract_of, no_contract};
use crate::value::Value;
use catalog::Content;
use expression::text::Text;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use schema::Use;
use schemas::By;
use types::TypeMap;

pub(crate) const VALIDATE_CONTENT: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::OUTBOUND).and(Sections::ON_ERROR),
    ..Policy::new("validate-content", parse)
};

/// What APIs with a WSDL take: SOAP 1.1 and 1.2.
const SOAP_TYPES: [&str; 2] = ["text/xml", "application/soap+xml"];

/// Bytes that APIM lets a body have at most.
const MOST_BYTES: u32 = 4 * 1024 * 1024;

struct ValidateContent {
    report: Report,
    unspecified: Value<Action>,
    max_size: Value<u32>,
    size_exceeded: Value<Action>,
    types: TypeMap,
    contents: Vec<Rule>,
}

/// A `content` element.
struct Rule {
    /// Lower case; none: every specified one.
    content_type: Option<String>,
    by: By,
    used: Use,
    action: Value<Action>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ValidateAs {
    Json,
    Xml,
    Soap,
}

const VALIDATE_AS: Words<ValidateAs> = &[
    ("json", ValidateAs::Json),
    ("xml", ValidateAs::Xml),
    ("soap", ValidateAs::Soap),
];

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let unspecified = element.required_word("unspecified-content-type-action", ACTIONS);
    let max_size: Option<Value<u32>> = element.required("max-size");
    if max_size
        .as_ref()
        .and_then(Value::constant)
        .is_some_and(|size| *size > MOST_BYTES)
    {
        let span = element.attribute_span("max-size");
        let message = format!("`max-size` may be {MOST_BYTES} at most");
        element.compiler.refused_by_apim(codes::WRONG_VALUE, span, message);
    }
    let size_exceeded = if element.has("size-limit-exceeded-action") {
        let span = element.attribute_span("size-limit-exceeded-action");
        let message = "`size-limit-exceeded-action` is a misspelling of `size-exceeded-action`";
        element.compiler.refused_by_apim(codes::ALIAS, span, message);
        element.required_word("size-limit-exceeded-action", ACTIONS)
    } else {
        element.required_word("size-exceeded-action", ACTIONS)
    };
    let report = Report::read(element, "errors-variable-name");
    let types = element.at_most_one("content-type-map", |element| Some(types::read(element)));
    let contents = element.children("content", rule);
    let message = element.rewrites_body();
    for rule in &contents {
        element.validates(match (&rule.by, message) {
            (By::Description, Message::Request) => Validated::request(rule.used),
            (By::Description, Message::Response) => Validated::response(rule.used),
            (By::Wsdl(_), _) => Validated {
                wsdl: true,
                ..Validated::default()
            },
            (By::Json(_) | By::Xml { .. }, _) => continue,
        });
    }
    now(ValidateContent {
        report,
        unspecified: unspecified?,
        max_size: max_size?,
        size_exceeded: size_exceeded?,
        types: types.unwrap_or_default(),
        contents,
    })
}

fn rule(element: &mut ElementReader<'_, '_>) -> Option<Rule> {
    let content_type: Option<Text> = element.literal("type");
    let validate_as = element.required_literal_word("validate-as", VALIDATE_AS);
    let action = element.required_word("action", ACTIONS);
    let used = Use {
        additional_properties: element.literal("allow-additional-properties"),
        ignores_case: element.literal("case-insensitive-property-names").unwrap_or(false),
    };
    let by = schemas::read(element, validate_as, used)?;
    Some(Rule {
        content_type: content_type
            .map(|content_type| types::media_type(&content_type))
            .filter(|it| !it.is_empty()),
        by,
        used,
        action: action?,
    })
}

impl ValidateContent {
    fn check(&self, exchange: &Exchange) -> Result<Found, Failure> {
        let mut found = Found::default();
        let Some(body) = exchange.body_as_kept(self.report.message) else {
            return Ok(found);
        };
        let words = body::Words::of(self.report.message);
        let (size, limit) = (body.content().len() as u64, u64::from(self.max_size.get(exchange)?));
        if size > limit {
            found.add(words.too_large(size, limit), self.size_exceeded.get(exchange)?);
        }
        let headers = headers_of(exchange, self.report.message);
        let content_type = self.types.mapped(&content_type_of(headers), exchange)?;
        let operation = exchange.state.operation.as_deref();
        let contract = contract_of(operation);
        let described: &[Content] = match self.report.message {
            Message::Request => contract.map_or(&[], |contract| &contract.request),
            Message::Response => {
                let status = exchange
                    .response
                    .as_ref()
                    .map_or(0, |response| response.status.as_u16());
                contract
                    .and_then(|contract| contract.response(status))
                    .map_or(&[], |response| &response.content)
            }
        };
        let described = described
            .iter()
            .find(|content| types::fits(&content.content_type, &content_type));
        let is_named = |rule: &&Rule| rule.content_type.as_deref() == Some(content_type.as_str());
        let wsdl = exchange.state.wsdl.as_deref();
        let has_own = (wsdl.is_some() && SOAP_TYPES.contains(&content_type.as_str()))
            || self.contents.iter().filter(is_named).any(|rule| match rule.by {
                By::Description => false,
                By::Wsdl(_) => wsdl.is_some(),
                By::Json(_) | By::Xml { .. } => true,
            });
        if described.is_none() && !has_own {
            let fault = if contract.is_none() {
                no_contract()
            } else {
                words.unspecified(&content_type)
            };
            found.add(fault, self.unspecified.get(exchange)?);
            return Ok(found);
        }
        let of_type = |rule: &&Rule| rule.content_type.as_ref().is_none_or(|own| *own == content_type);
        let encoding = headers
            .get(CONTENT_ENCODING)
            .filter(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
            .filter(|_| !body.is_encoded());
        let unreadable = match (body.fault(), encoding) {
            (Some(fault), _) => Some(format!("It cannot be decoded: {fault}.")),
            (None, Some(encoding)) => Some(format!("It is encoded with {}.", text_of(encoding))),
            (None, None) => None,
        };
        for rule in self.contents.iter().filter(of_type) {
            let action = rule.action.get(exchange)?;
            if action == Action::Ignore {
                continue;
            }
            let described = described.and_then(|content| content.schema.as_ref());
            if matches!(rule.by, By::Description) && described.is_none() {
                continue;
            }
            let faults: Vec<Fault> = match (&unreadable, &rule.by) {
                (Some(why), _) => vec![words.unreadable(&content_type, why)],
                (None, By::Xml { name, schemas, part }) => {
                    words.xml_faults(name, schemas, *part, &content_type, &body.markup())
                }
                (None, By::Wsdl(part)) => match wsdl {
                    Some(schemas) => words.xml_faults("WSDL", schemas, *part, &content_type, &body.markup()),
                    None => vec![no_contract()],
                },
                (None, By::Json(schema)) => words.faults(schema, rule.used, &content_type, &body.text()),
                (None, By::Description) => described
                    .map(|schema| words.faults(schema, rule.used, &content_type, &body.text()))
                    .unwrap_or_default(),
            };
            found.add_all(faults, action);
        }
        Ok(found)
    }
}

fn headers_of(exchange: &Exchange, message: Message) -> &HeaderMap {
    match (message, &exchange.response) {
        (Message::Response, Some(response)) => &response.headers,
        _ => &exchange.request.headers,
    }
}

fn content_type_of(headers: &HeaderMap) -> String {
    let written = headers.get(CONTENT_TYPE).map(text_of);
    types::media_type(&written.unwrap_or_default())
}

impl Step for ValidateContent {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let found = self.check(exchange)?;
        self.report.tell(found, exchange)
    }
}

#[cfg(test)]
mod tests;
