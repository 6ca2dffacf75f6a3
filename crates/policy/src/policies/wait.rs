//! `wait` runs `send-request`, `cache-lookup-value` and `choose` policies at the same time and goes on when `all` have
//! ended, or the first of them (`for="any"`), which ends the others.
//!
//! Each sees the exchange as it was when `wait` began. What they change becomes visible when it ends: variables,
//! headers, bodies and whatever else the policies inside of a `choose` may change; of two that set the same, the later
//! one of the document wins. One that was ended leaves no trace. A child that fails has ended; the first one of the
//! document that failed, or answered with `return-response`, decides how `wait` itself ends.

use crate::block::{Block, Needs};
use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use crate::{LocalFuture, Section};
use expression::Reads;
use std::future::poll_fn;
use std::task::Poll;

pub(crate) const WAIT: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::BACKEND).and(Sections::OUTBOUND),
    ..Policy::new("wait", parse)
};

const CHILDREN: &[&str] = &["send-request", "cache-lookup-value", "choose"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    All,
    Any,
}

const WORDS: Words<Until> = &[("all", Until::All), ("any", Until::Any)];

struct Wait {
    until: Value<Until>,
    /// Each of one step.
    children: Vec<Block>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let until = element.word("for", WORDS).unwrap_or(Value::Constant(Until::All));
    let block = element.policies(CHILDREN);
    // A body cannot flow to several: it is kept before they begin.
    element.need(block.needs());
    if element.compiler.place.section == Some(Section::Backend) {
        let reads = Reads {
            request_body: true,
            response_body: false,
        };
        element.need(Needs { reads, answer: false });
    }
    let children = block
        .steps
        .into_iter()
        .map(|step| Block { steps: vec![step] })
        .collect();
    waiting(Wait { until, children })
}

impl WaitingStep for Wait {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        match self.until.get(exchange) {
            Ok(until) => Outcome::Later(Box::pin(self.run_until(until, exchange))),
            Err(failure) => Outcome::Now(Err(failure)),
        }
    }
}

/// A child on its way, or the copy of the exchange that it ran in with how it ended.
enum Child<'a> {
    Running(LocalFuture<'a, Ended>),
    Ended(Box<Ended>),
}

type Ended = (Exchange, Result<Flow, Failure>);

fn start<'a>(block: &'a Block, base: &Exchange) -> Child<'a> {
    let mut copy = base.fork();
    Child::Running(Box::pin(async move {
        let result = block.run(&mut copy).await;
        (copy, result)
    }))
}

