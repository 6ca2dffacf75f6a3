//! `xml-to-json` makes JSON of an XML body: the request's in inbound, the response's in outbound and on-error.
//!
//! `apply` is `always`, or `content-type-xml` for bodies whose `Content-Type` is of XML. Unless `consider-accept-header`
//! is `false`, the request's `Accept` must name JSON. `Content-Type` becomes `application/json`. A body that is no XML
//! fails.
//!
//! `kind="direct"` keeps the structure as Newtonsoft's `JsonConvert.SerializeXNode` does: attributes are `@name`,
//! prefixes and namespace declarations stay, the declaration is `?xml`, a processing instruction `?name`, the document
//! type `!DOCTYPE`, text beside other content is `#text` and a CDATA section `#cdata-section`; `json:Array="true"` puts
//! one element into an array. A comment is `/* … */`, which JSON does not have but APIM writes; several in one element
//! are an empty array `#comment`. `kind="javascript-friendly"` gives names that JavaScript reads with a dot: prefixes,
//! declarations and namespaces are left out, attributes are members like elements, text beside them is `text`, comments are left out. In both,
//! an element with nothing but text is a string, `<a />` is null, elements of one name are an array
//! (`always-array-child-elements="true"`: each child element is in one).

mod writer;

use crate::element::{ElementReader, Words};
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::rewriting::{accepts, is_of_type};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use http::header::{CONTENT_TYPE, HeaderValue};
use writer::{Kind, Shape, to_json};

pub(crate) const XML_TO_JSON: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::OUTBOUND).and(Sections::ON_ERROR),
    tolerated: Sections::BACKEND,
    ..Policy::new("xml-to-json", parse)
};

struct XmlToJson {
    message: Message,
    kind: Value<Kind>,
    apply: Value<Apply>,
    considers_accept: Value<bool>,
    always_array: Value<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Apply {
    Always,
    ContentTypeXml,
}

const KINDS: Words<Kind> = &[
    ("direct", Kind::Direct),
    ("javascript-friendly", Kind::JavaScriptFriendly),
];
const APPLY: Words<Apply> = &[("always", Apply::Always), ("content-type-xml", Apply::ContentTypeXml)];

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let kind = element.required_word("kind", KINDS);
    let apply = element.required_word("apply", APPLY);
    let considers_accept = element.or("consider-accept-header", true);
    let always_array = element.or("always-array-child-elements", false);
    now(XmlToJson {
        message: element.rewrites_body(),
        kind: kind?,
        apply: apply?,
        considers_accept,
        always_array,
    })
}

impl Step for XmlToJson {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let is_wanted = !self.considers_accept.get(exchange)? || accepts(&exchange.request.headers, "json");
        let applies =
            self.apply.get(exchange)? == Apply::Always || is_of_type(exchange.headers_mut(self.message), "xml");
        let shape = Shape {
            kind: self.kind.get(exchange)?,
            always_array: self.always_array.get(exchange)?,
        };
        if !(is_wanted && applies) {
            return Ok(Flow::Next);
        }
        let body = exchange.body_to_rewrite(self.message)?;
        let Some(body) = body else { return Ok(Flow::Next) };
        let json = to_json(&body.markup(), shape);
        let json =
            json.map_err(|found| Failure::internal("XmlToJsonFailed", format!("the body is no XML: {found}")))?;
        exchange.rewrite_body(self.message, json);
        let content_type = HeaderValue::from_static("application/json");
        exchange.headers_mut(self.message).insert(CONTENT_TYPE, content_type);
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    fn run(attributes: &str, request: &str, content_type: &str, body: &str) -> String {
        let policies = format!("<outbound><xml-to-json {attributes} /></outbound>");
        let mut bench = Bench::new(&policies).answer(&format!("200\nContent-Type: {content_type}\n\n{body}"));
        bench.run(request)
    }

    #[test]
    fn it_applies_where_json_is_wanted_and_xml_is_there() {
        let json = "200 OK\ncontent-type: application/json\n\n{\"a\":\"1\"}";
        for (attributes, accept, content_type, is_converted) in [
            ("apply='always'", "Accept: application/json", "text/plain", true),
            (
                "apply='always'",
                "Accept: text/html, application/problem+json;q=0.5",
                "text/plain",
                true,
            ),
            ("apply='always'", "Accept: */*", "text/xml", false),
            (
                "apply='always'",
                "Accept: text/xml, application/json; q=0",
                "text/xml",
                false,
            ),
            (
                "apply='always'",
                "Accept: text/xml, application/json;Q=0.0",
                "text/xml",
                false,
            ),
            ("apply='always'", "X: 1", "text/xml", false),
            (
                "apply='always' consider-accept-header='false'",
                "X: 1",
                "text/plain",
                true,
            ),
            (
                "apply='content-type-xml' consider-accept-header='false'",
                "X: 1",
                "text/plain",
                false,
            ),
            (
                "apply='content-type-xml' consider-accept-header='false'",
                "X: 1",
                "application/soap+xml; charset=utf-8",
                true,
            ),
            (
                "apply='@(\"always\")' consider-accept-header='@(false)'",
                "X: 1",
                "text/plain",
                true,
            ),
        ] {
            let attributes = format!("kind='direct' {attributes}");
            let answer = run(&attributes, &format!("GET /\n{accept}"), content_type, "<a>1</a>");
            assert_eq!(
                answer == json,
                is_converted,
                "{attributes} {accept} {content_type}: {answer}"
            );
        }
    }

    #[test]
    fn a_body_that_is_no_xml_fails_and_none_stays_none() {
        let attributes = "kind='direct' apply='always' consider-accept-header='false'";
        assert!(run(attributes, "GET /", "text/xml", "{}").starts_with("500 Internal Server Error"));
        assert_eq!(
            run(attributes, "GET /", "text/xml", ""),
            "200 OK\ncontent-type: text/xml"
        );
    }

    #[test]
    fn requests_are_converted_too() {
        let policies = "<inbound><xml-to-json kind='direct' apply='always' consider-accept-header='false' /></inbound>";
        assert_eq!(
            Bench::new(policies).run("POST /\nContent-Type: text/xml\n\n<a b='1'/>"),
            "200 OK\n\nPOST http://backend.example/base/\ncontent-type: application/json\n\n{\"a\":{\"@b\":\"1\"}}"
        );
    }
}
