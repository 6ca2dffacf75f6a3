//! A gRPC service, `demo.Greeter`: one answer, a stream of answers, a stream each way, and a call that fails.
//!
//! Messages have one field, a text with the number 1. Never here: compression, reflection.

use std::io;
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Version};
use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;

use crate::listener::{Body, Service};

/// The key of the field: number 1, with a length.
const FIELD: u8 = 0x0a;

/// The service.
pub struct Greeter;

impl Service for Greeter {
    const ENDPOINT: &'static str = "/demo.Greeter";

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        if request.version() != Version::HTTP_2 {
            return refusal("13", "gRPC needs HTTP/2");
        }
        let trailers_are_taken = request.headers().get("te").is_some_and(|te| te == "trailers");
        if !trailers_are_taken {
            return refusal("13", "a client without TE: trailers");
        }
        let path = request.uri().path().to_owned();
        let (mut parts, body) = Channel::new(1);
        let mut calls = Calls::of(request.into_body());
        match path.as_str() {
            "/demo.Greeter/SayHello" => {
                tokio::spawn(async move {
                    let name = calls.next().await.unwrap_or_default();
                    let hello = parts.send_data(message(&format!("hello {name}"))).await;
                    end(parts, hello.is_ok()).await;
                });
            }
            "/demo.Greeter/Count" => {
                tokio::spawn(async move {
                    let most = calls.next().await.and_then(|most| most.parse().ok()).unwrap_or(3_u32);
                    for number in 1..=most {
                        if parts.send_data(message(&number.to_string())).await.is_err() {
                            return;
                        }
                    }
                    end(parts, true).await;
                });
            }
            "/demo.Greeter/Chat" => {
                tokio::spawn(async move {
                    while let Some(said) = calls.next().await {
                        if parts.send_data(message(&format!("you said {said}"))).await.is_err() {
                            return;
                        }
                    }
                    end(parts, true).await;
                });
            }
            "/demo.Greeter/Fail" => return refusal("9", "not now"),
            _ => return refusal("12", "no such method"),
        }
        let mut response = Response::new(body.boxed());
        let content_type = HeaderValue::from_static("application/grpc+proto");
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }
}

/// A response that is nothing but its status.
fn refusal(status: &'static str, message: &'static str) -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc+proto"));
    headers.insert("grpc-status", HeaderValue::from_static(status));
    headers.insert("grpc-message", HeaderValue::from_static(message));
    response
}

async fn end(mut parts: Sender<Bytes, io::Error>, went_well: bool) {
    if went_well {
        let status = (HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"));
        // Whoever no longer reads needs no trailer.
        let _ = parts.send_trailers(HeaderMap::from_iter([status])).await;
    }
}

/// A message with its frame's head: not compressed, its length.
fn message(text: &str) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_u8(0);
    bytes.put_u32(text.len() as u32 + 2);
    bytes.put_u8(FIELD);
    bytes.put_u8(text.len() as u8);
    bytes.put_slice(text.as_bytes());
    bytes.freeze()
}

/// The messages that a client sends.
struct Calls {
    body: Incoming,
    bytes: BytesMut,
}

impl Calls {
    fn of(body: Incoming) -> Self {
        let bytes = BytesMut::new();
        Self { body, bytes }
    }

    /// The text of the next message; nothing at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(text) = self.whole() {
                return Some(text);
            }
            let data = self.body.frame().await?.ok()?.into_data().ok()?;
            self.bytes.extend_from_slice(&data);
        }
    }

    fn whole(&mut self) -> Option<String> {
        let mut head = self.bytes.get(1..5)?;
        let length = head.get_u32() as usize;
        let payload = self.bytes.get(5..5 + length)?;
        let text = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
        self.bytes.advance(5 + length);
        Some(text)
    }
}
