//! The bench that policies are tested on: documents and a request in, the client's response out, as text.
//!
//! ```text
//! run("<inbound><set-status code='404' /></inbound>", "GET /a\nX-Name: value\n\nbody") -> "404 Not Found\n…"
//! ```
//! The upstream answers `200` with what it was sent as its body, unless the bench has another answer.

use crate::backends::Backends;
use crate::body::{Body, BodyError};
use crate::connection::Connection;
use crate::events::{Event, Events};
use crate::exchange::{Clock, Exchange, Identity, Matched, RequestMessage, Services, State, Target, Trust};
use crate::identity::{Authorizations, OwnIdentity};
use crate::openid::Issuers;
use crate::plan::{Plan, Plans};
use crate::runtime::Runtime;
use crate::slots::Slots;
use crate::telemetry::{Measurement, Telemetry};
use crate::upstream::{Call, Reply, Upstream, UpstreamFailure};
use crate::{LocalFuture, StreamBody};
use bytes::Bytes;
use catalog::{Api, ApiKind, Backend, Catalog, Operation, PolicyText, Product};
use diagnostic::Source;
use expression::body::MessageBody;
use expression::certificate::Certificate;
use expression::context;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use http_body::Frame;
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::fmt::Write;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use store::{Caches, Counters, InProcessCounters};

/// Runs one request through policies: sections (`<inbound>…`), without `<backend>` the default one.
pub(crate) fn run(policies: &str, request: &str) -> String {
    Bench::new(policies).run(request)
}

/// A gateway in miniature. Fields may be set before [`Bench::run`].
pub(crate) struct Bench {
    pub catalog: Catalog,
    /// The answer of the upstream as text; `None` for what it was sent.
    pub answer: Option<Result<String, UpstreamFailure>>,
    pub clock: Arc<TestClock>,
    pub counters: Arc<dyn Counters>,
    pub caches: Caches,
    pub backends: Arc<Backends>,
    pub target: Target,
    pub mcp_answer: Option<&'static str>,
    pub buffer_limit: u64,
    /// Times that policies have slept, which take no time.
    pub slept: Rc<RefCell<Vec<Duration>>>,
    pub issuers: Rc<Issuers>,
    pub identity: Rc<OwnIdentity>,
    pub authorizations: Rc<Authorizations>,
    /// Whether clients' certificates are trusted.
    pub trusts: bool,
    /// Answers of other servers, by URL; they may be changed between requests.
    pub elsewhere: Rc<RefCell<HashMap<String, Result<String, UpstreamFailure>>>>,
    /// Answers that come before `answer`, each once.
    pub answers: Rc<RefCell<VecDeque<Result<String, UpstreamFailure>>>>,
    pub slots: Arc<Slots>,
    pub measured: Arc<Measured>,
    pub logged: Arc<Logged>,
    pub service_bus: Option<expression::text::Text>,
    /// How the upstream was reached each time: proxy and certificate.
    pub ways: Rc<RefCell<Vec<String>>>,
    /// What the upstream was sent, as text.
    pub sent: Rc<RefCell<Vec<String>>>,
    plans: Option<Plans>,
}

impl Bench {
    /// One API with this document at API scope, over the default global document.
    pub fn new(policies: &str) -> Self {
        let backend = if policies.contains("<backend") {
            ""
        } else {
            "<backend><base /></backend>"
        };
        Self::with_documents(&[("api", &format!("<policies>{policies}{backend}</policies>"))])
    }

