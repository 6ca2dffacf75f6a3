//! An issuer of tokens: `OpenID` Connect discovery and keys that can be changed, a token endpoint, Azure's endpoints for
//! managed identities, and tokens with whatever claims a test asks for. It signs with a JOSE library that is not the
//! gateway's.
//!
//! Never here: logging people in.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::listener::{Body, Service};

/// Bytes of a form or of claims at most.
const LARGEST: usize = 64 << 10;
/// Bytes before an `RSAPrivateKey` of 2048 bits in PKCS #8.
const PKCS8_HEAD: usize = 26;
/// What a client proves itself with.
const SECRET: &str = "secret";

/// The issuer.
pub struct Issuer {
    keys: Mutex<Keys>,
    counts: Counts,
}

/// How often what was asked for.
#[derive(Default)]
struct Counts {
    configurations: AtomicU64,
    keys: AtomicU64,
    tokens: AtomicU64,
}

/// The keys of one generation.
struct Keys {
    generation: u64,
    rsa: EncodingKey,
    p256: EncodingKey,
    p384: EncodingKey,
}

/// A failure that is answered.
type Refusal = (StatusCode, String);

impl Keys {
    fn new(generation: u64) -> io::Result<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(io::Error::other)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(io::Error::other)?;
        let rsa = EncodingKey::from_rsa_der(der.as_ref().get(PKCS8_HEAD..).unwrap_or_default());
        let curve = |algorithm| {
            let random = aws_lc_rs::rand::SystemRandom::new();
            EcdsaKeyPair::generate_pkcs8(algorithm, &random)
                .map(|der| EncodingKey::from_ec_der(der.as_ref()))
                .map_err(io::Error::other)
        };
        Ok(Self {
            generation,
            rsa,
            p256: curve(&ECDSA_P256_SHA256_FIXED_SIGNING)?,
            p384: curve(&ECDSA_P384_SHA384_FIXED_SIGNING)?,
        })
    }

    fn of(&self, algorithm: Algorithm) -> Option<(&EncodingKey, String)> {
        let (key, name) = match algorithm {
            Algorithm::ES256 => (&self.p256, "p256"),
            Algorithm::ES384 => (&self.p384, "p384"),
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512 => (&self.rsa, "rsa"),
            _ => return None,
        };
        Some((key, format!("{name}-{}", self.generation)))
    }

    fn published(&self) -> Result<Value, Refusal> {
        let keys = [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384].map(|algorithm| {
            let (key, id) = self.of(algorithm)?;
            let mut jwk = Jwk::from_encoding_key(key, algorithm).ok()?;
            jwk.common.key_id = Some(id);
            // One RSA key signs in six ways.
            jwk.common.key_algorithm = None;
            serde_json::to_value(jwk).ok()
        });
        let keys: Option<Vec<Value>> = keys.into_iter().collect();
        let keys = keys.ok_or_else(|| (StatusCode::INTERNAL_SERVER_ERROR, "no keys".to_owned()))?;
        Ok(json!({ "keys": keys }))
    }

    fn sign(&self, algorithm: &str, claims: &Value) -> Result<String, Refusal> {
        let wrong = |what: String| (StatusCode::BAD_REQUEST, what);
        let algorithm: Algorithm = algorithm
            .parse()
            .map_err(|_| wrong(format!("no algorithm {algorithm}")))?;
        let (key, id) = self
            .of(algorithm)
            .ok_or_else(|| wrong(format!("no key for {algorithm:?}")))?;
        let mut header = Header::new(algorithm);
        header.kid = Some(id);
        encode(&header, claims, key).map_err(|error| wrong(error.to_string()))
    }
}

