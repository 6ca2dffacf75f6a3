//! Sets of public keys as issuers publish them (RFC 7517).

use crate::algorithm::Algorithm;
use crate::key::Key;
use crate::{base64, base64_url};
use serde_json::Value;

/// Keys that are read of one set at most, so that no set makes every token slow.
const MOST_KEYS: usize = 100;

/// The keys of a JWK set that verify signatures. Those of other kinds are passed over, as are keys for encryption and
/// secrets, which nobody publishes. A key may stand in a certificate (`x5c`) alone, which `of_certificate` reads (DER).
/// `None` when the text is no set.
pub fn key_set(text: &[u8], of_certificate: impl Fn(&[u8]) -> Option<Key>) -> Option<Vec<Key>> {
    let set: Value = serde_json::from_slice(text).ok()?;
    let keys = set.get("keys")?.as_array()?;
    Some(
        keys.iter()
            .filter_map(|jwk| key(jwk, &of_certificate))
            .take(MOST_KEYS)
            .collect(),
    )
}

fn key(jwk: &Value, of_certificate: impl Fn(&[u8]) -> Option<Key>) -> Option<Key> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let number = |name: &str| text(name).and_then(base64_url);
    let algorithm = text("alg");
    let encrypts = text("use").is_some_and(|purpose| purpose != "sig");
    if encrypts || algorithm.is_some_and(|name| Algorithm::named(name).is_none()) {
        return None;
    }
    // The first of a chain is the key's own.
    let certificate = || of_certificate(&base64(jwk.get("x5c")?.get(0)?.as_str()?)?);
    let mut key = match text("kty")? {
        "RSA" if jwk.get("n").is_some() => Key::rsa(&number("n")?, &number("e")?),
        "EC" if jwk.get("x").is_some() => Key::elliptic(text("crv")?, &number("x")?, &number("y")?)?,
        "RSA" | "EC" => certificate()?,
        _ => return None,
    };
    key.id = text("kid").map(str::to_owned);
    key.algorithm = algorithm.map(str::to_owned);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_verifies_nothing_is_passed_over() {
        let set = br#"{"keys": [
            {"kty": "RSA", "kid": "rsa", "n": "AQAB", "e": "AQAB"},
            {"kty": "RSA", "kid": "for encryption", "use": "enc", "n": "AQAB", "e": "AQAB"},
            {"kty": "RSA", "kid": "for wrapping", "alg": "RSA-OAEP", "n": "AQAB", "e": "AQAB"},
            {"kty": "RSA", "kid": "no exponent", "n": "AQAB"},
            {"kty": "oct", "kid": "secret", "k": "AQAB"},
            {"kty": "EC", "kid": "not on the curve", "crv": "P-256", "x": "AQAB", "y": "AQAB"},
            {"kty": "OKP", "kid": "unknown", "crv": "Ed25519", "x": "AQAB"},
            {"kty": "EC", "kid": "ec", "alg": "ES256", "crv": "P-256",
             "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
            {"kty": "RSA", "kid": "in a certificate", "alg": "RS256", "x5c": ["AQ==", "Ag=="]},
            {"kty": "EC", "kid": "in one that is none", "x5c": ["Aw=="]},
            {"kty": "RSA", "kid": "in none", "x5c": []},
            7
        ]}"#;
        let of_certificate = |der: &[u8]| (der == [1]).then(|| Key::rsa(&[1, 0, 1], &[3]));
        let keys = key_set(set, of_certificate).unwrap();
        let ids: Vec<_> = keys.iter().filter_map(|key| key.id.as_deref()).collect();
        assert_eq!(ids, ["rsa", "ec", "in a certificate"]);
        assert_eq!(keys[1].algorithm.as_deref(), Some("ES256"));
        for none in ["", "[]", r#"{"keys": 7}"#, "{"] {
            assert!(key_set(none.as_bytes(), of_certificate).is_none(), "{none}");
        }
    }

    proptest! {
        #[test]
        fn any_numbers_make_a_key_or_none(n in "[A-Za-z0-9_-]{0,40}", kind in "RSA|EC") {
            let set = format!(r#"{{"keys":[{{"kty":"{kind}","crv":"P-256","n":"{n}","e":"{n}","x":"{n}","y":"{n}"}}]}}"#);
            for key in key_set(set.as_bytes(), |_| None).unwrap() {
                for algorithm in ["RS256", "PS256", "ES256", "HS256"] {
                    prop_assert!(!key.has_signed(algorithm, b"message", n.as_bytes()));
                }
            }
        }
    }
}
