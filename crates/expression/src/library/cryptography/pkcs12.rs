//! PKCS #12 containers (RFC 7292): certificates and private keys under a password.
//!
//! What opening one costs is asked of the caller before it is done: its author chooses how many rounds that takes.

mod derive;

use super::block::{self, Block, Kind, Padding};
use super::der::{Elements, OCTETS, OID, OUTER, SEQUENCE, SET};
use super::digest::Function;
use derive::{Use, password_bytes, pkcs12_key, same};
use rc2::Rc2;
use std::sync::Arc;

/// What a container holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// Its certificates.
    pub certificates: Vec<Item>,
    /// Its private keys (PKCS #8).
    pub keys: Vec<Item>,
}

/// A certificate or a key (DER).
#[derive(Debug)]
pub struct Item {
    /// Its bytes.
    pub der: Vec<u8>,
    /// What a key and its certificate share.
    pub local_id: Option<Vec<u8>>,
    /// Its name for people.
    pub name: Option<String>,
}

/// Why a container is not opened.
#[derive(Debug)]
pub enum Refusal<E> {
    /// It is none, or uses something that is not known here.
    Unreadable,
    /// The password is not its.
    Password,
    /// The caller does not pay for it.
    Unpaid(E),
}

/// Opens a container; `pay` is asked for a number of steps before they are taken.
///
/// # Errors
/// [`Refusal`]
pub fn open<E>(
    bytes: &[u8],
    password: Option<&str>,
    pay: &mut dyn FnMut(u64) -> Result<(), E>,
) -> Result<Contents, Refusal<E>> {
    let mut outer = Elements(bytes).inside(SEQUENCE).ok_or(Refusal::Unreadable)?;
    outer.number().ok_or(Refusal::Unreadable)?;
    let safe = outer
        .inside(SEQUENCE)
        .and_then(plain_content)
        .ok_or(Refusal::Unreadable)?;
    // Without a password some sign with none and some with an empty one.
    let passwords = match password.unwrap_or_default() {
        "" => vec![None, Some("")],
        password => vec![Some(password)],
    };
    let mut right = None;
    for password in passwords {
        let mut opener = Opener { password, pay };
        if outer.0.is_empty() || opener.is_intact(outer, safe)? {
            right = Some(password);
            break;
        }
    }
    let mut opener = Opener {
        password: right.ok_or(Refusal::Password)?,
        pay,
    };
    let mut contents = Contents::default();
    let mut parts = Elements(safe).inside(SEQUENCE).ok_or(Refusal::Unreadable)?;
    while let Some(part) = parts.inside(SEQUENCE) {
        let bags = match plain_content(part) {
            Some(plain) => plain.to_vec(),
            None => opener.encrypted_content(part)?,
        };
        opener.take_bags(&bags, &mut contents)?;
    }
    Ok(contents)
}

/// The bytes of a content of the type `data`.
fn plain_content(mut content: Elements<'_>) -> Option<&[u8]> {
    const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    (content.next(OID)? == DATA).then_some(())?;
    content.inside(OUTER)?.next(OCTETS)
}

struct Opener<'p, E> {
    password: Option<&'p str>,
    pay: &'p mut dyn FnMut(u64) -> Result<(), E>,
}