    /// Documents by scope: `global`, `product`, `api`, `operation`; anything else is a fragment's id.
    pub fn with_documents(documents: &[(&str, &str)]) -> Self {
        let text = |scope: &str| {
            let found = documents.iter().find(|(name, _)| *name == scope);
            found.map(|(name, text)| {
                Arc::new(PolicyText {
                    source: Source::new(format!("{name}.xml"), *text),
                })
            })
        };
        let mut catalog = Catalog {
            policy: text("global"),
            ..Catalog::default()
        };
        let scopes = ["global", "product", "api", "operation"];
        for (name, _) in documents.iter().filter(|(name, _)| !scopes.contains(name)) {
            catalog
                .fragments
                .extend(text(name).map(|text| ((*name).to_owned(), text)));
        }
        let operation = Operation {
            id: "op".into(),
            name: "Op".into(),
            method: "*".into(),
            url_template: "/*".into(),
            responses: Box::default(),
            described: None,
            policy: text("operation"),
        };
        let product = Product {
            id: "gold".into(),
            name: "Gold".into(),
            subscription_required: true,
            approval_required: false,
            subscriptions_limit: None,
            published: true,
            apis: vec!["orders".into()],
            groups: Vec::new(),
            policy: text("product"),
        };
        catalog.products.insert("gold".into(), Arc::new(product));
        catalog
            .apis
            .push(Arc::new(api(ApiKind::Http, vec![Arc::new(operation)], text("api"))));
        Self {
            catalog,
            answer: None,
            clock: Arc::default(),
            counters: Arc::<InProcessCounters>::default(),
            caches: Caches::default(),
            backends: Arc::default(),
            target: Target {
                base_url: Some("http://backend.example/base".into()),
                ..Target::default()
            },
            mcp_answer: None,
            buffer_limit: 1 << 20,
            slept: Rc::default(),
            issuers: Rc::default(),
            identity: Rc::default(),
            authorizations: Rc::default(),
            trusts: false,
            elsewhere: Rc::default(),
            answers: Rc::default(),
            slots: Arc::default(),
            measured: Arc::default(),
            logged: Arc::default(),
            service_bus: None,
            ways: Rc::default(),
            sent: Rc::default(),
            plans: None,
        }
    }

    /// Makes the API an MCP server whose upstream answers with this message within a stream.
    pub fn mcp(mut self, answer: &'static str) -> Self {
        let server = catalog::McpServer {
            backend_id: "mcp".into(),
            url: None,
            endpoint: "/mcp".into(),
        };
        let policy = self.catalog.apis[0].policy.clone();
        self.catalog.apis = vec![Arc::new(api(ApiKind::Mcp(server), Vec::new(), policy))];
        self.mcp_answer = Some(answer);
        self.target.whole_endpoint = true;
        self
    }

    /// Has the operation's messages described by a path's `get` in an OpenAPI 3 description, from `parameters:` on.
    pub fn described(mut self, operation: &str) -> Self {
        let indented = operation.trim_matches('\n').replace('\n', "\n      ");
        let text = format!("openapi: 3.0.1\npaths:\n  /a/{{id}}:\n    get:\n      {indented}\n");
        self.describe(catalog::Described::of(&text, "/a/{id}", "get"));
        self
    }

    /// Has the operation's messages described.
    pub fn describe(&mut self, described: catalog::Described) {
        let api = Arc::get_mut(&mut self.catalog.apis[0]).unwrap();
        let operation = Arc::get_mut(&mut api.operations[0]).unwrap();
        operation.described = Some(Box::new(described));
    }

    pub fn backend(mut self, id: &str, backend: Backend) -> Self {
        self.catalog.backends.insert(id.into(), Arc::new(backend));
        self
    }

    pub fn answer(mut self, text: &str) -> Self {
        self.answer = Some(Ok(text.into()));
        self
    }

    /// An answer that comes once, before the one of [`Self::answer`].
    pub fn then(self, answer: Result<&str, UpstreamFailure>) -> Self {
        self.answers.borrow_mut().push_back(answer.map(str::to_owned));
        self
    }

    /// What another server answers at this URL, from now on.
    pub fn answers_at(&self, url: &str, answer: Result<&str, UpstreamFailure>) {
        let answer = answer.map(str::to_owned);
        self.elsewhere.borrow_mut().insert(url.to_owned(), answer);
    }

