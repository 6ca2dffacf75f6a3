//! Signed and encrypted tokens in their compact form (RFC 7515 to 7518): keys, signatures, decryption. Pure: bytes in,
//! a verdict out.
//!
//! A key knows what kind it is, and an algorithm works with one kind only: the public key of an issuer is no secret to
//! sign with. Never here: what a token claims, which tokens are wanted, where keys come from, clocks.

mod algorithm;
mod encrypted;
mod key;
mod set;
mod token;

pub use encrypted::Encrypted;
pub use key::Key;
pub use set::key_set;
pub use token::{Compact, Header, Malformed, Signed};

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};

/// The URL-safe alphabet, with padding or without.
const URL: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes from base64 with either alphabet, white space left out.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let digits: String = text
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .collect();
    general_purpose::STANDARD
        .decode(&digits)
        .or_else(|_| URL.decode(&digits))
        .ok()
}

/// Bytes from the URL-safe alphabet.
fn base64_url(text: &str) -> Option<Vec<u8>> {
    URL.decode(text).ok()
}

/// A token with these claims (JSON) that nobody signed.
pub fn unsigned(claims: &str) -> String {
    let [header, claims] = [r#"{"alg":"none"}"#, claims].map(|part| URL.encode(part));
    format!("{header}.{claims}.")
}
