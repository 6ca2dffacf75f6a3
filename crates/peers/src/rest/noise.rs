//! Bytes that look random and are always the same: compression does not shrink them, and a shift or a loss shows.
//!
//! Never here: randomness that has to be unpredictable.

use bytes::{BufMut, Bytes, BytesMut};

/// The size of a [`Block`], in bytes.
pub const BLOCK: usize = 1 << 20;

/// An endless sequence, from its start (`SplitMix64` with seed 0, in little-endian order).
#[derive(Default)]
pub struct Noise {
    state: u64,
}

impl Noise {
    /// The next bytes of the sequence, a multiple of eight: at least `least`.
    pub fn next(&mut self, least: usize) -> Bytes {
        let mut bytes = BytesMut::with_capacity(least.next_multiple_of(8));
        while bytes.len() < least {
            self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut word = self.state;
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            bytes.put_u64_le(word ^ (word >> 31));
        }
        bytes.freeze()
    }
}

/// The start of the sequence, made once and shared by all answers from memory.
pub struct Block(Bytes);

impl Default for Block {
    fn default() -> Self {
        Self(Noise::default().next(BLOCK))
    }
}

impl Block {
    /// The first bytes of the sequence, `size` of them, at most [`BLOCK`].
    pub fn prefix(&self, size: usize) -> Bytes {
        self.0.slice(..size.min(BLOCK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one_however_it_is_cut() {
        // The generator's first two values for seed 0.
        let whole = Noise::default().next(16);
        assert_eq!(whole.get(..8), Some(0xE220_A839_7B1D_CDAF_u64.to_le_bytes().as_slice()));
        assert_eq!(whole.get(8..), Some(0x6E78_9E6A_A1B9_65F4_u64.to_le_bytes().as_slice()));
        let mut noise = Noise::default();
        assert_eq!([noise.next(1), noise.next(8)].concat(), whole);
        assert_eq!(Block::default().prefix(13), whole.slice(..13));
    }
}
