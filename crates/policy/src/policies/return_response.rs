//! `return-response` answers with a response of its own; nothing else runs, neither outbound nor on-error.
//!
//! The response starts empty (`200 OK`), whatever response there was before, or as a copy of the one that the variable
//! of `response-variable-name` holds; children then change it. Where nothing set that variable, children make the response
//! alone: published policies keep the name that stands in APIM's page. `body` of a Liquid template is empty, as APIM's
//! page has it; expressions still read the bodies of request and response.

use super::set_body::{NewBody, read_new_content};
use super::set_header::HeaderEdit;
use super::set_status::Status;
use crate::body::Body;
use crate::element::ElementReader;
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};
use expression::body::MessageBody;
use expression::context::Context as _;
use expression::response::StoredResponse;
use expression::text::Text;
use expression::value::{HostPart, Value as Object};
use http::{HeaderName, HeaderValue, StatusCode};

pub(crate) const RETURN_RESPONSE: Policy = Policy {
    ends: true,
    ..Policy::new("return-response", parse)
};

struct ReturnResponse {
    /// The variable that holds the response to begin with.
    variable: Option<Text>,
    status: Option<Status>,
    headers: Vec<HeaderEdit>,
    body: Option<NewBody>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let variable = element.literal("response-variable-name");
    let status = element.at_most_one("set-status", Status::read);
    let headers = element.children("set-header", HeaderEdit::read);
    let body = element.at_most_one("set-body", read_new_content);
    now(ReturnResponse {
        variable,
        status,
        headers,
        body,
    })
}

impl Step for ReturnResponse {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let mut response = match &self.variable {
            Some(name) if !self.has_children() || exchange.variable(name).is_some() => kept_in(name, exchange)?,
            _ => ResponseMessage::default(),
        };
        if let Some(status) = &self.status {
            status.evaluate(exchange)?.apply(&mut response);
        }
        for header in &self.headers {
            header.evaluate(exchange)?.apply(&mut response.headers)?;
        }
        if let Some(body) = &self.body {
            response.body = body.get(exchange)?.into_body();
        }
        exchange.response = Some(response);
        Ok(Flow::Answer)
    }
}

impl ReturnResponse {
    fn has_children(&self) -> bool {
        self.status.is_some() || !self.headers.is_empty() || self.body.is_some()
    }
}

/// The response that a variable holds. `context.Response` itself is taken over as it stands, its body still flowing.
fn kept_in(name: &Text, exchange: &mut Exchange) -> Result<ResponseMessage, Failure> {
    let wrong = |found: &str| {
        let message = format!("the variable \"{name}\" of `response-variable-name` {found}, expected a response");
        Failure::internal("ResponseVariableNotFound", message)
    };
    match exchange.variable(name).unwrap_or_default() {
        Object::Null => Err(wrong("is not set")),
        Object::Host(HostPart::Response) => exchange.response.take().ok_or_else(|| wrong("is null")),
        value => value
            .object::<StoredResponse>()
            .map(copy)
            .ok_or_else(|| wrong(&format!("is a {}", value.type_name()))),
    }
}