impl Issuer {
    /// With its first keys.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            keys: Mutex::new(Keys::new(1)?),
            counts: Counts::default(),
        })
    }

    fn with_keys<T>(&self, act: impl FnOnce(&mut Keys) -> T) -> T {
        act(&mut self.keys.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn operation(&self, request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
        let (head, body) = request.into_parts();
        let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| head.uri.authority().map(http::uri::Authority::as_str));
        let base = format!("http://{}", host.unwrap_or_default());
        let path = head.uri.path();
        let query = pairs(head.uri.query().unwrap_or_default());
        if let Some(prefix) = path.strip_suffix("/.well-known/openid-configuration") {
            self.counts.configurations.fetch_add(1, Ordering::Relaxed);
            let issuer = format!("{base}{prefix}");
            return Ok(answer(&json!({ "issuer": issuer, "jwks_uri": format!("{base}/keys") })));
        }
        match (&head.method, path) {
            (&Method::GET, "/keys") => {
                self.counts.keys.fetch_add(1, Ordering::Relaxed);
                Ok(answer(&self.with_keys(|keys| keys.published())?))
            }
            (&Method::POST, "/rotate") => self.with_keys(|keys| {
                *keys = Keys::new(keys.generation + 1)
                    .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
                Ok(answer(&json!({ "generation": keys.generation })))
            }),
            (&Method::POST, "/sign") => {
                let claims = serde_json::from_slice(&whole(body).await?);
                let claims: Value = claims.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
                let algorithm = query.get("alg").map_or("RS256", String::as_str);
                let token = self.with_keys(|keys| keys.sign(algorithm, &claims))?;
                Ok(Response::new(Full::from(token).map_err(io::Error::other).boxed()))
            }
            (&Method::GET, "/counts") => {
                let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
                Ok(answer(&json!({
                    "configurations": count(&self.counts.configurations),
                    "keys": count(&self.counts.keys),
                    "tokens": count(&self.counts.tokens),
                })))
            }
            (&Method::GET, "/metadata/identity/oauth2/token") => {
                let is_asked = head.headers.get("metadata").is_some_and(|value| value == "true");
                self.access_token(&query, is_asked, "client_id")
            }
            (&Method::GET, "/msi/token") => {
                let is_asked = head
                    .headers
                    .get("x-identity-header")
                    .is_some_and(|value| value == SECRET);
                self.access_token(&query, is_asked, "client_id")
            }
            (&Method::POST, path) if path.ends_with("/token") => {
                let form = whole(body).await?;
                let form = pairs(&String::from_utf8_lossy(&form));
                let proof = form.get("client_secret").or_else(|| form.get("client_assertion"));
                let is_known = proof.is_some_and(|proof| proof == SECRET);
                self.access_token(&form, is_known, "client_id")
            }
            (method, path) => Err((StatusCode::NOT_FOUND, format!("no operation {method} {path}"))),
        }
    }

    /// An access token for the resource, of whoever asks.
    fn access_token(
        &self,
        asked: &BTreeMap<String, String>,
        is_known: bool,
        client: &str,
    ) -> Result<Response<Body>, Refusal> {
        if !is_known {
            return Err((StatusCode::UNAUTHORIZED, "invalid_client".to_owned()));
        }
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let number = self.counts.tokens.fetch_add(1, Ordering::Relaxed) + 1;
        let claims = json!({
            "aud": asked.get("resource").or_else(|| asked.get("scope")),
            "sub": asked.get(client),
            "exp": now + 3600,
            "jti": number.to_string(),
        });
        let token = self.with_keys(|keys| keys.sign("RS256", &claims))?;
        Ok(answer(&json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": "3600",
            "expires_on": (now + 3600).to_string(),
        })))
    }
}

impl Service for Issuer {
    const ENDPOINT: &'static str = "/";

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        self.operation(request).await.unwrap_or_else(|(status, reason)| {
            let mut response = answer(&json!({ "error": reason }));
            *response.status_mut() = status;
            response
        })
    }
}

fn answer(document: &Value) -> Response<Body> {
    let body = Full::from(document.to_string()).map_err(io::Error::other).boxed();
    let mut response = Response::new(body);
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

async fn whole(body: Incoming) -> Result<Bytes, Refusal> {
    let body = Limited::new(body, LARGEST).collect().await;
    body.map(http_body_util::Collected::to_bytes)
        .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

/// Decoded pairs of a query or form.
fn pairs(text: &str) -> BTreeMap<String, String> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    text.split('&').filter(|text| !text.is_empty()).map(pair).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| char::from(digit.unwrap_or(b'0')).to_digit(16));
                digits
                    .into_iter()
                    .fold(0, |byte, digit| byte * 16 + digit.unwrap_or(0) as u8)
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        let form = pairs("a=1%2F2&b=x+y&&c");
        assert_eq!(form["a"], "1/2");
        assert_eq!((form["b"].as_str(), form["c"].as_str()), ("x y", ""));
    }

    #[test]
    fn each_algorithm_has_a_key_that_is_published() {
        let keys = Keys::new(7).unwrap();
        let published = keys.published().unwrap();
        let ids: Vec<&str> = published["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].as_str().unwrap())
            .collect();
        assert_eq!(ids, ["rsa-7", "p256-7", "p384-7"]);
        for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"] {
            assert!(keys.sign(algorithm, &json!({})).is_ok(), "{algorithm}");
        }
        assert!(keys.sign("HS256", &json!({})).is_err());
    }
}
