//! A key: what it is made of, and what it has signed.
//!
//! Never here: which key a token asks for.

use crate::algorithm::{Algorithm, Hash};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rsa::{self, PrivateDecryptingKey};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, EcdsaVerificationAlgorithm,
    ParsedPublicKey, RsaPublicKeyComponents,
};
use std::fmt;

/// A key.
#[derive(Clone)]
pub struct Key {
    /// Its name, which tokens call `kid`.
    pub id: Option<String>,
    /// The only algorithm that it is for, where one is stated.
    pub algorithm: Option<String>,
    pub(crate) material: Material,
}

/// What a key is made of; decides which algorithms it works with.
#[derive(Clone)]
pub(crate) enum Material {
    /// A secret for keyed hashes and for encryption.
    Secret(Vec<u8>),
    /// A public RSA key.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// A public key on the curve of this hash function's algorithm.
    Ecdsa(Hash, ParsedPublicKey),
    /// A private RSA key (PKCS #8), for decryption.
    RsaPrivate(Vec<u8>),
}

impl Key {
    /// A secret.
    pub fn secret(bytes: Vec<u8>) -> Self {
        Self::of(Material::Secret(bytes))
    }

    /// A public RSA key from modulus and exponent, most significant byte first.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        let significant = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect();
        Self::of(Material::Rsa(RsaPublicKeyComponents {
            n: significant(modulus),
            e: significant(exponent),
        }))
    }

    /// A public key on a curve (`P-256`, `P-384`, `P-521`) from its point's coordinates; `None` when there is no such
    /// curve or the point is not on it.
    pub fn elliptic(curve: &str, x: &[u8], y: &[u8]) -> Option<Self> {
        let (hash, algorithm, size): (_, &'static EcdsaVerificationAlgorithm, _) = match curve {
            "P-256" => (Hash::Sha256, &ECDSA_P256_SHA256_FIXED, 32),
            "P-384" => (Hash::Sha384, &ECDSA_P384_SHA384_FIXED, 48),
            "P-521" => (Hash::Sha512, &ECDSA_P521_SHA512_FIXED, 66),
            _ => return None,
        };
        if x.len() != size || y.len() != size {
            return None;
        }
        let point = [&[4], x, y].concat();
        let key = ParsedPublicKey::new(algorithm, point).ok()?;
        Some(Self::of(Material::Ecdsa(hash, key)))
    }

    /// A private RSA key (PKCS #8 or PKCS #1, DER) that decrypts; `None` when it is none.
    pub fn rsa_private(der: &[u8]) -> Option<Self> {
        if PrivateDecryptingKey::from_pkcs8(der).is_ok() {
            return Some(Self::of(Material::RsaPrivate(der.to_vec())));
        }
        let pair = rsa::KeyPair::from_der(der).ok()?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
        Some(Self::of(Material::RsaPrivate(pkcs8.as_ref().to_vec())))
    }

    /// With this name.
    #[must_use]
    pub fn named(mut self, id: Option<String>) -> Self {
        self.id = id;
        self
    }

    fn of(material: Material) -> Self {
        Self {
            id: None,
            algorithm: None,
            material,
        }
    }

    /// Whether the key has signed `message`. An algorithm that the key is not made for is a no.
    pub(crate) fn has_signed(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        if self.algorithm.as_deref().is_some_and(|only| only != algorithm) {
            return false;
        }
        match (Algorithm::named(algorithm), &self.material) {
            (Some(Algorithm::Hmac(hash)), Material::Secret(secret)) => {
                let key = hmac::Key::new(hash.hmac(), secret);
                !secret.is_empty() && hmac::verify(&key, message, signature).is_ok()
            }
            (Some(Algorithm::Rsa(hash)), Material::Rsa(key)) => key.verify(hash.pkcs1(), message, signature).is_ok(),
            (Some(Algorithm::Pss(hash)), Material::Rsa(key)) => key.verify(hash.pss(), message, signature).is_ok(),
            (Some(Algorithm::Ecdsa(hash)), Material::Ecdsa(own, key)) => {
                hash == *own && key.verify_sig(message, signature).is_ok()
            }
            _ => false,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({:?})", self.id)
    }
}