impl<E> Opener<'_, E> {
    /// A round of a derivation is a hash of one or two blocks: some 200 ns.
    fn pay_rounds(&mut self, rounds: u32, blocks: u64) -> Result<(), Refusal<E>> {
        (self.pay)(u64::from(rounds).saturating_mul(4).saturating_mul(blocks)).map_err(Refusal::Unpaid)
    }

    /// Whether the container's own check fits the password.
    fn is_intact(&mut self, outer: Elements<'_>, safe: &[u8]) -> Result<bool, Refusal<E>> {
        let parts = || {
            let mut outer = outer;
            let mut mac = outer.inside(SEQUENCE)?;
            let mut digest = mac.inside(SEQUENCE)?;
            let function = hash_function(digest.algorithm()?.0)?;
            let (expected, salt) = (digest.next(OCTETS)?, mac.next(OCTETS)?);
            Some((function, expected, salt, mac.number().unwrap_or(1)))
        };
        let (function, expected, salt, rounds) = parts().ok_or(Refusal::Unreadable)?;
        self.pay_rounds(rounds, 1)?;
        let password = password_bytes(self.password);
        let length = function.bits() as usize / 8;
        let key = pkcs12_key(function, Use::Mac, &password, salt, rounds, length);
        Ok(same(&function.hmac(&key, safe), expected))
    }

    fn encrypted_content(&mut self, mut content: Elements<'_>) -> Result<Vec<u8>, Refusal<E>> {
        const ENCRYPTED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
        let mut parts = || {
            (content.next(OID)? == ENCRYPTED_DATA).then_some(())?;
            let mut data = content.inside(OUTER)?.inside(SEQUENCE)?;
            data.number()?;
            let mut inner = data.inside(SEQUENCE)?;
            inner.next(OID)?;
            // `[0]` in place of the tag of an octet string.
            Some((inner.algorithm()?, inner.next(0x80)?))
        };
        let (algorithm, bytes) = parts().ok_or(Refusal::Unreadable)?;
        self.decrypt(algorithm, bytes)
    }

    fn take_bags(&mut self, bags: &[u8], contents: &mut Contents) -> Result<(), Refusal<E>> {
        let mut bags = Elements(bags).inside(SEQUENCE).ok_or(Refusal::Unreadable)?;
        while let Some(bag) = bags.inside(SEQUENCE) {
            self.take_bag(bag, contents)?;
        }
        Ok(())
    }

    /// Keys, keys under the password, and certificates; whatever else is in a container is left there.
    fn take_bag(&mut self, mut bag: Elements<'_>, contents: &mut Contents) -> Result<(), Refusal<E>> {
        const BAG: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01";
        let mut parts = || Some((bag.next(OID)?.strip_prefix(BAG)?.first()?, bag.inside(OUTER)?));
        let (kind, mut content) = parts().ok_or(Refusal::Unreadable)?;
        let (list, der) = match kind {
            1 => (&mut contents.keys, content.0.to_vec()),
            2 => {
                let mut parts = || {
                    let mut encrypted = content.inside(SEQUENCE)?;
                    Some((encrypted.algorithm()?, encrypted.next(OCTETS)?))
                };
                let (algorithm, bytes) = parts().ok_or(Refusal::Unreadable)?;
                (&mut contents.keys, self.decrypt(algorithm, bytes)?)
            }
            3 => {
                let mut parts = || {
                    let mut certificate = content.inside(SEQUENCE)?;
                    certificate.next(OID)?;
                    certificate.inside(OUTER)?.next(OCTETS)
                };
                let der = parts().ok_or(Refusal::Unreadable)?;
                (&mut contents.certificates, der.to_vec())
            }
            _ => return Ok(()),
        };
        let mut item = Item {
            der,
            local_id: None,
            name: None,
        };
        if let Some(attributes) = bag.inside(SET) {
            item.describe(attributes);
        }
        list.push(item);
        Ok(())
    }

    fn decrypt(&mut self, (oid, parameters): (&[u8], Elements<'_>), bytes: &[u8]) -> Result<Vec<u8>, Refusal<E>> {
        let (cipher, size, start) = match oid.strip_prefix(b"\x2a\x86\x48\x86\xf7\x0d\x01") {
            Some([0x0c, 1, kind]) => self.older_cipher(*kind, parameters)?,
            Some([5, 13]) => self.newer_cipher(parameters)?,
            _ => return Err(Refusal::Unreadable),
        };
        (self.pay)(1 + bytes.len() as u64 / 16).map_err(Refusal::Unpaid)?;
        if !bytes.len().is_multiple_of(size) || start.len() != size {
            return Err(Refusal::Unreadable);
        }
        let mut text = bytes.to_vec();
        block::decrypt(&*cipher, size, Some(&mut start.clone()), &mut text);
        Padding::Pkcs7.strip(&mut text, size).ok_or(Refusal::Password)?;
        Ok(text)
    }

    /// Triple DES and RC2 under keys that the container's own derivation makes (appendix C).
    fn older_cipher(&mut self, kind: u8, mut parameters: Elements<'_>) -> Result<Cipher, Refusal<E>> {
        let length = match kind {
            3 => 24,
            4 | 5 => 16,
            6 => 5,
            _ => return Err(Refusal::Unreadable),
        };
        let mut parts = || {
            let mut parts = parameters.inside(SEQUENCE)?;
            Some((parts.next(OCTETS)?, parts.number()?))
        };
        let (salt, rounds) = parts().ok_or(Refusal::Unreadable)?;
        self.pay_rounds(rounds, 3)?;
        let password = password_bytes(self.password);
        let made = |purpose, length| pkcs12_key(Function::Sha1, purpose, &password, salt, rounds, length);
        let key = made(Use::Key, length);
        let cipher: Option<Arc<dyn Block>> = match kind {
            3 | 4 => Kind::TripleDes.with_key(&key),
            _ => Some(Arc::new(Rc2::new_with_eff_key_len(&key, length * 8))),
        };
        Ok((cipher.ok_or(Refusal::Unreadable)?, 8, made(Use::Start, 8)))
    }

    /// PBES2 (RFC 8018): PBKDF2, and AES or triple DES.
    fn newer_cipher(&mut self, mut parameters: Elements<'_>) -> Result<Cipher, Refusal<E>> {
        const PBKDF2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c";
        let mut parts = || {
            let mut parts = parameters.inside(SEQUENCE)?;
            let (derivation, mut how) = parts.algorithm()?;
            (derivation == PBKDF2).then_some(())?;
            let mut how = how.inside(SEQUENCE)?;
            let (salt, rounds) = (how.next(OCTETS)?, how.number()?);
            how.number();
            let pseudo_random = how.algorithm().map(|(oid, _)| oid);
            let (cipher, mut start) = parts.algorithm()?;
            let (kind, length) = cipher_kind(cipher)?;
            let algorithm = derive::pseudo_random(pseudo_random)?;
            Some((kind, length, start.next(OCTETS)?, (algorithm, salt, rounds)))
        };
        let (kind, length, start, (algorithm, salt, rounds)) = parts().ok_or(Refusal::Unreadable)?;
        self.pay_rounds(rounds, 2)?;
        let password = self.password.unwrap_or_default();
        let key = derive::pbkdf2(algorithm, password, salt, rounds, length).ok_or(Refusal::Unreadable)?;
        let cipher = kind.with_key(&key).ok_or(Refusal::Unreadable)?;
        Ok((cipher, kind.block(), start.to_vec()))
    }
}

