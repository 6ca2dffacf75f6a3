//! A policy that refuses or cannot go on: what `context.LastError` says, and what the client gets when no on-error
//! policy says otherwise.

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};

/// Why the pipeline goes to on-error.
#[derive(Clone, Debug)]
pub struct Failure {
    /// `LastError.Source`; empty: the name of the policy's element.
    pub source: &'static str,
    /// `LastError.Reason`, such as `RateLimitExceeded`.
    pub reason: &'static str,
    /// `LastError.Message`
    pub message: String,
    /// Status of the response when on-error changes nothing.
    pub status: StatusCode,
    /// Message in the body of that response, put into its JSON as it is; `None` for APIM's `Internal server error`
    /// with an activity id.
    pub client_message: Option<String>,
    /// Headers of that response, such as `Retry-After`.
    pub headers: Box<HeaderMap>,
    /// Whether the response that is there stays the response, as with `fail-on-error-status-code`.
    pub keeps_response: bool,
}

impl Failure {
    /// A refusal that the client is told the reason of.
    pub fn refused(
        reason: &'static str,
        status: StatusCode,
        message: impl Into<String>,
        client_message: impl Into<String>,
    ) -> Self {
        Self {
            source: "",
            reason,
            message: message.into(),
            status,
            client_message: Some(client_message.into()),
            headers: Box::default(),
            keeps_response: false,
        }
    }

    /// A call under a limit whose counter cannot be reached, where that refuses it.
    pub(crate) fn counters_away() -> Self {
        let message = "Service is temporarily unavailable.";
        let mut failure = Self::refused("CountersUnavailable", StatusCode::SERVICE_UNAVAILABLE, message, message);
        failure.headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        failure
    }

    /// A failure whose details are not the client's business: 500 with an activity id.
    pub fn internal(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            source: "",
            reason,
            message: message.into(),
            status: StatusCode::INTERNAL_SERVER_ERROR,
            client_message: None,
            headers: Box::default(),
            keeps_response: false,
        }
    }
}
