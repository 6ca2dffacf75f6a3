//! One request's life.
//!
//! Never here: how each phase does its work.

use crate::admin;
use crate::intake::{self, Arrived};
use crate::mcp;
use crate::respond::{self, Answer};
use crate::route::{Address, Called};
use crate::snapshot::Snapshot;
use crate::upgrade;
use crate::worker::{InFlight, Visit, Worker};
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use policy::{BodyError, Exchange, Failure, Matched, ResponseMessage, Target};
use std::rc::Rc;
use std::sync::Arc;

/// Answers a request: arrive → route → admit → the plan → respond.
pub async fn answer(worker: Rc<Worker>, visit: Rc<Visit>, request: Request<Incoming>) -> Answer {
    let in_flight = InFlight::begin(&worker, &visit);
    let snapshot = worker.current.get();
    if admin::is_status(request.uri().path()) {
        return respond::head(admin::status(), Some(in_flight), false);
    }
    let is_head = request.method() == Method::HEAD;
    let Arrived { mut exchange, progress } = match intake::arrive(&worker, &visit, request) {
        Ok(arrived) => arrived,
        Err(refusal) => return respond::head(refusal.response(), Some(in_flight), is_head),
    };
    let called = route(&snapshot, &exchange);
    let metrics = called.as_ref().map_or(&snapshot.unmatched, |called| &called.api.metrics).clone();
    run(&snapshot, &visit, &worker, called, &mut exchange).await;
    let failure = progress.and_then(|progress| progress.failure());
    let mut response = response(&mut exchange, failure);
    in_flight.count(&metrics, response.status);
    if response.status == StatusCode::SWITCHING_PROTOCOLS {
        upgrade::splice(&worker, &mut exchange.request, &mut response);
    }
    respond::head(response, Some(in_flight), is_head)
}

async fn run(snapshot: &Snapshot, visit: &Visit, worker: &Worker, called: Option<Called>, exchange: &mut Exchange) {
    let Some(called) = called else {
        return snapshot.plans.plan(None, None, None).fail(exchange, unmatched()).await;
    };
    if let Some(refusal) = mcp::foreign(&called, visit, exchange, &worker.settings.mcp_origins) {
        exchange.response = Some(refusal);
        return;
    }
    let request = &exchange.request;
    let admitted = snapshot.doors.admit(&called, &request.headers, &request.query, exchange.timestamp);
    let product = admitted.as_ref().ok().and_then(|admitted| admitted.product.clone());
    let operation = called.operation.as_ref().map(|operation| operation.catalog.id.as_str());
    let plan = snapshot.plans.plan(
        Some(&called.api.catalog),
        operation,
        product.as_ref().map(|product| product.id.as_str()),
    );
    exchange.target = target(snapshot, &called);
    if let Some(path) = below(exchange, called.below) {
        exchange.request.path = path;
    }
    exchange.matched = Matched {
        api: Some(Arc::clone(&called.api.entity)),
        operation: called.operation.as_ref().map(|operation| Arc::clone(&operation.entity)),
        product,
        parameters: called.parameters,
    };
    match admitted {
        Ok(admitted) => {
            exchange.identity = admitted.identity;
            plan.run(exchange).await;
        }
        Err(failure) => plan.fail(exchange, failure).await,
    }
}

fn route(snapshot: &Snapshot, exchange: &Exchange) -> Option<Called> {
    let request = &exchange.request;
    snapshot.router.find(&Address {
        authority: &request.authority,
        path: &request.path,
        query: &request.query,
        method: request.method.as_str(),
        headers: &request.headers,
    })
}

/// The path below the API's, which always has its leading slash.
fn below(exchange: &Exchange, start: usize) -> Option<expression::text::Text> {
    let path = &exchange.request.path;
    if start == 0 {
        return None;
    }
    Some(path.slice(start..path.len()).filter(|path| !path.is_empty()).unwrap_or_else(|| "/".into()))
}

fn target(snapshot: &Snapshot, called: &Called) -> Target {
    let api = &called.api;
    match &api.catalog.kind {
        catalog::ApiKind::Mcp(server) => {
            let backend = snapshot.catalog.backends.get(&server.backend_id).cloned();
            let base_url = backend.as_ref().and_then(|backend| match &backend.kind {
                catalog::BackendKind::Single { url } => Some(url.as_str().into()),
                catalog::BackendKind::Pool(_) => None,
            });
            Target { base_url, backend, whole_endpoint: true }
        }
        _ => Target { base_url: api.base_url.clone(), backend: None, whole_endpoint: false },
    }
}

fn unmatched() -> Failure {
    let message = "Unable to match incoming request to an operation.";
    let mut failure = Failure::refused("OperationNotFound", StatusCode::NOT_FOUND, message, "Resource not found");
    failure.source = "configuration";
    failure
}

/// What the pipeline left as the response; a client whose body stopped coming or grew too large is told so.
fn response(exchange: &mut Exchange, failure: Option<BodyError>) -> ResponseMessage {
    let refused = match failure {
        Some(BodyError::Idle { .. }) => Some((StatusCode::REQUEST_TIMEOUT, "The request body did not arrive in time")),
        Some(BodyError::TooLarge { .. }) => Some((StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large")),
        _ => None,
    };
    match (refused, exchange.response.take()) {
        (Some((status, message)), _) => respond::Refusal::new(status, message).response(),
        (None, Some(response)) => response,
        (None, None) => ResponseMessage::default(),
    }
}
