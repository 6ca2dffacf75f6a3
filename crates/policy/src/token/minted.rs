//! Tokens for tests, signed by keys that are made for them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use aws_lc_rs::{aead, hmac, key_wrap};

/// What the bench's clock shows, in seconds since 1970.
pub(crate) const NOW: i64 = 1_664_403_200;

/// An issuer's key (ES256).
pub(crate) struct Signer {
    id: String,
    pair: EcdsaKeyPair,
}

impl Signer {
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        }
    }

    pub fn jwk(&self) -> String {
        let point = self.pair.public_key().as_ref();
        let (x, y) = (base64_url(&point[1..33]), base64_url(&point[33..]));
        format!(
            r#"{{"kty":"EC","use":"sig","kid":"{}","crv":"P-256","x":"{x}","y":"{y}"}}"#,
            self.id
        )
    }

    pub fn token(&self, claims: &str) -> String {
        let header = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, self.id);
        let message = format!("{}.{}", base64_url(header.as_bytes()), base64_url(claims.as_bytes()));
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", base64_url(signature.as_ref()))
    }
}

/// A token signed with a secret (base64).
pub(crate) fn hs256(secret: &str, claims: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &jose::base64(secret).unwrap());
    let message = format!(
        "{}.{}",
        base64_url(br#"{"alg":"HS256","typ":"JWT"}"#),
        base64_url(claims.as_bytes())
    );
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", base64_url(tag.as_ref()))
}

/// A token signed with a private RSA key (PKCS #8).
pub(crate) fn rs256(key: &[u8], claims: &str) -> String {
    let pair = RsaKeyPair::from_pkcs8(key).unwrap();
    let message = format!(
        "{}.{}",
        base64_url(br#"{"alg":"RS256"}"#),
        base64_url(claims.as_bytes())
    );
    let mut signature = vec![0; pair.public_modulus_len()];
    let random = SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature)
        .unwrap();
    format!("{message}.{}", base64_url(&signature))
}

/// A token that nobody signed.
pub(crate) fn unsigned(claims: &str) -> String {
    jose::unsigned(claims)
}

/// A text encrypted for a secret (base64) of 128 bits.
pub(crate) fn sealed(secret: &str, text: &str) -> String {
    use key_wrap::KeyWrap;
    let head = base64_url(br#"{"alg":"A128KW","enc":"A128GCM"}"#);
    let content_key = [3; 16];
    let mut wrapped = [0; 24];
    let wrapping = key_wrap::AesKek::new(&key_wrap::AES_128, &jose::base64(secret).unwrap()).unwrap();
    wrapping.wrap(&content_key, &mut wrapped).unwrap();
    let sealing = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_128_GCM, &content_key).unwrap());
    let mut text = text.as_bytes().to_vec();
    let nonce = aead::Nonce::assume_unique_for_key([7; 12]);
    let tag = sealing
        .seal_in_place_separate_tag(nonce, aead::Aad::from(head.as_bytes()), &mut text)
        .unwrap();
    let parts = [wrapped.as_slice(), &[7; 12], &text, tag.as_ref()].map(base64_url);
    format!("{head}.{}", parts.join("."))
}

/// Base64url without padding.
fn base64_url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .enumerate()
            .fold(0u32, |group, (at, byte)| group | u32::from(*byte) << (16 - 8 * at));
        for digit in 0..=chunk.len() {
            text.push(ALPHABET[(group >> (18 - 6 * digit)) as usize & 63].into());
        }
    }
    text
}
