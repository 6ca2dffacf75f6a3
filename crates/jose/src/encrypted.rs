//! Encrypted tokens (RFC 7516): finding the content's key, and the content with it.
//!
//! PKCS #1 v1.5 is not offered: whoever may send many tokens could decrypt with it. Never here: what the content is.

use crate::base64_url;
use crate::key::{Key, Material};
use crate::token::{Header, Malformed};
use aws_lc_rs::aead::{self, AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    self, AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::key_wrap::{self, AesKek, KeyWrap};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};

/// The longest key that a content has: two halves of A256CBC-HS512.
const LONGEST_KEY: usize = 64;

/// An encrypted token.
pub struct Encrypted<'t> {
    /// Its header.
    pub header: Header,
    /// The header as it stands, which is authenticated too.
    head: &'t str,
    wrapped_key: Vec<u8>,
    nonce: Vec<u8>,
    text: Vec<u8>,
    tag: Vec<u8>,
}

/// How a content is encrypted.
enum Content {
    /// CBC, and a keyed hash over it that is cut to half its length.
    Cbc(&'static cipher::Algorithm, hmac::Algorithm),
    Gcm(&'static aead::Algorithm),
}

impl Content {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "A128CBC-HS256" => Self::Cbc(&AES_128, hmac::HMAC_SHA256),
            "A192CBC-HS384" => Self::Cbc(&AES_192, hmac::HMAC_SHA384),
            "A256CBC-HS512" => Self::Cbc(&AES_256, hmac::HMAC_SHA512),
            "A128GCM" => Self::Gcm(&AES_128_GCM),
            "A192GCM" => Self::Gcm(&AES_192_GCM),
            "A256GCM" => Self::Gcm(&AES_256_GCM),
            _ => return None,
        })
    }
}

impl<'t> Encrypted<'t> {
    pub(crate) fn new(header: Header, head: &'t str, parts: [&str; 4]) -> Result<Self, Malformed> {
        let [wrapped_key, nonce, text, tag] = parts.map(base64_url);
        let malformed = Malformed::Part("a part of it is not base64url");
        Ok(Self {
            header,
            head,
            wrapped_key: wrapped_key.ok_or(malformed)?,
            nonce: nonce.ok_or(malformed)?,
            text: text.ok_or(malformed)?,
            tag: tag.ok_or(malformed)?,
        })
    }

    /// The content, if it was encrypted for this key.
    pub fn decrypt(&self, key: &Key) -> Option<Vec<u8>> {
        let content = Content::named(self.header.encryption.as_deref()?)?;
        let key = self.content_key(key)?;
        match content {
            Content::Cbc(cipher, hash) => self.cbc(cipher, hash, &key),
            Content::Gcm(cipher) => self.gcm(cipher, &key),
        }
    }

