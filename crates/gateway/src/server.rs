//! One request's life.
//!
//! Never here: how each phase does its work.

use crate::admin;
use crate::body::Progress;
use crate::debug::{self, Tracing, Verdict};
use crate::graphql_socket;
use crate::grpc;
use crate::intake::{self, Arrived};
use crate::mcp;
use crate::media_type::is_grpc;
use crate::metrics::ApiMetrics;
use crate::respond::{self, Answer, Refusal};
use crate::route::{Address, Called, ServedApi};
use crate::snapshot::{Held, Snapshot};
use crate::unwinding::contained;
use crate::upgrade;
use crate::visit::{InFlight, Visit};
use crate::worker::Worker;
use bytes::Bytes;
use catalog::{Api, ApiKind};
use expression::context::LastError;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body::Body as HttpBody;
use hyper::upgrade::OnUpgrade;
use policy::{BodyError, Exchange, Failure, Flow, Matched, ResponseMessage};
use std::cell::{Cell, OnceCell};
use std::fmt::Display;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

/// The API that a request calls, once that is known; a request whose client leaves before the answer is counted for it.
struct Calling {
    worker: Rc<Worker>,
    api: OnceCell<Arc<ServedApi>>,
    answered: Cell<bool>,
}

impl Calling {
    fn count(&self, count: impl FnOnce(&ApiMetrics, usize)) {
        let index = self.worker.index;
        match self.api.get() {
            Some(api) => count(&api.metrics, index),
            None => count(&self.worker.current.get().unmatched, index),
        }
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        if !self.answered.get() {
            self.count(ApiMetrics::count_left);
        }
    }
}

/// Answers a request, even one that a bug breaks off.
pub async fn answer<B>(worker: Rc<Worker>, visit: Rc<Visit>, request: Request<B>) -> Answer
where
    B: HttpBody<Data = Bytes, Error: Display> + Unpin + 'static,
{
    let is_head = request.method() == Method::HEAD;
    let calling = Calling {
        worker: Rc::clone(&worker),
        api: OnceCell::new(),
        answered: Cell::new(false),
    };
    let answer = contained(pin!(serve(worker, visit, request, &calling.api))).await;
    calling.answered.set(true);
    answer.unwrap_or_else(|broken| {
        calling.count(|metrics, index| metrics.count(index, broken.status));
        respond::head(broken, None, is_head)
    })
}

/// Arrive → route → admit → the plan → respond.
async fn serve<B>(
    worker: Rc<Worker>,
    visit: Rc<Visit>,
    request: Request<B>,
    matched: &OnceCell<Arc<ServedApi>>,
) -> Answer
where
    B: HttpBody<Data = Bytes, Error: Display> + Unpin + 'static,
{
    let in_flight = InFlight::begin(worker.index, &worker.metrics, &visit);
    let is_head = request.method() == Method::HEAD;
    let is_grpc = is_grpc(request.headers());
    if admin::is_status(request.uri().path()) {
        return respond::head(admin::status(), Some(in_flight), is_head);
    }
    let snapshot = worker.current.get();
    let respond = |response: ResponseMessage, why: Option<&LastError>, metrics: &ApiMetrics, in_flight: InFlight| {
        in_flight.count(metrics, response.status);
        let response = if is_grpc {
            grpc::told(response, why.map(|why| &*why.reason))
        } else {
            response
        };
        respond::head(response, Some(in_flight), is_head)
    };
    let Arrived {
        mut exchange,
        progress,
        scheme,
    } = match intake::arrive(&worker, &visit, &snapshot, request) {
        Ok(arrived) => arrived,
        Err(refusal) => return respond(refusal.response(), None, &snapshot.unmatched, in_flight),
    };
    if is_preflight(&exchange)
        && let Some(answerer) = Box::pin(preflight(&snapshot, &mut exchange, scheme)).await
    {
        let metrics = answerer.as_ref().map_or(&snapshot.unmatched, |api| &api.metrics);
        return respond(exchange.response.unwrap_or_default(), None, metrics, in_flight);
    }
    let Some(called) = route(&snapshot, &exchange, exchange.request.method.as_str(), scheme) else {
        Box::pin(fail_unmatched(&snapshot, &mut exchange, scheme)).await;
        return respond(
            exchange.response.unwrap_or_default(),
            None,
            &snapshot.unmatched,
            in_flight,
        );
    };
    let api = Arc::clone(matched.get_or_init(|| Arc::clone(&called.api)));
    let held = Rc::clone(&snapshot);
    let ended = if matches!(api.catalog.kind, ApiKind::Mcp(_)) {
        let allowed = &worker.settings.mcp_origins;
        let plan = Arc::clone(snapshot.plans.plan(&api.catalog, None, None));
        Box::pin(mcp::run(&visit, &api.catalog, allowed, &plan, exchange, |exchange| {
            run(Rc::clone(&worker), held, called, exchange)
        }))
        .await
    } else {
        Ok(run(Rc::clone(&worker), held, called, exchange).await)
    };
    let why = ended.as_ref().ok().filter(|_| is_grpc);
    let why = why.and_then(|exchange| exchange.last_error.clone());
    let response = ended.map(|exchange| ending(&worker, visit, &api.catalog, exchange, progress.as_deref()));
    respond(
        response.unwrap_or_else(|begun| begun),
        why.as_ref(),
        &api.metrics,
        in_flight,
    )
}

