//! `send-one-way-request` sends a request of its own and goes on at once; nobody learns what becomes of it.
//!
//! It is made like the one of `send-request`, of which it has `mode`, `timeout` (60 s) and all children. It goes on in
//! the background after the client has its answer, up to its timeout, or until the gateway stops. When as many as may
//! are under way in the background, it is not sent, which the log says. Only expressions that fail are failures.

use super::send_request::request::{Template, may_be_ignored};
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};

pub(crate) const SEND_ONE_WAY_REQUEST: Policy = Policy::new("send-one-way-request", parse);

struct SendOneWayRequest {
    template: Template,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let template = Template::read(element);
    now(SendOneWayRequest { template })
}

impl Step for SendOneWayRequest {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let prepared = match self.template.prepare(exchange) {
            Ok(prepared) => prepared,
            Err(failure) if may_be_ignored(&failure) => return Ok(Flow::Next),
            Err(failure) => return Err(failure),
        };
        let task = async move {
            if let Err(failure) = prepared.send().await.result {
                tracing::debug!(target: "policy.one_way", reason = failure.reason, "a one-way request failed");
            }
        };
        if !exchange.services.runtime.spawn(Box::pin(task)) {
            tracing::warn!(target: "policy.one_way", "too many one-way requests are under way; one was not sent");
        }
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, reports};
    use crate::upstream::UpstreamFailure;

    const TO: &str = "<set-url>http://other.example/x</set-url><set-method>POST</set-method><set-body>1</set-body>";

    #[test]
    fn it_is_sent_and_nobody_minds_how_it_goes() {
        let policies = format!("<inbound><send-one-way-request mode='new'>{TO}</send-one-way-request></inbound>");
        for answer in [Ok("500"), Err(UpstreamFailure::Connection("refused".into()))] {
            let mut bench = Bench::new(&policies).then(answer).answer("204");
            assert_eq!(bench.run("GET /"), "204 No Content");
            let sent = bench.sent.borrow();
            assert_eq!(
                *sent,
                ["POST http://other.example/x\n\n1", "GET http://backend.example/base/"]
            );
        }
    }

    #[test]
    fn a_request_that_cannot_be_made_is_passed_over_unless_an_expression_fails() {
        let with_url = |url: &str| {
            let policies = format!(
                "<inbound><send-one-way-request><set-url>{url}</set-url><set-method>GET</set-method>\
                 </send-one-way-request></inbound><backend />"
            );
            Bench::new(&policies).run("GET /")
        };
        assert_eq!(with_url("nowhere"), "200 OK");
        assert!(with_url("@(((string)null).Trim())").starts_with("500 "));
    }

    #[test]
    fn it_has_no_variable() {
        reports(&[(
            "<send-one-way-request response-variable-name='r' ignore-error='true' mode='copy' />",
            "`<send-one-way-request>` has no attribute `response-variable-name`\n\
             `<send-one-way-request>` has no attribute `ignore-error`",
        )]);
    }
}