    fn content_key(&self, key: &Key) -> Option<Vec<u8>> {
        let algorithm = self.header.algorithm.as_str();
        match (&key.material, algorithm) {
            (Material::Secret(secret), "dir") if self.wrapped_key.is_empty() => Some(secret.clone()),
            (Material::Secret(secret), "A128KW" | "A256KW") => {
                let cipher = if algorithm == "A128KW" {
                    &key_wrap::AES_128
                } else {
                    &key_wrap::AES_256
                };
                // Unwrapping needs room for what is wrapped, which is never longer than the wrapped.
                let mut unwrapped = vec![0; LONGEST_KEY + 8];
                let key = AesKek::new(cipher, secret).ok()?;
                Some(key.unwrap(&self.wrapped_key, &mut unwrapped).ok()?.to_vec())
            }
            (Material::RsaPrivate(pkcs8), "RSA-OAEP" | "RSA-OAEP-256") => {
                let hash = if algorithm == "RSA-OAEP" {
                    &OAEP_SHA1_MGF1SHA1
                } else {
                    &OAEP_SHA256_MGF1SHA256
                };
                let key = OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(pkcs8).ok()?).ok()?;
                let mut decrypted = vec![0; key.key_size_bytes()];
                Some(
                    key.decrypt(hash, &self.wrapped_key, &mut decrypted, None)
                        .ok()?
                        .to_vec(),
                )
            }
            _ => None,
        }
    }

    /// RFC 7518, section 5.2.2.2.
    fn cbc(&self, cipher: &'static cipher::Algorithm, hash: hmac::Algorithm, key: &[u8]) -> Option<Vec<u8>> {
        let half = hash.tag_len() / 2;
        let (mac_key, cipher_key) = key.split_at_checked(half)?;
        if cipher_key.len() != half {
            return None;
        }
        let bits = (self.head.len() as u64 * 8).to_be_bytes();
        let mut tag = hmac::Context::with_key(&hmac::Key::new(hash, mac_key));
        for part in [self.head.as_bytes(), &self.nonce, &self.text, &bits] {
            tag.update(part);
        }
        let tag = tag.sign();
        verify_slices_are_equal(tag.as_ref().get(..half)?, &self.tag).ok()?;
        let nonce: [u8; 16] = self.nonce.as_slice().try_into().ok()?;
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(cipher, cipher_key).ok()?).ok()?;
        let mut text = self.text.clone();
        let context = DecryptionContext::Iv128(FixedLength::from(nonce));
        Some(key.decrypt(&mut text, context).ok()?.to_vec())
    }

    fn gcm(&self, cipher: &'static aead::Algorithm, key: &[u8]) -> Option<Vec<u8>> {
        if self.tag.len() != cipher.tag_len() {
            return None;
        }
        let key = LessSafeKey::new(UnboundKey::new(cipher, key).ok()?);
        let nonce = Nonce::try_assume_unique_for_key(&self.nonce).ok()?;
        let mut text = [self.text.as_slice(), &self.tag].concat();
        let aad = Aad::from(self.head.as_bytes());
        Some(key.open_in_place(nonce, aad, &mut text).ok()?.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compact, base64};
    use ::base64::Engine;
    use ::base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use aws_lc_rs::cipher::PaddedBlockEncryptingKey;
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeySize, OaepPublicEncryptingKey};

    fn encrypted(token: &str) -> Encrypted<'_> {
        match Compact::parse(token) {
            Ok(Compact::Encrypted(encrypted)) => encrypted,
            _ => unreachable!("{token}"),
        }
    }

    /// The example of RFC 7516, appendix A.3.
    const KNOWN: &str = "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ";

    #[test]
    fn the_known_token_opens_with_its_key_only() {
        let key = Key::secret(base64("GawgguFyGrWKav7AX4VKUg").unwrap());
        assert_eq!(encrypted(KNOWN).decrypt(&key).unwrap(), b"Live long and prosper.");
        assert!(encrypted(KNOWN).decrypt(&Key::secret(vec![1; 16])).is_none());
        for (from, to) in [(".KDl", ".KDm"), (".U0m", ".U0n"), (".AxY", ".AxZ"), (".6KB", ".6KC")] {
            assert!(encrypted(&KNOWN.replace(from, to)).decrypt(&key).is_none(), "{to}");
        }
    }

    /// A token whose content has `key`, which is in it as `wrapped`.
    fn sealed(algorithm: &str, encryption: &str, key: &[u8], wrapped: &[u8]) -> String {
        let head = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{algorithm}","enc":"{encryption}"}}"#));
        let mut text = b"content".to_vec();
        let (nonce, tag) = match Content::named(encryption).unwrap() {
            Content::Gcm(cipher) => {
                let sealing = LessSafeKey::new(UnboundKey::new(cipher, key).unwrap());
                let nonce = Nonce::assume_unique_for_key([7; 12]);
                let tag = sealing
                    .seal_in_place_separate_tag(nonce, Aad::from(head.as_bytes()), &mut text)
                    .unwrap();
                (vec![7; 12], tag.as_ref().to_vec())
            }
            Content::Cbc(cipher, hash) => {
                let half = hash.tag_len() / 2;
                let sealing =
                    PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(cipher, &key[half..]).unwrap()).unwrap();
                let DecryptionContext::Iv128(nonce) = sealing.encrypt(&mut text).unwrap() else {
                    unreachable!()
                };
                let nonce = nonce.as_ref().to_vec();
                let bits = (head.len() as u64 * 8).to_be_bytes();
                let message = [head.as_bytes(), &nonce, &text, &bits].concat();
                let tag = hmac::sign(&hmac::Key::new(hash, &key[..half]), &message);
                (nonce, tag.as_ref()[..half].to_vec())
            }
        };
        let parts = [wrapped, &nonce, &text, &tag].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{head}.{}", parts.join("."))
    }

    #[test]
    fn each_encryption_with_a_key_that_both_sides_know() {
        for (encryption, length) in [
            ("A128CBC-HS256", 32),
            ("A192CBC-HS384", 48),
            ("A256CBC-HS512", 64),
            ("A128GCM", 16),
            ("A192GCM", 24),
            ("A256GCM", 32),
        ] {
            let key: Vec<u8> = (0..length).collect();
            let token = sealed("dir", encryption, &key, &[]);
            let opened = encrypted(&token).decrypt(&Key::secret(key.clone()));
            assert_eq!(opened.unwrap(), b"content", "{encryption}");
            let changed = Key::secret(vec![9; length as usize]);
            assert!(encrypted(&token).decrypt(&changed).is_none(), "{encryption}");
            let short = Key::secret(key[1..].to_vec());
            assert!(encrypted(&token).decrypt(&short).is_none(), "{encryption}");
        }
    }

    #[test]
    fn a_key_that_is_wrapped() {
        let (content_key, wrapping) = (vec![3; 32], vec![5; 32]);
        let mut wrapped = vec![0; 40];
        AesKek::new(&key_wrap::AES_256, &wrapping)
            .unwrap()
            .wrap(&content_key, &mut wrapped)
            .unwrap();
        let token = sealed("A256KW", "A256GCM", &content_key, &wrapped);
        let opened = encrypted(&token).decrypt(&Key::secret(wrapping));
        assert_eq!(opened.unwrap(), b"content");
    }

    #[test]
    fn a_key_that_is_encrypted_for_a_certificate() {
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = private.as_der().unwrap();
        let key = Key::rsa_private(der.as_ref()).unwrap();
        let content_key = vec![3; 32];
        for (algorithm, hash) in [
            ("RSA-OAEP", &OAEP_SHA1_MGF1SHA1),
            ("RSA-OAEP-256", &OAEP_SHA256_MGF1SHA256),
        ] {
            let public = OaepPublicEncryptingKey::new(private.public_key()).unwrap();
            let mut wrapped = vec![0; public.key_size_bytes()];
            let wrapped = public.encrypt(hash, &content_key, &mut wrapped, None).unwrap();
            let token = sealed(algorithm, "A128CBC-HS256", &content_key, wrapped);
            assert_eq!(encrypted(&token).decrypt(&key).unwrap(), b"content", "{algorithm}");
            let oracle = sealed("RSA1_5", "A128CBC-HS256", &content_key, wrapped);
            assert!(encrypted(&oracle).decrypt(&key).is_none());
        }
    }
}