/// A cipher, the size of its blocks, and what the first one is mixed with.
type Cipher = (Arc<dyn Block>, usize, Vec<u8>);

/// The cipher of an identifier, and the length of its keys.
fn cipher_kind(oid: &[u8]) -> Option<(Kind, usize)> {
    const AES: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01";
    const TRIPLE_DES: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x03\x07";
    match oid.strip_prefix(AES) {
        Some([2]) => Some((Kind::Aes, 16)),
        Some([22]) => Some((Kind::Aes, 24)),
        Some([42]) => Some((Kind::Aes, 32)),
        _ => (oid == TRIPLE_DES).then_some((Kind::TripleDes, 24)),
    }
}

/// The hash function of an identifier.
fn hash_function(oid: &[u8]) -> Option<Function> {
    const SHA_2: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02";
    match oid.strip_prefix(SHA_2) {
        Some([1]) => Some(Function::Sha256),
        Some([2]) => Some(Function::Sha384),
        Some([3]) => Some(Function::Sha512),
        _ => (oid == b"\x2b\x0e\x03\x02\x1a").then_some(Function::Sha1),
    }
}

impl Item {
    fn describe(&mut self, mut attributes: Elements<'_>) {
        const ATTRIBUTE: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09";
        const TEXT: u8 = 0x1e;
        while let Some(mut attribute) = attributes.inside(SEQUENCE) {
            let Some(oid) = attribute.next(OID) else { continue };
            let Some(mut value) = attribute.inside(SET) else {
                continue;
            };
            match oid.strip_prefix(ATTRIBUTE) {
                Some([21]) => self.local_id = value.next(OCTETS).map(<[u8]>::to_vec),
                Some([20]) => {
                    let units = value.next(TEXT).unwrap_or_default().chunks_exact(2);
                    let units: Vec<u16> = units
                        .map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
                        .collect();
                    self.name = Some(String::from_utf16_lossy(&units));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_container_or_none(bytes in prop::collection::vec(any::<u8>(), 0..80), at in 0..400usize, new: u8) {
            let mut paid = 0u64;
            let mut pay = |steps: u64| { paid += steps; if paid > 100_000 { Err(()) } else { Ok(()) } };
            let _ = open(&bytes, Some("x"), &mut pay);
            // A real one with one byte changed.
            let mut real = include_bytes!("pkcs12/sample.p12").to_vec();
            if let Some(byte) = real.get_mut(at) {
                *byte = new;
            }
            let _ = open(&real, Some("secret"), &mut pay);
        }
    }

    #[test]
    fn rounds_are_paid_before_they_are_taken() {
        let real = include_bytes!("pkcs12/sample.p12");
        assert!(matches!(
            open(real, Some("secret"), &mut |_| Err(())),
            Err(Refusal::Unpaid(()))
        ));
        assert!(matches!(
            open(real, Some("wrong"), &mut |_| Ok::<(), ()>(())),
            Err(Refusal::Password)
        ));
        let contents = open(real, Some("secret"), &mut |_| Ok::<(), ()>(())).unwrap();
        assert_eq!((contents.certificates.len(), contents.keys.len()), (1, 1));
    }
}
