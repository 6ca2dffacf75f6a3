//! Running a scenario: its world is opened, its steps are taken, and what comes is compared.
//!
//! The gateway is the one that serves, without sockets and in virtual time. Never here: how it is reported.

use crate::compare::{self, Difference};
use crate::pattern::matches;
use crate::recorder::{Loggers, Measured, Recorder, Traced};
use crate::scenario::{Request, Scenario, Step, What};
use crate::servers;
use crate::time::{Hours, Stuck, Time, VirtualClock};
use crate::tokens;
use bytes::Bytes;
use diagnostic::Span;
use expression::certificate::Certificate;
use gateway::{Client, Offline, Ready};
use http::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use http::{Response, Uri};
use policy::{BodyError, Clock, Runtime, Spot, Trust};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use store::{Caches, InProcessCounters};

/// The host that requests name unless they name another.
const AUTHORITY: &str = "gateway.example";

/// How a scenario went.
pub struct Outcome {
    /// What did not hold.
    pub differences: Vec<Difference>,
    /// The last response before the first difference, as people read it.
    pub response: Option<String>,
    /// What failed in the policies of the last request, as people read it.
    pub error: Option<String>,
    /// The places of documents that were come by.
    pub spots: BTreeSet<Spot>,
}

struct Trusts(bool);

impl Trust for Trusts {
    fn trusts(&self, _: &Certificate) -> bool {
        self.0
    }
    fn is_signed_by(&self, _: &[u8], _: &[u8]) -> bool {
        self.0
    }
}

/// A response with the time that it took.
type Came = (Response<Result<Bytes, BodyError>>, Duration);

/// A scenario under way.
struct Run<'r> {
    scenario: &'r Scenario,
    tokens: BTreeMap<String, String>,
    time: Rc<Time>,
    hours: Rc<Hours>,
    servers: Rc<servers::World>,
    recorder: Rc<Recorder>,
    measured: Arc<Measured>,
    loggers: Arc<Loggers>,
    traced: Traced,
    gateway: Offline,
    differences: Vec<Difference>,
    response: Option<String>,
    /// The trace of the last request, if there is one.
    trace: Option<Arc<str>>,
}

/// Runs a scenario on what was made of its folder and files.
pub fn run(scenario: &Scenario, ready: &Ready) -> Outcome {
    let time = Time::new(Arc::new(VirtualClock::starting(scenario.world.clock)));
    let hours = Rc::new(Hours(Rc::clone(&time)));
    let given = scenario.world.servers.iter().flatten().cloned();
    let issuers = tokens::issuers(scenario.world.tokens.values());
    let servers = Rc::new(servers::World::new(
        given,
        issuers,
        Rc::clone(&hours) as Rc<dyn Runtime>,
    ));
    let recorder = Rc::new(Recorder::default());
    let measured = Arc::<Measured>::default();
    let loggers = Arc::<Loggers>::default();
    let world = gateway::World {
        clock: time.clock(),
        runtime: Rc::clone(&hours) as Rc<dyn Runtime>,
        servers: Rc::clone(&servers) as Rc<dyn gateway::Servers>,
        counters: Arc::<InProcessCounters>::default(),
        caches: Caches::default(),
        telemetry: Arc::clone(&measured) as Arc<dyn policy::Telemetry>,
        events: Arc::clone(&loggers) as Arc<dyn policy::Events>,
        trust: Arc::new(Trusts(scenario.world.trusts)),
        witness: Some(Rc::clone(&recorder) as Rc<dyn policy::Witness>),
    };
    let made = scenario.world.tokens.iter();
    let made = made.filter_map(|(name, token)| Some((name.clone(), token.minted(scenario.world.clock)?)));
    let config = gateway::Config {
        deployment: Arc::new(scenario.world.deployment.clone()),
        ..gateway::Config::default()
    };
    let mut run = Run {
        scenario,
        tokens: made.collect(),
        gateway: ready.open(config, world),
        time,
        hours,
        servers,
        recorder,
        measured,
        loggers,
        traced: Traced::default(),
        differences: Vec::new(),
        response: None,
        trace: None,
    };
    tracing::subscriber::with_default(run.traced.clone(), || {
        for step in &scenario.steps {
            run.step(step);
            if !run.differences.is_empty() {
                break;
            }
        }
    });
    Outcome {
        differences: run.differences,
        response: run.response,
        error: run.recorder.last().last_error.as_ref().map(compare::failure),
        spots: run.recorder.spots(),
    }
}