/// Takes a request that was matched through admission and its plan.
async fn run(worker: Rc<Worker>, snapshot: Rc<Held>, called: Called, mut exchange: Box<Exchange>) -> Box<Exchange> {
    let verdict = worker.tracing.as_ref().and_then(|tracing| {
        let token = debug::take_token(&mut exchange.request.headers)?;
        Some(tracing.verdict(&token, &called.api.catalog.id, exchange.timestamp))
    });
    let admitted = snapshot.doors.admit(&called, &exchange.request, exchange.timestamp);
    let product = admitted.as_ref().ok().and_then(|admitted| admitted.product.as_ref());
    let operation = called.operation.as_ref().map(|operation| &operation.catalog);
    let plan = snapshot
        .plans
        .plan(&called.api.catalog, operation, product.map(|product| &product.catalog));
    let product = product.map(|product| Arc::clone(&product.entity));
    let is_mcp = matches!(called.api.catalog.kind, ApiKind::Mcp(_));
    called.enter(&mut exchange);
    exchange.matched.product = product;
    if verdict == Some(Verdict::Good) {
        exchange.start_trace(snapshot.secrets());
    }
    match admitted {
        Ok(admitted) => {
            exchange.identity = admitted.identity;
            if is_mcp {
                Box::pin(mcp::govern(plan, &mut exchange)).await;
            } else {
                plan.run(&mut exchange).await;
            }
        }
        Err(failure) => Box::pin(plan.fail(&mut exchange, failure)).await,
    }
    if let (Some(verdict), Some(tracing)) = (verdict, &worker.tracing) {
        tell_of_trace(tracing, verdict, &mut exchange);
    }
    exchange
}

/// Keeps the trace and says where it is, or why there is none.
fn tell_of_trace(tracing: &Tracing, verdict: Verdict, exchange: &mut Exchange) {
    let id = format!("{:032x}", exchange.request_id);
    let header = match verdict {
        Verdict::Unknown => return,
        Verdict::Refused(name, value) => Some((name, value)),
        Verdict::Good => HeaderValue::from_str(&id).ok().map(|id| (debug::TRACE_ID, id)),
    };
    if let Some(trace) = exchange.finish_trace() {
        tracing.keep(id, trace);
    }
    if let (Some((name, value)), Some(response)) = (header, &mut exchange.response) {
        response.headers.insert(name, value);
    }
}

impl Called {
    /// Writes into the exchange what was matched and where it goes.
    fn enter(self, exchange: &mut Exchange) {
        let request = &mut exchange.request;
        request.root = self.below;
        if self.below > 0 {
            let below = request
                .path
                .slice(self.below..request.path.len())
                .filter(|below| !below.is_empty());
            request.path = below.unwrap_or_else(|| "/".into());
        }
        exchange.target = self.api.target.clone();
        exchange.matched = Matched {
            api: Some(Arc::clone(&self.api.entity)),
            operation: self.operation.map(|operation| Arc::clone(operation.entity())),
            product: None,
            parameters: self.parameters,
        };
    }
}

fn route(snapshot: &Snapshot, exchange: &Exchange, method: &str, scheme: Option<&str>) -> Option<Called> {
    snapshot.router.find(&address(exchange, method, scheme))
}

fn address<'a>(exchange: &'a Exchange, method: &'a str, scheme: Option<&'a str>) -> Address<'a> {
    let request = &exchange.request;
    Address {
        authority: &request.authority,
        path: &request.path,
        query: &request.query,
        method,
        headers: &request.headers,
        scheme,
    }
}

/// Has the policies of an API say what becomes of a request that it has no operation for, or those of global scope, if
/// there is no API or it says nothing about errors.
async fn fail_unmatched(snapshot: &Snapshot, exchange: &mut Exchange, scheme: Option<&str>) {
    let api = snapshot
        .router
        .find_api(&address(exchange, exchange.request.method.as_str(), scheme));
    let api = api.map(Arc::clone);
    let own = api.as_ref().map(|api| snapshot.plans.plan(&api.catalog, None, None));
    exchange.matched.api = api.as_ref().map(|api| Arc::clone(&api.entity));
    let plan = own.filter(|plan| plan.handles_errors());
    plan.unwrap_or_else(|| snapshot.plans.global())
        .fail(exchange, unmatched())
        .await;
}

