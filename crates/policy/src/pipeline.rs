//! The life of a request that was matched to a plan.
//!
//! Never here: routing, keys, connections.

use crate::block::{Block, Needs, Section};
use crate::body::Body;
use crate::buffer::meet;
use crate::exchange::{Exchange, Leaving};
use crate::failure::Failure;
use crate::plan::Plan;
use crate::respond::{error_response, last_error};
use crate::step::Flow;
use http::HeaderValue;
use std::sync::Arc;

impl Plan {
    /// Takes an exchange through inbound, backend and outbound; a failure goes to on-error. Afterwards
    /// `exchange.response` is what the client gets.
    pub async fn run(&self, exchange: &mut Exchange) {
        self.begin(exchange);
        exchange.trace_request();
        if let Err((section, failure)) = self.forth_and_back(exchange).await {
            self.on_error(exchange, section, failure).await;
        }
        leave(exchange).await;
    }

    /// Answers an exchange that failed before inbound: not matched, or refused for its key. Policies that stand directly
    /// in inbound may have a word before: `cors`, so that pages can read why, or one that knows what was asked for.
    pub async fn fail(&self, exchange: &mut Exchange, failure: Failure) {
        self.begin(exchange);
        exchange.trace_request();
        for block in self.section(Section::Inbound) {
            match block.before_refusal(exchange, &failure) {
                Ok(Flow::Next) => {}
                Ok(Flow::Answer) => return leave(exchange).await,
                Err(failure) => {
                    self.on_error(exchange, Section::Inbound, failure).await;
                    return leave(exchange).await;
                }
            }
        }
        // What cannot be matched fails on its way to a backend, says APIM; everything else fails on its way in.
        let section = if failure.source == "configuration" {
            Section::Backend
        } else {
            Section::Inbound
        };
        self.on_error(exchange, section, failure).await;
        leave(exchange).await;
    }

    /// Answers a CORS preflight: only `cors` policies that stand directly in inbound are asked. [`Flow::Next`] when
    /// there is none, and the request is one like any other.
    pub async fn preflight(&self, exchange: &mut Exchange) -> Flow {
        self.begin(exchange);
        let mut flow = Flow::Next;
        for block in self.section(Section::Inbound) {
            match block.preflight(exchange) {
                None => continue,
                // Somebody else may know the origin; if nobody does, the answer is an empty 200.
                Some(Ok(Flow::Next)) => {
                    exchange.response.get_or_insert_default();
                    flow = Flow::Answer;
                    continue;
                }
                Some(Ok(Flow::Answer)) => {}
                Some(Err(failure)) => self.on_error(exchange, Section::Inbound, failure).await,
            }
            flow = Flow::Answer;
            break;
        }
        if flow == Flow::Answer {
            leave(exchange).await;
        }
        flow
    }

    /// Whether a `cors` policy that stands directly in inbound lets pages of this origin call.
    pub fn allows_origin(&self, origin: &HeaderValue, exchange: &mut Exchange) -> bool {
        self.begin(exchange);
        let mut blocks = self.section(Section::Inbound).iter();
        blocks.any(|block| block.allows_origin(origin, exchange))
    }

    fn begin(&self, exchange: &mut Exchange) {
        exchange.state.is_mcp = self.effective.is_mcp;
        exchange.state.is_grpc = self.is_grpc;
        exchange.state.wants_answer = self.effective.wants_answer;
        exchange.state.has_cache_store = self.effective.behind_cache_store.is_some();
        exchange.state.operation.clone_from(&self.operation);
        exchange.state.graphql.clone_from(&self.schemas.graphql);
        exchange.state.wsdl.clone_from(&self.schemas.wsdl);
        exchange.state.resolvers.clone_from(&self.resolvers);
    }

    async fn forth_and_back(&self, exchange: &mut Exchange) -> Result<(), (Section, Failure)> {
        for section in [Section::Inbound, Section::Backend, Section::Outbound] {
            let flow = self
                .go_through(section, exchange)
                .await
                .map_err(|failure| (section, failure))?;
            if flow == Flow::Answer {
                if exchange.state.from_cache && section == Section::Inbound {
                    let rest = self.behind_cache_store(exchange).await;
                    rest.map_err(|failure| (Section::Outbound, failure))?;
                }
                break;
            }
        }
        Ok(())
    }

