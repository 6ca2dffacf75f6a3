//! `json-to-xml` makes XML of a JSON body: the request's in inbound, the response's in outbound and on-error.
//!
//! `apply` is `always`, or `content-type-json` for bodies whose `Content-Type` is of JSON. Unless `consider-accept-header`
//! is `false`, the request's `Accept` must name XML. `Content-Type` becomes `application/xml`. A body that is no JSON, or
//! holds a character that XML does not have, fails.
//!
//! - A property is an element, an array one element an item, an empty array an empty element, null an element with
//!   `xsi:nil="true"`. Values are .NET's texts: `True`, `1.5`; texts that look like dates are read as dates and written
//!   `MM/dd/yyyy HH:mm:ss`, unless `parse-date` is `false`. What no name may hold is `_x0020_`.
//! - The only property of the outermost object is the root. Anything else has `<Document>` around it.
//! - With `namespace-prefix` (`xmlns`), a property of this name declares the default namespace of its element, and
//!   `xmlns`, `namespace-separator` (`_` unless given) and a name that prefix. Names `prefix_local` are in the namespace
//!   of a prefix that is declared.
//! - The properties of an object named by `attribute-block-name` are its element's attributes.

mod elements;

use crate::element::{ElementReader, Words};
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::rewriting::{accepts, is_of_type};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use elements::{Shape, to_xml};
use expression::text::Text;
use http::header::{CONTENT_TYPE, HeaderValue};

pub(crate) const JSON_TO_XML: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::OUTBOUND).and(Sections::ON_ERROR),
    tolerated: Sections::BACKEND,
    ..Policy::new("json-to-xml", parse)
};

struct JsonToXml {
    message: Message,
    apply: Value<Apply>,
    considers_accept: Value<bool>,
    parses_dates: bool,
    separator: Value<Text>,
    namespace_prefix: Option<Value<Text>>,
    attribute_block: Option<Value<Text>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Apply {
    Always,
    ContentTypeJson,
}

const APPLY: Words<Apply> = &[("always", Apply::Always), ("content-type-json", Apply::ContentTypeJson)];

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let apply = element.required_word("apply", APPLY);
    let considers_accept = element.or("consider-accept-header", true);
    let parses_dates = element.literal("parse-date").unwrap_or(true);
    let separator = element.or("namespace-separator", "_".into());
    let namespace_prefix = element.optional("namespace-prefix");
    let attribute_block = element.optional("attribute-block-name");
    now(JsonToXml {
        message: element.rewrites_body(),
        apply: apply?,
        considers_accept,
        parses_dates,
        separator,
        namespace_prefix,
        attribute_block,
    })
}

impl Step for JsonToXml {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let is_wanted = !self.considers_accept.get(exchange)? || accepts(&exchange.request.headers, "xml");
        let applies =
            self.apply.get(exchange)? == Apply::Always || is_of_type(exchange.headers_mut(self.message), "json");
        let named = |name: &Option<Value<Text>>| -> Result<Option<Text>, Failure> {
            let name = name.as_ref().map(|name| name.get(exchange)).transpose()?;
            Ok(name.filter(|name| !name.is_empty()))
        };
        let shape = Shape {
            parses_dates: self.parses_dates,
            separator: self.separator.get(exchange)?,
            namespace_prefix: named(&self.namespace_prefix)?,
            attribute_block: named(&self.attribute_block)?,
        };
        if !(is_wanted && applies) {
            return Ok(Flow::Next);
        }
        let body = exchange.body_to_rewrite(self.message)?;
        let Some(body) = body else { return Ok(Flow::Next) };
        let limit = usize::try_from(exchange.services.buffer_limit).unwrap_or(usize::MAX);
        let xml = to_xml(&body.text(), &shape, limit);
        let xml = xml.map_err(|found| {
            let message = format!("the body cannot be made XML: {found}");
            Failure::internal("JsonToXmlFailed", message)
        })?;
        exchange.rewrite_body(self.message, xml);
        let content_type = HeaderValue::from_static("application/xml");
        exchange.headers_mut(self.message).insert(CONTENT_TYPE, content_type);
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    fn run(attributes: &str, request: &str, content_type: &str, body: &str) -> String {
        let policies = format!("<outbound><json-to-xml {attributes} /></outbound>");
        let mut bench = Bench::new(&policies).answer(&format!("200\nContent-Type: {content_type}\n\n{body}"));
        bench.run(request)
    }

    #[test]
    fn it_applies_where_xml_is_wanted_and_json_is_there() {
        let xml = "200 OK\ncontent-type: application/xml\n\n<a>1</a>";
        let never = "consider-accept-header='false'";
        for (attributes, accept, content_type, is_converted) in [
            (
                "apply='always'",
                "text/html, application/soap+xml;q=0.5",
                "text/plain",
                true,
            ),
            ("apply='always'", "*/*", "application/json", false),
            (&format!("apply='always' {never}"), "*/*", "text/plain", true),
            (
                &format!("apply='content-type-json' {never}"),
                "*/*",
                "text/plain",
                false,
            ),
            (
                &format!("apply='content-type-json' {never}"),
                "*/*",
                "application/hal+json",
                true,
            ),
            (
                "apply='@(\"always\")' consider-accept-header='@(false)'",
                "*/*",
                "a/b",
                true,
            ),
        ] {
            let answer = run(
                attributes,
                &format!("GET /\nAccept: {accept}"),
                content_type,
                "{\"a\":1}",
            );
            assert_eq!(
                answer == xml,
                is_converted,
                "{attributes} {accept} {content_type}: {answer}"
            );
        }
    }

    #[test]
    fn a_body_that_cannot_be_xml_fails_and_none_stays_none() {
        let attributes = "apply='always' consider-accept-header='false'";
        for body in ["<a/>", "{\"a\":\"\\u0000\"}", "{\"a\":1", &"[".repeat(100_000)] {
            let answer = run(attributes, "GET /", "application/json", body);
            assert!(answer.starts_with("500 Internal Server Error"), "{answer}");
        }
        assert_eq!(run(attributes, "GET /", "a/b", ""), "200 OK\ncontent-type: a/b");
    }

    #[test]
    fn requests_are_converted_too_with_computed_names() {
        let policies = "<inbound><json-to-xml apply='always' consider-accept-header='false' namespace-separator='@(\":\")' \
                        namespace-prefix='@(\"ns\")' attribute-block-name='@(\"$\")' /></inbound>";
        assert_eq!(
            Bench::new(policies).run("POST /\n\n{\"p:a\":{\"ns:p\":\"u\",\"$\":{\"b\":1}}}"),
            "200 OK\n\nPOST http://backend.example/base/\ncontent-type: application/xml\n\n<p:a xmlns:p=\"u\" b=\"1\" />"
        );
    }
}
