//! `forward-request` sends the request to its backend and takes the response over. It stands in backend only; the
//! default document has it at global scope.
//!
//! `timeout` (300 s) ends the wait for the response's head, not for its body. There is no response before it has run
//! and after it has failed. `fail-on-error-status-code` makes a response of 400 to 599 a failure; on-error sees it,
//! and it is what the client gets if on-error leaves it.
//!
//! The requests of a GraphQL API that has resolvers are answered by these (`resolvers.rs`), WebSocket handshakes by
//! accepting the subscriber (`subscriber.rs`).

mod call;
mod destination;
mod forwarded_for;

use crate::block::Needs;
use crate::element::{ElementReader, Words};
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::policies::authentication_managed_identity::identify;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::subscriber::{is_handshake, shake_hands};
use crate::upstream::{Call, HttpVersion, UpstreamFailure};
use crate::value::Value;
pub(super) use call::{give_credentials, target_url};
pub(super) use destination::{Refused, pick};
use expression::Reads;
use http::StatusCode;
use std::rc::Rc;
use std::time::Duration;

pub(crate) const FORWARD_REQUEST: Policy = Policy {
    sections: Sections::BACKEND,
    ..Policy::new("forward-request", parse)
};

const DEFAULT_TIMEOUT: Duration = Duration::from_mins(5);

struct ForwardRequest {
    timeout: Timeout,
    continue_timeout: Option<Value<Duration>>,
    version: HttpVersion,
    follow_redirects: Value<bool>,
    buffer_response: bool,
    fail_on_error_status_code: bool,
}

enum Timeout {
    Seconds(Value<Duration>),
    Milliseconds(Value<u32>),
}

const VERSIONS: Words<HttpVersion> = &[
    ("1", HttpVersion::One),
    ("2or1", HttpVersion::TwoOrOne),
    ("2", HttpVersion::Two),
];

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let seconds = element.or("timeout", DEFAULT_TIMEOUT);
    let milliseconds = element.optional("timeout-ms");
    if element.has("timeout") && element.has("timeout-ms") {
        element.exactly_one(&["timeout", "timeout-ms"]);
    }
    let forward = ForwardRequest {
        timeout: milliseconds.map_or(Timeout::Seconds(seconds), Timeout::Milliseconds),
        continue_timeout: element.optional("continue-timeout"),
        version: element.literal_word("http-version", VERSIONS).unwrap_or_default(),
        follow_redirects: element.or("follow-redirects", false),
        buffer_response: element.literal("buffer-response").unwrap_or(true),
        fail_on_error_status_code: element.literal("fail-on-error-status-code").unwrap_or(false),
    };
    if element.literal("buffer-request-body").unwrap_or(false) {
        let reads = Reads {
            request_body: true,
            response_body: false,
        };
        element.need(Needs { reads, answer: false });
    }
    waiting(forward)
}

impl WaitingStep for ForwardRequest {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        if let Some(resolvers) = exchange.state.resolvers.clone() {
            // A policy that waits for subscriptions has checked nothing else of the request.
            if is_handshake(&exchange.request) || !exchange.state.subscription_checks.is_empty() {
                exchange.state.forwarded = true;
                shake_hands(exchange, resolvers);
                return Outcome::Now(Ok(Flow::Next));
            }
            return Outcome::Later(Box::pin(async move {
                exchange.state.forwarded = true;
                resolvers.answer(exchange).await?;
                Ok(Flow::Next)
            }));
        }
        match self.call(exchange) {
            Ok(call) => {
                exchange.note_call(&call);
                Outcome::Later(Box::pin(self.send(call, exchange)))
            }
            Err(failure) => Outcome::Now(Err(failure)),
        }
    }
}

impl ForwardRequest {
    async fn send(&self, mut call: Call, exchange: &mut Exchange) -> Result<Flow, Failure> {
        exchange.response = None;
        exchange.state.forwarded = true;
        exchange.state.answer_replaced = false;
        let services = Rc::clone(&exchange.services);
        if let Some(token) = identify(&mut call, &services).await? {
            exchange.hide(&token);
        }
        let backend = call.backend.clone();
        let mut reply = services.upstream.send(call).await;
        if let Some(backend) = backend {
            destination::went(exchange, &backend, &mut reply);
        }
        let reply = reply.map_err(|failure| not_answered(&failure))?;
        let status = reply.status;
        exchange.response = Some(ResponseMessage {
            status,
            reason: reply.reason.map(Into::into),
            headers: reply.headers,
            body: reply.body,
            extensions: reply.extensions,
        });
        if self.fail_on_error_status_code && (400..=599).contains(&status.as_u16()) {
            let message = format!("the backend answered {}", status.as_u16());
            let failure = Failure::internal("BackendStatusCode", message);
            return Err(Failure {
                keeps_response: true,
                status,
                ..failure
            });
        }
        Ok(Flow::Next)
    }
}

