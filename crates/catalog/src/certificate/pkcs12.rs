//! PKCS#12 (RFC 7292): a certificate with its private key, encrypted with a password.
//!
//! Ciphers are AES (PBES2, RFC 8018) and triple DES. The file's checksum is not verified: that key and certificate belong
//! together shows when they are used.

use super::Parts;
use super::der::{EXPLICIT, IMPLICIT, OCTETS, OID, Reader, SEQUENCE, SET};
use aes::cipher::{BlockDecrypt, KeyInit, generic_array::GenericArray};
use aws_lc_rs::pbkdf2;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha1::{Digest, Sha1};
use std::num::NonZeroU32;

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
const KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x01];
const SHROUDED_KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x02];
const CERTIFICATE_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x03];
const LOCAL_KEY_ID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x15];
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
/// PBE of PKCS#12 with SHA-1: what follows says the cipher.
const PBE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
const TRIPLE_DES: u8 = 3;
const HMAC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02];
const AES_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];
const DES_EDE3_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];

/// Rounds of a key's derivation at most: who writes the file decides how long it takes to read.
const MOST_ROUNDS: u32 = 1_000_000;
/// Nobody writes more into one.
const MOST_BAGS: usize = 100;

const MALFORMED: &str = "is no PKCS#12 file";
const WRONG_PASSWORD: &str = "cannot be decrypted: the password is wrong";
pub(super) const OLD_CIPHER: &str =
    "is encrypted with a cipher that is not read; write it anew with AES, as `openssl pkcs12 -export` does";

/// Certificates, the key's own first, and the key.
pub(super) fn read(bytes: &[u8], password: &str) -> Result<Parts, String> {
    let mut bags = Bags::default();
    let mut file = Reader::new(bytes).inside(SEQUENCE).ok_or(MALFORMED)?;
    file.number().ok_or(MALFORMED)?;
    let mut content = file.inside(SEQUENCE).ok_or(MALFORMED)?;
    let mut parts = octets_of(&mut content)
        .and_then(|bytes| Reader::new(bytes).inside(SEQUENCE))
        .ok_or(MALFORMED)?;
    while !parts.is_empty() {
        let mut part = parts.inside(SEQUENCE).ok_or(MALFORMED)?;
        let mut ahead = part;
        match ahead.value(OID) {
            Some(DATA) => bags.read(octets_of(&mut part).ok_or(MALFORMED)?, password)?,
            Some(ENCRYPTED_DATA) => bags.read(&decrypt_part(ahead, password)?, password)?,
            _ => return Err(MALFORMED.to_owned()),
        }
    }
    bags.finish()
}

/// What is in a `ContentInfo` of plain data.
fn octets_of<'d>(content: &mut Reader<'d>) -> Option<&'d [u8]> {
    content.value(OID).filter(|oid| *oid == DATA)?;
    content.inside(EXPLICIT)?.value(OCTETS)
}

fn decrypt_part(mut part: Reader<'_>, password: &str) -> Result<Vec<u8>, String> {
    let mut encrypted = part
        .inside(EXPLICIT)
        .and_then(|mut data| data.inside(SEQUENCE))
        .ok_or(MALFORMED)?;
    encrypted.number().ok_or(MALFORMED)?;
    let mut info = encrypted.inside(SEQUENCE).ok_or(MALFORMED)?;
    info.value(OID).ok_or(MALFORMED)?;
    let algorithm = info.inside(SEQUENCE).ok_or(MALFORMED)?;
    let bytes = info.value(IMPLICIT).ok_or(MALFORMED)?;
    decrypt(algorithm, bytes, password)
}