impl Run<'_> {
    fn step(&mut self, step: &Step) {
        self.servers.add(step.servers.iter().cloned());
        let span = step
            .requests
            .first()
            .map_or(self.scenario.span, |request| request.message.span);
        let passed = self.time.run(self.hours.sleep(step.after));
        if let Err(stuck) = passed {
            return self.stuck(span, &stuck);
        }
        let times = step.requests.first().map_or(1, |request| request.times);
        let mut sent = Vec::new();
        for _ in 0..times {
            self.recorder.begin(wanted(step));
            let came = self.time.run(self.together(&step.requests));
            sent.extend(self.servers.sent());
            match came {
                Ok(came) => {
                    let id = came
                        .last()
                        .and_then(|(response, _)| response.headers().get("apim-trace-id"));
                    self.trace = id.and_then(|id| self.gateway.trace(id.to_str().ok()?));
                    self.compare(step, &came);
                }
                Err(stuck) => return self.stuck(span, &stuck),
            }
            if !self.differences.is_empty() {
                return;
            }
        }
        if let Some(expected) = &step.sent {
            compare::sent(expected, &sent, span, &mut self.differences);
        }
        let logged = self.loggers.take();
        if let Some(expected) = &step.events {
            compare::events(expected, &logged, span, &mut self.differences);
        }
        for url in self.servers.unanswered() {
            let expects_it = step
                .sent
                .iter()
                .flatten()
                .any(|sent| matches(&sent.message.first, &url));
            if !expects_it {
                self.differences.push(Difference {
                    span,
                    what: "request that a server got".to_owned(),
                    expected: "one that a `backend` of this specification answers".to_owned(),
                    found: url,
                });
            }
        }
        let (traced, measured, seen) = (self.traced.take(), self.measured.take(), self.recorder.last());
        for expected in &step.seen {
            let trace = self.trace.as_deref();
            compare::seen(expected, &seen, &traced, &measured, trace, &mut self.differences);
        }
    }

    fn compare(&mut self, step: &Step, came: &[Came]) {
        for (expected, (response, took)) in step.responses.iter().zip(came) {
            self.response = Some(compare::written(response));
            compare::response(expected, response, *took, &mut self.differences);
            if !self.differences.is_empty() {
                return;
            }
        }
    }

    fn stuck(&mut self, span: Span, stuck: &Stuck) {
        self.differences.push(Difference {
            span,
            what: "request".to_owned(),
            expected: "a response".to_owned(),
            found: match stuck {
                Stuck::Waits => "it waits for something that never happens",
                Stuck::Endless => "it goes on and on",
            }
            .to_owned(),
        });
    }

    /// The responses to requests that go out at the same time.
    async fn together(&self, requests: &[Request]) -> Vec<Came> {
        let mut under_way: Vec<_> = requests.iter().map(|request| Box::pin(self.one(request))).collect();
        let mut came: Vec<Option<Came>> = requests.iter().map(|_| None).collect();
        std::future::poll_fn(move |context| {
            for (future, came) in under_way.iter_mut().zip(&mut came) {
                if came.is_none()
                    && let std::task::Poll::Ready(one) = future.as_mut().poll(context)
                {
                    *came = Some(one);
                }
            }
            if came.iter().all(Option::is_some) {
                std::task::Poll::Ready(came.iter_mut().filter_map(Option::take).collect())
            } else {
                std::task::Poll::Pending
            }
        })
        .await
    }

    async fn one(&self, request: &Request) -> Came {
        let clock = self.time.clock();
        let began = clock.monotonic();
        let debug = |api: &str| self.gateway.debug_token(api, self.scenario.world.clock);
        let fill = |text: &str| tokens::debugged(&tokens::filled(text, &self.tokens), debug);
        let (https, built) = built(request, fill);
        let client = Client {
            ip: request.ip.unwrap_or(self.scenario.world.ip),
            https,
            certificate: request.certificate.clone(),
        };
        let response = self.gateway.answer(&client, built).await;
        (response, clock.monotonic().saturating_sub(began))
    }
}

fn wanted(step: &Step) -> Vec<String> {
    let names = step.seen.iter().filter_map(|seen| match &seen.what {
        What::Variables(variables) => Some(variables.iter().map(|(name, _)| name.clone())),
        _ => None,
    });
    names.flatten().collect()
}

/// The request as a client would send it, and whether by TLS.
fn built(request: &Request, fill: impl Fn(&str) -> String) -> (bool, http::Request<Bytes>) {
    let message = &request.message;
    let (method, url) = message.method_and_url().unwrap_or(("GET", "/"));
    let url = fill(url);
    let uri: Uri = url.parse().unwrap_or_default();
    let https = uri.scheme_str() != Some("http");
    let body = Bytes::copy_from_slice(message.body.as_deref().unwrap_or_default().as_bytes());
    let mut built = http::Request::new(body.clone());
    *built.method_mut() = method.parse().unwrap_or_default();
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    *built.uri_mut() = target.parse().unwrap_or_default();
    let host = uri.authority().map_or(AUTHORITY, |authority| authority.as_str());
    for (name, value) in &message.headers {
        if let (Ok(name), Ok(value)) = (
            name.parse::<HeaderName>(),
            HeaderValue::from_bytes(fill(value).as_bytes()),
        ) {
            built.headers_mut().append(name, value);
        }
    }
    if let Ok(host) = HeaderValue::from_str(host) {
        built.headers_mut().entry(HOST).or_insert(host);
    }
    if !body.is_empty() {
        built.headers_mut().entry(CONTENT_LENGTH).or_insert(body.len().into());
    }
    (https, built)
}
