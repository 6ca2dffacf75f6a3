//! One request's life.
//!
//! Never here: how each phase does its work.

use crate::admin;
use crate::body::Progress;
use crate::intake::{self, Arrived};
use crate::mcp::{self, Early};
use crate::respond::{self, Answer};
use crate::route::{Address, Called};
use crate::snapshot::{Held, Snapshot};
use crate::upgrade;
use crate::worker::{InFlight, Visit, Worker};
use catalog::{ApiKind, BackendKind};
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use policy::{BodyError, Exchange, Failure, Flow, Matched, Plan, ResponseMessage, Target};
use std::rc::Rc;
use std::sync::Arc;

/// Answers a request: arrive → route → admit → the plan → respond.
pub async fn answer(worker: Rc<Worker>, visit: Rc<Visit>, request: Request<Incoming>) -> Answer {
    let in_flight = InFlight::begin(&worker, &visit);
    let is_head = request.method() == Method::HEAD;
    if admin::is_status(request.uri().path()) {
        return respond::head(admin::status(), Some(in_flight), is_head);
    }
    let Arrived { mut exchange, progress } = match intake::arrive(&worker, &visit, request) {
        Ok(arrived) => arrived,
        Err(refusal) => return respond::head(refusal.response(), Some(in_flight), is_head),
    };
    let snapshot = worker.current.get();
    if is_preflight(&exchange) && preflight(&snapshot, &mut exchange).await == Flow::Answer {
        return respond::head(exchange.response.unwrap_or_default(), Some(in_flight), is_head);
    }
    let Some(called) = route(&snapshot, &exchange, exchange.request.method.as_str()) else {
        snapshot.plans.global().fail(&mut exchange, unmatched()).await;
        let response = exchange.response.unwrap_or_default();
        in_flight.count(&snapshot.unmatched, response.status);
        return respond::head(response, Some(in_flight), is_head);
    };
    let (api, is_mcp) = (
        Arc::clone(&called.api),
        matches!(called.api.catalog.kind, ApiKind::Mcp(_)),
    );
    let ending = |mut exchange: Exchange, in_flight: InFlight| {
        let response = response(&worker, &mut exchange, progress.as_deref());
        in_flight.count(&api.metrics, response.status);
        respond::head(response, Some(in_flight), is_head)
    };
    if !is_mcp {
        return ending(run(snapshot, called, exchange).await, in_flight);
    }
    if let Some(refusal) = mcp::foreign(&called, &visit, &exchange, &worker.settings.mcp_origins) {
        in_flight.count(&api.metrics, refusal.status);
        return respond::head(refusal, Some(in_flight), is_head);
    }
    let early = Early::attach(&mut exchange);
    match early.race(run(snapshot, called, exchange)).await {
        Ok(exchange) => ending(exchange, in_flight),
        Err(begun) => {
            in_flight.count(&api.metrics, begun.status);
            respond::head(begun, Some(in_flight), is_head)
        }
    }
}

/// Takes a request that was matched through admission and its plan.
async fn run(snapshot: Rc<Held>, called: Called, mut exchange: Exchange) -> Exchange {
    let request = &exchange.request;
    let admitted = snapshot
        .doors
        .admit(&called, &request.headers, &request.query, exchange.timestamp);
    let product = admitted.as_ref().ok().and_then(|admitted| admitted.product.as_ref());
    let operation = called.operation.as_ref().map(|operation| &operation.catalog);
    let plan = snapshot
        .plans
        .plan(&called.api.catalog, operation, product.map(|product| &product.catalog));
    let product = product.map(|product| Arc::clone(&product.entity));
    let is_mcp = matches!(called.api.catalog.kind, ApiKind::Mcp(_));
    called.enter(&mut exchange, &snapshot);
    exchange.matched.product = product;
    match admitted {
        Ok(admitted) => {
            exchange.identity = admitted.identity;
            if is_mcp {
                run_message(plan, &mut exchange).await;
            } else {
                plan.run(&mut exchange).await;
            }
        }
        Err(failure) => plan.fail(&mut exchange, *failure).await,
    }
    exchange
}

