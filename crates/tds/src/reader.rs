//! Reading numbers and texts out of a message, never past its end.

use crate::Error;

/// What is left of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'m> {
    rest: &'m [u8],
}

impl<'m> Reader<'m> {
    pub const fn new(message: &'m [u8]) -> Self {
        Self { rest: message }
    }

    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that is left.
    pub const fn rest(self) -> &'m [u8] {
        self.rest
    }

    /// The next bytes.
    pub fn take(&mut self, count: usize) -> Result<&'m [u8], Error> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(Error::Malformed("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(Error::Malformed("it ends too early"))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub fn u8(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_le_bytes)
    }

    pub fn i16(&mut self) -> Result<i16, Error> {
        self.array().map(i16::from_le_bytes)
    }

    pub fn i32(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_le_bytes)
    }

    pub fn i64(&mut self) -> Result<i64, Error> {
        self.array().map(i64::from_le_bytes)
    }

    pub fn f32(&mut self) -> Result<f32, Error> {
        self.array().map(f32::from_le_bytes)
    }

    pub fn f64(&mut self) -> Result<f64, Error> {
        self.array().map(f64::from_le_bytes)
    }

    /// A number of as many bytes as there are, sixteen at most.
    pub fn unsigned(&mut self, bytes: usize) -> Result<u128, Error> {
        let taken = self.take(bytes)?;
        if bytes > 16 {
            return Err(Error::Malformed("a number has more than 16 bytes"));
        }
        Ok(taken
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }

    /// A text with its length in characters in one byte (`B_VARCHAR`).
    pub fn short_text(&mut self) -> Result<String, Error> {
        let length = self.u8()?;
        self.take(usize::from(length) * 2).map(utf16)
    }

    /// A text with its length in characters in two bytes (`US_VARCHAR`).
    pub fn text(&mut self) -> Result<String, Error> {
        let length = self.u16()?;
        self.take(usize::from(length) * 2).map(utf16)
    }

    /// Bytes with their length in two bytes.
    pub fn part(&mut self) -> Result<&'m [u8], Error> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    /// Bytes with their length in four bytes.
    pub fn long_part(&mut self) -> Result<&'m [u8], Error> {
        let length = self.u32()?;
        self.take(length as usize)
    }
}

/// Text of UTF-16; what is no character becomes the replacement character.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|pair| u16::from_le_bytes(*pair)))
        .map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
