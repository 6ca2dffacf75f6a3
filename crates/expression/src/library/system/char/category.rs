//! Unicode's general categories of UTF-16 units.

use crate::library::Class;
use fancy_regex::Regex;
use std::sync::LazyLock;

/// `System.Globalization.UnicodeCategory`
pub static UNICODE_CATEGORY: Class = Class::enumeration(
    "System.Globalization.UnicodeCategory",
    &[
        ("UppercaseLetter", 0),
        ("LowercaseLetter", 1),
        ("TitlecaseLetter", 2),
        ("ModifierLetter", 3),
        ("OtherLetter", 4),
        ("NonSpacingMark", 5),
        ("SpacingCombiningMark", 6),
        ("EnclosingMark", 7),
        ("DecimalDigitNumber", 8),
        ("LetterNumber", 9),
        ("OtherNumber", 10),
        ("SpaceSeparator", 11),
        ("LineSeparator", 12),
        ("ParagraphSeparator", 13),
        ("Control", 14),
        ("Format", 15),
        ("Surrogate", 16),
        ("PrivateUse", 17),
        ("ConnectorPunctuation", 18),
        ("DashPunctuation", 19),
        ("OpenPunctuation", 20),
        ("ClosePunctuation", 21),
        ("InitialQuotePunctuation", 22),
        ("FinalQuotePunctuation", 23),
        ("OtherPunctuation", 24),
        ("MathSymbol", 25),
        ("CurrencySymbol", 26),
        ("ModifierSymbol", 27),
        ("OtherSymbol", 28),
        ("OtherNotAssigned", 29),
    ],
);

/// Unicode's names of the categories, in the order of .NET's numbers.
const NAMES: [&str; 30] = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "", "Co", "Pc",
    "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
];

/// `Surrogate`
const SURROGATE: i32 = 16;

/// The category's number of a unit.
pub fn category(unit: u16) -> i32 {
    static ALL: LazyLock<Vec<Option<Regex>>> = LazyLock::new(|| {
        let pattern = |name: &&str| {
            Regex::new(&format!(r"\A\p{{{name}}}"))
                .ok()
                .filter(|_| !name.is_empty())
        };
        NAMES.iter().map(pattern).collect()
    });
    static ASCII: LazyLock<Vec<i32>> = LazyLock::new(|| (0u8..128).map(|byte| search(char::from(byte))).collect());
    fn search(c: char) -> i32 {
        let mut buffer = [0; 4];
        let text: &str = c.encode_utf8(&mut buffer);
        ALL.iter()
            .position(|pattern| {
                pattern
                    .as_ref()
                    .is_some_and(|pattern| pattern.is_match(text).unwrap_or(false))
            })
            .and_then(|at| i32::try_from(at).ok())
            .unwrap_or(29)
    }
    match char::from_u32(u32::from(unit)) {
        None => SURROGATE,
        Some(c) => ASCII.get(usize::from(unit)).copied().unwrap_or_else(|| search(c)),
    }
}
