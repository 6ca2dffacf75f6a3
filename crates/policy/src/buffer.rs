//! Keeping a body because a policy reads it, under a limit.
//!
//! Never here: which policy reads what; the plan knows.

use crate::block::Needs;
use crate::body::{Body, BodyError, Head, StreamBody, Trailers};
use crate::coding;
use crate::exchange::Exchange;
use crate::failure::Failure;
use bytes::Bytes;
use expression::body::MessageBody;
use http::{Extensions, HeaderMap, StatusCode};
use std::future::poll_fn;
use std::pin::Pin;

/// Whether everything is there already.
pub(crate) fn is_met(needs: Needs, exchange: &Exchange) -> bool {
    let request_flows = matches!(exchange.request.body, Body::Stream(_) | Body::Answer(_));
    let response = exchange.response.as_ref().map(|response| &response.body);
    let response_waits = match response {
        Some(Body::Stream(_)) => needs.reads.response_body,
        Some(Body::Answer(_)) => needs.reads.response_body || needs.answer,
        _ => false,
    };
    !(needs.reads.request_body && request_flows || response_waits)
}

impl Exchange {
    /// Keeps the request's body and gives its bytes; they are empty when there is none.
    ///
    /// # Errors
    /// The body is larger than `services.buffer_limit`, or the client's message broke off.
    pub async fn keep_request(&mut self) -> Result<Bytes, Failure> {
        let (request, limit) = (&mut self.request, self.services.buffer_limit);
        keep(&mut request.body, &request.headers, &mut request.extensions, limit)
            .await
            .map_err(|error| failure(&error))?;
        Ok(match &self.request.body {
            Body::Buffered(message) => message.bytes().clone(),
            _ => Bytes::new(),
        })
    }
}

/// Keeps the bodies that are needed.
pub(crate) async fn meet(needs: Needs, exchange: &mut Exchange) -> Result<(), Failure> {
    let limit = exchange.services.buffer_limit;
    if needs.reads.request_body {
        let request = &mut exchange.request;
        keep(&mut request.body, &request.headers, &mut request.extensions, limit)
            .await
            .map_err(|error| failure(&error))?;
    }
    let Some(response) = &mut exchange.response else {
        return Ok(());
    };
    if needs.reads.response_body {
        keep(&mut response.body, &response.headers, &mut response.extensions, limit)
            .await
            .map_err(|error| response_failure(&error))?;
    }
    if needs.reads.response_body || needs.answer {
        let head = Head {
            status: response.status,
            headers: response.headers.clone(),
        };
        match std::mem::take(&mut response.body) {
            Body::Answer(mut stream) => {
                let message = stream.answer(&head).await.map_err(|error| response_failure(&error))?;
                response.body = Body::Answered(MessageBody::new(message), stream);
            }
            other => response.body = other,
        }
    }
    Ok(())
}

async fn keep(body: &mut Body, headers: &HeaderMap, extensions: &mut Extensions, limit: u64) -> Result<(), BodyError> {
    if let Body::Stream(stream) = body {
        let (bytes, trailers) = read(stream, limit).await?;
        if let Some(trailers) = trailers {
            extensions.insert(Trailers(trailers));
        }
        *body = Body::Buffered(coding::kept(headers, bytes, limit));
    }
    Ok(())
}

/// All bytes of a body, of which there may be `limit`; nobody wants its trailers.
pub(crate) async fn read_whole(stream: &mut StreamBody, limit: u64) -> Result<Bytes, BodyError> {
    read(stream, limit).await.map(|(bytes, _)| bytes)
}

async fn read(stream: &mut StreamBody, limit: u64) -> Result<(Bytes, Option<HeaderMap>), BodyError> {
    // Nobody need send what is too large by its own word.
    if stream.size_hint().lower() > limit {
        return Err(BodyError::TooLarge { limit });
    }
    let (mut first, mut trailers) = (Bytes::new(), None);
    let mut all = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::as_mut(stream).poll_frame(context)).await {
        let chunk = match frame?.into_data() {
            Ok(chunk) => chunk,
            Err(frame) => {
                trailers = frame.into_trailers().ok();
                continue;
            }
        };
        if (first.len() + all.len() + chunk.len()) as u64 > limit {
            return Err(BodyError::TooLarge { limit });
        }
        // Most bodies are one chunk, which needs no copy.
        if first.is_empty() && all.is_empty() {
            first = chunk;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&chunk);
        }
    }
    Ok((if all.is_empty() { first } else { all.into() }, trailers))
}

/// What a response's body that cannot be had means for the exchange: nothing that the client has done.
fn response_failure(error: &BodyError) -> Failure {
    match error {
        BodyError::TooLarge { .. } => Failure::internal("BodyTooLarge", error.to_string()),
        _ => failure(error),
    }
}

/// What a body that cannot be had means for the exchange.
pub(crate) fn failure(error: &BodyError) -> Failure {
    let message = error.to_string();
    match error {
        BodyError::Client(_) => Failure::refused(
            "ClientConnectionFailure",
            StatusCode::BAD_REQUEST,
            message,
            "Bad request",
        ),
        BodyError::TooLarge { .. } => {
            Failure::refused("BodyTooLarge", StatusCode::PAYLOAD_TOO_LARGE, message.clone(), message)
        }
        BodyError::Upstream(_) => Failure::internal("BackendConnectionFailure", message),
        BodyError::Idle { .. } => Failure::internal("Timeout", message),
    }
}
