//! `System.Security.Cryptography`: hashes and their keyed forms.

mod digest;
mod hash;

use super::Class;

/// Their types.
pub const CLASSES: &[&Class] = &[
    &hash::HASH_ALGORITHM,
    &hash::KEYED_HASH_ALGORITHM,
    &hash::HMAC,
    &hash::SHA256,
    &hash::SHA384,
    &hash::SHA512,
    &hash::SHA256_MANAGED,
    &hash::SHA384_MANAGED,
    &hash::SHA512_MANAGED,
    &hash::HMAC_SHA256,
    &hash::HMAC_SHA384,
    &hash::HMAC_SHA512,
];
