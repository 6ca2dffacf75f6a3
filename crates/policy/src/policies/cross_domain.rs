//! `cross-domain` lets Flash and Silverlight pages of other domains call, by the file that their players ask for.
//!
//! `GET /crossdomain.xml` (or `HEAD`) at the gateway's root is answered with the `<cross-domain-policy>` that it holds,
//! unless an API takes that path; no key is asked for. Silverlight asks for `clientaccesspolicy.xml` first and takes this
//! file when there is none. For requests to APIs the policy does nothing. Elements and attributes are those of Adobe's
//! specification; attributes may be expressions. Of several policies the first one answers.

use crate::body::Body;
use crate::element::ElementReader;
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::registry::{Policy, Scopes, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use expression::body::MessageBody;
use expression::text::Text;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use xml::writer::{Style, write};
use xml::{Kind, Name, NodeId, Tree};

pub(crate) const CROSS_DOMAIN: Policy = Policy {
    sections: Sections::INBOUND,
    scopes: Scopes::GLOBAL,
    ..Policy::new("cross-domain", parse)
};

/// Where players look for the file.
const PATH: &str = "/crossdomain.xml";
/// The content type that players take from any server.
const CONTENT: HeaderValue = HeaderValue::from_static("text/x-cross-domain-policy");
const DECLARATION: &str = r#"<?xml version="1.0"?>"#;
/// Bytes that the file may have.
const LONGEST: usize = 1 << 20;

struct CrossDomain(Part);

/// An element of the file.
struct Part {
    name: &'static str,
    attributes: Vec<(&'static str, Value<Text>)>,
    children: Vec<Part>,
}

/// An element of Adobe's specification: its attributes, with whether they must be there, and its children.
struct Form {
    name: &'static str,
    attributes: &'static [(&'static str, bool)],
    children: &'static [Form],
}

const FORM: Form = Form {
    name: "cross-domain-policy",
    attributes: &[],
    children: &[
        form("site-control", &[("permitted-cross-domain-policies", true)]),
        form(
            "allow-access-from",
            &[("domain", true), ("to-ports", false), ("secure", false)],
        ),
        form(
            "allow-http-request-headers-from",
            &[("domain", true), ("headers", true), ("secure", false)],
        ),
        Form {
            name: "allow-access-from-identity",
            attributes: &[],
            children: &[Form {
                name: "signatory",
                attributes: &[],
                children: &[form(
                    "certificate",
                    &[("fingerprint", true), ("fingerprint-algorithm", true)],
                )],
            }],
        },
    ],
};

