//! What led to nothing before: keeps a matcher that goes back from trying the same twice.
//!
//! A choice is known by its instruction, its place, and which loops whose turns may be empty began a turn at that place.
//! In a [plain](Program::plain) program that says all of what follows, and no way leads from a choice to the same choice;
//! so one that is met again has led to nothing. With this a match takes as many steps as there are choices and places.

use super::program::Program;

/// The largest memory, in bits.
const LARGEST: usize = 1 << 27;

/// The choices that were made.
#[derive(Debug)]
pub struct Memory {
    bits: Vec<u64>,
    begin: usize,
    places: usize,
    kinds: usize,
}

impl Memory {
    /// A memory of what a program does between two places; none if the program is not plain, or it would be too large.
    pub fn new(program: &Program, begin: usize, end: usize) -> Option<Self> {
        if !program.plain {
            return None;
        }
        let places = end - begin + 1;
        let kinds = 1_usize.checked_shl(u32::try_from(program.turns.len()).ok()?)?;
        let size = places.checked_mul(kinds)?.checked_mul(program.ops.len())?;
        (size <= LARGEST).then(|| Self {
            bits: vec![0; size.div_ceil(64)],
            begin,
            places,
            kinds,
        })
    }

    /// Whether a choice is met for the first time; `kind` has a bit for each of the program's `turns`.
    pub fn is_new(&mut self, op: usize, kind: usize, at: usize) -> bool {
        let bit = (op * self.kinds + kind) * self.places + (at - self.begin);
        let Some(word) = self.bits.get_mut(bit / 64) else {
            return true;
        };
        let mask = 1 << (bit % 64);
        let new = *word & mask == 0;
        *word |= mask;
        new
    }
}
