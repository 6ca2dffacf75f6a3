//! The encodings of `char`, `varchar` and `text`: a collation says which language's, an old one by its number.
//!
//! Never here: comparing.

use crate::Error;
use crate::reader::Reader;
use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

/// The upper halves of the encodings of MS-DOS, which collations whose names have `CP437` and `CP850` use.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// The flag of collations whose names end in `_UTF8`.
const IS_UTF8: u32 = 1 << 26;

/// How bytes are letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collation {
    Known(&'static Encoding),
    /// ASCII, and these letters above it.
    Table(&'static str),
}

impl Collation {
    /// Reads the five bytes of a collation (MS-TDS 2.2.5.1.2).
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let said = reader.u32()?;
        let number = reader.u8()?;
        if said & IS_UTF8 != 0 {
            return Ok(Self::Known(UTF_8));
        }
        Ok(match number {
            30..=35 => Self::Table(CP437),
            40..=49 | 55..=61 => Self::Table(CP850),
            80..=98 => Self::Known(WINDOWS_1250),
            104..=108 => Self::Known(WINDOWS_1251),
            112..=124 => Self::Known(WINDOWS_1253),
            128..=130 => Self::Known(WINDOWS_1254),
            136..=138 => Self::Known(WINDOWS_1255),
            144..=146 => Self::Known(WINDOWS_1256),
            152..=160 => Self::Known(WINDOWS_1257),
            0 => Self::Known(of_locale(said & 0xffff)),
            _ => Self::Known(WINDOWS_1252),
        })
    }

    /// Bytes as text; what is no letter becomes the replacement character.
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Known(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Table(upper) => {
                let upper: Vec<char> = upper.chars().collect();
                let letter = |byte: &u8| match byte.checked_sub(128) {
                    None => char::from(*byte),
                    Some(at) => upper
                        .get(usize::from(at))
                        .copied()
                        .unwrap_or(char::REPLACEMENT_CHARACTER),
                };
                bytes.iter().map(letter).collect()
            }
        }
    }
}

/// The encoding of a Windows locale (MS-LCID), whose lower ten bits are the language.
fn of_locale(locale: u32) -> &'static Encoding {
    match locale {
        0x0404 | 0x0c04 | 0x1404 => BIG5,
        0x081a | 0x141a => WINDOWS_1250,
        0x042c | 0x0443 => WINDOWS_1254,
        0x082c | 0x0843 | 0x0c1a | 0x201a => WINDOWS_1251,
        _ => match locale & 0x3ff {
            0x04 => GBK,
            0x11 => SHIFT_JIS,
            0x12 => EUC_KR,
            0x1e => WINDOWS_874,
            0x05 | 0x0e | 0x15 | 0x18 | 0x1a | 0x1b | 0x1c | 0x24 | 0x42 => WINDOWS_1250,
            0x02 | 0x19 | 0x22 | 0x23 | 0x28 | 0x2f | 0x3f | 0x40 | 0x44 | 0x50 | 0x6d | 0x85 => WINDOWS_1251,
            0x08 => WINDOWS_1253,
            0x1f => WINDOWS_1254,
            0x0d => WINDOWS_1255,
            0x01 | 0x20 | 0x29 | 0x80 | 0x8c => WINDOWS_1256,
            0x25..=0x27 => WINDOWS_1257,
            0x2a => WINDOWS_1258,
            _ => WINDOWS_1252,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_collation() {
        for (collation, bytes, expected) in [
            (
                [0x09, 0x04, 0xd0, 0x00, 0x34],
                &b"caf\xe9 \x80"[..],
                "caf\u{e9} \u{20ac}",
            ),
            ([0x19, 0x04, 0xd0, 0x00, 0x00], b"\xc4\xe0", "\u{414}\u{430}"),
            ([0x11, 0x04, 0xd0, 0x00, 0x00], b"\x93\xfa", "\u{65e5}"),
            ([0x04, 0x08, 0xd0, 0x00, 0x00], b"\xc8\xd5", "\u{65e5}"),
            ([0x04, 0x04, 0xd0, 0x00, 0x00], b"\xa4\xe9", "\u{65e5}"),
            ([0x09, 0x04, 0xd0, 0x04, 0x00], "caf\u{e9}".as_bytes(), "caf\u{e9}"),
            ([0x09, 0x04, 0xd0, 0x00, 0x1e], b"caf\x82", "caf\u{e9}"),
            ([0x09, 0x04, 0xd0, 0x00, 0x28], b"\x84 \xd5", "\u{e4} \u{131}"),
        ] {
            let collation = Collation::read(&mut Reader::new(&collation)).unwrap();
            assert_eq!(collation.decode(bytes), expected, "{collation:?}");
        }
        for table in [CP437, CP850] {
            assert_eq!(table.chars().count(), 128);
        }
    }
}