    pub fn fails(mut self, failure: UpstreamFailure) -> Self {
        self.answer = Some(Err(failure));
        self
    }

    /// The client's response to `METHOD /path?query`, header lines, an empty line and the body. Documents must be free
    /// of errors.
    pub fn run(&mut self, request: &str) -> String {
        self.run_under(request, None)
    }

    /// Like [`Self::run`], for a call under the product `gold`.
    pub fn run_under_product(&mut self, request: &str) -> String {
        let product = self.catalog.products["gold"].clone();
        self.run_under(request, Some(&product))
    }

    /// Like [`Self::run`], for a caller; with a subscription it is under the product `gold`.
    pub fn run_as(&mut self, caller: &Caller, request: &str) -> String {
        let product = self.catalog.products["gold"].clone();
        let plan = self.plan(caller.subscription.as_ref().map(|_| &product));
        let mut exchange = self.exchange(request);
        exchange.identity.subscription = caller.subscription.as_ref().map(|(id, since)| {
            Arc::new(context::Subscription {
                id: (*id).into(),
                start_date: Some(START + since * 10_000_000),
                ..context::Subscription::default()
            })
        });
        exchange.matched.product = caller.subscription.as_ref().map(|_| {
            Arc::new(context::Product {
                id: "gold".into(),
                ..context::Product::default()
            })
        });
        exchange.matched.api = Some(Arc::new(context::Api {
            id: caller.api.as_str().into(),
            name: format!("Name of {}", caller.api).into(),
            ..context::Api::default()
        }));
        exchange.matched.operation = Some(Arc::new(context::Operation {
            id: caller.operation.as_str().into(),
            ..context::Operation::default()
        }));
        ready(plan.run(&mut exchange));
        response_text(&mut exchange)
    }

    fn run_under(&mut self, request: &str, product: Option<&Arc<Product>>) -> String {
        let plan = self.plan(product);
        let mut exchange = self.exchange(request);
        ready(plan.run(&mut exchange));
        response_text(&mut exchange)
    }

    pub fn plan(&mut self, product: Option<&Arc<Product>>) -> Arc<Plan> {
        let catalog = &self.catalog;
        let plans = self.plans.get_or_insert_with(|| {
            let (plans, problems) = Plans::compile(catalog);
            let errors: Vec<_> = problems.into_iter().filter(diagnostic::Diagnostic::is_error).collect();
            assert!(errors.is_empty(), "{}", diagnostic::render(&errors));
            plans
        });
        let api = &self.catalog.apis[0];
        Arc::clone(plans.plan(api, api.operations.first(), product))
    }

