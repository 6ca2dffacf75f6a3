//! A batch as the body of a request, and what the answer means.
//!
//! Never here: what the body is.

use super::sender::Sent;
use expression::body::MessageBody;
use http::header::RETRY_AFTER;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use policy::{Body, Call, Connection, HttpVersion, Services};
use std::future::poll_fn;
use std::time::Duration;

/// How long the head of an answer may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes of an answer that are read so that its connection can be used again.
const LONGEST_ANSWER: usize = 64 << 10;

/// A request that carries a batch.
pub struct Post {
    /// Absolute URL.
    pub url: String,
    /// Headers; a value that none can have is left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How many events are in it.
    pub events: u64,
}

impl Post {
    /// Sends it. Of the answer only the status counts.
    pub async fn send(self, services: &Services) -> Sent {
        let Ok(url) = self.url.parse::<Uri>() else {
            return Sent::later("its URL is none");
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(mut value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
                value.set_sensitive(true);
                headers.insert(name, value);
            }
        }
        let call = Call {
            method: Method::POST,
            url,
            headers,
            body: Body::Buffered(MessageBody::new(self.body)),
            backend: None,
            connection: Connection::default(),
            timeout: TIMEOUT,
            continue_timeout: None,
            follow_redirects: false,
            version: HttpVersion::One,
            buffer_response: true,
            extensions: Extensions::new(),
            wants_answer: false,
        };
        let reply = match services.upstream.send(call).await {
            Ok(reply) => reply,
            Err(failure) => return Sent::later(failure.to_string()),
        };
        discard(reply.body).await;
        let status = reply.status;
        match status {
            _ if status.is_success() => Sent::all(),
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => {
                Sent::refused(self.events, format!("it answered {status}"))
            }
            _ => Sent::Later {
                why: format!("it answered {status}"),
                after: retry_after(&reply.headers),
            },
        }
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

async fn discard(body: Body) {
    let Body::Stream(mut stream) = body else { return };
    let mut read = 0;
    while read < LONGEST_ANSWER {
        match poll_fn(|context| stream.as_mut().poll_frame(context)).await {
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, bytes::Bytes::len),
            Some(Err(_)) | None => return,
        }
    }
}
