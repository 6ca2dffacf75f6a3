//! Tokens that are made for a scenario, and the issuers that vouch for them.
//!
//! Never here: what policies make of a token.

use crate::scenario::{Answer, Reply, Server};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diagnostic::Span;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

/// Ticks (100 ns) from 0001-01-01 to 1970-01-01.
const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;

/// What stands before a token's name in a request.
const BEFORE: &str = "<token:";
/// What stands before the id of an API whose request is to be traced.
const DEBUG: &str = "<debug:";

/// A token as it is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// `iss`
    pub issuer: Option<String>,
    /// The secret that signs it; none: the test's own key.
    pub secret: Option<Vec<u8>>,
    /// Where its issuer's configuration is served.
    pub configuration: Option<String>,
    /// Seconds from the scenario's start until it expires.
    pub lifetime: i64,
    /// Further claims.
    pub claims: Map<String, Value>,
}

impl Token {
    /// The token, for a scenario that starts at this moment in ticks.
    pub fn minted(&self, start: i64) -> Option<String> {
        let now = (start - UNIX_EPOCH_TICKS) / 10_000_000;
        let mut claims = Map::new();
        if let Some(issuer) = &self.issuer {
            claims.insert("iss".to_owned(), json!(issuer));
        }
        claims.insert("iat".to_owned(), json!(now.min(now.saturating_add(self.lifetime))));
        claims.insert("exp".to_owned(), json!(now.saturating_add(self.lifetime)));
        claims.extend(self.claims.clone());
        let head = match self.secret {
            Some(_) => json!({"alg": "HS256", "typ": "JWT"}),
            None => json!({"alg": "ES256", "typ": "JWT", "kid": "test"}),
        };
        let encoded = |value: String| URL_SAFE_NO_PAD.encode(value);
        let message = format!(
            "{}.{}",
            encoded(head.to_string()),
            encoded(Value::Object(claims).to_string())
        );
        let signature = if let Some(secret) = &self.secret {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
        } else {
            let signature = own_key()?.sign(&SystemRandom::new(), message.as_bytes());
            signature.ok()?.as_ref().to_vec()
        };
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// The test's own key, made when it is first needed.
fn own_key() -> Option<&'static EcdsaKeyPair> {
    static KEY: OnceLock<Option<EcdsaKeyPair>> = OnceLock::new();
    let made = || EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok();
    KEY.get_or_init(made).as_ref()
}

/// Servers of the issuers of these tokens: a configuration, and the keys that it names.
pub fn issuers<'t>(tokens: impl Iterator<Item = &'t Token>) -> Vec<Server> {
    let mut by_url = BTreeMap::new();
    for token in tokens {
        if let Some(url) = &token.configuration {
            by_url.insert(url.clone(), token.issuer.clone().unwrap_or_default());
        }
    }
    let mut servers = Vec::new();
    for (url, issuer) in by_url {
        let keys = format!("{url}/keys");
        servers.push(server(&keys, &json!({ "keys": public_keys() })));
        servers.push(server(&url, &json!({ "issuer": issuer, "jwks_uri": keys })));
    }
    servers
}

fn public_keys() -> Vec<Value> {
    let key = own_key().and_then(|pair| {
        // SEC 1, section 2.3.3: an uncompressed point is 4 and both coordinates.
        let (x, y) = pair.public_key().as_ref().get(1..)?.split_at_checked(32)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        Some(json!({"kty": "EC", "kid": "test", "use": "sig", "crv": "P-256", "x": x, "y": y}))
    });
    key.into_iter().collect()
}

fn server(url: &str, body: &Value) -> Server {
    Server {
        method: Some("GET".to_owned()),
        url: url.to_owned(),
        times: None,
        delay: Duration::ZERO,
        answer: Answer::Response(Reply {
            status: (200, None),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: body.to_string(),
            breaks_after: None,
        }),
        span: Span::default(),
    }
}

/// The names of the tokens that stand in a text, each with the byte at which it begins.
pub fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let named = |(at, _): (usize, &str)| {
        let at = at + BEFORE.len();
        let (name, _) = text.get(at..)?.split_once('>')?;
        Some((at, name))
    };
    text.match_indices(BEFORE).filter_map(named)
}

/// A text with debug credentials in the places of `<debug:API>`.
pub fn debugged(text: &str, token: impl Fn(&str) -> String) -> String {
    let mut pieces = text.split(DEBUG);
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('>') {
            Some((api, rest)) => filled.extend([&token(api), rest]),
            None => filled.extend([DEBUG, piece]),
        }
    }
    filled
}

/// A text with its tokens in their places.
pub fn filled(text: &str, tokens: &BTreeMap<String, String>) -> String {
    let mut filled = text.to_owned();
    for (name, token) in tokens {
        filled = filled.replace(&format!("{BEFORE}{name}>"), token);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_named_in_texts() {
        assert_eq!(
            names("a <token:x> b <token:y>").collect::<Vec<_>>(),
            [(9, "x"), (21, "y")]
        );
        let tokens = BTreeMap::from([("x".to_owned(), "1".to_owned())]);
        assert_eq!(filled("a <token:x> <token:y>", &tokens), "a 1 <token:y>");
        let debug = |text| debugged(text, |api| format!("({api})"));
        assert_eq!(debug("a <debug:x>b<debug:y>"), "a (x)b(y)");
        assert_eq!(debug("a <debug:x"), "a <debug:x");
    }

    #[test]
    fn a_token_says_until_when_it_is_valid() {
        let token = Token {
            issuer: Some("i".to_owned()),
            secret: Some(b"0123456789abcdef".to_vec()),
            lifetime: 60,
            ..Token::default()
        };
        let minted = token.minted(UNIX_EPOCH_TICKS + 10_000_000).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(minted.split('.').nth(1).unwrap()).unwrap();
        assert_eq!(String::from_utf8(claims).unwrap(), r#"{"iss":"i","iat":1,"exp":61}"#);
    }
}
