//! The parts of DER (X.690) that keys and their containers are made of.

/// INTEGER
pub const INTEGER: u8 = 0x02;
/// OCTET STRING
pub const OCTETS: u8 = 0x04;
/// OBJECT IDENTIFIER
pub const OID: u8 = 0x06;
/// SEQUENCE
pub const SEQUENCE: u8 = 0x30;
/// SET
pub const SET: u8 = 0x31;
/// `[0]` around something.
pub const OUTER: u8 = 0xa0;

/// Elements one after the other.
#[derive(Clone, Copy)]
pub struct Elements<'a>(pub &'a [u8]);

impl<'a> Elements<'a> {
    /// The next element: its tag and its content. `None` at the end, and where there is none.
    pub fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match *first {
            short @ 0..0x80 => (usize::from(short), rest),
            long => {
                let count = usize::from(long & 0x7f);
                let (bytes, rest) = rest.split_at_checked(count)?;
                let known = (1..=4).contains(&count);
                let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
                (known.then_some(length)?, rest)
            }
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    /// The content of the next element, which has this tag.
    pub fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (found, content) = ahead.any()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
    }

    /// The elements inside of the next one, which has this tag.
    pub fn inside(&mut self, tag: u8) -> Option<Self> {
        self.next(tag).map(Self)
    }

    /// A small number.
    pub fn number(&mut self) -> Option<u32> {
        let bytes = self.next(INTEGER)?;
        let significant = bytes.iter().skip_while(|byte| **byte == 0);
        let small = significant.clone().count() <= 4 && bytes.first().is_some_and(|first| *first < 0x80);
        small.then(|| significant.fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    /// The bytes of a large number without leading zeros.
    pub fn large_number(&mut self) -> Option<Vec<u8>> {
        let bytes = self.next(INTEGER)?;
        Some(bytes.iter().copied().skip_while(|byte| *byte == 0).collect())
    }

    /// An algorithm: the bytes of its identifier, and its parameters.
    pub fn algorithm(&mut self) -> Option<(&'a [u8], Self)> {
        let mut parts = self.inside(SEQUENCE)?;
        Some((parts.next(OID)?, parts))
    }
}

/// A positive INTEGER: a leading zero where the first bit would be a sign.
pub fn number(bytes: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if bytes.first().is_some_and(|first| *first >= 0x80) {
        &[0]
    } else {
        &[]
    };
    tagged(INTEGER, &[sign, bytes].concat())
}

/// An element.
pub fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_be_bytes();
    let long: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut der = vec![tag];
    if content.len() >= 0x80 {
        der.push(0x80 | long.len() as u8);
        der.extend(long);
    } else {
        der.push(content.len() as u8);
    }
    der.extend(content);
    der
}
