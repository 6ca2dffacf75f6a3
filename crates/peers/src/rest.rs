//! A plain HTTP API with every way of answering that a proxy must cope with, and the ways of failing to.
//!
//! Never here: how an answer comes about; each module beside this one has one kind.

mod answer;
mod echo;
mod faults;
mod noise;
mod orders;
mod query;
mod streams;
mod upload;
mod websocket;

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::json;

use crate::listener::{Body, Service};
use answer::{Answer, fixed, json, refusal};
use orders::Orders;
use query::Query;

/// The longest wait that a caller may ask for, in milliseconds.
const LONGEST_WAIT: u64 = 600_000;

/// The API. Orders live as long as it does.
#[derive(Default)]
pub struct Api {
    orders: Orders,
    noise: noise::Block,
}

impl Service for Api {
    const ENDPOINT: &'static str = "/";

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        self.operation(request).await.unwrap_or_else(Response::from)
    }
}

impl Api {
    async fn operation(&self, request: Request<Incoming>) -> Answer {
        let uri = request.uri().clone();
        let query = Query::of(&uri);
        let segments = uri.path().trim_matches('/').split('/').collect::<Vec<_>>();
        // The listener leaves out the body of an answer to HEAD.
        let method = if request.method() == Method::HEAD {
            Method::GET
        } else {
            request.method().clone()
        };
        match (method, segments.as_slice()) {
            (Method::GET, ["orders"]) => Ok(self.orders.list()),
            (Method::POST, ["orders"]) => self.orders.create(request.into_body()).await,
            (Method::GET, ["orders", id]) => self.orders.show(id),
            (Method::GET, ["bytes"]) => {
                let size = query.number("size", 1024, noise::BLOCK as u64)?;
                Ok(fixed(
                    StatusCode::OK,
                    "application/octet-stream",
                    self.noise.prefix(size as usize),
                ))
            }
            (Method::GET, ["slow"]) => slow(&query).await,
            (Method::POST, ["upload"]) => upload::count(request.into_body()).await,
            (Method::GET, ["download"]) => streams::download(&query),
            (Method::GET, ["flood"]) => streams::flood(&query, &self.noise),
            (Method::GET, ["events"]) => streams::events(&query),
            (Method::GET, ["trailers"]) => Ok(streams::trailers()),
            (Method::GET, ["status", code]) => faults::status(code, &query),
            (Method::GET, ["cut"]) => faults::cut(&query),
            (Method::GET, ["hang"]) => pending().await,
            (Method::GET, ["ws"]) => websocket::upgrade(request),
            (_, ["echo", ..]) => echo::describe(request).await,
            (Method::GET, [""]) => Ok(fixed(StatusCode::OK, "text/plain", Bytes::from_static(OPERATIONS))),
            (method, _) => Err(refusal(
                StatusCode::NOT_FOUND,
                format!("no operation {method} {}; GET / lists those there are", uri.path()),
            )),
        }
    }
}

const OPERATIONS: &[u8] = b"\
GET  /orders               the orders
GET  /orders/{id}          one order
POST /orders               a new order: {\"customer\": text, \"items\": [{\"sku\": text, \"quantity\": number}]}
GET  /slow?ms=N            an answer after N milliseconds
ANY  /echo                 the request as JSON; anything may follow the path
POST /upload               the body's length and SHA-256
GET  /download?bytes=N     N bytes, always the same ones, streamed
GET  /flood?bytes=N        N bytes, the same mebibyte again and again, as fast as they are taken
GET  /bytes?size=N         N bytes, always the same ones, from memory
GET  /events?count=N&interval=MS   server-sent events with ids
GET  /trailers             a chunked body with a trailer, for callers that send `TE: trailers`
GET  /status/{code}        that status; ?retry-after=S adds the header
GET  /cut?after=N          a connection that breaks after N bytes of a longer body
GET  /hang                 never an answer
GET  /ws                   a WebSocket that echoes
";

async fn slow(query: &Query<'_>) -> Answer {
    let wait = query.number("ms", 1000, LONGEST_WAIT)?;
    tokio::time::sleep(Duration::from_millis(wait)).await;
    Ok(json(StatusCode::OK, &json!({ "waited_ms": wait })))
}