    /// What outbound does with a response that comes from the cache: it has been through all before `cache-store`.
    async fn behind_cache_store(&self, exchange: &mut Exchange) -> Result<(), Failure> {
        let Some((first, passed)) = self.effective.behind_cache_store else {
            return Ok(());
        };
        for (at, block) in self.section(Section::Outbound).iter().enumerate().skip(first) {
            let passed = if at == first { passed } else { 0 };
            if block.run_behind(passed, exchange).await? == Flow::Answer {
                break;
            }
        }
        Ok(())
    }

    async fn go_through(&self, section: Section, exchange: &mut Exchange) -> Result<Flow, Failure> {
        if section == Section::Backend {
            let kept = meet(self.effective.needs_before_backend, exchange).await;
            kept.map_err(|failure| Failure {
                source: "forward-request",
                ..failure
            })?;
        }
        let flow = run(self.section(section), exchange).await?;
        let forward = self
            .effective
            .implicit_forward
            .as_ref()
            .filter(|_| section == Section::Backend);
        match forward {
            Some(forward) if flow == Flow::Next && !exchange.state.forwarded => forward.run(exchange).await,
            _ => Ok(flow),
        }
    }

    /// On-error sees the response that is being prepared and may change it; if it fails itself, the response is the
    /// one for the first failure.
    async fn on_error(&self, exchange: &mut Exchange, section: Section, failure: Failure) {
        let failed = exchange.state.failed_at.take();
        exchange.last_error = Some(last_error(&failure, section, failed.as_ref()));
        if !failure.keeps_response || exchange.response.is_none() {
            exchange.response = Some(error_response(&failure, exchange));
        }
        if run(self.section(Section::OnError), exchange).await.is_err() {
            exchange.response = Some(error_response(&failure, exchange));
        }
    }
}

async fn run(blocks: &[Arc<Block>], exchange: &mut Exchange) -> Result<Flow, Failure> {
    for block in blocks {
        if block.run(exchange).await? == Flow::Answer {
            return Ok(Flow::Answer);
        }
    }
    Ok(Flow::Next)
}

/// What is to be done when the response leaves, then the response as it goes out.
async fn leave(exchange: &mut Exchange) {
    exchange.response.get_or_insert_default();
    for Leaving { reads, act } in std::mem::take(&mut exchange.state.leaving) {
        if let Err(failure) = meet(Needs { reads, answer: false }, exchange).await {
            exchange.response = Some(error_response(&failure, exchange));
        }
        if let Some(rest) = act(exchange) {
            rest.await;
        }
    }
    let replaced = exchange.state.answer_replaced;
    let response = exchange.response_mut();
    response.body = match std::mem::take(&mut response.body) {
        Body::Answer(stream) => Body::Stream(stream.finish(None)),
        Body::Answered(message, stream) => Body::Stream(stream.finish(replaced.then(|| message.bytes().clone()))),
        // APIM sends nothing of a body that was read without `preserveContent`.
        Body::Buffered(body) if body.is_consumed() => {
            response.headers.remove(http::header::CONTENT_LENGTH);
            Body::Empty
        }
        other => other,
    };
    exchange.measure_response();
    if let Some(witness) = &exchange.services.witness {
        witness.leaving(exchange);
    }
}

#[cfg(test)]
mod tests {
    use crate::exchange::Exchange;
    use crate::failure::Failure;
    use crate::testing::{Bench, ready, responds, response_text};
    use crate::upstream::UpstreamFailure;
    use expression::text::Text;
    use http::StatusCode;
    use std::time::Duration;

    const HEADER: &str = "<set-header name='a'><value>1</value></set-header>";

    #[test]
    fn inbound_backend_outbound() {
        let answer = "<return-response><set-status code='418' /></return-response>";
        responds(&[
            ("", "GET /x?y=1", "200 OK\n\nGET http://backend.example/base/x?y=1"),
            ("<backend />", "GET /", "200 OK"),
            (
                &format!("<inbound>{answer}</inbound><outbound>{HEADER}</outbound>"),
                "GET /",
                "418 I'm a teapot",
            ),
            (
                &format!("<backend>{answer}</backend><outbound>{HEADER}</outbound>"),
                "GET /",
                "418 I'm a teapot",
            ),
            (
                &format!("<outbound>{HEADER}{answer}</outbound>"),
                "GET /",
                "418 I'm a teapot",
            ),
            (
                "<outbound><set-status code='201' reason='Made' /></outbound>",
                "GET /",
                "201 Made\n\nGET http://backend.example/base/",
            ),
        ]);
    }