    /// An exchange for a request; see [`Self::run`].
    pub fn exchange(&self, request: &str) -> Exchange {
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let mut lines = head.lines();
        let (method, url) = lines.next().unwrap().split_once(' ').unwrap();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let upstream = TestUpstream {
            answer: self.answer.clone(),
            answers: Rc::clone(&self.answers),
            mcp_answer: self.mcp_answer,
            elsewhere: Rc::clone(&self.elsewhere),
            sent: Rc::clone(&self.sent),
            ways: Rc::clone(&self.ways),
        };
        let headers = headers(lines);
        Exchange {
            request: RequestMessage {
                method: method.parse().unwrap(),
                original_method: method.parse().unwrap(),
                scheme: "https",
                authority: "gateway.example".into(),
                original: format!("/orders{url}").into(),
                root: "/orders".len(),
                path: path.into(),
                query: query.into(),
                host: headers.get(http::header::HOST).cloned(),
                headers,
                body: if body.is_empty() {
                    Body::Empty
                } else {
                    Body::Stream(stream(body))
                },
                certificate: None,
                ip: [192, 0, 2, 7].into(),
                peer: None,
                extensions: Extensions::new(),
            },
            response: None,
            variables: Vec::new(),
            last_error: None,
            matched: Matched::default(),
            identity: Identity::default(),
            target: self.target.clone(),
            certificates: Arc::default(),
            services: Rc::new(Services {
                clock: self.clock.clone(),
                counters: self.counters.clone(),
                caches: self.caches.clone(),
                backends: self.backends.clone(),
                upstream: Rc::new(upstream),
                runtime: Rc::new(TestRuntime(Rc::clone(&self.slept))),
                issuers: Rc::clone(&self.issuers),
                identity: Rc::clone(&self.identity),
                authorizations: Rc::clone(&self.authorizations),
                entra: crate::ENTRA.into(),
                slots: Arc::clone(&self.slots),
                subscriptions: Arc::default(),
                telemetry: self.measured.clone(),
                events: self.logged.clone(),
                trust: Arc::new(Trusts(self.trusts)),
                deployment: Arc::default(),
                service_bus: self.service_bus.clone(),
                dapr: "http://localhost:3500".into(),
                buffer_limit: self.buffer_limit,
                witness: None,
                secrets: {
                    let secrets = Arc::new(crate::Secrets::of(&self.catalog));
                    Rc::new(move || Arc::clone(&secrets))
                },
            }),
            request_id: 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
            timestamp: self.clock.ticks(),
            arrived: self.clock.monotonic(),
            state: State::default(),
        }
    }
}

/// Who calls, and what; nobody in particular unless said otherwise.
#[derive(Clone, Default)]
pub(crate) struct Caller {
    /// The id of a subscription to the product `gold`, and how many seconds after the bench's clock it starts.
    subscription: Option<(&'static str, i64)>,
    api: String,
    operation: String,
}

impl Caller {
    /// With a subscription that starts with the bench's clock.
    pub fn subscribed(id: &'static str) -> Self {
        Self {
            subscription: Some((id, 0)),
            ..Self::default()
        }
    }

    /// With a subscription that starts so many seconds after the bench's clock.
    pub fn since(mut self, seconds: i64) -> Self {
        self.subscription = self.subscription.map(|(id, _)| (id, seconds));
        self
    }

