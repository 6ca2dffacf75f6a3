//! `System.Security.Cryptography`
//!
//! Random keys come from the operating system's generator, whatever the host's `random` is.

mod block;
mod der;
mod digest;
mod encryption;
mod hash;
mod hash_algorithm_name;
mod oid;
mod pkcs12;
mod random_number_generator;
mod rsa;
mod rsa_key;
mod rsa_padding;
mod rsa_parameters;
mod rsa_xml;
mod symmetric;
mod transform;

pub use hash::CLASSES as HASHES;
pub use hash_algorithm_name::{function as hash_function, unnamed as no_hash_name};
pub use oid::known as oid_of;
pub use pkcs12::{Contents as Pkcs12, Item as Pkcs12Item, Refusal as Pkcs12Refusal, open as open_pkcs12};
pub use rsa::{private_key, public_key};
pub use rsa_key::RsaKey;
pub use symmetric::CLASSES as CIPHERS;

use super::{Arguments, Class};
use crate::collection::Array;
use crate::thrown::Thrown;

/// Its types other than hashes and ciphers.
pub const CLASSES: &[&Class] = &[
    &encryption::EXTENSIONS,
    &rsa::CERTIFICATE_EXTENSIONS,
    &rsa::ASYMMETRIC_ALGORITHM,
    &rsa::CNG,
    &rsa::PROVIDER,
    &rsa::RSA,
    &rsa_padding::ENCRYPTION_MODE,
    &rsa_padding::ENCRYPTION_PADDING,
    &rsa_padding::SIGNATURE_MODE,
    &rsa_padding::SIGNATURE_PADDING,
    &rsa_parameters::RSA_PARAMETERS,
    &transform::TRANSFORM,
    &hash_algorithm_name::HASH_ALGORITHM_NAME,
    &oid::OID,
    &random_number_generator::RANDOM_NUMBER_GENERATOR,
    &random_number_generator::PROVIDER,
];

/// The `byte[]` at `index`, which must not be null.
fn bytes(a: Arguments<'_>, index: usize) -> Result<Vec<u8>, Thrown> {
    Ok(a.required(index)?
        .object::<Array>()
        .and_then(Array::to_bytes)
        .unwrap_or_default())
}

/// `CryptographicException`
fn refused(message: &str) -> Thrown {
    Thrown::new("System.Security.Cryptography.CryptographicException", message)
}

/// `count` bytes that nobody can guess.
fn random_bytes(count: usize) -> Result<Vec<u8>, Thrown> {
    let mut bytes = vec![0; count];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| refused("the operating system gave no random bytes"))?;
    Ok(bytes)
}

/// A stretch of `bytes` as .NET checks it; the parameters are those of an array, an offset and a count.
fn stretch(bytes: &[u8], offset: i64, count: i64, offset_name: &str) -> Result<Vec<u8>, Thrown> {
    let Ok(start) = usize::try_from(offset) else {
        return Err(Thrown::out_of_range("Non-negative number required.", offset_name));
    };
    let invalid = || Thrown::new("System.ArgumentException", "Value was invalid.");
    let count = usize::try_from(count)
        .ok()
        .filter(|count| *count <= bytes.len())
        .ok_or_else(invalid)?;
    let outside = || Thrown::new("System.ArgumentException", "Offset and length were out of bounds.");
    let end = start.checked_add(count).ok_or_else(outside)?;
    bytes.get(start..end).map(<[u8]>::to_vec).ok_or_else(outside)
}