    #[test]
    fn a_failure_goes_to_on_error() {
        let timeout = || UpstreamFailure::Timeout(Duration::from_secs(1));
        let failing = |policies: &str| Bench::new(policies).fails(timeout()).run("GET /");
        let body = r#"{ "statusCode": 500, "message": "Internal server error", "activityId": "01234567-89ab-cdef-0123-456789abcdef" }"#;
        let json = "content-type: application/json";
        assert_eq!(
            failing(&format!("<outbound>{HEADER}</outbound>")),
            format!("500 Internal Server Error\n{json}\n\n{body}")
        );
        assert_eq!(
            failing(&format!("<on-error>{HEADER}</on-error>")),
            format!("500 Internal Server Error\na: 1\n{json}\n\n{body}")
        );
        assert_eq!(
            failing("<on-error><set-status code='504' /><set-body>late</set-body></on-error>"),
            format!("504 Gateway Timeout\n{json}\n\nlate")
        );
        assert_eq!(failing("<on-error><return-response /></on-error>"), "200 OK");
    }

    #[test]
    fn what_fails_before_inbound_goes_to_on_error_too() {
        let mut bench = Bench::new(&format!(
            "<inbound><return-response /></inbound><on-error>{HEADER}</on-error>"
        ));
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        let failure = Failure::refused(
            "OperationNotFound",
            StatusCode::NOT_FOUND,
            "Unable to match",
            "Resource not found",
        );
        ready(plan.fail(
            &mut exchange,
            Failure {
                source: "configuration",
                ..failure
            },
        ));
        assert_eq!(
            response_text(&mut exchange),
            "404 Not Found\na: 1\ncontent-type: application/json\n\n{ \"statusCode\": 404, \"message\": \"Resource not found\" }"
        );
        let error = exchange.last_error.unwrap();
        let told = [&error.source, &error.reason, &error.section].map(Text::as_str);
        assert_eq!(told, ["configuration", "OperationNotFound", "backend"]);
    }

    #[test]
    fn last_error_names_the_innermost_step() {
        let global = "<policies><backend><choose><when condition='false' /><when condition='true'>\
                      <include-fragment fragment-id='send' /></when></choose></backend></policies>";
        let send = "<fragment><set-variable name='a' value='1' /><choose><when condition='true'>\
                    <forward-request id='fwd' /></when></choose></fragment>";
        let mut bench = Bench::with_documents(&[("global", global), ("send", send)]);
        bench.answer = Some(Err(UpstreamFailure::Connection("refused".into())));
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        ready(plan.run(&mut exchange));
        let error = exchange.last_error.unwrap();
        let told = [
            &error.source,
            &error.reason,
            &error.message,
            &error.scope,
            &error.section,
            &error.path,
            &error.policy_id,
        ];
        assert_eq!(
            told.map(Text::as_str),
            [
                "forward-request",
                "BackendConnectionFailure",
                "refused",
                "global",
                "backend",
                "choose[1]/when[2]/include-fragment[1]/choose[1]/when[1]/forward-request[1]",
                "fwd"
            ]
        );
    }

    #[test]
    fn leaving_acts_run_whatever_made_the_response() {
        for policies in ["", "<inbound><return-response /></inbound>", "<backend />"] {
            let mut bench = Bench::new(policies).fails(UpstreamFailure::Timeout(Duration::ZERO));
            let plan = bench.plan(None);
            let mut exchange = bench.exchange("GET /");
            exchange.when_leaving(expression::Reads::default(), |exchange: &mut Exchange| {
                exchange
                    .response_mut()
                    .headers
                    .insert("left", http::HeaderValue::from_static("yes"));
                None
            });
            ready(plan.run(&mut exchange));
            assert!(response_text(&mut exchange).contains("\nleft: yes"), "{policies}");
        }
    }

    #[test]
    fn an_mcp_server_is_reached_without_base_and_its_answer_can_be_replaced() {
        let bench = |policies: &str| Bench::new(policies).mcp("{1}").run("POST /mcp\n\n{}");
        assert_eq!(bench("<backend />"), "200 OK\n\nbefore|{1}|after");
        assert_eq!(
            bench("<backend><forward-request /></backend>"),
            "200 OK\n\nbefore|{1}|after"
        );
        assert_eq!(
            bench("<backend /><outbound><set-body>{2}</set-body></outbound>"),
            "200 OK\n\nbefore|{2}|after"
        );
        assert_eq!(
            bench("<inbound><return-response><set-body>no</set-body></return-response></inbound>"),
            "200 OK\n\nno"
        );
    }
}
