//! Digests and HMAC (RFC 2104).

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the hash function of its name")]
pub enum Function {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Function {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// .NET's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }

    /// The function of a name, `SHA256` or `SHA-256` in any case.
    pub fn named(name: &str) -> Option<Self> {
        let plain = name.replace('-', "");
        Self::ALL
            .into_iter()
            .find(|function| function.name().eq_ignore_ascii_case(&plain))
    }

    /// The digest of some bytes.
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => Md5::digest(bytes).to_vec(),
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// Bits of a digest.
    pub fn bits(self) -> i32 {
        match self {
            Self::Md5 => 128,
            Self::Sha1 => 160,
            Self::Sha256 => 256,
            Self::Sha384 => 384,
            Self::Sha512 => 512,
        }
    }

    /// Bytes of the blocks that it works on.
    pub fn block(self) -> usize {
        match self {
            Self::Md5 | Self::Sha1 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 => 128,
        }
    }

    /// A key as HMAC uses it: one longer than a block is hashed first.
    pub fn key(self, key: Vec<u8>) -> Vec<u8> {
        if key.len() > self.block() {
            self.digest(&key)
        } else {
            key
        }
    }

    /// The keyed digest.
    pub fn hmac(self, key: &[u8], bytes: &[u8]) -> Vec<u8> {
        let mut block = self.key(key.to_vec());
        block.resize(self.block(), 0);
        let padded = |pad: u8| block.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
        let inner = self.digest(&[padded(0x36).as_slice(), bytes].concat());
        self.digest(&[padded(0x5c), inner].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    #[test]
    fn hmac_gives_the_known_answers_of_rfc_4231() {
        let found = hex(&Function::Sha256.hmac(b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(
            found,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let found =
            hex(&Function::Sha256.hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"));
        assert_eq!(
            found,
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn sizes_are_those_of_the_digests() {
        for function in Function::ALL {
            assert_eq!(function.digest(b"").len() * 8, function.bits() as usize, "{function:?}");
        }
        assert_eq!(Function::named("sha-256"), Some(Function::Sha256));
        assert_eq!(Function::named("sha3"), None);
    }
}