/// What was found, each with its local key id.
#[derive(Default)]
struct Bags {
    certificates: Vec<(Option<Vec<u8>>, CertificateDer<'static>)>,
    key: Option<(Option<Vec<u8>>, PrivateKeyDer<'static>)>,
}

impl Bags {
    fn read(&mut self, bytes: &[u8], password: &str) -> Result<(), String> {
        // Bytes that a wrong password made look like padding by chance.
        let mut bags = Reader::new(bytes).inside(SEQUENCE).ok_or(WRONG_PASSWORD)?;
        while !bags.is_empty() {
            let mut bag = bags.inside(SEQUENCE).ok_or(MALFORMED)?;
            let kind = bag.value(OID).ok_or(MALFORMED)?;
            let mut value = bag.inside(EXPLICIT).ok_or(MALFORMED)?;
            let id = bag.inside(SET).and_then(local_key_id);
            match kind {
                KEY_BAG => self.keep_key(id, value.whole().ok_or(MALFORMED)?.to_vec()),
                SHROUDED_KEY_BAG => {
                    let mut shrouded = value.inside(SEQUENCE).ok_or(MALFORMED)?;
                    let algorithm = shrouded.inside(SEQUENCE).ok_or(MALFORMED)?;
                    let bytes = shrouded.value(OCTETS).ok_or(MALFORMED)?;
                    self.keep_key(id, decrypt(algorithm, bytes, password)?);
                }
                CERTIFICATE_BAG => {
                    let mut certificate = value.inside(SEQUENCE).ok_or(MALFORMED)?;
                    certificate.value(OID).ok_or(MALFORMED)?;
                    let der = certificate.inside(EXPLICIT).and_then(|mut inside| inside.value(OCTETS));
                    let der = der.ok_or(MALFORMED)?.to_vec();
                    self.certificates.push((id, CertificateDer::from(der)));
                }
                _ => {}
            }
            if self.certificates.len() > MOST_BAGS {
                return Err(MALFORMED.to_owned());
            }
        }
        Ok(())
    }

    fn keep_key(&mut self, id: Option<Vec<u8>>, der: Vec<u8>) {
        self.key.get_or_insert((id, PrivatePkcs8KeyDer::from(der).into()));
    }

    fn finish(mut self) -> Result<Parts, String> {
        let (id, key) = self.key.ok_or("holds no private key")?;
        // The sort is stable: what belongs to no key stays in its order.
        self.certificates.sort_by_key(|(own, _)| id.is_none() || *own != id);
        Ok((self.certificates.into_iter().map(|(_, der)| der).collect(), key))
    }
}

fn local_key_id(mut attributes: Reader<'_>) -> Option<Vec<u8>> {
    while let Some(mut attribute) = attributes.inside(SEQUENCE) {
        if attribute.value(OID)? == LOCAL_KEY_ID {
            return attribute.inside(SET)?.value(OCTETS).map(<[u8]>::to_vec);
        }
    }
    None
}

fn decrypt(mut algorithm: Reader<'_>, bytes: &[u8], password: &str) -> Result<Vec<u8>, String> {
    let oid = algorithm.value(OID).ok_or(MALFORMED)?;
    if oid == PBES2 {
        return decrypt_pbes2(algorithm, bytes, password);
    }
    if oid.strip_prefix(PBE) != Some(&[TRIPLE_DES]) {
        return Err(OLD_CIPHER.to_owned());
    }
    let mut parameters = algorithm.inside(SEQUENCE).ok_or(MALFORMED)?;
    let salt = parameters.value(OCTETS).ok_or(MALFORMED)?;
    let rounds = rounds(&mut parameters)?.get();
    let key = derive(1, 24, password, salt, rounds);
    let iv = derive(2, 8, password, salt, rounds);
    unchain::<des::TdesEde3>(&key, &iv, bytes)
}

fn rounds(parameters: &mut Reader<'_>) -> Result<NonZeroU32, String> {
    let rounds = parameters.number().and_then(NonZeroU32::new).ok_or(MALFORMED)?;
    if rounds.get() > MOST_ROUNDS {
        return Err(format!(
            "asks for {rounds} rounds to make its key, {MOST_ROUNDS} are made at most"
        ));
    }
    Ok(rounds)
}

fn decrypt_pbes2(mut algorithm: Reader<'_>, bytes: &[u8], password: &str) -> Result<Vec<u8>, String> {
    let mut parameters = algorithm.inside(SEQUENCE).ok_or(MALFORMED)?;
    let mut derivation = parameters.inside(SEQUENCE).ok_or(MALFORMED)?;
    let mut cipher = parameters.inside(SEQUENCE).ok_or(MALFORMED)?;
    if derivation.value(OID) != Some(PBKDF2) {
        return Err(OLD_CIPHER.to_owned());
    }
    let mut derivation = derivation.inside(SEQUENCE).ok_or(MALFORMED)?;
    let salt = derivation.value(OCTETS).ok_or(MALFORMED)?;
    let rounds = rounds(&mut derivation)?;
    derivation.optional(super::der::INTEGER);
    let hash = derivation
        .inside(SEQUENCE)
        .and_then(|mut hash| hash.value(OID))
        .unwrap_or(&[]);
    let hash = match hash.strip_prefix(HMAC) {
        Some([9]) => pbkdf2::PBKDF2_HMAC_SHA256,
        Some([10]) => pbkdf2::PBKDF2_HMAC_SHA384,
        Some([11]) => pbkdf2::PBKDF2_HMAC_SHA512,
        // The one that need not be named.
        None | Some([7]) => pbkdf2::PBKDF2_HMAC_SHA1,
        Some(_) => return Err(OLD_CIPHER.to_owned()),
    };
    let oid = cipher.value(OID).ok_or(MALFORMED)?;
    let iv = cipher.value(OCTETS).ok_or(MALFORMED)?;
    let length = match oid.strip_prefix(AES_CBC) {
        Some([2]) => 16,
        Some([22]) => 24,
        Some([42]) => 32,
        _ if oid == DES_EDE3_CBC => 24,
        _ => return Err(OLD_CIPHER.to_owned()),
    };
    let mut key = vec![0; length];
    pbkdf2::derive(hash, rounds, salt, password.as_bytes(), &mut key);
    match length {
        _ if oid == DES_EDE3_CBC => unchain::<des::TdesEde3>(&key, iv, bytes),
        16 => unchain::<aes::Aes128>(&key, iv, bytes),
        24 => unchain::<aes::Aes192>(&key, iv, bytes),
        _ => unchain::<aes::Aes256>(&key, iv, bytes),
    }
}

/// Undoes cipher block chaining and takes the padding off.
fn unchain<C: BlockDecrypt + KeyInit>(key: &[u8], iv: &[u8], bytes: &[u8]) -> Result<Vec<u8>, String> {
    let cipher = C::new_from_slice(key).map_err(|_| MALFORMED.to_owned())?;
    let size = C::block_size();
    if iv.len() != size || bytes.is_empty() || !bytes.len().is_multiple_of(size) {
        return Err(MALFORMED.to_owned());
    }
    let mut plain = Vec::with_capacity(bytes.len());
    let mut before = iv;
    for chunk in bytes.chunks_exact(size) {
        let mut block = GenericArray::clone_from_slice(chunk);
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
        before = chunk;
    }
    let padding = usize::from(plain.last().copied().unwrap_or_default());
    let kept = plain
        .len()
        .checked_sub(padding)
        .filter(|_| (1..=size).contains(&padding));
    let kept = kept.filter(|kept| plain.iter().skip(*kept).all(|byte| usize::from(*byte) == padding));
    plain.truncate(kept.ok_or(WRONG_PASSWORD)?);
    Ok(plain)
}

/// RFC 7292, appendix B.2, with SHA-1: `purpose` is 1 for a key, 2 for an initialization vector.
fn derive(purpose: u8, length: usize, password: &str, salt: &[u8], rounds: u32) -> Vec<u8> {
    const BLOCK: usize = 64;
    let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let whole = bytes.len().div_ceil(BLOCK) * BLOCK;
        bytes
            .iter()
            .copied()
            .cycle()
            .take(if bytes.is_empty() { 0 } else { whole })
            .collect()
    };
    let mut input = [filled(salt), filled(&password)].concat();
    let mut out = Vec::new();
    while out.len() < length {
        let mut hash = Sha1::new();
        hash.update([purpose; BLOCK]);
        hash.update(&input);
        let mut digest = hash.finalize();
        for _ in 1..rounds {
            digest = Sha1::digest(digest);
        }
        out.extend_from_slice(&digest);
        // Each block of the input becomes itself plus the digest, filled to a block, plus one.
        for block in input.chunks_exact_mut(BLOCK) {
            let mut carry = 1_u16;
            for (byte, add) in block.iter_mut().zip(filled(&digest).iter().take(BLOCK)).rev() {
                let sum = u16::from(*byte) + u16::from(*add) + carry;
                *byte = sum as u8;
                carry = sum >> 8;
            }
        }
    }
    out.truncate(length);
    out
}
