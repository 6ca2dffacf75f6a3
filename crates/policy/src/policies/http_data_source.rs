//! `http-data-source` gives the value of a GraphQL field by an HTTP request. It is the document of a resolver.
//!
//! `http-request` says the request as a new `send-request` does; `get-authorization-context`, `set-backend-service` and
//! `include-fragment` in it run before. `backend` may hold a `forward-request` for its `timeout` (300 s). What
//! `http-response` holds changes the response, whose body is then the value, as JSON; a template in it sees this body,
//! one in the request sees `body.arguments` and `body.parent`. A status that is not 2xx is an error of the field.

use super::return_response::copy;
use super::send_request::request::Template;
use crate::Section;
use crate::block::Block;
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const HTTP_DATA_SOURCE: Policy = Policy::new("http-data-source", parse);

/// Policies that run before the request is made.
const BEFORE: &[&str] = &["get-authorization-context", "set-backend-service", "include-fragment"];
/// Policies that change the response.
const BEHIND: &[&str] = &[
    "set-body",
    "xml-to-json",
    "json-to-xml",
    "find-and-replace",
    "include-fragment",
    "publish-event",
];
const TIMEOUT: Duration = Duration::from_mins(5);

struct HttpDataSource {
    before: Block,
    request: Template,
    timeout: Option<Value<Duration>>,
    response: Option<Arc<Block>>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    only_in_resolvers(element);
    let request = element.one("http-request", |request| {
        if request.count("set-method") == 0 {
            let message = "`<http-request>` lacks `<set-method>`: it is a GET";
            let span = request.attribute_span("");
            request.compiler.refused_by_apim(codes::MISSING_CHILD, span, message);
        }
        let before = within(request, Section::Inbound, |request| request.policies(BEFORE));
        Some((before, Template::read(request)))
    });
    let timeout = element.at_most_one("backend", |backend| {
        Some(backend.at_most_one("forward-request", |forward| Some(forward.or("timeout", TIMEOUT))))
    });
    let response = element.at_most_one("http-response", |response| {
        Some(within(response, Section::Outbound, |response| {
            response.policies(BEHIND)
        }))
    });
    let (before, request) = request?;
    waiting(HttpDataSource {
        before,
        request,
        timeout: timeout.flatten(),
        response: response.map(Arc::new),
    })
}

/// Reports a data source that stands elsewhere than in a resolver.
pub(super) fn only_in_resolvers(element: &mut ElementReader<'_, '_>) {
    let place = &element.compiler.place;
    if place.section.is_some() || place.scope.is_some() {
        let message = format!(
            "`<{}>` is the document of a GraphQL resolver, expected in `resolvers/<id>/policy.xml` of its API",
            element.name()
        );
        element.error_at("", codes::WRONG_SECTION, message);
    }
}

/// Reads policies as those of a section, which decides what they change.
pub(super) fn within<T>(
    element: &mut ElementReader<'_, '_>,
    section: Section,
    read: impl FnOnce(&mut ElementReader<'_, '_>) -> T,
) -> T {
    let outer = element.compiler.place.section.replace(section);
    let given = read(element);
    element.compiler.place.section = outer;
    given
}

impl WaitingStep for HttpDataSource {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(self.fetch(exchange)))
    }
}

impl HttpDataSource {
    async fn fetch(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        self.before.run(exchange).await?;
        let mut prepared = self.request.prepare(exchange)?;
        prepared.set_timeout(match &self.timeout {
            Some(timeout) => timeout.get(exchange)?,
            None => TIMEOUT,
        });
        let response = prepared.send().await.result?;
        if !(200..300).contains(&response.status_code) {
            let message = format!("the data source answered {}", response.status_code);
            return Err(Failure::internal("BackendStatusCode", message));
        }
        exchange.response = Some(copy(&response));
        if let Some(block) = &self.response {
            block.run(exchange).await?;
        }
        Ok(Flow::Answer)
    }
}
