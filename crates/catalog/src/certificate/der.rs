//! Reading DER (X.690), as far as PKCS#12 needs it.
//!
//! Never here: what is in it.

/// What is left to be read of a value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'d>(&'d [u8]);

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// `[0]`, of which there are an outer and an inner kind.
pub(super) const EXPLICIT: u8 = 0xa0;
pub(super) const IMPLICIT: u8 = 0x80;

impl<'d> Reader<'d> {
    pub fn new(bytes: &'d [u8]) -> Self {
        Self(bytes)
    }

    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The next value's tag and contents.
    pub fn any(&mut self) -> Option<(u8, &'d [u8])> {
        let (tag, length, rest) = match self.0 {
            [tag, length @ 0..=0x7f, rest @ ..] | [tag, 0x81, length, rest @ ..] => (*tag, usize::from(*length), rest),
            [tag, 0x82, high, low, rest @ ..] => (*tag, usize::from(u16::from_be_bytes([*high, *low])), rest),
            [tag, 0x83, a, b, c, rest @ ..] => (*tag, u32::from_be_bytes([0, *a, *b, *c]) as usize, rest),
            _ => return None,
        };
        let (contents, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, contents))
    }

    /// The next value with its head.
    pub fn whole(&mut self) -> Option<&'d [u8]> {
        let all = self.0;
        self.any()?;
        all.get(..all.len() - self.0.len())
    }

    /// The next value's contents, which must have this tag.
    pub fn value(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.any()
            .filter(|(found, _)| *found == tag)
            .map(|(_, contents)| contents)
    }

    /// A reader of the next value's contents.
    pub fn inside(&mut self, tag: u8) -> Option<Self> {
        self.value(tag).map(Self)
    }

    /// The next value, if it has this tag.
    pub fn optional(&mut self, tag: u8) -> Option<&'d [u8]> {
        let mut ahead = *self;
        let contents = ahead.value(tag)?;
        *self = ahead;
        Some(contents)
    }

    /// A number that is not negative.
    pub fn number(&mut self) -> Option<u32> {
        let bytes = self.value(INTEGER)?;
        let significant = bytes.strip_prefix(&[0]).unwrap_or(bytes);
        if significant.len() > 4 {
            return None;
        }
        Some(
            significant
                .iter()
                .fold(0, |number, byte| number << 8 | u32::from(*byte)),
        )
    }
}
