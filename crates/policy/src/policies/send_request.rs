//! `send-request` sends a request of its own and keeps the response in a variable, with its body whole.
//!
//! `mode="new"` (also without the attribute) starts from nothing and needs `set-url`; its method is GET unless
//! `set-method` says otherwise. `mode="copy"` starts from the request as it stands: method, URL of its backend with what
//! its credentials add, headers and body, of which the children change what they name. In outbound the copy has no body,
//! in on-error it has the one that the client sent. Authentication policies and `proxy` among the children concern this
//! request alone; redirects are not followed.
//!
//! Any status is a response. No connection, no end of the response within `timeout` (60 s) and a body larger than is
//! kept are failures; with `ignore-error="true"` the variable is null instead. Expressions that fail are never ignored.

pub(super) mod request;

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use expression::text::Text;
use expression::value::Value as Object;
use request::{Sent, Template};
use serde_json::json;
use std::sync::Arc;

pub(crate) const SEND_REQUEST: Policy = Policy::new("send-request", parse);

struct SendRequest {
    variable: Option<Value<Text>>,
    ignore_error: bool,
    template: Template,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let variable = element.optional("response-variable-name");
    let ignore_error = element.literal("ignore-error").unwrap_or(false);
    let template = Template::read(element);
    waiting(SendRequest {
        variable,
        ignore_error,
        template,
    })
}

impl WaitingStep for SendRequest {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(self.send(exchange)))
    }
}

impl SendRequest {
    async fn send(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let variable = self.variable.as_ref().map(|name| name.get(exchange)).transpose()?;
        let Sent { result, fork } = match self.template.prepare(exchange) {
            Ok(prepared) => prepared.send().await,
            Err(failure) => Sent {
                result: Err(failure),
                fork: None,
            },
        };
        if let Some(fork) = &fork {
            exchange.join_variables(fork);
        }
        let value = match result {
            Ok(response) => {
                exchange.note("received", || json!({ "status": response.status_code }));
                Arc::new(response).into_value()
            }
            Err(failure) if self.ignore_error && request::may_be_ignored(&failure) => Object::Null,
            Err(failure) => {
                exchange.state.failed_at = fork.and_then(|fork| fork.state.failed_at);
                return Err(failure);
            }
        };
        if let Some(variable) = variable {
            exchange.set_variable(&variable, value);
        }
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, reports, response_text};
    use crate::upstream::UpstreamFailure;
    use std::time::Duration;

    const TO: &str = "<set-url>http://other.example/x?y=1</set-url><set-method>POST</set-method>";

    fn send(attributes: &str, children: &str) -> String {
        format!("<send-request response-variable-name='r' {attributes}>{children}</send-request>")
    }

    /// What goes out for this policy in inbound.
    fn sent(policy: &str, request: &str) -> String {
        let mut bench = Bench::new(&format!("<inbound>{policy}</inbound><backend />")).answer("204");
        assert_eq!(bench.run(request), "200 OK", "{policy}");
        let sent = bench.sent.borrow();
        sent.join("; ").replace('\n', " ")
    }

