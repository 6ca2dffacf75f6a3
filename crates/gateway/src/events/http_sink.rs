//! A batch as the body of a request, and what the answer means.
//!
//! Never here: what the body is.

use super::sent::Sent;
use expression::body::MessageBody;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use policy::{Body, Call, Connection, HttpVersion, Services, retry_after};
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
    /// Whether events wait where the answer says that the logger is described wrongly: by its credentials or its place.
    pub waits_for_mending: bool,
}

impl Post {
    /// Sends it; what its status means, and the body of the answer.
    pub async fn send(self, services: &Services) -> (Sent, Vec<u8>) {
        let Ok(url) = self.url.parse::<Uri>() else {
            return (Sent::later("its URL is none"), Vec::new());
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
            Err(failure) => return (Sent::later(failure.to_string()), Vec::new()),
        };
        let answer = read(reply.body).await;
        let status = reply.status;
        let why = format!("it answered {status}");
        let sent = match status {
            _ if status.is_success() => Sent::all(),
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Sent::Later {
                why,
                after: retry_after(&reply.headers, &*services.clock),
            },
            _ if is_of_the_logger(status) && self.waits_for_mending => Sent::later(why),
            _ if is_of_the_logger(status) => Sent::refused(self.events, why),
            _ => Sent::Refused {
                why,
                for_good: !status.is_server_error(),
            },
        };
        (sent, answer)
    }
}

/// Whether an answer is about credentials or the place, whatever the events.
fn is_of_the_logger(status: StatusCode) -> bool {
    matches!(status.as_u16(), 300..=399 | 401 | 403 | 404 | 407)
}

async fn read(body: Body) -> Vec<u8> {
    let mut read = Vec::new();
    let Body::Stream(mut stream) = body else { return read };
    while read.len() < LONGEST_ANSWER {
        match poll_fn(|context| stream.as_mut().poll_frame(context)).await {
            Some(Ok(frame)) => read.extend_from_slice(frame.data_ref().map_or(&[], |bytes| &bytes[..])),
            Some(Err(_)) | None => break,
        }
    }
    read
}
