//! Code pages: characters to bytes and back.

/// A code page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePage {
    /// With a mark at the begin of a file, or without.
    Utf8 {
        mark: bool,
    },
    Ascii,
    Utf16 {
        big: bool,
    },
    Utf32 {
        big: bool,
    },
    Latin1,
    Latin9,
    Windows1252,
}

/// Names as .NET knows them, with the numbers of their pages.
const NAMES: &[(&str, i32)] = &[
    ("utf-8", 65001),
    ("unicode-1-1-utf-8", 65001),
    ("unicode-2-0-utf-8", 65001),
    ("x-unicode-1-1-utf-8", 65001),
    ("x-unicode-2-0-utf-8", 65001),
    ("us-ascii", 20127),
    ("ascii", 20127),
    ("us", 20127),
    ("ansi_x3.4-1968", 20127),
    ("ansi_x3.4-1986", 20127),
    ("cp367", 20127),
    ("csascii", 20127),
    ("ibm367", 20127),
    ("iso-ir-6", 20127),
    ("iso646-us", 20127),
    ("iso_646.irv:1991", 20127),
    ("utf-16", 1200),
    ("utf-16le", 1200),
    ("unicode", 1200),
    ("ucs-2", 1200),
    ("iso-10646-ucs-2", 1200),
    ("utf-16be", 1201),
    ("unicodefffe", 1201),
    ("utf-32", 12000),
    ("utf-32le", 12000),
    ("utf-32be", 12001),
    ("iso-8859-1", 28591),
    ("iso8859-1", 28591),
    ("iso_8859-1", 28591),
    ("iso_8859-1:1987", 28591),
    ("iso-ir-100", 28591),
    ("latin1", 28591),
    ("l1", 28591),
    ("cp819", 28591),
    ("ibm819", 28591),
    ("csisolatin1", 28591),
    ("iso-8859-15", 28605),
    ("iso_8859-15", 28605),
    ("csisolatin9", 28605),
    ("latin9", 28605),
    ("l9", 28605),
    ("windows-1252", 1252),
    ("x-ansi", 1252),
];

