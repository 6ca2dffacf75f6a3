//! RSA keys and what is done with them (RFC 8017), in bytes.
//!
//! Never here: .NET's objects (`rsa`).

use super::der::{Elements, OCTETS, SEQUENCE, number, tagged};
use super::digest::Function;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{
    KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
    OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey,
    Pkcs1PublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{self, KeyPair as _, RsaEncoding, RsaParameters};
use aws_lc_rs::{digest, rand, signature::RsaPublicKeyComponents};

/// A key; its numbers most significant byte first, without leading zeros.
pub struct RsaKey {
    /// The modulus.
    pub modulus: Vec<u8>,
    /// The public exponent.
    pub exponent: Vec<u8>,
    /// With the private half.
    pub private: Option<KeyPair>,
}

/// How a signature or a text is padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// PKCS #1 v1.5, for signatures and encryption.
    Pkcs1,
    /// PSS, for signatures.
    Pss,
    /// OAEP with a hash function, for encryption.
    Oaep(Function),
}

impl RsaKey {
    /// A new key of so many bits; `None` when there are no random bytes, or no keys of that size.
    pub fn generate(bits: i32) -> Option<Self> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            _ => return None,
        };
        Self::of_pair(KeyPair::generate(size).ok()?)
    }

    /// The private key that is written in PKCS #8; `None` when it is none, or has fewer than 2048 bits.
    pub fn of_pkcs8(der: &[u8]) -> Option<Self> {
        Self::of_pair(KeyPair::from_pkcs8(der).ok()?)
    }

    /// The private key that is written as `RSAPrivateKey` (RFC 8017); `None` when it is none, or has fewer than 2048 bits.
    pub fn of_pkcs1(der: &[u8]) -> Option<Self> {
        Self::of_pair(KeyPair::from_der(der).ok()?)
    }

    fn of_pair(pair: KeyPair) -> Option<Self> {
        // `RSAPublicKey` (RFC 8017): a SEQUENCE of the two numbers.
        let mut numbers = Elements(pair.public_key().as_ref()).inside(SEQUENCE)?;
        let (modulus, exponent) = (numbers.large_number()?, numbers.large_number()?);
        Some(Self {
            modulus,
            exponent,
            private: Some(pair),
        })
    }

    /// All eight numbers of the private half, in the order of `RSAPrivateKey` (RFC 8017); `None` without it.
    pub fn numbers(&self) -> Option<Vec<Vec<u8>>> {
        let der: Pkcs8V1Der<'_> = self.private.as_ref()?.as_der().ok()?;
        let mut outer = Elements(der.as_ref()).inside(SEQUENCE)?;
        outer.number()?;
        outer.algorithm()?;
        let mut numbers = Elements(outer.next(OCTETS)?).inside(SEQUENCE)?;
        numbers.number()?;
        (0..8).map(|_| numbers.large_number()).collect()
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> usize {
        let zeros = self.modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        self.modulus.len() * 8 - zeros
    }

    /// Whether a signature is the key's; `None` where this hash function or padding is not there for it.
    pub fn verifies(&self, function: Function, padding: Padding, message: &[u8], signed: &[u8]) -> Option<bool> {
        let parameters = verification(function, padding)?;
        let public = RsaPublicKeyComponents {
            n: self.modulus.as_slice(),
            e: self.exponent.as_slice(),
        };
        Some(public.verify(parameters, message, signed).is_ok())
    }

    /// Signs; `None` without the private half, or where this hash function or padding is not there for it.
    pub fn sign(&self, function: Function, padding: Padding, message: &[u8]) -> Option<Vec<u8>> {
        let pair = self.private.as_ref()?;
        let mut signed = vec![0; pair.public_modulus_len()];
        let encoding = signing(function, padding)?;
        pair.sign(encoding, &rand::SystemRandom::new(), message, &mut signed)
            .ok()?;
        Some(signed)
    }

    /// Signs a hash that was made already; `None` as [`RsaKey::sign`], and for a hash of another length.
    pub fn sign_hash(&self, function: Function, padding: Padding, hash: &[u8]) -> Option<Vec<u8>> {
        let pair = self.private.as_ref()?;
        let mut signed = vec![0; pair.public_modulus_len()];
        let hash = digest::Digest::import_less_safe(hash, hashed(function)?).ok()?;
        pair.sign_digest(signing(function, padding)?, &hash, &mut signed).ok()?;
        Some(signed)
    }

    /// Whether a signature of a hash is the key's; `None` where this hash function or padding is not there for it.
    pub fn verifies_hash(&self, function: Function, padding: Padding, hash: &[u8], signed: &[u8]) -> Option<bool> {
        let parameters = verification(function, padding)?;
        let algorithm = hashed(function)?;
        let public = RsaPublicKeyComponents {
            n: self.modulus.as_slice(),
            e: self.exponent.as_slice(),
        };
        let verified = || {
            let hash = digest::Digest::import_less_safe(hash, algorithm).ok()?;
            let key = public.to_parsed_public_key(parameters).ok()?;
            key.verify_digest_sig(&hash, signed).ok()
        };
        Some(verified().is_some())
    }

    /// Encrypts; `None` for a text that is too long, or a key or padding that is not there for it.
    pub fn encrypt(&self, padding: Padding, text: &[u8]) -> Option<Vec<u8>> {
        let key = PublicEncryptingKey::from_der(&self.public_der()).ok()?;
        let mut encrypted = vec![0; key.key_size_bytes()];
        let length = match padding {
            Padding::Pkcs1 => {
                let key = Pkcs1PublicEncryptingKey::new(key).ok()?;
                key.encrypt(text, &mut encrypted).ok()?.len()
            }
            Padding::Oaep(function) => {
                let key = OaepPublicEncryptingKey::new(key).ok()?;
                let encrypted = &mut encrypted;
                key.encrypt(oaep(function)?, text, encrypted, None).ok()?.len()
            }
            Padding::Pss => return None,
        };
        encrypted.truncate(length);
        Some(encrypted)
    }

    /// Decrypts; `None` without the private half and for what was not encrypted for it.
    pub fn decrypt(&self, padding: Padding, encrypted: &[u8]) -> Option<Vec<u8>> {
        let der: Pkcs8V1Der<'_> = self.private.as_ref()?.as_der().ok()?;
        let key = PrivateDecryptingKey::from_pkcs8(der.as_ref()).ok()?;
        let mut text = vec![0; key.key_size_bytes()];
        let length = match padding {
            Padding::Pkcs1 => {
                let key = Pkcs1PrivateDecryptingKey::new(key).ok()?;
                key.decrypt(encrypted, &mut text).ok()?.len()
            }
            Padding::Oaep(function) => {
                let key = OaepPrivateDecryptingKey::new(key).ok()?;
                let text = &mut text;
                key.decrypt(oaep(function)?, encrypted, text, None).ok()?.len()
            }
            Padding::Pss => return None,
        };
        text.truncate(length);
        Some(text)
    }

    /// `SubjectPublicKeyInfo` (RFC 5280).
    fn public_der(&self) -> Vec<u8> {
        // 1.2.840.113549.1.1.1 with NULL for parameters.
        const ALGORITHM: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
        let numbers = [number(&self.modulus), number(&self.exponent)].concat();
        let key = [vec![0], tagged(SEQUENCE, &numbers)].concat();
        tagged(SEQUENCE, &[ALGORITHM, &tagged(0x03, &key)].concat())
    }
}

