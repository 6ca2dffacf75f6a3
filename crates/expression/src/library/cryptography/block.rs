//! Block ciphers, the modes CBC and ECB, and paddings.
//!
//! Never here: .NET's objects for them (`symmetric`, `transform`).

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, BlockEncrypt, BlockSizeUser, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use des::{Des, TdesEde2, TdesEde3};
use std::sync::Arc;

/// A cipher that works on blocks, with its key.
pub trait Block: Send + Sync {
    /// Encrypts a block in place.
    fn encrypt(&self, block: &mut [u8]);
    /// Decrypts a block in place.
    fn decrypt(&self, block: &mut [u8]);
}

impl<C: BlockEncrypt + BlockDecrypt + BlockSizeUser + Send + Sync> Block for C {
    fn encrypt(&self, block: &mut [u8]) {
        self.encrypt_block(GenericArray::from_mut_slice(block));
    }
    fn decrypt(&self, block: &mut [u8]) {
        self.decrypt_block(GenericArray::from_mut_slice(block));
    }
}

/// The ciphers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Aes,
    Des,
    TripleDes,
}

impl Kind {
    /// Bytes of a block.
    pub fn block(self) -> usize {
        match self {
            Self::Aes => 16,
            Self::Des | Self::TripleDes => 8,
        }
    }

    /// Lengths of keys in bytes, the usual one last.
    pub fn keys(self) -> &'static [usize] {
        match self {
            Self::Aes => &[16, 24, 32],
            Self::Des => &[8],
            Self::TripleDes => &[16, 24],
        }
    }

    /// Whether a key is one that makes the cipher no better than a shorter one, which .NET refuses.
    pub fn is_weak(self, key: &[u8]) -> bool {
        match self {
            Self::Aes => false,
            Self::Des => {
                // The lowest bit of each byte is a parity and no part of the key.
                let bits: Vec<u8> = key.iter().map(|byte| byte & 0xfe).collect();
                WEAK_KEYS.iter().any(|weak| **weak == *bits)
            }
            Self::TripleDes => {
                let mut parts = key.chunks(8);
                let (first, second, third) = (parts.next(), parts.next(), parts.next());
                first == second || second == third
            }
        }
    }

    /// The cipher with this key; `None` for a key of another length.
    pub fn with_key(self, key: &[u8]) -> Option<Arc<dyn Block>> {
        fn keyed<C: Block + KeyInit + 'static>(key: &[u8]) -> Option<Arc<dyn Block>> {
            Some(Arc::new(C::new_from_slice(key).ok()?))
        }
        match (self, key.len()) {
            (Self::Aes, 16) => keyed::<Aes128>(key),
            (Self::Aes, 24) => keyed::<Aes192>(key),
            (Self::Aes, _) => keyed::<Aes256>(key),
            (Self::Des, _) => keyed::<Des>(key),
            (Self::TripleDes, 16) => keyed::<TdesEde2>(key),
            (Self::TripleDes, _) => keyed::<TdesEde3>(key),
        }
    }
}

/// Weak and half-weak keys of DES (NIST SP 800-67, section 3.3.2), without parity.
const WEAK_KEYS: [&[u8; 8]; 16] = [
    b"\x00\x00\x00\x00\x00\x00\x00\x00",
    b"\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe",
    b"\xe0\xe0\xe0\xe0\xf0\xf0\xf0\xf0",
    b"\x1e\x1e\x1e\x1e\x0e\x0e\x0e\x0e",
    b"\x00\x1e\x00\x1e\x00\x0e\x00\x0e",
    b"\x1e\x00\x1e\x00\x0e\x00\x0e\x00",
    b"\x00\xe0\x00\xe0\x00\xf0\x00\xf0",
    b"\xe0\x00\xe0\x00\xf0\x00\xf0\x00",
    b"\x00\xfe\x00\xfe\x00\xfe\x00\xfe",
    b"\xfe\x00\xfe\x00\xfe\x00\xfe\x00",
    b"\x1e\xe0\x1e\xe0\x0e\xf0\x0e\xf0",
    b"\xe0\x1e\xe0\x1e\xf0\x0e\xf0\x0e",
    b"\x1e\xfe\x1e\xfe\x0e\xfe\x0e\xfe",
    b"\xfe\x1e\xfe\x1e\xfe\x0e\xfe\x0e",
    b"\xe0\xfe\xe0\xfe\xf0\xfe\xf0\xfe",
    b"\xfe\xe0\xfe\xe0\xfe\xf0\xfe\xf0",
];

/// Encrypts whole blocks in place. With a chain (CBC) each block is mixed with the one before; the chain goes on with
/// the last.
pub fn encrypt(cipher: &dyn Block, size: usize, chain: Option<&mut Vec<u8>>, bytes: &mut [u8]) {
    let Some(chain) = chain else {
        return bytes.chunks_exact_mut(size).for_each(|block| cipher.encrypt(block));
    };
    for block in bytes.chunks_exact_mut(size) {
        mix(block, chain);
        cipher.encrypt(block);
        chain.copy_from_slice(block);
    }
}

