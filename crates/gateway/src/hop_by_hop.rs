//! Headers that belong to one connection and never travel further (RFC 9110, section 7.6.1).
//!
//! Never here: which of them a connection of ours adds by itself.

use http::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, TE, TRANSFER_ENCODING, UPGRADE};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Words of `Connection` that are about the connection and no names of headers to take out.
const OWN: [&str; 4] = ["close", "keep-alive", "upgrade", "te"];

/// Takes out the headers that a client's `Connection` names. This is done before policies see the request: what they add
/// is not the client's to name.
pub fn strip_nominated(headers: &mut HeaderMap) {
    if !headers.contains_key(CONNECTION) {
        return;
    }
    let is_own = |name: &str| OWN.iter().any(|own| own.eq_ignore_ascii_case(name));
    let (own, others): (Vec<&str>, Vec<&str>) = nominated(headers).partition(|name| is_own(name));
    if others.is_empty() {
        return;
    }
    let own = HeaderValue::try_from(own.join(", ")).ok().filter(|own| !own.is_empty());
    for name in names(others.into_iter()) {
        headers.remove(name);
    }
    headers.remove(CONNECTION);
    if let Some(own) = own {
        headers.insert(CONNECTION, own);
    }
}

/// Takes out what belongs to the client's connection, and says what the upstream's must have in its place.
pub fn strip_request(headers: &mut HeaderMap) {
    let upgrade = upgrade(headers);
    let trailers = headers.get(TE).is_some_and(accepts_trailers);
    strip(headers);
    headers.remove(http::header::PROXY_AUTHORIZATION);
    if let Some(protocol) = upgrade {
        headers.insert(UPGRADE, protocol);
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    } else if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
        headers.insert(CONNECTION, HeaderValue::from_static("TE"));
    }
}

/// Takes out what belongs to the upstream's connection; a `101` keeps the protocol that was agreed upon.
pub fn strip_response(headers: &mut HeaderMap, switching: bool) {
    let upgrade = if switching { headers.get(UPGRADE).cloned() } else { None };
    strip(headers);
    if let Some(protocol) = upgrade {
        headers.insert(UPGRADE, protocol);
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    }
}

/// The protocol that a message wants to switch to: `Upgrade`, when `Connection` names it.
///
/// Other forms of HTTP are not passed on: requests within them would reach the upstream past every policy.
fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let protocol = headers.get(UPGRADE)?;
    let text = protocol.to_str().ok()?.to_ascii_lowercase();
    if text
        .split(',')
        .map(str::trim)
        .any(|name| name == "h2c" || name.starts_with("http/") || name.starts_with("tls/"))
    {
        return None;
    }
    nominated(headers)
        .any(|name| name.eq_ignore_ascii_case("upgrade"))
        .then(|| protocol.clone())
}

fn strip(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        for name in names(nominated(headers)) {
            headers.remove(name);
        }
        headers.remove(CONNECTION);
    }
    for name in [KEEP_ALIVE, PROXY_CONNECTION, TE, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
}

/// Headers that are the sender's to name. Framing, addressing and what proxies say are not: RFC 9110 forbids to nominate
/// end-to-end fields.
fn names<'n>(nominated: impl Iterator<Item = &'n str>) -> Vec<HeaderName> {
    let names = nominated.filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok());
    let is_kept = |name: &HeaderName| {
        let is_framing = *name == http::header::HOST || *name == http::header::CONTENT_LENGTH;
        is_framing || name.as_str().starts_with("x-forwarded-")
    };
    names.filter(|name| !is_kept(name)).collect()
}

fn nominated(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

fn accepts_trailers(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|value| {
        value
            .split(',')
            .any(|part| part.trim().eq_ignore_ascii_case("trailers"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str) -> HeaderMap {
        text.lines()
            .filter_map(|line| line.trim().split_once(": "))
            .map(|(name, value)| {
                (
                    name.parse::<HeaderName>().unwrap(),
                    value.parse::<HeaderValue>().unwrap(),
                )
            })
            .collect()
    }

    #[track_caller]
    fn check(request: bool, before: &str, after: &str) {
        let mut headers = map(before);
        if request {
            strip_request(&mut headers);
        } else {
            strip_response(&mut headers, before.contains("upgrade"));
        }
        assert_eq!(headers, map(after), "{before}");
    }

    #[test]
    fn requests() {
        check(true, "host: a\naccept: b", "host: a\naccept: b");
        check(true, "connection: keep-alive\nkeep-alive: timeout=5\nx: 1", "x: 1");
        check(
            true,
            "connection: close, X-Secret\nconnection: y\nx-secret: 1\ny: 2\nz: 3",
            "z: 3",
        );
        check(
            true,
            "connection: host, content-length\nhost: a\ncontent-length: 3",
            "host: a\ncontent-length: 3",
        );
        check(
            true,
            "connection: x-forwarded-for\nx-forwarded-for: 192.0.2.1",
            "x-forwarded-for: 192.0.2.1",
        );
        check(
            true,
            "te: gzip;q=1, Trailers\nconnection: te",
            "te: trailers\nconnection: TE",
        );
        check(true, "te: gzip", "");
        check(
            true,
            "transfer-encoding: chunked\nproxy-authorization: x\nproxy-connection: y",
            "",
        );
        check(
            true,
            "connection: Upgrade\nupgrade: websocket",
            "connection: Upgrade\nupgrade: websocket",
        );
        check(true, "upgrade: websocket", "");
        check(
            true,
            "connection: upgrade, http2-settings\nupgrade: h2c\nhttp2-settings: x",
            "",
        );
        check(true, "connection: upgrade\nupgrade: websocket, H2C", "");
        check(true, "connection: upgrade\nupgrade: HTTP/2.0", "");
    }

    #[test]
    fn what_clients_name() {
        for (before, after) in [
            ("connection: close, x\nx: 1\ny: 2", "connection: close\ny: 2"),
            ("connection: x\nx: 1", ""),
            (
                "connection: Upgrade, Host\nhost: a\nupgrade: websocket",
                "connection: Upgrade\nhost: a\nupgrade: websocket",
            ),
            ("connection: TE\nte: trailers", "connection: TE\nte: trailers"),
        ] {
            let mut headers = map(before);
            strip_nominated(&mut headers);
            assert_eq!(headers, map(after), "{before}");
        }
    }

    #[test]
    fn responses() {
        check(
            false,
            "connection: close\nkeep-alive: x\ntransfer-encoding: chunked\netag: 1",
            "etag: 1",
        );
        check(
            false,
            "connection: upgrade\nupgrade: websocket",
            "connection: Upgrade\nupgrade: websocket",
        );
        check(
            false,
            "trailer: x-checksum\nproxy-authenticate: Basic",
            "trailer: x-checksum\nproxy-authenticate: Basic",
        );
    }
}