/// Windows' characters of the bytes from 0x80 on that are not Latin 1's.
const WINDOWS_1252: &[char; 32] = &[
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Latin 9's characters that are not Latin 1's.
const LATIN_9: &[(u8, char)] = &[
    (0xa4, '€'),
    (0xa6, 'Š'),
    (0xa8, 'š'),
    (0xb4, 'Ž'),
    (0xb8, 'ž'),
    (0xbc, 'Œ'),
    (0xbd, 'œ'),
    (0xbe, 'Ÿ'),
];

impl CodePage {
    /// The page of a number; 0 is the system's own.
    pub fn of_number(number: i32) -> Option<Self> {
        Some(match number {
            0 | 65001 => Self::Utf8 { mark: true },
            20127 => Self::Ascii,
            1200 => Self::Utf16 { big: false },
            1201 => Self::Utf16 { big: true },
            12000 => Self::Utf32 { big: false },
            12001 => Self::Utf32 { big: true },
            28591 => Self::Latin1,
            28605 => Self::Latin9,
            1252 => Self::Windows1252,
            _ => return None,
        })
    }

    /// The page of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Self::of_number(known.1)
    }

    /// Its number.
    pub fn number(self) -> i32 {
        match self {
            Self::Utf8 { .. } => 65001,
            Self::Ascii => 20127,
            Self::Utf16 { big: false } => 1200,
            Self::Utf16 { big: true } => 1201,
            Self::Utf32 { big: false } => 12000,
            Self::Utf32 { big: true } => 12001,
            Self::Latin1 => 28591,
            Self::Latin9 => 28605,
            Self::Windows1252 => 1252,
        }
    }

    /// Its name in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 { .. } => "utf-8",
            Self::Ascii => "us-ascii",
            Self::Utf16 { big: false } => "utf-16",
            Self::Utf16 { big: true } => "utf-16BE",
            Self::Utf32 { big: false } => "utf-32",
            Self::Utf32 { big: true } => "utf-32BE",
            Self::Latin1 => "iso-8859-1",
            Self::Latin9 => "iso-8859-15",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// Its name for people.
    pub fn long_name(self) -> &'static str {
        match self {
            Self::Utf8 { .. } => "Unicode (UTF-8)",
            Self::Ascii => "US-ASCII",
            Self::Utf16 { big: false } => "Unicode",
            Self::Utf16 { big: true } => "Unicode (Big-Endian)",
            Self::Utf32 { big: false } => "Unicode (UTF-32)",
            Self::Utf32 { big: true } => "Unicode (UTF-32 Big-Endian)",
            Self::Latin1 => "Western European (ISO)",
            Self::Latin9 => "Latin 9 (ISO)",
            Self::Windows1252 => "Western European (Windows)",
        }
    }

    /// Whether every character is one byte.
    pub fn is_single_byte(self) -> bool {
        matches!(self, Self::Ascii | Self::Latin1 | Self::Latin9 | Self::Windows1252)
    }

    /// What a file in it begins with.
    pub fn preamble(self) -> &'static [u8] {
        match self {
            Self::Utf8 { mark: true } => &[0xef, 0xbb, 0xbf],
            Self::Utf16 { big: false } => &[0xff, 0xfe],
            Self::Utf16 { big: true } => &[0xfe, 0xff],
            Self::Utf32 { big: false } => &[0xff, 0xfe, 0, 0],
            Self::Utf32 { big: true } => &[0, 0, 0xfe, 0xff],
            _ => &[],
        }
    }

    /// The most bytes that so many units may take.
    pub fn most_bytes(self, units: usize) -> usize {
        match self {
            Self::Utf8 { .. } => (units + 1) * 3,
            Self::Utf16 { .. } => (units + 1) * 2,
            Self::Utf32 { .. } => (units + 1) * 4,
            _ => units + 1,
        }
    }

    /// The most units that so many bytes may give.
    pub fn most_chars(self, bytes: usize) -> usize {
        match self {
            Self::Utf8 { .. } => bytes + 1,
            Self::Utf16 { .. } => bytes / 2 + bytes % 2 + 1,
            Self::Utf32 { .. } => bytes / 2 + 2,
            _ => bytes,
        }
    }

    /// Characters as bytes; `?` for what it has not.
    pub fn encode(self, text: &str) -> Vec<u8> {
        let units = |below: u16| {
            let byte = move |unit: u16| if unit < below { unit as u8 } else { b'?' };
            text.encode_utf16().map(byte).collect()
        };
        match self {
            Self::Utf8 { .. } => text.as_bytes().to_vec(),
            Self::Ascii => units(128),
            Self::Latin1 => units(256),
            Self::Latin9 => text.chars().flat_map(latin_9).collect(),
            Self::Windows1252 => text.chars().flat_map(windows_1252).collect(),
            Self::Utf16 { big: false } => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16 { big: true } => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf32 { big: false } => text.chars().flat_map(|c| (c as u32).to_le_bytes()).collect(),
            Self::Utf32 { big: true } => text.chars().flat_map(|c| (c as u32).to_be_bytes()).collect(),
        }
    }

    /// Bytes as characters; U+FFFD for what is none.
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 { .. } => String::from_utf8_lossy(bytes).into_owned(),
            Self::Ascii => bytes
                .iter()
                .map(|byte| if *byte < 128 { char::from(*byte) } else { '?' })
                .collect(),
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Self::Latin9 => bytes
                .iter()
                .map(|byte| {
                    let special = LATIN_9.iter().find(|(other, _)| other == byte);
                    special.map_or(char::from(*byte), |(_, character)| *character)
                })
                .collect(),
            Self::Windows1252 => bytes
                .iter()
                .map(|byte| {
                    let special = byte.checked_sub(0x80).and_then(|at| WINDOWS_1252.get(usize::from(at)));
                    special.copied().unwrap_or(char::from(*byte))
                })
                .collect(),
            Self::Utf16 { big } => {
                let (pairs, rest) = bytes.as_chunks::<2>();
                let of = if big { u16::from_be_bytes } else { u16::from_le_bytes };
                let units: Vec<u16> = pairs.iter().map(|pair| of(*pair)).collect();
                String::from_utf16_lossy(&units) + replacement(rest)
            }
            Self::Utf32 { big } => {
                let (fours, rest) = bytes.as_chunks::<4>();
                let of = if big { u32::from_be_bytes } else { u32::from_le_bytes };
                let chars = fours.iter().map(|four| char::from_u32(of(*four)));
                let text: String = chars.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
                text + replacement(rest)
            }
        }
    }
}

/// What stands for bytes that are left over.
fn replacement(rest: &[u8]) -> &'static str {
    if rest.is_empty() { "" } else { "\u{fffd}" }
}

fn latin_9(c: char) -> Vec<u8> {
    if let Some((byte, _)) = LATIN_9.iter().find(|(_, special)| *special == c) {
        return vec![*byte];
    }
    match u8::try_from(c as u32) {
        Ok(byte) if LATIN_9.iter().all(|(other, _)| *other != byte) => vec![byte],
        _ => vec![b'?'; c.len_utf16()],
    }
}

fn windows_1252(c: char) -> Vec<u8> {
    if let Some(at) = WINDOWS_1252.iter().position(|special| *special == c) {
        return vec![0x80 + at as u8];
    }
    match u8::try_from(c as u32) {
        Ok(byte) if !(0x80..0xa0).contains(&byte) => vec![byte],
        _ => vec![b'?'; c.len_utf16()],
    }
}