fn verification(function: Function, padding: Padding) -> Option<&'static RsaParameters> {
    Some(match (padding, function) {
        (Padding::Pkcs1, Function::Sha1) => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (Padding::Pkcs1, Function::Sha256) => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        (Padding::Pkcs1, Function::Sha384) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (Padding::Pkcs1, Function::Sha512) => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        (Padding::Pss, Function::Sha256) => &signature::RSA_PSS_2048_8192_SHA256,
        (Padding::Pss, Function::Sha384) => &signature::RSA_PSS_2048_8192_SHA384,
        (Padding::Pss, Function::Sha512) => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn signing(function: Function, padding: Padding) -> Option<&'static dyn RsaEncoding> {
    Some(match (padding, function) {
        (Padding::Pkcs1, Function::Sha256) => &signature::RSA_PKCS1_SHA256,
        (Padding::Pkcs1, Function::Sha384) => &signature::RSA_PKCS1_SHA384,
        (Padding::Pkcs1, Function::Sha512) => &signature::RSA_PKCS1_SHA512,
        (Padding::Pss, Function::Sha256) => &signature::RSA_PSS_SHA256,
        (Padding::Pss, Function::Sha384) => &signature::RSA_PSS_SHA384,
        (Padding::Pss, Function::Sha512) => &signature::RSA_PSS_SHA512,
        _ => return None,
    })
}

fn hashed(function: Function) -> Option<&'static digest::Algorithm> {
    Some(match function {
        Function::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        Function::Sha256 => &digest::SHA256,
        Function::Sha384 => &digest::SHA384,
        Function::Sha512 => &digest::SHA512,
        Function::Md5 => return None,
    })
}

fn oaep(function: Function) -> Option<&'static OaepAlgorithm> {
    Some(match function {
        Function::Sha1 => &OAEP_SHA1_MGF1SHA1,
        Function::Sha256 => &OAEP_SHA256_MGF1SHA256,
        Function::Sha384 => &OAEP_SHA384_MGF1SHA384,
        Function::Sha512 => &OAEP_SHA512_MGF1SHA512,
        Function::Md5 => return None,
    })
}