    #[test]
    fn a_new_request_is_what_its_children_say() {
        let request = "PUT /a?b=1\nA: 1\nHost: gateway.example\n\nbody";
        let header = "<set-header name='C'><value>3</value></set-header>";
        for (policy, expected) in [
            (send("mode='new'", TO), "POST http://other.example/x?y=1"),
            (
                send("", &format!("{TO}{header}<set-body>new</set-body>")),
                "POST http://other.example/x?y=1 c: 3  new",
            ),
            (
                send(
                    "",
                    r#"<set-url>@("http://h/" + context.Request.Method + " é")</set-url><set-method>get</set-method>"#,
                ),
                "GET http://h/PUT%20%C3%A9",
            ),
            (
                send(
                    "",
                    &format!(r#"{TO}<set-body>@(context.Request.Body.As<string>() + "!")</set-body>"#),
                ),
                "POST http://other.example/x?y=1  body!",
            ),
            (
                send("", "<set-url>http://first</set-url><set-url>http://second</set-url>"),
                "GET http://second/",
            ),
            (
                send("", &format!("{TO}<authentication-basic username='u' password='p' />")),
                "POST http://other.example/x?y=1 authorization: Basic dTpw",
            ),
        ] {
            assert_eq!(sent(&policy, request), expected, "{policy}");
        }
    }

    #[test]
    fn a_copy_is_the_request_with_what_the_children_change() {
        let request = "PUT /a?b=1\nA: 1\nHost: gateway.example\nContent-Length: 4\n\nbody";
        let header = "<set-header name='A' exists-action='append'><value>2</value></set-header>";
        for (children, expected) in [
            ("", "PUT http://backend.example/base/a?b=1 a: 1  body"),
            (header, "PUT http://backend.example/base/a?b=1 a: 1,2  body"),
            (
                "<set-url>https://other.example</set-url><set-method>GET</set-method><set-body />",
                "GET https://other.example/ a: 1",
            ),
        ] {
            assert_eq!(sent(&send("mode='copy'", children), request), expected, "{children}");
            assert_eq!(
                sent(&send("mode='@(\"copy\")'", children), request),
                expected,
                "{children}"
            );
        }
    }

    #[test]
    fn the_request_itself_is_left_alone() {
        let policy = send("mode='copy'", "<set-header name='B'><value>2</value></set-header>");
        let mut bench = Bench::new(&format!("<inbound>{policy}</inbound>")).answer("204");
        bench.run("POST /\nA: 1\n\nbody");
        let sent = bench.sent.borrow();
        assert_eq!(
            *sent,
            [
                "POST http://backend.example/base/\na: 1\nb: 2\n\nbody",
                "POST http://backend.example/base/\na: 1\n\nbody"
            ]
        );
    }

    #[test]
    fn copies_have_no_body_in_outbound_and_the_clients_in_on_error() {
        let policy = send("mode='copy'", "");
        let mut bench = Bench::new(&format!("<outbound>{policy}</outbound>"));
        bench.run("POST /\n\nbody");
        assert_eq!(bench.sent.borrow()[1], "POST http://backend.example/base/");
        let refused = UpstreamFailure::Connection("refused".into());
        let mut bench = Bench::new(&format!("<on-error>{policy}</on-error>")).then(Err(refused));
        bench.run("POST /\n\nbody");
        assert_eq!(bench.sent.borrow()[1], "POST http://backend.example/base/\n\nbody");
    }

    /// The client's answer, which this expression over the response makes.
    fn seen(answer: &str, expression: &str) -> String {
        let policies = format!(
            "<inbound>{}<return-response><set-body>@{{ var r = (IResponse)context.Variables[\"r\"]; return {expression}; }}</set-body>\
             </return-response></inbound>",
            send("", TO)
        );
        Bench::new(&policies).answer(answer).run("GET /")
    }

    #[test]
    fn the_response_is_kept_whole() {
        let answer = "404 Not Found\nX-A: 1\nX-A: 2\n\n{\"a\": [7]}";
        for (expression, expected) in [
            ("r.StatusCode.ToString()", "404"),
            ("r.StatusReason", "Not Found"),
            ("r.Headers.GetValueOrDefault(\"x-a\")", "1,2"),
            (
                "r.Body.As<JObject>(true)[\"a\"][0].ToString() + r.Body.As<string>()",
                "7{\"a\": [7]}",
            ),
        ] {
            assert_eq!(
                seen(answer, expression),
                format!("200 OK\n\n{expected}"),
                "{expression}"
            );
        }
    }

    #[test]
    fn it_may_be_returned() {
        let policies = format!(
            "<inbound>{}<return-response response-variable-name='r' /></inbound>",
            send("", TO)
        );
        let response = Bench::new(&policies).answer("418\nA: 1\n\ntea").run("GET /");
        assert_eq!(response, "418 I'm a teapot\na: 1\n\ntea");
    }

    /// Reason of the failure, or the variable and the response.
    fn failed(attributes: &str, children: &str, limit: u64, answer: Result<&str, UpstreamFailure>) -> String {
        let policies = format!("<inbound>{}</inbound><backend />", send(attributes, children));
        let mut bench = Bench::new(&policies).then(answer);
        bench.buffer_limit = limit;
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        ready(plan.run(&mut exchange));
        if let Some(error) = exchange.last_error.take() {
            return format!("{} {}", error.source, error.reason);
        }
        let response = response_text(&mut exchange);
        format!("{:?} {response}", exchange.variables)
    }

    #[test]
    fn failures_are_failures_or_ignored() {
        let late = || Err(UpstreamFailure::Timeout(Duration::from_secs(1)));
        let refused = || Err(UpstreamFailure::Connection("no".into()));
        let relative = "<set-url>/x</set-url><set-method>GET</set-method>";
        let null = "[(\"r\", Null)] 200 OK";
        assert_eq!(failed("", TO, 9, late()), "send-request Timeout");
        assert_eq!(failed("", TO, 9, refused()), "send-request BackendConnectionFailure");
        assert_eq!(failed("", TO, 2, Ok("200\n\n123")), "send-request BodyTooLarge");
        assert_eq!(
            failed("", relative, 9, Ok("200")),
            "send-request BackendConnectionFailure"
        );
        for answer in [late(), refused(), Ok("200\n\n123")] {
            assert_eq!(failed("ignore-error='true'", TO, 2, answer), null);
        }
        assert_eq!(failed("ignore-error='true'", relative, 9, Ok("200")), null);
        let failing = "<set-url>@(((string)null).Trim())</set-url><set-method>GET</set-method>";
        let thrown = "send-request ExpressionValueEvaluationFailure";
        assert_eq!(failed("ignore-error='true'", failing, 9, Ok("200")), thrown);
    }

    #[test]
    fn what_is_missing_is_reported() {
        reports(&[
            (
                "<send-request response-variable-name='r' />",
                "`<send-request>` lacks `<set-url>`: it can only fail",
            ),
            (
                &format!("<send-request>{TO}<set-url>http://second</set-url></send-request>"),
                "of several `<set-url>` the last one counts",
            ),
            ("<send-request mode='copy' response-variable-name='r' />", ""),
            (
                "<send-request mode='old' ignore-error='@(true)' timeout='x'><set-status code='1' /></send-request>",
                "`mode` of `<send-request>` must be `new` or `copy`, found \"old\"\n\
                 `ignore-error` of `<send-request>` takes no expression, expected a literal\n\
                 `timeout` of `<send-request>` must be a number of seconds that is not negative, found \"x\"\n\
                 `<send-request>` holds no element `<set-status>`",
            ),
        ]);
    }
}