    /// An operation of an API, by their ids.
    pub fn calling(mut self, api: &str, operation: &str) -> Self {
        (self.api, self.operation) = (api.to_owned(), operation.to_owned());
        self
    }
}

/// Trusts everybody's certificate, or nobody's.
struct Trusts(bool);

impl Trust for Trusts {
    fn trusts(&self, _certificate: &Certificate) -> bool {
        self.0
    }
    fn is_signed_by(&self, _certificate: &[u8], _issuer: &[u8]) -> bool {
        self.0
    }
}

fn api(kind: ApiKind, operations: Vec<Arc<Operation>>, policy: Option<Arc<PolicyText>>) -> Api {
    Api {
        id: "orders".into(),
        name: "Orders".into(),
        kind,
        path: "orders".into(),
        protocols: Vec::new(),
        service_url: None,
        revision: "1".into(),
        is_current: true,
        is_online: true,
        version: None,
        subscription_required: false,
        subscription_key_header: "Ocp-Apim-Subscription-Key".into(),
        subscription_key_query: "subscription-key".into(),
        graphql_schema: None,
        wsdl: None,
        resolvers: Vec::new(),
        hosts: Vec::new(),
        operations,
        policy,
        products: vec!["gold".into()],
    }
}

/// A clock that stands still until it is moved.
#[derive(Default)]
pub(crate) struct TestClock {
    seconds: AtomicU64,
    /// What has been set, in seconds, beside those that have passed.
    set: AtomicI64,
}

impl TestClock {
    pub fn pass(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Puts the clock forward or back, as an operator does: no time passes.
    pub fn put(&self, seconds: i64) {
        self.set.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// Where the clock starts, in ticks.
const START: i64 = 638_000_000_000_000_000;

impl Clock for TestClock {
    fn ticks(&self) -> i64 {
        let seconds = self.seconds.load(Ordering::Relaxed) as i64 + self.set.load(Ordering::Relaxed);
        START + seconds * 10_000_000
    }
    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.seconds.load(Ordering::Relaxed))
    }
    fn random(&self) -> u64 {
        4
    }
}

/// Sleeps without waiting, and does in the foreground what goes on in the background.
struct TestRuntime(Rc<RefCell<Vec<Duration>>>);

impl Runtime for TestRuntime {
    fn sleep(&self, time: Duration) -> LocalFuture<'static, ()> {
        let slept = Rc::clone(&self.0);
        Box::pin(async move { slept.borrow_mut().push(time) })
    }
    fn spawn(&self, task: LocalFuture<'static, ()>) -> bool {
        ready(task);
        true
    }
}

struct TestUpstream {
    answer: Option<Result<String, UpstreamFailure>>,
    elsewhere: Rc<RefCell<HashMap<String, Result<String, UpstreamFailure>>>>,
    answers: Rc<RefCell<VecDeque<Result<String, UpstreamFailure>>>>,
    mcp_answer: Option<&'static str>,
    sent: Rc<RefCell<Vec<String>>>,
    ways: Rc<RefCell<Vec<String>>>,
}

impl Upstream for TestUpstream {
    fn send(&self, call: Call) -> LocalFuture<'_, Result<Reply, UpstreamFailure>> {
        Box::pin(async move {
            let mut sent = format!("{} {}", call.method, call.url);
            write_headers(&call.headers, &mut sent);
            let body = body_text(call.body);
            if !body.is_empty() {
                let _ = write!(sent, "\n\n{body}");
            }
            self.sent.borrow_mut().push(sent.clone());
            self.ways.borrow_mut().push(way(&call.connection));
            let elsewhere = self.elsewhere.borrow().get(&call.url.to_string()).cloned();
            let once = || self.answers.borrow_mut().pop_front();
            let always = || self.answer.clone().unwrap_or_else(|| Ok(format!("200\n\n{sent}")));
            let text = elsewhere.or_else(once).unwrap_or_else(always)?;
            let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
            let mut lines = head.lines();
            let status = lines.next().unwrap().split(' ').next().unwrap().parse().unwrap();
            let body = match self.mcp_answer {
                Some(answer) => Body::Answer(Box::new(TestAnswer(answer))),
                None => Body::Stream(stream(body)),
            };
            Ok(Reply {
                status,
                reason: None,
                headers: headers(lines),
                body,
                extensions: Extensions::new(),
            })
        })
    }
}

fn way(connection: &Connection) -> String {
    let proxy = connection.proxy.as_ref().map(|proxy| {
        let authorization = proxy.authorization.as_ref().map(|value| value.to_str().unwrap());
        format!("{}:{} {}", proxy.host, proxy.port, authorization.unwrap_or_default())
    });
    let certificate = connection
        .certificate
        .as_ref()
        .map(|certificate| certificate.thumbprint.clone());
    let parts: Vec<String> = proxy.into_iter().chain(certificate).collect();
    if parts.is_empty() {
        "direct".to_owned()
    } else {
        parts.join(" ").trim_end().to_owned()
    }
}

/// Measurements as text.
#[derive(Default)]
pub(crate) struct Measured(pub std::sync::Mutex<Vec<String>>);

impl Telemetry for Measured {
    fn measure(&self, measurement: Measurement<'_>) {
        let Measurement {
            namespace,
            name,
            value,
            dimensions,
        } = measurement;
        let dimensions = dimensions.iter().map(|(name, value)| format!(" {name}={value}"));
        let line = format!("{namespace}/{name} {value}{}", dimensions.collect::<String>());
        self.0.lock().unwrap().push(line);
    }
}

/// Events as text.
#[derive(Default)]
pub(crate) struct Logged(pub std::sync::Mutex<Vec<String>>);

