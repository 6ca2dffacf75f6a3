//! Keys from passwords: the derivation of PKCS #12 (RFC 7292, appendix B) and PBKDF2 (RFC 8018).

use crate::library::cryptography::digest::Function;
use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512};
use std::num::NonZeroU32;

/// What a key is derived for.
#[derive(Clone, Copy)]
pub enum Use {
    /// A cipher's key.
    Key = 1,
    /// What the first block is mixed with.
    Start = 2,
    /// The check of the whole.
    Mac = 3,
}

/// A password as UTF-16 with a zero behind it; nothing at all without one.
pub fn password_bytes(password: Option<&str>) -> Vec<u8> {
    let Some(password) = password else {
        return Vec::new();
    };
    let units = password.encode_utf16().chain(std::iter::once(0));
    units.flat_map(u16::to_be_bytes).collect()
}

/// `length` bytes for a use.
pub fn pkcs12_key(
    function: Function,
    purpose: Use,
    password: &[u8],
    salt: &[u8],
    rounds: u32,
    length: usize,
) -> Vec<u8> {
    let size = function.block();
    let repeated = |bytes: &[u8]| {
        let count = bytes.len().div_ceil(size) * size;
        bytes.iter().copied().cycle().take(count).collect::<Vec<u8>>()
    };
    let purpose = vec![purpose as u8; size];
    let mut input = [repeated(salt), repeated(password)].concat();
    let mut key = Vec::new();
    while key.len() < length {
        let mut hash = function.digest(&[purpose.as_slice(), &input].concat());
        for _ in 1..rounds {
            hash = function.digest(&hash);
        }
        key.extend(&hash);
        let addend: Vec<u8> = hash.iter().copied().cycle().take(size).collect();
        for block in input.chunks_mut(size) {
            let mut carry = 1;
            for (byte, more) in block.iter_mut().zip(&addend).rev() {
                let sum = u16::from(*byte) + u16::from(*more) + carry;
                *byte = sum as u8;
                carry = sum >> 8;
            }
        }
    }
    key.truncate(length);
    key
}

/// The pseudo-random function of an identifier; that with SHA-1 where there is none.
pub fn pseudo_random(oid: Option<&[u8]>) -> Option<pbkdf2::Algorithm> {
    const HMAC: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x02";
    let Some(oid) = oid else {
        return Some(PBKDF2_HMAC_SHA1);
    };
    Some(match oid.strip_prefix(HMAC)? {
        [7] => PBKDF2_HMAC_SHA1,
        [9] => PBKDF2_HMAC_SHA256,
        [10] => PBKDF2_HMAC_SHA384,
        [11] => PBKDF2_HMAC_SHA512,
        _ => return None,
    })
}

/// PBKDF2; `None` for no rounds at all.
pub fn pbkdf2(
    algorithm: pbkdf2::Algorithm,
    password: &str,
    salt: &[u8],
    rounds: u32,
    length: usize,
) -> Option<Vec<u8>> {
    let mut key = vec![0; length];
    pbkdf2::derive(algorithm, NonZeroU32::new(rounds)?, salt, password.as_bytes(), &mut key);
    Some(key)
}

/// Whether two checks are the same, in a time that does not tell where they differ.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left, right).is_ok()
}
