//! `POST /upload`: what arrived, as a length and a digest, without holding it.
//!
//! Never here: the body itself.

use std::fmt::Write as _;

use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::answer::{Answer, Refusal, json, refusal};

/// A body's length in bytes, and its SHA-256 in lower-case hexadecimal.
pub struct Digest {
    pub bytes: u64,
    pub sha256: String,
}

impl Digest {
    /// Reads `body` to its end; `seen` gets each part on its way.
    pub async fn of(mut body: Incoming, mut seen: impl FnMut(&[u8])) -> Result<Self, Refusal> {
        let mut hash = Sha256::new();
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                refusal(
                    StatusCode::BAD_REQUEST,
                    format!("the body broke off after {bytes} bytes: {error}"),
                )
            })?;
            if let Some(part) = frame.data_ref() {
                bytes += part.len() as u64;
                hash.update(part);
                seen(part);
            }
        }
        let sha256 = hash.finalize().iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        Ok(Self { bytes, sha256 })
    }
}

/// The answer: `{"bytes": N, "sha256": "..."}`.
pub async fn count(body: Incoming) -> Answer {
    let digest = Digest::of(body, |_| ()).await?;
    Ok(json(
        StatusCode::OK,
        &json!({ "bytes": digest.bytes, "sha256": digest.sha256 }),
    ))
}