const fn form(name: &'static str, attributes: &'static [(&'static str, bool)]) -> Form {
    Form {
        name,
        attributes,
        children: &[],
    }
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let file = element.one(FORM.name, |element| Some(part(element, &FORM)));
    now(CrossDomain(file?))
}

fn part(element: &mut ElementReader<'_, '_>, form: &'static Form) -> Part {
    let mut attributes = Vec::new();
    for (name, required) in form.attributes {
        let value = if *required {
            element.required(name)
        } else {
            element.optional(name)
        };
        attributes.extend(value.map(|value| (*name, value)));
    }
    let mut children = Vec::new();
    for child in form.children {
        children.extend(element.children(child.name, |element| Some(part(element, child))));
    }
    Part {
        name: form.name,
        attributes,
        children,
    }
}

impl Part {
    fn add_to(&self, parent: NodeId, tree: &mut Tree, exchange: &Exchange) -> Result<(), Failure> {
        let element = tree.push(Kind::Element {
            name: Name::local_only(self.name),
            prefix: None,
            open: false,
        });
        tree.append_child(parent, element);
        for (name, value) in &self.attributes {
            let attribute = tree.push(Kind::Attribute {
                name: Name::local_only(*name),
                prefix: None,
                value: value.get(exchange)?.as_str().into(),
            });
            tree.append_attribute(element, attribute);
        }
        self.children
            .iter()
            .try_for_each(|child| child.add_to(element, tree, exchange))
    }
}

impl Step for CrossDomain {
    fn run(&self, _exchange: &mut Exchange) -> Result<Flow, Failure> {
        Ok(Flow::Next)
    }

    fn before_refusal(&self, exchange: &mut Exchange, refusal: &Failure) -> Result<Flow, Failure> {
        if refusal.source != "configuration" {
            return Ok(Flow::Next);
        }
        let request = &exchange.request;
        let path = request.original.split('?').next().unwrap_or_default();
        if path != PATH || !matches!(request.method, Method::GET | Method::HEAD) {
            return Ok(Flow::Next);
        }
        let mut tree = Tree::of(Kind::Document { declaration: None });
        self.0.add_to(NodeId::FIRST, &mut tree, exchange)?;
        let file = write(&tree, NodeId::FIRST, Style::OneLine, LONGEST);
        let file = file.map_err(|error| Failure::internal("CrossDomainFailed", error.to_string()))?;
        exchange.response = Some(ResponseMessage {
            headers: HeaderMap::from_iter([(CONTENT_TYPE, CONTENT)]),
            body: Body::Buffered(MessageBody::new(format!("{DECLARATION}{file}"))),
            ..ResponseMessage::default()
        });
        Ok(Flow::Answer)
    }
}

#[cfg(test)]
mod tests {
    use crate::failure::Failure;
    use crate::plan::Plans;
    use crate::testing::{Bench, ready, response_text};
    use http::StatusCode;

    const FILE: &str = "<cross-domain-policy><allow-http-request-headers-from domain='*' headers='@(\"X-\" + 1)' />\
        <site-control permitted-cross-domain-policies='all' /><allow-access-from domain='*.a&amp;b' secure='false' />\
        <allow-access-from-identity><signatory><certificate fingerprint='01' fingerprint-algorithm='sha-1' /></signatory>\
        </allow-access-from-identity></cross-domain-policy>";

    fn ask(inbound: &str, request: &str) -> String {
        let global = format!("<policies><inbound>{inbound}</inbound></policies>");
        let bench = Bench::with_documents(&[("global", &global)]);
        let (plans, problems) = Plans::compile(&bench.catalog);
        assert!(problems.is_empty(), "{}", diagnostic::render(&problems));
        let mut exchange = bench.exchange(request);
        exchange.request.original = exchange.request.original.replacen("/orders", "", 1).into();
        let failure = Failure {
            source: "configuration",
            ..Failure::refused("OperationNotFound", StatusCode::NOT_FOUND, "", "Resource not found")
        };
        ready(plans.global().fail(&mut exchange, failure));
        response_text(&mut exchange)
    }

    #[test]
    fn the_file_is_answered_at_the_root() {
        let file = "200 OK\ncontent-type: text/x-cross-domain-policy\n\n<?xml version=\"1.0\"?><cross-domain-policy>\
            <site-control permitted-cross-domain-policies=\"all\" /><allow-access-from domain=\"*.a&amp;b\" secure=\"false\" />\
            <allow-http-request-headers-from domain=\"*\" headers=\"X-1\" /><allow-access-from-identity><signatory>\
            <certificate fingerprint=\"01\" fingerprint-algorithm=\"sha-1\" /></signatory></allow-access-from-identity>\
            </cross-domain-policy>";
        let policy = format!("<cross-domain>{FILE}</cross-domain>");
        for (inbound, request, is_answered) in [
            (policy.as_str(), "GET /crossdomain.xml", true),
            (&policy, "GET /crossdomain.xml?v=1", true),
            (&policy, "POST /crossdomain.xml", false),
            (&policy, "GET /a/crossdomain.xml", false),
            ("", "GET /crossdomain.xml", false),
            (
                &format!("{policy}<cross-domain><cross-domain-policy /></cross-domain>"),
                "GET /crossdomain.xml",
                true,
            ),
        ] {
            let answer = ask(inbound, request);
            let expected = if is_answered {
                file
            } else {
                "404 Not Found\ncontent-type: application/json\n\n{ \"statusCode\": 404, \"message\": \"Resource not found\" }"
            };
            assert_eq!(answer, expected, "{request}");
        }
    }

    #[test]
    fn an_expression_that_fails_goes_to_on_error() {
        let policy = "<cross-domain><cross-domain-policy><allow-access-from domain='@(\"\".Substring(1))' />\
                      </cross-domain-policy></cross-domain>";
        assert!(ask(policy, "GET /crossdomain.xml").starts_with("500 Internal Server Error"));
    }

    #[test]
    fn requests_to_apis_pass() {
        let global = format!(
            "<policies><inbound><cross-domain>{FILE}</cross-domain></inbound><backend><forward-request /></backend></policies>"
        );
        assert_eq!(
            Bench::with_documents(&[("global", &global)]).run("GET /crossdomain.xml"),
            "200 OK\n\nGET http://backend.example/base/crossdomain.xml"
        );
    }
}
