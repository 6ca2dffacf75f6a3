//! A token in its compact form, taken apart; whether a key has signed it.
//!
//! Never here: claims.

use crate::base64_url;
use crate::encrypted::Encrypted;
use crate::key::Key;
use serde_json::Value;
use std::fmt;

/// A token in its compact form.
pub enum Compact<'t> {
    /// Signed, or unsigned and saying so.
    Signed(Signed<'t>),
    /// Encrypted; what is inside may be a token of its own.
    Encrypted(Encrypted<'t>),
}

/// Why a text is no token; the words are for the log of whoever refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It has neither three parts nor five.
    Parts,
    /// It has, and one of them is wrong.
    Part(&'static str),
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Parts => "it has neither three parts nor five",
            Self::Part(why) => why,
        })
    }
}

/// What a token's header says of how it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// `alg`
    pub algorithm: String,
    /// `kid`, or else `x5t`: the key that it asks for.
    pub key_id: Option<String>,
    /// `enc`
    pub(crate) encryption: Option<String>,
}

/// A token with a signature, which may be empty.
pub struct Signed<'t> {
    /// Its header.
    pub header: Header,
    message: &'t str,
    signature: Vec<u8>,
}

impl<'t> Compact<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// It has not three parts or five, its header is no JSON object with `alg`, it is compressed, or it has critical
    /// extensions, none of which is known here.
    pub fn parse(token: &'t str) -> Result<Self, Malformed> {
        let parts: Vec<&str> = token.splitn(6, '.').collect();
        match *parts.as_slice() {
            [header, _, signature] => {
                let header = Header::parse(header)?;
                let message = token.strip_suffix(signature).and_then(|rest| rest.strip_suffix('.'));
                Ok(Self::Signed(Signed {
                    header,
                    message: message.unwrap_or_default(),
                    signature: base64_url(signature).ok_or(Malformed::Part("its signature is not base64url"))?,
                }))
            }
            [head, key, nonce, text, tag] => {
                let header = Header::parse(head)?;
                Ok(Self::Encrypted(Encrypted::new(header, head, [key, nonce, text, tag])?))
            }
            _ => Err(Malformed::Parts),
        }
    }
}

impl Header {
    fn parse(part: &str) -> Result<Self, Malformed> {
        let bytes = base64_url(part).ok_or(Malformed::Part("its header is not base64url"))?;
        let header: Value = serde_json::from_slice(&bytes).map_err(|_| Malformed::Part("its header is not JSON"))?;
        let text = |name: &str| header.get(name).and_then(Value::as_str).map(str::to_owned);
        if header.get("crit").is_some() {
            return Err(Malformed::Part("it has critical extensions, none of which is known"));
        }
        if header.get("zip").is_some() {
            return Err(Malformed::Part("it is compressed"));
        }
        Ok(Self {
            algorithm: text("alg").ok_or(Malformed::Part("its header has no `alg`"))?,
            key_id: text("kid").or_else(|| text("x5t")),
            encryption: text("enc"),
        })
    }
}