/// Decrypts whole blocks in place; the reverse of [`encrypt`].
pub fn decrypt(cipher: &dyn Block, size: usize, chain: Option<&mut Vec<u8>>, bytes: &mut [u8]) {
    let Some(chain) = chain else {
        return bytes.chunks_exact_mut(size).for_each(|block| cipher.decrypt(block));
    };
    for block in bytes.chunks_exact_mut(size) {
        let encrypted = block.to_vec();
        cipher.decrypt(block);
        mix(block, chain);
        *chain = encrypted;
    }
}

fn mix(block: &mut [u8], with: &[u8]) {
    for (byte, other) in block.iter_mut().zip(with) {
        *byte ^= other;
    }
}

/// How the last block is filled; .NET's `PaddingMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    None,
    Pkcs7,
    Zeros,
    AnsiX923,
    Iso10126,
}

impl Padding {
    /// .NET's number of it.
    pub fn numbered(number: i32) -> Option<Self> {
        Some(match number {
            1 => Self::None,
            2 => Self::Pkcs7,
            3 => Self::Zeros,
            4 => Self::AnsiX923,
            5 => Self::Iso10126,
            _ => return None,
        })
    }

    /// Whether the last block tells how much of it is padding.
    pub fn is_counted(self) -> bool {
        !matches!(self, Self::None | Self::Zeros)
    }

    /// Fills bytes up to whole blocks; `random` is asked for fillers. `None` when they are none and may not be filled.
    pub fn fill(self, bytes: &mut Vec<u8>, size: usize, random: impl FnOnce(usize) -> Vec<u8>) -> Option<()> {
        let left = size - bytes.len() % size;
        match self {
            Self::None => return (left == size).then_some(()),
            Self::Zeros => bytes.resize(bytes.len() + left % size, 0),
            Self::Pkcs7 => bytes.resize(bytes.len() + left, left as u8),
            Self::AnsiX923 | Self::Iso10126 => {
                let filler = if self == Self::AnsiX923 {
                    vec![0; left - 1]
                } else {
                    random(left - 1)
                };
                bytes.extend(filler);
                bytes.push(left as u8);
            }
        }
        Some(())
    }

    /// Takes the padding off; `None` when it is none.
    pub fn strip(self, bytes: &mut Vec<u8>, size: usize) -> Option<()> {
        if !self.is_counted() || bytes.is_empty() {
            return Some(());
        }
        let count = usize::from(*bytes.last()?);
        if count == 0 || count > size || count > bytes.len() {
            return None;
        }
        let padding = bytes.split_off(bytes.len() - count);
        let mut filler = padding.iter().take(count - 1);
        let is_right = match self {
            Self::Pkcs7 => filler.all(|byte| usize::from(*byte) == count),
            Self::AnsiX923 => filler.all(|byte| *byte == 0),
            _ => true,
        };
        is_right.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn aes_gives_the_known_answer_of_fips_197() {
        let key: Vec<u8> = (0..16).collect();
        let mut block: Vec<u8> = (0..16).map(|nibble| nibble * 0x11).collect();
        Kind::Aes.with_key(&key).unwrap().encrypt(&mut block);
        assert_eq!(block.first_chunk(), Some(&[0x69, 0xc4, 0xe0, 0xd8]));
    }

    proptest! {
        #[test]
        fn what_is_encrypted_is_decrypted(bytes in prop::collection::vec(any::<u8>(), 0..80), chained: bool, number in 2..=5) {
            let padding = Padding::numbered(number).unwrap();
            for (kind, key) in [(Kind::Aes, 32), (Kind::Des, 8), (Kind::TripleDes, 24)] {
                let cipher = kind.with_key(&vec![7; key]).unwrap();
                let size = kind.block();
                let chain = || chained.then(|| vec![3; size]);
                let mut found = bytes.clone();
                padding.fill(&mut found, size, |count| vec![9; count]).unwrap();
                encrypt(&*cipher, size, chain().as_mut(), &mut found);
                decrypt(&*cipher, size, chain().as_mut(), &mut found);
                padding.strip(&mut found, size).unwrap();
                found.truncate(bytes.len());
                prop_assert_eq!(&found, &bytes);
            }
        }

        #[test]
        fn any_bytes_have_a_padding_or_none(mut bytes in prop::collection::vec(any::<u8>(), 0..40), number in 1..=5) {
            let length = bytes.len();
            let _ = Padding::numbered(number).unwrap().strip(&mut bytes, 8);
            prop_assert!(bytes.len() <= length);
        }
    }
}
