//! The call that an exchange comes to: target, path, query, and what the backend's credentials add.

use super::{ForwardRequest, Timeout, destination, forwarded_for};
use crate::body::{Body, Trailers};
use crate::connection::Connection;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::policies::proxy::proxy_at;
use crate::query::{is_named, pairs};
use crate::upstream::{Call, HttpVersion};
use catalog::{Backend, BackendCredentials, BackendKind};
use expression::body::MessageBody;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use std::borrow::Cow;
use std::fmt::Write;
use std::time::Duration;

impl ForwardRequest {
    pub(super) fn call(&self, exchange: &mut Exchange) -> Result<Call, Failure> {
        let timeout = match &self.timeout {
            Timeout::Seconds(seconds) => seconds.get(exchange)?,
            Timeout::Milliseconds(milliseconds) => Duration::from_millis(milliseconds.get(exchange)?.into()),
        };
        let continue_timeout = self
            .continue_timeout
            .as_ref()
            .map(|wait| wait.get(exchange))
            .transpose()?;
        let follow_redirects = self.follow_redirects.get(exchange)?;
        let backend = destination::choose(exchange)?;
        let url = target_url(exchange, backend.as_deref())?;
        let mut headers = exchange.request.headers.clone();
        exchange.request.leave_own_host(&mut headers);
        let mut connection = exchange.state.connection.clone();
        give_credentials(backend.as_deref(), &mut headers, &mut connection)?;
        if let Some(peer) = &exchange.request.peer {
            forwarded_for::append(&mut headers, peer);
        }
        let body = outgoing(&mut exchange.request.body);
        let extensions = std::mem::take(&mut exchange.request.extensions);
        // They stay with a body that is kept, for a call that comes later.
        if let Some(trailers) = extensions.get::<Trailers>() {
            exchange.request.extensions.insert(trailers.clone());
        }
        if matches!(body, Body::Empty) {
            headers.remove(http::header::CONTENT_LENGTH);
        }
        Ok(Call {
            method: exchange.request.method.clone(),
            url,
            headers,
            body,
            backend,
            connection,
            timeout,
            continue_timeout,
            follow_redirects,
            version: if exchange.state.is_grpc {
                HttpVersion::Two
            } else {
                self.version
            },
            buffer_response: self.buffer_response,
            extensions,
            wants_answer: exchange.state.wants_answer,
        })
    }
}

/// The body for the backend. A kept one stays for policies that come later; one that was read without
/// `preserveContent` is gone.
fn outgoing(body: &mut Body) -> Body {
    match body {
        Body::Buffered(body) if body.is_consumed() => Body::Empty,
        Body::Buffered(body) => Body::Buffered(MessageBody::new(body.bytes().clone())),
        flowing => std::mem::take(flowing),
    }
}

/// Adds what the backend's credentials say; a certificate or a proxy that a policy chose stays.
pub(in crate::policies) fn give_credentials(
    backend: Option<&Backend>,
    headers: &mut HeaderMap,
    connection: &mut Connection,
) -> Result<(), Failure> {
    let Some(backend) = backend else {
        return Ok(());
    };
    add_credentials(headers, &backend.credentials)?;
    if connection.certificate.is_none() {
        connection.certificate.clone_from(&backend.credentials.certificate);
    }
    if let Some(proxy) = backend.proxy.as_ref().filter(|_| connection.proxy.is_none()) {
        let found = proxy_at(proxy.address.clone(), proxy.username.as_deref(), &proxy.password)?;
        connection.proxy = Some(found);
    }
    Ok(())
}

/// Where the request goes as it stands, with what the credentials of the backend that takes it add to the query.
pub(in crate::policies) fn target_url(exchange: &Exchange, backend: Option<&Backend>) -> Result<http::Uri, Failure> {
    let member = match (&exchange.target.backend, backend.map(|backend| &backend.kind)) {
        (Some(chosen), Some(BackendKind::Single { url })) if matches!(chosen.kind, BackendKind::Pool(_)) => {
            Some(url.as_str())
        }
        _ => None,
    };
    let base = member.or(exchange.target.base_url.as_deref());
    let request = &exchange.request;
    let whole_endpoint = exchange.target.whole_endpoint || exchange.target.endpoint_at_root && &*request.path == "/";
    let credentials = backend.map(|backend| &backend.credentials);
    url(base, whole_endpoint, &request.path, &request.query, credentials)
}

fn url(
    base: Option<&str>,
    whole_endpoint: bool,
    path: &str,
    query: &str,
    credentials: Option<&BackendCredentials>,
) -> Result<http::Uri, Failure> {
    let Some(base) = base else {
        return Err(Failure::internal(
            "BackendNotFound",
            "the api has no service url and no policy sets a backend",
        ));
    };
    // Paths would end in a fragment, which is never sent.
    let base = base.split('#').next().unwrap_or_default();
    let (base, base_query) = base.split_once('?').unwrap_or((base, ""));
    let mut url = String::with_capacity(base.len() + path.len() + base_query.len() + query.len() + 2);
    url.push_str(base);
    if !whole_endpoint {
        url.truncate(base.trim_end_matches('/').len());
        url.push_str(path);
    }
    let secrets = credentials.map_or(&[][..], |credentials| &credentials.query);
    // The client's word must not stand beside the gateway's: backends differ in which of two they take.
    let own = match secrets {
        [] => Cow::Borrowed(query),
        _ => pairs(query)
            .filter(|pair| !secrets.iter().any(|(name, _)| is_named(pair, name)))
            .collect::<Vec<_>>()
            .join("&")
            .into(),
    };
    let mut separator = '?';
    for part in [base_query, &own] {
        if !part.is_empty() {
            url.push(separator);
            url.push_str(part);
            separator = '&';
        }
    }
    for (name, values) in secrets {
        for value in values {
            url.push(separator);
            encode(name, &mut url);
            url.push('=');
            encode(value, &mut url);
            separator = '&';
        }
    }
    // The URL may hold a credential: it is not quoted.
    http::Uri::try_from(sendable(url))
        .map_err(|error| Failure::internal("BackendNotFound", format!("the backend's url is not valid: {error}")))
}

/// A URL of which what RFC 3986 lets stand nowhere is percent-encoded behind the host, as .NET sends it: servers refuse it,
/// and some clients leave it as it is.
fn sendable(url: String) -> String {
    let is_odd = |byte: u8| !byte.is_ascii() || b"\"<>\\^`{|}".contains(&byte);
    if !url.bytes().any(is_odd) {
        return url;
    }
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?']));
    let (kept, rest) = url.split_at(end.map_or(url.len(), |end| host + end));
    let mut sent = kept.to_owned();
    for character in rest.chars() {
        let mut bytes = [0; 4];
        let encoded = character.encode_utf8(&mut bytes);
        if encoded.bytes().any(is_odd) {
            encode(encoded, &mut sent);
        } else {
            sent.push(character);
        }
    }
    sent
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte.into());
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

fn add_credentials(headers: &mut HeaderMap, credentials: &BackendCredentials) -> Result<(), Failure> {
    let wrong = || Failure::internal("BackendCredentials", "the backend's credentials are no valid header");
    for (name, values) in &credentials.headers {
        let name: HeaderName = name.parse().map_err(|_| wrong())?;
        headers.remove(&name);
        for value in values {
            let mut value: HeaderValue = value.parse().map_err(|_| wrong())?;
            value.set_sensitive(true);
            headers.try_append(&name, value).map_err(|_| wrong())?;
        }
    }
    if let Some((scheme, parameter)) = &credentials.authorization {
        let mut value: HeaderValue = format!("{scheme} {parameter}").parse().map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(())
}