/// A stored response as the exchange's.
pub(super) fn copy(stored: &StoredResponse) -> ResponseMessage {
    let status = u16::try_from(stored.status_code).ok();
    let mut response = ResponseMessage {
        status: status
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or_default(),
        reason: (!stored.status_reason.is_empty()).then(|| stored.status_reason.clone()),
        body: Body::Buffered(MessageBody::new(stored.body.bytes().clone())),
        ..ResponseMessage::default()
    };
    for (name, values) in &stored.headers.0 {
        let Ok(name) = name.parse::<HeaderName>() else { continue };
        for value in values.iter().filter_map(|value| HeaderValue::from_str(value).ok()) {
            response.headers.append(name.clone(), value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, responds, response_text};
    use expression::body::MessageBody;
    use expression::response::{HeaderList, StoredResponse};
    use std::sync::Arc;

    #[test]
    fn the_response_is_its_own() {
        let before = "<set-header name='A'><value>1</value></set-header><set-status code='500' />";
        responds(&[
            ("<inbound><return-response /></inbound>", "GET /", "200 OK"),
            (
                "<inbound><return-response><set-status code='401' reason='No' /><set-header name='B'><value>2</value></set-header>\
                 <set-body>{}</set-body></return-response></inbound>",
                "GET /",
                "401 No\nb: 2\n\n{}",
            ),
            (
                &format!("<outbound>{before}<return-response /></outbound>"),
                "GET /",
                "200 OK",
            ),
            (
                &format!("<backend /><outbound>{before}</outbound>"),
                "GET /",
                "500 Internal Server Error\na: 1",
            ),
        ]);
    }

    #[test]
    fn it_may_begin_with_a_response_in_a_variable() {
        let kept = "<set-variable name='kept' value='@(context.Response)' /><set-status code='500' />";
        let answer = "<return-response response-variable-name='kept'>";
        responds(&[
            (
                &format!("<backend><forward-request /></backend><outbound>{kept}{answer}</return-response></outbound>"),
                "GET /",
                "500 Internal Server Error\n\nGET http://backend.example/base/",
            ),
            (
                &format!(
                    "<outbound>{kept}{answer}<set-status code='201' reason='Made' /><set-header name='A'><value>1</value>\
                     </set-header><set-body>new</set-body></return-response></outbound>"
                ),
                "GET /",
                "201 Made\na: 1\n\nnew",
            ),
        ]);
    }

    /// What the client gets when the variable holds a stored response with two cookies.
    fn returned(children: &str) -> (String, Arc<StoredResponse>) {
        let policies =
            format!("<inbound><return-response response-variable-name='r'>{children}</return-response></inbound>");
        let stored = Arc::new(StoredResponse {
            status_code: 404,
            status_reason: "Gone fishing".into(),
            headers: HeaderList(vec![("Set-Cookie".into(), vec!["a=1".into(), "b=2".into()])]),
            body: MessageBody::new("{}"),
        });
        let mut bench = Bench::new(&policies);
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        exchange.set_variable(&"r".into(), Arc::clone(&stored).into_value());
        ready(plan.run(&mut exchange));
        (response_text(&mut exchange), stored)
    }

    #[test]
    fn a_stored_response_is_copied_and_stays_as_it_was() {
        let (text, _) = returned("");
        assert_eq!(text, "404 Gone fishing\nset-cookie: a=1\nset-cookie: b=2\n\n{}");
        let (text, stored) = returned("<set-header name='Set-Cookie' exists-action='delete' /><set-body>[]</set-body>");
        assert_eq!(text, "404 Gone fishing\n\n[]");
        assert_eq!(
            (stored.headers.0.len(), stored.body.bytes().as_ref()),
            (1, b"{}".as_slice())
        );
    }

    #[test]
    fn children_need_no_response_to_begin_with() {
        let answer =
            "<return-response response-variable-name='r'><set-status code='404' reason='No' /></return-response>";
        responds(&[(&format!("<inbound>{answer}</inbound>"), "GET /", "404 No")]);
        let wrong = format!("<inbound><set-variable name='r' value='text' />{answer}</inbound>");
        let mut bench = Bench::new(&wrong);
        assert!(bench.run("GET /").starts_with("500 "), "it is not a response");
    }

    #[test]
    fn a_variable_without_a_response_is_a_failure() {
        for (before, found) in [
            ("", "is not set"),
            ("<set-variable name='r' value='text' />", "is a System.String"),
            ("<set-variable name='r' value='@(context.Response)' />", "is not set"),
        ] {
            let policies = format!("<inbound>{before}<return-response response-variable-name='r' /></inbound>");
            let mut bench = Bench::new(&policies);
            let plan = bench.plan(None);
            let mut exchange = bench.exchange("GET /");
            ready(plan.run(&mut exchange));
            let message = exchange.last_error.map(|error| error.message.to_string());
            let expected = format!("the variable \"r\" of `response-variable-name` {found}, expected a response");
            assert_eq!(message, Some(expected));
        }
    }
}
