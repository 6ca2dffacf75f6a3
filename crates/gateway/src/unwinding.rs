//! A bug that panics costs one request its answer: its client is told, the connection and the worker live on.
//!
//! Never here: failures that are foreseen; those are values.

use crate::respond;
use expression::body::MessageBody;
use http::StatusCode;
use policy::{Body, ResponseMessage};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

/// What `future` gives, or the 500 of a request whose future panicked; it is not polled again.
pub async fn contained<T>(mut future: Pin<&mut impl Future<Output = T>>) -> Result<T, ResponseMessage> {
    poll_fn(|context| {
        // What a panic leaves half done is the request's own and goes with it; borrows of what requests share end.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(broken())),
        }
    })
    .await
}

fn broken() -> ResponseMessage {
    let activity_id = uuid::Uuid::from_u128(crate::clock::request_id());
    tracing::error!(%activity_id, "a bug broke a request off");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let text = format!(
        r#"{{ "statusCode": {}, "message": "Internal server error", "activityId": "{activity_id}" }}"#,
        status.as_u16()
    );
    ResponseMessage {
        status,
        headers: respond::json(),
        body: Body::Buffered(MessageBody::new(text)),
        ..ResponseMessage::default()
    }
}