/// Takes a request to an MCP server through its plan; a message that is none goes no further.
async fn run_message(plan: &Plan, exchange: &mut Exchange) {
    match mcp::read(exchange).await {
        Ok(completing) => {
            plan.run(exchange).await;
            if let (Some(completing), Some(response)) = (completing, &mut exchange.response) {
                completing.finish(response);
            }
        }
        Err(mcp::Refusal::Message(answer)) => exchange.response = Some(*answer),
        Err(mcp::Refusal::Body(failure)) => plan.fail(exchange, failure).await,
    }
}

impl Called {
    /// Writes into the exchange what was matched and where it goes.
    fn enter(self, exchange: &mut Exchange, snapshot: &Snapshot) {
        let request = &mut exchange.request;
        if self.below > 0 {
            let below = request
                .path
                .slice(self.below..request.path.len())
                .filter(|below| !below.is_empty());
            request.path = below.unwrap_or_else(|| "/".into());
        }
        exchange.target = match &self.api.catalog.kind {
            ApiKind::Mcp(server) => {
                let backend = snapshot.catalog.backends.get(&server.backend_id).cloned();
                let base_url = backend.as_ref().and_then(|backend| match &backend.kind {
                    BackendKind::Single { url } => Some(url.as_str().into()),
                    BackendKind::Pool(_) => None,
                });
                Target {
                    base_url,
                    backend,
                    whole_endpoint: true,
                }
            }
            _ => Target {
                base_url: self.api.base_url.clone(),
                backend: None,
                whole_endpoint: false,
            },
        };
        exchange.matched = Matched {
            api: Some(Arc::clone(&self.api.entity)),
            operation: self.operation.map(|operation| Arc::clone(&operation.entity)),
            product: None,
            parameters: self.parameters,
        };
    }
}

fn route(snapshot: &Snapshot, exchange: &Exchange, method: &str) -> Option<Called> {
    let request = &exchange.request;
    snapshot.router.find(&Address {
        authority: &request.authority,
        path: &request.path,
        query: &request.query,
        method,
        headers: &request.headers,
    })
}

/// Fetch standard, section 3.2.2: a browser asks whether it may ask.
fn is_preflight(exchange: &Exchange) -> bool {
    let request = &exchange.request;
    request.method == Method::OPTIONS
        && request.headers.contains_key(ORIGIN)
        && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Asks the `cors` policies of the operation that the browser wants to call. [`Flow::Next`] when there are none: then
/// the request is one like any other.
async fn preflight(snapshot: &Snapshot, exchange: &mut Exchange) -> Flow {
    let method = exchange.request.headers.get(ACCESS_CONTROL_REQUEST_METHOD).cloned();
    let method = method
        .as_ref()
        .and_then(|method| method.to_str().ok())
        .unwrap_or_default();
    match route(snapshot, exchange, method) {
        Some(called) => {
            let operation = called.operation.as_ref().map(|operation| &operation.catalog);
            snapshot
                .plans
                .plan(&called.api.catalog, operation, None)
                .preflight(exchange)
                .await
        }
        None => Flow::Next,
    }
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
fn response(worker: &Worker, exchange: &mut Exchange, progress: Option<&Progress>) -> ResponseMessage {
    let refused = match progress.and_then(Progress::failure) {
        Some(BodyError::Idle { .. }) => Some((StatusCode::REQUEST_TIMEOUT, "The request body did not arrive in time")),
        Some(BodyError::TooLarge { .. }) => Some((StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large")),
        _ => None,
    };
    if let Some((status, message)) = refused {
        return respond::Refusal::new(status, message).response();
    }
    let mut response = exchange.response.take().unwrap_or_default();
    if response.status == StatusCode::SWITCHING_PROTOCOLS {
        upgrade::splice(worker, &mut response);
    }
    response
}