impl Events for Logged {
    fn log(&self, logger: &Arc<catalog::Logger>, event: Event) {
        let line = format!("{} {:?} {}", logger.id, event.partition, event.body);
        self.0.lock().unwrap().push(line);
    }
}

/// A stream `before`, the answer, `after`.
struct TestAnswer(&'static str);

impl crate::AnswerStream for TestAnswer {
    fn answer<'a>(&'a mut self, _: &'a crate::Head) -> LocalFuture<'a, Result<Bytes, BodyError>> {
        Box::pin(async { Ok(Bytes::from_static(self.0.as_bytes())) })
    }
    fn finish(self: Box<Self>, answer: Option<Bytes>) -> StreamBody {
        let answer = answer.map_or(self.0.to_owned(), |bytes| String::from_utf8(bytes.to_vec()).unwrap());
        stream(&format!("before|{answer}|after"))
    }
}

/// A body in two chunks.
struct Chunks(Vec<Bytes>);

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = BodyError;
    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Poll::Ready(self.0.pop().map(|chunk| Ok(Frame::data(chunk))))
    }
}

pub(crate) fn stream(text: &str) -> StreamBody {
    let bytes = text.as_bytes();
    let (first, second) = bytes.split_at(bytes.len() / 2);
    Box::pin(Chunks(vec![
        Bytes::copy_from_slice(second),
        Bytes::copy_from_slice(first),
    ]))
}

fn headers<'l>(lines: impl Iterator<Item = &'l str>) -> HeaderMap {
    let pairs = lines.map(|line| line.split_once(": ").unwrap());
    pairs
        .map(|(name, value)| {
            (
                name.parse::<HeaderName>().unwrap(),
                value.parse::<HeaderValue>().unwrap(),
            )
        })
        .collect()
}

fn write_headers(headers: &HeaderMap, out: &mut String) {
    let mut lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    for line in lines {
        let _ = write!(out, "\n{line}");
    }
}

/// Status line, sorted headers, and the body behind an empty line.
pub(crate) fn response_text(exchange: &mut Exchange) -> String {
    let response = exchange.response.take().unwrap_or_default();
    let standard = crate::reason::standard(response.status);
    let reason = response.reason.as_deref().unwrap_or(standard);
    let mut out = format!("{} {reason}", response.status.as_u16());
    write_headers(&response.headers, &mut out);
    let body = body_text(response.body);
    if !body.is_empty() {
        let _ = write!(out, "\n\n{body}");
    }
    out
}

fn body_text(body: Body) -> String {
    match body {
        Body::Empty => String::new(),
        Body::Buffered(body) => MessageBody::text(&body).to_string(),
        Body::Stream(mut stream) => ready(async move {
            let mut text = Vec::new();
            while let Some(frame) = std::future::poll_fn(|context| stream.as_mut().poll_frame(context)).await {
                text.extend_from_slice(&frame.unwrap().into_data().unwrap());
            }
            String::from_utf8(text).unwrap()
        }),
        Body::Answer(_) | Body::Answered(..) => "(an unfinished answer)".to_owned(),
    }
}

/// The result of a future that never has to wait, as all are on the bench.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing waits on the bench"),
    }
}

/// Asserts the response to each request, given as (policies, request, response).
#[track_caller]
pub(crate) fn responds(cases: &[(&str, &str, &str)]) {
    for (policies, request, expected) in cases {
        assert_eq!(run(policies, request), *expected, "of {policies} for {request}");
    }
}

/// Asserts the problems of each snippet of policies, one message a line.
#[track_caller]
pub(crate) fn reports(cases: &[(&str, &str)]) {
    for (policies, expected) in cases {
        let problems = crate::check::check(&Source::new("snippet.xml", *policies), crate::Options::default());
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages.join("\n"), *expected, "of {policies}");
    }
}
