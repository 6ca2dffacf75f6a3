//! `invoke-request` sends the request, changed or not, and makes the response the answer, or keeps it in a variable.
//!
//! APIM's policy toolkit writes this element; there is no page about it. The request is the one that stands, with its
//! body but in outbound; `method`, `url` (absolute), `set-header` and `set-body` change what they name, and `backend-id`
//! sends it to that backend with its credentials. With `response-variable-name` the response goes into the variable as
//! that of a `send-request`, and the section goes on; without it, it is what the client gets and nothing else runs.

use super::return_response::copy;
use super::send_request::request::Template;
use super::set_backend_service::{destination, known};
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Target};
use crate::failure::Failure;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use catalog::Backend;
use expression::text::Text;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const INVOKE_REQUEST: Policy = Policy::new("invoke-request", parse);

/// All backends by id.
type Backends = Arc<BTreeMap<String, Arc<Backend>>>;

struct InvokeRequest {
    template: Template,
    backend: Option<(Value<Text>, Backends)>,
    variable: Option<Text>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let template = Template::invoked(element);
    let id: Option<Value<Text>> = element.optional("backend-id");
    let variable = element.literal("response-variable-name");
    if element.has("url") && element.has("backend-id") {
        let message = "`url` and `backend-id` of `<invoke-request>` exclude each other";
        element.error_at("backend-id", codes::CONFLICT, message);
        return None;
    }
    let backend = match id {
        Some(id) => {
            let catalog = element.compiler.catalog?;
            if let Some(literal) = id.constant() {
                let backend = catalog::entity(&catalog.backends, literal).map(|(_, backend)| backend);
                known(element, literal, backend)?;
            }
            Some((id, Arc::new(catalog.backends.clone())))
        }
        None => None,
    };
    waiting(InvokeRequest {
        template,
        backend,
        variable,
    })
}

impl WaitingStep for InvokeRequest {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(self.invoke(exchange)))
    }
}

impl InvokeRequest {
    async fn invoke(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let prepared = match self.target(exchange)? {
            Some(target) => {
                let own = std::mem::replace(&mut exchange.target, target);
                let prepared = self.template.prepare(exchange);
                exchange.target = own;
                prepared?
            }
            None => self.template.prepare(exchange)?,
        };
        let response = prepared.send().await.result?;
        if let Some(variable) = &self.variable {
            exchange.set_variable(variable, Arc::new(response).into_value());
            return Ok(Flow::Next);
        }
        exchange.response = Some(copy(&response));
        Ok(Flow::Answer)
    }

    fn target(&self, exchange: &Exchange) -> Result<Option<Target>, Failure> {
        let Some((id, backends)) = &self.backend else {
            return Ok(None);
        };
        let id = id.get(exchange)?;
        let missing = || Failure::internal("BackendNotFound", format!("there is no usable backend \"{id}\""));
        let found = catalog::entity(backends, &id);
        found
            .map(|(_, backend)| destination(backend))
            .ok_or_else(missing)
            .map(Some)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;
    use crate::upstream::UpstreamFailure;
    use catalog::{Backend, BackendCredentials};

    fn bench(policies: &str) -> Bench {
        let backend = Backend {
            credentials: BackendCredentials {
                headers: vec![("X-Key".into(), vec!["k".into()])],
                ..BackendCredentials::default()
            },
            ..Backend::single("b", "http://b.example/v1")
        };
        Bench::new(policies).backend("b", backend)
    }

    #[test]
    fn the_request_is_sent_with_what_is_changed() {
        let header = "<set-header name='C'><value>3</value></set-header><set-body>new</set-body>";
        for (attributes, children, expected) in [
            ("", "", "POST http://backend.example/base/x?y=1 a: 1  body"),
            (
                "method='PUT'",
                header,
                "PUT http://backend.example/base/x?y=1 a: 1 c: 3  new",
            ),
            ("url='http://o.example/z'", "", "POST http://o.example/z a: 1  body"),
            (
                "backend-id='b'",
                "",
                "POST http://b.example/v1/x?y=1 a: 1 x-key: k  body",
            ),
            (
                r#"backend-id='@("b")'"#,
                "",
                "POST http://b.example/v1/x?y=1 a: 1 x-key: k  body",
            ),
        ] {
            let policies = format!("<inbound><invoke-request {attributes}>{children}</invoke-request></inbound>");
            let mut bench = bench(&policies).answer("201\nB: 2\n\nmade");
            let response = bench.run("POST /x?y=1\nA: 1\n\nbody");
            assert_eq!(response, "201 Created\nb: 2\n\nmade", "and nothing else runs");
            let sent = bench.sent.borrow();
            assert_eq!(sent.len(), 1);
            assert_eq!(sent[0].replace('\n', " "), expected, "{attributes}");
        }
    }

    #[test]
    fn a_variable_keeps_the_response_and_the_section_goes_on() {
        let policies = "<inbound><invoke-request url='http://o.example' response-variable-name='r' /><return-response>\
                        <set-body>@(((IResponse)context.Variables[\"r\"]).StatusCode + \"\")</set-body></return-response></inbound>";
        assert_eq!(bench(policies).answer("418").run("GET /"), "200 OK\n\n418");
    }

    #[test]
    fn what_cannot_be_sent_is_a_failure() {
        for attributes in ["url='nowhere'", r#"backend-id='@("none")'"#, ""] {
            let policies = format!("<inbound><invoke-request {attributes} /></inbound>");
            let mut bench = bench(&policies).fails(UpstreamFailure::Connection("refused".into()));
            assert!(bench.run("GET /").starts_with("500 "), "{attributes}");
        }
        for (attributes, expected) in [
            ("backend-id='none'", "there is no backend \"none\""),
            (
                "backend-id='b' url='http://a'",
                "`url` and `backend-id` of `<invoke-request>` exclude each other",
            ),
        ] {
            let bench = bench(&format!("<inbound><invoke-request {attributes} /></inbound>"));
            let (_, problems) = crate::Plans::compile(&bench.catalog);
            assert_eq!(problems[0].message, expected);
        }
    }
}
