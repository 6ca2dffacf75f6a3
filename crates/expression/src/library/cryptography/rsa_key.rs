//! RSA keys and what is done with them (RFC 8017), in bytes.
//!
//! Never here: .NET's objects (`rsa`).

use super::digest::Function;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{
    KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
    OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey,
    Pkcs1PublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{self, KeyPair as _, RsaEncoding, RsaParameters};
use aws_lc_rs::{rand, signature::RsaPublicKeyComponents};
use x509_parser::asn1_rs::{FromDer, Integer, Sequence};

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
    /// A new key of 2048 bits; `None` when there are no random bytes.
    pub fn generate() -> Option<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
        // `RSAPublicKey` (RFC 8017): a SEQUENCE of the two numbers.
        let (_, sequence) = Sequence::from_der(pair.public_key().as_ref()).ok()?;
        let (rest, modulus) = Integer::from_der(&sequence.content).ok()?;
        let (_, exponent) = Integer::from_der(rest).ok()?;
        let significant = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect();
        Some(Self {
            modulus: significant(modulus.as_ref()),
            exponent: significant(exponent.as_ref()),
            private: Some(pair),
        })
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
        let key = [vec![0], tagged(0x30, &numbers)].concat();
        tagged(0x30, &[ALGORITHM, &tagged(0x03, &key)].concat())
    }
}

/// A positive INTEGER: a leading zero where the first bit would be a sign.
fn number(bytes: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if bytes.first().is_some_and(|first| *first >= 0x80) {
        &[0]
    } else {
        &[]
    };
    tagged(0x02, &[sign, bytes].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_be_bytes();
    let long: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut der = vec![tag];
    if content.len() >= 0x80 {
        der.push(0x80 | long.len() as u8);
        der.extend(long);
    } else {
        der.push(content.len() as u8);
    }
    der.extend(content);
    der
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

fn oaep(function: Function) -> Option<&'static OaepAlgorithm> {
    Some(match function {
        Function::Sha1 => &OAEP_SHA1_MGF1SHA1,
        Function::Sha256 => &OAEP_SHA256_MGF1SHA256,
        Function::Sha384 => &OAEP_SHA384_MGF1SHA384,
        Function::Sha512 => &OAEP_SHA512_MGF1SHA512,
        Function::Md5 => return None,
    })
}
