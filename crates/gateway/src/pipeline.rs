//! The seam to the policy pipeline.

use crate::hop_by_hop;
use catalog::{Api, Catalog};
use expression::body::MessageBody;
use http::{HeaderMap, HeaderValue};
use policy::{Call, Exchange, Failure, HttpVersion, ResponseMessage, UpstreamFailure};
use std::sync::Arc;
use std::time::Duration;

/// Compiled policies.
pub struct Plans(Arc<Plan>);

/// What runs.
pub struct Plan;

impl Plans {
    /// Compiles.
    pub fn compile(_catalog: &Catalog) -> Self {
        Self(Arc::new(Plan))
    }

    /// The plan of an operation.
    pub fn plan(&self, _api: Option<&Api>, _operation: Option<&str>, _product: Option<&str>) -> Arc<Plan> {
        Arc::clone(&self.0)
    }
}

impl Plan {
    /// Runs.
    pub async fn run(&self, exchange: &mut Exchange) {
        if let Err(failure) = forward(exchange).await {
            self.fail(exchange, failure).await;
        }
    }

    /// Fails.
    pub async fn fail(&self, exchange: &mut Exchange, failure: Failure) {
        let status = failure.status.as_u16();
        let body = failure.client_message.as_ref().map_or_else(
            || {
                format!(
                    "{{ \"statusCode\": 500, \"message\": \"Internal server error\", \"activityId\": \"{}\" }}",
                    uuid::Uuid::from_u128(exchange.request_id)
                )
            },
            |message| format!("{{ \"statusCode\": {status}, \"message\": \"{message}\" }}"),
        );
        tracing::debug!(message = failure.message);
        let mut headers: HeaderMap = failure.headers;
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = policy::Body::Buffered(MessageBody::new(body));
        exchange.response =
            Some(ResponseMessage { status: failure.status, headers, body, ..ResponseMessage::default() });
    }
}

async fn forward(exchange: &mut Exchange) -> Result<(), Failure> {
    let base = exchange.target.base_url.clone().ok_or_else(|| Failure::internal("BackendConnectionFailure", "no backend"))?;
    let request = &mut exchange.request;
    let path = if exchange.target.whole_endpoint { "" } else { request.path.as_str() };
    let mark = if request.query.is_empty() { "" } else { "?" };
    let url = format!("{}{path}{mark}{}", base.trim_end_matches('/'), request.query);
    let url = url.parse().map_err(|_| Failure::internal("BackendConnectionFailure", format!("bad url {url}")))?;
    let mut headers = std::mem::take(&mut request.headers);
    if headers.get(http::header::HOST).is_some_and(|host| host.as_bytes() == request.authority.as_bytes()) {
        headers.remove(http::header::HOST);
    }
    let _ = hop_by_hop::upgrade(&headers);
    let call = Call {
        method: request.method.clone(),
        url,
        headers,
        body: std::mem::take(&mut request.body),
        backend: exchange.target.backend.clone(),
        timeout: Duration::from_secs(300),
        continue_timeout: None,
        follow_redirects: false,
        version: HttpVersion::One,
        buffer_response: true,
        extensions: http::Extensions::new(),
        wants_answer: false,
    };
    let reply = exchange.services.upstream.send(call).await.map_err(|failure| match failure {
        UpstreamFailure::TooLarge(_) => Failure::refused("TooLarge", http::StatusCode::PAYLOAD_TOO_LARGE, "", "Payload too large"),
        UpstreamFailure::Timeout(_) => Failure::internal("Timeout", failure.to_string()),
        UpstreamFailure::Client(_) => Failure::internal("ClientConnectionFailure", failure.to_string()),
        UpstreamFailure::Connection(_) => Failure::internal("BackendConnectionFailure", failure.to_string()),
    })?;
    exchange.response = Some(ResponseMessage {
        status: reply.status,
        reason: reply.reason.map(Into::into),
        headers: reply.headers,
        body: reply.body,
        extensions: reply.extensions,
    });
    Ok(())
}