impl Signed<'_> {
    /// Whether it says that nobody signed it, and bears no signature.
    pub fn is_unsigned(&self) -> bool {
        self.header.algorithm.eq_ignore_ascii_case("none") && self.signature.is_empty()
    }

    /// Whether this key has signed it.
    pub fn is_signed_by(&self, key: &Key) -> bool {
        key.has_signed(&self.header.algorithm, self.message.as_bytes(), &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base64, key_set};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    };
    use base64::Engine;
    use proptest::prelude::*;

    fn encode(bytes: impl AsRef<[u8]>) -> String {
        ::base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    }

    fn signed(token: &str) -> Signed<'_> {
        match Compact::parse(token) {
            Ok(Compact::Signed(signed)) => signed,
            _ => unreachable!("{token}"),
        }
    }

    fn message(algorithm: &str) -> String {
        let header = format!(r#"{{"alg":"{algorithm}","kid":"k"}}"#);
        format!("{}.{}", encode(header), encode(r#"{"sub":"s"}"#))
    }

    /// The example of RFC 7515, appendix A.1.
    const KNOWN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const KNOWN_KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

    #[test]
    fn the_known_token_is_its_keys_and_nobody_elses() {
        let token = signed(KNOWN);
        let secret = base64(KNOWN_KEY).unwrap();
        assert!(token.is_signed_by(&Key::secret(secret.clone())));
        assert!(!token.is_signed_by(&Key::secret(vec![0; 64])));
        assert!(!token.is_signed_by(&Key::secret(Vec::new())));
        let changed = KNOWN.replace(".eyJ", ".eyK");
        assert!(!signed(&changed).is_signed_by(&Key::secret(secret.clone())));
        let mut other = Key::secret(secret);
        other.algorithm = Some("HS512".into());
        assert!(!token.is_signed_by(&other), "a key for another algorithm");
    }

    fn rsa() -> (RsaKeyPair, Key) {
        let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        // SEQUENCE of the modulus, which has a sign byte, and 65537.
        let modulus = pair.public_key().as_ref()[8..][..257].to_vec();
        (pair, Key::rsa(&modulus, &[1, 0, 1]))
    }

    #[test]
    fn rsa_signs_in_all_its_ways() {
        let (pair, key) = rsa();
        let (_, other) = rsa();
        let ways: [(&str, &'static dyn RsaEncoding); 6] = [
            ("RS256", &RSA_PKCS1_SHA256),
            ("RS384", &RSA_PKCS1_SHA384),
            ("RS512", &RSA_PKCS1_SHA512),
            ("PS256", &RSA_PSS_SHA256),
            ("PS384", &RSA_PSS_SHA384),
            ("PS512", &RSA_PSS_SHA512),
        ];
        for (algorithm, encoding) in ways {
            let message = message(algorithm);
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature)
                .unwrap();
            let token = format!("{message}.{}", encode(&signature));
            assert!(signed(&token).is_signed_by(&key), "{algorithm}");
            assert!(!signed(&token).is_signed_by(&other), "{algorithm}");
            assert_eq!(signed(&token).header.key_id.as_deref(), Some("k"));
        }
    }

    /// The attack that gave many libraries a bad name: the public key as the secret of a keyed hash.
    #[test]
    fn a_public_key_is_no_secret() {
        let (pair, key) = rsa();
        let message = message("HS256");
        let public = pair.public_key().as_ref().to_vec();
        let secret = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &public);
        let tag = aws_lc_rs::hmac::sign(&secret, message.as_bytes());
        let token = format!("{message}.{}", encode(tag));
        assert!(
            signed(&token).is_signed_by(&Key::secret(public)),
            "the forgery itself is sound"
        );
        assert!(!signed(&token).is_signed_by(&key));
    }

    #[test]
    fn curves_sign_with_the_hash_that_is_theirs() {
        let curves: [(&str, &str, &'static EcdsaSigningAlgorithm); 3] = [
            ("ES256", "P-256", &ECDSA_P256_SHA256_FIXED_SIGNING),
            ("ES384", "P-384", &ECDSA_P384_SHA384_FIXED_SIGNING),
            ("ES512", "P-521", &ECDSA_P521_SHA512_FIXED_SIGNING),
        ];
        let mut keys = Vec::new();
        let mut tokens = Vec::new();
        for (algorithm, curve, signing) in curves {
            let pair = EcdsaKeyPair::generate(signing).unwrap();
            let point = pair.public_key().as_ref();
            let (x, y) = point[1..].split_at(point.len() / 2);
            let set = format!(
                r#"{{"keys":[{{"kty":"EC","crv":"{curve}","x":"{}","y":"{}"}}]}}"#,
                encode(x),
                encode(y)
            );
            keys.extend(key_set(set.as_bytes(), |_| None).unwrap());
            let message = message(algorithm);
            let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
            tokens.push(format!("{message}.{}", encode(signature)));
        }
        for (at, token) in tokens.iter().enumerate() {
            for (key_at, key) in keys.iter().enumerate() {
                assert_eq!(signed(token).is_signed_by(key), at == key_at);
            }
        }
        assert!(
            Key::elliptic("P-256", &[1; 32], &[2; 32]).is_none(),
            "no point of the curve"
        );
    }

    #[test]
    fn an_unsigned_token_is_signed_by_nobody() {
        for algorithm in ["none", "None", "NONE"] {
            let token = format!("{}.", message(algorithm));
            assert!(signed(&token).is_unsigned());
            assert!(!signed(&token).is_signed_by(&Key::secret(vec![1; 32])));
            let with_signature = format!("{}.AAAA", message(algorithm));
            assert!(!signed(&with_signature).is_unsigned());
        }
        assert!(!signed(KNOWN).is_unsigned());
    }

    #[test]
    fn what_is_no_token() {
        let head = |text: &str| format!("{}.e30.AA", encode(text));
        for (token, expected) in [
            (String::new(), "it has neither three parts nor five"),
            ("a.b".into(), "it has neither three parts nor five"),
            ("a.b.c.d.e.f".into(), "it has neither three parts nor five"),
            ("*.b.c".into(), "its header is not base64url"),
            (head("x"), "its header is not JSON"),
            (head("[]"), "its header has no `alg`"),
            (head(r#"{"alg":7}"#), "its header has no `alg`"),
            (
                head(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#),
                "it has critical extensions, none of which is known",
            ),
            (head(r#"{"alg":"HS256","zip":"DEF"}"#), "it is compressed"),
            (
                format!("{}*", head(r#"{"alg":"HS256"}"#)),
                "its signature is not base64url",
            ),
        ] {
            let found = Compact::parse(&token).err().map(|malformed| malformed.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{token}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_token_or_none(text in ".{0,60}", parts in prop::collection::vec("[A-Za-z0-9_-]{0,30}", 1..7)) {
            let key = Key::secret(vec![1; 32]);
            for token in [text, parts.join("."), format!("eyJhbGciOiJIUzI1NiJ9.{}", parts.join("."))] {
                match Compact::parse(&token) {
                    Ok(Compact::Signed(signed)) => prop_assert!(!signed.is_signed_by(&key)),
                    Ok(Compact::Encrypted(encrypted)) => prop_assert!(encrypted.decrypt(&key).is_none()),
                    Err(_) => {}
                }
            }
        }
    }
}
