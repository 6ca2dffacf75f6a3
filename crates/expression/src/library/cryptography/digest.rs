//! Digests and HMAC (RFC 2104).

use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the hash function of its name")]
pub enum Function {
    Sha256,
    Sha384,
    Sha512,
}

impl Function {
    /// The digest of some bytes.
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// Bytes of the blocks that it works on.
    pub fn block(self) -> usize {
        if self == Self::Sha256 { 64 } else { 128 }
    }

    /// The keyed digest.
    pub fn hmac(self, key: &[u8], bytes: &[u8]) -> Vec<u8> {
        let mut block = if key.len() > self.block() {
            self.digest(key)
        } else {
            key.to_vec()
        };
        block.resize(self.block(), 0);
        let padded = |pad: u8| block.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
        let inner = self.digest(&[padded(0x36), bytes.to_vec()].concat());
        self.digest(&[padded(0x5c), inner].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn hmac_gives_the_known_answers_of_rfc_4231() {
        let hex = |bytes: Vec<u8>| {
            bytes.iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
        };
        let found = hex(Function::Sha256.hmac(b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(
            found,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let found = hex(Function::Sha256.hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"));
        assert_eq!(
            found,
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