/// Fetch standard, section 3.2.2: a browser asks whether it may ask.
fn is_preflight(exchange: &Exchange) -> bool {
    let request = &exchange.request;
    request.method == Method::OPTIONS
        && request.headers.contains_key(ORIGIN)
        && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Asks the `cors` policies of the operation that the browser wants to call; gives its API when they have answered. A
/// product's are among them where the request tells of the product: by a key in its query, or as one that needs no key.
/// Where no operation is found, for one because its API's version is in a header, which no preflight has, those of
/// global scope are asked. An API that has an operation for `OPTIONS` itself answers by that. If nobody answers, the
/// request is one like any other.
async fn preflight(
    snapshot: &Snapshot,
    exchange: &mut Exchange,
    scheme: Option<&str>,
) -> Option<Option<Arc<ServedApi>>> {
    let method = exchange.request.headers.get(ACCESS_CONTROL_REQUEST_METHOD).cloned()?;
    let own = route(snapshot, exchange, exchange.request.method.as_str(), scheme).and_then(|called| called.operation);
    if own.is_some_and(|own| *own.catalog.method == *Method::OPTIONS.as_str()) {
        return None;
    }
    let Some(called) = route(snapshot, exchange, method.to_str().ok()?, scheme) else {
        let flow = snapshot.plans.global().preflight(exchange).await;
        return (flow == Flow::Answer).then_some(None);
    };
    let operation = called.operation.as_ref().map(|operation| &operation.catalog);
    let admitted = snapshot.doors.admit(&called, &exchange.request, exchange.timestamp);
    let product = admitted.ok().and_then(|admitted| admitted.product);
    let product = product.as_ref().map(|product| &product.catalog);
    let plan = snapshot.plans.plan(&called.api.catalog, operation, product);
    let flow = plan.preflight(exchange).await;
    (flow == Flow::Answer).then_some(Some(called.api))
}

fn unmatched() -> Failure {
    let message = "Unable to match incoming request to an operation.";
    let mut failure = Failure::refused(
        "OperationNotFound",
        StatusCode::NOT_FOUND,
        message,
        "Resource not found",
    );
    failure.source = "configuration";
    failure
}

/// What the pipeline left as the response; a client whose body stopped coming or grew too large is told so.
fn ending(
    worker: &Worker,
    visit: Rc<Visit>,
    api: &Api,
    mut exchange: Box<Exchange>,
    progress: Option<&Progress>,
) -> ResponseMessage {
    let refused = match progress.and_then(Progress::failure) {
        Some(BodyError::Idle { .. }) => Some((StatusCode::REQUEST_TIMEOUT, "The request body did not arrive in time")),
        Some(BodyError::TooLarge { .. }) => Some((StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large")),
        _ => None,
    };
    if let Some((status, message)) = refused {
        return Refusal::new(status, message).response();
    }
    let mut response = exchange.response.take().unwrap_or_default();
    if response.status == StatusCode::SWITCHING_PROTOCOLS {
        visit.traffic.expect_anything();
        match (
            exchange.take_subscriber(),
            exchange.request.extensions.remove::<OnUpgrade>(),
        ) {
            (Some(subscriber), Some(client)) => graphql_socket::serve(worker, visit, client, subscriber),
            _ => upgrade::splice(
                worker.ticker.alarm(),
                worker.settings.timeouts.upgraded_idle,
                visit,
                &mut response,
            ),
        }
    }
    if let Some(error) = exchange
        .last_error
        .as_ref()
        .filter(|_| response.status.is_server_error())
    {
        tell(worker, api, exchange.request_id, error);
    }
    response
}

/// The client is told no more than an activity id: the operator finds the reason by it. Messages of policies and
/// expressions are left out, since they quote what a request or a named value holds.
fn tell(worker: &Worker, api: &Api, request_id: u128, error: &LastError) {
    let Some(left_out) = worker.log_limit.admit(worker.ticker.now()) else {
        return;
    };
    let is_own = matches!(
        &*error.reason,
        "BackendConnectionFailure" | "Timeout" | "ClientConnectionFailure"
    );
    let cause = is_own.then(|| tracing::field::display(&error.message));
    tracing::warn!(
        activity_id = %uuid::Uuid::from_u128(request_id),
        api = api.id,
        source = %error.source,
        reason = %error.reason,
        section = %error.section,
        path = %error.path,
        cause,
        left_out = (left_out > 0).then_some(left_out),
        "request failed",
    );
}
