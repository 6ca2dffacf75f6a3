//! `follow-redirects`: what `HttpClient` of .NET does with a 3xx answer.
//!
//! 300 to 303 turn POST into GET without a body; 307 and 308 repeat the request, which needs a body that is at
//! hand. https never leads to http. Another server than the first gets no `Authorization`, no cookies and nothing that a
//! backend's credentials added, no client certificate, and its certificate is checked in full, whatever the backend's own may lack.
//! After so many redirects, the next one is the answer.
//! Never here: redirects that the client is to follow.

use crate::body::Outgoing;
use expression::body::MessageBody;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, HeaderName, LOCATION};
use http::{HeaderMap, Method, StatusCode, Uri};
use policy::{Body, Call, Reply, UpstreamFailure};

/// .NET's `MaxAutomaticRedirections`.
const MOST: usize = 50;

/// Sends `call` by `send` and follows where its answers lead.
pub async fn follow<S>(mut send: impl FnMut(Call) -> S, mut call: Call) -> Result<Reply, UpstreamFailure>
where
    S: Future<Output = Result<Reply, UpstreamFailure>>,
{
    let mut followed = 0;
    loop {
        let (now, next) = split(call);
        let url = now.url.clone();
        let reply = send(now).await?;
        let target = location(&url, &reply).filter(|_| followed < MOST);
        match target.and_then(|target| repeat(next, &url, target, reply.status)) {
            Some(repeated) => (call, followed) = (repeated, followed + 1),
            None => return Ok(reply),
        }
    }
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
        connection: call.connection.clone(),
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
        Outgoing::Full(bytes) | Outgoing::Trailed(bytes, _) => Body::Buffered(MessageBody::new(bytes)),
        Outgoing::Empty | Outgoing::Stream { .. } => Body::Empty,
    }
}

fn repeat((mut call, whole): (Call, bool), from: &Uri, to: Uri, status: StatusCode) -> Option<Call> {
    if from.scheme_str() == Some("https") && to.scheme_str() == Some("http") {
        return None;
    }
    let drops_body = match status.as_u16() {
        300..=302 => call.method == Method::POST,
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
    call.headers.remove(AUTHORIZATION);
    call.headers.remove(HOST);
    if from.authority() != to.authority() {
        call.backend = None;
        call.connection.certificate = None;
        call.headers.remove(COOKIE);
        forget_secrets(&mut call.headers);
    }
    call.url = to;
    Some(call)
}

/// Takes out what is marked as sensitive, as a backend's credentials are.
fn forget_secrets(headers: &mut HeaderMap) {
    let secret = headers.iter().filter(|(_, value)| value.is_sensitive());
    let names: Vec<HeaderName> = secret.map(|(name, _)| name.clone()).collect();
    for name in names {
        headers.remove(name);
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
    let text = if is_absolute(reference) {
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

/// Whether a reference begins with a scheme (RFC 3986, section 3.1) and an authority.
fn is_absolute(reference: &str) -> bool {
    let scheme = reference.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::Backend;
    use http::HeaderValue;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn references() {
        let from: Uri = "http://a:8080/b/c?d=1".parse().unwrap();
        for (reference, expected) in [
            ("https://x/y", "https://x/y"),
            ("//x/y", "http://x/y"),
            ("/y?z", "http://a:8080/y?z"),
            ("y", "http://a:8080/b/y"),
            ("?e=2", "http://a:8080/b/c?e=2"),
            ("/y?to=http://x", "http://a:8080/y?to=http://x"),
            ("y?to=http://x", "http://a:8080/b/y?to=http://x"),
        ] {
            assert_eq!(resolve(&from, reference).unwrap().to_string(), expected, "{reference}");
        }
    }

    /// A call to `http://a/` for a lenient backend with a credential, led to `to`: what goes there.
    fn led(to: &str) -> String {
        let mut credential = HeaderValue::from_static("k");
        credential.set_sensitive(true);
        let headers = [
            (AUTHORIZATION, HeaderValue::from_static("Basic x")),
            (COOKIE, HeaderValue::from_static("c=1")),
            (HeaderName::from_static("x-api-key"), credential),
            (HeaderName::from_static("accept"), HeaderValue::from_static("*/*")),
        ];
        let backend = Backend {
            validate_certificate_chain: false,
            validate_certificate_name: false,
            ..Backend::single("b", "http://a")
        };
        let call = Call {
            method: Method::GET,
            url: Uri::from_static("http://a/"),
            headers: HeaderMap::from_iter(headers),
            body: Body::Empty,
            backend: Some(Arc::new(backend)),
            connection: policy::Connection::default(),
            timeout: Duration::ZERO,
            continue_timeout: None,
            follow_redirects: true,
            version: policy::HttpVersion::One,
            buffer_response: true,
            extensions: http::Extensions::new(),
            wants_answer: false,
        };
        let from = call.url.clone();
        let next = repeat((call, true), &from, to.parse().unwrap(), StatusCode::FOUND).unwrap();
        let mut names: Vec<&str> = next.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        format!("{} {}", names.join(" "), next.backend.is_some())
    }

    #[test]
    fn another_server_gets_no_secrets_and_no_leniency() {
        assert_eq!(led("http://a/x"), "accept cookie x-api-key true");
        assert_eq!(led("https://b/x"), "accept false");
        assert_eq!(led("http://a:8080/x"), "accept false");
    }
}