impl Wait {
    async fn run_until(&self, until: Until, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let base = exchange.fork();
        let mut children: Vec<Child<'_>> = self.children.iter().map(|block| start(block, &base)).collect();
        poll_fn(|context| {
            let mut running = children.len();
            for child in &mut children {
                if let Child::Running(future) = child
                    && let Poll::Ready(ended) = future.as_mut().poll(context)
                {
                    *child = Child::Ended(Box::new(ended));
                }
                if matches!(child, Child::Ended(_)) {
                    running -= 1;
                    if until == Until::Any {
                        return Poll::Ready(());
                    }
                }
            }
            if running == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        let mut decided = Ok(Flow::Next);
        for child in children {
            let Child::Ended(ended) = child else { continue };
            let (mut copy, result) = *ended;
            if decided.as_ref().is_ok_and(|flow| *flow == Flow::Next) {
                decided = result;
            } else {
                copy.state.failed_at = None;
            }
            exchange.join(&base, copy);
        }
        decided
    }
}

#[cfg(test)]
mod tests {
    use crate::exchange::{Exchange, Services};
    use crate::testing::{Bench, reports, response_text};
    use crate::upstream::{Call, Reply, Upstream, UpstreamFailure};
    use crate::{Body, LocalFuture};
    use expression::body::MessageBody;
    use http::{Extensions, HeaderMap, StatusCode};
    use std::cell::{Cell, RefCell};
    use std::future::poll_fn;
    use std::rc::Rc;
    use std::task::{Context, Poll, Waker};

    /// Answers with the path when as many requests are under way as it waits for; `/never` never, `/fail` with failure.
    #[derive(Default)]
    struct Meeting {
        awaited: usize,
        arrived: Cell<usize>,
        ended: RefCell<Vec<String>>,
    }

    impl Upstream for Meeting {
        fn send(&self, call: Call) -> LocalFuture<'_, Result<Reply, UpstreamFailure>> {
            self.arrived.set(self.arrived.get() + 1);
            Box::pin(async move {
                let path = call.url.path().to_owned();
                poll_fn(|_| {
                    let all_here = self.arrived.get() >= self.awaited && path != "/never";
                    if all_here { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                self.ended.borrow_mut().push(path.clone());
                if path == "/fail" {
                    return Err(UpstreamFailure::Connection("no".into()));
                }
                Ok(Reply {
                    status: StatusCode::OK,
                    reason: None,
                    headers: HeaderMap::new(),
                    body: Body::Buffered(MessageBody::new(path)),
                    extensions: Extensions::new(),
                })
            })
        }
    }

    fn send(path: &str) -> String {
        format!(
            "<send-request response-variable-name='{path}'><set-url>http://h/{path}</set-url>\
             <set-method>GET</set-method></send-request>"
        )
    }

    fn inside(policies: &str) -> String {
        format!("<choose><when condition='true'>{policies}</when></choose>")
    }

    /// Runs `wait` in inbound against a meeting of so many requests; nothing when it does not end.
    fn waited(awaited: usize, until: &str, children: &str) -> Option<(Exchange, Rc<Meeting>)> {
        let mut bench = Bench::new(&format!(
            "<inbound><wait for='{until}'>{children}</wait></inbound><backend />"
        ));
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        let meeting = Rc::new(Meeting {
            awaited,
            ..Meeting::default()
        });
        exchange.services = Rc::new(Services {
            upstream: Rc::clone(&meeting) as Rc<dyn Upstream>,
            runtime: Rc::new(Endless),
            ..Services::clone(&exchange.services)
        });
        let mut running = Box::pin(plan.run(&mut exchange));
        let mut context = Context::from_waker(Waker::noop());
        let ended = (0..9).any(|_| running.as_mut().poll(&mut context).is_ready());
        drop(running);
        ended.then_some((exchange, meeting))
    }

    /// Whose timeouts are never over.
    struct Endless;

    impl crate::Runtime for Endless {
        fn sleep(&self, _: std::time::Duration) -> LocalFuture<'static, ()> {
            Box::pin(std::future::pending())
        }
        fn spawn(&self, _: LocalFuture<'static, ()>) -> bool {
            false
        }
    }

    fn set(exchange: &Exchange) -> String {
        let names: Vec<&str> = exchange.variables.iter().map(|(name, _)| name.as_str()).collect();
        names.join(" ")
    }

    #[test]
    fn children_run_at_the_same_time() {
        // Neither request is answered before both have been sent.
        let (exchange, _) = waited(2, "all", &(send("a") + &send("b"))).unwrap();
        assert_eq!(set(&exchange), "a b");
        let (exchange, _) = waited(3, "all", &(send("a") + &inside(&send("b")) + &inside(&send("c")))).unwrap();
        assert_eq!(set(&exchange), "a b c");
        // One after the other they would wait for ever.
        assert!(waited(2, "all", &inside(&(send("a") + &send("b")))).is_none());
    }

    #[test]
    fn all_waits_for_the_last_and_any_for_the_first() {
        assert!(waited(2, "all", &(send("never") + &send("b"))).is_none());
        let (exchange, meeting) = waited(2, "any", &(send("never") + &send("b") + &send("c"))).unwrap();
        assert_eq!(set(&exchange), "b");
        assert_eq!(*meeting.ended.borrow(), ["/b"]);
        let (exchange, _) = waited(1, "@(\"any\")", &(send("a") + &send("b"))).unwrap();
        assert_eq!(set(&exchange), "a");
    }

    #[test]
    fn a_failure_is_the_waits_when_all_have_ended() {
        let (exchange, meeting) = waited(3, "all", &(send("a") + &send("fail") + &send("b"))).unwrap();
        let error = exchange.last_error.as_ref().unwrap();
        assert_eq!(
            [&*error.source, &*error.path],
            ["send-request", "wait[1]/send-request[2]"]
        );
        assert_eq!(set(&exchange), "a b");
        assert_eq!(meeting.ended.borrow().len(), 3);
        let (exchange, _) = waited(2, "any", &(send("fail") + &send("never"))).unwrap();
        assert_eq!(exchange.last_error.unwrap().reason, "BackendConnectionFailure");
    }

    #[test]
    fn an_answer_inside_is_the_answer() {
        let answer = "<return-response><set-status code='418' /></return-response>";
        let (mut exchange, _) = waited(2, "all", &(send("a") + &inside(&(send("b") + answer)))).unwrap();
        assert_eq!(response_text(&mut exchange), "418 I'm a teapot");
    }

    #[test]
    fn the_later_of_the_document_wins() {
        let set_to = |value: &str| {
            let header = format!("<set-header name='{value}'><value>1</value></set-header>");
            inside(&format!("<set-variable name='v' value='{value}' />{header}"))
        };
        let policies = format!("<inbound><wait>{}{}</wait></inbound>", set_to("x"), set_to("y"));
        let policies =
            format!("{policies}<outbound><set-body>@((string)context.Variables[\"v\"])</set-body></outbound>");
        let mut bench = Bench::new(&policies);
        assert_eq!(bench.run("POST /\n\nbody"), "200 OK\n\ny");
        assert_eq!(
            *bench.sent.borrow(),
            ["POST http://backend.example/base/\nx: 1\ny: 1\n\nbody"]
        );
    }

    #[test]
    fn in_backend_it_may_forward() {
        let policies = format!(
            "<backend><wait>{}{}</wait></backend>",
            inside("<forward-request />"),
            send("b")
        );
        let mut bench = Bench::new(&policies);
        let response = bench.run("POST /\n\nbody");
        assert_eq!(response, "200 OK\n\nPOST http://backend.example/base/\n\nbody");
    }

    #[test]
    fn other_children_are_refused() {
        reports(&[(
            "<wait for='some'><set-method>GET</set-method></wait>",
            "`for` of `<wait>` must be `all` or `any`, found \"some\"\n`<wait>` holds no element `<set-method>`",
        )]);
    }
}
