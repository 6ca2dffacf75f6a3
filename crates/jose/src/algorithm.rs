//! Algorithms of signatures (RFC 7518, section 3), and what kind of key each works with.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
};

/// An algorithm that signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// With a secret that both sides know.
    Hmac(Hash),
    /// RSA as of PKCS #1 v1.5.
    Rsa(Hash),
    /// RSA with PSS.
    Pss(Hash),
    /// Elliptic curves; the hash function decides the curve.
    Ecdsa(Hash),
}

/// SHA-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

impl Algorithm {
    /// By its name in `alg`; names are case-sensitive, and `none` is none.
    pub fn named(name: &str) -> Option<Self> {
        let (family, bits) = name.split_at_checked(2)?;
        let hash = match bits {
            "256" => Hash::Sha256,
            "384" => Hash::Sha384,
            "512" => Hash::Sha512,
            _ => return None,
        };
        Some(match family {
            "HS" => Self::Hmac(hash),
            "RS" => Self::Rsa(hash),
            "PS" => Self::Pss(hash),
            "ES" => Self::Ecdsa(hash),
            _ => return None,
        })
    }
}

impl Hash {
    /// The keyed hash.
    pub fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    /// RSA as of PKCS #1 v1.5; keys below 2048 bits verify nothing (RFC 7518, section 3.3).
    pub fn pkcs1(self) -> &'static RsaParameters {
        match self {
            Self::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::Sha512 => &RSA_PKCS1_2048_8192_SHA512,
        }
    }

    /// RSA with PSS.
    pub fn pss(self) -> &'static RsaParameters {
        match self {
            Self::Sha256 => &RSA_PSS_2048_8192_SHA256,
            Self::Sha384 => &RSA_PSS_2048_8192_SHA384,
            Self::Sha512 => &RSA_PSS_2048_8192_SHA512,
        }
    }
}
