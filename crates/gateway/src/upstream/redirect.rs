//! `follow-redirects`: what `HttpClient` of .NET does with a 3xx answer.
//!
//! 301, 302 and 303 turn POST into GET without a body; 307 and 308 repeat the request, which needs a body that is at
//! hand. `Authorization` stays with the first server; https never leads to http.
//! Never here: redirects that the client is to follow.

use crate::body::Outgoing;
use crate::upstream::Client;
use expression::body::MessageBody;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION};
use http::{HeaderMap, Method, StatusCode, Uri};
use policy::{Body, Call, Reply, UpstreamFailure};

/// .NET's `MaxAutomaticRedirections`.
const MOST: usize = 50;

/// Sends `call` and follows where its answers lead.
pub async fn follow(client: &Client, mut call: Call) -> Result<Reply, UpstreamFailure> {
    for _ in 0..MOST {
        let (now, next) = split(call);
        let url = now.url.clone();
        let reply = client.send_once(now).await?;
        let target = location(&url, &reply);
        match target.and_then(|target| repeat(next, &url, target, reply.status)) {
            Some(repeated) => call = repeated,
            None => return Ok(reply),
        }
    }
    Err(UpstreamFailure::Connection(format!(
        "the backend redirected more than {MOST} times"
    )))
}

/// The call to send, and a copy to go on with; without its body where that flows by.
fn split(mut call: Call) -> (Call, (Call, bool)) {
    let body = Outgoing::of(std::mem::take(&mut call.body));
    let replay = body.replay();
    let whole = replay.is_some();
    let copy = Call {
        method: call.method.clone(),
        url: call.url.clone(),
        headers: call.headers.clone(),
        body: replay.map(kept).unwrap_or_default(),
        backend: call.backend.clone(),
        extensions: http::Extensions::new(),
        ..call
    };
    call.body = match body {
        Outgoing::Stream { stream, .. } => Body::Stream(stream),
        body => kept(body),
    };
    (call, (copy, whole))
}

fn kept(body: Outgoing) -> Body {
    match body {
        Outgoing::Full(bytes) => Body::Buffered(MessageBody::new(bytes)),
        Outgoing::Empty | Outgoing::Stream { .. } => Body::Empty,
    }
}

fn repeat((mut call, whole): (Call, bool), from: &Uri, to: Uri, status: StatusCode) -> Option<Call> {
    if from.scheme_str() == Some("https") && to.scheme_str() == Some("http") {
        return None;
    }
    let drops_body = match status.as_u16() {
        301 | 302 => call.method == Method::POST,
        303 => call.method != Method::GET && call.method != Method::HEAD,
        307 | 308 => false,
        _ => return None,
    };
    if drops_body {
        call.method = Method::GET;
        call.body = Body::Empty;
        call.headers.remove(CONTENT_TYPE);
        call.headers.remove(CONTENT_LENGTH);
    } else if !whole {
        return None;
    }
    forget(&mut call.headers, from.authority() == to.authority());
    call.url = to;
    Some(call)
}

fn forget(headers: &mut HeaderMap, same_server: bool) {
    headers.remove(AUTHORIZATION);
    headers.remove(HOST);
    if !same_server {
        headers.remove(COOKIE);
    }
}

/// The absolute URL that an answer leads to.
fn location(from: &Uri, reply: &Reply) -> Option<Uri> {
    if !reply.status.is_redirection() {
        return None;
    }
    let location = reply.headers.get(LOCATION)?.to_str().ok()?;
    let location = location.split_once('#').map_or(location, |(location, _)| location);
    resolve(from, location)
}

/// A reference resolved against a URL (RFC 3986, section 5.2), except that `.` and `..` are left to the server.
fn resolve(from: &Uri, reference: &str) -> Option<Uri> {
    let scheme = from.scheme_str()?;
    let authority = from.authority()?;
    let text = if reference.contains("://") {
        reference.to_owned()
    } else if reference.starts_with("//") {
        format!("{scheme}:{reference}")
    } else if reference.starts_with('/') {
        format!("{scheme}://{authority}{reference}")
    } else if reference.starts_with('?') {
        format!("{scheme}://{authority}{}{reference}", from.path())
    } else {
        let folder = from.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{reference}")
    };
    text.parse().ok().filter(|uri: &Uri| uri.authority().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let from: Uri = "http://a:8080/b/c?d=1".parse().unwrap();
        for (reference, expected) in [
            ("https://x/y", "https://x/y"),
            ("//x/y", "http://x/y"),
            ("/y?z", "http://a:8080/y?z"),
            ("y", "http://a:8080/b/y"),
            ("?e=2", "http://a:8080/b/c?e=2"),
        ] {
            assert_eq!(resolve(&from, reference).unwrap().to_string(), expected, "{reference}");
        }
    }
}
