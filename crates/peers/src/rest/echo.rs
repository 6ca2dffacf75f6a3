//! `ANY /echo`: the request as this peer got it, which is what the gateway made of it.
//!
//! Never here: keeping long bodies; of those only the digest comes back.

use http::{Request, StatusCode};
use hyper::body::Incoming;
use serde_json::json;

use super::answer::{Answer, json};
use super::upload::Digest;

/// How much of a body is answered as text, in bytes.
const SHOWN: usize = 64 << 10;

/// Method, target (path and query), HTTP version, headers in the order they came in, and the body: as text when it is
/// short UTF-8, `null` otherwise, with its length and SHA-256 always.
pub async fn describe(request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let mut kept = Vec::new();
    let digest = Digest::of(body, |part| {
        if kept.len() <= SHOWN {
            kept.extend_from_slice(part.get(..SHOWN + 1).unwrap_or(part));
        }
    })
    .await?;
    let text = (kept.len() <= SHOWN).then(|| String::from_utf8(kept).ok()).flatten();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect::<Vec<_>>();
    let description = json!({
        "method": parts.method.as_str(),
        "target": parts.uri.path_and_query().map_or("/", |target| target.as_str()),
        "version": format!("{:?}", parts.version),
        "authority": parts.uri.authority().map(http::uri::Authority::as_str),
        "headers": headers,
        "body": text,
        "body_bytes": digest.bytes,
        "body_sha256": digest.sha256,
    });
    Ok(json(StatusCode::OK, &description))
}