/// The failure of a policy whose request was not answered.
pub(super) fn not_answered(failure: &UpstreamFailure) -> Failure {
    let message = failure.to_string();
    match failure {
        UpstreamFailure::Connection(_) => Failure::internal("BackendConnectionFailure", message),
        UpstreamFailure::Timeout(_) => Failure::internal("Timeout", message),
        UpstreamFailure::Client(_) => Failure::refused(
            "ClientConnectionFailure",
            StatusCode::BAD_REQUEST,
            message,
            "Bad request",
        ),
        UpstreamFailure::TooLarge(_) => {
            Failure::refused("BodyTooLarge", StatusCode::PAYLOAD_TOO_LARGE, message.clone(), message)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, run};
    use crate::upstream::UpstreamFailure;
    use std::time::Duration;

    #[test]
    fn the_response_is_taken_over() {
        let mut bench = Bench::new("").answer("404\nX-A: 1\n\ngone");
        assert_eq!(bench.run("GET /"), "404 Not Found\nx-a: 1\n\ngone");
    }

    #[test]
    fn an_error_status_is_a_failure_for_those_who_want_it() {
        let policies = |on_error: &str| {
            format!(
                "<backend><forward-request fail-on-error-status-code='true' /></backend><on-error>{on_error}</on-error>"
            )
        };
        let run = |on_error: &str, answer: &str| Bench::new(&policies(on_error)).answer(answer).run("GET /");
        assert_eq!(run("", "404\n\ngone"), "404 Not Found\n\ngone");
        assert_eq!(
            run("<set-status code='502' />", "404\n\ngone"),
            "502 Bad Gateway\n\ngone"
        );
        assert_eq!(run("<set-status code='502' />", "302"), "302 Found");
    }

    #[test]
    fn without_an_answer_there_is_no_response() {
        for failure in [
            UpstreamFailure::Timeout(Duration::from_millis(5)),
            UpstreamFailure::Connection("refused".into()),
        ] {
            let response = Bench::new("").fails(failure).run("GET /");
            assert!(
                response.starts_with("500 Internal Server Error\ncontent-type: application/json"),
                "{response}"
            );
        }
        let response = Bench::new("").fails(UpstreamFailure::TooLarge(9)).run("GET /");
        assert!(
            response.contains("\"the request body is larger than 9 bytes\""),
            "{response}"
        );
    }

    #[test]
    fn a_body_flows_or_is_kept_under_a_limit() {
        let kept = "<backend><forward-request buffer-request-body='true' /></backend>";
        for policies in ["", kept] {
            assert!(run(policies, "POST /\n\n12345").ends_with("\n\n12345"));
        }
        let mut bench = Bench::new(kept);
        bench.buffer_limit = 4;
        let expected = "413 Payload Too Large\ncontent-type: application/json\n\n\
                        { \"statusCode\": 413, \"message\": \"the body is larger than 4 bytes\" }";
        assert_eq!(bench.run("POST /\n\n12345"), expected);
    }

    #[test]
    fn a_response_that_is_too_large_to_be_read_is_not_the_clients_fault() {
        let reads = "<outbound><set-header name='n'><value>@(context.Response.Body.As&lt;string&gt;())</value></set-header></outbound>\
            <on-error><set-header name='why'><value>@(context.LastError.Reason)</value></set-header></on-error>";
        let mut bench = Bench::new(reads).answer("200\n\n12345");
        bench.buffer_limit = 4;
        let response = bench.run("GET /");
        assert!(
            response.starts_with("500 Internal Server Error\n") && response.contains("\nwhy: BodyTooLarge\n"),
            "{response}"
        );
    }

    #[test]
    fn the_clients_host_is_not_the_backends() {
        let set = "<inbound><set-header name='Host'><value>h</value></set-header></inbound>";
        assert!(!run("", "GET /\nHost: gateway.example").contains("host"));
        assert!(run(set, "GET /\nHost: gateway.example").contains("host: h"));
    }
}
