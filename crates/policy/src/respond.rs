//! What a failure looks like: `context.LastError` inside, APIM's error body outside.
//!
//! Never here: which failures there are.

use crate::block::Section;
use crate::body::Body;
use crate::exchange::{Exchange, FailedAt, ResponseMessage};
use crate::failure::Failure;
use expression::body::MessageBody;
use expression::context::LastError;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};

/// `context.LastError` for a failure in `section`, at `failed` if a step failed.
pub(crate) fn last_error(failure: &Failure, section: Section, failed: Option<&FailedAt>) -> LastError {
    let origin = failed.map(|failed| &failed.origin);
    let source = match (failure.source, origin) {
        ("", Some(origin)) => origin.element,
        (source, _) => source,
    };
    LastError {
        source: source.into(),
        reason: failure.reason.into(),
        message: failure.message.as_str().into(),
        scope: origin
            .and_then(|origin| origin.scope)
            .map_or("", |scope| scope.name())
            .into(),
        section: section.name().into(),
        path: failed.map_or("", |failed| failed.path.as_str()).into(),
        policy_id: origin
            .and_then(|origin| origin.id.as_deref())
            .unwrap_or_default()
            .into(),
    }
}

/// The response to a failure when on-error changes nothing: APIM's JSON, spaces included.
pub(crate) fn error_response(failure: &Failure, exchange: &Exchange) -> ResponseMessage {
    let status = failure.status.as_u16();
    let text = match &failure.client_message {
        Some(message) => format!(r#"{{ "statusCode": {status}, "message": "{message}" }}"#),
        None => format!(
            r#"{{ "statusCode": {status}, "message": "Internal server error", "activityId": "{}" }}"#,
            exchange.activity_id()
        ),
    };
    let mut headers = HeaderMap::clone(&failure.headers);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ResponseMessage {
        status: failure.status,
        headers,
        body: Body::Buffered(MessageBody::new(text)),
        ..ResponseMessage::default()
    }
}
